"""Did we tell you this well? Two questions on the first night, four in the whole; never in anybody's way."""

import json
import re

import pytest

from consent import ledger
from consent.kiosk import screens
from consent.models import Entry, Presentation, PrisonPolicy, Visit
from consent.words import content
from consent.words.files import ENGLISH
from tests.staff import GMS, GP
from tests.test_kiosk import answers
from tests.test_languages import decisions, go_to, reception, sam, sits_down, step  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checked_at_once")]

FIRST_NIGHT, WHOLE = "reception", "wing"


@pytest.fixture(autouse=True)
def nothing_is_held(db, reception):  # noqa: F811
    PrisonPolicy.objects.create(prison_id="LEI", hold="none")


def visit():
    return Visit.objects.get(ended_at=None)


def passes():
    return {name: tried["passes"] for name, tried in visit().state["checks"].items()}


def at_the_first_question(reception, person, place=WHOLE, language=ENGLISH, **more):  # noqa: F811
    reception.says(person, "no", question=GP)
    tablet = sits_down(reception, person, language, place=place, **more)
    while 'value="check:first"' not in tablet:
        tablet.press("next")
    return tablet


def asked():
    return screens.current(visit()).extra["asked"]


def last():
    return ledger.read(decisions()[-1])["data"]


def kept():
    return json.loads(Presentation.objects.get(hash=last()["presentation"]).body)["checks"]


# -- how many, and which ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("home_gp", ["yes", "no", "unsure"])
@pytest.mark.parametrize(("place", "how_many"), [(FIRST_NIGHT, 2), (WHOLE, 4)])
def test_so_many_questions_and_each_kind_among_them(reception, place, how_many, home_gp):  # noqa: F811
    person = reception.comes(home_gp=home_gp)
    tablet = at_the_first_question(reception, person, place)
    found = []
    while 'value="check:first"' in tablet:
        found.append(asked())
        tablet.understood("right")
    assert len(found) == len({one["id"] for one in found}) == how_many
    slots = {one["slot"] for one in found}
    assert slots & {"undo", "cost-of-yes"}
    assert "cost-of-no" in slots
    # "Yes" is the wrong answer to one at least, so nobody gets through by saying yes to all of it.
    english = content.current(GMS)
    told = [[english.sentence(f"check:{one['id']}/{part}") for part in ("right", "wrong")] for one in found]
    assert any(right.startswith("No.") and wrong.startswith("Yes.") for right, wrong in told)
    assert set(map(tuple, passes().values())) == {("right",)}


# -- a miss -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("miss", ["wrong", "unsure"])
def test_a_miss_explains_just_that_point_and_asks_again_and_a_second_goes_on(reception, sam, miss):  # noqa: F811
    tablet = at_the_first_question(reception, sam)
    english = content.current(GMS)
    again = {c["id"]: [english.sentence(f"check:{c['id']}/again.{k}") for k in c["again"]] for c in english.checks}
    here = asked()["id"]
    heading = tablet.title
    assert not [text for texts in again.values() for text in texts if text in tablet]
    tablet.understood(miss)
    assert asked()["id"] == here
    assert tablet.title == heading
    assert {name for name, texts in again.items() if any(text in tablet for text in texts)} == {here}
    tablet.understood(miss)
    assert asked()["id"] != here
    assert tablet.title == heading  # no page says that anything was wrong
    assert not [text for texts in again.values() for text in texts if text in tablet]
    state = visit().state
    assert passes() == {here: [miss, miss]}
    assert not state.get("help_at")
    assert "Help was pressed" not in reception.reads("/staff/")


@pytest.mark.parametrize(
    ("given", "carried"),
    [
        (["wrong", "unsure"], True),
        (["unsure", "unsure"], True),
        (["wrong", "right"], False),
        (["unsure", "skipped"], False),
        (["skipped"], False),
        (["right"], False),
    ],
)
@pytest.mark.parametrize("answer", ["yes", "no", "later"])
def test_what_they_gave_is_kept_and_two_misses_are_carried_to_the_check_of_a_yes(
    reception,  # noqa: F811
    sam,  # noqa: F811
    given,
    carried,
    answer,
):
    reception.is_sentenced(sam)
    tablet = at_the_first_question(reception, sam)
    name = asked()["id"]
    for one in given:
        tablet.understood(one)
    go_to(tablet, "choose").choose(answer).press("confirm")
    assert answers(sam) == [answer]
    assert kept()[name] == {"passes": given}
    is_carried = carried and answer == "yes"
    assert last().get("explain", []) == ([f"check:{name}"] if is_carried else [])
    if answer == "yes":
        assert last()["hold"] == ("second-look" if is_carried else "none")


