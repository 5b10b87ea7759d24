"""Getting the words signed off: who may, what is signed, what still blocks going live, and every screen to look at."""

import itertools
import json
import re
import shutil
from html import unescape
from io import BytesIO

import pypdf
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from consent.journey import Situation
from consent.models import Explanation, Post, SignOff
from consent.roles import Role
from consent.staff.words import bundles, forms, reading, screens
from consent.staff.words.claims import sentences_of
from consent.staff.words.contested import about_nothing, contested
from consent.staff.words.matters import Matter
from consent.words import content, files, publishing, signing, translations, voices
from consent.words.files import ENGLISH, voice_name
from registration.actions import load_prisons
from tests.staff import LEEDS, give_posts, words

PACK = "/staff/words/sign-off/"
GP_KNOWS = f"{PACK}contested.gp-knows/"
# Every value that a visit can have, told here once more: a value left out there would be a combination left out.
VALUES = {
    "legal": ("sentenced", "remand", "recalled", "immigration", "unknown"),
    "home_gp": ("yes", "no", "unsure"),
    "registered": ("yes", "no", "unknown", "sent"),
    "transferred": ("yes", "no"),
    "length": ("first-night", "whole"),
    "held": ("yes", "no"),
    "answer": ("yes", "no", "later", "withdrawn", "not-possible", ""),
}
COMBINATIONS = [dict(zip(VALUES, values, strict=True)) for values in itertools.product(*VALUES.values())]
PAGES = ["/staff/words/", "/staff/words/screens/", PACK, "/staff/words/sign-off.pdf", GP_KNOWS]


@pytest.fixture
def folder(tmp_path, settings, monkeypatch):
    """The words in a folder of their own, to be changed: in English, in made-up Polish, and not yet in Arabic."""
    own = tmp_path / "explanations"
    for name in (ENGLISH, "pl", "ar"):
        (own / name).mkdir(parents=True)
        shutil.copy(files.FOLDER / name / "language.toml", own / name)
    for path in (files.FOLDER / ENGLISH).glob("*.toml"):
        shutil.copy(path, own / ENGLISH)
    for name in ("pictures.toml", "contested.toml"):
        shutil.copy(files.FOLDER / name, own)
    for module in (files, translations):
        monkeypatch.setattr(module, "FOLDER", own)
    settings.LOCAL_WORDS = tmp_path / "local"
    settings.LOCAL_WORDS.mkdir()
    settings.VOICES = tmp_path / "voices"
    files.languages.cache_clear()
    in_polish(own)
    yield own
    files.languages.cache_clear()


def in_polish(folder):
    """Each sentence says in this Polish which sentence it is."""
    for path in (folder / ENGLISH).glob("*.toml"):
        if path.name != "language.toml":
            said = publishing.sentences(files.load(path.name, files.read(path)))
            lines = [
                translations.LINE.format(
                    id=json.dumps(name), of=translations.short_hash(name, text), say=json.dumps(f"zdanie {name}")
                )
                for name, text in said.items()
            ]
            (folder / "pl" / path.name).write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def lead(db):
    load_prisons([LEEDS])
    user = User.objects.create_user("lead", first_name="Nadia", last_name="Example")
    give_posts(user, Role.REVIEWER)
    return user


@pytest.fixture
def browser(folder, lead):
    """The GP lead, signed in, with no JavaScript."""
    client = Client()
    client.force_login(lead)
    return client


def replace(folder, name, old, new):
    path = folder / ENGLISH / f"{name}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def in_leeds(settings, text="You get help from the wing nurse."):
    path = settings.LOCAL_WORDS / "LEI.toml"
    path.write_text(f'[gms-registration]\n"means.no.change/ask" = "{text}"\n', encoding="utf-8")


def sentence(name, question="gms-registration", tag=ENGLISH):
    now = reading.edition()
    return next(one for one in sentences_of(now, now.get(question, tag)) if one.id == name)


def ticked(browser, address, **typed):
    return browser.post(address, {"role": "GP lead", **typed})


def keys_on(page):
    return re.findall(r'name="shown" value="([0-9a-f]{64})"', page)


