"""Where one person stands with each question, and what that asks of staff now. What cannot wait comes first."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions, facts
from consent.policy import Answer, Away, Facts, Outcome, Rule, not_now, waited
from consent.questions import GMS_REGISTRATION, GP_RECORD, QUESTIONS, Question
from consent.sent import in_turn, requests_of
from consent.staff.need import Need as Need
from consent.staff.work import Work
from consent.standing import QuestionStanding, Standing, local_date
from registration import actions as registration
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
# Nobody waits for the day of these, unless an answer has put it off.
FOR_TODAY = {"2", "9", "11g", "14g", "15"}


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
    begun: datetime | None = None  # when this time in prison began
    away: Away = ()  # in which due dates waited

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
    def is_put_off(self) -> bool:
        """They decided later, or could not be asked, and their day has not come."""
        return not_now(self.facts) and not self.facts.due_now

    @property
    def may_be_put_off(self) -> bool:
        return actions.may_be_put_off(self.facts, self.rule)

    @property
    def wants_check(self) -> bool:
        """A held yes to check before sending; where a tablet is not for them (row 9), by talking. What was made already
        on an earlier yes is confirmed or rejected first."""
        return self.facts.held and self.rule.code in ("10g", "9") and not self.is_made

    @property
    def is_made(self) -> bool:
        return self.request is not None and self.request.state == "made"

    @property
    def wants_task(self) -> bool:
        """A yes that may be acted on and that nobody has acted on yet."""
        asked = self.asked
        return self.rule.code == "7" and self.question is GP_RECORD and not asked.task_done and not asked.imported

    @property
    def need(self) -> Need | None:
        if self.facts.held and self.is_made:
            return self.work.confirm
        what = TO_DO.get(self.rule.code)
        if self.wants_check and self.rule.code == "9":
            what = gettext("Check before sending, by talking")
        if what:
            # Never lost for want of a date.
            return self._need(str(what), self.because, self.due or self.today)
        if self.wants_task and self.asked.decided_at:
            due = waited(local_date(self.asked.decided_at), self.away)
            return self._need(gettext(self.question.task), gettext("They said yes."), due)
        return self.work.undo or self.work.make or self.work.confirm

    @property
    def work(self) -> Work:
        """What is left to do for the registration."""
        return Work(self.asked, self.rule.code, self.request, self.begun, self.away, self.today)

    def _need(self, what: str, because: str, due: date) -> Need:
        # A check by talking comes on its day, like any other.
        for_today = self.rule.code in FOR_TODAY and not self.is_put_off and not self.facts.held
        return Need((self.rule.code,), (self.question.id,), what, because, due, self.today, for_today)


def matters(standing: Standing, at: datetime, request: RegistrationRequest | None = None) -> list[Matter]:
    found = []
    for question in QUESTIONS:
        facts_now, rule = facts.rule_for(standing, question.id, at)
        own = request if question is GMS_REGISTRATION else None
        found.append(
            Matter(
                question,
                standing.questions[question.id],
                facts_now,
                rule,
                rule.due(facts_now),
                local_date(at),
                own,
                standing.opened_at,
                standing.away,
            )
        )
    return found


def standing_matters(person: Patient) -> list[Matter]:
    now = timezone.now()
    return matters(facts.standing_of(person, now), now)


def last_request(family: list[Patient]) -> RegistrationRequest | None:
    own_requests = RegistrationRequest.objects.filter(patient__in=family).select_related("made_in")
    return next(reversed(in_turn(own_requests)), None)


def matters_with_request(person: Patient) -> list[Matter]:
    """The same with the registration that is under way: what may be made, undone, or has to be confirmed."""
    now = timezone.now()
    return matters(facts.standing_of(person, now), now, last_request(registration.family(person)))


def needs_entering(about: Iterable[Matter]) -> list[Need]:
    """Answers that are not in the clinical record yet. Those brought in from before this system come from there."""
    found = []
    for matter in about:
        asked = matter.asked
        if asked.entered or asked.imported or asked.decided_at is None or asked.decision == Answer.NOT_POSSIBLE:
            continue
        due = local_date(asked.decided_at) + timedelta(days=facts.INTERVALS.enter)
        what = gettext("Enter the answer in the clinical record")
        because = gettext("It is not there yet, as far as we know.")
        found.append(Need((matter.rule.code,), (matter.question.id,), what, because, due, matter.today))
    return joined(found)


def needs(about: Iterable[Matter]) -> list[Need]:
    """What is to be done, most urgent first."""
    return joined(need for m in about if (need := m.need))


def joined(found: Iterable[Need]) -> list[Need]:
    """The same thing for both questions said once; the most urgent first."""
    once: dict[tuple[str, str, date], Need] = {}
    for need in found:
        key = (need.what, need.because, need.due)
        before = once.get(key)
        once[key] = need if before is None else _both(before, need)
    return sorted(once.values(), key=lambda need: need.rank)


def _both(one: Need, other: Need) -> Need:
    return replace(one, questions=one.questions + other.questions)


def everyone(
    prison: Prison | None,
    at: datetime,
    *,
    sensitive: bool = False,
    among: Q | None = None,
) -> list[tuple[Patient, Standing, list[Matter]]]:
    """Everyone this prison has now, each with where they stand; or those alone whose record is sensitive.

    ``among``: of the rows of Status, those that are wanted.
    """
    if prison is None:
        return []
    people = [one for one in facts.in_prison(prison, at, among) if one[1].sensitive == sensitive]
    work = requests_of([person for person, _ in people])
    return [(person, standing, matters(standing, at, work.get(person.pk))) for person, standing in people]
