"""Languages on the tablet: words that nobody has checked take no yes and no no without a named interpreter."""

import json
import re
from dataclasses import replace

import pytest

from consent import actions, facts, ledger
from consent.kiosk import screens, visits
from consent.models import Entry, Explanation, Presentation, ReceptionPolicy, Visit
from consent.papers import situations
from consent.proof import verify
from consent.staff.person.interpreted import noted_today
from consent.words import content, publishing, signing, translations
from consent.words.files import ENGLISH, FOLDER, canonical, hash_of, languages, load
from tests.published import publish
from tests.staff import GMS, GP, Reception, ago, words
from tests.test_kiosk import Tablet, answers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checked_at_once")]

WHO = "Zofia Canary, line 7"
LIST = "/staff/lists/interpreter/"
HELP = "means.later.leaving/help"


@pytest.fixture
def reception(db, settings, tmp_path):
    settings.LOCAL_WORDS = tmp_path / "local-words"
    settings.LOCAL_WORDS.mkdir()
    found = Reception()
    publish("pl", "ur", "cy")
    return found


@pytest.fixture
def sam(reception):
    return reception.comes()


def sits_down(reception, person, language="pl", *, place="reception", interpreter=""):
    visit, code = visits.start(patient=person, place=place, user=reception.nurse, interpreter=interpreter)
    return Tablet(visit.prison_id).tap(code).press(f"language:{language}")


def at_the_question(reception, person, language="pl", **more):
    """Past "a person has not checked these words", at the first question."""
    tablet = sits_down(reception, person, language, **more)
    return tablet.press("next") if step() == "unchecked" else tablet


def step():
    return screens.current(Visit.objects.get(ended_at=None)).step.id


def go_to(tablet, wanted):
    while step() != wanted:
        if 'value="choose:no"' in tablet:
            tablet.choose("no").press("confirm")
        elif 'value="check:first"' in tablet:
            tablet.press("check:skipped")
        else:
            tablet.press("go" if 'value="go"' in tablet else "next")
    return tablet


def sends(tablet, do, **more):
    """A request that no button makes."""
    return tablet.took(tablet.post(do=do, **{**tablet.fields(), **more}))


def said(sentence_id, question="kiosk", language="pl"):
    return content.current(question, language).sentence(sentence_id)


def title(screen, question="kiosk", language="pl"):
    return " ".join(said(f"title:{screen}", question, language).split())


def check_words(reception, question, *, but=(), language="pl"):
    """A person checks the translation of this question, all but these sentences."""
    words_now = content.current(question, language)
    english = content.in_english(words_now)
    keys = [
        signing.translation_key(language, name, text, english.sentence(name))
        for name, text in words_now.texts.items()
        if name not in but
    ]
    signing.sign(keys=keys, user=reception.nurse, role="translator")


def puts_out(source, words_now):
    """Published, without drawing every other file again."""
    drawn = json.dumps(publishing.rendered(words_now), ensure_ascii=False)
    row = {"question": words_now["question"], "language": words_now["language"], "source": source, "rendered": drawn}
    Explanation.objects.bulk_create([Explanation(hash=hash_of(source), **row)])


def english_changes(question, old, new):
    """One sentence of the English is written anew; the Polish is as it was."""
    text = (FOLDER / ENGLISH / f"{question}.toml").read_text(encoding="utf-8")
    assert text.count(f'"{old}"') == 1
    source = canonical(text.replace(f'"{old}"', f'"{new}"'))
    english = load("changed", source)
    puts_out(source, english)
    polish = languages()["pl"]
    source = translations.composed(english, translations.lines_of(polish, question), "pl", hash_of(source))
    puts_out(source, json.loads(source))


def leeds_says(settings, text):
    (settings.LOCAL_WORDS / "LEI.toml").write_text(text, encoding="utf-8")
    for source, one in publishing.everything():
        if one["language"] in ("en-GB-x-LEI", "pl-x-LEI"):
            puts_out(source, one)


def names_interpreter(reception, person, now="there", name=WHO):
    response = reception.sends(f"/staff/people/{person.prison_number}/interpreter/", now=now, interpreter=name)
    assert response.status_code == 200
    assert "Recorded." in words(response)


