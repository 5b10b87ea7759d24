"""The record as staff read it: every line a sentence, with who pressed, how, where and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import ledger
from consent.models import Entry, Tablet
from consent.policy import Answer
from consent.questions import BY_ID
from consent.staff import wording
from consent.staff.person import describe
from consent.staff.person.understood import heard_alone, to_explain_again
from registration.models import Movement, Patient, Prison
from registration.movements import Source

NOTES = {
    "second-look": _("Checked before sending: it is still yes."),
    "registered": _("Registered with the prison GP."),
    "staff-check": _("Staff looked in the clinical system."),
    "task-done": _("Done: their GP was asked for health information."),
    "fresh-look-declined": _("Offered to look at it again; did not want to."),
    "conflict-resolved": _("Staff settled that records disagreed."),
    "erased": _("Who this person was has been erased."),
    "asked-anyway": _("Asked again, for a reason."),
    "interpreter-wanted": _("Asked for an interpreter."),
    "interpreter-there": _("Had an interpreter, or needs none any more."),
    "opened-with-reason": _("Opened by someone of another prison, or from no list, with a reason."),
}
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
    "interpreter": _("interpreter: {}"),
    "reason": _("reason: {}"),
    "seen": _("found: {}"),
    "source": _("source: {}"),
    "recorded_by": _("written down by {}"),
    "vouched_by": _("identity vouched for by {}"),
    "tablet": _("tablet: {}"),
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

    ``is_told_why_not``: why somebody could not be asked is told, which is for clinicians and for the person.
    """
    entries = list(entries)
    lines = list(zip(entries, ledger.opened(entries), strict=True))
    if not is_told_why_not:
        lines = [(entry, without_why(said)) for entry, said in lines]
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
    """The line without the reason for which somebody could not be asked."""
    if said["data"].get("answer") != Answer.NOT_POSSIBLE:
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
        explain_again=(*missed.get(data.get("presentation", ""), ()), *heard_alone(data)),
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
    # Written down much later than it was said: that is worth knowing.
    if (entry.recorded_at - entry.at).total_seconds() > 3600:
        yield gettext("written down on %(when)s") % {"when": wording.time_of(entry.recorded_at)}


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


def changes(person: Patient) -> list[tuple[str, str, list[str]]]:
    """When, who, and what was changed of what is known of a person; newest first."""
    rows = list(person.history.select_related("history_user").order_by("-history_date", "-history_id"))
    found = []
    for row, before in zip_longest(rows, rows[1:]):
        who = row.history_user.get_username() if row.history_user else gettext("the system")
        if what := changed(row, before):
            found.append((wording.time_of(row.history_date), who, what))
    return found


# Kept under these names; shown under the model's own.
NOT_SHOWN = {"id", "record_id", "prison_number", "merged_into"}


def changed(row: Any, before: Any) -> list[str]:
    if before is None:
        return [gettext("Added.")]
    found = []
    for field in Patient._meta.concrete_fields:
        old, new = getattr(before, field.attname), getattr(row, field.attname)
        if old == new:
            continue
        if field.name == "merged_into":
            found.append(gettext("Joined with another record, or taken apart."))
        elif field.name not in NOT_SHOWN:
            found.append(f"{label(field)}: {in_words(field, old)} → {in_words(field, new)}")
    return found


def label(field: Any) -> str:
    """As on the form on which it is changed."""
    asked = describe.DescribeForm.base_fields.get(field.name)
    return str(asked.label if asked else field.verbose_name).partition(":")[0]


def in_words(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if not value:
        return gettext("blank")
    if field.name == "language":
        return wording.language(value)
    if field.name == "nhs_number":
        return wording.nhs_number(value)
    if isinstance(value, date):
        return wording.birthday(value)
    return str(dict(field.flatchoices).get(value, value))
