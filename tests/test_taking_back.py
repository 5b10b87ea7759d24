"""Taking back a yes tells the truth; a change of mind is as easy as the first answer; what is entered is on record."""

import itertools
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from consent import actions, facts
from consent.kiosk import visits
from consent.models import Entry
from consent.papers import summary
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from consent.sent import NEEDS_HELP, sent_of
from consent.staff import wording
from consent.staff.matters import matters
from consent.staff.today import rows_at
from consent.standing import QuestionStanding, Standing
from registration.custody import State
from registration.models import Prison, RegistrationRequest
from tests.enrolled import take_up
from tests.printed import text_of
from tests.staff import GMS, GP, Reception, ago, typed_moment, words
from tests.test_kiosk import Tablet
from tests.test_registrations import said_yes

PAGE = "/staff/people/A1234BC/"
FORM = f"{PAGE}taken-back/"
LIST = "/staff/lists/taken-back/"


@pytest.fixture
def reception(db):
    return Reception()


def goes_on(reception, *steps):
    for to in steps:
        actions.move_request(
            request=RegistrationRequest.objects.latest("pk"), to=to, user=reception.nurse, reason="x", still_here=True
        )


def takes_back(reception, question=GMS):
    typed = {"question": question, "at": typed_moment(timezone.now()), "route": "talk", "once": "b"}
    return words(reception.sends(FORM, **typed))


# -- what it undoes ---------------------------------------------------------------------------------------------------


def test_a_yes_that_is_held_is_dropped_and_nothing_was_sent(reception):
    reception.says(reception.comes(), "yes")
    assert "Nothing was sent for registration: the yes is dropped." in reception.reads(FORM)
    assert "Nothing was sent for registration: the yes is dropped." in takes_back(reception)
    assert "Nothing was sent for registration" in reception.reads(PAGE)
    assert "Nobody is waiting for that help." in reception.reads(LIST)


@pytest.mark.parametrize(
    ("steps", "said"), [(["made"], "A registration was made."), (["made", "confirmed"], "They are registered.")]
)
def test_what_was_sent_is_not_undone_and_somebody_helps(reception, steps, said):
    said_yes(reception)
    goes_on(reception, *steps)
    truth = f"{said} Taking back the yes does not undo it. Only registering with another GP ends it"
    assert truth in reception.reads(FORM)
    assert truth in takes_back(reception)
    page = reception.reads(PAGE)
    assert truth in page and "Say what was done after they took back a yes that was sent" in page
    listed = reception.reads(LIST)
    assert "Help them: they took back a yes that was sent" in listed and "Due on" in listed
    assert "Fill this in." in words(reception.sends(f"{PAGE}help-after-taking-back/", reason=" "))
    assert "Fill this in." in words(reception.sends(f"{PAGE}help-after-taking-back/"))
    reception.sends(f"{PAGE}help-after-taking-back/", reason="told them; they register at home when they leave")
    assert "Nobody is waiting for that help." in reception.reads(LIST)
    assert "they register at home when they leave" in reception.reads(PAGE)
    assert "Nothing was recorded." in words(reception.sends(f"{PAGE}help-after-taking-back/", reason="again"))
    assert "Nothing was recorded." in words(reception.sends(f"{PAGE}help-after-taking-back/"))


def test_a_no_said_after_it_was_sent_is_helped_in_the_same_way(reception):
    person = said_yes(reception)
    goes_on(reception, "made", "confirmed")
    reception.says(person, "no")
    assert "Help them" in reception.reads(LIST)
    assert "Taking back the yes does not undo it." in reception.reads(PAGE)


def test_a_later_said_after_it_was_sent_says_how_far_that_is_as_well(reception):
    person = said_yes(reception)
    goes_on(reception, "made")
    reception.says(person, "later")
    page = reception.reads(PAGE)
    assert "Chose to decide later" in page and "not confirmed: confirm, do not make again. Ask again on" in page


@pytest.mark.parametrize("steps", [["stopped"], ["made", "rejected"], ["made", "confirmed", "ended"]])
def test_where_nothing_stands_outside_nobody_has_to_help(reception, steps):
    said_yes(reception)
    goes_on(reception, *steps)
    takes_back(reception)
    assert "Nobody is waiting for that help." in reception.reads(LIST)


@pytest.mark.parametrize("steps", [("made",), ("made", "confirmed")])
def test_whoever_took_back_what_was_sent_stands_on_today_once_it_is_due(reception, steps):
    said_yes(reception)
    goes_on(reception, *steps)
    takes_back(reception)
    three_days_later = timezone.now() + timedelta(days=facts.INTERVALS.help_undo)
    new, due = rows_at(Prison.objects.get(pk="LEI"), [], three_days_later, {})
    assert not new
    assert [need.what for row in due for need in row.needs if "took back" in need.what]


def test_of_a_yes_from_before_this_system_nobody_knows(reception):
    reception.comes(days=30)
    actions.import_decision(
        number="A1234BC", question=GMS, answer="yes", at=ago(29), prison_id="LEI", recorded_by="x", source="x"
    )
    assert "It is not known whether a registration was made." in reception.reads(FORM)
    takes_back(reception)
    assert RegistrationRequest.objects.get().state == "stopped"
    assert "It is not known whether a registration was made." in reception.reads(LIST)


