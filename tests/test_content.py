"""The words: what may be published, what every combination of situations is shown, and with which pictures."""

import copy
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from consent.journey import ANSWERS, KIOSK, NO_QUESTION, STEPS, Kind, Situation, path
from consent.kiosk.visits import PICTURES
from consent.models import Explanation
from consent.proof.check_record import sentences
from consent.words import content, files, publishing
from tests import readability
from tests.readability import SITUATIONS

NODE_MODULES = Path(__file__).resolve().parent.parent / "node_modules"
# Cards on a screen where that may be more than five: papers, and the one screen where "is that a danger?" stands apart.
MOST_CARDS = {"paper": 6, "keep": 6, "same": 6}
# What nobody should meet: ticks and crosses judge, a gavel and an hourglass frighten, a flag is no language, a raised
# hand says stop, and the prisoner of the set wears stripes. ("yes" and "no" of healthicons are a tick and a cross.)
NO_PICTURE_OF = set("tick check checks checkbox cross x yes no gavel hourglass flag flags prisoner handcuffs".split())
# Buttons that stand side by side: neither is drawn larger than the other.
SIDE_BY_SIDE = [
    ("onward.go", "onward.later"),
    ("on-paper.keep", "on-paper.full", "on-paper.none"),
    ("button.right", "button.change"),
    ("button.more-time", "button.stop"),
    ("button.go-on-here", "button.see-again"),
    ("button.headphones", "button.no-headphones"),
    ("you.me", "you.not-me"),
]


@pytest.fixture(scope="module")
def said():
    return readability.english()


@pytest.fixture
def in_english(monkeypatch):
    """Nothing but English is published: drawing every card of nine languages takes seconds."""
    english = files.languages()[files.ENGLISH]
    monkeypatch.setattr(publishing, "languages", lambda: {files.ENGLISH: english})


@pytest.fixture
def words(db, in_english):
    publishing.publish()
    return {name: content.words(key) for name, key in content.current_hashes(files.ENGLISH).items()}


def with_card(said, **changes):
    """The words of the first question with its first card changed, and no other card."""
    return {**said["gp-record"], "card": [{**said["gp-record"]["card"][0], **changes}]}


# -- what is not published --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kind": "sourced", "source": []}, "it claims something and names no source."),
        ({"source": ["HEARSAY"]}, "source HEARSAY is not listed."),
        ({"kind": "obvious"}, "kind is one of inferred, policy, sourced, ui."),
        ({"when": {"weather": ["rain"]}}, "there is no axis 'weather'."),
        ({"say": {"long": "one " * 16}}, "more than 15 words"),
        ({"screen": "nowhere"}, "there is no screen 'nowhere'."),
        ({"picture": "striped-prisoner"}, "there is no picture 'striped-prisoner' in pictures.toml."),
        ({"picture": None}, "there is no picture None in pictures.toml."),
    ],
)
def test_a_card_that_is_wrong_is_not_published(said, change, problem):
    assert any(problem in found for found in publishing.problems_of(with_card(said, **change)))


def test_two_cards_of_one_name_are_not_published(said):
    twice = {**said["gp-record"], "card": said["gp-record"]["card"][:1] * 2}
    assert any("there are two cards with this id" in found for found in publishing.problems_of(twice))


@pytest.mark.parametrize("part", ["choice", "check"])
def test_a_choice_or_a_question_without_a_picture_is_not_published(said, part):
    bare = copy.deepcopy(said["gms-registration"])
    del bare[part][0]["picture"]
    assert any("there is no picture None" in found for found in publishing.problems_of(bare))


def test_a_file_without_one_of_the_three_answers_is_not_published(said):
    two = {**said["gp-record"], "choice": said["gp-record"]["choice"][:2]}
    assert "the choices are yes, no and later, all three." in publishing.problems_of(two)


def test_a_file_of_a_question_that_is_not_asked_is_not_published(said):
    strange = {**said["gp-record"], "question": "organ-donation"}
    assert any("there is no question 'organ-donation'" in found for found in publishing.problems_of(strange))


