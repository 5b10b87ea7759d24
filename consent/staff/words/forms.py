"""The distinct forms of a screen over every combination of the axes, and in plain words which of them give each."""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

When = Mapping[str, Iterable[str]]
Box = tuple[tuple[str, tuple[str, ...]], ...]  # which values of each axis named; an axis left out may have any

# Every value that a visit can have on an axis, with how a reviewer would say it. Situation in consent/journey.py.
AXES = {
    "answer": {
        "yes": _("yes"),
        "no": _("no"),
        "later": _("later"),
        "withdrawn": _("taken back"),
        "not-possible": _("not possible that day"),
        "": _("none yet"),
    },
    "legal": {
        "sentenced": _("sentenced"),
        "remand": _("on remand"),
        "recalled": _("recalled"),
        "immigration": _("held under immigration powers"),
        "unknown": _("legal status not known"),
    },
    "home_gp": {"yes": _("yes"), "no": _("no"), "unsure": _("not sure")},
    "registered": {
        "yes": _("yes"),
        "no": _("no"),
        "unknown": _("not known"),
        "sent": _("asked for since they came in"),
    },
    "transferred": {"yes": _("yes"), "no": _("no")},
    "length": {"first-night": _("the first night"), "whole": _("the whole journey")},
    "held": {"yes": _("yes"), "no": _("no")},
}
# What stands before the values; where nothing stands, the values speak for themselves.
LABELS = {
    "answer": _("answer"),
    "legal": "",
    "home_gp": _("GP at home"),
    "registered": _("with the prison GP before"),
    "transferred": _("came from another prison"),
    "length": "",
    "held": _("a yes is checked before sending"),
}


@dataclass(frozen=True)
class Form:
    """What stands on a screen, in order, and the combinations in which just that stands there."""

    parts: tuple[str, ...]
    boxes: tuple[Box, ...]

    def is_for(self, axes: Mapping[str, str]) -> bool:
        return any(all(axes[axis] in values for axis, values in box) for box in self.boxes)

    @property
    def combinations(self) -> list[str]:
        return [in_words(box) for box in self.boxes]


def forms_of(parts: Iterable[tuple[str, When]]) -> list[Form]:
    """``parts``: what may stand on the screen, each with when it does. Each form comes once, an empty one last."""
    parts = list(parts)
    axes = tuple(axis for axis in AXES if any(axis in when for _, when in parts))
    rows: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for values in itertools.product(*(AXES[axis] for axis in axes)):
        now = dict(zip(axes, values, strict=True))
        shown = tuple(name for name, when in parts if all(now[axis] in fits for axis, fits in when.items()))
        rows.setdefault(shown, set()).add(values)
    found = [Form(shown, boxes(axes, frozenset(those))) for shown, those in rows.items()]
    return [form for form in found if form.parts] + [form for form in found if not form.parts]


@lru_cache(maxsize=4096)
def boxes(axes: tuple[str, ...], rows: frozenset[tuple[str, ...]]) -> tuple[Box, ...]:
    """These combinations as few groups as may be, each with so many values of each axis; no combination twice."""
    if not axes:
        return ((),)
    fewest: tuple[Box, ...] = ()
    for place, axis in enumerate(axes):
        alike: dict[frozenset[tuple[str, ...]], list[str]] = {}
        for value in AXES[axis]:
            rest = frozenset((*row[:place], *row[place + 1 :]) for row in rows if row[place] == value)
            if rest:
                alike.setdefault(rest, []).append(value)
        others = (*axes[:place], *axes[place + 1 :])
        found = tuple(with_axis(axis, values, box) for rest, values in alike.items() for box in boxes(others, rest))
        if not fewest or len(found) < len(fewest):
            fewest = found
    return fewest


def with_axis(axis: str, values: list[str], box: Box) -> Box:
    """With the values of one more axis, in the order of the axes; an axis that may have any value says nothing."""
    if len(values) == len(AXES[axis]):
        return box
    return tuple(sorted((*box, (axis, tuple(values))), key=lambda pair: list(AXES).index(pair[0])))


def in_words(box: Box) -> str:
    """ "on remand; GP at home: yes or not sure" """
    if not box:
        return gettext("always")
    return "; ".join(axis_in_words(axis, values) for axis, values in box)


def axis_in_words(axis: str, values: Iterable[str]) -> str:
    said = [str(AXES[axis][value]) for value in values]
    *first, last = said
    joined = gettext("%(first)s or %(last)s") % {"first": ", ".join(first), "last": last} if first else last
    return f"{LABELS[axis]}: {joined}" if LABELS[axis] else joined
