"""The record as staff read it: every line a sentence, with who pressed, how, where and when."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import ledger
from consent.models import Entry, Tablet
from consent.policy import Answer
from consent.questions import BY_ID
from consent.staff import history, wording
from consent.staff.arrivals import WAYS_IN
from consent.staff.person import describe, support
from consent.staff.person.understood import all_of_it, to_explain_again
from registration.legal_status import LegalStatus
from registration.models import Expected, Movement, Patient, Prison, RegistrationRequest
from registration.movements import Source

NOTES = {
    "second-look": _("Checked before sending: it is still yes."),
    "registered": _("Registered with the prison GP."),
    "never-made": _("Staff looked: no registration was made on it."),
    "registration-ended": _("Not on the prison GP’s list any more."),
    "helped-after-taking-back": _("Helped after they took back a yes that was sent."),
    "entered-in-clinical-record": _("Entered in the clinical record."),
    "staff-check": _("Staff looked in the clinical system."),
    "task-done": _("Done: their GP was asked for health information."),
    "fresh-look-declined": _("Offered to look at it again; did not want to."),
    "conflict-resolved": _("Staff settled that records disagreed."),
    "erased": _("Who this person was has been erased."),
    "asked-anyway": _("Asked again, for a reason."),
    "interpreter-wanted": _("Asked for an interpreter."),
    "interpreter-there": _("Had an interpreter, or needs none any more."),
    "capacity-view": _("A clinician’s view of whether they can decide about this now."),
    "release-sheet-given": _("Given the release sheet."),
    "preregistration-made": _("A GP outside was asked, with the form that they signed."),
    "left-checked": _("Looked into after they left: their registration, and a way back to a GP."),
    "opened-with-reason": _("Opened by someone of another prison, or from no list, with a reason."),
}
# The reason that is the site's matter, not the person's; in the record the same words whatever the screen's language.
NO_ROOM = "No time or private place"
PRESSED = {
    "person": _("pressed by the person"),
    "staff": _("recorded by {name}"),
    "feed": _("from a message of the prison service"),
    "import": _("brought in from before this system"),
    "system": _("by this system"),
}
ROUTES = {
    "tablet": _("on a tablet"),
    "talk": _("by talking"),
    "paper": _("on paper"),
    "conflict": _("chosen by staff"),
    "import": "",
}
DETAILS = {
    "on_paper": _("words on the paper: {:.8}"),
    "interpreter": _("interpreter: {}"),
    "reason": _("reason: {}"),
    "view": "“{}”",
    "seen": _("found: {}"),
    "source": _("source: {}"),
    "recorded_by": _("written down by {}"),
    "vouched_by": _("identity vouched for by {}"),
    "tablet": _("tablet: {}"),
    "registered_on": _("since {}, says the clinical system"),
}
MOVES = {
    ("in", "NEW_ADMISSION"): _("Came into prison"),
    ("in", "ADMISSION"): _("Came into prison"),
    ("in", "READMISSION"): _("Came back into prison"),
    ("in", "READMISSION_SWITCH_BOOKING"): _("Came back on an earlier booking"),
    ("in", "POST_MERGE_ADMISSION"): _("Booked in after two prison records were joined"),
    ("in", "TRANSFERRED"): _("Arrived from another prison"),
    ("in", "RETURN_FROM_COURT"): _("Came back from court"),
    ("in", "TEMPORARY_ABSENCE_RETURN"): _("Came back from temporary absence"),
    ("out", "RELEASED"): _("Released"),
    ("out", "RELEASED_TO_HOSPITAL"): _("Left for hospital"),
    ("out", "SENT_TO_COURT"): _("Left for court"),
    ("out", "TEMPORARY_ABSENCE_RELEASE"): _("Left on temporary absence"),
    ("out", "TRANSFERRED"): _("Left for another prison"),
    ("seen", ""): _("Was in prison at this time"),
}
# A roll is no movement: it says who is here at a time, and who is not.
FROM_A_ROLL = {
    ("seen", ""): _("On the roll of this prison"),
    ("out", "TRANSFERRED"): _("Not on the roll any more; where to is not known"),
    ("out", "RELEASED"): _("On no prison's roll any more"),
}
CODES = {
    "DEC": _("Died"),
    "UAL": _("Missing or escaped"),
    "UAL_ECL": _("Missing or escaped"),
    "ESCP": _("Escaped"),
    "MRG": _("Two prison records were joined"),
    "HP": _("Left for hospital"),
    "HO": _("Left for hospital"),
    "HQ": _("Left for hospital"),
}

EXPECTED = {
    "on": _("Day"),
    "at": _("Time"),
    "way": _("How they come"),
    "comes_from": _("From"),
    "legal_status": _("Legal status"),
    "withdrawn_at": _("Not coming"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the record."""

    hash: str
    when: str
    about: str
    sentence: str
    details: str
    in_error: str
    is_decision: bool
    explain_again: tuple[str, ...] = ()

    @property
    def may_be_marked(self) -> bool:
        return not self.in_error