def test_a_file_without_words_is_not_published():
    assert "card is missing." in publishing.problems_of({"question": "gp-record"})


def test_a_file_that_is_not_toml_says_where():
    with pytest.raises(files.NotPublishable, match=r"words\.toml.*line 1"):
        files.load("words.toml", "question = \n")


def test_a_picture_that_is_not_installed_is_not_drawn(monkeypatch):
    monkeypatch.setattr(publishing, "pictures", lambda: {"gp": ["@tabler/icons/icons/outline/no-such-icon"]})
    with pytest.raises(files.NotPublishable, match=r"no-such-icon\.svg is not installed. Run 'make setup'"):
        publishing.drawn_picture("gp")


@pytest.mark.django_db
def test_one_wrong_file_keeps_all_from_being_published(monkeypatch, in_english):
    problems_of = publishing.problems_of
    monkeypatch.setattr(
        publishing, "problems_of", lambda said: ["broken"] if said["question"] == KIOSK else problems_of(said)
    )
    with pytest.raises(CommandError, match=r"Nothing was published.\nkiosk.toml: broken"):
        call_command("publish")
    assert not Explanation.objects.exists()


@pytest.mark.django_db
def test_in_production_words_without_sign_off_are_refused(settings):
    settings.IS_DEMONSTRATION = False
    with pytest.raises(files.NotPublishable, match="have no clinical sign-off"):
        publishing.publish()
    assert not Explanation.objects.exists()


# -- what is published ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_file_is_published_in_every_language_and_only_once():
    assert len(publishing.publish()) == len(files.english_files()) * len(files.languages())
    assert publishing.publish() == []


def test_line_ends_and_trailing_spaces_do_not_make_new_words():
    assert files.canonical("a \r\nb\r\n\r\n") == files.canonical("a\nb\n") == "a\nb\n"


def test_our_own_files_have_no_problem(said):
    assert said.keys() == {"gp-record", "gms-registration", *NO_QUESTION}
    for file in said.values():
        assert publishing.problems_of(file) == []


def test_the_words_on_a_card_are_the_words_in_the_file(words, said):
    for name, published in words.items():
        for sentence_id, text in sentences(said[name]).items():
            assert published.sentence(sentence_id) == text


def test_every_screen_of_the_journey_has_its_words(words):
    for step in STEPS:
        assert step.kind is Kind.CHECK or step.words in words[step.question].titles, step.id


def test_what_depends_on_the_answer_or_on_why_they_are_here_is_not_said_aloud(words):
    telling = [c for w in words.values() for c in w.cards if {"legal", "answer"} & c.when.keys()]
    assert telling
    assert [card.id for card in telling if not card.private] == []


# -- every situation --------------------------------------------------------------------------------------------------


def test_the_situations_are_all_that_a_card_may_ask_about():
    assert {*SITUATIONS[0], "answer"} == Situation().axes().keys()


def test_every_situation_gets_words_on_every_screen(words):
    for situation, answer in itertools.product(SITUATIONS, ANSWERS):
        for published in words.values():
            with_cards = {card.screen for card in published.cards} - {"means"}
            for screen in published.titles.keys() & with_cards:
                cards = published.on(screen, {**situation, "answer": answer})
                assert 1 <= len(cards) <= MOST_CARDS.get(screen, 5), (screen, answer, [card.id for card in cards])
                slots = [".".join(card.id.split(".")[:2]) for card in cards]
                assert len(slots) == len(set(slots)), f"two variants of one slot on {screen}: {slots}"


def test_the_three_panels_weigh_the_same(words):
    gms = words["gms-registration"]
    for situation in SITUATIONS:
        panels = {option: gms.on("means", situation, option) for option in ANSWERS}
        sizes = {
            option: sum(len(text.split()) for c in cards for _, text in c.sentences) for option, cards in panels.items()
        }
        assert {len(cards) for cards in panels.values()} == {5}
        assert {sum(len(card.sentences) for card in cards) for cards in panels.values()} == {10}
        assert max(sizes.values()) <= 1.15 * min(sizes.values()), sizes


