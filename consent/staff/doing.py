"""What can be done about one person now: the first things, and everything else."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.policy import Outcome
from consent.questions import GMS_REGISTRATION, GP_RECORD
from consent.sent import NEEDS_HELP
from consent.staff.matters import Matter
from registration.custody import State
from registration.models import Patient

# Where one question alone is open, the button says which.
VISIT = {
    GP_RECORD.id: _("Start a visit: asking their GP"),
    GMS_REGISTRATION.id: _("Start a visit: signing up with the prison GP"),
}
ANSWER = {
    GP_RECORD.id: _("Record an answer given by talking: asking their GP"),
    GMS_REGISTRATION.id: _("Record an answer given by talking: signing up with the prison GP"),
}
TO_ASK = {Outcome.OFFER, Outcome.ASK_AGAIN, Outcome.FRESH_LOOK}
NO_TABLET = {Outcome.STAFF_FIRST, Outcome.NOT_HERE, Outcome.CLOSED}
# Rows of the policy table by which somebody waits for staff, and nothing is settled yet.
MAY_STILL_CHOOSE = {"9", "10g", "11g", "13", "16", "17"}
NOBODY_HERE = (State.NONE, State.CLOSED, State.DECEASED)


@dataclass(frozen=True, slots=True)
class Do:
    """Something that can be done: a page to go to, or (post) a button that does it at once."""

    label: str
    url: str
    post: bool = False
    hidden: tuple[tuple[str, str], ...] = ()


def not_on_a_tablet(about: Iterable[Matter]) -> str:
    """Why this person cannot be asked on a tablet now; blank where they can."""
    for matter in about:
        is_gms = matter.question is GMS_REGISTRATION
        if matter.rule.code == "9" or (
            is_gms and (matter.facts.custody != State.OPEN or matter.rule.outcome in NO_TABLET)
        ):
            return matter.because
    return ""


def asked_now(about: Iterable[Matter]) -> list[str]:
    """The questions a visit would ask today."""
    return [m.question.id for m in about if m.is_asked and m.rule.code != "12"]


def answered(about: Iterable[Matter]) -> list[str]:
    """The questions that they may ask to answer anew; those that are open or to be checked a tablet asks anyhow."""
    return [m.question.id for m in about if m.asked.decision and m.rule.outcome is Outcome.NOTHING_TO_ASK]


def start_a_visit(patient: Patient, about: list[Matter]) -> Do | None:
    """For whoever is to be asked now."""
    questions = asked_now(about)
    if not questions or not_on_a_tablet(about):
        return None
    label = VISIT[questions[0]] if len(questions) == 1 else gettext("Start a visit")
    return Do(str(label), reverse("visit", args=[patient.prison_number]))


def record_an_answer(patient: Patient, about: list[Matter]) -> Do:
    """By talking. The question is chosen already where one alone is open; the answer never is."""
    url = reverse("answer", args=[patient.prison_number])
    questions = [m.question.id for m in about if m.is_undecided]
    if len(questions) != 1:
        return Do(gettext("Record an answer given by talking"), url)
    return Do(str(ANSWER[questions[0]]), f"{url}?question={questions[0]}")


def write_down_a_paper(patient: Patient, about: list[Matter]) -> Do | None:
    """For whoever has not decided: what they filled in by hand, both questions at once."""
    if not any(m.is_undecided and m.rule.outcome in TO_ASK for m in about):
        return None
    return Do(gettext("Write down a paper"), reverse("paper", args=[patient.prison_number]))


def slip(patient: Patient, about: Iterable[Matter]) -> Do | None:
    """The paper that says we are late and that nothing is chosen: for whoever waits for us to ask or to check, and not
    for whom a registration was made."""
    about = list(about)
    is_late = any(m.need.is_overdue for m in about if m.rule.code in MAY_STILL_CHOOSE and m.need)
    if not is_late or any(m.work.is_gms and m.work.sent in NEEDS_HELP for m in about):
        return None
    url = f"{reverse('keep', args=[patient.prison_number])}?late=1"
    return Do(gettext("Slip: we are late (no answer on it)"), url)


def first_things(patient: Patient, about: list[Matter], has_visit: bool, only: Collection[str] = ()) -> list[Do]:
    """The one or two things that can be done now, the most urgent first. ``only``: by these rows of the policy
    table."""
    wanted = [matter for matter in about if not only or matter.rule.code in only]
    number = patient.prison_number
    found: dict[str, Do] = {}

    def put(do: Do | None) -> None:
        if do is not None:
            found.setdefault(do.url, do)

    def add(name: str, label: str, *more: Any, **how: Any) -> None:
        put(Do(label, reverse(name, args=[number, *more]), **how))

    for matter in wanted:
        if matter.asked.conflict and matter.rule.code == "2":
            add("conflict", gettext("Choose which record stands"), matter.question.id)
    no_tablet = bool(not_on_a_tablet(about))
    for matter in wanted:
        code, outcome = matter.rule.code, matter.rule.outcome
        if matter.wants_check:
            add("second-look", gettext("Check before sending"))
        elif code in ("14g", "15"):
            add("staff-check", gettext("Say what the clinical system shows"))
        elif code == "9" or (matter.is_asked and no_tablet):
            put(record_an_answer(patient, about))
        elif matter.is_asked and not has_visit:
            put(start_a_visit(patient, about))
        if outcome is Outcome.FRESH_LOOK:
            add("fresh-look-declined", gettext("They did not want to look at it again"), post=True)
        if matter.wants_task:
            add("task-done", gettext("Their GP has been asked: done"), post=True, hidden=(("line", matter.asked.line),))
        if matter.work.wants_request:
            add("begin-request", gettext("Begin the registration"), post=True)
        elif matter.work.make or matter.work.confirm:
            put(Do(gettext("Record the next step of the registration"), reverse("request", args=[matter.request.pk])))
        if matter.work.undo:
            add("help-undo", gettext("Say what was done after they took back a yes that was sent"))
    return list(found.values())


def instead_of_a_tablet(patient: Patient, about: list[Matter], state: State) -> list[Do]:
    """What can be done for someone who cannot be asked on a tablet now."""
    found = first_things(patient, about, has_visit=True)
    may_answer = state not in NOBODY_HERE and not any(
        m.rule.outcome in (Outcome.NOT_HERE, Outcome.CLOSED) for m in about
    )
    answer = record_an_answer(patient, about)
    if may_answer and not all(m.asked.conflict for m in about) and answer not in found:
        found.append(answer)
    if not any(m.rule.outcome is Outcome.STAFF_FIRST for m in about):
        found.append(Do(gettext("Record a movement"), reverse("movement", args=[patient.prison_number])))
    return found


def other_things(patient: Patient, about: list[Matter], state: State) -> list[Do]:
    is_here = state not in NOBODY_HERE
    wanted = {
        "visit": state is State.OPEN and not not_on_a_tablet(about),
        "answer": is_here and not all(m.asked.conflict for m in about),
        "paper": write_down_a_paper(patient, about) is not None,
        "not-possible": state is State.OPEN and any(m.may_be_put_off for m in about),
        "withdraw": any(m.asked.decision == "yes" and m.rule.code != "1" for m in about),
        "capacity": state is State.OPEN,
        "support": True,
        "describe": True,
        "legal-status": True,
        "movement": True,
        "clinical-record": any(m.asked.line for m in about),
        "registration-details": any(m.work.make for m in about),
        "leaving": True,
        "screening": is_here,
    }
    labels = {
        "visit": gettext("Start a visit"),
        "answer": gettext("Record an answer given by talking or on paper"),
        "paper": gettext("Write down a paper with both answers"),
        "not-possible": gettext("Not possible today"),
        "withdraw": gettext("They took back their answer"),
        "capacity": gettext("Record a clinician’s view of whether they can decide now"),
        "support": gettext("Record what makes talking easier"),
        "describe": gettext("Change who they are"),
        "legal-status": gettext("Record their legal status"),
        "movement": gettext("Record a movement"),
        "clinical-record": gettext("Copy for the clinical record"),
        "registration-details": gettext("Details for the registration, and the form"),
        "leaving": gettext("Leaving: dates and papers"),
        "screening": gettext("Screening, by hand"),
    }
    found = [Do(labels[name], reverse(name, args=[patient.prison_number])) for name, is_so in wanted.items() if is_so]
    if wanted["visit"] and (questions := answered(about)):
        url = f"{reverse('visit', args=[patient.prison_number])}?purpose=change:{questions[-1]}"
        found.insert(1, Do(gettext("They want to change their answer: start a visit"), url))
    # Confirmed, or nobody's work any more since they left: it may still be rejected, or end.
    sent = [m for m in about if m.request and m.request.state in ("made", "confirmed") and not m.work.confirm]
    label = gettext("Record the next step of the registration")
    found.extend(Do(label, reverse("request", args=[matter.request.pk])) for matter in sent)
    return found