def timeline(entries: Iterable[Entry], prisons: Mapping[str, Prison], *, is_told_why_not: bool = True) -> list[Told]:
    """Newest first. A mark "recorded in error" stands with the line it is about, which stays readable.

    ``is_told_why_not``: why somebody could not be asked, and a clinician's view of whether they can decide, are told,
    which is for clinicians and for the person.
    """
    entries = list(entries)
    lines = list(zip(entries, ledger.opened(entries), strict=True))
    if not is_told_why_not:
        lines = [(entry, without_why(said)) for entry, said in lines if entry.kind != "capacity-view"]
    name_tablets(said["data"] for _entry, said in lines)
    marks = {refers: said for entry, said in lines if entry.kind == "error" for refers in said["data"]["refers"]}
    missed = to_explain_again(said["data"].get("presentation", "") for _entry, said in lines)
    told = [
        told_of(entry, said, marks.get(entry.hash), prisons, missed) for entry, said in lines if entry.kind != "error"
    ]
    return told[::-1]


def name_tablets(lines: Iterable[dict[str, Any]]) -> None:
    """The record has a tablet's id; people know its name."""
    at_tablets = [data for data in lines if data.get("tablet")]
    names = dict(Tablet.objects.values_list("pk", "name")) if at_tablets else {}
    for data in at_tablets:
        data["tablet"] = names.get(int(data["tablet"]), data["tablet"])


def without_why(said: dict[str, Any]) -> dict[str, Any]:
    """The line without the reason for which somebody could not be asked; what the site lacked is nobody's secret."""
    if said["data"].get("answer") != Answer.NOT_POSSIBLE or said["data"].get("reason") == NO_ROOM:
        return said
    return said | {"data": {name: value for name, value in said["data"].items() if name != "reason"}}


def told_of(
    entry: Entry,
    said: dict[str, Any],
    mark: dict[str, Any] | None,
    prisons: Mapping[str, Prison],
    missed: Mapping[str, list[str]],
) -> Told:
    data = said["data"]
    question = BY_ID.get(data.get("question", ""))
    return Told(
        hash=entry.hash,
        when=wording.time_of(entry.at),
        about=gettext(question.staff_title) if question else "",
        sentence=sentence(entry.kind, data),
        details=", ".join(details(entry, said, prisons)),
        in_error=in_error(mark) if mark else "",
        is_decision=entry.kind == "decision",
        explain_again=(*missed.get(data.get("presentation", ""), ()), *all_of_it(data).values()),
    )


def sentence(kind: str, data: Mapping[str, Any]) -> str:
    if kind != "decision":
        return str(NOTES.get(kind, kind))
    return gettext("Answer: %(answer)s.") % {"answer": wording.ANSWERS[Answer(data["answer"])]}


