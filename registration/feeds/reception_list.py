"""Who is expected, as a reception's own list says: a CSV file, often out of a spreadsheet. Pure: no database, no clock.

The first line names the columns in the words of COLUMNS (table.py). A row that does not say who comes, how and when is
a problem. What else cannot be read is left out, and said beside the row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar

from registration.feeds.table import PRISON_NUMBER, Column, NotATable, Problem, in_words, number_of, plain, table_of
from registration.identifiers import shown
from registration.legal_status import LegalStatus

COLUMNS = {
    "prison_number": PRISON_NUMBER,
    "family_name": Column("the family name", "familyname surname lastname"),
    "given_names": Column("the given names", "givennames givenname forename forenames firstname firstnames"),
    "date_of_birth": Column("the date of birth", "dateofbirth dob born birthdate"),
    "sex": Column("the sex", "sex gender"),
    "how": Column(
        "how they come", "how howtheycome reason movement movementtype typeofarrival arrivaltype type", is_needed=True
    ),
    "from": Column("where they come from", "from comesfrom comingfrom origin court lastestablishment"),
    "legal_status": Column("the legal status", "legalstatus status"),
    "language": Column("the language", "language preferredlanguage mainlanguage firstlanguage"),
    "interpreter": Column(
        "whether they need an interpreter", "interpreter needsinterpreter interpreterneeded interpreterrequired"
    ),
    "expected": Column(
        "when they are expected",
        "expected expectedat expectedon eta arrival arrivaldate arrivaltime date when due",
        is_needed=True,
    ),
}
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


def list_of(text: str, languages: Mapping[str, str]) -> ReceptionList:
    """The rows of a list, and what is wrong with the others. Raises NotATable.

    ``languages``: the tag of each language, by its name in small letters.
    """
    table = table_of(text, COLUMNS)
    if len(table.lines) > MOST_ROWS:
        raise NotATable(f"it has more than {MOST_ROWS} rows. Give the people of a day or two.")
    read = [told if isinstance(told, Problem) else row_of(line, told, languages) for line, told in table.lines]
    rows, twice = told_once(row for row in read if isinstance(row, Row))
    wrong = [row for row in read if isinstance(row, Problem)] + twice
    return ReceptionList(tuple(rows), tuple(sorted(wrong, key=lambda problem: problem.line)), table.not_read)


def meant(words: str, table: Mapping[Meaning, str]) -> Meaning | None:
    said = plain(words)
    return next((meaning for meaning, names in table.items() if said in names.split()), None)


def row_of(line: int, told: Mapping[str, str], languages: Mapping[str, str]) -> Row | Problem:
    try:
        number = number_of(told)
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
    wrong = f"{shown(text)} does not say how they come" if text else f"{in_words(['how'], COLUMNS)} is blank"
    raise ValueError(
        f"{wrong}. Write new admission, transfer, return from court, or return from temporary absence or hospital."
    )


def moment_of(text: str) -> tuple[date, time | None]:
    """A day, and the time of day where one is given."""
    if not text:
        raise ValueError(f"{in_words(['expected'], COLUMNS)} is blank. Write it like 17/11/2026 16:30.")
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
            what = (
                f"{row.number} stands on line {before.line} too, with other words. That line is the one that is used."
            )
            problems.append(Problem(row.line, what))
    return list(first.values()), problems


def said(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in Row.__slots__ if name != "line")