def test_the_gp_who_was_asked_cannot_be_unasked(reception):
    person = reception.comes()
    entry = reception.says(person, "yes", question=GP)
    assert "Their GP was not asked: the yes is dropped." in reception.reads(FORM)
    reception.sends(f"{PAGE}gp-asked/", line=entry.hash)
    assert "Their GP was asked already." in reception.reads(FORM)
    assert "Their GP was asked already." in takes_back(reception, GP)


# -- a change of mind -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [GMS, GP])
def test_whoever_asks_to_change_it_gets_a_tablet_without_a_reason_of_ours(reception, question):
    person = reception.comes(days=2)
    for each in (GMS, GP):
        reception.says(person, "no", question=each, days=1)
    assert "They want to change their answer: start a visit" in reception.reads(PAGE)
    reception.sends(f"{PAGE}visit/", place="wing", purpose=f"change:{question}")
    assert person.visits.get().state["asks"] == [question]
    assert "reason: They asked to change it" in reception.reads(PAGE)


def test_on_the_tablet_the_no_becomes_a_yes(reception):
    from consent.kiosk import moves

    person = reception.comes(days=2)
    for each in (GMS, GP):
        reception.says(person, "no", question=each, days=1)
    _visit, code = visits.start(
        patient=person, place="wing", user=reception.nurse, reason="They asked to change it", again=GP
    )
    visit = take_up(code)
    for do, answer in (("next", ""), ("confirm", "yes")):
        visit.refresh_from_db()
        moves.press(visit=visit, do=do, turn=str(visit.turn), view="", answer=answer)
    assert facts.standing_of(person).questions[GP].decision == "yes"
    assert facts.standing_of(person).questions[GMS].decision == "no"


@pytest.mark.parametrize(
    ("answer", "next_says"),
    [
        ("no", ["If we signed you up, that is hard to undo.", "Health staff will talk with you about it."]),
        ("later", ["We may have signed you up by now.", "It stays as it is for now."]),
        ("yes", ["We may have signed you up by now.", "Health staff can check for you."]),
    ],
)
@pytest.mark.parametrize("steps", [("made",), ("made", "confirmed")])
def test_on_the_tablet_whoever_asks_to_change_what_was_sent_is_told_what_that_cannot_undo(
    reception, steps, answer, next_says
):
    person = said_yes(reception)
    goes_on(reception, *steps)
    _visit, code = visits.start(
        patient=person, place="wing", user=reception.nurse, reason="They asked to change it", again=GMS
    )
    tablet = Tablet().tap(code).press("language:en-GB")
    tablet.choose("no").press("confirm")  # whether their GP may be asked
    assert tablet.title == "Before you choose."
    assert "If we signed you up, that is hard to undo. Your old GP may not take you back." in words(tablet.response)
    tablet.press("next").choose(answer).press("confirm").press("paper:none")
    said = words(tablet.response)
    assert all(sentence in said for sentence in next_says)
    assert "not sign you up" not in said and "not signed you up" not in said
    paper = text_of(summary.patient_summary(Entry.objects.filter(kind="decision").latest("pk")))
    assert "We may have signed you up by now." in paper and "not sign you up" not in paper


def test_the_paper_of_a_no_said_by_talking_after_it_was_sent_promises_nothing_else(reception):
    person = said_yes(reception)
    goes_on(reception, "made")
    entry = reception.says(person, "no")
    text = text_of(summary.patient_summary(entry))
    assert "We may have signed you up by now." in text and "not sign you up" not in text


def test_where_one_question_is_open_the_other_may_be_changed_in_the_same_visit(reception):
    person = reception.comes(days=2)
    reception.says(person, "no", days=1)
    reception.sends(f"{PAGE}visit/", place="wing", purpose="open")
    assert person.visits.latest("started_at").state["asks"] == [GP]
    reception.sends(f"{PAGE}visit/end/")
    reception.sends(f"{PAGE}visit/", place="wing", purpose=f"change:{GMS}")
    assert sorted(person.visits.latest("started_at").state["asks"]) == sorted([GMS, GP])


def test_asking_again_of_our_own_still_takes_a_reason(reception):
    person = reception.comes(days=2)
    for each in (GMS, GP):
        reception.says(person, "no", question=each, days=1)
    assert "Asking again needs a reason" in words(reception.sends(f"{PAGE}visit/", place="wing", purpose="ask"))


# -- "you said yes" is not "you are registered" -----------------------------------------------------------------------

STATES = [None, "to-make", "to-confirm", "made", "confirmed", "rejected", "stopped", "ended"]
# "Registered" may be said of whoever is; of others only that it is not so, or that something else was.
CLAIMS = re.compile(r"\b(is|are|were|was) (now )?registered\b|\bRegistered with\b", re.IGNORECASE)


