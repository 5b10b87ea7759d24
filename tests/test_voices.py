"""The voice: every published sentence can be heard, a person's recording goes first, and nobody hears other words."""

import array
import dataclasses
import io
import json
import math
import os
import re
import time
from pathlib import Path

import lameenc
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.urls import reverse

from consent.models import Explanation
from consent.proof.check_record import explanation, sentences
from consent.words import content, files, local, mp3, publishing, signing, speaking, translations, voices
from consent.words.files import ENGLISH, voice_name
from tests.voices_fixture import voices as sounds  # noqa: F401 - fixture

MOST_BYTES = 40_000  # of a card
# No card is read so slowly that a letter takes as many bytes: one of fewer than 133 letters fits, whatever it says.
MOST_BYTES_A_LETTER = 300
LATER = "minute.later/later"  # "You can decide later."
CARE = "minute.care/care"
CHECKS = "minute.no/checks"  # stands nowhere else


# -- what these tests share -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything():
    """Every explanation in every language, drawn once: it takes seconds."""
    return [row_of(source, said) for source, said in publishing.everything()]


def row_of(source, said):
    return {
        "hash": files.hash_of(source),
        "question": said["question"],
        "language": said["language"],
        "source": source,
        "rendered": json.dumps(publishing.rendered(said), sort_keys=True, ensure_ascii=False),
    }


@pytest.fixture
def published(db, everything):
    """All words are in force; by language, those on signing up."""
    Explanation.objects.bulk_create(Explanation(**row) for row in everything)
    return {tag: content.current("gms-registration", tag) for tag in files.languages()}


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    """Nobody has made or recorded a sound yet."""
    settings.VOICES, settings.VOICE_RECORDINGS = tmp_path / "voices", tmp_path / "recordings"
    settings.LOCAL_WORDS = tmp_path / "local-words"


@pytest.fixture
def polish(published):
    return published["pl"]


def spoken_as(said, sentence_id):
    """The one sentence, as voices.spoken gives it."""
    tag, text = voices.language_of(said, sentence_id), said.texts[sentence_id]
    return voices.Spoken(tag, voice_name(tag, text), text, "", f"{said.question} {sentence_id}")


def read_aloud(said, *sentence_ids):
    """espeak-ng reads these; their names."""
    wanted = [spoken_as(said, sentence_id) for sentence_id in sentence_ids]
    speaking.make(wanted)
    return [one.name for one in wanted]


def recording_of(seconds=0.5, hertz=mp3.HERTZ, channels=1, kilobits=32):
    """A person hums into a microphone, as MP3."""
    tone = (int(9000 * math.sin(i / 12)) for i in range(int(seconds * hertz)))
    samples = array.array("h", (value for value in tone for _ in range(channels)))
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_in_sample_rate(hertz)
    encoder.set_out_sample_rate(hertz)
    encoder.set_channels(channels)
    encoder.set_bit_rate(kilobits)
    return bytes(encoder.encode(samples.tobytes())) + bytes(encoder.flush())


def as_programs_save_it(sound):
    """With a title in front, a first frame that says how long the file is, and an old tag behind."""
    title = b"ID3\x04\0\0" + bytes([0, 0, 2, 0]) + b"\xff\xf3\x48\xc4" * 64  # looks like frames, and is none
    about = (b"\xff\xf3\x48\xc4" + bytes(9) + b"Info\0\0\0\1\0\0\0\x01").ljust(144, b"\0")
    return title + about + sound + b"TAG".ljust(128, b"\0")