def decisions():
    return [entry for entry in Entry.objects.order_by("pk") if entry.kind == "decision"]


def nothing_stored():
    return not Entry.objects.filter(kind__in=["decision", "second-look"]).exists()


# -- as staff start it ------------------------------------------------------------------------------------------------


def test_staff_start_a_visit_in_a_language_of_the_tablet_and_a_yes_still_waits_for_a_named_interpreter(reception, sam):
    actions.describe_patient(patient=sam, language="pl", needs_interpreter=True)
    page = reception.reads(f"/staff/people/{sam.prison_number}/visit/")
    assert "The tablet offers Polish. No person has checked all of that translation yet" in page
    assert "English well enough" not in page
    reception.sends(f"/staff/people/{sam.prison_number}/visit/", place="wing")
    visit = sam.visits.get(ended_at=None)
    tablet = Tablet("LEI").tap(visits.new_code(visit=visit)).press("language:pl")
    assert go_to(tablet, "gp-record").choose("yes").title == title("interpreter-first")
    assert nothing_stored()


def test_staff_read_that_a_language_is_checked_once_every_sentence_of_both_questions_is(reception, sam):
    actions.describe_patient(patient=sam, language="pl")
    path, checked = f"/staff/people/{sam.prison_number}/visit/", "The tablet offers Polish. A person has checked"
    check_words(reception, GP)
    check_words(reception, GMS, but=[HELP])
    assert checked not in reception.reads(path)
    check_words(reception, GMS)
    assert checked in reception.reads(path)


# -- without an interpreter nothing is stored -------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_unchecked_words_take_no_answer_about_the_gp_record(reception, sam, answer):
    tablet = at_the_question(reception, sam).choose(answer)
    assert tablet.title == title("interpreter-first")
    assert said("interpreter-first.why/not") in tablet
    assert nothing_stored()
    assert 'value="confirm"' not in tablet


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_unchecked_words_take_no_answer_about_signing_up(reception, sam, answer):
    reception.says(sam, "no", question=GP)
    tablet = go_to(sits_down(reception, sam, place="wing"), "choose").choose(answer)
    assert tablet.title == title("interpreter-first")
    assert answers(sam) == []


@pytest.mark.parametrize("answer", ["yes", "no"])
@pytest.mark.parametrize("question", [GP, GMS])
def test_confirming_without_having_chosen_stores_nothing(reception, sam, question, answer):
    if question == GMS:
        reception.says(sam, "no", question=GP)
    tablet = at_the_question(reception, sam)
    if question == GMS:
        tablet.press("choose-now")
    before = Entry.objects.count()
    sends(tablet, "confirm", view="right", answer=answer)
    assert tablet.title == title("interpreter-first")
    assert Entry.objects.count() == before
    assert not Presentation.objects.exists()


def test_unchecked_words_take_no_still_yes(reception, sam):
    reception.says(sam, "yes")
    reception.says(sam, "no", question=GP)
    tablet = sits_down(reception, sam)
    tablet.press("next")
    assert step() == "second-look"
    tablet.press("still")
    assert tablet.title == title("interpreter-first")
    assert not Entry.objects.filter(kind="second-look").exists()
    assert not sam.registration_requests.exists()


def test_an_interpreter_who_is_gone_before_it_is_confirmed_does_not_count(reception, sam):
    tablet = at_the_question(reception, sam, interpreter=WHO).choose("yes")
    visit = Visit.objects.get(ended_at=None)
    visit.state["interpreter"] = ""
    visit.save()
    tablet.press("confirm")
    assert tablet.title == title("interpreter-first")
    assert nothing_stored()


def test_staff_who_say_that_nobody_interprets_any_more_are_heard_by_the_tablet(reception, sam):
    tablet = at_the_question(reception, sam, interpreter=WHO).choose("yes")
    names_interpreter(reception, sam, now="none", name="")
    tablet.press("confirm")
    assert nothing_stored()


