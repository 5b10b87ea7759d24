"""Who is expected, as a reception's own list says: a CSV file, often out of a spreadsheet. Pure: no database, no clock.

The first line names the columns, in any order and in the words of COLUMNS; other columns are not read. A row that does
not say who comes, how and when is a problem. What else cannot be read is left out, and said beside the row.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import StringIO
from typing import TypeVar

from registration.feeds.roll import Problem
from registration.identifiers import prison_number, shown
from registration.legal_status import LegalStatus

# A column, and what lists call it: compared without capitals, spaces and signs.
COLUMNS = {
    "prison_number": "prisonnumber prisonno nomsnumber nomsno noms nomisnumber nomsid offenderno",
    "family_name": "familyname surname lastname",
    "given_names": "givennames givenname forename forenames firstname firstnames",
    "date_of_birth": "dateofbirth dob born birthdate",
    "sex": "sex gender",
    "how": "how howtheycome reason movement movementtype typeofarrival arrivaltype type",
    "from": "from comesfrom comingfrom origin court lastestablishment",
    "legal_status": "legalstatus status",
    "language": "language preferredlanguage mainlanguage firstlanguage",
    "interpreter": "interpreter needsinterpreter interpreterneeded interpreterrequired",
    "expected": "expected expectedat expectedon eta arrival arrivaldate arrivaltime date when due",
}
NEEDED = ("prison_number", "how", "expected")
# How people come, as the words of lists say it. The names are those of the ways that staff choose from.
WAYS = {
    "new": "new newadmission admission newreception reception newlyadmitted",
    "transfer": "transfer transferin transferred transferfromanotherprison interprisontransfer ipt",
    "court": "court returnfromcourt fromcourt backfromcourt courtreturn",
    "absence": "absence returnfromtemporaryabsence temporaryabsence rotl returnfromrotl hospital returnfromhospital "
    "returnfromtemporaryabsenceorhospital",
}
LEGAL = {
    LegalStatus.REMAND: "remand onremand unconvicted",
    LegalStatus.CONVICTED_UNSENTENCED: "convictedunsentenced convictednotsentencedyet unsentenced",
    LegalStatus.SENTENCED: "sentenced",
    LegalStatus.INDETERMINATE_SENTENCE: "indeterminatesentence sentencednoenddate life lifesentence ipp",
    LegalStatus.RECALL: "recall recalled licencerecall",
    LegalStatus.IMMIGRATION_DETAINEE: "immigrationdetainee immigration heldunderimmigrationpowers",
    LegalStatus.CIVIL_PRISONER: "civilprisoner civil",
    LegalStatus.OTHER: "other",
    LegalStatus.UNKNOWN: "unknown notknown",
}
SEX = {"female": "female f woman women", "male": "male m man men"}
INTERPRETER = {True: "yes y true 1 needed required", False: "no n false 0 notneeded none"}
DATES = ("%d/%m/%Y", "%Y-%m-%d")
TIMES = ("%H:%M", "%H:%M:%S", "%H.%M")
Meaning = TypeVar("Meaning")
MOST_ROWS = 500
MOST_OF_A_NAME = 80
FIRST_YEAR = 1900


class NotAList(ValueError):
    """The file is no such table at all; the message says what it lacks."""


@dataclass(frozen=True, slots=True)
class Row:
    """One person who is expected. ``left_out``: cells that could not be read, each with what it says."""

    line: int
    number: str
    how: str
    on: date
    at: time | None = None
    family_name: str = ""
    given_names: str = ""
    date_of_birth: date | None = None
    sex: str = ""
    comes_from: str = ""
    legal_status: LegalStatus = LegalStatus.UNKNOWN
    language: str = ""
    interpreter: bool | None = None
    left_out: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ReceptionList:
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    not_read: tuple[str, ...]


def text_of(data: bytes) -> str:
    """The words of a file: UTF-8, with a mark in front or without, or Windows-1252 as older spreadsheets write it."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def list_of(text: str, languages: Mapping[str, str]) -> ReceptionList:
    """The rows of a list, and what is wrong with the others. Raises NotAList.

    ``languages``: the tag of each language, by its name in small letters.
    """
    text = text.replace("\x00", "").removeprefix("\ufeff")
    # Strict: a quotation mark that is never closed would swallow the people after it without a word.
    reader = csv.reader(StringIO(text, newline=""), delimiter=between(text), strict=True)
    try:
        named = [name.strip() for name in next(reader, [])]
        header = [column(name) for name in named]
        check_header(header)
        read = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                read.append(row_of(reader.line_num, cells, header, languages))
            if len(read) > MOST_ROWS:
                raise NotAList(f"it has more than {MOST_ROWS} rows. Give the people of a day or two.")
    except csv.Error as problem:
        raise NotAList(f"it is not a CSV file from line {reader.line_num} on ({problem}).") from problem
    rows, twice = told_once(row for row in read if isinstance(row, Row))
    wrong = [row for row in read if isinstance(row, Problem)] + twice
    not_read = tuple(name for name, known in zip(named, header, strict=True) if name and not known)
    return ReceptionList(tuple(rows), tuple(sorted(wrong, key=lambda problem: problem.line)), not_read)


