"""A table as somebody's own spreadsheet saves it: a CSV file. Pure: no database, and no clock.

UTF-8 or Windows-1252; commas, semicolons or tabs between cells; blank lines anywhere. The first line that is not blank
names the columns, in any order; capitals, spaces and signs in a name do not matter, and other columns are not read.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO

from registration.identifiers import NotAnIdentifier, prison_number


class NotText(ValueError):
    """The bytes of a file are nobody's words; the message is a whole sentence, which staff pages translate."""


class NotATable(ValueError):
    """The words are no such table; the message goes on from "The file cannot be used:"."""


@dataclass(frozen=True, slots=True)
class Column:
    """``said``: what staff call it. ``names``: what files call it, plain()."""

    said: str
    names: str
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be used, and what to do about it."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Table:
    """Each line that is not blank, with its number: its cells by column, or what is wrong with it. And the columns
    that mean nothing here."""

    lines: tuple[tuple[int, dict[str, str] | Problem], ...]
    not_read: tuple[str, ...]


PRISON_NUMBER = Column(
    "the prison number", "prisonnumber prisonno nomsnumber nomsno noms nomisnumber nomsid offenderno", is_needed=True
)


def text_of(data: bytes) -> str:
    """The words of a file: UTF-8, with a mark in front or without, or Windows-1252 as older spreadsheets write it.
    Raises NotText."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    # A NUL stands in no text, but in UTF-16 ("Unicode text"), in workbooks and in pictures; so do a few other bytes.
    if "\x00" in text or "\ufffd" in text:
        raise NotText("This is not a CSV file in UTF-8 or Windows-1252. In the spreadsheet, save it as CSV.")
    if not text.strip():
        raise NotText("The file is empty.")
    return text


def table_of(text: str, columns: Mapping[str, Column]) -> Table:
    """What stands under each of these columns, line by line. Raises NotATable where the needed ones are not there."""
    text = text.replace("\x00", "").removeprefix("\ufeff")
    # Strict: a quotation mark that is never closed would swallow the people after it without a word.
    reader = csv.reader(StringIO(text, newline=""), delimiter=between(text), strict=True)
    rows = (cells for cells in reader if "".join(cells).strip())
    try:
        named = [name.strip() for name in next(rows, [])]
        header = [column(name, columns) for name in named]
        check_header(header, columns)
        lines = tuple((reader.line_num, cells_of(reader.line_num, cells, header, columns)) for cells in rows)
    except csv.Error as problem:
        raise NotATable(f"it is not a CSV file from line {reader.line_num} on ({problem}).") from problem
    return Table(lines, tuple(name for name, known in zip(named, header, strict=True) if name and not known))


def between(text: str) -> str:
    """What stands between two cells: a comma, or what some spreadsheets write instead."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=first.count)


def plain(words: str) -> str:
    """Letters and digits alone, in small letters: how kindly two words are compared."""
    return re.sub(r"[\W_]", "", words.casefold())


def column(name: str, columns: Mapping[str, Column]) -> str:
    """The column that is meant by this name; blank where it means nothing here."""
    said = plain(name)
    return next((known for known, one in columns.items() if said in one.names.split()), "")


def check_header(header: list[str], columns: Mapping[str, Column]) -> None:
    needed = [name for name, one in columns.items() if one.is_needed]
    if missing := [name for name in needed if name not in header]:
        raise NotATable(
            f"its first line does not name {in_words(missing, columns)}. "
            f"The first line names the columns, at least {in_words(needed, columns)}."
        )
    if twice := [name for name in columns if header.count(name) > 1]:
        raise NotATable(f"its first line names {in_words(twice, columns)} twice. Keep the column that is meant.")


def in_words(names: Iterable[str], columns: Mapping[str, Column]) -> str:
    """Columns as staff call them, each with its name in the file."""
    said = [f"{columns[name].said} ({name})" for name in names]
    return " and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))


def cells_of(line: int, cells: list[str], header: list[str], columns: Mapping[str, Column]) -> dict[str, str] | Problem:
    # A comma that should stand in quotes: what follows it would be read under the wrong name.
    if any(cell.strip() for cell in cells[len(header) :]):
        return Problem(line, "it has more cells than the first line. Put quotation marks round a text with a comma.")
    told = {name: " ".join(cell.split()) for name, cell in zip(header, cells, strict=False) if name}
    return dict.fromkeys(columns, "") | told


def number_of(told: Mapping[str, str]) -> str:
    """The prison number of a row. Raises NotAnIdentifier."""
    if not told["prison_number"]:
        raise NotAnIdentifier(
            "the prison number (prison_number) is blank. Write a letter, four digits and two letters, like A1234BC."
        )
    return prison_number(told["prison_number"].replace(" ", ""))
