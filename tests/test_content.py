"""The words: what may be published, and what every combination of situations is shown."""

import itertools
import tomllib

import pytest

from consent import content, publishing
from consent.models import Explanation

AXES = {
    "legal": ("sentenced", "remand", "recalled", "immigration", "unknown"),
    "home_gp": ("yes", "no", "unsure"),
    "transferred": ("yes", "no"),
    "held": ("yes", "no"),
    "length": ("first-night", "whole"),
}
SITUATIONS = [dict(zip(AXES, values, strict=True)) for values in itertools.product(*AXES.values())]
BANNED = set(
    "consent register registered registration gms transfer transferred community custody must should recommend".split()
)


@pytest.fixture(scope="module")
def said():
    found = [tomllib.loads(path.read_text(encoding="utf-8")) for path in publishing.files()]
    return {file["question"]: file for file in found if file["language"] == "en-GB"}


@pytest.fixture
def words(db):
    publishing.publish()
    return {name: content.words(key) for name, key in content.current_hashes("en-GB").items()}


def broken(said, **changes):
    return {**said["gp-record"], **changes}


def test_a_card_that_claims_something_needs_a_source(said):
    card = {**said["gp-record"]["card"][0], "kind": "sourced", "source": []}
    problems = publishing.problems_of(broken(said, card=[card]))
    assert any("names no source" in problem for problem in problems)


def test_a_sentence_of_sixteen_words_is_not_published(said):
    card = {**said["gp-record"]["card"][0], "say": {"long": "one " * 16}}
    assert any("more than 15 words" in problem for problem in publishing.problems_of(broken(said, card=[card])))


def test_a_card_on_a_screen_that_is_not_there_is_not_published(said):
    card = {**said["gp-record"]["card"][0], "screen": "nowhere"}
    assert any("no screen 'nowhere'" in problem for problem in publishing.problems_of(broken(said, card=[card])))


def test_a_picture_that_does_not_exist_is_not_published(said):
    card = {**said["gp-record"]["card"][0], "picture": "striped-prisoner"}
    assert any(
        "no picture 'striped-prisoner'" in problem for problem in publishing.problems_of(broken(said, card=[card]))
    )


def test_a_file_without_one_of_the_three_answers_is_not_published(said):
    two = said["gp-record"]["choice"][:2]
    assert "the choices are yes, no and later, all three." in publishing.problems_of(broken(said, choice=two))


def test_a_file_that_is_not_toml_says_where(tmp_path):
    with pytest.raises(publishing.NotPublishable, match="line 1"):
        publishing.load("words.toml", "question = \n")


@pytest.mark.django_db
def test_in_production_words_without_sign_off_are_refused(settings):
    settings.IS_DEMONSTRATION = False
    with pytest.raises(publishing.NotPublishable, match="have no clinical sign-off"):
        publishing.publish()
    assert not Explanation.objects.exists()


@pytest.mark.django_db
def test_publishing_twice_adds_nothing():
    assert len(publishing.publish()) == 2
    assert publishing.publish() == []


def test_line_ends_and_trailing_spaces_do_not_make_new_words():
    assert publishing.canonical("a \r\nb\r\n\r\n") == publishing.canonical("a\nb\n") == "a\nb\n"


def test_our_own_files_have_no_problem(said):
    for file in said.values():
        assert publishing.problems_of(file) == []


def test_no_word_that_patients_are_spared(said):
    for file in said.values():
        for name, text in publishing.sentences(file).items():
            found = BANNED & {word.strip(".,?!:").lower() for word in text.split()}
            assert not found, f"{name}: {text}"
            assert "n't" not in text, f"{name}: {text}"


def test_every_situation_gets_words_on_every_screen(words):
    for situation in SITUATIONS:
        for published in words.values():
            for screen in published.titles:
                if screen.startswith("means"):
                    continue
                for answer in ("yes", "no", "later"):
                    cards = published.on(screen, {**situation, "answer": answer})
                    most = 6 if screen == "paper" else 5
                    assert 1 <= len(cards) <= most, (screen, answer, [card.id for card in cards])
                    slots = [".".join(card.id.split(".")[:2]) for card in cards]
                    assert len(slots) == len(set(slots)), f"two variants of one slot on {screen}: {slots}"


def test_the_three_panels_weigh_the_same(words):
    for situation in SITUATIONS:
        gms = words["gms-registration"]
        panels = {option: gms.on("means", situation, option) for option in ("yes", "no", "later")}
        sizes = {
            option: sum(len(text.split()) for c in cards for _, text in c.sentences) for option, cards in panels.items()
        }
        assert {len(cards) for cards in panels.values()} == {5}
        assert {sum(len(card.sentences) for card in cards) for cards in panels.values()} == {10}
        assert max(sizes.values()) <= 1.15 * min(sizes.values()), sizes


def test_four_questions_check_that_we_explained_it_and_yes_is_wrong_at_least_once(words):
    for situation in SITUATIONS:
        checks = words["gms-registration"].checks_for(situation)
        assert len(checks) == 4
        assert any(check["wrong"].startswith("Yes") for check in checks)


def test_the_first_night_is_at_most_110_words(words):
    for situation in SITUATIONS:
        if situation["length"] == "first-night":
            assert first_night(words, situation) <= 110, situation


def first_night(words, situation):
    gms, gp = words["gms-registration"], words["gp-record"]

    def count(published, screen, answer=""):
        cards = published.on(screen, {**situation, "answer": answer})
        said = [published.titles[screen], *(text for card in cards for _, text in card.sentences)]
        return sum(len(text.split()) for text in said)

    choices = sum(len(choice.sentences[0][1].split()) for choice in gp.choices.values())
    longest = max(count(gp, "gp-record-right", answer) for answer in ("yes", "no", "later"))
    screens = [count(gms, name) for name in ("language", "minute", "onward", "later-right")]
    return count(gp, "gp-record") + choices + longest + sum(screens) + count(gms, "next", "later")


def test_who_is_of_unknown_status_is_told_nothing_about_why_they_are_here(words):
    unknown = [s for s in SITUATIONS if s["legal"] == "unknown"]
    for situation, published in itertools.product(unknown, words.values()):
        for card in published.cards:
            if card.fits(situation):
                text = " ".join(text for _, text in card.sentences).lower()
                assert not {"remand", "sentence", "recall", "immigration", "court"} & set(text.split()), card.id


def test_the_words_on_a_card_are_the_words_in_the_file(words, said):
    for name, published in words.items():
        for sentence_id, text in publishing.sentences(said[name]).items():
            assert published.sentence(sentence_id) == text


def test_pictures_carry_no_inline_style_and_speak_to_no_screen_reader(words):
    for card in words["gms-registration"].cards:
        assert "style=" not in card.html
        assert card.html.count("<svg") == card.html.count('aria-hidden="true"') >= 1