def test_later_needs_nobody(reception, sam):
    at_the_question(reception, sam).press("later").press("confirm-later")
    assert answers(sam) == answers(sam, GP) == ["later"]
    assert Entry.objects.count() == 2


def test_later_to_each_question_needs_nobody(reception, sam):
    tablet = at_the_question(reception, sam, place="wing").choose("later").press("confirm")
    tablet.press("choose-now").choose("later").press("confirm")
    assert answers(sam) == answers(sam, GP) == ["later"]
    assert step() == "on-paper"


def test_more_time_at_the_second_look_needs_nobody(reception, sam):
    reception.says(sam, "yes")
    reception.says(sam, "no", question=GP)
    tablet = go_to(sits_down(reception, sam), "second-look").press("later").press("confirm-later")
    assert answers(sam) == ["yes", "later"]
    assert step() == "on-paper", tablet.title


@pytest.mark.parametrize("asked", [(GMS,), (GP, GMS)])
@pytest.mark.parametrize("where", ["language", "unchecked"])
def test_later_before_anything_is_asked_is_stored_for_a_second_look_too(reception, sam, where, asked):
    reception.says(sam, "yes")
    if GP not in asked:
        reception.says(sam, "no", question=GP)
    tablet = sits_down(reception, sam)
    if where == "language":
        tablet.press("back")
    assert step() == where
    tablet.press("later").press("confirm-later")
    assert answers(sam) == ["yes", "later"]
    assert answers(sam, GP) == (["later"] if GP in asked else ["no"])
    assert step() == "on-paper", tablet.title


# -- with one they are stored, and who it was -------------------------------------------------------------------------


def with_whom(entry):
    assert WHO.encode() not in bytes(entry.body)
    assert "seal" in ledger.read(entry)["data"]["interpreter"]
    return ledger.opened([entry])[0]["data"]["interpreter"]


@pytest.mark.parametrize("named", ["at the start", "before the code is tapped", "at the question", "on the way back"])
def test_with_a_named_interpreter_both_answers_are_stored_with_the_name_sealed(reception, sam, named):
    _, code = visits.start(
        patient=sam, place="wing", user=reception.nurse, interpreter=WHO if named == "at the start" else ""
    )
    if named == "before the code is tapped":
        names_interpreter(reception, sam)
    tablet = Tablet().tap(code).press("language:pl").press("next")
    if named == "at the question":
        names_interpreter(reception, sam)
    if named == "on the way back":
        tablet.choose("no")
        assert tablet.title == title("interpreter-first")
        names_interpreter(reception, sam)
        tablet.press("back")
    tablet.choose("no").press("confirm").press("choose-now").choose("yes").press("confirm")
    assert answers(sam, GP) == ["no"]
    assert answers(sam) == ["yes"]
    assert [with_whom(entry) for entry in decisions()] == [WHO, WHO]
    assert list(verify.faults()) == []


def test_with_a_named_interpreter_it_can_be_still_yes(reception, sam):
    reception.says(sam, "yes")
    reception.says(sam, "no", question=GP)
    tablet = sits_down(reception, sam, interpreter=WHO)
    tablet.press("next").press("still")
    assert Entry.objects.filter(kind="second-look").count() == 1
    assert sam.registration_requests.get().state == "to-make"


def test_still_yes_names_the_interpreter(reception, sam):
    reception.says(sam, "yes")
    reception.says(sam, "no", question=GP)
    sits_down(reception, sam, interpreter=WHO).press("next").press("still")
    assert with_whom(Entry.objects.get(kind="second-look")) == WHO


# -- checked, and stale -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_words_that_a_person_checked_need_nobody(reception, sam, answer):
    check_words(reception, GP, but={"gp-record.ask.unsure/ask"})  # not for this person
    at_the_question(reception, sam).choose(answer).press("confirm")
    assert answers(sam, GP) == [answer]
    shown = json.loads(Presentation.objects.get().body)
    assert shown["form"]["translation_checked"] is True


def test_a_whole_journey_in_checked_words_needs_nobody(reception, sam):
    for question in (GP, GMS):
        check_words(reception, question)
    tablet = sits_down(reception, sam, place="wing")
    assert step() == "gp-record"  # nobody is told that these words are not checked
    go_to(tablet, "choose").choose("yes").press("confirm")
    assert answers(sam) == ["yes"]
    assert "interpreter" not in ledger.read(decisions()[-1])["data"]


