"""A paper filled in by hand, written down by staff: both answers, or neither, once."""

import pytest

from consent import facts, ledger
from consent.models import Entry
from consent.papers.paper_code import code_of
from consent.words import content
from tests.published import publish
from tests.staff import GMS, GP, Reception, ago, typed_moment, words

pytestmark = pytest.mark.django_db
PAPER = "/staff/people/A1234BC/paper/"


@pytest.fixture
def reception(db):
    return Reception()


def typed(**more):
    return {GP: "no", GMS: "later", "at": typed_moment(ago()), "once": "one form", **more}


def stands(person):
    asked = facts.standing_of(person).questions
    return asked[GP].decision, asked[GMS].decision


def test_a_paper_with_nothing_on_it_is_not_recorded(reception):
    reception.comes()
    response = reception.sends(PAPER, **typed(**{GP: "", GMS: ""}))
    assert response.status_code == 422
    assert "Choose what they filled in, for at least one question." in words(response)
    assert not Entry.objects.exists()


def test_an_answer_that_is_none_or_a_time_ahead_keeps_what_was_typed(reception):
    reception.comes()
    for wrong in ({GP: "perhaps"}, {"at": "2999-01-01T10:00"}):
        response = reception.sends(PAPER, **typed(**wrong))
        assert response.status_code == 422
        assert "There is a problem" in words(response)
        assert 'value="later"' in response.content.decode()
    assert not Entry.objects.exists()


def test_an_answer_from_before_they_came_is_refused(reception):
    reception.comes(days=0.1)
    assert reception.sends(PAPER, **typed(at=typed_moment(ago(3)))).status_code == 422
    assert not Entry.objects.exists()


def test_where_one_answer_cannot_be_stored_neither_is(reception):
    """The same form, sent once more with another answer to the second question."""
    person = reception.comes()
    reception.sends(PAPER, **typed(**{GP: ""}))
    assert "This form was sent before, with another answer." in words(reception.sends(PAPER, **typed(**{GMS: "yes"})))
    assert stands(person) == (None, "later")


def test_a_code_that_no_paper_has_is_refused_and_nothing_is_stored(reception):
    reception.comes()
    response = reception.sends(PAPER, **typed(code="NYL-00000000-00000000"))
    assert response.status_code == 422
    assert "No words that were published have this code." in words(response)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("wrong", ["order", "language"])
def test_a_code_with_no_order_of_the_three_or_of_two_papers_is_refused(reception, wrong):
    reception.comes()
    publish("pl")
    gp, gms = content.current(GP), content.current(GMS, "pl" if wrong == "language" else "en-GB")
    code = code_of(["no", "yes", "later"], [gp, gms])
    code = code.replace("NYL", "NNL") if wrong == "order" else code
    response = reception.sends(PAPER, **typed(code=code))
    assert response.status_code == 422 and "There is a problem" in words(response)
    assert not Entry.objects.exists()


def test_the_code_of_the_paper_keeps_its_words_and_order_with_each_answer(reception):
    reception.comes()
    code = code_of(["later", "no", "yes"], [content.current(question) for question in (GP, GMS)])
    reception.sends(PAPER, **typed(code=code))
    kept = {said["question"]: said for said in (ledger.read(entry)["data"] for entry in Entry.objects.all())}
    for question in (GP, GMS):
        assert kept[question]["on_paper"] == content.current(question).hash
        assert kept[question]["order"] == ["later", "no", "yes"]


def test_both_answers_are_recorded_as_given_on_paper_once_however_often_it_is_sent(reception):
    person = reception.comes()
    assert "What they filled in is recorded." in words(reception.sends(PAPER, **typed()))
    assert stands(person) == ("no", "later")
    reception.sends(PAPER, **typed())
    lines = [ledger.read(entry)["data"] for entry in Entry.objects.filter(kind="decision")]
    assert sorted((line["question"], line["answer"], line["route"]) for line in lines) == [
        (GMS, "later", "paper"),
        (GP, "no", "paper"),
    ]


def test_a_question_they_left_out_stays_open(reception):
    person = reception.comes()
    reception.sends(PAPER, **typed(**{GMS: ""}))
    assert stands(person) == ("no", None)
    page = reception.reads(PAPER)
    assert "Signing up with the prison GP" in page and "Asking their GP" not in page


def test_who_interpreted_is_asked_of_whoever_may_have_needed_it_alone(reception):
    reception.comes()
    assert "Interpreter" not in reception.reads(PAPER)
    reception.comes("A2222AA", language="ti")
    assert "Interpreter" in reception.reads("/staff/people/A2222AA/paper/")


def test_whoever_answered_both_is_not_written_down_here(reception):
    person = reception.comes()
    for question in (GMS, GP):
        reception.says(person, "no", question=question)
    page = words(reception.browser.get(PAPER, follow=True))
    assert "They have answered both questions." in page
    assert "Record an answer" in page


def test_from_today_it_leads_back_to_today(reception):
    reception.comes(days=0.1)
    assert f'href="{PAPER}?back=today"' in reception.browser.get("/staff/").content.decode()
    page = words(reception.browser.post(f"{PAPER}?back=today", typed(), follow=True))
    assert "Today, " in page and "What they filled in is recorded." in page
