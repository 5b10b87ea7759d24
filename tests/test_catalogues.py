"""The catalogues of buttons and staff screens: whole, in step with the code, and shown to whoever asks for them."""

import re
from collections import Counter
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from config.catalogues import LOCALE, template
from consent.policy import RULES
from consent.questions import QUESTIONS
from tests.staff import Reception, words

PATHS = sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd%]|\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
STOPS = ".:?!…"


def catalogue_at(path: Path) -> Catalog:
    with path.open("rb") as lines:
        return read_po(lines, locale=Locale.parse(path.parent.parent.name), abort_invalid=True)


def pairs(message: Message) -> list[tuple[str, str]]:
    """Each translated form with the English it stands for; every plural form stands for the English plural."""
    if message.pluralizable:
        return [(message.id[1], form) for form in message.string]
    return [(message.id, message.string)]


def ids(catalogue: Catalog) -> set[object]:
    return {(message.context, message.id) for message in catalogue if message.id}


@pytest.fixture(scope="module")
def in_the_code() -> Catalog:
    return template()


@pytest.fixture(params=PATHS, ids=lambda path: path.parent.parent.name)
def catalogue(request) -> Catalog:
    return catalogue_at(request.param)


def differing(catalogue: Catalog, found: re.Pattern[str]) -> list[tuple[str, str]]:
    """Translations in which something that must stay as it is was lost, added or changed."""
    return [
        (english, text)
        for message in catalogue
        if message.id
        for english, text in pairs(message)
        if Counter(found.findall(english)) != Counter(found.findall(text))
    ]


def test_there_is_a_catalogue_in_welsh():
    assert "cy" in {path.parent.parent.name for path in PATHS}


def test_every_string_is_translated(catalogue):
    assert [m.id for m in catalogue if m.id and not all(text.strip() for _, text in pairs(m))] == []


def test_nothing_is_marked_as_a_guess(catalogue):
    assert [m.id for m in catalogue if m.id and m.fuzzy] == []
    assert not catalogue.fuzzy


def test_every_plural_has_the_forms_of_its_language(catalogue):
    plurals = [m for m in catalogue if m.id and m.pluralizable]
    assert plurals
    assert [m.id for m in plurals if len(m.string) != catalogue.num_plurals] == []


def test_placeholders_are_kept(catalogue):
    assert differing(catalogue, PLACEHOLDER) == []


def test_tags_are_kept(catalogue):
    assert differing(catalogue, TAG) == []


def test_a_sentence_ends_as_it_does_in_english(catalogue):
    """Labels stand without a stop, and screens put a stop of their own behind some of them."""
    each = [pair for m in catalogue if m.id for pair in pairs(m)]
    assert [(e, t) for e, t in each if e[-1] != t[-1] and (e[-1] in STOPS or t[-1] in STOPS)] == []


def test_no_catalogue_is_behind_the_code(catalogue, in_the_code):
    """`make messages` brings it up to date; what is new is then to be translated."""
    assert ids(in_the_code) - ids(catalogue) == set()
    assert ids(catalogue) - ids(in_the_code) == set()


def test_what_the_pure_modules_say_is_in_it(catalogue):
    said = [rule.because for rule in RULES] + [text for q in QUESTIONS for text in (q.staff_title, q.task)]
    assert [sentence for sentence in said if sentence not in catalogue] == []


@pytest.mark.django_db
def test_staff_who_ask_for_welsh_get_welsh(tmp_path, settings):
    welsh = catalogue_at(LOCALE / "cy" / "LC_MESSAGES" / "django.po")
    compiled = tmp_path / "cy" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as out:
        write_mo(out, welsh)
    settings.LOCALE_PATHS = [tmp_path]  # Django drops what it had loaded when this changes
    reception = Reception()
    reception.comes("A1234BC")

    today = reception.browser.get("/staff/", headers={"accept-language": "cy"})
    person = reception.browser.get("/staff/people/A1234BC/", headers={"accept-language": "cy"})

    for page in (today, person):
        assert page.status_code == 200
        assert 'lang="cy"' in page.content.decode()
        for english in ("Find a person", "They have not been asked yet."):
            assert str(welsh[english].string) in words(page)
            assert english not in words(page)
