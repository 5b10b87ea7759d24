"""The English words are easy to read on every screen that any situation leads to: measured exactly, never estimated."""

import copy
import re
from collections import Counter

import pytest

from consent.proof.check_record import sentences
from consent.words.files import Language
from tests import readability
from tests.readability import UnknownWord, english_words, grade, syllables

LONGEST = 15  # words in a sentence
MOST_ON_A_CARD = 4  # sentences; whether they are one idea, people check

# Words of three syllables and more that patients may meet. Each is a decision.
LONG_WORDS = {
    "NHS",  # stands on letters and on staff; nobody says it in full
    "medicines",  # the word of NHS leaflets and labels; "drugs" and "pills" mean something else in prison
    "allergies",  # no shorter word, and not knowing of one can kill
    "emergency",  # no shorter word; heard on every phone and ambulance
    "immigration",  # how people held so know their own case
    "officers",  # who they are called on every wing
    "another",  # "another day", "another prison", "another GP"; short in the mouth
    "whatever",  # "whatever you choose": anything else is a longer sentence
    "already",  # "You have already answered."; an everyday word
    "quieter",  # the button beside "Louder"
    "Reconnect",  # the name of a team: whoever looks for it has to know it
}
# Words that patients are spared: of forms and offices, and of pressure.
BANNED = set(
    "consent register registered registration gms deregister transfer transferred community custody data provider "
    "healthcare must should ought recommend advise best".split()
)
SHORTENED = re.compile(r"\w['’](t|ll|re|ve|d|m)\b", re.IGNORECASE)  # can't, we'll: harder to read, easily overheard
# The only numbers: they belong to a sentence, are never put into one, and stand as digits.
NUMBERS = {
    ("gms-registration", "choose.ok/ok"): ["3"],  # choices
    ("gms-registration", "next.check.yes/check"): ["7"],  # days
    ("gms-registration", "paper.next.yes/check"): ["7"],
    ("gms-registration", "check:yes-list/again.single"): ["1"],  # GP
    ("kiosk", "twin.how/mark"): ["1"],  # box
    ("leaving", "help.before/month"): ["1"],  # month
    ("leaving", "form.month/month"): ["1"],
}
SPELT_OUT = set("two three four five six seven eight nine ten".split())


@pytest.fixture(scope="module")
def said():
    return readability.english()


@pytest.fixture(scope="module")
def every(said):
    """Every English sentence: question, id, text."""
    return [(question, name, text) for question, file in said.items() for name, text in sentences(file).items()]


# -- that it is measured as it says -----------------------------------------------------------------------------------


def test_a_word_that_the_dictionary_does_not_know_is_named():
    with pytest.raises(UnknownWord, match="'gobbledegooks'"):
        grade(["Read the gobbledegooks."])


@pytest.mark.parametrize(
    ("word", "count"),
    [("gp", 2), ("nhs", 4), ("id", 2), ("ok", 2), ("us", 1), ("medicines", 3), ("area", 3), ("any", 2), ("idea", 3)],
)
def test_syllables_are_counted_as_people_say_them(word, count):
    """The last three are one syllable to tools that count by hyphenation."""
    assert syllables(word) == count


def test_a_word_that_is_said_in_two_ways_counts_as_the_longer_one():
    assert {len([s for s in way if s[-1].isdigit()]) for way in readability.dictionary()["fire"]} == {1, 2}
    assert syllables("fire") == 2


def test_the_grade_is_flesch_and_kincaids():
    # 9 words in 2 sentences, 11 syllables.
    assert grade(["You can decide later.", "It is not a test."]) == pytest.approx(0.39 * 9 / 2 + 11.8 * 11 / 9 - 15.59)


def test_the_words_of_an_office_do_not_pass():
    assert grade(["Registration necessitates removal from the community practice."]) > 15


def test_every_sentence_is_on_some_screen(said, every):
    """What no screen shows nobody would have measured."""
    seen = {text for ways in readability.measured().values() for way in ways for text in way}
    assert [name for _, name, text in every if text not in seen] == []


# -- every screen, in every situation ---------------------------------------------------------------------------------


