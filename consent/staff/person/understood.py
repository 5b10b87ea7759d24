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
    return {row.hash: list(missed_twice(json.loads(row.body)).values()) for row in rows}


def missed_twice(shown: dict) -> dict[str, str]:
    """What to say back, by the name of the question."""
    missed = [
        name
        for name, tried in shown.get("checks", {}).items()
        if sum(given in MISSED for given in tried.get("passes", [])) >= 2
    ]
    if not missed:
        return {}
    words = content.words(shown["explanation"])
    return {f"check:{name}": teach_back(words, name) for name in missed}


def teach_back(words: Words, name: str) -> str:
    """What staff ask, for the person to say it in their own words; in their language too where it is another one."""
    english = content.in_english(words)
    part = f"check:{name}/tell" if f"check:{name}/tell" in english.texts else f"check:{name}/ask"
    said = english.sentence(part)
    return said if words is english else f"{said} ({words.sentence(part)})"


def all_of_it(data: Mapping[str, Any]) -> dict[str, str]:
    """A yes to words that were heard in a voice nobody has listened to, or that nobody can have read so fast: a person
    says them before it counts."""
    why = {
        "voice": gettext("Say it all in your own words: they heard it in a voice that nobody has checked yet."),
        "pace": gettext("Say it all in your own words: they said yes sooner than anybody can read it."),
    }
    return {reason: sentence for reason, sentence in why.items() if reason in data.get("explain", ())}