def put_recording(said, sentence_id, data):
    one = spoken_as(said, sentence_id)
    path = voices.recorded(one.language, one.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def voice(*arguments, **options):
    """What `manage.py voice` says."""
    said = io.StringIO()
    try:
        call_command("voice", *arguments, stdout=said, **options)
    except CommandError as problem:
        said.write(f"CommandError: {problem}")
    return said.getvalue()


@pytest.fixture
def listener(db):
    """Someone who signs for what they have listened to."""
    reviewer = User.objects.create_user("maria", first_name="Maria", last_name="Kowalska")

    def signs(said, *sentence_ids):
        made = [voices.made_by(voices.language_of(said, name), said.texts[name]) for name in sentence_ids]
        signing.sign(keys=[key for _, key in made], user=reviewer, role="voice")

    return signs


# -- a sound cannot be made -------------------------------------------------------------------------------------------


def test_without_espeak_it_says_what_to_install(published, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install espeak-ng" in voice("pl")


def test_a_language_whose_voice_espeak_does_not_have_is_named_with_its_file(published, monkeypatch):
    languages = {**files.languages(), "pl": dataclasses.replace(files.languages()["pl"], voice="klingon-x")}
    monkeypatch.setattr(speaking, "languages", lambda: languages)
    said = voice("pl")
    assert "no voice 'klingon-x'" in said and "consent/explanations/pl/language.toml" in said


def test_words_that_are_not_published_are_not_read(db):
    assert "Run 'manage.py publish' first" in voice()


def test_a_language_that_nobody_knows_is_refused(published):
    assert "There is no folder of tlh" in voice("tlh")


def test_where_nothing_can_be_written_it_says_so(polish, settings, tmp_path):
    (tmp_path / "voices").write_text("a file stands where the folder should")
    with pytest.raises(speaking.NoVoice, match="VOICES says where"):
        read_aloud(polish, LATER)


def full(path, data):
    """Path.write_bytes on a disk that has room for 100 bytes more."""
    with path.open("wb") as file:
        file.write(data[:100])
    raise OSError(28, "No space left on device")


def test_a_run_that_fails_half_way_leaves_no_half_sound(polish, monkeypatch):
    read_aloud(polish, LATER)
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(speaking.NoVoice, match="No space left"):
        read_aloud(polish, CARE)
    folder = voices.synthetic("pl", name(polish, LATER)).parent
    assert {path.name for path in folder.iterdir()} == {f"{name(polish, LATER)}.mp3", speaking.HOW}


def name(said, sentence_id):
    return spoken_as(said, sentence_id).name


def test_an_empty_file_is_no_sound(polish):
    read_aloud(polish, LATER)
    voices.synthetic("pl", name(polish, LATER)).write_bytes(b"")  # the power was cut
    assert speaking.lacking([spoken_as(polish, LATER)])


# -- which sentences there are ----------------------------------------------------------------------------------------


def test_everything_that_stands_on_a_card_in_any_language_has_a_sound_by_the_name_on_it(published):
    known = voices.spoken()
    for said in voices.in_force():
        on_cards = {name for card in (*said.cards, *said.choices.values()) for name in re.findall(VOICE, card.html)}
        assert on_cards
        assert on_cards <= known.keys()
        assert {re.search(VOICE, said.say(sentence_id)).group(1) for sentence_id in said.texts} <= known.keys()


VOICE = r'data-voice="([0-9a-f]+)"'


def test_only_sentences_are_read_aloud_and_all_of_them(published):
    for said in voices.in_force():
        source = explanation(Explanation.objects.get(hash=said.hash).source)
        assert dict(said.texts) == sentences(source)


def test_a_sentence_that_nobody_has_translated_is_heard_in_english(published):
    in_english = published[ENGLISH]
    source = json.loads(translations.composed(english_file(), {}, "pl", in_english.hash))
    Explanation.objects.create(**row_of(json.dumps(source), source))
    said = content.current("gms-registration", "pl")
    assert name(said, LATER) == voice_name(ENGLISH, in_english.texts[LATER])
    assert voices.spoken(["pl"])[name(said, LATER)].language == ENGLISH


def english_file():
    path = files.FOLDER / ENGLISH / "gms-registration.toml"
    return files.load(path.name, files.read(path))


def test_what_one_prison_says_instead_is_read_too_and_no_longer_once_it_stops(published, settings):
    promise = min(local.promises(english_file()))
    settings.LOCAL_WORDS.mkdir()
    own = settings.LOCAL_WORDS / "LEI.toml"
    own.write_text(f'[gms-registration]\n"{promise}" = "Ask for Sister Mary."')
    for _, source, said in local.local_variants(english_file()):
        Explanation.objects.create(**row_of(source, said))
    theirs = voice_name(ENGLISH, "Ask for Sister Mary.")
    assert voices.spoken([ENGLISH])[theirs].where == f"gms-registration {promise}"
    own.unlink()
    assert theirs not in voices.spoken([ENGLISH])


def test_words_that_were_replaced_are_not_read_any_more(published):
    before = published[ENGLISH]
    said = translations.with_words(english_file(), {**before.texts, CHECKS: "You may hear of fewer health checks."})
    Explanation.objects.create(**row_of(json.dumps(said), said))
    now = voices.spoken([ENGLISH])
    assert name(before, CHECKS) not in now
    assert voice_name(ENGLISH, "You may hear of fewer health checks.") in now


# -- making them ------------------------------------------------------------------------------------------------------


def test_a_sound_is_small_and_can_be_joined(polish):
    read_aloud(polish, LATER)
    data = voices.synthetic("pl", name(polish, LATER)).read_bytes()
    sound = mp3.usable(data)
    assert (sound.start, sound.end) == (0, len(data))
    assert 1 < sound.seconds < 5
    assert len(data) / sound.seconds < 2000


def test_a_second_run_reads_nothing_and_a_third_only_what_was_lost(polish, monkeypatch):
    read_aloud(polish, LATER, CARE)
    with monkeypatch.context() as nothing_runs:
        nothing_runs.setattr(speaking, "run", None)
        assert speaking.make([spoken_as(polish, LATER), spoken_as(polish, CARE)]) == 0
    voices.synthetic("pl", name(polish, CARE)).unlink()
    assert speaking.make([spoken_as(polish, LATER), spoken_as(polish, CARE)]) == 1


@pytest.fixture
def another_voice(monkeypatch):
    """Call it, and a woman reads Polish from then on."""

    def change():
        languages = {**files.languages(), "pl": dataclasses.replace(files.languages()["pl"], voice="pl+f3")}
        monkeypatch.setattr(speaking, "languages", lambda: languages)

    return change


def test_until_a_sound_is_made_anew_the_old_one_is_heard(polish, another_voice, monkeypatch):
    [sound] = read_aloud(polish, LATER)
    before = voices.sound(sound)
    another_voice()
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(speaking.NoVoice):
        read_aloud(polish, LATER)
    assert voices.sound(sound) == before


def test_another_voice_is_gone_on_with_after_a_run_that_stopped_half_way(polish, another_voice):
    read_aloud(polish, LATER, CARE)
    another_voice()
    read_aloud(polish, LATER)
    assert speaking.lacking([spoken_as(polish, LATER), spoken_as(polish, CARE)]) == [spoken_as(polish, CARE)]


def test_another_voice_for_a_language_reads_everything_anew(polish, another_voice):
    read_aloud(polish, LATER)
    another_voice()
    before = voices.synthetic("pl", name(polish, LATER)).read_bytes()
    assert speaking.make([spoken_as(polish, LATER)]) == 1
    assert voices.synthetic("pl", name(polish, LATER)).read_bytes() != before
    assert speaking.make([spoken_as(polish, LATER)]) == 0


def test_words_that_begin_with_a_dash_are_words_and_no_option(db):
    one = voices.Spoken(ENGLISH, voice_name(ENGLISH, "--version"), "--version", "", "")
    assert len(speaking.read_aloud(one)[1]) > 10_000


@pytest.mark.long
def test_every_card_in_every_language_is_under_40_kilobytes(published, sounds):  # noqa: F811
    cards = [
        (sum(len(text) for _, text in card.sentences), said, card)
        for said in voices.in_force()
        for card in (*said.cards, *said.choices.values())
    ]
    long = [(said, card) for letters, said, card in cards if letters * MOST_BYTES_A_LETTER >= MOST_BYTES]
    # The longest of every language are read, whatever their length: nothing is left out because of its script.
    for tag in files.languages():
        long += [(said, card) for _, said, card in sorted(cards, key=length, reverse=True) if said.language == tag][:3]
    speaking.make(spoken_as(said, sentence_id) for said, card in long for sentence_id, _ in card.sentences)
    measured = []
    for said, card in long:
        size = sum(len(voices.sound(name(said, sentence_id))) for sentence_id, _ in card.sentences)
        letters = sum(len(text) for _, text in card.sentences)
        assert size < letters * MOST_BYTES_A_LETTER, f"{said.language} {card.id}: read too slowly for this test"
        measured.append((size, f"{said.language} {said.question} {card.id}"))
    largest, which = max(measured)
    print(f"The largest card: {largest / 1000:.1f} kB, {which}")
    assert largest < MOST_BYTES, f"{which} is {largest} bytes to hear: make it shorter, or read {which[:5]} faster"


def length(card):
    return card[0]


# -- a person reads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is not an MP3 file"),
        (b"RIFF\x24\x08\0\0WAVEfmt " + bytes(400), "it is not an MP3 file"),
        (recording_of(61), "it is 61 seconds long; one sentence is at most 60"),
        (recording_of(hertz=44_100), "it is mono with 44,100 samples a second"),
        (recording_of(channels=2), "it is stereo with 16,000 samples a second"),
        (recording_of()[:-20], "it is damaged, or was cut off"),
        (recording_of() + b"something else" * 20, "it is damaged, or was cut off"),
        (recording_of() + recording_of(channels=2), "it changes between mono and stereo"),
    ],
    ids=["empty", "a WAV", "too long", "too fine", "stereo", "cut off", "more behind it", "two joined"],
)
def test_a_recording_that_cannot_be_played_is_refused_and_the_synthetic_voice_is_heard(polish, data, why):
    [sound] = read_aloud(polish, LATER)
    path = put_recording(polish, LATER, data)
    said = voice("pl", check=True)
    assert f"{path} is refused: {why}" in said and "CommandError" in said
    assert voices.voices(polish, [LATER])[LATER].made_by == voices.SYNTHETIC
    assert voices.sound(sound) == voices.synthetic("pl", sound).read_bytes()


