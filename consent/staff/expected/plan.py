"""What each row of a reception's list will do, before anything is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from babel import Locale
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.roles import Posts
from consent.staff import wording
from consent.staff.arrivals import WAYS_IN, movement_told
from consent.staff.expected.foreseen import Coming, Foreseen, foresee
from consent.staff.forms import LANGUAGES
from consent.standing import local_date
from registration import expecting
from registration.custody import State
from registration.feeds.reception_list import ReceptionList, Row
from registration.models import Expected, Patient, Prison

NEW, KNOWN, CHANGED = "new", "known", "changed"
WRITES = (NEW, KNOWN, CHANGED)
REFUSED = ("another", "died", "over", "ahead")
# A list is of the people of a day or two; some hear weeks before when they come back from court. Beyond this it is the
# year that was mistyped.
AHEAD = timedelta(days=28)
# What will happen; "{when}", "{day}" and "{changes}" are filled in.
WHAT = {
    NEW: _("Not known yet: is added, and expected: {when}."),
    KNOWN: _("Known, and expected: {when}."),
    CHANGED: _("On the list already. What changes: {changes}. Expected: {when}."),
    "same": _("On the list already: nothing to do."),
    "came": _("Has arrived: nothing to do."),
    "withdrawn": _("Not coming, as somebody here said: nothing to do."),
    "here": _("Is here: nothing to do."),
    "another": _(
        "Known with another name or date of birth. Check the number. If it is the same person, leave both blank."
    ),
    "died": _("Has died, as far as we know. Check the number."),
    "over": _("{day} is over. Check the date. If they came, add the person, or record a movement."),
    "ahead": _("{day} is more than four weeks ahead. Check the date, or leave them to a later list."),
}
LEFT_OUT = {
    "sex": _("Sex “{said}” is not understood, and is left out."),
    "legal_status": _("Legal status “{said}” is not understood, and is left out."),
    "language": _("Language “{said}” is not understood, and is left out."),
    "interpreter": _("Interpreter “{said}” is not understood (write yes or no), and is left out."),
}


@dataclass(frozen=True, slots=True)
class Planned:
    """One row: what it will do (a key of WHAT), whom it is about where they are known, and what they will need."""

    row: Row
    does: str
    person: Patient | None
    is_certain: bool
    lines: list[str]
    before: Expected | None = None

    @property
    def name(self) -> str:
        return f"{self.row.given_names} {self.row.family_name}".strip()

    @property
    def born(self) -> str:
        return wording.birthday(self.row.date_of_birth) if self.row.date_of_birth else ""

    @property
    def way(self) -> str:
        return str(WAYS_IN[self.row.how][0])

    @property
    def what(self) -> str:
        told = {"when": when(self.row.on, self.row.at), "day": wording.day(self.row.on)}
        return str(WHAT[self.does]).format(**told, changes="; ".join(self.changes))

    @property
    def changes(self) -> list[str]:
        """What an earlier list said otherwise."""
        if self.before is None:
            return []
        blank = gettext("blank")
        told = [
            (gettext("how they come"), str(WAYS_IN[self.before.way][0]), self.way),
            (gettext("when"), when(self.before.on, self.before.at), when(self.row.on, self.row.at)),
            (gettext("where from"), self.before.comes_from or blank, self.row.comes_from or blank),
        ]
        return [f"{name}: {old} → {new}" for name, old, new in told if old != new]

    @property
    def is_refused(self) -> bool:
        return self.does in REFUSED

    @property
    def writes(self) -> bool:
        return self.does in WRITES

    @property
    def to_know(self) -> str:
        return wording.needs(Patient(language=self.row.language, needs_interpreter=bool(self.row.interpreter)))

    @property
    def left_out(self) -> list[str]:
        return [str(LEFT_OUT[name]).format(said=said) for name, said in self.row.left_out]


def when(on: date, at: time | None) -> str:
    """Today, 16:30; or Friday 21 November, 16:30."""
    day = gettext("Today") if on == timezone.localdate() else wording.day(on)
    return f"{day}, {at:%H:%M}" if at else day


def languages() -> dict[str, str]:
    """The tag of each language that can be recorded, by its tag and by its name, in English or as staff read it."""
    english = Locale("en").languages
    return {name.casefold(): tag for tag in LANGUAGES for name in (tag, english.get(tag, tag), wording.language(tag))}


def described(row: Row) -> dict[str, Any]:
    return {
        "given_names": row.given_names,
        "family_name": row.family_name,
        "date_of_birth": row.date_of_birth,
        "sex": row.sex,
        "language": row.language,
        "needs_interpreter": bool(row.interpreter),
    }


def planned(
    listed: ReceptionList, prison: Prison, posts: Posts, prisons: Mapping[str, Prison], at: datetime
) -> list[Planned]:
    """Every row with what it will do. A handful of queries, however many rows."""
    numbers = [row.number for row in listed.rows]
    known = {
        one.prison_number: one.merged_into or one
        for one in Patient.objects.filter(prison_number__in=numbers).select_related("merged_into")
    }
    told = expecting.with_arrivals().filter(prison=prison, patient__in=set(known.values()))
    before = {expected.patient_id: expected for expected in told}
    coming = [coming_in(row, known.get(row.number), prison, at) for row in listed.rows]
    found = []
    for row, one, seen in zip(listed.rows, coming, foresee(coming, posts, prisons, at), strict=True):
        earlier = before.get(one.person.pk) if one.person else None
        does = what_it_does(row, one, seen, earlier, prison, at)
        lines = seen.lines if does in WRITES or does == "same" else []
        found.append(Planned(row, does, one.person, one.is_certain, lines, earlier))
    return found


def coming_in(row: Row, person: Patient | None, prison: Prison, at: datetime) -> Coming:
    arrival = movement_told(row.how, at, prison.pk)
    return Coming(person, arrival, row.on, is_certain(row, person), row.date_of_birth, row.legal_status)


def is_certain(row: Row, person: Patient | None) -> bool:
    """Whether the list names them as they are known: both by family name and by date of birth."""
    if person is None or not person.family_name or not person.date_of_birth:
        return False
    told = (row.family_name.casefold(), row.date_of_birth)
    return told == (person.family_name.casefold(), person.date_of_birth)


def what_it_does(row: Row, one: Coming, seen: Foreseen, before: Expected | None, prison: Prison, at: datetime) -> str:
    state = seen.now.state_at(at)
    if one.person and actions.is_another(one.person, described(row)):
        return "another"
    if state is State.DECEASED:
        return "died"
    if state is State.OPEN and seen.now.prison == prison.pk:
        return "here"
    said = (row.how, row.on, row.at, row.comes_from)
    if before and (before.way, before.on, before.at, before.comes_from) == said:
        return "withdrawn" if before.withdrawn_at else "came" if before.has_come else "same"
    if row.on < local_date(at) - timedelta(days=1):
        return "over"
    if row.on > local_date(at) + AHEAD:
        return "ahead"
    if before and not before.withdrawn_at and not before.has_come:
        return CHANGED
    return KNOWN if one.person else NEW
