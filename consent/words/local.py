"""What one prison says instead: a promise that only that site can make, in a file of its own beside the general words.

    # LEI.toml
    [gms-registration]
    "means.later.leaving/help" = "Ask the nurse on your wing for help."

    [pl.gms-registration]
    "means.later.leaving/help" = { of = "...", say = "..." }

Only a sentence of a card or question marked "policy" may be varied. The file is published with the rest, as English of
that prison ("en-GB-x-LEI"), and needs sign-off of its own. A varied sentence is stale in every language until it is
translated there too: a yes or a no in view of it needs an interpreter.
"""

import json
from typing import Any

from django.conf import settings

from consent.proof.check_record import sentences
from consent.words.files import ENGLISH, NotPublishable, load, read
from consent.words.translations import with_words

MARK = "-x-"  # BCP 47: what follows is for private use


def local_variants(said: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Tag, text and words of each prison that varies this file. Raises NotPublishable."""
    found = []
    for path in sorted(settings.LOCAL_WORDS.glob("*.toml")):
        varied = load(path.name, read(path)).get(said["question"], {})
        if not varied:
            continue
        known, may = sentences(said), promises(said)
        problems = [f"{path.name}: there is no sentence {key!r}." for key in varied if key not in known]
        problems += [
            f"{path.name}: {key} is no promise of a site: its kind is not policy." for key in varied if key not in may
        ]
        problems += [
            f"{path.name}: {key}: more than 15 words." for key, text in varied.items() if len(text.split()) > 15
        ]
        if problems:
            raise NotPublishable("\n".join(problems))
        tag = f"{ENGLISH}{MARK}{path.stem}"
        words = with_words(said, {**known, **varied}) | {"language": tag}
        words["sources"] = said["sources"]
        found.append((tag, json.dumps(words, ensure_ascii=False, indent=1) + "\n", words))
    return found


def varied(prison: str, published: set[str]) -> set[str]:
    """The questions in which this prison says something of its own today; taken out of its file, the general stands.

    A file that is broken takes nothing out of what was ``published``: `publish` says what is wrong with it.
    """
    path = settings.LOCAL_WORDS / f"{prison}.toml"
    try:
        return {name for name, said in load(path.name, read(path)).items() if said} if path.exists() else set()
    except (NotPublishable, OSError, UnicodeDecodeError):
        return published


def local_lines(tag: str, language: str, question: str) -> dict[str, dict[str, str]]:
    """How the sentences that a prison varies are translated, where its file says so."""
    prison = tag.partition(MARK)[2]
    if not prison:
        return {}
    path = settings.LOCAL_WORDS / f"{prison}.toml"
    lines: dict[str, dict[str, str]] = load(path.name, read(path)).get(language, {}).get(question, {})
    return lines


def promises(said: dict[str, Any]) -> set[str]:
    cards = {f"{card['id']}/{key}" for card in said["card"] if card["kind"] == "policy" for key in card["say"]}
    asked = (check for check in said.get("check", []) if check["kind"] == "policy")
    return cards | {f"check:{check['id']}/again.{key}" for check in asked for key in check["again"]}


def general(tag: str) -> str:
    """The language itself, whichever prison's words: "pl" of "pl-x-LEI"."""
    return tag.partition(MARK)[0]
