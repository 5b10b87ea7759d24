"""Points that the person missed twice before they answered: to be explained again by someone."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from consent.models import Presentation
from consent.standing import MISSED
from consent.words import content
from consent.words.content import Words


def to_explain_again(presentations: Iterable[str]) -> dict[str, list[str]]:
    """The words of each question missed twice, by the hash of what was shown."""
    wanted = {name for name in presentations if name}
    rows = Presentation.objects.filter(hash__in=wanted) if wanted else []
    return {row.hash: missed_twice(json.loads(row.body)) for row in rows}


def missed_twice(shown: dict) -> list[str]:
    missed = [
        name
        for name, tried in shown.get("checks", {}).items()
        if sum(given in MISSED for given in tried.get("passes", [])) >= 2
    ]
    if not missed:
        return []
    words = content.words(shown["explanation"])
    return [teach_back(words, name) for name in missed]


def teach_back(words: Words, name: str) -> str:
    """What staff ask, for the person to say it in their own words; in their language too where it is another one."""
    english = content.in_english(words)
    part = f"check:{name}/tell" if f"check:{name}/tell" in english.texts else f"check:{name}/ask"
    said = english.sentence(part)
    return said if words is english else f"{said} ({words.sentence(part)})"


def heard_alone(data: Mapping[str, Any]) -> list[str]:
    """A yes to words that were read aloud by a voice nobody has listened to: a person says them before it counts."""
    if "voice" not in data.get("explain", ()):
        return []
    return [gettext("Say it all in your own words: they heard it in a voice that nobody has checked yet.")]