def test_a_recording_under_a_name_that_no_words_have_is_told(polish):
    path = put_recording(polish, LATER, recording_of())
    lost = path.rename(path.with_name("you can decide later.mp3"))
    assert f"{lost} is heard nowhere" in voice("pl", check=True)


def test_a_recording_in_another_languages_folder_is_told(polish):
    path = put_recording(polish, LATER, recording_of())
    lost = voices.recorded("ro", path.stem)
    lost.parent.mkdir()
    path.rename(lost)
    assert f"{lost} is heard nowhere" in voice("pl", "ro", check=True)


def test_a_recording_that_was_not_saved_as_mp3_is_told(polish):
    path = put_recording(polish, LATER, recording_of())
    lost = path.rename(path.with_suffix(".wav"))
    assert f"{lost} is heard nowhere" in voice("pl", check=True)


def test_a_recording_is_heard_at_once_in_place_of_the_synthetic_voice(polish):
    [sound] = read_aloud(polish, LATER)
    path = put_recording(polish, LATER, recording_of())
    assert voices.sound(sound) == path.read_bytes()
    path.unlink()
    assert voices.sound(sound) == voices.synthetic("pl", sound).read_bytes()


def test_of_a_recording_only_the_sound_is_passed_on(polish):
    put_recording(polish, LATER, as_programs_save_it(recording_of()))
    assert voices.sound(name(polish, LATER)) == recording_of()


