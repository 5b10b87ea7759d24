"""What a person says to staff, and what only staff can settle: recorded once, or refused with a reason."""

import re
from datetime import UTC

import pytest
from django.core.exceptions import ValidationError

from consent import actions, facts, ledger
from consent.kiosk import visits
from consent.models import Entry
from consent.papers import answers as printed_answers
from consent.papers.paper_code import code_of
from consent.proof import export
from consent.proof.check_record import Checked, check_shown
from consent.words import content
from registration.actions import NotPossible
from registration.models import Notice, RegistrationRequest
from tests.enrolled import take_up
from tests.published import publish
from tests.staff import GMS, GP, Reception, ago, typed_moment, words
from tests.test_staff_people import merged

pytestmark = pytest.mark.django_db
PAGE = "/staff/people/A1234BC/"


@pytest.fixture
def reception(db):
    return Reception()


def typed(answer="yes", **more):
    return {
        "question": GMS,
        "answer": answer,
        "at": typed_moment(ago(0.01)),
        "route": "talk",
        "interpreter": "",
        "once": "f3b0c7",
        **more,
    }


def asked(person, question=GMS):
    return facts.standing_of(person).questions[question]


def test_an_answer_with_nothing_chosen_is_not_stored_and_says_what_is_missing(reception):
    reception.comes()
    response = reception.sends(f"{PAGE}answer/", once="1")
    assert response.status_code == 422
    assert "There is a problem" in words(response)
    assert 'href="#id_answer_0"' in response.content.decode()
    assert not Entry.objects.exists()


# -- on paper ---------------------------------------------------------------------------------------------------------

ORDER = ["no", "yes", "later"]


def code(language="en-GB", order=ORDER):
    return code_of(order, [content.current(question, language) for question in (GP, GMS)])


def on_paper(**more):
    return typed(route="paper", **more)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, "Type the code, or tick that there is none"),
        ({"code": "NYL-12345678-12345678"}, "No words that were published have this code"),
        ({"code": "NYL"}, "That is no code of a paper"),
        ({"code": "NNN-12345678-12345678"}, "That is no code of a paper"),
        ({"code": "<script>"}, "That is no code of a paper"),
        ({"code": "x" * 200}, "That is no code of a paper"),
        ({"code": "NYL-12345678-12345678", "route": "talk"}, "By talking there is no paper"),
    ],
)
def test_a_paper_that_cannot_be_told_by_its_code_is_refused(reception, more, why):
    reception.comes()
    response = reception.sends(f"{PAGE}answer/", **{**on_paper(), **more})
    assert response.status_code == 422
    assert why in words(response)
    assert not Entry.objects.exists()


def test_a_code_put_together_from_two_papers_is_refused(reception):
    publish("pl")
    reception.comes()
    mixed = code()[:13] + code("pl")[12:]
    assert mixed not in (code(), code("pl"))
    response = reception.sends(f"{PAGE}answer/", **on_paper(code=mixed))
    assert "No words that were published have this code" in words(response)


def kept():
    return ledger.read(Entry.objects.get(kind="decision"))["data"]


@pytest.mark.parametrize("question", [GP, GMS])
@pytest.mark.parametrize("as_typed", [str, str.lower, lambda code: f" {code.replace('-', ' ')} "])
def test_the_words_and_the_order_on_the_paper_are_kept_with_the_answer(reception, question, as_typed):
    publish("pl")
    person = reception.comes()
    reception.sends(f"{PAGE}answer/", **on_paper(question=question, code=as_typed(code("pl"))))
    polish = content.current(question, "pl")
    assert (kept()["on_paper"], kept()["order"]) == (polish.hash, ORDER)
    entry = Entry.objects.get(kind="decision")
    assert printed_answers.words_of(entry, kept(), {}) == polish  # and so is the paper that they are given
    assert f"words on the paper: {polish.hash[:8]}" in reception.reads(PAGE)
    record = export.record_of(person)
    assert [line["source"] for line in record["words"]]
    check_shown(record, whole := Checked())
    check_shown({**record, "words": []}, lacking := Checked())
    assert (whole.wrong, len(lacking.wrong)) == ([], 1)