def between(text: str) -> str:
    """What stands between two cells: a comma, or what some spreadsheets write instead."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def plain(words: str) -> str:
    """Letters and digits alone, in small letters: how kindly two words are compared."""
    return re.sub(r"[\W_]", "", words.casefold())


def column(name: str) -> str:
    """The column that is meant by this name; blank where it means nothing here."""
    return meant(name, COLUMNS) or ""


def meant(words: str, table: Mapping[Meaning, str]) -> Meaning | None:
    said = plain(words)
    return next((meaning for meaning, names in table.items() if said in names.split()), None)


def check_header(header: list[str]) -> None:
    if missing := [name for name in NEEDED if name not in header]:
        raise NotAList(
            f"its first line does not name {' and '.join(missing)}. "
            "The first line names the columns; the example on this page shows them all."
        )
    if twice := [name for name in COLUMNS if header.count(name) > 1]:
        raise NotAList(f"its first line names {' and '.join(twice)} twice. Keep the column that is meant.")


def row_of(line: int, cells: list[str], header: list[str], languages: Mapping[str, str]) -> Row | Problem:
    # A comma that should stand in quotes: what follows it would be read under the wrong name.
    if any(cell.strip() for cell in cells[len(header) :]):
        return Problem(line, "it has more cells than the first line. Put quotation marks round a text with a comma.")
    told = dict.fromkeys(COLUMNS, "") | {
        name: " ".join(cell.split()) for name, cell in zip(header, cells, strict=False) if name
    }
    try:
        number = prison_number(told["prison_number"].replace(" ", ""))
        how = way_of(told["how"])
        on, at = moment_of(told["expected"])
        born = birth_of(told["date_of_birth"])
    except ValueError as problem:  # NotAnIdentifier is one
        return Problem(line, str(problem))
    sex = meant(told["sex"], SEX)
    legal = meant(told["legal_status"], LEGAL)
    language = languages.get(told["language"].casefold(), "")
    interpreter = meant(told["interpreter"], INTERPRETER)
    read = {"sex": sex, "legal_status": legal, "language": language or None, "interpreter": interpreter}
    return Row(
        line,
        number,
        how,
        on,
        at,
        family_name=told["family_name"][:MOST_OF_A_NAME],
        given_names=told["given_names"][:MOST_OF_A_NAME],
        date_of_birth=born,
        sex=sex or "",
        comes_from=told["from"][:MOST_OF_A_NAME],
        legal_status=legal or LegalStatus.UNKNOWN,
        language=language,
        interpreter=interpreter,
        left_out=tuple((name, told[name]) for name, value in read.items() if value is None and told[name]),
    )


def way_of(text: str) -> str:
    if way := meant(text, WAYS):
        return way
    raise ValueError(
        f"{shown(text)} does not say how they come. Write new admission, transfer, return from court, "
        "or return from temporary absence or hospital."
    )


def moment_of(text: str) -> tuple[date, time | None]:
    """A day, and the time of day where one is given."""
    day, _, hour = text.replace("T", " ").partition(" ")
    on = first_that_fits(day, DATES)
    at = first_that_fits(hour, TIMES) if hour else None
    if on is None or (hour and at is None) or on.year < FIRST_YEAR:
        raise ValueError(
            f"{shown(text)} is not a date, or a date and a time. Write when they are expected like 17/11/2026 16:30."
        )
    return on.date(), at.time() if at else None


def birth_of(text: str) -> date | None:
    born = first_that_fits(text, DATES)
    if text and (born is None or born.year < FIRST_YEAR):
        raise ValueError(f"{shown(text)} is not a date of birth. Write it like 31/12/1985, or leave it blank.")
    return born.date() if born else None


def first_that_fits(text: str, formats: Iterable[str]) -> datetime | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - a day or an hour, of which nothing else is kept
        except ValueError:
            continue
    return None


def told_once(rows: Iterable[Row]) -> tuple[list[Row], list[Problem]]:
    """Each person once; a second row about them that says something else is a problem."""
    first: dict[str, Row] = {}
    problems = []
    for row in rows:
        before = first.setdefault(row.number, row)
        if said(before) != said(row):
            problems.append(
                Problem(row.line, f"{row.number} stands on line {before.line} too, with other words. Keep one of them.")
            )
    return list(first.values()), problems


def said(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in Row.__slots__ if name != "line")
