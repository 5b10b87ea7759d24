"""What a press on the tablet does: one function for each, by the name on the button.

Each changes the visit's state and says which screen comes. Only ``confirm``, ``confirm-later`` and ``still`` write to
the record. A press made on a screen that is gone does nothing: see ``press``.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent import actions, facts
from consent.journey import ANSWERS, BY_ID, DONE, Kind, Step, after, before, drawn_answers, path, puts_off_check
from consent.kiosk import aside, hearing, holding, interpreting, resuming, screens, visits
from consent.kiosk.screens import Screen
from consent.kiosk.storing import store
from consent.kiosk.visits import situation
from consent.models import Visit
from consent.questions import GMS_REGISTRATION, GP_RECORD
from consent.standing import MISSED
from registration import actions as registration

# These change nothing that counts, so the screen they were pressed on stays good.
WRITES = {"confirm", "confirm-later", "still", "dialect", "interpreter", "missing"}
BESIDE = {
    *("choose", "later", "help", "bigger", "listen", "hear", "headphones", "no-headphones", "say"),
    *("interpreter", "dialect", "missing"),
}


def press(*, visit: Visit, do: str, turn: str, view: str, answer: str) -> Screen | None:
    """Do what a button says, once, and return the screen that comes; None where this visit is on its tablet no more.

    ``do`` is the name of a press, with what it is about after a colon: "choose:yes", "hear:means.yes".
    ``turn`` counts the screens of a visit. A second press, or a request that the network sent again, carries an old
    one: it changes nothing and gets the screen as it is now.
    """
    with transaction.atomic():
        # Whoever writes to the record holds the person before the visit, as staff do when they start one.
        if do.partition(":")[0] in WRITES:
            registration.locked(visit.patient)
        held = visits.still_on_its_tablet(visit)
        if held is None:
            return None
        visit, screen = held, screens.current(held)
        do, _, what = do.partition(":")
        move = MOVES.get(do)
        if move is None or turn != str(visit.turn):
            return screen
        if screen.step.kind is Kind.YOU and do not in holding.BEFORE_THEY_SAY_SO:
            return screen
        visits.touched(visit, screen.words.question)
        coming = move(visit, screen.step, view=view, answer=answer, what=what)
        if visit.ended_at:
            return None
        if do not in BESIDE:
            visit.turn += 1
        visit.save(update_fields=["state", "turn", "last_seen_at"])
        return coming or screens.current(visit)


@transaction.atomic
def call_staff(*, visit: Visit) -> Screen | None:
    """A press could not be done. Staff see that they are wanted; the person is told to speak to them."""
    held = visits.still_on_its_tablet(visit)
    if held is None:
        return None
    held.state["help_at"] = timezone.now().isoformat()
    held.save(update_fields=["state"])
    return aside.of_the_tablet(held, "error", "error")


Move = Callable[..., Screen | None]


def go_on(visit: Visit, step: Step, **pressed: str) -> None:
    if step.kind is Kind.END:
        return
    screens.hear(visit, screens.current(visit))
    visits.go_to(visit, after(situation(visit), step))


def go_back(visit: Visit, step: Step, *, view: str, **pressed: str) -> None:
    if view == "help" and not visit.state.get("interpreter_wanted"):
        visit.state.pop("help_at", None)
    elif not view and step.id == "choose" and visit.state.get("changing"):
        visit.state |= visit.state.pop("changing")
        visits.go_to(visit, BY_ID["second-look"])
    elif not view:
        visits.go_to(visit, before(situation(visit), step, visit.state.get("done", [])))


def hear_it_all(visit: Visit, step: Step, **pressed: str) -> None:
    if step.kind is not Kind.ONWARD:
        return
    screens.hear(visit, screens.current(visit))
    visit.state |= {"length": "whole", "knows_cost_of_no": resuming.knows_cost_of_no(visit)}
    visits.go_to(visit, after(situation(visit), BY_ID["minute"]))


def choose_now(visit: Visit, step: Step, **pressed: str) -> None:
    """Whoever knows their answer goes straight to the choice; what was not shown is recorded with it."""
    if situation(visit).asks_gms:
        screens.hear(visit, screens.current(visit))
        visit.state["length"] = "whole"
        visits.go_to(visit, BY_ID["choose"])


def pick_up(visit: Visit, step: Step, **pressed: str) -> None:
    """Go on at the first page not heard yet; at the latest at the choice, with nothing chosen."""
    steps = path(situation(visit))
    rest = steps[steps.index(BY_ID["resume"]) + 1 :]
    visits.go_to(visit, next(s for s in rest if s.id not in visit.state["heard"] or s.kind is Kind.CHOOSE))


def start_again(visit: Visit, step: Step, **pressed: str) -> None:
    visits.go_to(visit, after(situation(visit), step))


def choose(visit: Visit, step: Step, *, what: str, **pressed: str) -> Screen | None:
    if step.kind is not Kind.CHOOSE or what not in ANSWERS:
        return None
    if what != "later" and interpreting.is_needed(visit, aside.right(visit, what)):
        return aside.of_the_tablet(visit, "interpreter-first", "interpreter-first")
    return aside.right(visit, what)


def confirm(visit: Visit, step: Step, *, answer: str, **pressed: str) -> Screen | None:
    """This is right: the answer is stored, and only now."""
    if step.kind is not Kind.CHOOSE or answer not in ANSWERS:
        return None
    if answer != "later" and interpreting.is_needed(visit, aside.right(visit, answer)):
        return aside.of_the_tablet(visit, "interpreter-first", "interpreter-first")
    screens.hear(visit, screens.current(visit))
    screens.hear(visit, aside.right(visit, answer))
    store(visit, step.question, answer)
    following = after(situation(visit), step)
    visit.state.setdefault("done", []).append(step.id)
    if step.question == GP_RECORD.id:
        visit.state["gp_answer"] = answer
        visit.state["asks"] = [q for q in visit.state["asks"] if q != step.question]
    else:
        visit.state["answer"] = answer
    visits.go_to(visit, following)
    return None


def decide_later(visit: Visit, step: Step, **pressed: str) -> Screen | None:
    return aside.later(visit) if step.kind not in DONE else None


def confirm_later(visit: Visit, step: Step, **pressed: str) -> None:
    """ "Later" for the questions still open. An answer that stands already stays as it is."""
    if step.kind in DONE:
        return
    shown = aside.later(visit)
    screens.hear(visit, shown)
    state = visit.state
    if puts_off_check(situation(visit), step):
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
            patient=visit.patient,
            kind="fresh-look-declined",
            by=actions.PERSON,
            question=GMS_REGISTRATION.id,
            tablet=visits.tablet_of(visit),
        )
    if gms_stands and state["outcome"] != "second-look":
        state["outcome"] = "nothing-to-ask"
    elif not gms_stands:
        state["answer"] = "later"
    steps = path(situation(visit))
    visits.go_to(
        visit, BY_ID["second-look"] if BY_ID["second-look"] in steps else next(s for s in steps if s.kind in DONE)
    )


def ask_for_help(visit: Visit, step: Step, **pressed: str) -> Screen:
    visit.state |= {"help_at": timezone.now().isoformat(), "helped": True}  # the call ends; that it was made is counted
    return aside.of_the_tablet(visit, "help", "help")


def bigger_words(visit: Visit, step: Step, *, view: str, answer: str, **pressed: str) -> Screen:
    visit.state["bigger"] = not visit.state.get("bigger", False)
    return aside.beside(visit, view, answer)


def answer_check(visit: Visit, step: Step, *, what: str, **pressed: str) -> None:
    """An understanding question: a miss tells that point again in other words and asks once more.

    A second miss goes with the answer to the check before sending. It stops nobody, and calls nobody.
    """
    if step.kind is not Kind.CHECK or what not in ("first", "second", "unsure", "skipped"):
        return
    screen = screens.current(visit)
    screens.hear(visit, screen)
    given = dict(zip(("first", "second"), drawn_answers(step, visit.state["order"]), strict=True)).get(what, what)
    passes: list[str] = visit.state["checks"].setdefault(screen.extra["asked"]["id"], {}).setdefault("passes", [])
    passes.append(given)
    tries = visit.state.setdefault("tries", {})
    if given in MISSED and step.id not in tries:
        tries[step.id] = given
        return
    tries.pop(step.id, None)
    visits.go_to(visit, after(situation(visit), step))


# -- check before sending, and paper ----------------------------------------------------------------------------------


def still_yes(visit: Visit, step: Step, **pressed: str) -> Screen | None:
    if step.kind is not Kind.SECOND_LOOK:
        return None
    if interpreting.is_needed(visit, screens.current(visit)):
        return aside.of_the_tablet(visit, "interpreter-first", "interpreter-first")
    if visit.state.get("explain"):
        # Something has to be talked over first, with a person: staff check this yes on their own page.
        return ask_for_help(visit, step)
    screens.hear(visit, screens.current(visit))
    actions.second_look(
        patient=visit.patient,
        by=actions.PERSON,
        decision=visit.state["line"],
        prison=visit.prison_id,
        route="tablet",
        tablet=visits.tablet_of(visit),
        **({"interpreter": visit.state["interpreter"]} if visit.state["interpreter"] else {}),
    )
    visits.go_to(visit, after(situation(visit), step))
    return None


def change_it(visit: Visit, step: Step, **pressed: str) -> None:
    """The second look goes over into the choice; hearing it all again is one press away."""
    if step.kind is not Kind.SECOND_LOOK:
        return
    state: dict[str, Any] = visit.state
    state["changing"] = {name: state[name] for name in ("asks", "length", "takes")}
    open_the_choice(state)
    visits.go_to(visit, BY_ID["choose"])


def open_the_choice(state: dict[str, Any]) -> None:
    state["asks"] = [*state["asks"], GMS_REGISTRATION.id]
    state["length"], state["takes"] = "whole", "all"


def on_paper(visit: Visit, step: Step, *, what: str, **pressed: str) -> None:
    """Nothing prints by itself: staff see what was wanted, print it and give it."""
    if step.kind is Kind.PAPER and what in ("keep", "full", "none"):
        visit.state["paper"] = what
        visits.go_to(visit, after(situation(visit), step))


MOVES: dict[str, Move] = {
    "me": holding.it_is_me,
    "not-me": holding.not_me,
    "next": go_on,
    "language": interpreting.speak,
    "say": interpreting.say_language,
    "interpreter": interpreting.get_interpreter,
    "dialect": interpreting.choose_dialect,
    "missing": interpreting.no_language,
    "listen": hearing.listen,
    "hear": hearing.listen_to_one,
    "headphones": hearing.with_headphones,
    "no-headphones": hearing.without_headphones,
    "paper": on_paper,
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
    "finish": holding.finish,
    "nobody-there": holding.nobody_there,
}
