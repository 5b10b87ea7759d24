"""What a press on the tablet does: one function for each, by the name on the button.

Each changes the visit's state and says which screen comes. Only ``confirm``, ``confirm-later`` and ``still`` write to
the record. A press made on a screen that is gone does nothing: see ``press``.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent import actions, facts
from consent.journey import ANSWERS, BY_ID, Kind, Step, after, before, path
from consent.kiosk import screens, visits
from consent.kiosk.screens import Screen
from consent.kiosk.storing import store
from consent.kiosk.visits import situation
from consent.models import Visit
from consent.questions import GMS_REGISTRATION, GP_RECORD
from registration import actions as registration

# These change nothing that counts, so the screen they were pressed on stays good.
WRITES = {"confirm", "confirm-later", "still"}
BESIDE = {"choose", "later", "help", "bigger"}


def press(*, token: str, do: str, turn: str, view: str, answer: str) -> Screen | None:
    """Do what a button says, once, and return the screen that comes; None where there is no visit on this tablet.

    ``turn`` counts the screens of a visit. A second press, or a request that the network sent again, carries an old
    one: it changes nothing and gets the screen as it is now.
    """
    with transaction.atomic():
        # Whoever writes to the record holds the person before the visit, as staff do when they start one.
        if do in WRITES and (whose := visits.on_tablet(token)):
            registration.locked(whose.patient)
        visit = visits.on_tablet(token, lock=True)
        if visit is None:
            return None
        screen = screens.current(visit)
        move = MOVES.get(do)
        if move is None or turn != str(visit.turn):
            return screen
        visit.last_seen_at = timezone.now()
        coming = move(visit, screen.step, view=view, answer=answer)
        if visit.ended_at:
            return None
        if do not in BESIDE:
            visit.turn += 1
        visit.save(update_fields=["state", "turn", "last_seen_at"])
        return coming or screens.current(visit)


@transaction.atomic
def call_staff(*, token: str) -> Screen | None:
    """A press could not be done. Staff see that they are wanted; the person is told to speak to them."""
    visit = visits.on_tablet(token, lock=True)
    if visit is None:
        return None
    visit.state["help_at"] = timezone.now().isoformat()
    visit.save(update_fields=["state"])
    return screens.went_wrong(visit)


Move = Callable[..., Screen | None]


def go_to(visit: Visit, step: Step | None) -> None:
    if step is not None:
        visit.state["step"] = step.id


def hear(visit: Visit, screen: Screen) -> None:
    """Remember that these words were on the screen, with the explanation that they are from."""
    seen = visit.state["seen"].setdefault(screen.words.question, [])
    seen.extend(name for name in screen.shown if name not in seen)
    heard = visit.state.setdefault("heard", [])
    if screen.step.id not in heard:
        heard.append(screen.step.id)


def go_on(visit: Visit, step: Step, **pressed: str) -> None:
    if step.kind is Kind.END:
        return
    hear(visit, screens.current(visit))
    go_to(visit, after(situation(visit), step))


def go_back(visit: Visit, step: Step, *, view: str, **pressed: str) -> None:
    if view == "help":
        visit.state.pop("help_at", None)
    elif not view and step.id == "choose" and visit.state.get("changing"):
        visit.state |= visit.state.pop("changing")
        go_to(visit, BY_ID["second-look"])
    elif not view:
        go_to(visit, before(situation(visit), step, visit.state.get("done", [])))


def hear_it_all(visit: Visit, step: Step, **pressed: str) -> None:
    visit.state["length"] = "whole"
    go_on(visit, step)


def choose_now(visit: Visit, step: Step, **pressed: str) -> None:
    """Whoever knows their answer goes straight to the choice; what was not shown is recorded with it."""
    if situation(visit).asks_gms:
        hear(visit, screens.current(visit))
        visit.state["length"] = "whole"
        go_to(visit, BY_ID["choose"])


def pick_up(visit: Visit, step: Step, **pressed: str) -> None:
    """Go on at the first page not heard yet; at the latest at the choice, with nothing chosen."""
    steps = path(situation(visit))
    rest = steps[steps.index(BY_ID["resume"]) + 1 :]
    go_to(visit, next(s for s in rest if s.id not in visit.state["heard"] or s.kind is Kind.CHOOSE))


def start_again(visit: Visit, step: Step, **pressed: str) -> None:
    go_to(visit, after(situation(visit), step))


def choose(visit: Visit, step: Step, *, answer: str, **pressed: str) -> Screen | None:
    return screens.right(visit, answer) if step.kind is Kind.CHOOSE and answer in ANSWERS else None


def confirm(visit: Visit, step: Step, *, answer: str, **pressed: str) -> None:
    """This is right: the answer is stored, and only now."""
    if step.kind is not Kind.CHOOSE or answer not in ANSWERS:
        return
    hear(visit, screens.current(visit))
    hear(visit, screens.right(visit, answer))
    store(visit, step.question, answer)
    following = after(situation(visit), step)
    if step.question == GP_RECORD.id:
        visit.state["gp_answer"] = answer
        visit.state.setdefault("done", []).append(step.id)
        visit.state["asks"] = [q for q in visit.state["asks"] if q != step.question]
    else:
        visit.state["answer"] = answer
    go_to(visit, following)


def decide_later(visit: Visit, step: Step, **pressed: str) -> Screen | None:
    return screens.later(visit) if step.kind is not Kind.END else None


def confirm_later(visit: Visit, step: Step, **pressed: str) -> None:
    """ "Later" for the questions still open. An answer that stands already stays as it is."""
    if step.kind is Kind.END:
        return
    shown = screens.later(visit)
    hear(visit, shown)
    state = visit.state
    if step.kind is Kind.SECOND_LOOK:
        open_the_choice(state)
    standing = facts.standing_of(visit.patient)
    # Whoever is asked whether it is still yes may want more time: that is an answer. Any other that stands stays.
    answered = {q for q, asked in standing.questions.items() if asked.decision in ("yes", "no", "withdrawn")}
    if state["outcome"] == "second-look" and standing.questions[GMS_REGISTRATION.id].line == state["line"]:
        answered -= {GMS_REGISTRATION.id} & set(state["asks"])
    gms_stands = GMS_REGISTRATION.id in answered
    for question in state["asks"]:
        if question not in answered:
            store(visit, question, "later", confirmed_on=shown)
    if GP_RECORD.id in state["asks"]:
        state["gp_answer"] = "later"
    state["asks"] = [q for q in state["asks"] if q == GMS_REGISTRATION.id and not gms_stands]
    if gms_stands and state["outcome"] == "fresh-look":
        actions.record_note(
            patient=visit.patient, kind="fresh-look-declined", by=actions.PERSON, question=GMS_REGISTRATION.id
        )
    if gms_stands and state["outcome"] != "second-look":
        state["outcome"] = "nothing-to-ask"
    elif not gms_stands:
        state["answer"] = "later"
    steps = path(situation(visit))
    go_to(visit, BY_ID["second-look"] if BY_ID["second-look"] in steps else steps[-1])


def ask_for_help(visit: Visit, step: Step, **pressed: str) -> Screen:
    visit.state["help_at"] = timezone.now().isoformat()
    return screens.help_wanted(visit)


def bigger_words(visit: Visit, step: Step, *, view: str, answer: str) -> Screen:
    visit.state["bigger"] = not visit.state.get("bigger", False)
    return screens.beside(visit, view, answer)


def answer_check(visit: Visit, step: Step, *, answer: str, **pressed: str) -> None:
    """An understanding question: a miss shows that point again and asks once more; a second miss leads to a person."""
    if step.kind is not Kind.CHECK or answer not in ("right", "wrong", "unsure", "skipped"):
        return
    screen = screens.current(visit)
    hear(visit, screen)
    passes: list[str] = visit.state["checks"].setdefault(screen.extra["asked"]["id"], {}).setdefault("passes", [])
    passes.append(answer)
    if answer in ("wrong", "unsure") and len(passes) == 1:
        return
    if answer in ("wrong", "unsure"):
        visit.state["talk"] = True
    go_to(visit, after(situation(visit), step))


def still_yes(visit: Visit, step: Step, **pressed: str) -> None:
    if step.kind is not Kind.SECOND_LOOK:
        return
    hear(visit, screens.current(visit))
    actions.second_look(
        patient=visit.patient,
        by=actions.PERSON,
        decision=visit.state["line"],
        prison=visit.prison_id,
        route="tablet",
    )
    go_to(visit, after(situation(visit), step))


def change_it(visit: Visit, step: Step, **pressed: str) -> None:
    """The second look goes over into the choice; hearing it all again is one press away."""
    if step.kind is not Kind.SECOND_LOOK:
        return
    state: dict[str, Any] = visit.state
    state["changing"] = {name: state[name] for name in ("asks", "length", "takes")}
    open_the_choice(state)
    go_to(visit, BY_ID["choose"])


def open_the_choice(state: dict[str, Any]) -> None:
    state["asks"] = [*state["asks"], GMS_REGISTRATION.id]
    state["length"], state["takes"] = "whole", "all"


def finish(visit: Visit, step: Step, **pressed: str) -> None:
    visits.end(visit=visit, how="finished" if step.kind is Kind.END else "stopped")


def nobody_there(visit: Visit, step: Step, **pressed: str) -> None:
    visits.end(visit=visit, how="nobody there")


MOVES: dict[str, Move] = {
    "next": go_on,
    "back": go_back,
    "go": hear_it_all,
    "choose-now": choose_now,
    "pick-up": pick_up,
    "start-again": start_again,
    "choose": choose,
    "confirm": confirm,
    "later": decide_later,
    "confirm-later": confirm_later,
    "help": ask_for_help,
    "bigger": bigger_words,
    "check": answer_check,
    "still": still_yes,
    "change": change_it,
    "finish": finish,
    "nobody-there": nobody_there,
}