def sign_everything(browser):
    """Open every bundle and sign all that stands on it, as a person would who has read it."""
    for bundle in Matter().bundles(reading.edition()):
        address = f"{PACK}{bundle.id}/"
        shown = keys_on(browser.get(address).content.decode())
        assert ticked(browser, address, whole="whole", shown=shown).status_code == 302


def publish_for_real(settings):
    settings.IS_DEMONSTRATION = False
    call_command("publish", verbosity=0)


# -- who may, and what is not signed ----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_whoever_is_not_signed_in_sees_nothing(folder, address):
    assert Client().get(address).url.startswith("/staff/sign-in/")


@pytest.mark.django_db
def test_whoever_is_not_signed_in_signs_nothing(folder):
    wanted = sentence("same.danger/tell").key
    assert ticked(Client(), GP_KNOWS, key=wanted).url.startswith("/staff/sign-in/")
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("address", PAGES)
def test_whoever_may_not_review_sees_nothing(browser, address):
    Post.objects.all().delete()
    assert browser.get(address).status_code == 403


def test_without_a_role_nothing_is_signed(browser):
    response = ticked(browser, GP_KNOWS, role=" ", key=sentence("same.danger/tell").key)
    assert response.status_code == 422
    assert "Your role: Fill this in." in words(response)
    assert not SignOff.objects.exists()


def test_without_a_tick_nothing_is_signed(browser):
    response = ticked(browser, GP_KNOWS, shown=sentence("same.danger/tell").key)
    assert response.status_code == 422
    assert "Nothing was ticked." in words(response)
    assert not SignOff.objects.exists()


def test_words_that_changed_while_somebody_read_them_are_not_signed(browser, folder):
    old, kept = sentence("same.danger/tell").key, sentence("same.danger/danger").key
    replace(folder, "gms-registration", "Tell health staff before you choose.", "Tell a nurse before you choose.")
    response = ticked(browser, GP_KNOWS, key=[old, kept])
    assert response.status_code == 422
    assert "These words have changed since you opened the page. Nothing was signed." in words(response)
    assert "Tell a nurse before you choose." in words(response)
    assert not SignOff.objects.exists()


def test_what_did_not_stand_on_the_page_is_not_signed(browser):
    elsewhere = sentence("same.staff/staff").key
    assert ticked(browser, GP_KNOWS, key=elsewhere).status_code == 422
    assert ticked(browser, GP_KNOWS, whole="whole", shown=elsewhere).status_code == 422
    assert not SignOff.objects.exists()


def test_a_translation_of_changed_english_cannot_be_signed(browser, folder):
    replace(folder, "gms-registration", "Tell health staff before you choose.", "Tell a nurse before you choose.")
    address = f"{PACK}gms-registration.same/?language=pl"
    page = browser.get(address).content.decode()
    stale = sentence("same.danger/tell", tag="pl").key
    assert "Stale: the English has changed since it was translated" in page
    assert stale not in page
    assert ticked(browser, address, key=stale).status_code == 422
    assert not SignOff.objects.exists()


def test_what_is_not_translated_cannot_be_signed(browser):
    page = browser.get(f"{PACK}gms-registration.same/?language=ar").content.decode()
    assert "Not translated yet: the English stands here" in page
    assert "Sign what is ticked" not in page


def test_a_voice_that_nobody_made_yet_cannot_be_signed(browser):
    page = browser.get(f"{PACK}gms-registration.same/?language=pl&of=voice").content.decode()
    assert "Nobody reads it aloud yet" in page
    assert "<audio" not in page
    assert "Sign what is ticked" not in page


def test_a_bundle_that_is_not_there_says_so(browser):
    response = browser.get(f"{PACK}gms-registration.nowhere/")
    assert response.status_code == 404
    assert "There is nothing to sign by that name." in words(response)


def test_a_broken_file_says_what_is_wrong(browser, folder):
    replace(folder, "gms-registration", 'kind = "policy"', 'kind = "promise"')
    response = browser.get("/staff/words/")
    assert response.status_code == 409
    assert "kind is one of inferred, policy, sourced, ui." in words(response)


