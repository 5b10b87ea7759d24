"""Whom a screening programme would call on a day, by age and sex as recorded. Pure; the programmes: screening.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "screening.toml"
ANY = "any"
SEXES = ("female", "male")
APRIL = 4


@dataclass(frozen=True, slots=True)
class Programme:
    id: str
    name: str
    sex: str
    first_age: float  # in years
    last_age: int
    years: int  # 0: once
    source: str
    checked: bool  # ages and interval were read in the programme's own words
    the_year: bool = False  # called in the whole year, from 1 April, in which they reach the age

    def fits(self, sex: str) -> bool:
        """Where no sex is recorded they may be called: staff ask."""
        return not sex or self.sex in (ANY, sex)

    def called_from(self, born: date) -> date:
        return self._begins(birthday(born, self.first_age))

    def called_until(self, born: date) -> date:
        """The first day on which they are not called any more."""
        return self._begins(birthday(born, self.last_age + 1))

    def _begins(self, day: date) -> date:
        return date(day.year - (day.month < APRIL), APRIL, 1) if self.the_year else day


@dataclass(frozen=True, slots=True)
class Call:
    """A programme that would call somebody, and since when."""

    programme: Programme
    since: date


@lru_cache(maxsize=1)
def programmes() -> tuple[Programme, ...]:
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["programme"]
    return tuple(Programme(first_age=row.pop("from"), last_age=row.pop("to"), **row) for row in rows)


def calls(born: date, sex: str, on: date, dealt_with: Mapping[str, date]) -> list[Call]:
    """Who would be called for what on this day. ``dealt_with``: programmes by id, with the day on which staff last
    recorded anything at all of it; they are called again when the interval is over, and never for what comes once."""
    found = []
    for programme in programmes():
        since = programme.called_from(born)
        if not programme.fits(sex) or not since <= on < programme.called_until(born):
            continue
        if last := dealt_with.get(programme.id):
            if not programme.years or on < birthday(last, programme.years):
                continue
            since = max(since, birthday(last, programme.years))
        found.append(Call(programme, since))
    return found


def taken_as(sex: str, prison_sex: str) -> str:
    """The sex on record; else that of the people a prison is for, where it is for men or for women alone. Otherwise
    everybody in a prison for men would have to be asked before cervical screening."""
    return sex or (prison_sex if prison_sex in SEXES else "")


def birthday(born: date, age: float) -> date:
    """The day on which somebody is this old; born on 29 February, 1 March in other years."""
    years, month = divmod(born.month - 1 + round(age * 12), 12)
    return date(born.year + years, month + 1, 1) + timedelta(days=born.day - 1)
