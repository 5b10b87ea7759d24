"""The kiosk on paper, for when there is no tablet: the same words in the same order, with boxes to mark.

What happens next is not on it, for that depends on the answer: staff read the answer back and say it. The order of the
three answers is drawn for each print, and stands at the foot with the code that staff type in with the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from consent.journey import ANSWERS, KIOSK, Kind, Situation, Step, drawn_answers, path, title_of
from consent.papers.paper_code import code_of
from consent.papers.printing import card, icons, in_both, line, part, pdf, published_at
from consent.questions import GMS_REGISTRATION, GP_RECORD
from consent.telling import may_be_told
from consent.words import content
from consent.words.content import Words
from consent.words.files import hash_of, languages
from consent.words.local import general

BLANK = Situation(length="whole", takes="all")
PRINTED = {Kind.UNCHECKED, Kind.CHOOSE, Kind.MINUTE, Kind.READ, Kind.MEANS, Kind.CHECK}
QUESTIONS = (KIOSK, GP_RECORD.id, GMS_REGISTRATION.id)

Said = Mapping[str, Words]


def read_order(text: str) -> list[str] | None:
    """The order in which the three answers stand, from an address; nothing where it is none."""
    order = text.split(",")
    return order if sorted(order) == sorted(ANSWERS) else None


def twin(
    *, language: str, order: Sequence[str], situation: Situation = BLANK, prison: str = "", who: str = ""
) -> bytes:
    """``who``: the name and number that staff have, for the lines at the end that they fill in."""
    said = {question: content.current(question, language, prison) for question in QUESTIONS}
    asked = [said[GP_RECORD.id], said[GMS_REGISTRATION.id]]
    situation = replace(
        situation, unchecked=any(content.unchecked(words, may_be_told(words, situation)) for words in asked)
    )
    parts = [in_one(each, situation, order, is_marked=is_first) for each, is_first in each_language(said)]
    spoken = languages()[general(language)].english
    hashes = " ".join(words.hash for words in said.values())
    return pdf(
        "twin",
        {
            "title": said[KIOSK].titles["twin"],
            "parts": parts,
            "who": who,
            "foot": f"{spoken}. Order: {', '.join(order)}. Code: {code_of(order, asked)}",
        },
        identifier=hash_of(f"{hashes} {order} {situation.axes()} {sorted(situation.asks)} {who}"),
        at=max(published_at(words) for words in said.values()),
        style="person",
    )


def each_language(said: Said) -> list[tuple[Said, bool]]:
    """Their language, with boxes to mark; then the English to read along, without: only one of them is filled in."""
    pairs = zip(*(in_both(words) for words in said.values()), strict=True)
    return [({words.question: words for words in each}, number == 0) for number, each in enumerate(pairs)]


def in_one(said: Said, situation: Situation, order: Sequence[str], *, is_marked: bool) -> dict[str, Any]:
    """One part: the whole in one language."""
    tablet = said[KIOSK]
    steps = [step for step in path(situation) if step.kind in PRINTED]
    further = [step for step in steps if step.kind is Kind.CHECK][1:]
    return part(
        tablet,
        heading=line(tablet, "title:twin"),
        cards=[card(tablet, shown) for shown in tablet.on("twin", {})],
        screens=[screen(said[step.question], step, situation, order, is_further=step in further) for step in steps],
        is_marked=is_marked,
    )


def screen(words: Words, step: Step, situation: Situation, order: Sequence[str], *, is_further: bool) -> dict[str, Any]:
    """What one step shows. The heading of the understanding questions stands once, over the first of them."""
    axes = situation.axes()
    option = order[step.position] if step.kind is Kind.MEANS else ""
    shown = [] if is_further else words.on(step.words, axes, option)
    if step.kind is Kind.MINUTE and situation.outcome == "fresh-look":
        shown = [*words.on("answered", situation.axes(situation.decision))[:1], *shown]
    return {
        "id": step.id,
        "kind": str(step.kind),
        "heading": "" if is_further else line(words, f"title:{title_of(step, order)}"),
        "cards": [card(words, each) for each in shown],
        "ask": asked(words, step, axes, order) if step.kind is Kind.CHECK else None,
        "choices": chosen_from(words, order) if step.kind is Kind.CHOOSE else [],
    }


def chosen_from(words: Words, order: Sequence[str]) -> list[dict[str, Any]]:
    return [card(words, words.choices[name]) for name in order]


def asked(words: Words, step: Step, axes: Mapping[str, str], order: Sequence[str]) -> dict[str, Any]:
    """An understanding question, as the tablet asks it: nothing says which answer is right."""
    check = words.check(step.check, axes)
    names = [f"check:{check['id']}/{name}" for name in ("ask", *drawn_answers(step, order), "unsure")]
    ask, *answers = (line(words, name) for name in names)
    return {"icons": icons(check["picture"]), "ask": ask, "answers": answers}