def test_the_script_says_what_to_record_under_which_name_and_what_is_done(polish):
    put_recording(polish, LATER, recording_of())
    said = voice("pl", script=True)
    english = content.in_english(polish)
    assert f"pl/{name(polish, LATER)}.mp3   (recorded)" in said
    block = re.search(rf"^pl/{name(polish, CARE)}\.mp3\n(.*\n){{3}}", said, re.MULTILINE).group(0)
    assert CARE in block and f"English: {english.texts[CARE]}" in block and polish.texts[CARE] in block
    assert said.count(f"pl/{name(polish, CARE)}.mp3") == 1


# -- has a person listened? -------------------------------------------------------------------------------------------


def test_a_sentence_that_nothing_reads_is_not_checked(polish, listener):
    assert voices.voices(polish, [LATER]) == {LATER: voices.Voice(voices.NONE, False)}
    read_aloud(polish, LATER)
    listener(polish, LATER)
    voices.synthetic("pl", name(polish, LATER)).unlink()
    assert not voices.is_checked(polish, [LATER])


def test_a_synthetic_voice_is_not_checked_until_a_person_has_listened(polish, listener):
    read_aloud(polish, LATER)
    assert voices.voices(polish, [LATER]) == {LATER: voices.Voice(voices.SYNTHETIC, False)}
    listener(polish, LATER)
    assert voices.voices(polish, [LATER]) == {LATER: voices.Voice(voices.SYNTHETIC, True)}
    assert voices.is_checked(polish, [LATER])


def test_one_sentence_that_nobody_listened_to_leaves_the_whole_unchecked(polish, listener):
    read_aloud(polish, LATER, CARE)
    listener(polish, LATER)
    assert not voices.is_checked(polish, [LATER, CARE])