def test_each_question_whether_we_explained_it_is_there_once_in_every_situation(words):
    asked = {step.check for step in STEPS if step.kind is Kind.CHECK}
    for situation in SITUATIONS:
        slots = [check["slot"] for check in words["gms-registration"].checks_for(situation)]
        assert sorted(slots) == sorted(asked)


@pytest.mark.parametrize("length", ["first-night", "whole"])
def test_yes_is_the_wrong_answer_to_at_least_one_question(words, length):
    steps = [s for s in STEPS if s.kind is Kind.CHECK and s.when(Situation(length=length))]
    for situation in SITUATIONS:
        checks = [words["gms-registration"].check(step.check, situation) for step in steps]
        assert len(checks) == {"first-night": 2, "whole": 4}[length]
        assert any(check["wrong"].startswith("Yes") for check in checks)


def test_the_first_night_is_at_most_110_words(said):
    for situation in SITUATIONS:
        if situation["length"] == "first-night" and situation["registered"] != "sent":
            assert first_night(said, situation) <= 110, situation


def test_whoever_said_yes_and_it_was_sent_is_never_told_that_it_was_not_or_that_no_undoes_it(words):
    untrue = re.compile(
        r"not sign you up|not signed you up|Then we sign you up|stays? (with|where|on)|come off the list of your GP"
    )
    for situation, answer in itertools.product(SITUATIONS, ANSWERS):
        for step in path(Situation(**{**situation, "registered": "sent"})):
            for screen in {step.words, "paper"} & {"sent", "next", "paper"}:
                cards = words["gms-registration"].on(screen, {**situation, "registered": "sent", "answer": answer})
                said = [text for card in cards for _, text in card.sentences]
                assert not [text for text in said if untrue.search(text)], (screen, answer)


def first_night(said, situation):
    """What somebody is told and asked to choose. Not the button for those who do not find their language, and not the
    two questions and the paper, which tell nothing new: with all of it, see docs/readability.md."""

    def count(question, screen, answer="later"):
        ids = dict(readability.screens(said[question], {**situation, "answer": answer}))[screen]
        return readability.length_of(sentences(said[question]), ids)

    return (
        count(KIOSK, "language")
        - readability.length_of(sentences(said[KIOSK]), readability.on(said[KIOSK], "missing", situation))
        + count("gp-record", "gp-record")
        + max(count("gp-record", "gp-record-right", answer) for answer in ANSWERS)
        + sum(count("gms-registration", screen) for screen in ("minute", "onward", "later-right", "next"))
    )


def test_who_is_of_unknown_status_is_told_nothing_about_why_they_are_here(words):
    unknown = [s for s in SITUATIONS if s["legal"] == "unknown"]
    for situation, published in itertools.product(unknown, words.values()):
        for card in published.cards:
            if card.fits(situation):
                text = " ".join(text for _, text in card.sentences).lower()
                assert not {"remand", "sentence", "recall", "immigration", "court"} & set(re.findall(r"\w+", text))


def test_whose_gp_is_not_known_is_never_told_that_they_lose_none(words):
    for situation in SITUATIONS:
        if situation["home_gp"] == "unsure":
            told = [c.id for c in words["gms-registration"].cards if c.fits(situation)]
            assert "means.yes.gp.no" not in told and "means.yes.gp.unsure" in told


def test_the_words_of_the_tablet_say_nothing_about_any_answer(words):
    """Whoever hears them knows nothing: they depend on no fact about the person."""
    assert [card.id for card in words[KIOSK].cards if card.when or card.private] == []


# -- pictures: one meaning, one picture -------------------------------------------------------------------------------


def everything_drawn(said):
    """Every card, button, choice and question, with its picture."""
    return [
        (f"{question} {part} {thing['id']}", thing.get("picture"))
        for question, file in said.items()
        for part in ("card", "choice", "check")
        for thing in file.get(part, [])
    ]


