"""The work of registering follows the answer that stands, and nothing is sent on one that does not."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import facts
from consent.actions.notes import record_note, staff
from consent.models import Entry
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from consent.standing import QuestionStanding, Standing, is_held
from registration import actions as registration
from registration import heard
from registration.actions import NotPossible
from registration.custody import State
from registration.details import keep_details as keep_details
from registration.models import Patient, Prison, RegistrationRequest

# Why nothing is sent for somebody who is not here now.
NOT_HERE = {
    State.NONE: _("We do not know of this person being in prison. Nothing is sent."),
    State.AWAY: _("They are out at court or on temporary absence, and may not come back. Make it when they are back."),
    State.IN_TRANSIT: _("They are on the way between prisons. The prison where they arrive makes it."),
    State.CARE_ELSEWHERE: _("They are in hospital or care elsewhere. Make it when they are back."),
    State.SUSPENDED: _("They are missing from prison. Make it when they are back."),
    State.SETTLING: _("They have just been released. If that is not undone, nothing is ever sent."),
    State.CLOSED: _("They have left prison. Nothing is sent."),
    State.DECEASED: _("They have died. Nothing is sent."),
}


def follow(held: facts.Held, *, at: datetime) -> None:
    """Let requests that were not made yet follow what stands now: none may go out on an answer that was overtaken, and
    none beside one that was made, by which number of theirs whatever."""
    if not (requests := not_made_yet(held.people)):
        return
    asked = held.standing(at).questions[GMS_REGISTRATION.id]
    if is_made(held.people):
        for request in requests:
            registration.move_request(request=request, to="stopped", at=at, reason="Another was made already.")
        return
    for request in requests:
        if asked.registered and request.to_confirm:
            registration.move_request(request=request, to="confirmed", at=at, reason="A registration is on record.")
        elif asked.registered or (not asked.conflict and not is_behind(request, asked, at)):
            registration.move_request(request=request, to="stopped", at=at, reason="Its answer stands no more.")


def not_made_yet(people: list[Patient]) -> list[RegistrationRequest]:
    return list(RegistrationRequest.objects.filter(patient__in=people, state="to-make"))


def is_made(people: list[Patient]) -> bool:
    """Whether a registration of theirs was made, and is not confirmed or rejected yet."""
    return RegistrationRequest.objects.filter(patient__in=people, state="made").exists()


def is_behind(request: RegistrationRequest, asked: QuestionStanding, at: datetime) -> bool:
    """Whether the answer that stands is the one that asked for this request, and is held no more."""
    return asked.line == request.asked_by and asked.decision == Answer.YES and not is_held(asked, at)


def stands_as_yes(held: facts.Held, entry: Entry) -> bool:
    asked = held.standing(timezone.now()).questions[GMS_REGISTRATION.id]
    return asked.line == entry.hash and asked.decision == Answer.YES and not asked.registered


@transaction.atomic
def move_request(
    *,
    request: RegistrationRequest,
    to: str,
    user: User,
    reason: str = "",
    still_here: bool = False,
    registered_on: date | None = None,
) -> None:
    """Take a registration request one step on; a confirmed or ended one goes into the record.

    ``still_here``: whoever makes it has checked that the person is. ``registered_on``: the day that the clinical system
    shows. Raises NotPossible.
    """
    now = timezone.now()
    held = facts.hold(request.patient)
    made_in = None
    if to == "made":
        standing = held.standing(now)
        check_may_send(standing, request, now, still_here=still_here)
        made_in = standing.prison
    never_made = to == "stopped" and request.to_confirm
    registration.move_request(request=request, to=to, at=now, reason=reason, made_in=made_in)
    if never_made:
        about = {"question": GMS_REGISTRATION.id, "refers": (request.asked_by,)}
        record_note(patient=request.patient, kind="never-made", by=staff(user), reason=reason, **about)
    shown = {"registered_on": registered_on.isoformat()} if registered_on else {}
    if kind := {"confirmed": "registered", "ended": "registration-ended"}.get(to):
        record_note(
            patient=request.patient,
            kind=kind,
            by=staff(user),
            question=GMS_REGISTRATION.id,
            reason=reason,
            **shown,
        )
    follow(facts.hold(request.patient), at=timezone.now())


def check_may_send(standing: Standing, request: RegistrationRequest, at: datetime, *, still_here: bool) -> None:
    """Raises NotPossible, with the reason in words, where nothing may be made or printed for this request now."""
    if problem := why_not_sent(standing, request, at):
        raise NotPossible(problem)
    if not still_here:
        raise NotPossible("Check that they are still here, and say so. Nothing was recorded.")


def why_not_sent(standing: Standing, request: RegistrationRequest, at: datetime) -> str:
    """Why this registration may not be sent now, in words; blank where it may.

    Nothing is sent on an answer that stands no more or is held, for somebody who is away or has left, or where we have
    not heard for too long who is here.
    """
    asked = standing.questions[GMS_REGISTRATION.id]
    state = standing.state_at(at)
    if request.state == "made":
        return gettext("It was made already. Confirm it, and do not make it again.")
    if request.to_confirm:
        return gettext("It may have been made before this system. Look in the clinical system first.")
    if request.state != "to-make":
        return gettext("This registration is not to be made.")
    if state is not State.OPEN:
        return str(NOT_HERE[state])
    if asked.conflict:
        return gettext("Records disagree about this person. Someone must look and choose first.")
    _known, rule = facts.rule_for(standing, GMS_REGISTRATION.id, at)
    if rule.code != "7" and asked.line == request.asked_by:
        return gettext(rule.because)
    if not is_behind(request, asked, at):
        return gettext("The yes behind this registration does not stand any more. Nothing is sent.")
    if rule.code != "7":
        return gettext(rule.because)
    if is_made(registration.family(registration.survivor(request.patient))):
        return gettext("It was made already. Confirm it, and do not make it again.")
    return stale(standing.prison or "", at)


def stale(prison_id: str, at: datetime) -> str:
    """That we have not heard for too long who is in this prison, in words; blank where we have, or there is no feed."""
    hours = settings.FEED_STALE_HOURS
    if not hours or not heard.is_ever_heard():
        return ""
    last = heard.last_heard(prison_id)
    if last is not None and at - last <= timedelta(hours=hours):
        return ""
    return gettext(
        "For more than %(hours)s hours no message and no roll of the prison service has told us who is in %(prison)s. "
        "They may have left. Nothing is sent until we hear again; tell whoever runs this system."
    ) % {"hours": hours, "prison": Prison.objects.get(pk=prison_id).name}


@transaction.atomic
def begin_request(*, patient: Patient, user: User) -> RegistrationRequest:
    """Open the work for a yes whose hold by hours has run out. Raises NotPossible.

    Behind a yes from before this system, that nobody here has talked over, there may be a registration already.
    """
    now = timezone.now()
    standing = facts.hold(patient).standing(now)
    asked = standing.questions[GMS_REGISTRATION.id]
    _known, rule = facts.rule_for(standing, GMS_REGISTRATION.id, now)
    if rule.code != "7":
        raise NotPossible("There is no yes that may be sent now.")
    to_confirm = asked.imported and not asked.is_checked
    request = registration.open_request(patient=patient, asked_by=asked.line, at=now, to_confirm=to_confirm)
    if request is None:
        raise NotPossible("A request is open already.")
    return request