def test_a_new_recording_has_to_be_listened_to_itself(polish, listener):
    read_aloud(polish, LATER)
    listener(polish, LATER)
    path = put_recording(polish, LATER, recording_of(0.5))
    assert voices.voices(polish, [LATER]) == {LATER: voices.Voice(voices.HUMAN, False)}
    listener(polish, LATER)
    assert voices.is_checked(polish, [LATER])
    path.write_bytes(recording_of(0.7))
    assert voices.voices(polish, [LATER]) == {LATER: voices.Voice(voices.HUMAN, False)}


def test_a_synthetic_voice_made_in_another_way_has_to_be_listened_to_again(polish, listener, another_voice):
    read_aloud(polish, LATER, CARE)
    listener(polish, LATER, CARE)
    another_voice()
    assert voices.is_checked(polish, [LATER])  # still the sound that was listened to
    read_aloud(polish, LATER)
    assert not voices.is_checked(polish, [LATER])
    assert voices.is_checked(polish, [CARE])
    listener(polish, LATER)
    assert voices.is_checked(polish, [LATER])


def test_the_same_sound_made_again_needs_no_listening(polish, listener):
    read_aloud(polish, LATER)
    listener(polish, LATER)
    voices.synthetic("pl", name(polish, LATER)).unlink()
    read_aloud(polish, LATER)
    assert voices.is_checked(polish, [LATER])


def test_who_listened_to_a_sentence_listened_to_it_wherever_it_stands(polish, listener):
    texts = {}
    for sentence_id, text in polish.texts.items():
        texts.setdefault(text, []).append(sentence_id)
    one, other = next(ids for ids in texts.values() if len(ids) > 1)[:2]
    read_aloud(polish, one)
    listener(polish, one)
    assert voices.is_checked(polish, [one, other])


def test_whether_a_whole_screen_is_checked_is_one_query(polish, django_assert_num_queries):
    ids = list(polish.texts)[:100]
    read_aloud(polish, LATER)
    for sentence_id in ids:
        voices.synthetic("pl", name(polish, sentence_id)).write_bytes(b"it is only asked whether there is one")
    with django_assert_num_queries(1):
        voices.is_checked(polish, ids)


# -- what is left to make, and what is left over ----------------------------------------------------------------------


def test_what_has_no_sound_is_listed(polish, monkeypatch):
    read_aloud(polish, LATER)
    said = voice("pl", check=True)
    assert f"pl: gms-registration {CARE} has no sound: {polish.texts[CARE]}" in said
    assert f"{LATER} has no sound" not in said
    assert "CommandError" in said


def test_where_every_sentence_has_a_sound_the_check_says_how_many(polish, monkeypatch):
    monkeypatch.setattr(speaking, "lacking", lambda wanted: [])
    assert voice("pl", check=True) == f"{len(voices.spoken(['pl']))} sentences, each with a sound.\n"


def test_tidying_removes_sounds_that_no_words_need_and_no_recording(polish, monkeypatch):
    [needed] = read_aloud(polish, LATER)
    old = voices.Spoken("pl", voice_name("pl", "Dawne słowa."), "Dawne słowa.", "", "")
    speaking.make([old])
    read_by_a_person = put_recording(polish, LATER, recording_of())
    read_by_a_person = read_by_a_person.rename(read_by_a_person.with_stem(old.name))
    folder = voices.synthetic("pl", needed).parent
    left, at_work = folder / ".crashed.1.tmp", folder / ".working.2.tmp"
    left.touch()
    at_work.touch()
    os.utime(left, (time.time() - 7200,) * 2)
    monkeypatch.setattr(speaking, "make", lambda wanted: 0)
    assert "1 sounds removed" in voice("pl", tidy=True)
    assert {path.name for path in folder.iterdir()} == {f"{needed}.mp3", speaking.HOW, at_work.name}
    assert read_by_a_person.exists()


# -- on the tablet ----------------------------------------------------------------------------------------------------


def heard(client, *names, **headers):
    return client.get(reverse("voice", args=["-".join(names)]), headers=headers)


@pytest.mark.parametrize(
    "asked",
    ["..", "%2e%2e%2f%2e%2e", "0" * 31, "0" * 33, "A" * 32, "0" * 32 + "-", "-" + "0" * 32, "0" * 32 + "%0a", "NAME"],
)
def test_what_is_no_name_of_a_sound_is_not_found(client, db, asked):
    assert client.get(f"/kiosk/voice/{asked}.mp3").status_code == 404