@pytest.mark.parametrize(
    ("question", "sentence", "told"),
    [
        (GMS, "minute.care/care", True),
        (GMS, "means.later.leaving/help", True),  # the first night may go over into the whole
        (GMS, "check:no-checks/ask", True),
        (GMS, "choice:no", True),
        (GMS, "right.said.no/said", True),
        (GP, "gp-record-right.said.yes/said", True),
        (GMS, "same.case.immigration/case", False),
        (GMS, "check:yes-leaving/ask", False),
        (GP, "gp-record.ask.unsure/ask", False),
    ],
)
def test_who_may_be_told_a_sentence_that_nobody_checked_is_told_so_first(reception, sam, question, sentence, told):
    for each in (GP, GMS):
        assert each != question or sentence in content.current(each, "pl").texts
        check_words(reception, each, but={sentence} if each == question else ())
    sits_down(reception, sam)
    assert step() == ("unchecked" if told else "gp-record")


def test_only_words_of_what_is_asked_here_are_said_to_be_unchecked(reception, sam):
    check_words(reception, GP)
    ReceptionPolicy.objects.create(prison_id="LEI", takes="gp-record")  # signing up is not asked in reception
    sits_down(reception, sam)
    assert step() == "gp-record"
    sits_down(reception, sam, place="wing")
    assert step() == "unchecked"


def test_one_sentence_on_an_earlier_page_that_nobody_checked_needs_an_interpreter(reception, sam):
    reception.says(sam, "no", question=GP)
    check_words(reception, GMS, but={"minute.care/care"})
    tablet = go_to(sits_down(reception, sam, place="wing"), "choose").choose("no")
    assert tablet.title == title("interpreter-first")


@pytest.mark.parametrize(
    ("old", "new", "sentence", "stopped"),
    [
        ("Can we ask your GP about medicines, illness and allergies?", "Can we ask your GP?", "shown", {"yes", "no"}),
        ("Can we ask any GP you had about medicines, illness and allergies?", "Can we ask a GP?", "not shown", set()),
        ("We will not ask.", "We will ask nobody.", "shown after a no", {"no"}),
        ("Later. Not today.", "Later. Another day.", "a choice not taken", {"yes", "no"}),
    ],
)
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_only_a_changed_english_sentence_that_was_shown_needs_an_interpreter(
    reception, sam, old, new, sentence, stopped, answer
):
    check_words(reception, GP)
    english_changes(GP, old, new)
    assert len(content.current(GP, "pl").stale) == 1
    tablet = at_the_question(reception, sam).choose(answer)
    assert (tablet.title == title("interpreter-first")) == (answer in stopped), sentence
    assert ('value="confirm"' in tablet) == (answer not in stopped)
    sends(tablet, "confirm", view="right", answer=answer)
    assert answers(sam, GP) == ([] if answer in stopped else [answer])
    assert not re.search(r'lang="en-GB"[^>]*data-sentence="gp-record', tablet.page)  # stale, and still in Polish


def test_english_needs_nobody(reception, sam):
    at_the_question(reception, sam, language=ENGLISH).choose("yes").press("confirm")
    assert answers(sam, GP) == ["yes"]


# -- the record is in the language shown ------------------------------------------------------------------------------


def test_what_is_kept_is_what_was_shown_in_the_language_it_was_shown_in(reception, sam):
    tablet = go_to(at_the_question(reception, sam, place="wing", interpreter=WHO), "choose")
    tablet.choose("yes").press("confirm")
    for row in Presentation.objects.all():
        shown = json.loads(row.body)
        polish = content.current(shown["question"], "pl")
        assert shown["language"] == "pl"
        assert (shown["explanation"], row.explanation.hash) == (polish.hash, polish.hash)
        assert shown["form"]["translation_checked"] is False
    assert Presentation.objects.count() == 2
    assert list(verify.faults()) == []