def test_a_contested_question_that_leaves_out_who_can_sign_is_broken(browser, folder):
    path = folder / "contested.toml"
    path.write_text(re.sub(r"\nwho = .*", "", path.read_text(encoding="utf-8"), count=1), encoding="utf-8")
    response = browser.get(PACK)
    assert response.status_code == 409
    assert "list-over-2-years: missing or not known: who." in words(response)


# -- signing ----------------------------------------------------------------------------------------------------------


def test_one_sentence_is_signed_by_name(browser):
    wanted = sentence("same.letters.gp/gp")
    assert ticked(browser, GP_KNOWS, key=wanted.key).status_code == 302
    row = SignOff.objects.get()
    assert (row.sentence, row.name, row.role) == (wanted.key, "Nadia Example", "GP lead")
    page = words(browser.get(GP_KNOWS))
    assert "Your GP may find out that you are in prison. Signed off: Nadia Example, GP lead," in page
    assert "You have signed it." in page


def test_a_ticked_bundle_is_signed_and_leads_to_the_next_one(browser):
    first, following, *_ = bundles.bundles_of(reading.edition(), ENGLISH)
    address = f"{PACK}{first.id}/"
    shown = keys_on(browser.get(address).content.decode())
    assert len(shown) == len(first.sentences)
    response = ticked(browser, address, whole="whole", shown=shown)
    assert response.url == f"{PACK}{following.id}/"
    assert set(SignOff.objects.values_list("sentence", flat=True)) == {one.key for one in first.sentences}
    page = browser.get(response.url).content.decode()
    assert f"{len(shown)} sentences signed by Nadia Example, GP lead." in page
    assert 'value="GP lead"' in page


def test_after_the_last_bundle_comes_the_first_that_is_still_open(browser):
    first, *_, last = bundles.bundles_of(reading.edition(), ENGLISH)
    address = f"{PACK}{last.id}/"
    some = [one.key for one in last.sentences]
    assert ticked(browser, address, key=some[:1]).url == address
    assert ticked(browser, address, key=some[1:]).url == f"{PACK}{first.id}/"


def test_a_second_person_signs_beside_the_first(browser):
    wanted = sentence("same.letters.gp/gp")
    ticked(browser, GP_KNOWS, key=wanted.key)
    second = User.objects.create_user("caldicott", first_name="Chris", last_name="Guardian")
    give_posts(second, Role.REVIEWER)
    browser.force_login(second)
    ticked(browser, GP_KNOWS, key=wanted.key, role="Caldicott guardian")
    page = words(browser.get(GP_KNOWS))
    assert "Nadia Example, GP lead" in page
    assert "Chris Guardian, Caldicott guardian" in page


def test_a_checked_translation_needs_no_interpreter(browser):
    publishing.publish()
    polish = content.current("gms-registration", "pl")
    own = [name for name in polish.texts if name.startswith("same.")]
    assert content.unchecked(polish, own) == own
    address = f"{PACK}gms-registration.same/?language=pl"
    page = browser.get(address).content.decode()
    assert "I checked this against the English." in page
    shown = keys_on(page)
    assert ticked(browser, address, whole="whole", shown=shown).status_code == 302
    assert content.unchecked(polish, own) == []
    assert "Checked: Nadia Example, GP lead," in words(browser.get(address))


def test_a_voice_is_signed_by_whoever_listened_to_it(browser, settings):
    publishing.publish()
    polish = content.current("gms-registration", "pl")
    name = voice_name("pl", polish.sentence("same.staff/staff"))
    sound = settings.VOICES / "pl" / f"{name}.mp3"
    sound.parent.mkdir(parents=True)
    sound.write_bytes(b"a sound")
    address = f"{PACK}gms-registration.same/?language=pl&of=voice"
    page = browser.get(address).content.decode()
    assert f'src="/kiosk/voice/{name}.mp3"' in page
    assert not voices.is_checked(polish, ["same.staff/staff"])
    (shown,) = keys_on(page)
    assert ticked(browser, address, key=shown).status_code == 302
    assert voices.is_checked(polish, ["same.staff/staff"])
    assert "Read by a machine; listened to: Nadia Example, GP lead," in words(browser.get(address))


# -- going live -------------------------------------------------------------------------------------------------------