def test_a_name_cannot_lead_out_of_the_folders(client, polish, settings):
    read_aloud(polish, LATER)
    for asked in ("../../pl/x", "..%2f..%2fmade-with", "pl/" + "0" * 32, "%00" + "0" * 32):
        assert client.get(f"/kiosk/voice/{asked}.mp3").status_code == 404


def test_a_sound_that_nobody_made_is_not_found(client, polish):
    assert heard(client, name(polish, LATER)).status_code == 404


def test_more_sentences_than_stand_on_any_page_are_not_joined(client, polish):
    [sound] = read_aloud(polish, LATER)
    assert heard(client, *[sound] * 40).status_code == 200
    assert heard(client, *[sound] * 41).status_code == 404


def test_sentences_are_joined_in_the_order_asked_for_and_unknown_ones_left_out(client, polish):
    later, care = read_aloud(polish, LATER, CARE)
    response = heard(client, care, "0" * 32, later)
    assert response.content == voices.sound(care) + voices.sound(later)
    assert response["Content-Type"] == "audio/mpeg"
    assert response["Content-Length"] == str(len(response.content))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"


def test_a_sound_asks_no_database_and_begins_no_session(client, polish, django_assert_num_queries):
    [sound] = read_aloud(polish, LATER)
    User.objects.create_user("nurse", password="a long password for tests")
    assert client.login(username="nurse", password="a long password for tests")
    with django_assert_num_queries(0):
        response = heard(client, sound)
    assert response.status_code == 200 and not response.cookies
    with django_assert_num_queries(0):
        assert heard(client, "0" * 32).status_code == 404


def test_a_sound_can_only_be_got(client, polish):
    assert client.post(reverse("voice", args=[name(polish, LATER)])).status_code == 405


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-", 0, None), ("bytes=100-199", 100, 200), ("bytes=-50", -50, None), ("bytes=100-999999", 100, None)],
)
def test_a_browser_that_goes_back_or_forward_gets_the_part(client, polish, asked, first, last):
    [sound] = read_aloud(polish, LATER)
    whole = voices.sound(sound)
    response = heard(client, sound, Range=asked)
    assert response.status_code == 206
    assert response.content == whole[first:last]
    start, end = range(len(whole))[first:last][0], range(len(whole))[first:last][-1]
    assert response["Content-Range"] == f"bytes {start}-{end}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=9-2", "lines=1-2", "bytes=1-2,5-6", "bytes=-", "bytes=a-b"])
def test_a_range_that_makes_no_sense_gets_the_whole(client, polish, asked):
    [sound] = read_aloud(polish, LATER)
    response = heard(client, sound, Range=asked)
    assert (response.status_code, response.content) == (200, voices.sound(sound))


@pytest.mark.parametrize("asked", ["bytes=9999999-", "bytes=-0"])
def test_a_part_that_lies_behind_the_end_is_refused(client, polish, asked):
    [sound] = read_aloud(polish, LATER)
    response = heard(client, sound, Range=asked)
    assert (response.status_code, response.content) == (416, b"")
    assert response["Content-Range"] == f"bytes */{len(voices.sound(sound))}"


PLAY = """async (address) => {
    const sound = new Audio(address), rate = 4;
    sound.playbackRate = rate;
    await sound.play();
    const began = performance.now();
    await new Promise((done, failed) => {
        sound.onended = done;
        sound.onerror = () => failed(new Error(sound.error.message));
    });
    const heard = rate * (performance.now() - began) / 1000;
    sound.currentTime = 0.5;
    return [heard, sound.currentTime];
}"""


@pytest.mark.django_db(transaction=True)
def test_chromium_plays_synthetic_and_recorded_sentences_joined_to_the_end_and_goes_back(site, open_page):
    polish = content.current("gms-registration", "pl")
    names = read_aloud(polish, LATER, CARE, "same.staff/staff")
    put_recording(polish, CARE, as_programs_save_it(recording_of(1.5)))
    page = open_page()
    page.goto(f"{site}/staff/sign-in/")
    page.mouse.click(5, 5)  # before the first touch nothing may make a sound
    heard, back_at = page.evaluate(PLAY, f"{site}{reverse('voice', args=['-'.join(names)])}")
    assert heard > sum(mp3.sound_in(voices.sound(name)).seconds for name in names) - 1
    assert back_at == 0.5
