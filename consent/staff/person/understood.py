"""Points that the person missed twice before they answered: to be explained again by someone."""

import json
from collections.abc import Iterable

from consent.models import Presentation
from consent.standing import MISSED
from consent.words import content



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
    words = content.in_english(content.words(shown["explanation"]))
    return [words.sentence(f"check:{name}/ask") for name in missed]
