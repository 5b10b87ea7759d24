"""An answer, a check before sending, or a time when nobody could be asked: recorded once, with its line."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent import facts
from consent.actions.registering import follow, not_made_yet, stands_as_yes
from consent.history import HOLD_NONE
from consent.hold import Setting, hold_of
from consent.models import Entry, Hold, HoldException, PrisonPolicy
from consent.policy import Answer, Facts, Rule
from consent.questions import BY_ID, GMS_REGISTRATION
from consent.sent import is_hard_to_undo
from consent.standing import QuestionStanding, Standing, local_date
from registration import actions as registration
from registration.actions import NotPossible
from registration.custody import State, custody_periods, period_at
from registration.models import Patient

# Rows of the policy by which a person is asked now and no answer stands: "not possible today" wipes out none.
ASKABLE = {"13", "16", "17"}


def may_be_put_off(known: Facts, rule: Rule) -> bool:
    """Whether somebody can be recorded as not possible to ask today; by row 9 they are asked too, by talking."""
    return rule.code in ASKABLE or (rule.code == "9" and (known.decision is None or known.due_now))


@transaction.atomic
def decide(
    *,
    patient: Patient,
    question: str,
    answer: Answer,
    by: dict[str, str],
    route: str,
    at: datetime | None = None,
    once: str = "",
    place: str = "",
    is_explained: bool = False,
    **details: Any,
) -> Entry:
    """Record an answer. ``route``: tablet, talk, paper or conflict. The same ``once`` again returns the first entry.

    ``place`` is the prison where it was given; left out, the one where the person was at that time. ``is_explained``:
    the whole explanation was shown and understood; any other yes is held for the check before sending, whatever the
    prison has set. ``after_sent`` is kept with what is said after a yes to registering went out: what is printed of it
    says so.
    Raises NotPossible when the person is not known to be in a prison in England then, or records disagree.
    """
    held = facts.hold(patient)
    if once and (entry := recorded_once(held, once, question, answer)):
        return entry
    now = timezone.now()
    at = at or now
    if at > now:
        raise NotPossible("That time lies ahead. Give the time at which the person answered.")
    standing = held.standing(now)
    asked = standing.questions[question]
    was_in = check_here(held, standing, at)
    check_possible(asked, answer, route, at)
    if route == "tablet" and standing.state_at(now) is not State.OPEN:
        raise NotPossible("This person is not here just now. Nothing was stored.")
    place = place or was_in or ""
    hold = HOLD_NONE
    if BY_ID[question].holds_yes and answer is Answer.YES:
        hold = hold_for(held.person, standing, place, is_explained=is_explained)
    is_after_sent = question == GMS_REGISTRATION.id and is_hard_to_undo(held.person, standing)
    entry = held.append(
        kind="decision",
        at=at,
        by=by,
        data={
            "question": question,
            "answer": answer.value,
            "prison": place,
            "route": route,
            "hold": hold,
            "once": once,
            "refers": behind(held, asked.in_play, at),
            **({"after_sent": True} if is_after_sent else {}),
            **details,
        },
    )
    if question == GMS_REGISTRATION.id:
        follow(held, at=now)
        if hold == HOLD_NONE and stands_as_yes(held, entry):
            registration.open_request(patient=held.person, asked_by=entry.hash, at=now)
    facts.project(held)
    return entry


def check_possible(asked: QuestionStanding, answer: Answer, route: str, at: datetime) -> None:
    """Raises NotPossible where this answer does not fit what stands."""
    if asked.conflict and route != "conflict":
        raise NotPossible("Records disagree, or a booking was changed. Choose what stands first.")
    if answer is Answer.WITHDRAWN and asked.decision != Answer.YES:
        raise NotPossible("There is no yes to take back.")
    if answer is Answer.WITHDRAWN and asked.decided_at and at < asked.decided_at:
        raise NotPossible("The yes was given after that time. Give the time at which they took it back.")


@transaction.atomic
def could_not_ask(*, patient: Patient, questions: list[str], by: dict[str, str], reason: str, once: str) -> None:
    """Not possible today, for each question that is due or offered. Raises NotPossible when one of them is not."""
    now = timezone.now()
    standing = facts.hold(patient).standing(now)
    if not questions or not all(may_be_put_off(*facts.rule_for(standing, question, now)) for question in questions):
        raise NotPossible("Nothing is to be asked now: what stands stays as it is.")
    for question in questions:
        decide(
            patient=patient,
            question=question,
            answer=Answer.NOT_POSSIBLE,
            by=by,
            route="talk",
            once=f"{once}:{question}" if once else "",
            reason=reason,
        )


def check_here(held: facts.Held, standing: Standing, at: datetime) -> str | None:
    """The prison the person was in at that time, in this time in prison. Raises NotPossible."""
    if standing.state_at(timezone.now()) in (State.NONE, State.CLOSED, State.DECEASED):
        raise NotPossible("This person is not known to be in prison now. Record that they came in first.")
    if standing.outside_england:
        raise NotPossible("This prison is outside England, where this choice does not apply.")
    periods = custody_periods(held.known.movements, timezone.now())
    if period_at(periods, at) is not periods[-1]:
        raise NotPossible("At that time the person was not in prison as far as we know. Check the date and time.")
    then = custody_periods(held.known.movements, at)
    return then[-1].prison if then else standing.prison


def hold_for(person: Patient, standing: Standing, prison_id: str | None, *, is_explained: bool) -> str:
    """How a yes given here is held: "second-look", "none", or a number of hours."""
    rows = (
        *PrisonPolicy.objects.filter(prison=prison_id),
        *HoldException.objects.filter(prison=prison_id),
    )
    return hold_of(
        (setting(row) for row in rows),
        legal_status=standing.legal_status,
        home_gp=person.home_gp,
        is_explained=is_explained,
    )


def setting(row: PrisonPolicy | HoldException) -> Setting:
    hold = str(row.hold_hours) if row.hold == Hold.HOURS else str(row.hold)
    if isinstance(row, PrisonPolicy):
        return Setting(hold)
    return Setting(hold, row.legal_status, row.home_gp)


def behind(held: facts.Held, in_play: tuple[str, ...], at: datetime) -> list[str]:
    """The answers of other, joined records that this one is given in full view of."""
    own = str(held.person.record_id)
    return sorted(line.id for line in held.known.lines if line.id in in_play and line.at <= at and line.record != own)


def recorded_once(held: facts.Held, once: str, question: str, answer: Answer) -> Entry | None:
    """The entry that this very form made before. Raises NotPossible where it said something else then."""
    for line in held.known.lines:
        if line.once == once:
            if (line.question, line.answer) != (question, answer.value):
                raise NotPossible("This form was sent before, with another answer. Open it again.")
            return Entry.objects.get(hash=line.id)
    return None


def is_early(asked: QuestionStanding, at: datetime) -> bool:
    """Whether a check before sending would be sooner than planned."""
    if asked.decided_at is None:
        return False
    return local_date(at) < local_date(asked.decided_at) + timedelta(days=facts.INTERVALS.second_look_from)


@transaction.atomic
def second_look(
    *, patient: Patient, by: dict[str, str], decision: str, prison: str | None, route: str, **details: str
) -> Entry:
    """It is still yes: the yes is no longer held, and the work of registering opens. Raises NotPossible.

    On the day of the answer it takes a ``reason``: whoever is tired tonight has until tomorrow to think.
    """
    held = facts.hold(patient)
    now = timezone.now()
    standing = held.standing(now)
    asked = standing.questions[GMS_REGISTRATION.id]
    known, rule = facts.rule_for(standing, GMS_REGISTRATION.id, now)
    if asked.line != decision:
        raise NotPossible("The answer has changed since this page was shown. Look at it again.")
    if not known.held:
        raise NotPossible("This yes has been checked already.")
    # Row 9: not on a tablet, but by talking all the same.
    if rule.code not in ("10g", "9") or (rule.code == "9" and route == "tablet"):
        raise NotPossible(rule.because)
    if is_early(asked, now) and not details.get("reason", "").strip():
        raise NotPossible("They said yes today. Check it from tomorrow on, or write why it cannot wait.")
    entry = held.append(
        kind="second-look",
        at=now,
        by=by,
        data={"question": GMS_REGISTRATION.id, "prison": prison, "route": route, "refers": [decision], **details},
    )
    is_open = any(request.asked_by == decision for request in not_made_yet(held.people))
    if not is_open and registration.open_request(patient=held.person, asked_by=decision, at=now) is None:
        raise NotPossible("An earlier registration is still open. Confirm or reject it first, then check this yes.")
    facts.project(held)
    return entry