@pytest.mark.parametrize(("state", "answer"), list(itertools.product(STATES, Answer)))
def test_no_sentence_says_registered_where_only_yes_was_said(state, answer):
    at = timezone.now()
    request = state and RegistrationRequest(
        state=state.replace("to-confirm", "to-make"),
        to_confirm=state == "to-confirm",
        opened_at=ago(2),
        changed_at=ago(1),
        asked_by="line",
        reason="x",
        pk=1,
    )
    asked = QuestionStanding(GMS, decision=answer.value, line="line", decided_at=ago(3), decided_in="LEI")
    other = QuestionStanding(GP, decision="yes", line="other", decided_at=ago(3), task_done=True)
    standing = Standing(
        state=State.OPEN, prison="LEI", since=ago(4), opened_at=ago(4), admission_known=True,
        questions={GMS: asked, GP: other},
    )  # fmt: skip
    matter = next(m for m in matters(standing, at, request) if m.question is GMS_REGISTRATION)
    sent = sent_of(asked, request or None, ago(4))
    needs = (matter.need, matter.work.make, matter.work.confirm, matter.work.undo)
    sentences = [
        wording.follows(asked, matter.rule.code, matter.due, request, sent),
        wording.follows(asked, "1", None, request, sent),
        matter.because,
        *(need.what + need.because for need in needs if need),
        wording.step_reached(request) if request else "",
    ]
    for sentence in sentences:
        assert not CLAIMS.search(sentence), sentence


def test_the_sentence_that_does_say_it_needs_a_confirmed_registration(reception):
    said_yes(reception)
    for step in ("made", "confirmed"):
        assert not CLAIMS.search(reception.reads(PAGE).partition("Everything on record")[0])
        goes_on(reception, step)
    assert "Registered with the prison GP." in reception.reads(PAGE)


def test_every_outcome_of_a_yes_has_its_truth_told(reception):
    assert {sent for _question, sent in wording.TAKEN_BACK} >= NEEDS_HELP
    said = [str(sentence) for sentence in wording.TAKEN_BACK.values()]
    assert len(set(said)) == len(said)


# -- the clinical record ----------------------------------------------------------------------------------------------

COPY = f"{PAGE}clinical-record/"
ENTER = "/staff/lists/clinical-record/"


def text_on(reception):
    return reception.browser.get(COPY).context["text"]


def test_there_is_nothing_to_copy_before_there_is_an_answer(reception):
    reception.comes()
    assert "There is no answer to enter yet." in reception.reads(COPY)
    assert "has changed" in words(reception.sends(COPY, lines=""))
    assert "Every answer is entered." in reception.reads(ENTER)


def test_the_text_tells_each_answer_with_day_place_language_interpreter_and_who(reception):
    person = reception.comes(days=2, language="pl", nhs_number="9990000018")
    reception.says(person, "no", question=GP, days=1, interpreter="Big Word 12")
    reception.says(person, "yes", days=1)
    text = text_on(reception)
    first, second, third, _made = text.splitlines()
    assert first == "GP choices, A1234BC."
    for said in (": No;", wording.time_of(ago(1))[:-6], "Leeds (HMP)", "language: Polish", "Big Word 12", "by nurse"):
        assert said in second + third
    assert "Not checked before sending yet. Next: Check before sending, due" in text
    assert "Pell" not in text and "9990000018" not in text
    look = Entry.objects.get(hash=facts.standing_of(person).questions[GMS].line)
    reception.sends(f"{PAGE}check-before-sending/", decision=look.hash)
    assert "Checked before sending: " in text_on(reception)


def test_the_text_is_in_english_whatever_the_screens_are_in(reception):
    reception.says(reception.comes(), "yes")
    reception.browser.cookies["django_language"] = "cy"
    assert "GP choices, A1234BC." in text_on(reception)
    assert "Yes" in text_on(reception)


def test_what_is_entered_is_on_record_and_a_new_answer_is_to_be_entered_again(reception):
    person = reception.comes(days=2)
    reception.says(person, "later", days=1)
    assert "Not entered in the clinical record yet." in reception.reads(PAGE)
    assert "A1234BC" in reception.reads(ENTER) and "Due today" in reception.reads(ENTER)
    line = facts.standing_of(person).questions[GMS].line
    for _pressed_twice in range(2):
        reception.sends(COPY, lines=line)
    assert Entry.objects.filter(kind="entered-in-clinical-record").count() == 1
    assert "Entered by nurse," in reception.reads(COPY)
    assert "Entered in the clinical record. Recorded by nurse." in reception.reads(PAGE)
    assert "Every answer is entered." in reception.reads(ENTER)
    reception.says(person, "no")
    assert "The answer has changed since this page was shown." in words(reception.sends(COPY, lines=line))
    assert "A1234BC" in reception.reads(ENTER)


def test_what_came_from_the_clinical_system_is_not_entered_there_again(reception):
    reception.comes(days=30)
    actions.import_decision(
        number="A1234BC", question=GMS, answer="no", at=ago(29), prison_id="LEI", recorded_by="x", source="x"
    )
    assert "Every answer is entered." in reception.reads(ENTER)