def test_everything_missed_twice_stops_no_answer(reception, sam):  # noqa: F811
    tablet = at_the_first_question(reception, sam)
    for _ in range(8):
        tablet.understood("wrong")
    assert step() == "choose"
    assert not visit().state.get("help_at")
    tablet.choose("no").press("confirm")
    assert answers(sam) == ["no"]
    assert [tried["passes"] for tried in kept().values()] == [["wrong", "wrong"]] * 4


# -- never in the way -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [FIRST_NIGHT, WHOLE])
@pytest.mark.parametrize("missed", [0, 1])
def test_skip_is_a_button_like_the_answers_and_the_ways_out_stand_there(reception, sam, place, missed):  # noqa: F811
    tablet = at_the_first_question(reception, sam, place)
    for _ in range(missed):
        tablet.understood("wrong")
    block = tablet.page.split('class="choices answers"')[1].split("</form>")[0]
    picks = re.findall(r'<div class="choice"[^>]*>\s*<button type="submit" class="pick" name="do" value="(.*?)"', block)
    assert picks == ["check:first", "check:second", "check:unsure", "check:skipped"]
    for way_out in ("later", "help", "choose-now", "nobody-there"):
        assert re.search(rf'value="{way_out}"\s*>|value="{way_out}"[^d]*>', tablet.page), way_out
    assert not re.search(r'value="later"\s+disabled', tablet.page)


@pytest.mark.parametrize("missed", [0, 1])
def test_no_and_later_and_stop_are_one_way_off_a_question(reception, sam, missed):  # noqa: F811
    tablet = at_the_first_question(reception, sam, FIRST_NIGHT)
    name = asked()["id"]
    for _ in range(missed):
        tablet.understood("wrong")
    tablet.press("choose-now").choose("no").press("confirm")
    assert answers(sam) == ["no"]
    assert kept() == ({name: {"passes": ["wrong"]}} if missed else {})


@pytest.mark.parametrize("missed", [0, 1])
def test_later_on_a_question_is_later_and_keeps_what_was_given(reception, sam, missed):  # noqa: F811
    tablet = at_the_first_question(reception, sam, FIRST_NIGHT)
    name = asked()["id"]
    for _ in range(missed):
        tablet.understood("wrong")
    tablet.press("later").press("confirm-later")
    assert answers(sam) == ["later"]
    assert kept() == ({name: {"passes": ["wrong"]}} if missed else {})


def test_stopping_on_a_question_stores_nothing(reception, sam):  # noqa: F811
    at_the_first_question(reception, sam).understood("wrong").press("nobody-there")
    assert answers(sam) == []


@pytest.mark.parametrize("what", ["right", "wrong", "third", "FIRST", "first "])
def test_an_answer_that_is_no_place_on_the_page_is_not_counted(reception, sam, what):  # noqa: F811
    tablet = at_the_first_question(reception, sam)
    here = asked()["id"]
    tablet.took(tablet.post(do=f"check:{what}", **tablet.fields()))
    assert asked()["id"] == here
    assert passes() == {}


# -- what staff see ---------------------------------------------------------------------------------------------------


PERSON = "/staff/people/A1234BC/"
CHECK = f"{PERSON}check-before-sending/"


@pytest.mark.parametrize("page", [PERSON, CHECK])
def test_staff_ask_it_in_english_and_have_it_in_their_language(reception, sam, page):  # noqa: F811
    tablet = at_the_first_question(reception, sam, language="pl", interpreter="Interpreter 7")
    name = asked()["id"]
    tablet.understood("wrong").understood("wrong")
    go_to(tablet, "choose").choose("yes").press("confirm")
    assert last()["hold"] == "second-look"
    english, polish = (content.current(GMS, tag).sentence(f"check:{name}/tell") for tag in (ENGLISH, "pl"))
    assert english != polish
    asked_back = f"{english} ({polish})"
    assert (asked_back if page == CHECK else f"Explain again: {asked_back}") in reception.reads(page)