def test_signing_everything_through_the_pages_lets_production_publish(browser, settings, folder):
    with pytest.raises(CommandError, match="have no clinical sign-off"):
        publish_for_real(settings)
    assert not Explanation.objects.exists()
    sign_everything(browser)
    assert "Nothing in the words blocks going live." in words(browser.get("/staff/words/"))
    publish_for_real(settings)
    assert set(Explanation.objects.filter(language=ENGLISH).values_list("question", flat=True)) == set(reading.ORDER)

    replace(folder, "gms-registration", "Tell health staff before you choose.", "Tell a nurse before you choose.")
    with pytest.raises(CommandError, match=r"1 sentences have no clinical sign-off, the first: same\.danger/tell"):
        publish_for_real(settings)
    page = words(browser.get("/staff/words/"))
    assert "1 sentence blocks going live." in page
    assert "Of these contested: 1 of" in page
    ticked(browser, GP_KNOWS, key=sentence("same.danger/tell").key)
    publish_for_real(settings)


def test_what_one_prison_promises_blocks_until_it_is_signed_too(browser, settings, lead):
    now = reading.edition()
    everything = [one.key for said in now.of(ENGLISH) for one in sentences_of(now, said)]
    signing.sign(keys=everything, user=lead, role="GP lead")
    in_leeds(settings)
    with pytest.raises(CommandError, match="en-GB-x-LEI: 1 sentences have no clinical sign-off"):
        publish_for_real(settings)
    page = words(browser.get("/staff/words/"))
    assert "1 sentence blocks going live." in page
    assert "Only here: English, Leeds (HMP): 1 of 1 sentences without sign-off." in page
    local = browser.get(f"{PACK}local.en-GB-x-LEI/").content.decode()
    assert "You get help from the wing nurse." in local
    assert local.count('name="shown"') == 1
    own = sentence("means.no.change/ask", tag="en-GB-x-LEI")
    assert ticked(browser, f"{PACK}local.en-GB-x-LEI/", key=own.key).status_code == 302
    publish_for_real(settings)
    assert content.current("gms-registration", prison="LEI").sentence(own.id) == "You get help from the wing nurse."


def test_every_sentence_stands_in_the_pack_and_the_contested_first(browser):
    now = reading.edition()
    every = bundles.bundles_of(now, ENGLISH)
    there = {(one.question, one.id) for bundle in every for one in bundle.sentences}
    assert there == {(said.question, name) for said in now.of(ENGLISH) for name in said.texts}
    questions = [bundle.contested.id for bundle in every if bundle.contested]
    assert questions == [item.id for item in contested()]
    assert [bundle.id for bundle in every[: len(questions)]] == [f"contested.{name}" for name in questions]


def test_no_more_is_signed_at_once_than_one_screen_says():
    """But for headings and buttons, which claim nothing, and contested questions, which go over several screens."""
    now = reading.edition()
    for bundle in (*bundles.bundles_of(now, ENGLISH), *bundles.bundles_of(now, "pl")):
        if not bundle.contested and not bundle.id.endswith(".ui"):
            assert len({(one.question, one.claim.screen) for one in bundle.sentences}) == 1, bundle.id
        if bundle.id.endswith(".ui"):
            assert {one.claim.kind for one in bundle.sentences} == {"ui"}


def test_the_overview_says_what_each_language_still_needs(browser, folder):
    replace(folder, "gms-registration", "Tell health staff before you choose.", "Tell a nurse before you choose.")
    one = sentence("same.care/here", tag="pl")
    ticked(browser, f"{PACK}gms-registration.same/?language=pl", key=one.key)
    every = len([name for said in reading.edition().of("pl") for name in said.texts])
    page = words(browser.get("/staff/words/"))
    assert re.search(rf"Polish Translated {every} of {every} Stale 1 .*? 1 of {every}", page)
    assert f"{every - 1} sentences block answers in Polish without an interpreter." in page
    assert f"Arabic Translated 0 of {every}" in page


# -- the contested sentences ------------------------------------------------------------------------------------------


def test_every_sentence_named_as_contested_is_there():
    now = reading.edition()
    assert about_nothing(contested(), {said.question: said.texts for said in now.of(ENGLISH)}) == []