def test_another_language_midway_forgets_what_was_seen_in_the_first(reception, sam):
    tablet = go_to(at_the_question(reception, sam, place="wing", interpreter=WHO), "means-1")
    while step() != "language":
        tablet.press("back")
    tablet.press(f"language:{ENGLISH}").press("choose-now").choose("no").press("confirm")
    shown = json.loads(Presentation.objects.get(hash=ledger.read(decisions()[-1])["data"]["presentation"]).body)
    assert (shown["language"], shown["explanation"]) == (ENGLISH, content.current(GMS).hash)
    assert not [name for name in shown["sentences"] if name.startswith(("same.", "situation.", "means."))]
    assert "means-1" in shown["not_shown"]
    assert list(verify.faults()) == []


def test_who_goes_over_to_english_needs_nobody_and_who_leaves_it_does(reception, sam):
    tablet = at_the_question(reception, sam).press("back").press("back").press(f"language:{ENGLISH}")
    tablet.choose("yes")
    assert 'value="confirm"' in tablet
    tablet.press("back").press("back").press("language:pl").press("next").choose("yes")
    assert tablet.title == title("interpreter-first")


@pytest.mark.parametrize(("again", "resumed"), [("pl", True), (ENGLISH, False), ("ur", False)])
def test_a_visit_is_taken_up_again_only_in_the_same_language(reception, sam, again, resumed):
    reception.says(sam, "no", question=GP)
    go_to(sits_down(reception, sam, place="wing"), "situation")
    tablet = sits_down(reception, sam, again, place="wing")
    if again != ENGLISH:
        tablet.press("next")
    assert step() == ("resume" if resumed else "minute")
    assert (GMS in Visit.objects.get(ended_at=None).state["seen"]) == resumed


# -- one prison's own words -------------------------------------------------------------------------------------------


def test_what_one_prison_says_is_shown_there_alone(reception, sam, settings):
    leeds_says(settings, f'[{GMS}]\n"{HELP}" = "Ask the nurse on your wing for help."\n')
    other = reception.comes("A1234BD", prison="HLI")
    general = said(HELP, GMS, ENGLISH)
    for person, here in ((sam, "Ask the nurse on your wing for help."), (other, general)):
        tablet = go_to(sits_down(reception, person, ENGLISH, place="wing"), "same")
        seen = {}
        while step() != "check-free":
            seen |= dict(re.findall(r'data-sentence="([^"]+)"[^>]*>([^<]*)<', tablet.press("next").page))
        assert seen[HELP] == here
        tablet.press("later").press("confirm-later").press("paper:none").press("finish")
    assert list(verify.faults()) == []


def test_what_one_prison_says_and_nobody_translated_needs_an_interpreter_there_alone(reception, sam, settings):
    leeds_says(settings, f'[{GMS}]\n"{HELP}" = "Ask the nurse on your wing for help."\n')
    other = reception.comes("A1234BD", prison="HLI")
    for person in (sam, other):
        reception.says(person, "no", question=GP)
    check_words(reception, GMS)
    at_leeds = go_to(sits_down(reception, sam, place="wing"), "choose").choose("no")
    assert at_leeds.title == title("interpreter-first")
    sends(at_leeds, "finish")
    go_to(sits_down(reception, other, place="wing"), "choose").choose("no").press("confirm")
    assert answers(other) == ["no"]


def test_a_question_that_a_prison_no_longer_varies_is_the_general_one_again(reception, settings):
    leeds_says(settings, f'[{GMS}]\n"{HELP}" = "Ask the nurse on your wing for help."\n')
    leeds_says(settings, '[gp-record]\n"gp-record.care/care" = "You get care here."\n')
    assert content.current(GMS, prison="LEI").language == ENGLISH


# -- the words for who was registered before --------------------------------------------------------------------------


def was_here_before(reception, answer):
    """Someone who came in for the second time, with this on record from the first."""
    person = reception.comes(days=300)
    actions.import_decision(
        number=person.prison_number,
        question=GMS,
        answer=answer,
        at=ago(299),
        prison_id="LEI",
        recorded_by="a registrar",
        source="on day one",
    )
    reception.leaves(person, "RELEASED", days=200)
    reception.arrives(person, "NEW_ADMISSION", days=1)
    actions.check_by_staff(patient=person, user=reception.nurse, registered=False, seen="nothing now")
    return person


