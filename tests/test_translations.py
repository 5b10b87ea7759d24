"""Translations: each sentence names the English that it renders, and what can be measured of it is measured."""

import io
import json
import re
import shutil

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from consent.journey import ANSWERS
from consent.models import Explanation
from consent.proof.check_record import sentences
from consent.words import content, files, publishing, signing, translations
from consent.words.files import ENGLISH, Language, NotPublishable
from consent.words.translations import composed, faults_of, lines_of, refreshed, with_words
from tests import readability

TAGS = [tag for tag in files.languages() if tag != ENGLISH]
QUESTIONS = list(readability.english())
REGISTRATION, TABLET = "gms-registration", "kiosk"
HELP = "means.later.leaving/help"  # a promise of the site: its kind is policy
CLAIM = "means.yes.leaving/help"  # follows from what others say: no prison may vary it
STAYS = {"GP", "NHS", "ID", "OK"}
# Letters that English has not: what a translator makes of English here.
FOREIGN = str.maketrans("aeiouyAEIOUY", "àèìòùÿÀÈÌÒÙŸ")
# A sentence ends before a space, a closing quotation mark or the end, in any of these scripts.
STOPS = re.compile(r"[.?!؟۔]+(?=[\s”“\"»]|$)")


def foreign(text: str) -> str:
    return re.sub(r"\w+", lambda word: word[0] if word[0] in STAYS else word[0].translate(FOREIGN), text)


def fill(tag: str) -> None:
    """A translator's work: after each English sentence, what it says in the other language."""
    for path in (files.FOLDER / tag).glob("*.toml"):
        done = re.sub(
            r'# (?:STALE: )?(.*)\n(.* say = )""',
            lambda found: f"# {found[1]}\n{found[2]}{json.dumps(foreign(found[1]), ensure_ascii=False)}",
            path.read_text(encoding="utf-8"),
        )
        path.write_text(done, encoding="utf-8")


def translate(*arguments: str) -> str:
    """What the command says."""
    said = io.StringIO()
    call_command("translate", *arguments, stdout=said)
    return said.getvalue()


def add_language(tag: str, name: str) -> None:
    (files.FOLDER / tag).mkdir()
    about = f'name = "{name}"\nenglish = "Test"\nvoice = "{tag}"\n'
    (files.FOLDER / tag / "language.toml").write_text(about, encoding="utf-8")
    files.languages.cache_clear()


