"""The voice as support for an answer: headphones first, and an unchecked voice is never the only support for a yes."""

import json
import re
from pathlib import Path

import pytest

from consent import ledger
from consent.kiosk import screens, visits
from consent.models import Entry, Presentation, PrisonPolicy, Visit
from consent.words import content, signing, voices
from consent.words.files import ENGLISH, voice_name
from tests.staff import GMS, GP
from tests.test_kiosk import Tablet, answers
from tests.test_languages import (  # noqa: F401 - fixtures
    at_the_question,
    check_words,
    decisions,
    go_to,
    reception,
    sam,
    sends,
    sits_down,
    step,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checked_at_once")]

PRIVATE = "same.case.remand"
CHECKED_AGAIN = "Health staff will check with you again within 7 days."
TALK_IT_OVER = "Say it all in your own words: they heard it in a voice that nobody has checked yet."


@pytest.fixture(autouse=True)
def nothing_is_held(db, reception, settings, tmp_path):  # noqa: F811
    settings.VOICES, settings.VOICE_RECORDINGS = tmp_path / "voices", tmp_path / "recordings"
    PrisonPolicy.objects.create(prison_id="LEI", hold="none")


def is_read_by_a_machine(question, language=ENGLISH):
    """Every sentence has a sound, made ahead of time."""
    said = content.current(question, language)
    for text in said.texts.values():
        path = voices.synthetic(language, voice_name(language, text))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound")
    return said


def is_listened_to(reception, question, language=ENGLISH, *, but=()):  # noqa: F811
    said = is_read_by_a_machine(question, language)
    texts = [text for name, text in said.texts.items() if name not in but]
    keys = [voices.made_by(language, text)[1] for text in texts]
    signing.sign(keys=keys, user=reception.nurse, role="listener")


def at_the_choice(reception, person, **more):  # noqa: F811
    reception.says(person, "no", question=GP)
    return go_to(sits_down(reception, person, ENGLISH, place="wing", **more), "minute")


def last():
    return ledger.read(decisions()[-1])["data"]


def aloud():
    return Visit.objects.get(ended_at=None).state.get("aloud", {})


# -- the yes that is held ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", ["nothing reads it", "a machine reads it", "all but one sentence was listened to"])
def test_a_yes_after_a_voice_that_nobody_checked_is_held(reception, sam, made):  # noqa: F811
    if made == "a machine reads it":
        is_read_by_a_machine(GMS)
    if made == "all but one sentence was listened to":
        is_listened_to(reception, GMS, but={"minute.care/care"})
    tablet = at_the_choice(reception, sam).press("listen").press("headphones")
    tablet.press("choose-now").choose("yes").press("confirm").press("paper:none")
    assert (last()["explain"], last()["hold"]) == (["voice"], "second-look")
    assert not sam.registration_requests.exists()
    assert CHECKED_AGAIN in tablet
    assert json.loads(Presentation.objects.get().body)["form"]["voice_checked"] is False
    assert TALK_IT_OVER in reception.reads("/staff/people/A1234BC/")


def test_the_check_before_sending_says_to_talk_it_over(reception, sam):  # noqa: F811
    tablet = at_the_choice(reception, sam).press("listen").press("headphones")
    tablet.press("choose-now").choose("yes").press("confirm")
    assert TALK_IT_OVER in reception.reads("/staff/people/A1234BC/check-before-sending/")


def test_one_touched_card_is_enough(reception, sam):  # noqa: F811
    tablet = at_the_choice(reception, sam).press("hear:minute.care/")
    tablet.press("choose-now").choose("yes").press("confirm")
    assert last()["hold"] == "second-look"


@pytest.mark.parametrize("why", ["nothing was heard", "every voice was listened to", "somebody interprets"])
def test_a_yes_with_other_support_is_not_held(reception, sam, why):  # noqa: F811
    if why == "every voice was listened to":
        is_listened_to(reception, GMS)
    reception.is_sentenced(sam)
    tablet = at_the_choice(reception, sam, interpreter="Interpreter 7" if why == "somebody interprets" else "")
    if why != "nothing was heard":
        tablet.press("listen").press("headphones")
    go_to(tablet, "choose").choose("yes").press("confirm").press("paper:none")
    assert "explain" not in last()
    assert last()["hold"] == "none"
    assert CHECKED_AGAIN not in tablet
    assert sam.registration_requests.exists()


def test_in_polish_a_checked_translation_in_an_unchecked_voice_is_held_too(reception, sam):  # noqa: F811
    for question in (GP, GMS):
        check_words(reception, question)
    tablet = go_to(sits_down(reception, sam, place="wing"), "minute").press("listen").press("headphones")
    tablet.press("choose-now").choose("yes").press("confirm")
    assert (last()["explain"], last()["hold"]) == (["voice"], "second-look")


@pytest.mark.parametrize("answer", ["no", "later"])
def test_a_no_and_a_later_are_not_held_back_by_a_voice(reception, sam, answer):  # noqa: F811
    tablet = at_the_choice(reception, sam).press("listen").press("headphones")
    tablet.press("choose-now").choose(answer).press("confirm")
    assert answers(sam) == [answer]
    assert "explain" not in last()


def test_a_yes_about_the_gp_record_after_an_unchecked_voice_is_for_staff_to_talk_over(reception, sam):  # noqa: F811
    tablet = at_the_question(reception, sam, ENGLISH).press("listen").press("headphones")
    tablet.choose("yes").press("confirm")
    assert answers(sam, GP) == ["yes"]
    assert last()["explain"] == ["voice"]
    assert TALK_IT_OVER in reception.reads("/staff/people/A1234BC/")


def test_a_gp_record_yes_after_a_voice_promises_no_check_of_another_answer(reception, sam):  # noqa: F811
    reception.is_sentenced(sam)
    tablet = at_the_question(reception, sam, ENGLISH, place="wing").press("listen").press("headphones")
    go_to(tablet.choose("yes").press("confirm"), "choose")
    tablet.choose("yes").press("confirm").press("paper:none")
    assert last()["hold"] == "none"
    assert CHECKED_AGAIN not in tablet


def test_what_was_heard_counts_when_the_visit_is_taken_up_again(reception, sam):  # noqa: F811
    go_to(at_the_choice(reception, sam).press("listen").press("headphones"), "same")
    tablet = sits_down(reception, sam, ENGLISH, place="wing")
    assert step() == "resume"
    tablet.press("choose-now").choose("yes").press("confirm")
    assert last()["hold"] == "second-look"


def test_what_a_person_has_to_talk_over_is_not_lifted_on_the_tablet(reception, sam):  # noqa: F811
    tablet = at_the_choice(reception, sam).press("listen").press("headphones")
    tablet.press("choose-now").choose("yes").press("confirm").press("paper:none").press("finish")
    tablet = sits_down(reception, sam, ENGLISH).press("listen").press("headphones").press("still")
    assert not Entry.objects.filter(kind="second-look").exists(), tablet.title
    assert not sam.registration_requests.exists()


# -- headphones -------------------------------------------------------------------------------------------------------


def headphones_asked(tablet):
    return 'value="no-headphones"' in tablet


def test_headphones_are_asked_before_anything_is_read_once_a_visit(reception, sam):  # noqa: F811
    tablet = go_to(at_the_choice(reception, sam), "same").press("listen")
    assert headphones_asked(tablet)
    assert "data-speak=" not in tablet
    assert aloud() == {}
    tablet.press("headphones")
    assert 'data-speak="all"' in tablet
    assert any(name.startswith(PRIVATE) for name in aloud()[GMS])
    tablet.press("next").press("listen")
    assert not headphones_asked(tablet)
    assert 'data-speak="all"' in tablet


def test_the_next_person_is_asked_again(reception, sam):  # noqa: F811
    tablet = at_the_choice(reception, sam).press("listen").press("headphones")
    sends(tablet, "finish")
    other = reception.comes("A1234BD")
    assert headphones_asked(at_the_question(reception, other, ENGLISH).press("listen"))


def test_the_same_person_in_another_visit_is_asked_again(reception, sam):  # noqa: F811
    at_the_choice(reception, sam).press("listen").press("headphones")
    assert headphones_asked(sits_down(reception, sam, ENGLISH, place="wing").press("listen"))


def test_languages_are_read_before_headphones_are_asked(reception, sam):  # noqa: F811
    _, code = visits.start(patient=sam, place="reception", user=reception.nurse)
    tablet = Tablet().tap(code).press("say:pl")
    assert 'data-speak="say-pl"' in tablet
    assert not headphones_asked(tablet.press("listen"))


def test_listening_to_is_this_right_asks_first_and_comes_back_to_it(reception, sam):  # noqa: F811
    tablet = at_the_question(reception, sam, ENGLISH).choose("yes").press("listen")
    assert headphones_asked(tablet)
    tablet.press("no-headphones")
    assert tablet.title == "Is this right?"
    assert "gp-record-right.said.yes/said" not in aloud()[GP]
    tablet.press("confirm")
    assert answers(sam, GP) == ["yes"]


def read_without_javascript(tablet):
    return set(re.search(r"kiosk/voice/([0-9a-f-]*)\.mp3", tablet.page.split("<noscript>")[1])[1].split("-"))


def test_without_headphones_private_cards_stay_silent_until_they_are_touched(reception, sam):  # noqa: F811
    tablet = go_to(at_the_choice(reception, sam), "same").press("listen").press("no-headphones")
    screen = screens.current(Visit.objects.get(ended_at=None))
    private = {name for card in screen.cards if card.private for name, _ in card.sentences}
    open_to_all = set(screen.shown) - private
    assert f"{PRIVATE}/case" in private or any(name.startswith(PRIVATE) for name in private)
    assert "data-quiet" in tablet
    assert set(aloud()[GMS]) == open_to_all
    assert read_without_javascript(tablet) == {screen.words.sound(name) for name in open_to_all}
    assert re.search(rf'data-spoken="{PRIVATE}/"\s+data-private', tablet.page)
    tablet.press(f"hear:{PRIVATE}/")
    assert private & set(aloud()[GMS])
    assert read_without_javascript(tablet) <= {screen.words.sound(name) for name in private}


def test_a_private_card_that_is_touched_first_asks_about_headphones_and_is_then_heard_alone(reception, sam):  # noqa: F811
    tablet = go_to(at_the_choice(reception, sam), "same").press(f"hear:{PRIVATE}/")
    assert headphones_asked(tablet)
    assert "data-speak=" not in tablet
    assert aloud() == {}
    tablet.press("headphones")
    assert f'data-speak="{PRIVATE}/"' in tablet
    assert {name.partition("/")[0] for name in aloud()[GMS]} == {PRIVATE}


def test_a_private_card_stays_silent_after_no_headphones_until_it_is_touched_again(reception, sam):  # noqa: F811
    tablet = go_to(at_the_choice(reception, sam), "same").press(f"hear:{PRIVATE}/").press("no-headphones")
    assert "data-speak=" not in tablet
    assert aloud() == {}
    tablet.press(f"hear:{PRIVATE}/")
    assert {name.partition("/")[0] for name in aloud()[GMS]} == {PRIVATE}


@pytest.mark.parametrize("touched", ["hear:right.said.yes/", "hear:right.", "hear:"])
def test_the_answer_is_not_read_out_before_headphones_were_asked(reception, sam, touched):  # noqa: F811
    tablet = at_the_choice(reception, sam).press("choose-now").choose("yes")
    assert headphones_asked(sends(tablet, touched))
    assert aloud() == {}


def test_the_question_about_headphones_left_by_back_is_forgotten(reception, sam):  # noqa: F811
    tablet = go_to(at_the_choice(reception, sam), "same").press(f"hear:{PRIVATE}/").press("back")
    tablet.press("listen").press("headphones")
    assert 'data-speak="all"' in tablet


def test_what_is_not_private_is_heard_at_a_touch(reception, sam):  # noqa: F811
    assert not headphones_asked(at_the_choice(reception, sam).press("hear:minute.care/"))


QUIET = [
    ("second-look", "title:second-look"),
    ("second-look", "second-look.still/still"),
    ("second-look-done", "second-look-done.sign/sign"),
    ("second-look-done", "second-look-done.gp.yes/list"),
]


@pytest.mark.parametrize(("where", "sentence"), QUIET)
def test_without_headphones_the_second_look_does_not_tell_the_answer(reception, sam, where, sentence):  # noqa: F811
    PrisonPolicy.objects.all().delete()
    reception.says(sam, "yes")
    reception.says(sam, "no", question=GP)
    tablet = sits_down(reception, sam, ENGLISH).press("listen").press("no-headphones")
    if where == "second-look-done":
        tablet.press("still").press("listen")
    assert step() == where
    assert sentence not in aloud()[GMS]


def test_without_headphones_the_card_with_the_answer_stays_silent_at_the_second_look(reception, sam):  # noqa: F811
    PrisonPolicy.objects.all().delete()
    reception.says(sam, "yes")
    reception.says(sam, "no", question=GP)
    sits_down(reception, sam, ENGLISH).press("listen").press("no-headphones")
    assert "second-look.said/said" not in aloud()[GMS]


def test_without_headphones_the_end_does_not_tell_the_answer(reception, sam):  # noqa: F811
    tablet = at_the_choice(reception, sam).press("choose-now").choose("no").press("confirm").press("paper:none")
    tablet.press("listen").press("no-headphones")
    assert not [name for name in aloud()[GMS] if ".no" in name]


def test_no_sound_of_the_tests_is_left_in_the_real_folder(settings):
    assert "var" not in Path(settings.VOICES).parts
