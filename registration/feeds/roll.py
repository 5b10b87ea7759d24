"""Who is in which prison, as a prison's own list says: a CSV file. Pure: no database, and no clock.

The first line names the columns prison_number and prison, in any order; other columns are not read. Capitals and spaces
around a value do not matter, and a row told twice is told once. Whoever stands in two prisons is a problem: no list
says which of them is true.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO

from registration.identifiers import NotAnIdentifier, prison_id, prison_number, shown

COLUMNS = ("prison_number", "prison")


class NotARoll(ValueError):
    """The text is no such table at all; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Row:
    """One person in one prison, and the line of the file that says so."""

    line: int
    number: str
    prison: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be used, and what to do about it."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Roll:
    """Each person once, what is wrong with other rows, and the columns that mean nothing here."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    not_read: tuple[str, ...]


def roll_of(text: str) -> Roll:
    """The rows of a list, and what is wrong with the others. Raises NotARoll."""
    named, lines = table_of(text, COLUMNS)
    read = [told if isinstance(told, Problem) else row_of(line, told) for line, told in lines]
    rows, twice = told_once(row for row in read if isinstance(row, Row))
    wrong = [row for row in read if isinstance(row, Problem)] + twice
    not_read = tuple(name for name in named if name and name.lower() not in COLUMNS)
    return Roll(tuple(rows), tuple(sorted(wrong, key=lambda problem: problem.line)), not_read)


def table_of(text: str, columns: tuple[str, ...]) -> tuple[list[str], list[tuple[int, dict[str, str] | Problem]]]:
    """What the first line names, and each line after it with its number. Raises NotARoll where these columns are not
    all there once."""
    # Strict: a quotation mark that is never closed would swallow the people after it without a word.
    reader = csv.reader(StringIO(text.replace("\x00", ""), newline=""), strict=True)
    try:
        named = [name.strip() for name in next(reader, [])]
        header = [name.lower() for name in named]
        check_header(header, columns)
        rows = (cells for cells in reader if "".join(cells).strip())
        return named, [(reader.line_num, cells_of(reader.line_num, cells, header)) for cells in rows]
    except csv.Error as problem:
        raise NotARoll(f"it is not a CSV file from line {reader.line_num} on ({problem}).") from problem


def check_header(header: list[str], columns: tuple[str, ...]) -> None:
    if missing := [name for name in columns if name not in header]:
        raise NotARoll(
            f"its first line does not name {' and '.join(missing)}. "
            f"The first line must name the columns {' and '.join(columns)}, with commas between columns."
        )
    if twice := [name for name in columns if header.count(name) > 1]:
        raise NotARoll(f"its first line names {' and '.join(twice)} twice. Keep the column that is meant.")


def cells_of(line: int, cells: list[str], header: list[str]) -> dict[str, str] | Problem:
    # A comma that should stand in quotes: what follows it would be read under the wrong name.
    if any(cell.strip() for cell in cells[len(header) :]):
        return Problem(line, "it has more cells than the first line. Put quotation marks round a text with a comma.")
    return dict(zip(header, cells, strict=False))


def row_of(line: int, told: dict[str, str]) -> Row | Problem:
    prison = prison_id(told.get("prison"))
    try:
        number = prison_number(told.get("prison_number", ""))
    except NotAnIdentifier as problem:
        return Problem(line, str(problem))
    if prison is None:
        return Problem(
            line,
            f"{shown(told.get('prison', ''))} is not a prison; write its three letters, like LEI. "
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