def details(entry: Entry, said: Mapping[str, Any], prisons: Mapping[str, Prison]) -> Iterable[str]:
    data = said["data"]
    if data.get("prison"):
        yield gettext("at %(place)s") % {"place": wording.place(data["prison"], prisons)}
    if route := str(ROUTES.get(data.get("route", ""), data.get("route", ""))):
        yield route
    yield pressed(said["by"])
    yield from (str(words).format(data[name]) for name, words in DETAILS.items() if data.get(name))
    if data.get("said_back"):
        yield gettext("said in their own words: %(how_well)s") % {"how_well": said_back(data["said_back"].values())}
    if data.get("review_on"):
        yield gettext("look again on %(day)s") % {"day": wording.day(date.fromisoformat(data["review_on"]))}
    # Written down much later than it was said: that is worth knowing.
    if (entry.recorded_at - entry.at).total_seconds() > 3600:
        yield gettext("written down on %(when)s") % {"when": wording.time_of(entry.recorded_at)}


def said_back(found: Iterable[str]) -> str:
    counted = Counter(found)
    words = {"understood": gettext("understood"), "partly": gettext("in part")}
    return ", ".join(f"{words.get(name, name)} ({times})" for name, times in counted.items())


def pressed(by: Mapping[str, str]) -> str:
    return str(PRESSED.get(by["who"], by["who"])).format(name=by["name"])


def in_error(mark: Mapping[str, Any]) -> str:
    data = mark["data"]
    return gettext("Recorded in error, say %(first)s and %(second)s: %(reason)s") % {
        "first": mark["by"]["name"],
        "second": data["second"],
        "reason": data["reason"],
    }


def movement_in_words(movement: Movement, prisons: Mapping[str, Prison]) -> tuple[str, str]:
    """When, and what happened where as whoever told it."""
    moves = MOVES | FROM_A_ROLL if movement.source == Source.ROLL else MOVES
    told = CODES.get(movement.code) or moves.get((movement.direction, movement.reason), movement.reason)
    where = wording.place(movement.prison_id, prisons)
    source = movement.get_source_display() if movement.message_id else movement.told_by
    return wording.time_of(movement.at), f"{told}: {where} ({source})"


def changes(family: list[Patient]) -> list[history.Change]:
    """Who changed what is known of a person, on any of the records that were joined, or took a registration a step on,
    or had them expected somewhere; newest first. What was done about screening is told on its own page, for its roles.
    """
    people = Patient.history.filter(id__in=[each.pk for each in family])
    requests = RegistrationRequest.history.filter(patient__in=family)
    coming = Expected.history.filter(patient__in=family).select_related("prison")
    labels = {name: str(field.label).partition(":")[0] for name, field in describe.DescribeForm.base_fields.items()}
    joined = {"merged_into": gettext("Joined with another record")}
    words = {"language": language, "nhs_number": nhs_number, "merged_into": is_there, "support": support.listed}
    return history.newest_first(
        [
            *history.changes(
                people,
                about=lambda row: (
                    "" if row.id == family[0].pk else gettext("Record %(number)s") % {"number": row.prison_number}
                ),
                untold=("record_id", "prison_number", "leaving_told_at"),
                labels=labels | joined,
                words=words,
            ),
            *history.changes(
                requests,
                about=lambda row: gettext("Registration with the prison GP"),
                untold=("patient", "asked_by", "opened_at", "changed_at", "to_confirm"),
                labels={"state": gettext("Now"), "reason": gettext("Reason")},
            ),
            *history.changes(
                coming,
                about=lambda row: gettext("Expected at %(place)s") % {"place": row.prison.name},
                untold=("patient", "prison", "is_certain", "told_by", "told_at"),
                labels=EXPECTED,
                words={"way": way, "at": clock, "legal_status": legal_status},
                tells_first=True,
            ),
        ]
    )


def way(how: str | None) -> str:
    return str(WAYS_IN[how][0]) if how else gettext("blank")


def clock(at: time | None) -> str:
    return f"{at:%H:%M}" if at else gettext("blank")


def legal_status(status: str | None) -> str:
    return str(wording.LEGAL_STATUS[LegalStatus(status)]) if status else gettext("blank")


def language(tag: str) -> str:
    return wording.language(tag) if tag else gettext("blank")


def nhs_number(digits: str) -> str:
    return wording.nhs_number(digits) if digits else gettext("blank")


def is_there(value: object) -> str:
    return gettext("no") if value is None else gettext("yes")