def is_told_of_it(reception, person):
    go_to(sits_down(reception, person, ENGLISH, place="wing"), "situation")
    shown = screens.current(Visit.objects.get(ended_at=None)).shown
    return any(name.startswith("situation.status.registered/") for name in shown)


@pytest.mark.parametrize(("before", "told"), [("registered", True), ("yes", False), ("no", False)])
def test_whoever_was_registered_in_an_earlier_time_in_prison_sees_so(reception, before, told):
    assert is_told_of_it(reception, was_here_before(reception, before)) == told


def test_a_registration_recorded_in_error_is_not_told_on_a_tablet_or_on_paper(reception):
    person = was_here_before(reception, "registered")
    wrong = Entry.objects.get(kind="registered")
    actions.record_in_error(entry=wrong, user=reception.nurse, second=reception.doctor, reason="of somebody else")
    assert not is_told_of_it(reception, person)
    now = ago()
    assert situations.situation_of(person, facts.standing_of(person, now), now).registered == "unknown"


# -- someone who speaks my language -----------------------------------------------------------------------------------


def waiting(reception):
    return [ledger.read(entry)["data"] for entry in Entry.objects.filter(kind="interpreter-wanted")]


def rows_of(reception, number="A1234BC"):
    page = reception.browser.get(LIST).content.decode()
    return len(re.findall(rf'<a [^>]*href="/staff/people/{number}/"', page))


def dialect_named(tablet, place):
    return re.search(rf'value="dialect:{place}">([^<]+)<', tablet.page)[1].strip()


def test_who_asks_for_an_interpreter_says_which_one_and_is_on_the_list_and_on_today(reception, sam):
    tablet = sits_down(reception, sam).press("interpreter")
    assert tablet.title == title("dialect")
    assert not waiting(reception)
    name = dialect_named(tablet, 1)
    tablet.press("dialect:1")
    assert tablet.title == title("interpreter")
    asked = waiting(reception)
    assert [(line["language"], line["dialect"]) for line in asked] == [("pl", name)]
    assert f"Polish: {name}" in reception.reads(LIST)
    today = reception.reads("/staff/")
    assert "An interpreter is wanted at the tablet:" in today
    assert f"Polish: {name}" in today
    assert nothing_stored()


def test_who_finds_their_dialect_nowhere_asks_for_the_language(reception, sam):
    sits_down(reception, sam).press("interpreter").press("dialect:other")
    assert [(line["language"], line["dialect"]) for line in waiting(reception)] == [("pl", "")]
    assert re.search(r"A1234BC.* Polish (?!:)", reception.reads(LIST))


def test_a_language_without_dialects_asks_at_once(reception, sam, monkeypatch):
    polish = languages()["pl"]
    plain = {**languages(), "pl": replace(polish, dialects=())}
    monkeypatch.setattr("consent.kiosk.aside.languages", lambda: plain)
    tablet = sits_down(reception, sam).press("interpreter")
    assert tablet.title == title("interpreter")
    assert [(line["language"], line["dialect"]) for line in waiting(reception)] == [("pl", "")]
    sends(tablet, "dialect:other")
    assert len(waiting(reception)) == 1


def test_asking_twice_is_one_line_and_another_dialect_is_another(reception, sam):
    tablet = sits_down(reception, sam)
    for _ in range(3):
        tablet.press("interpreter").press("dialect:0").press("back")
    assert len(waiting(reception)) == 1
    tablet.press("interpreter").press("dialect:2")
    assert len(waiting(reception)) == 2
    assert rows_of(reception) == 1


