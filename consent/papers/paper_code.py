"""The code at the foot of a paper to fill in: which words stand on it, and in which order the three answers.

NYL-1A2B3C4D-5E6F7A8B: no, yes, later; then the first digits of the hashes of the words about the GP record and about
signing up. It says nothing about a person or an answer.
"""

import re
from collections.abc import Sequence
from itertools import permutations
from typing import Any

from consent.journey import ANSWERS
from consent.models import Explanation
from consent.questions import GMS_REGISTRATION, GP_RECORD
from consent.words.content import Words
from consent.words.local import general
from registration.actions import NotPossible

DIGITS = 8
QUESTIONS = (GP_RECORD.id, GMS_REGISTRATION.id)
ORDERS = {"".join(name[0] for name in order).upper(): list(order) for order in permutations(ANSWERS)}
TYPED = re.compile(rf"([A-Z]{{3}})([0-9A-F]{{{DIGITS}}})([0-9A-F]{{{DIGITS}}})", re.ASCII)


def code_of(order: Sequence[str], asked: Sequence[Words]) -> str:
    """``asked``: the words of both questions, as in QUESTIONS."""
    return "-".join(["".join(name[0] for name in order), *(words.hash[:DIGITS] for words in asked)]).upper()


def what_it_says(typed: str, question: str) -> dict[str, Any]:
    """The words about this question and the order, as the answer keeps them. Raises NotPossible."""
    found = TYPED.fullmatch(re.sub(r"[\s-]", "", typed).upper())
    if not found or found[1] not in ORDERS:
        raise NotPossible("That is no code of a paper. One looks like this: NYL-1A2B3C4D-5E6F7A8B.")
    rows = {
        each: list(Explanation.objects.filter(question=each, hash__startswith=digits.lower()))
        for each, digits in zip(QUESTIONS, found.groups()[1:], strict=True)
    }
    languages = {general(row.language) for published in rows.values() for row in published}
    if any(len(published) != 1 for published in rows.values()) or len(languages) != 1:
        raise NotPossible("No words that were published have this code. Check each letter and digit.")
    return {"on_paper": rows[question][0].hash, "order": ORDERS[found[1]]}
