"""The work that follows a yes: to make the registration, to confirm it, to help whoever takes back what was sent."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext

from consent import facts
from consent.policy import Answer, Away, waited, working_days_after
from consent.questions import GMS_REGISTRATION
from consent.sent import NEEDS_HELP, OPEN_REQUEST, Sent, sent_of
from consent.staff import wording
from consent.staff.need import Need
from consent.standing import QuestionStanding, local_date
from registration.models import RegistrationRequest


@dataclass(frozen=True, slots=True)
class Work:
    """``code``: the row of the policy table that fits; ``begun``: when this time in prison began; ``away``: absences in
    it, in which due dates waited."""

    asked: QuestionStanding
    code: str
    request: RegistrationRequest | None
    begun: datetime | None
    away: Away
    today: date

    @property
    def is_gms(self) -> bool:
        return self.asked.question == GMS_REGISTRATION.id

    @property
    def wants_request(self) -> bool:
        """A yes that may be acted on, and no registration is under way."""
        is_open = self.request is not None and self.request.state in OPEN_REQUEST
        return self.is_gms and self.code == "7" and not is_open

    @property
    def make(self) -> Need | None:
        """Waits while they are away: then another row fits."""
        if self.wants_request:
            return self._need(gettext("Begin the registration"), self.why_begin, self.make_due)
        request = self.request
        if self.code != "7" or request is None or request.state != "to-make" or request.to_confirm:
            return None
        because = gettext("They said yes; nothing is sent yet.")
        return self._need(gettext("Make the registration"), because, self.make_due)

    @property
    def make_due(self) -> date:
        """Counted from what made it possible: the yes and its hold, or what became of the last request."""
        request, said_at = self.request, self.asked.decided_at
        if request is not None and request.state == "to-make":
            since = request.opened_at
        elif request is not None and request.asked_by == self.asked.line:
            since = request.changed_at
        else:
            since = said_at + timedelta(hours=int(self.asked.hold) if self.asked.hold.isdecimal() else 0)
        return waited(local_date(since) + timedelta(days=facts.INTERVALS.make), self.away)

    @property
    def why_begin(self) -> str:
        state = self.request.state if self.request and self.request.asked_by == self.asked.line else ""
        if state == "rejected":
            return gettext("They said yes, and the registration was rejected. It can be begun again.")
        if state == "confirmed":
            return gettext("The confirmation was recorded in error. Look in the clinical system.")
        return gettext("They said yes; nothing is sent yet.")

    @property
    def confirm(self) -> Need | None:
        """Whatever was answered since: what was made is confirmed or rejected, so that all know which."""
        request, days = self.request, facts.INTERVALS.confirm_working_days
        if not self.is_gms or request is None or self.code in ("0", "1"):
            return None
        if request.state == "made":
            due = working_days_after(local_date(request.changed_at), days, facts.BANK_HOLIDAYS)
            what, why = gettext("Confirm the registration"), wording.step_reached(request)
            return replace(self._need(what, why, due), codes=("confirm",))
        if request.state == "to-make" and request.to_confirm and self.code == "7":
            due = working_days_after(local_date(request.opened_at), days, facts.BANK_HOLIDAYS)
            return self._need(gettext("Check the registration"), gettext("They said yes before this system."), due)
        return None

    @property
    def sent(self) -> Sent:
        """What became outside of a yes that they may take back, or have taken back."""
        return sent_of(self.asked, self.request, self.begun)

    @property
    def undo(self) -> Need | None:
        """They took back, or said no after, a yes that went out: nobody is left alone with that."""
        asked = self.asked
        if asked.decision not in (Answer.WITHDRAWN, Answer.NO) or asked.task_done or asked.decided_at is None:
            return None
        if not self.is_gms or self.sent not in NEEDS_HELP or self.code not in ("3", "5", "6g", "8", "11g"):
            return None
        due = waited(local_date(asked.decided_at) + timedelta(days=facts.INTERVALS.help_undo), self.away)
        what = gettext("Help them: they took back a yes that was sent")
        return self._need(what, wording.taken_back(asked.question, self.sent), due)

    def _need(self, what: str, because: str, due: date) -> Need:
        return Need((self.code,), (self.asked.question,), what, because, due, self.today)
