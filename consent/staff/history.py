"""Who changed what: the rows that django-simple-history keeps, as sentences."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, zip_longest
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from consent.staff import wording

Labels = Mapping[str, Any]
Words = Mapping[str, Callable[[Any], str]]


@dataclass(frozen=True, slots=True)
class Change:
    """``about``: the thing that was changed, where things of more than one kind stand together."""

    at: datetime
    who: str
    about: str
    what: list[str]

    @property
    def when(self) -> str:
        return wording.time_of(self.at)


def changes(
    rows: QuerySet[Any],
    *,
    about: Callable[[Any], str] = lambda row: "",
    untold: Iterable[str] = (),
    labels: Labels | None = None,
    words: Words | None = None,
    tells_first: bool = False,
) -> list[Change]:
    """What was done to things of one model: added, removed, or "label: old → new" for each field; newest first.

    ``about``: what to call a thing; ``untold``: fields that are left out; ``labels``, ``words``: of a field and its
    value, where the model's own will not do; ``tells_first``: of a thing that was added, what was in it.
    """
    history, thing = rows.model, rows.model.instance_type._meta
    fields = [f for f in thing.concrete_fields if hasattr(history, f.attname) and f.name not in {"id", *untold}]
    ordered = rows.select_related("history_user").order_by(thing.pk.attname, "-history_date", "-history_id")
    found = []
    for _pk, of_one in groupby(ordered, key=lambda row: getattr(row, thing.pk.attname)):
        told = list(of_one)
        for row, before in zip_longest(told, told[1:]):
            first = history(**{f.attname: None for f in fields}) if tells_first and row.history_type == "+" else before
            if what := changed(row, first, fields, labels or {}, words or {}):
                who = row.history_user.get_username() if row.history_user else gettext("the system")
                found.append(Change(row.history_date, who, about(row), what))
    return newest_first(found)


def newest_first(found: Iterable[Change]) -> list[Change]:
    return sorted(found, key=lambda change: change.at, reverse=True)


def changed(row: Any, before: Any, fields: Iterable[Any], labels: Labels, words: Words) -> list[str]:
    if row.history_type == "-":
        return [gettext("Removed.")]
    if before is None:
        return [gettext("Added.")]
    found = []
    for field in fields:
        old, new = getattr(before, field.attname), getattr(row, field.attname)
        if old != new and (old or new):
            say = words.get(field.name, lambda value, field=field: in_words(field, value))
            label = str(labels.get(field.name, field.verbose_name))
            found.append(f"{label[:1].upper()}{label[1:]}: {say(old)} → {say(new)}")
    return found


def in_words(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value in (None, ""):
        return gettext("blank")
    if isinstance(value, datetime):
        return wording.time_of(value)
    if isinstance(value, date):
        return wording.birthday(value)
    return str(dict(field.flatchoices).get(value, value))
