"""Where one person stands with each question, and what that asks of staff now. What cannot wait comes first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions, facts
from consent.policy import Answer, Facts, Outcome, Rule
from consent.questions import GMS_REGISTRATION, GP_RECORD, QUESTIONS, Question
from consent.staff import wording
from consent.standing import QuestionStanding, Standing, local_date
from registration.models import Patient, Prison, RegistrationRequest

# What staff do, by the row of the policy table. Rows that ask nothing of anyone are not here.
TO_DO = {
    "2": _("Look, and choose what stands"),
    "9": _("Talk with them; not on a tablet"),
    "10g": _("Check before sending"),
    "11g": _("Offer once to look at it again"),
    "12": _("Ask again, not yet"),
    "13": _("Ask again"),
    "14g": _("Check an earlier registration"),
    "15": _("Look in the clinical system first"),
    "16": _("Offer the choice afresh"),
    "17": _("Offer the choice"),
}
OPEN_REQUEST = ("to-make", "made")


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to do, for one question or for both, and the sentence that says why."""

    codes: tuple[str, ...]
    questions: tuple[str, ...]
    what: str
    because: str
    due: date | None
    today: date

    @property
    def about(self) -> str:
        return gettext("both questions") if len(self.questions) > 1 else _title(self.questions[0])

    @property
    def is_overdue(self) -> bool:
        return self.due is not None and self.due < self.today

    @property
    def is_now(self) -> bool:
        return self.due is None or self.due <= self.today

    @property
    def due_in_words(self) -> str:
        if self.due is None:
            return ""
        if self.is_overdue:
            return gettext("Overdue: was due on %(day)s") % {"day": wording.day(self.due)}
        if self.due == self.today:
            return gettext("Due today")
        return gettext("Due on %(day)s") % {"day": wording.day(self.due)}

    @property
    def rank(self) -> tuple[int, date]:
        """Overdue and due first, the oldest on top; then what has no date; then what is still to come."""
        if self.due is None:
            return 1, date.max
        return (0, self.due) if self.due <= self.today else (2, self.due)


@dataclass(frozen=True, slots=True)
class Matter:
    """One question: what was answered, the rule that fits, and what follows."""

    question: Question
    asked: QuestionStanding
    facts: Facts
    rule: Rule
    due: date | None
    today: date
    request: RegistrationRequest | None = None

    @property
    def title(self) -> str:
        return gettext(self.question.staff_title)

    @property
    def because(self) -> str:
        return gettext(self.rule.because)

    @property
    def is_asked(self) -> bool:
        """Whether a visit would ask this question without any reason of ours."""
        return self.rule.outcome in (Outcome.OFFER, Outcome.ASK_AGAIN, Outcome.FRESH_LOOK)

    @property
    def is_undecided(self) -> bool:
        return not self.asked.conflict and self.asked.decision in (None, Answer.LATER, Answer.NOT_POSSIBLE)

    @property
    def may_be_put_off(self) -> bool:
        return self.rule.code in actions.ASKABLE

    @property
    def wants_check(self) -> bool:
        """A held yes to check before sending; where a tablet is not for them (row 9), by talking."""
        return self.facts.held and self.rule.code in ("10g", "9")

    @property
    def wants_task(self) -> bool:
        """A yes that may be acted on and that nobody has acted on yet."""
        asked = self.asked
        return self.rule.code == "7" and self.question is GP_RECORD and not asked.task_done and not asked.imported

    @property
    def wants_request(self) -> bool:
        is_open = self.request is not None and self.request.state in OPEN_REQUEST
        return self.rule.code == "7" and self.question is GMS_REGISTRATION and not is_open

    @property
    def need(self) -> Need | None:
        if self.wants_check and self.rule.code == "9":
            return self._need(gettext("Check before sending, by talking"), self.because, self.facts.second_look_due)
        if what := TO_DO.get(self.rule.code):
            return self._need(str(what), self.because, self.due)
        if self.wants_task and self.asked.decided_at:
            return self._need(gettext(self.question.task), gettext("They said yes."), local_date(self.asked.decided_at))
        if self.wants_request:
            return self._need(gettext("Begin the registration"), self.why_begin, None)
        if self.rule.code == "7" and self.request is not None and self.request.state == "to-make":
            if self.request.to_confirm:
                return self._need(gettext("Check the registration"), gettext("They said yes before this system."), None)
            return self._need(gettext("Make the registration"), gettext("They said yes; nothing is sent yet."), None)
        return None

    @property
    def why_begin(self) -> str:
        state = self.request.state if self.request and self.request.asked_by == self.asked.line else ""
        if state == "rejected":
            return gettext("They said yes, and the registration was rejected. It can be begun again.")
        if state == "confirmed":
            return gettext("The confirmation was recorded in error. Look in the clinical system.")
        return gettext("They said yes; nothing is sent yet.")

    def _need(self, what: str, because: str, due: date | None) -> Need:
        return Need((self.rule.code,), (self.question.id,), what, because, due, self.today)


def matters(standing: Standing, at: datetime, request: RegistrationRequest | None = None) -> list[Matter]:
    found = []
    for question in QUESTIONS:
        facts_now, rule = facts.rule_for(standing, question.id, at)
        own = request if question is GMS_REGISTRATION else None
        found.append(
            Matter(question, standing.questions[question.id], facts_now, rule, rule.due(facts_now), local_date(at), own)
        )
    return found


def standing_matters(person: Patient) -> list[Matter]:
    now = timezone.now()
    return matters(facts.standing_of(person, now), now)


def needs(about: Iterable[Matter]) -> list[Need]:
    """What is to be done, most urgent first; the same thing for both questions is said once."""
    joined: dict[tuple[str, str, date | None], Need] = {}
    for need in (m.need for m in about):
        if need is None:
            continue
        key = (need.what, need.because, need.due)
        before = joined.get(key)
        joined[key] = need if before is None else _both(before, need)
    return sorted(joined.values(), key=lambda need: need.rank)


def _both(one: Need, other: Need) -> Need:
    return Need(one.codes, one.questions + other.questions, one.what, one.because, one.due, one.today)


def _title(question: str) -> str:
    return gettext(next(q.staff_title for q in QUESTIONS if q.id == question))


def in_turn(requests: Iterable[RegistrationRequest]) -> list[RegistrationRequest]:
    """Oldest first, and one that is still open last: the last one is the one that matters."""
    return sorted(requests, key=lambda request: (request.state in OPEN_REQUEST, request.pk))


def requests_at(prison: Prison) -> Mapping[int, RegistrationRequest]:
    """The newest registration request of everyone this prison has, by the patient who stands for the person."""
    here = Q(patient__status__prison=prison) | Q(patient__merged_into__status__prison=prison)
    rows = in_turn(RegistrationRequest.objects.filter(here).select_related("patient"))
    return {request.patient.merged_into_id or request.patient_id: request for request in rows}


def everyone(
    prison: Prison | None, at: datetime, work: Mapping[int, RegistrationRequest], *, sensitive: bool = False
) -> list[tuple[Patient, Standing, list[Matter]]]:
    """Everyone this prison has now, each with where they stand; or those alone whose record is sensitive."""
    if prison is None:
        return []
    people = [one for one in facts.in_prison(prison, at) if one[1].sensitive == sensitive]
    return [(person, standing, matters(standing, at, work.get(person.pk))) for person, standing in people]
