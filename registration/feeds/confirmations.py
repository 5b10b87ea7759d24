"""Whom the clinical system shows as registered with the prison GP: a CSV file. Pure: no database, and no clock.

The first line names the columns prison_number, nhs_number and registered_on (table.py). ``nhs_number`` may
be blank; where it is given it has to be the one that is known here. ``registered_on`` is the day, like 2026-11-21 or
21/11/2026. The same row told twice is told once; one person with two days or two NHS numbers is a problem.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from registration.feeds.table import PRISON_NUMBER, Column, Problem, in_words, number_of, table_of
from registration.identifiers import NotAnIdentifier, nhs_number, shown

COLUMNS = {
    "prison_number": PRISON_NUMBER,
    "nhs_number": Column("the NHS number", "nhsnumber nhsno nhs", is_needed=True),
    "registered_on": Column(
        "the day they were registered on",
        "registeredon registered registereddate dateregistered registrationdate dateofregistration",
        is_needed=True,
    ),
}
DAY = re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})|(?P<d2>[0-9]{2})/(?P<m2>[0-9]{2})/(?P<y2>[0-9]{4})")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One person whom the clinical system shows as registered, and the line of the file that says so."""

    line: int
    number: str
    nhs_number: str
    registered_on: date


def confirmations_of(text: str) -> tuple[list[Confirmation], list[Problem]]:
    """The rows of the file, and what is wrong with the others. Raises NotATable."""
    of_each: dict[str, list[Confirmation]] = {}
    rows, problems = [], []
    for line, cells in table_of(text, COLUMNS).lines:
        row = cells if isinstance(cells, Problem) else row_of(line, cells)
        if isinstance(row, Problem):
            problems.append(row)
        else:
            of_each.setdefault(row.number, []).append(row)
    for number, told in of_each.items():
        first, *more = told
        if len({(row.nhs_number, row.registered_on) for row in told}) == 1:
            rows.append(first)
        else:
            problems.append(Problem(first.line, disagree(number, more)))
    return rows, sorted(problems, key=lambda problem: problem.line)


def disagree(number: str, more: list[Confirmation]) -> str:
    lines = " and ".join(str(row.line) for row in more)
    return (
        f"{number} stands on line{'s' * (len(more) > 1)} {lines} too, with another day or NHS number. "
        "None of these rows is used. Keep the one that is right."
    )


def row_of(line: int, told: Mapping[str, str]) -> Confirmation | Problem:
    typed = told["nhs_number"]
    try:
        number = number_of(told)
        nhs = nhs_number(typed) if typed else ""
    except NotAnIdentifier as problem:
        return Problem(line, str(problem))
    on = day_of(told["registered_on"])
    if on is None:
        if not told["registered_on"]:
            return Problem(line, f"{in_words(['registered_on'], COLUMNS)} is blank. Write it like 21/11/2026.")
        return Problem(line, f"{shown(told['registered_on'])} is not a day like 2026-11-21 or 21/11/2026.")
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