def too_hard() -> dict[tuple[str, str], str]:
    return {
        screen: f"grade {grade(way):.1f}: {' '.join(way)}"
        for screen, ways in readability.measured().items()
        for way in ways
        if grade(way) > readability.HARDEST_GRADE
    }


def test_a_screen_that_is_hard_in_one_situation_alone_is_found(said, monkeypatch):
    changed = copy.deepcopy(said)
    card = next(card for card in changed["gp-record"]["card"] if card["id"] == "gp-record.ask.unsure")
    card["say"]["ask"] = "Permit communication regarding medication, pathology and sensitivity."
    monkeypatch.setattr(readability, "english", lambda: changed)
    assert too_hard().keys() == {("gp-record", "gp-record")}


def test_every_screen_is_for_a_reading_age_of_ten_or_eleven():
    assert too_hard() == {}


def test_no_sentence_is_longer_than_fifteen_words(every):
    assert [(name, text) for _, name, text in every if len(text.split()) > LONGEST] == []


def test_no_card_says_more_than_four_sentences(said):
    assert [card["id"] for file in said.values() for card in file["card"] if len(card["say"]) > MOST_ON_A_CARD] == []


def test_words_of_three_syllables_are_only_those_that_somebody_decided_on(every):
    allowed = {word.lower() for word in LONG_WORDS}
    found = [
        (name, word)
        for _, name, text in every
        for word in english_words(text)
        if syllables(word) >= 3 and word not in allowed
    ]
    assert found == []


def test_no_long_word_is_allowed_that_nobody_uses(every):
    used = {word for _, _, text in every for word in english_words(text)}
    assert {word for word in LONG_WORDS if word.lower() not in used} == set()


def test_no_word_that_patients_are_spared(every, said):
    titles = [(question, "title", file["title"]) for question, file in said.items()]
    assert [(name, text) for _, name, text in [*every, *titles] if BANNED & set(english_words(text))] == []


def test_no_word_is_shortened(every):
    assert SHORTENED.search("We can’t") and SHORTENED.search("I'll")
    assert [(name, text) for _, name, text in every if SHORTENED.search(text)] == []


def test_the_only_numbers_are_those_that_never_vary(every):
    found = {(question, name): re.findall(r"\d+", text) for question, name, text in every}
    assert {key: numbers for key, numbers in found.items() if numbers} == NUMBERS


def test_a_number_stands_as_digits(every):
    assert [(name, text) for _, name, text in every if SPELT_OUT & set(english_words(text))] == []


def test_no_sentence_has_a_gap_that_something_is_put_into(every):
    assert [(name, text) for _, name, text in every if re.search(r"[{}%<>\[\]_]|\.\.\.|…", text)] == []


def test_a_sentence_ends_with_a_stop_and_only_a_button_does_not(every):
    unfinished = [name for _, name, text in every if text[-1] not in ".?!"]
    assert [name for name in unfinished if not name.startswith("button.")] == []


def test_the_same_thing_has_the_same_name(every):
    """One word for one thing: nobody wonders whether a surgery is something else than a GP."""
    other_names = set(
        "surgery practice clinic doctors medic medication pills drugs jail inmate prisoner offender".split()
    )
    found = Counter(word for _, _, text in every for word in english_words(text) if word in other_names)
    assert found == {}


# -- docs/readability.md ----------------------------------------------------------------------------------------------


def test_the_table_is_of_the_words_of_today():
    assert readability.FILE.read_text(encoding="utf-8") == readability.written(), "run: python -m tests.readability"


def test_a_language_that_is_not_all_translated_has_no_figures(monkeypatch, tmp_path):
    language = Language(tag="so", name="Soomaali", english="Somali", voice="so")
    monkeypatch.setattr("consent.words.translations.FOLDER", tmp_path)
    assert readability.texts_in(language) is None


def test_the_first_night_is_short_beside_the_whole():
    texts = readability.texts_in(readability.languages()["en-GB"])
    night, whole = (
        readability.words_of_path(readability.english(), texts, length=length) for length in ("first-night", "whole")
    )
    assert 3 * night < whole < 950  # nine minutes at 110 words a minute