def test_a_paper_without_a_code_is_stored_as_that(reception):
    reception.comes()
    reception.sends(f"{PAGE}answer/", **on_paper(no_code="on"))
    assert kept()["answer"] == "yes"
    assert not {"on_paper", "order"} & kept().keys()


# -- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["", "yesterday", "2026-13-45T10:00", "0001-01-01T00:00"])
def test_an_impossible_time_is_refused_and_nothing_typed_is_lost(reception, at):
    reception.comes()
    response = reception.sends(f"{PAGE}answer/", **typed(at=at, interpreter="Language Line"))
    assert "Give a date and a time" in words(response)
    assert 'value="Language Line"' in response.content.decode()
    assert not Entry.objects.exists()


def test_an_answer_from_before_they_came_is_refused(reception):
    reception.comes(days=1)
    response = reception.sends(f"{PAGE}answer/", **typed(at=typed_moment(ago(5))))
    assert "At that time the person was not in prison as far as we know" in words(response)


def test_an_answer_of_tomorrow_is_refused(reception):
    reception.comes()
    response = reception.sends(f"{PAGE}answer/", **typed(at=typed_moment(ago(-1))))
    assert "That time lies ahead" in words(response)


def test_somebody_released_gives_no_answer(reception):
    person = reception.comes(days=2)
    reception.leaves(person, "RELEASED", days=1)
    assert "not known to be in prison now" in words(reception.sends(f"{PAGE}answer/", **typed()))
    assert not Entry.objects.exists()


def test_in_a_prison_outside_england_nothing_is_asked(reception):
    reception.comes(prison="CFI")
    assert "outside England" in words(reception.sends(f"{PAGE}answer/", **typed()))


def test_pressed_twice_it_is_stored_once(reception):
    person = reception.comes()
    for _again in range(2):
        page = words(reception.sends(f"{PAGE}answer/", **typed(interpreter="Language Line")))
    assert Entry.objects.filter(kind="decision").count() == 1
    assert "interpreter: Language Line" in page
    assert asked(person).hold == "second-look"


def test_whoever_has_answered_is_not_asked_by_mistake(reception):
    person = reception.comes()
    reception.says(person, "yes")
    assert "They have answered already" in reception.reads(f"{PAGE}answer/")


def test_not_possible_today_leaves_an_answer_that_stands(reception):
    person = reception.comes(days=1)
    reception.says(person, "no", question=GP, days=0.5)
    page = words(reception.sends(f"{PAGE}not-possible/", reason="No interpreter", once="a"))
    assert "reason: No interpreter" in page
    assert asked(person, GP).decision == "no"
    assert asked(person).decision == "not-possible"
    reception.says(person, "yes")
    nothing = words(reception.sends(f"{PAGE}not-possible/", reason="No interpreter", once="b"))
    assert "Nothing is to be asked now" in nothing
    assert asked(person).decision == "yes"


def test_not_possible_today_stores_no_reason_of_your_own(reception):
    reception.comes()
    response = reception.sends(f"{PAGE}not-possible/", reason="psychosis", once="a")
    assert response.status_code == 422
    assert not Entry.objects.exists()


def test_taking_back_an_answer_stops_what_was_not_sent(reception):
    person = reception.comes(days=1)
    assert "There is no yes to take back." in reception.reads(f"{PAGE}taken-back/")
    entry = reception.says(person, "yes", days=0.5)
    look(reception, entry)
    page = words(reception.sends(f"{PAGE}taken-back/", **typed(once="b")))
    assert "Took back their answer on" in page
    assert RegistrationRequest.objects.get().state == "stopped"