def test_everything_that_is_said_has_a_picture(said):
    assert [name for name, picture in everything_drawn(said) if picture not in files.pictures()] == []


def test_no_picture_is_kept_that_stands_for_nothing(said):
    """But those that are drawn for a visit: they mean nothing."""
    assert files.pictures().keys() - {picture for _, picture in everything_drawn(said)} == set(PICTURES)


def test_no_two_meanings_have_the_same_picture():
    drawn = [(tuple(icons), name) for name, icons in files.pictures().items()]
    same = [(one, other) for (a, one), (b, other) in itertools.combinations(drawn, 2) if a == b]
    assert same == []


def test_no_two_icons_of_different_names_are_the_same_drawing():
    paths = {path for icons in files.pictures().values() for path in icons}
    drawn = {path: re.sub(r"\s+", " ", re.sub(r"<!--.*?-->", "", svg(path), flags=re.DOTALL)) for path in paths}
    assert len(set(drawn.values())) == len(drawn)


def svg(path):
    return (NODE_MODULES / f"{path}.svg").read_text(encoding="utf-8")


def test_every_icon_is_installed():
    icons = {path for icons in files.pictures().values() for path in icons}
    assert [path for path in sorted(icons) if not (NODE_MODULES / f"{path}.svg").is_file()] == []


def test_a_picture_has_one_to_three_icons():
    assert [name for name, icons in files.pictures().items() if not 1 <= len(icons) <= 3] == []


def forbidden(path):
    name = path.rpartition("/")[2]
    return bool(NO_PICTURE_OF & set(re.split(r"[-_]", name))) or "hand-stop" in name


@pytest.mark.parametrize(
    "path",
    [
        "healthicons/public/icons/svg/outline/people/prisoner",
        "healthicons/public/icons/svg/outline/symbols/yes",
        "@tabler/icons/icons/outline/circle-check",
        "@tabler/icons/icons/outline/circle-x",
        "@tabler/icons/icons/outline/x",
        "@tabler/icons/icons/outline/gavel",
        "@tabler/icons/icons/outline/hourglass-low",
        "@tabler/icons/icons/outline/flag-2",
        "@tabler/icons/icons/outline/hand-stop",
    ],
)
def test_a_picture_that_judges_frightens_or_shames_is_recognised(path):
    assert (NODE_MODULES / f"{path}.svg").is_file()
    assert forbidden(path)


def test_no_picture_judges_frightens_or_shames():
    assert [path for icons in files.pictures().values() for path in icons if forbidden(path)] == []


def test_the_three_choices_of_a_question_have_as_many_icons_each(said):
    for file in said.values():
        assert len({len(files.pictures()[choice["picture"]]) for choice in file.get("choice", [])}) <= 1


@pytest.mark.parametrize("buttons", SIDE_BY_SIDE, ids=" ".join)
def test_buttons_side_by_side_have_as_many_icons_each_and_not_the_same(said, buttons):
    cards = {card["id"]: card for file in said.values() for card in file["card"]}
    pictures = [cards[name]["picture"] for name in buttons]
    assert len({len(files.pictures()[picture]) for picture in pictures}) == 1
    assert len(set(pictures)) == len(pictures)


def test_a_package_that_names_namespaces_changes_no_picture(monkeypatch):
    """qrcode does, once somebody adds an authenticator app."""
    path = next(iter(publishing.pictures().values()))[0]
    before = publishing.icon.__wrapped__(path)
    monkeypatch.setattr(ElementTree, "_namespace_map", {**ElementTree._namespace_map})
    ElementTree.register_namespace("svg", "http://www.w3.org/2000/svg")
    assert publishing.icon.__wrapped__(path) == before
    assert "svg:" not in before and "xmlns" not in before


def test_pictures_carry_no_inline_style_and_speak_to_no_screen_reader(words):
    for card in [card for published in words.values() for card in (*published.cards, *published.choices.values())]:
        assert "style=" not in card.html
        assert card.html.count("<svg") == card.html.count('aria-hidden="true"') >= 1
