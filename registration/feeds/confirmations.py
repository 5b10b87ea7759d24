"""Whom the clinical system shows as registered with the prison GP: a CSV file. Pure: no database, and no clock.

The first line names the columns prison_number, nhs_number and registered_on, in any order; other columns are not read.
``nhs_number`` may be blank; where it is given it has to be the one that is known here. ``registered_on`` is the day,
like 2026-11-21 or 21/11/2026. The same row told twice is told once; one person with two days or two NHS numbers is a
problem.
"""

import re
from dataclasses import dataclass
from datetime import date

from registration.feeds.roll import Problem, table_of
from registration.identifiers import NotAnIdentifier, nhs_number, prison_number, shown

COLUMNS = ("prison_number", "nhs_number", "registered_on")
DAY = re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})|(?P<d2>[0-9]{2})/(?P<m2>[0-9]{2})/(?P<y2>[0-9]{4})")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One person whom the clinical system shows as registered, and the line of the file that says so."""

    line: int
    number: str
    nhs_number: str
    registered_on: date


def confirmations_of(text: str) -> tuple[list[Confirmation], list[Problem]]:
    """The rows of the file, and what is wrong with the others. Raises NotARoll."""
    _named, lines = table_of(text, COLUMNS)
    first: dict[str, Confirmation] = {}
    problems, disagree = [], set()
    for line, told in lines:
        row = told if isinstance(told, Problem) else row_of(line, told)
        if isinstance(row, Problem):
            problems.append(row)
            continue
        before = first.setdefault(row.number, row)
        if (before.nhs_number, before.registered_on) != (row.nhs_number, row.registered_on):
            disagree.add(row.number)
            problems.append(Problem(line, f"{row.number} stands on line {before.line} too, and says something else."))
    return [row for row in first.values() if row.number not in disagree], problems


def row_of(line: int, told: dict[str, str]) -> Confirmation | Problem:
    typed = told.get("nhs_number", "").strip()
    try:
        number = prison_number(told.get("prison_number", ""))
        nhs = nhs_number(typed) if typed else ""
    except NotAnIdentifier as problem:
        return Problem(line, str(problem))
    on = day_of(told.get("registered_on", "").strip())
    if on is None:
        return Problem(line, f"{shown(told.get('registered_on', ''))} is not a day like 2026-11-21 or 21/11/2026.")
    return Confirmation(line, number, nhs, on)


def day_of(text: str) -> date | None:
    found = DAY.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(found[part] or found[f"{part}2"]) for part in "ymd")
    try:
        return date(year, month, day)
    except ValueError:
        return None