def test_no_language_found_is_a_task_without_a_language(reception, sam):
    _, code = visits.start(patient=sam, place="reception", user=reception.nurse)
    tablet = Tablet().tap(code).press("missing")
    assert tablet.title == title("interpreter", language=ENGLISH)
    assert [(line["language"], line["dialect"]) for line in waiting(reception)] == [("", "")]
    for page in (LIST, "/staff/"):
        assert "a language that is not on the tablet" in reception.reads(page)
    tablet.press("back")
    sends(tablet, "missing")
    assert len(waiting(reception)) == 1
    # Nothing came of it after all: they find Polish.
    assert tablet.press("back").press("language:pl").title == title("unchecked")


def test_an_interpreter_can_be_asked_for_where_an_answer_was_stopped(reception, sam):
    tablet = at_the_question(reception, sam).choose("yes").press("interpreter").press("dialect:0").press("back")
    assert step() == "gp-record", tablet.title
    assert len(waiting(reception)) == 1
    assert nothing_stored()
    tablet.press("later").press("confirm-later")
    assert answers(sam) == ["later"]
    assert rows_of(reception) == 1  # later does not take the wish away


def asks(reception, person):
    return sits_down(reception, person).press("interpreter").press("dialect:0").press("back")


def test_once_the_interpreter_is_named_the_task_and_the_call_are_gone(reception, sam):
    asks(reception, sam)
    names_interpreter(reception, sam)
    assert "A1234BC" not in reception.reads(LIST)
    assert "An interpreter is wanted" not in reception.reads("/staff/")
    there = Entry.objects.get(kind="interpreter-there")
    assert with_whom(there) == WHO
    assert list(verify.faults()) == []


def test_naming_them_as_the_next_visit_begins_does_the_same(reception, sam):
    asks(reception, sam)
    sits_down(reception, sam, interpreter=WHO)
    assert "A1234BC" not in reception.reads(LIST)
    assert "An interpreter is wanted" not in reception.reads("/staff/")


def start_of_a_visit(reception):
    """The start form as staff find it: what it would send if they changed nothing."""
    page = reception.browser.get("/staff/people/A1234BC/visit/").content.decode()
    found = re.search(r'<input[^>]*name="interpreter"[^>]*>', page)[0]
    typed = re.search(r'value="([^"]*)"', found)
    return typed[1] if typed else ""


def test_who_was_named_while_no_visit_went_on_interprets_in_the_next_at_one_press(reception, sam):
    names_interpreter(reception, sam)
    assert start_of_a_visit(reception) == WHO
    reception.sends("/staff/people/A1234BC/visit/", place="reception", interpreter=start_of_a_visit(reception))
    assert Visit.objects.get(ended_at=None).state["interpreter"] == WHO


@pytest.mark.parametrize("why", ["none is needed", "in error", "other person", "left and came back", "tomorrow"])
def test_a_name_that_may_be_no_longer_true_is_not_offered(reception, sam, why):
    named = reception.comes("A1234BD") if why == "other person" else sam
    names_interpreter(reception, named)
    if why == "none is needed":
        names_interpreter(reception, sam, now="none", name="")
    if why == "in error":
        note = Entry.objects.get(kind="interpreter-there")
        actions.record_in_error(entry=note, user=reception.nurse, second=reception.doctor, reason="somebody else")
    standing, now = facts.standing_of(sam), ago()
    if why == "left and came back":
        standing = replace(standing, opened_at=now)
    assert noted_today(sam, standing, ago(-1) if why == "tomorrow" else now) is None


def test_the_service_the_booking_the_way_and_the_language_of_an_interpreter_are_recorded(reception, sam):
    tablet = sits_down(reception, sam)
    typed = {"service": "Telephone service", "reference": "77/B", "how": "phone", "language": "pl"}
    reception.sends("/staff/people/A1234BC/interpreter/", now="there", interpreter="Ana 123", **typed)
    [said] = ledger.opened([Entry.objects.get(kind="interpreter-there")])
    told = "Ana 123, Telephone service, reference 77/B, by phone, Polish"
    assert (said["data"]["interpreter"], said["data"]["how"], said["data"]["language"]) == (told, "phone", "pl")
    tablet.press("next").choose("no").press("confirm")
    assert with_whom(decisions()[-1]) == told


