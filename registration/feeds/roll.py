"""Who is in which prison, as a prison's own list says: a CSV file. Pure: no database, and no clock.

The first line names the columns prison_number and prison (table.py). Capitals and spaces around a value do not matter,
and a row told twice is told once. Whoever stands in two prisons is a problem: no list says which of them is true.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registration.feeds.table import PRISON_NUMBER, Column, Problem, number_of, table_of
from registration.identifiers import NotAnIdentifier, prison_id, shown

COLUMNS = {
    "prison_number": PRISON_NUMBER,
    "prison": Column("the prison", "prison prisonid", is_needed=True),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One person in one prison, and the line of the file that says so."""

    line: int
    number: str
    prison: str


@dataclass(frozen=True, slots=True)
class Roll:
    """Each person once, what is wrong with other rows, and the columns that mean nothing here."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    not_read: tuple[str, ...]


def roll_of(text: str) -> Roll:
    """The rows of a list, and what is wrong with the others. Raises NotATable."""
    table = table_of(text, COLUMNS)
    read = [told if isinstance(told, Problem) else row_of(line, told) for line, told in table.lines]
    rows, twice = told_once(row for row in read if isinstance(row, Row))
    wrong = [row for row in read if isinstance(row, Problem)] + twice
    return Roll(tuple(rows), tuple(sorted(wrong, key=lambda problem: problem.line)), table.not_read)


def row_of(line: int, told: Mapping[str, str]) -> Row | Problem:
    prison = prison_id(told["prison"])
    try:
        number = number_of(told)
    except NotAnIdentifier as problem:
        return Problem(line, str(problem))
    if prison is None:
        return Problem(
            line,
            f"{shown(told['prison'])} is not a prison; write its three letters, like LEI. "
            "Leave the row out if the person is in no prison.",
        )
    return Row(line, number, prison)


def told_once(rows: Iterable[Row], stands_for: Mapping[str, str] | None = None) -> tuple[list[Row], list[Problem]]:
    """Each person once, and a problem for every row that puts one of them into a second prison.

    ``stands_for``: the number under which a person is known who is listed under one that was joined into it.
    """
    first: dict[str, Row] = {}
    problems = []
    for row in rows:
        before = first.setdefault((stands_for or {}).get(row.number, row.number), row)
        if before.prison != row.prison:
            problems.append(in_two_prisons(row, before))
    return list(first.values()), problems


def in_two_prisons(row: Row, before: Row) -> Problem:
    """One person in two prisons, under one number or under two that were joined."""
    who = row.number if row.number == before.number else f"{row.number}, who is also {before.number},"
    return Problem(
        row.line,
        f"{who} is in {row.prison} here and in {before.prison} on line {before.line}. "
        "Find out which is true and keep that row.",
    )