def change(path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def change_the_english() -> None:
    change(files.FOLDER / ENGLISH / "kiosk.toml", "Please wait here.", "Please stay here.")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Our English, and a finished translation of it into Polish, of a kind."""
    folder = tmp_path_factory.mktemp("words") / "explanations"
    shutil.copytree(files.FOLDER / ENGLISH, folder / ENGLISH)
    shutil.copy(files.FOLDER / "pictures.toml", folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(files, "FOLDER", folder)
        patched.setattr(translations, "FOLDER", folder)
        add_language("pl", "polski")
        translate("pl")
        fill("pl")
        translate("pl", "--done")
    files.languages.cache_clear()
    return folder


@pytest.fixture
def folder(finished, tmp_path, monkeypatch, settings):
    """English and Polish in a folder in which a test may change what it likes."""
    folder = shutil.copytree(finished, tmp_path / "explanations")
    monkeypatch.setattr(files, "FOLDER", folder)
    monkeypatch.setattr(translations, "FOLDER", folder)
    settings.LOCAL_WORDS = tmp_path / "local-words"
    settings.LOCAL_WORDS.mkdir()
    files.languages.cache_clear()
    yield folder
    files.languages.cache_clear()


@pytest.fixture
def polish(folder):
    return files.languages()["pl"]


@pytest.fixture(params=TAGS)
def language(request) -> Language:
    """Each of our own translations."""
    return files.languages()[request.param]


def published(tag: str, question: str = TABLET, prison: str = "") -> content.Words:
    publishing.publish()
    return content.current(question, tag, prison)


# -- a line that cannot be read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('"title:help" = "Po pomoc."', r'pl/kiosk.toml: title:help is written { of = "...", say = "..." }.'),
        ('"title:help" = { say = "Po pomoc." }', r'pl/kiosk.toml: title:help is written { of = "...", say = "..." }.'),
        (
            '"title:help" = { of = "1", say = "Po pomoc.", by = "Jan" }',
            r'pl/kiosk.toml: title:help is written { of = "...", say = "..." }.',
        ),
        ('"title:help" = { of = "1", say = 3 }', r'pl/kiosk.toml: title:help is written { of = "...", say = "..." }.'),
        ('"title:help" = { of = "1", say = "Po pomoc. }', r"pl/kiosk.toml: .*line \d+"),
        ('"title:there" = { of = "1", say = "Dwa razy." }', r"pl/kiosk.toml: .*line \d+"),
    ],
    ids=["no-table", "no-english", "too-much", "a-number", "no-end", "twice"],
)
@pytest.mark.django_db
def test_a_line_broken_by_hand_is_named_and_nothing_is_published(folder, line, problem):
    file = folder / "pl" / "kiosk.toml"
    broken = re.sub(r'^"title:help" = .*$', lambda _: line, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(broken, encoding="utf-8")
    expected = problem if "line" in problem else re.escape(problem)
    with pytest.raises(NotPublishable, match=expected):
        publishing.publish()
    assert not Explanation.objects.exists()
    with pytest.raises(CommandError, match=expected):
        translate("pl")


# -- a sentence that nobody translated --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("say", ["", "   "])
@pytest.mark.parametrize("names_todays_english", [True, False])
def test_a_sentence_that_nobody_translated_is_shown_in_english_and_named(folder, polish, say, names_todays_english):
    line = lines_of(polish, TABLET)["title:help"]
    of = line["of"] if names_todays_english else ""
    change(
        folder / "pl" / "kiosk.toml",
        f'"title:help" = {{ of = "{line["of"]}", say = "{line["say"]}" }}',
        f'"title:help" = {{ of = "{of}", say = "{say}" }}',
    )

    words = published("pl")

    assert words.missing == words.stale == {"title:help"}
    assert words.sentence("title:help") == "You asked for help."
    assert 'lang="en-GB" dir="ltr"' in words.say("title:help")
    assert refreshed(polish, TABLET, readability.english()[TABLET], done=True)[1] == ["title:help"]


@pytest.mark.django_db
def test_a_sentence_that_is_new_in_english_is_shown_in_english_and_named(folder):
    change(folder / ENGLISH / "kiosk.toml", 'come = "Health staff will come."', 'come = "Staff come.", soon = "Soon."')

    words = published("pl")

    assert words.missing == {"help.wait/soon"}
    assert words.stale == {"help.wait/soon", "help.wait/come"}
    assert words.sentence("help.wait/soon") == "Soon."
    assert words.card("help.wait").html.count('lang="en-GB"') == 1


@pytest.mark.django_db
def test_a_language_without_a_file_is_english_throughout(folder):
    add_language("so", "Soomaali")
    words = published("so")
    assert words.missing == words.stale == words.texts.keys() == published(ENGLISH).texts.keys()


# -- an English sentence that changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_changing_any_english_sentence_makes_just_that_one_stale(polish, question):
    english, lines = readability.english()[question], lines_of(polish, question)
    texts = sentences(english)
    for name, text in texts.items():
        changed = with_words(english, {**texts, name: f"{text} It is new."})
        said = json.loads(composed(changed, lines, "pl", of=""))
        assert said["stale"] == [name]
        assert said["missing"] == []
        # It is read on as it was translated.
        assert sentences(said) == {key: line["say"] for key, line in lines.items()}


@pytest.mark.django_db
def test_the_same_words_in_another_place_are_another_sentence(folder):
    """Moved to another card, a sentence may mean something else there."""
    change(folder / ENGLISH / "kiosk.toml", 'id = "help.wait"', 'id = "help.stay"')
    assert published("pl").missing == {"help.stay/come", "help.stay/wait"}


@pytest.mark.django_db
def test_a_translation_that_a_person_checked_is_unchecked_again_when_its_english_changes(folder):
    words = published("pl")
    ids = list(words.texts)
    assert content.unchecked(words, ids) == ids
    sign_translation(words)
    assert content.unchecked(words, ids) == []

    change_the_english()
    words = published("pl")
    assert content.unchecked(words, ids) == ["help.wait/wait"]

    # The same Polish, said to be of the new English, was never checked against it.
    translate("pl", "--done")
    words = published("pl")
    assert words.stale == set()
    assert content.unchecked(words, ids) == ["help.wait/wait"]


@pytest.mark.django_db
def test_a_translation_that_a_person_checked_is_unchecked_again_when_it_changes(folder, polish):
    sign_translation(published("pl"))
    say = lines_of(polish, TABLET)["title:help"]["say"]
    change(folder / "pl" / "kiosk.toml", say, "Chcesz pomocy.")
    words = published("pl")
    assert words.stale == set()
    assert content.unchecked(words, words.texts) == ["title:help"]


def sign_translation(words: content.Words) -> None:
    english = content.in_english(words)
    keys = [signing.translation_key("pl", name, text, english.sentence(name)) for name, text in words.texts.items()]
    signing.sign(keys=keys, user=User.objects.create_user("checker"), role="translator")


# -- manage.py translate ----------------------------------------------------------------------------------------------


def test_a_language_that_there_is_no_folder_of_is_refused(folder):
    with pytest.raises(CommandError, match="no folder of xx"):
        translate("xx")
    with pytest.raises(CommandError, match="no folder of en-GB"):
        translate(ENGLISH)


def test_checking_writes_nothing_and_fails_where_something_is_to_be_done(folder):
    change_the_english()
    before = (folder / "pl" / "kiosk.toml").read_bytes()

    said = io.StringIO()
    with pytest.raises(CommandError, match="1 things to put right") as failed:
        call_command("translate", "--check", stdout=said)

    assert failed.value.returncode == 1
    assert "kiosk: help.wait/wait is not translated" in said.getvalue()
    assert (folder / "pl" / "kiosk.toml").read_bytes() == before


def test_checking_a_finished_translation_says_so(folder):
    assert translate("--check") == "pl: nothing to do\n"


def test_a_stale_line_is_marked_and_done_clears_it(folder):
    change_the_english()
    file = folder / "pl" / "kiosk.toml"
    before = file.read_text(encoding="utf-8").splitlines()

    translate("pl")
    marked = file.read_text(encoding="utf-8").splitlines()
    assert [line for line in marked if line not in before] == ["# STALE: Please stay here."]

    change(file, foreign("Please wait here."), foreign("Please stay here."))
    with pytest.raises(CommandError):
        translate("--check")  # the words alone do not say that they are of the new English
    translate("pl", "--done")
    assert "# STALE" not in file.read_text(encoding="utf-8")
    translate("--check")


def test_done_does_not_pass_a_sentence_that_nobody_translated(folder):
    add_language("so", "Soomaali")
    with pytest.raises(CommandError):
        translate("so", "--done", "--check")
    translate("so", "--done")
    assert 'of = ""' in (folder / "so" / "kiosk.toml").read_text(encoding="utf-8")


def test_bringing_up_to_date_twice_changes_nothing_more(folder):
    change_the_english()
    translate()
    once = (folder / "pl" / "kiosk.toml").read_bytes()
    translate()
    assert (folder / "pl" / "kiosk.toml").read_bytes() == once


@pytest.mark.django_db
def test_adding_a_language_is_one_folder(folder):
    add_language("so", "Soomaali")
    translate("so")
    fill("so")
    translate("so", "--done")
    translate("so", "--check")

    publishing.publish()

    assert [words.language for words in content.offered()] == [ENGLISH, "pl", "so"]
    somali = content.offered()[-1]
    assert somali.sentence("help.wait/wait") == foreign("Please wait here.")
    assert (somali.stale, somali.missing) == (frozenset(), frozenset())


# -- what is measured -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "say", "fault"),
    [
        ("title:help", "ą " * 16, "title:help: 16 words, more than 15"),
        ("button.back/say", "Ą" * 19, "button.back/say: 19 letters for 4 of English"),
        ("help.wait/come", "Health staff will come.", "help.wait/come: still in English"),
        ("help.wait/come", "Zaraz przyjdzie staff.", r"help.wait/come: English left in it \(staff\)"),
        ("help.later/come", "Nie ma tego.", "help.later/come is no sentence of the English"),
    ],
)
def test_what_is_wrong_with_a_sentence_is_said(polish, name, say, fault):
    english = readability.english()[TABLET]
    lines = lines_of(polish, TABLET) | {name: {"of": "", "say": say}}
    (found,) = faults_of(english, lines, polish)
    assert re.match(fault, found)


def test_a_word_that_both_languages_spell_alike_is_no_english_left(polish):
    english, lines = readability.english()[TABLET], {"title:help": {"of": "", "say": "Wait, staff."}}
    assert faults_of(english, lines, polish)
    alike = Language(tag="pl", name="polski", english="Polish", voice="pl", alike=("wait", "staff"))
    assert faults_of(english, lines, alike) == []


def test_a_panel_that_says_more_than_the_others_is_found(polish):
    lines = dict(lines_of(polish, REGISTRATION))
    lines["means.no.change/ask"] = {"of": "", "say": "ą " * 15}
    lines["means.no.change/any"] = {"of": "", "say": "ą " * 15}
    found = faults_of(readability.english()[REGISTRATION], lines, polish)
    assert len([fault for fault in found if "differ by more than 15 in 100" in fault]) == 3  # for each GP at home


# -- what one prison says instead -------------------------------------------------------------------------------------


def leeds_says(settings, text: str) -> None:
    (settings.LOCAL_WORDS / "LEI.toml").write_text(text, encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "say", "problem"),
    [
        (CLAIM, "Ask Jo.", f"LEI.toml: {CLAIM} is no promise of a site"),
        ("title:choose", "Choose yes.", "LEI.toml: title:choose is no promise of a site"),
        ("choice:yes", "Yes, please.", "LEI.toml: choice:yes is no promise of a site"),
        ("means.later.leaving/more", "Ask Jo.", "LEI.toml: there is no sentence 'means.later.leaving/more'"),
        (HELP, "Ask Jo. " * 8, f"LEI.toml: {HELP}: more than 15 words"),
    ],
)
def test_a_prison_may_vary_its_own_promises_and_nothing_else(folder, settings, name, say, problem):
    leeds_says(settings, f'[{REGISTRATION}]\n"{name}" = "{say}"\n')
    with pytest.raises(NotPublishable, match=problem):
        publishing.publish()
    assert not Explanation.objects.exists()


@pytest.mark.django_db
def test_a_file_of_a_prison_that_cannot_be_read_is_named(folder, settings):
    leeds_says(settings, f"[{REGISTRATION}\n")
    with pytest.raises(NotPublishable, match=r"LEI\.toml: .*line 1"):
        publishing.publish()


@pytest.mark.django_db
def test_a_prison_replaces_one_sentence_for_itself_alone(folder, settings):
    leeds_says(settings, f'[{REGISTRATION}]\n"{HELP}" = "Ask the nurse on your wing."\n')

    leeds = published(ENGLISH, REGISTRATION, prison="LEI")
    other = published(ENGLISH, REGISTRATION, prison="MDI")

    assert leeds.language == "en-GB-x-LEI"
    assert other == published(ENGLISH, REGISTRATION)
    assert {name for name, text in leeds.texts.items() if other.texts[name] != text} == {HELP}
    assert leeds.sentence(HELP) == "Ask the nurse on your wing."
    assert "Ask the nurse on your wing." in leeds.card("means.later.leaving").html
    assert published(ENGLISH, TABLET, prison="LEI") == published(ENGLISH, TABLET)


@pytest.mark.django_db
def test_a_prison_whose_file_is_taken_away_says_what_all_say(folder, settings):
    leeds_says(settings, f'[{REGISTRATION}]\n"{HELP}" = "Ask the nurse on your wing."\n')
    publishing.publish()
    (settings.LOCAL_WORDS / "LEI.toml").unlink()
    assert published(ENGLISH, REGISTRATION, prison="LEI").language == ENGLISH


@pytest.mark.django_db
def test_what_a_prison_says_needs_a_sign_off_of_its_own(folder, settings):
    settings.IS_DEMONSTRATION = False
    clinician = User.objects.create_user("clinician")
    general = {name: text for file in readability.english().values() for name, text in sentences(file).items()}
    for file in readability.english().values():
        keys = [signing.english_key(name, text) for name, text in sentences(file).items()]
        signing.sign(keys=keys, user=clinician, role="clinical safety officer")
    assert general
    publishing.publish()

    leeds_says(settings, f'[{REGISTRATION}]\n"{HELP}" = "Ask the nurse on your wing."\n')
    with pytest.raises(NotPublishable, match=f"en-GB-x-LEI: 1 sentences have no clinical sign-off, the first: {HELP}"):
        publishing.publish()

    key = signing.english_key(HELP, "Ask the nurse on your wing.")
    signing.sign(keys=[key], user=clinician, role="clinical safety officer")
    assert published(ENGLISH, REGISTRATION, prison="LEI").sentence(HELP) == "Ask the nurse on your wing."


@pytest.mark.django_db
def test_what_a_prison_says_is_stale_in_polish_until_it_is_translated_there(folder, settings, polish):
    varied = f'[{REGISTRATION}]\n"{HELP}" = "Ask the nurse on your wing."\n'
    leeds_says(settings, varied)
    leeds = published("pl", REGISTRATION, prison="LEI")
    assert leeds.language == "pl-x-LEI"
    assert leeds.stale == {HELP}
    assert leeds.sentence(HELP) == "Ask the nurse on your wing."  # the general promise is not theirs
    assert published("pl", REGISTRATION).stale == set()

    of = translations.short_hash(HELP, "Ask the nurse on your wing.")
    say = "Poproś pielęgniarkę."
    leeds_says(settings, f'{varied}\n[pl.{REGISTRATION}]\n"{HELP}" = {{ of = "{of}", say = "{say}" }}\n')
    leeds = published("pl", REGISTRATION, prison="LEI")
    assert leeds.stale == set()
    assert leeds.sentence(HELP) == say
    assert published("pl", REGISTRATION).sentence(HELP) != say


# -- our own translations ---------------------------------------------------------------------------------------------


def test_there_are_eight_beside_english():
    assert set(TAGS) == {"cy", "sq", "pl", "ro", "lt", "pt-PT", "ur", "ar"}


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_sentence_is_translated_from_the_english_of_today(language, question):
    """`manage.py translate` says which are not."""
    text, waiting = refreshed(language, question, readability.english()[question], done=False)
    assert waiting == []
    assert translations.file_of(language, question).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_that_can_be_measured_is_wrong(language, question):
    english, lines = readability.english()[question], lines_of(language, question)
    assert lines.keys() == sentences(english).keys()
    assert faults_of(english, lines, language) == []


@pytest.fixture(scope="module")
def english():
    return readability.english()


@pytest.fixture
def pairs(language, english) -> list[tuple[str, str, str]]:
    """Sentence id, English, translation."""
    found = []
    for question, file in english.items():
        lines = lines_of(language, question)
        found += [(name, text, lines.get(name, {"say": ""})["say"]) for name, text in sentences(file).items()]
    return found


def numbers(text: str) -> list[int]:
    """In any script's digits."""
    return [int(number) for number in re.findall(r"\d+", text)]


# In Arabic "box 1" is a box with that number: one of something is written as a word.
ONE_AS_A_WORD = "واحد"


def test_numbers_are_those_of_the_english(pairs):
    told = [(name, text, say.replace(ONE_AS_A_WORD, "1")) for name, text, say in pairs]
    assert [(name, say) for name, text, say in told if numbers(text) != numbers(say)] == []


def test_a_card_has_as_many_sentences_as_in_english(pairs):
    """So that sound and pictures keep step; a button ends without a stop. Only what a check asks may be joined."""
    joined = re.compile(r"check:.*/ask")
    counted = [(name, say, len(STOPS.findall(text)), len(STOPS.findall(say))) for name, text, say in pairs]
    assert [(name, say) for name, say, of, have in counted if of != have and not joined.fullmatch(name)] == []


def test_a_question_stays_a_question(pairs):
    asks = re.compile(r"[?؟]")
    assert [(name, say) for name, text, say in pairs if asks.search(text) and not asks.search(say)] == []


@pytest.mark.parametrize("question", ["gp-record", REGISTRATION])
def test_the_three_choices_are_about_as_long_as_each_other(language, question):
    lines = lines_of(language, question)
    letters = {answer: len(lines[f"choice:{answer}"]["say"]) for answer in ANSWERS}
    assert 0 < max(letters.values()) <= 1.25 * min(letters.values()), letters


def test_a_translation_is_plain_text(pairs):
    """No markup, no gap to be filled in, no invisible marks that another editor would lose."""
    odd = re.compile(r"[<>{}%_\[\]\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
    assert [(name, say) for name, _, say in pairs if odd.search(say) or say != say.strip()] == []


def test_who_translated_it_and_that_no_person_checked_it_is_said(language):
    assert language.translated_by and language.translated_on and language.voice
    assert language.direction == ("rtl" if language.tag in {"ar", "ur"} else "ltr")