def test_a_contested_sentence_that_is_gone_is_told(browser, folder):
    replace(folder, "gms-registration", 'id = "same.danger"', 'id = "same.harm"')
    assert "gms-registration says no sentence 'same.danger'" in words(browser.get("/staff/words/"))


def test_each_contested_question_says_what_to_settle_and_what_staff_can_do():
    items = contested()
    assert len({item.id for item in items}) == len(items)
    for item in items:
        assert all((item.title, item.question, item.source, item.safest, item.who, item.unsafe)), item.id


@pytest.mark.parametrize(
    ("bundle", "costs"),
    [
        ("gp-knows", "If you say yes, your GP will know that you are in prison."),
        ("letters-here", "Some NHS letters may come here."),
    ],
)
def test_the_costs_that_nobody_says_today_stand_with_what_staff_can_do(browser, bundle, costs):
    page = words(browser.get(f"{PACK}contested.{bundle}/"))
    item = next(item for item in contested() if item.id == bundle)
    for said in (costs, item.question, item.safest, item.who, item.unsafe):
        assert said in page
    assert page.index(item.question) < page.index(costs)


# -- screens ----------------------------------------------------------------------------------------------------------


def test_the_axes_are_those_of_a_visit():
    assert forms.AXES.keys() == VALUES.keys() == Situation().axes().keys()
    assert {axis: tuple(values) for axis, values in forms.AXES.items()} == VALUES


def test_no_card_waits_for_a_situation_that_does_not_exist():
    for said in reading.edition().of(ENGLISH):
        for part in (*said.words["card"], *said.words.get("check", [])):
            for axis, values in part.get("when", {}).items():
                assert set(values) <= set(VALUES[axis]), part["id"]


def test_no_combination_is_left_out_of_any_screen():
    for screen in screens.all_screens(reading.edition()):
        found = screen.forms
        axes = {axis for _, when in screen.parts for axis in when}
        combinations = {tuple(sorted((axis, c[axis]) for axis in axes)) for c in COMBINATIONS}
        for combination in map(dict, combinations):
            (form,) = [one for one in found if one.is_for({**COMBINATIONS[0], **combination})]
            shown = [
                name for name, when in screen.parts if all(combination[axis] in those for axis, those in when.items())
            ]
            assert list(form.parts) == shown, (screen.id, combination)
        assert len({form.parts for form in found}) == len(found), f"{screen.id} shows a form twice"


@pytest.mark.django_db
def test_a_form_shows_the_cards_that_the_tablet_shows(folder):
    publishing.publish()
    for screen in screens.all_screens(reading.edition()):
        said = content.current(screen.question)
        for form, combination in itertools.product(screen.forms, COMBINATIONS[::97]):
            if form.is_for(combination):
                name, _, option = screen.name.rpartition("-")
                cards = said.on(screen.name, combination) or said.on(name, combination, option)
                assert [card.id for card in cards] == [one for one in form.parts if ":" not in one], screen.id


def test_combinations_are_told_in_plain_words():
    found = forms.forms_of(
        [
            ("court", {"legal": ["remand"], "home_gp": ["yes", "unsure"]}),
            ("rest", {"legal": ["sentenced", "recalled", "immigration", "unknown"]}),
        ]
    )
    told = {form.parts: form.combinations for form in found}
    assert told[("court",)] == ["on remand; GP at home: yes or not sure"]
    assert told[()] == ["on remand; GP at home: no"]
    (always,) = forms.forms_of([("same", {})])
    assert always.combinations == ["always"]


def test_every_sentence_of_every_screen_is_shown_in_both_languages(browser):
    now = reading.edition()
    shown = {"left": set(), "right": set()}
    for screen in screens.all_screens(now):
        page = browser.get("/staff/words/screens/", {"left": "pl", "right": "en-GB", "screen": screen.id})
        text = unescape(page.content.decode())
        for one in sentences_of(now, now.get(screen.question, ENGLISH)):
            if one.claim.screen == screen.name:
                assert f"<code>{one.id}</code>" in text
                shown["right"].add((one.question, one.id)) if one.text in text else None
                shown["left"].add((one.question, one.id)) if f"zdanie {one.id}" in text else None
    every = {(said.question, name) for said in now.of(ENGLISH) for name in said.texts}
    assert shown == {"left": every, "right": every}