@pytest.mark.parametrize("page", [PERSON, CHECK])
def test_in_english_staff_have_it_in_english_alone(reception, sam, page):  # noqa: F811
    tablet = at_the_first_question(reception, sam)
    tell = content.current(GMS).sentence(f"check:{asked()['id']}/tell")
    tablet.understood("unsure").understood("wrong")
    go_to(tablet, "choose").choose("yes").press("confirm")
    told = reception.reads(page)
    assert (tell if page == CHECK else f"Explain again: {tell}") in told
    assert f"{tell} (" not in told


@pytest.mark.parametrize("said", ["", "not"])
def test_a_point_missed_twice_goes_out_only_once_they_can_say_it_back(reception, sam, said):  # noqa: F811
    tablet = at_the_first_question(reception, sam)
    point = f"check:{asked()['id']}"
    tablet.understood("unsure").understood("wrong")
    go_to(tablet, "choose").choose("yes").press("confirm")
    line = decisions()[-1].hash
    response = reception.sends(CHECK, decision=line, **{point: said})
    assert response.status_code == 422
    assert not sam.registration_requests.exists()
    reception.sends(CHECK, decision=line, **{point: "partly"})
    assert sam.registration_requests.get().state == "to-make"
    [looked] = [ledger.read(entry) for entry in Entry.objects.filter(kind="second-look")]
    assert looked["data"]["said_back"] == {point: "partly"}
    assert "said in their own words: in part (1)" in reception.reads(PERSON)


def test_a_point_missed_once_and_then_known_is_not_to_be_said_back(reception, sam):  # noqa: F811
    tablet = at_the_first_question(reception, sam)
    tablet.understood("wrong").understood("right")
    go_to(tablet, "choose").choose("yes").press("confirm")
    assert 'name="check:' not in reception.browser.get(CHECK).content.decode()
    assert "Explain again" not in reception.reads(PERSON)


# -- the question about the cost of no, on the first night and in the whole -------------------------------------------


def first_night_then_whole(reception, person, given, how):  # noqa: F811
    """The first night's question about the cost of no gets this; then on to the whole, up to the same question."""
    tablet = at_the_first_question(reception, person, FIRST_NIGHT).understood("right")
    assert step() == "check-fewer"
    for one in given:
        tablet.understood(one)
    if how == "at once":
        tablet.press("go")
    else:
        tablet = sits_down(reception, person, ENGLISH, place=WHOLE).press("pick-up")
    while step() not in ("check-no", "choose"):
        tablet.understood("right") if 'value="check:first"' in tablet else tablet.press("next")
    return tablet


def test_whoever_knew_it_on_the_first_night_is_not_asked_twice(reception, sam):  # noqa: F811
    first_night_then_whole(reception, sam, ["right"], "at once")
    assert step() == "choose"


def test_whoever_knew_it_on_the_first_night_is_not_asked_twice_on_another_day(reception, sam):  # noqa: F811
    first_night_then_whole(reception, sam, ["right"], "on the wing")
    assert step() == "choose"


@pytest.mark.parametrize("how", ["at once", "on the wing"])
def test_who_skipped_it_on_the_first_night_is_asked_without_being_told_that_they_missed(reception, sam, how):  # noqa: F811
    first_night_then_whole(reception, sam, ["skipped"], how)
    assert not screens.current(visit()).extra["again"]


@pytest.mark.parametrize("given", [["skipped"], ["wrong", "wrong"], ["unsure", "skipped"]])
def test_a_miss_in_the_whole_is_explained_and_asked_again_whatever_the_first_night_was(reception, sam, given):  # noqa: F811
    tablet = first_night_then_whole(reception, sam, given, "at once")
    assert step() == "check-no"
    tablet.understood("wrong")
    assert step() == "check-no"
    assert screens.current(visit()).extra["again"]


def test_back_to_a_question_answered_right_tells_nobody_that_they_missed_it(reception, sam):  # noqa: F811
    at_the_first_question(reception, sam).understood("right").press("back")
    assert not screens.current(visit()).extra["again"]


def test_another_language_asks_about_the_cost_of_no_anew(reception, sam):  # noqa: F811
    tablet = at_the_first_question(reception, sam, FIRST_NIGHT, interpreter="Interpreter 7")
    tablet.understood("right").understood("right").press("go")
    while step() != "language":
        tablet.press("back")
    tablet.press("language:pl").press("next")
    while step() not in ("check-no", "choose"):
        tablet.understood("right") if 'value="check:first"' in tablet else tablet.press("next")
    assert step() == "check-no"