def look(reception, entry):
    return reception.sends(f"{PAGE}check-before-sending/", decision=entry.hash, reason="They leave tomorrow.")


def test_on_the_day_of_the_answer_a_yes_goes_out_only_with_a_reason_that_is_kept(reception):
    person = reception.comes(days=2)
    entry = reception.says(person, "yes")
    assert "Why it cannot wait until tomorrow" in reception.reads(f"{PAGE}check-before-sending/")
    for reason in ("", "  "):
        response = reception.sends(f"{PAGE}check-before-sending/", decision=entry.hash, reason=reason)
        assert response.status_code == 422
        assert not RegistrationRequest.objects.exists()
    with pytest.raises(NotPossible, match="from tomorrow on"):
        actions.second_look(
            patient=person, by=actions.staff(reception.nurse), decision=entry.hash, prison="LEI", route="talk"
        )
    reception.sends(f"{PAGE}check-before-sending/", decision=entry.hash, reason="They leave tomorrow morning.")
    assert RegistrationRequest.objects.get().state == "to-make"
    assert "reason: They leave tomorrow morning." in reception.reads(PAGE)


def test_from_the_next_day_on_no_reason_is_asked_for(reception):
    person = reception.comes(days=3)
    entry = reception.says(person, "yes", days=1)
    assert "Why it cannot wait" not in reception.reads(f"{PAGE}check-before-sending/")
    reception.sends(f"{PAGE}check-before-sending/", decision=entry.hash)
    assert RegistrationRequest.objects.get().state == "to-make"


def test_on_the_day_of_the_answer_a_tablet_asks_nothing_and_shows_what_they_said(reception):
    person = reception.comes(days=2)
    reception.says(person, "yes")
    reception.says(person, "no", question=GP)
    visit, _code = visits.start(patient=person, place="wing", user=reception.nurse)
    assert (visit.state["outcome"], visit.state["asks"]) == ("nothing-to-ask", [])


def test_check_before_sending_reads_back_day_and_place_and_sends_once(reception):
    person = reception.comes(days=6, prison="HLI")
    entry = reception.says(person, "yes", days=5)
    reception.leaves(person, "TRANSFERRED", days=2, prison="HLI")
    reception.arrives(person, "TRANSFERRED", days=1)
    page = reception.reads(f"{PAGE}check-before-sending/")
    assert "at Hull (HMP). Nothing is sent before this. Is it still yes?" in page
    assert "no words were shown on a tablet" in page
    assert "on the list to be made" in words(look(reception, entry))
    assert "This yes has been checked already." in words(look(reception, entry))
    assert RegistrationRequest.objects.count() == 1


def test_check_before_sending_after_they_changed_it_sends_nothing(reception):
    person = reception.comes()
    first = reception.says(person, "yes", days=0.5)
    reception.says(person, "later")
    response = look(reception, first)
    assert response.status_code == 422
    assert "The answer has changed since this page was shown" in words(response)
    assert "There is no yes waiting to be checked." in words(response)
    assert not RegistrationRequest.objects.exists()


def test_the_words_they_chose_from_on_a_tablet_are_shown(reception):
    from consent.kiosk import moves, visits

    person = reception.comes()
    _visit, code = visits.start(patient=person, place="reception", user=reception.nurse)
    visit = take_up(code)

    def press(do, answer=""):
        visit.refresh_from_db()
        moves.press(visit=visit, do=do, turn=str(visit.turn), view="", answer=answer)

    for step in (("next",), ("confirm", "no"), ("choose-now",), ("confirm", "yes")):
        press(*step)
    page = reception.reads(f"{PAGE}check-before-sending/")
    assert "Signing up is hard to undo." in page
    assert "The three choices, as they stood:" in page