def test_the_next_link_leads_through_all_of_them(browser):
    seen, address = [], "/staff/words/screens/"
    while address:
        page = browser.get(address).content.decode()
        seen.append(re.search(r'value="([^"]*)" selected>[^<]*\([^<]*\)</option>', page.partition('id="screen"')[2])[1])
        found = re.search(r'href="([^"]*)">The next screen', page)
        address = unescape(found[1]) if found else ""
    assert seen == [screen.id for screen in screens.all_screens(reading.edition())]


def test_a_language_from_right_to_left_is_drawn_so(browser):
    page = browser.get("/staff/words/screens/", {"left": "ar", "right": "pl", "screen": "gms-registration.same"})
    text = page.content.decode()
    assert '<div class="review-tablet" lang="ar" dir="rtl">' in text
    assert '<div class="review-tablet" lang="pl" dir="ltr">' in text
    assert 'lang="en-GB" dir="ltr"' in text  # nothing of it is translated: the English says so


def test_who_translated_checked_and_signed_stands_beside_the_words(browser, lead):
    english, polish = (sentence("same.staff/staff", tag=tag) for tag in (ENGLISH, "pl"))
    signing.sign(keys=[english.key, polish.key], user=lead, role="GP lead")
    page = words(browser.get("/staff/words/screens/", {"right": "pl", "screen": "gms-registration.same"}))
    assert f"Translated by: {files.languages()['pl'].translated_by}" in page
    assert "same.staff/staff Signed off: Nadia Example, GP lead," in page
    assert "same.staff/staff Checked: Nadia Example, GP lead," in page
    assert "same.private/record Not signed off." in page
    assert "same.private/record Not checked by a person." in page


def test_the_words_of_one_prison_stand_beside_those_for_everybody(browser, settings):
    in_leeds(settings)
    wanted = {"left": "en-GB", "right": "en-GB-x-LEI", "screen": "gms-registration.means-no"}
    page = words(browser.get("/staff/words/screens/", wanted))
    assert "English, Leeds (HMP)" in page
    assert "Just ask health staff." in page
    assert "You get help from the wing nurse." in page


@pytest.mark.parametrize("address", [*PAGES[:3], GP_KNOWS, f"{PACK}gms-registration.same/?language=pl&of=voice"])
def test_no_page_carries_a_style_or_a_script_in_itself(browser, address):
    page = browser.get(address).content.decode()
    assert " style=" not in page
    assert not re.search(r"<script(?![^>]* src=)", page)
    assert not re.search(r" on[a-z]+=", page)


# -- on paper ---------------------------------------------------------------------------------------------------------


def test_the_pack_on_paper_has_the_contested_first_and_lines_to_sign(browser, folder, lead):
    for question in ("gms-registration", "kiosk"):
        shrink(folder, question)
    signing.sign(keys=[sentence("gp-record.care/care", "gp-record").key], user=lead, role="GP lead")
    response = browser.get("/staff/words/sign-off.pdf")
    assert response["Content-Type"] == "application/pdf"
    text = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(response.content)).pages).split())
    item = next(item for item in contested() if item.id == "no-effect")
    for said in (item.title, item.question, item.safest, item.who, item.unsafe):
        assert said in text
    assert text.index("Contested: settle these first") < text.index(item.question) < text.index("The rest, screen by")
    assert text.count("Signature") == len(bundles.bundles_of(reading.edition(), ENGLISH))
    assert "Signed off: Nadia Example, GP lead," in text
    assert "Asking a GP about your health." in text


def shrink(folder, question):
    """Only the first few cards of an explanation, so that the paper is drawn soon."""
    path = folder / ENGLISH / f"{question}.toml"
    text = path.read_text(encoding="utf-8")
    head, *cards = re.split(r"(?=\n\[\[(?:card|check|choice|screen)\]\])", text)
    keep = [part for part in cards if "[[screen]]" in part or "[[choice]]" in part] + [
        part for part in cards if "[[card]]" in part
    ][:3]
    path.write_text(head + "".join(keep), encoding="utf-8")