def test_a_name_is_needed_to_say_that_one_is_there(reception, sam):
    asks(reception, sam)
    response = reception.sends("/staff/people/A1234BC/interpreter/", now="there", interpreter="  ")
    assert response.status_code == 422
    assert "Write who interprets" in words(response)
    assert "A1234BC" in reception.reads(LIST)


def test_who_needs_none_any_more_is_off_the_list(reception, sam):
    asks(reception, sam)
    names_interpreter(reception, sam, now="none", name="")
    assert "A1234BC" not in reception.reads(LIST)


def test_who_needs_none_any_more_is_not_called_on_today(reception, sam):
    asks(reception, sam)
    names_interpreter(reception, sam, now="none", name="")
    assert "An interpreter is wanted" not in reception.reads("/staff/")


def test_who_asks_again_after_staff_took_it_off_the_list_is_on_it_again(reception, sam):
    tablet = asks(reception, sam)
    names_interpreter(reception, sam, now="none", name="")
    tablet.press("interpreter").press("dialect:0")
    assert "A1234BC" in reception.reads(LIST)


def test_who_asks_again_after_one_was_named_is_on_the_list_again(reception, sam):
    tablet = asks(reception, sam)
    names_interpreter(reception, sam)
    tablet.press("interpreter").press("dialect:0")
    assert "A1234BC" in reception.reads(LIST)


def test_the_wish_goes_along_to_the_next_prison(reception, sam):
    asks(reception, sam)
    reception.leaves(sam, "TRANSFERRED", days=0.002)
    reception.arrives(sam, "TRANSFERRED", days=0.001, prison="HLI")
    reception.sends("/staff/prison/", prison="LEI")
    assert "A1234BC" not in reception.reads(LIST)
    reception.sends("/staff/prison/", prison="HLI")
    assert "Polish: " in reception.reads(LIST)


# -- what no button sends ---------------------------------------------------------------------------------------------

LONG = "x" * 60_000
WRONG = [
    *("language:xx", "language:", "language:pl-x-LEI", "language:../pl", f"language:{LONG}"),
    *("say:<script>alert(1)</script>", 'say:" onload="x', f"say:{LONG}", "say:"),
    *("dialect:99", "dialect:-1", "dialect:", "dialect:x", f"dialect:{LONG}", "dialect:\N{SUPERSCRIPT TWO}"),
    *("hear:../../etc/passwd", "hear:", "hear:all", "hear:<b>", f"hear:{LONG}", "hear:\x00"),
    *("paper:zzz", "paper:", "check:right", "check:", "choose:maybe", "choose:", f"choose:{LONG}"),
    *("confirm:yes", "still:yes", "nothing:at:all", ":", LONG, "\x00", "__class__", "missing:pl", "change:yes"),
]


@pytest.mark.parametrize("where", ["language", "gp-record", "choose", "on-paper"])
def test_what_is_sent_by_hand_stores_nothing_and_breaks_nothing(reception, sam, where):
    tablet = sits_down(reception, sam, interpreter=WHO, place="wing")
    if where == "language":
        tablet.press("back")
    elif where == "on-paper":
        go_to(tablet, "choose").choose("no").press("confirm")
    else:
        go_to(tablet, where)
    decided = len(decisions())
    for place, do in enumerate(WRONG):
        view, answer = (("", ""), ("right", "zzz"), ("headphones/" * 9, LONG), ("dialect", "yes"))[place % 4]
        sends(tablet, do, view=view, answer=answer)
        assert tablet.response.status_code == 200, do[:40]
        assert "<script>alert" not in tablet.page
        assert '" onload="x' not in tablet.page
        assert step() == where, do[:40]
    assert len(decisions()) == decided
    # The button "I cannot find my language" is what it is, whatever stands behind it; elsewhere there is none.
    assert len(waiting(reception)) == (where == "language")


@pytest.mark.parametrize("turn", ["", "-1", "99999999999999999999", "x", LONG, "\x00", "0"])
def test_a_turn_that_is_none_does_nothing(reception, sam, turn):
    tablet = at_the_question(reception, sam, interpreter=WHO)
    sends(tablet, "confirm", view="right", answer="yes", turn=turn)
    assert tablet.response.status_code == 200
    assert nothing_stored()