def test_staff_check_says_that_they_were_asked_before_and_brings_the_answer_in(reception):
    reception.comes(reason="", days=5)
    form = f"{PAGE}staff-check/"
    assert "Choose the answer that is there" in words(reception.sends(form, found="asked"))
    found = {"found": "asked", "answer": "yes", "at": typed_moment(ago(60)), "prison": "HLI"}
    page = words(reception.sends(form, **found))
    assert "found: asked before, with an answer" in page
    assert "Said yes on" in page and "at Hull (HMP)" in page
    assert RegistrationRequest.objects.get().to_confirm


@pytest.mark.parametrize(("found", "rule"), [("nothing", "Rule 17"), ("unclear", "Rule 17"), ("registered", "Rule 6g")])
def test_staff_check_opens_the_way(reception, found, rule):
    reception.comes(reason="TRANSFERRED")
    assert "Rule 15" in reception.reads(PAGE)
    assert rule in words(reception.sends(f"{PAGE}staff-check/", found=found))


def test_two_answers_that_disagree_are_shown_side_by_side_and_one_is_chosen(reception):
    one, other = reception.comes(days=3), reception.comes("A2222AA", days=3)
    reception.says(one, "yes", days=2)
    reception.says(other, "no", days=1)
    merged(one, other)
    form = f"{PAGE}conflict/{GMS}/"
    assert "Choose which record stands" in reception.reads(PAGE)
    assert GMS not in questions_of(reception)
    assert GP in questions_of(reception)
    page = reception.reads(form)
    assert "Answer: Yes." in page and "Answer: No." in page
    assert "Fill this in." in words(reception.sends(form, answer="yes"))
    done = words(reception.sends(form, answer="no", reason="Asked again today"))
    assert "Rule 8" in done
    assert Entry.objects.filter(kind="decision").count() == 3
    assert "There is no conflict here any more" in words(reception.sends(form, answer="no", reason="again"))


def questions_of(reception):
    page = reception.browser.get(f"{PAGE}answer/?question={GMS}").content.decode()
    return re.findall(r'name="question"[^>]*value="([^"]+)"', page)


def test_a_conflict_about_no_question_of_ours_is_not_found(reception):
    reception.comes()
    assert reception.browser.get(f"{PAGE}conflict/shoe-size/").status_code == 404


def test_a_booking_that_was_moved_is_settled_with_a_reason(reception):
    from registration import actions as registration

    person = reception.comes()
    registration.note(patient=person, kind=Notice.Kind.BOOKING_MOVED, at=ago(0.1), key="k1", detail="to A9999ZZ")
    facts.refresh([person])
    form = f"{PAGE}conflict/{GMS}/"
    assert "A booking was moved between two prison numbers (to A9999ZZ)" in reception.reads(form)
    assert "Rule 17" in words(reception.sends(form, reason="Looked: it is the same person"))


def test_a_page_left_open_is_refused_without_its_token(reception):
    from django.test import Client

    reception.comes()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reception.nurse)
    assert strict.post(f"{PAGE}answer/", typed()).status_code == 403
    assert not Entry.objects.exists()


def test_what_changes_something_is_never_a_link(reception):
    person = reception.comes()
    for path in ("fresh-look-declined", "gp-asked", "begin-registration", "visit/new-code", "visit/end"):
        assert reception.browser.get(f"{PAGE}{path}/").status_code == 405
    assert person.visits.count() == 0


def test_the_record_adds_up_after_all_this(reception):
    from consent.proof import verify

    person = reception.comes(days=2)
    entry = reception.says(person, "yes", days=1)
    look(reception, entry)
    reception.sends(f"{PAGE}taken-back/", **typed(once="b"))
    assert not list(verify.faults())
    assert facts.standing_of(person).questions[GMS].decision == "withdrawn"


def test_in_the_hour_that_is_told_twice_a_time_is_the_later_one_and_in_spring_there_is_none():
    from consent.staff.forms import MomentField

    assert MomentField().clean("26/10/2025 01:30").astimezone(UTC).hour == 1
    with pytest.raises(ValidationError, match="clocks went forward"):
        MomentField().clean("30/03/2025 01:30")
