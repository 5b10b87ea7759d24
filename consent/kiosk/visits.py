"""One sitting at a tablet: started by staff, sent to a tablet or taken up there with a code, ended by the person, staff
or silence."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from consent import actions, facts, ledger, telling
from consent.journey import Situation, Step, draw_order
from consent.models import Entry, ReceptionPolicy, ReceptionTakes, Tablet, Visit
from consent.policy import Outcome
from consent.questions import GMS_REGISTRATION, QUESTIONS
from consent.standing import QuestionStanding, Standing
from consent.words import content
from consent.words.files import ENGLISH
from registration import actions as registration
from registration.actions import NotPossible
from registration.models import Patient, Prison

CODE_LASTS = timedelta(minutes=10)
# Asked after 3 minutes, cleared one minute later (content.md 2.3); the server gives a little more for a slow network.
IDLE = timedelta(minutes=4, seconds=30)
# How visits end, where something follows from it.
FINISHED, NOBODY_THERE, NOT_THEM, TAKEN_AWAY = "finished", "nobody there", "not this person", "tablet taken away"
# Drawn for a visit, shown on the tablet and to staff, so that the two can be told to belong together. No words: whoever
# reads no English knows them. Their drawings: consent/explanations/pictures.toml.
PICTURES = ("tree", "fish", "umbrella", "boat", "butterfly", "apple", "bell", "bicycle")


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def start(
    *,
    patient: Patient,
    place: str,
    user: User,
    reason: str = "",
    again: str = GMS_REGISTRATION.id,
    interpreter: str = "",
    tablet: Tablet | None = None,
) -> tuple[Visit, str]:
    """Start a visit for a person whose identity staff vouch for; returns it with its six-digit code, which is blank
    where it is sent to a tablet.

    Asking someone who need not be asked takes a reason, which goes into the record; ``again`` is the question that they
    are asked then. Raises NotPossible.
    """
    # Always in this order: tablet, person, visit.
    held = hold(tablet) if tablet else None
    person = registration.locked(patient)
    now = timezone.now()
    standing = facts.standing_of(person, now)
    outcomes = {q.id: facts.rule_for(standing, q.id, now)[1] for q in QUESTIONS}
    gms, asked = outcomes[GMS_REGISTRATION.id], standing.questions[GMS_REGISTRATION.id]
    # On the day of the answer only staff check it, and write why. The tablet says what they answered.
    is_early = gms.outcome is Outcome.SECOND_LOOK and actions.is_early(asked, now)
    if gms.outcome in (Outcome.STAFF_FIRST, Outcome.NOT_HERE, Outcome.CLOSED) or standing.state != "open":
        raise NotPossible(f"Not on a tablet now. {gms.because}")
    asks = [q.id for q in QUESTIONS if outcomes[q.id].outcome in telling.ASKED]
    if reason.strip() and again not in asks:
        actions.record_note(patient=person, kind="asked-anyway", by=actions.staff(user), question=again, reason=reason)
        asks.append(again)
    if interpreter.strip() and standing.interpreter_wanted:
        actions.record_note(
            patient=person, kind="interpreter-there", by=actions.staff(user), interpreter=interpreter.strip()
        )
    for live in Visit.objects.filter(patient__in=registration.family(person), ended_at=None):
        end(visit=live, how="started anew")
    takes = reception_takes(standing) if place == Visit.Place.RECEPTION else ReceptionTakes.ALL
    if held:
        make_free(held, standing.prison)
    code = "" if held else unused_code(now)
    visit = Visit.objects.create(
        patient=person,
        prison_id=standing.prison,
        place=place,
        started_by=user,
        started_at=now,
        code=hashed(code) if code else "",
        code_expires_at=now + CODE_LASTS,
        tablet=held,
        # Not from 0: a form left over from whoever had the tablet before fits no screen of this visit.
        turn=secrets.randbelow(10**9),
        state={
            "is_them": False,
            "picture": secrets.choice(PICTURES),
            "words": content.current_hashes(ENGLISH, standing.prison or ""),
            "language": ENGLISH,
            "opened_at": standing.opened_at.isoformat() if standing.opened_at else "",
            "length": "first-night" if takes == ReceptionTakes.SHORT else "whole",
            "takes": takes,
            "asks": asks,
            "outcome": (Outcome.NOTHING_TO_ASK if is_early else gms.outcome).value,
            **telling.facts_told(person, standing),
            "decision": asked.decision or "",
            "line": asked.line,
            "explain": to_explain(asked.line),
            "said": said(asked),
            "order": draw_order(),
            "interpreter": interpreter.strip(),
            "seen": {},
            "took": {},
            "checks": {},
        },
    )
    return visit, code


def said(asked: QuestionStanding) -> dict[str, str]:
    """When and where the answer that stands was given, for reading it back."""
    if asked.decided_at is None:
        return {}
    prison = Prison.objects.filter(pk=asked.decided_in).first()
    return {"at": asked.decided_at.isoformat(), "prison": prison.name if prison else ""}


def to_explain(line: str) -> list[str]:
    """What a person has to talk over before the yes in this line is acted on."""
    entry = Entry.objects.filter(hash=line).first() if line else None
    return list(ledger.read(entry)["data"].get("explain", [])) if entry else []


def reception_takes(standing: Standing) -> str:
    policies = ReceptionPolicy.objects.filter(prison=standing.prison, legal_status__in=["", standing.legal_status])
    chosen = max(policies, key=lambda policy: policy.legal_status, default=None)
    return chosen.takes if chosen else ReceptionTakes.SHORT


def unused_code(now: datetime) -> str:
    while True:
        code = f"{secrets.randbelow(10**6):06d}"
        if not Visit.objects.filter(code=hashed(code), code_expires_at__gt=now, ended_at=None).exists():
            return code


def hold(tablet: Tablet) -> Tablet:
    return Tablet.objects.select_for_update(no_key=True).get(pk=tablet.pk)


def make_free(held: Tablet, prison: str | None) -> None:
    """Raises NotPossible where nobody can be sent to this tablet now."""
    if not held.is_in_service or held.prison_id != prison:
        raise NotPossible("This tablet is not in use at the prison where the person is. Choose another one.")
    if on_tablet(held):
        raise NotPossible("Somebody else is at this tablet now. Choose another one, or get a code.")


def free(prison: str | None) -> list[Tablet]:
    """The tablets of a prison that are there now and at which nobody is."""
    now, seen = timezone.now(), there(prison)
    going_on = Visit.objects.filter(tablet__in=seen, ended_at=None)
    taken = {visit.tablet_id for visit in going_on if not is_silent(visit, now)}
    return [tablet for tablet in seen if tablet.pk not in taken]


def there(prison: str | None) -> QuerySet[Tablet]:
    """The tablets of a prison that were heard of just now."""
    now = timezone.now()
    return Tablet.objects.filter(prison=prison, enrolled_at__lt=now, revoked_at=None, last_seen_at__gt=now - IDLE)


@transaction.atomic
def move(*, visit: Visit, tablet: Tablet | None = None) -> str:
    """The visit goes on on this tablet, with the steps done; without one, wherever the code that is returned is tapped.

    The tablet that has it now is cleared when it next asks. Raises NotPossible.
    """
    held = hold(tablet) if tablet else None
    moved = Visit.objects.select_for_update().get(pk=visit.pk)
    if moved.ended_at:
        raise NotPossible("The visit has ended. Start another one.")
    if held and held.pk != moved.tablet_id:
        make_free(held, moved.prison_id)
    code = "" if held else unused_code(timezone.now())
    moved.code, moved.code_expires_at = hashed(code) if code else "", timezone.now() + CODE_LASTS
    put_on(moved, held, last_seen_at=None)
    return code


def new_code(*, visit: Visit) -> str:
    """Another code for a visit that goes on, on this tablet or another one."""
    return move(visit=visit)


@transaction.atomic
def take_up(*, code: str, tablet: Tablet) -> Visit | None:
    """Put the visit with this code on a tablet of its own prison, once."""
    held, now = hold(tablet), timezone.now()
    waiting = Visit.objects.select_for_update().filter(
        code=hashed(code), code_expires_at__gt=now, ended_at=None, prison=held.prison_id
    )
    visit = waiting.first() if not on_tablet(held) else None
    if visit is None:
        return None
    visit.code = ""
    put_on(visit, held, last_seen_at=now)
    return visit


def put_on(visit: Visit, tablet: Tablet | None, *, last_seen_at: datetime | None) -> None:
    """On another tablet, in other hands perhaps: who holds it is asked first."""
    visit.tablet, visit.last_seen_at = tablet, last_seen_at
    visit.state["is_them"] = False
    visit.save(update_fields=["code", "code_expires_at", "tablet", "last_seen_at", "state"])


def arrived(visit: Visit) -> None:
    """The tablet it was sent to shows it."""
    visit.last_seen_at = timezone.now()
    visit.save(update_fields=["last_seen_at"])


def touched(visit: Visit, question: str) -> None:
    """Somebody is there; and so many seconds more went by with the words of this question on the screen."""
    now = timezone.now()
    took = visit.state.get("took")  # visits of long ago did not count them
    if took is not None and visit.last_seen_at is not None:
        took[question] = took.get(question, 0) + max(0, (now - visit.last_seen_at).total_seconds())
    visit.last_seen_at = now


def on_tablet(tablet: Tablet, last: Visit | None = None) -> Visit | None:
    """The live visit of a tablet. One that nobody touched for too long is ended, and stores nothing.

    ``last``: the one it had when it was last asked, read just now. While that is live, there is no other.
    """
    if last is not None and last.tablet_id == tablet.pk and last.ended_at is None:
        return going_on(last)
    return going_on(Visit.objects.filter(tablet=tablet, ended_at=None).first())


def still_on_its_tablet(visit: Visit) -> Visit | None:
    """The same visit, held; None where it has ended or moved since."""
    rows = Visit.objects.select_for_update().filter(pk=visit.pk, tablet=visit.tablet_id, ended_at=None)
    return going_on(rows.first()) if visit.tablet_id else None


def going_on(visit: Visit | None) -> Visit | None:
    if visit is None:
        return None
    if is_silent(visit, timezone.now()):
        end(visit=visit, how=NOBODY_THERE)
        return None
    return visit


def is_silent(visit: Visit, at: datetime) -> bool:
    """Nobody has touched it for too long; or it was sent, and no tablet came for it."""
    if visit.last_seen_at is None:
        return visit.tablet_id is not None and visit.code_expires_at < at
    return at - visit.last_seen_at > IDLE


def end(*, visit: Visit, how: str) -> None:
    """End a visit. What was confirmed is in the record already; nothing else is kept but the steps done."""
    visit.ended_at, visit.ended_how, visit.code = timezone.now(), how, ""
    visit.save(update_fields=["ended_at", "ended_how", "code"])


def tablet_of(visit: Visit) -> str:
    """As the record names it."""
    return str(visit.tablet_id or "")


def go_to(visit: Visit, step: Step | None) -> None:
    if step is not None:
        visit.state["step"] = step.id


def situation(visit: Visit) -> Situation:
    """What chooses the words and the steps. Kept with the visit, so that a screen needs no look at the record."""
    state = visit.state
    return Situation(
        legal=state["legal"],
        home_gp=state["home_gp"],
        registered=state["registered"],
        transferred=state["transferred"],
        length=state["length"],
        takes=state["takes"],
        asks=frozenset(state["asks"]),
        outcome=state["outcome"],
        decision=state["decision"],
        held=state["held"],
        resumed=bool(state.get("resumed")),
        unchecked=bool(state.get("unchecked")),
        knows_cost_of_no=bool(state.get("knows_cost_of_no")),
        is_them=state.get("is_them", True),  # visits of long ago were asked nothing
    )
