"""The person's page: always true, wholly told, and each look at it noted."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from consent import actions
from consent.kiosk import visits
from consent.models import AccessEvent, Entry, Post, Visit
from consent.roles import Role
from registration import actions as registration
from registration.actions import NotPossible, patient_with
from registration.legal_status import LegalStatus
from registration.models import LegalStatusRecord, Notice, Patient, Prison
from tests.enrolled import enrolled, take_up
from tests.staff import GMS, GP, PASSWORD, Reception, ago, give_posts, typed_moment, words

pytestmark = pytest.mark.django_db
PAGE = "/staff/people/A1234BC/"
GMS_TITLE = "Signing up with the prison GP"


@pytest.fixture
def reception(db):
    return Reception()


def test_a_number_nobody_has_and_one_that_is_none_are_not_found(reception):
    page = reception.browser.get("/staff/people/a9999zz/")
    assert page.status_code == 404
    assert "Nobody with the prison number A9999ZZ is known here." in words(page)
    assert "Find a person" in words(page) and "Lists" in words(page)
    assert 'href="/staff/people/new/?number=A9999ZZ"' in page.content.decode()
    assert 'value="A9999ZZ"' in reception.browser.get("/staff/people/new/?number=A9999ZZ").content.decode()
    assert "is not a prison number" in reception.reads("/staff/people/nonsense/", status=404)
    assert "This page was not found" in reception.reads("/staff/nonsense/", status=404)


def test_whoever_is_not_signed_in_learns_nothing_from_a_page_not_found(db):
    from django.test import Client

    page = words(Client().get("/nonsense/"))
    assert "This page was not found" in page
    assert "Find a person" not in page and "Add" not in page


def test_every_look_is_noted(reception):
    person = reception.comes()
    reception.reads(PAGE)
    event = AccessEvent.objects.get()
    assert (event.chain, event.who, event.what, event.prison) == (person.record_id, "nurse", "page", "LEI")


def test_a_page_that_fails_notes_no_look(reception, monkeypatch):
    reception.comes()
    monkeypatch.setattr("consent.staff.person.page.matters", lambda *a: 1 / 0)
    reception.browser.raise_request_exception = False
    response = reception.browser.get(PAGE)
    assert response.status_code == 500
    assert "Something went wrong" in words(response)
    assert not AccessEvent.objects.exists()


def test_a_merged_number_leads_to_the_one_that_is_kept(reception):
    kept, removed = reception.comes("A1111AA"), reception.comes("A2222AA")
    merged(kept, removed)
    response = reception.browser.get("/staff/people/A2222AA/")
    assert response["Location"] == "/staff/people/A1111AA/"
    assert "A1111AA, also A2222AA" in reception.reads("/staff/people/A1111AA/")


def merged(kept, removed):
    from consent import facts
    from registration import actions as registration

    facts.refresh(registration.merge(kept=kept, removed=removed, at=ago(0.01)))


SENTENCES = {
    "yes": "Not sent yet: check before sending is due on",
    "no": "They can change their mind at any time.",
    "later": "Ask again on",
}


@pytest.mark.parametrize(("answer", "sentence"), SENTENCES.items())
def test_the_sentence_on_top_says_what_stands_and_what_follows(reception, answer, sentence):
    person = reception.comes(days=2)
    reception.says(person, answer, days=1.9)
    page = reception.reads(PAGE)
    assert sentence in page
    assert "at Leeds (HMP)." in page


@pytest.mark.parametrize(
    ("answer", "ahead", "over"),
    [
        ("yes", "check before sending is due on", "check before sending was due on"),
        (None, "Offer it by", "Offer it now; it was due on"),
    ],
)
def test_a_day_that_is_over_is_not_told_as_if_it_lay_ahead(reception, answer, ahead, over):
    for number, days in (("A1234BC", 2), ("A2222AA", 9)):
        person = reception.comes(number, days=days)
        if answer:
            reception.says(person, answer, days=days - 0.1)
    soon, late = reception.reads(PAGE), reception.reads("/staff/people/A2222AA/")
    assert ahead in soon and over not in soon
    assert over in late and ahead not in late


def test_a_yes_that_was_sent_says_how_far_it_is(reception):
    person = reception.comes(days=2)
    entry = reception.says(person, "yes", days=1.9)
    send(reception, person, entry)
    assert "The registration is still to be made. Do not ask again." in reception.reads(PAGE)


def send(reception, person, entry):
    actions.second_look(
        patient=person, by=actions.staff(reception.nurse), decision=entry.hash, prison="LEI", route="talk"
    )


@pytest.mark.parametrize(
    ("question", "waits", "at_once"),
    [
        ("gms-registration", "the registration waits until they are back.", "the registration can be begun."),
        ("gp-record", "that waits until they are back.", "that is tonight’s task."),
    ],
)
def test_what_is_to_be_done_for_somebody_at_court_waits_until_they_are_back(reception, question, waits, at_once):
    actions.set_prison_policy(prison=Prison.objects.get(pk="LEI"), hold="hours", hold_hours=6, takes={})
    person = reception.comes(days=3, status=LegalStatus.SENTENCED)
    reception.says(person, "yes", question=question, days=2.9, is_explained=True)
    reception.leaves(person, "SENT_TO_COURT", days=0.1)
    away = reception.reads(PAGE)
    reception.arrives(person, "RETURN_FROM_COURT", days=0.05)
    back = reception.reads(PAGE)
    assert waits in away and at_once not in away
    assert at_once in back and waits not in back


def test_a_held_yes_of_someone_released_was_never_sent(reception):
    person = reception.comes(days=3)
    reception.says(person, "yes", days=2.9)
    reception.leaves(person, "RELEASED", days=1)
    page = reception.reads(PAGE)
    assert "Said yes on" in page
    assert "That time in prison has ended. The yes was never sent." in page
    assert "check before sending is due" not in page


def test_the_timeline_tells_who_pressed_how_and_where(reception):
    person = reception.comes(days=2)
    reception.says(person, "later", days=1.9, interpreter="Language Line")
    page = reception.reads(PAGE)
    assert "Answer: Decide later." in page
    assert "; at Leeds (HMP), by talking, recorded by nurse, interpreter: Language Line" in page
    assert "Came into prison: Leeds (HMP) (nurse)" in page


def test_an_nhs_number_that_is_none_is_said_beside_the_field_and_nothing_typed_is_lost(reception):
    reception.comes()
    response = reception.sends(f"{PAGE}describe/", family_name="Pell-Newname", nhs_number="999 000 0019", home_gp="no")
    assert response.status_code == 422
    text = response.content.decode()
    assert 'value="Pell-Newname"' in text and 'value="999 000 0019"' in text
    assert words(response).count("is not an NHS number. It has 10 digits") == 2
    assert 'href="#id_nhs_number"' in text
    assert Patient.objects.get().family_name == "Pell"


@pytest.mark.parametrize("born", ["2026-02-30", "soon", "1066-10-14", "2099-01-01"])
def test_an_impossible_date_of_birth_is_refused(reception, born):
    reception.comes()
    response = reception.sends(f"{PAGE}describe/", date_of_birth=born, home_gp="no")
    assert response.status_code == 422
    assert 'href="#id_date_of_birth"' in response.content.decode()


def test_what_was_changed_and_by_whom_stands_on_the_page(reception):
    reception.comes()
    page = words(
        reception.sends(f"{PAGE}describe/", family_name="Pell-Newname", home_gp="no", nhs_number="999 000 0018")
    )
    assert "nurse:" in page
    assert "Family name: Pell → Pell-Newname" in page
    assert "NHS number: blank → 999 000 0018" in page
    assert "GP at home: Has a GP at home → Has no GP at home" in page
    page = words(
        reception.sends(f"{PAGE}describe/", home_gp="no", language="ti", date_of_birth="1985-12-31", sex="male")
    )
    reception.sends(f"{PAGE}describe/", home_gp="no", nhs_number="9990000018")
    assert "Language they understand best: blank → Tigrinya" in page
    assert "Date of birth: blank → 31 December 1985" in page
    assert "Sex: blank → Male" in page
    assert Patient.objects.get().nhs_number == "9990000018"


def test_correcting_a_legal_status_is_no_change_of_it(reception):
    person = reception.comes(days=3, status=LegalStatus.REMAND)
    reception.says(person, "no", days=2)
    typed = {"status": "SENTENCED", "at": typed_moment(ago(1)), "source": "the warrant", "corrects": "on"}
    reception.sends(f"{PAGE}legal-status/", **typed)
    assert "Rule 8" in reception.reads(PAGE)
    reception.sends(f"{PAGE}legal-status/", status="RECALL", at=typed_moment(ago(0.5)), source="the warrant")
    page = reception.reads(PAGE)
    assert "Rule 11g" in page
    assert "They did not want to look at it again" in page


def test_a_legal_status_of_tomorrow_is_refused(reception):
    reception.comes()
    typed = {"status": "SENTENCED", "at": typed_moment(ago(-1)), "source": "the warrant"}
    assert "That time lies ahead" in words(reception.sends(f"{PAGE}legal-status/", **typed))


def test_declining_a_fresh_look_uses_it_up_once(reception):
    person = reception.comes(days=3)
    reception.says(person, "no", days=2)
    actions.record_legal_status(patient=person, status=LegalStatus.SENTENCED, at=ago(1), source="court")
    page = words(reception.sends(f"{PAGE}fresh-look-declined/"))
    assert "Rule 8" in page
    again = words(reception.sends(f"{PAGE}fresh-look-declined/"))
    assert "There is nothing to look at again now." in again
    assert Entry.objects.filter(kind="fresh-look-declined").count() == 1


def test_a_visit_shows_its_code_until_it_is_taken_up_then_that_help_is_wanted(reception):
    person = reception.comes()
    reception.sends(f"{PAGE}visit/", place="reception")
    visit = person.visits.get()
    page = reception.reads(f"{PAGE}visit/")
    assert "Good once, until" in page
    code = reception.browser.session["code"]
    assert f"{code[:3]} {code[3:]}" in page
    take_up(code)
    visit.refresh_from_db()
    taken_up = words(reception.browser.get(f"{PAGE}visit/", headers={"HX-Request": "true"}))
    assert "On a tablet. Last touched:" in taken_up and f"{code[:3]} {code[3:]}" not in taken_up
    visit.state["help_at"] = timezone.now().isoformat()
    visit.save()
    page = reception.reads(f"{PAGE}visit/")
    assert "Help was pressed at the tablet" in page
    assert f"{code[:3]} {code[3:]}" not in page
    looks = AccessEvent.objects.count()
    part = reception.browser.get(f"{PAGE}visit/", headers={"HX-Request": "true"})
    assert "Help was pressed at the tablet" in words(part) and "<html" not in part.content.decode()
    assert AccessEvent.objects.count() == looks
    Visit.objects.update(last_seen_at=timezone.now())  # a press on another button does not answer the call
    assert "Help was pressed at the tablet" in reception.reads(f"{PAGE}visit/")
    assert "Help was pressed" not in words(reception.sends(f"{PAGE}visit/with-them/"))
    visits.end(visit=visit, how="finished")
    part = reception.browser.get(f"{PAGE}visit/", headers={"HX-Request": "true"})
    assert "The visit has ended" in words(part)


def test_a_new_code_replaces_the_old_one_and_an_ended_visit_has_none(reception):
    reception.comes()
    reception.sends(f"{PAGE}visit/", place="wing")
    old = reception.browser.session["code"]
    reception.sends(f"{PAGE}visit/new-code/")
    assert visits.take_up(code=old, tablet=enrolled()[0]) is None or old == reception.browser.session["code"]
    assert "The visit has ended" in words(reception.sends(f"{PAGE}visit/end/"))
    assert "The visit has ended. Start another one." in words(reception.sends(f"{PAGE}visit/new-code/"))


def test_asking_again_needs_a_reason_and_the_reason_is_kept(reception):
    person = reception.comes(days=2)
    for question in (GMS, GP):
        reception.says(person, "no", question=question, days=1)
    nothing_said = words(reception.sends(f"{PAGE}visit/", place="wing"))
    assert "There is nothing to ask this person. Choose what the visit is for." in nothing_said
    without = words(reception.sends(f"{PAGE}visit/", place="wing", purpose="ask"))
    assert "Asking again needs a reason" in without
    assert not person.visits.exists()
    reception.sends(f"{PAGE}visit/", place="wing", purpose="ask", reason="He wants to talk about it")
    assert person.visits.get().state["asks"] == [GMS]
    assert "reason: He wants to talk about it" in reception.reads(PAGE)


def test_a_sensitive_record_starts_no_visit_and_the_page_says_why(reception):
    reception.comes(is_sensitive=True)
    for response in (reception.browser.get(f"{PAGE}visit/"), reception.sends(f"{PAGE}visit/", place="wing")):
        page = words(response)
        assert page.count("Not for a tablet: a sensitive record") == 1
        assert "Start and get the code" not in page
        assert "Record an answer given by talking" in page
    assert not Visit.objects.exists()


WITHOUT_A_TABLET = {
    "court": "Record a movement",
    "15": "Say what the clinical system shows",
    "abroad": "Record a movement",
    "conflict": "Choose which record stands",
}


@pytest.mark.parametrize(("case", "instead"), WITHOUT_A_TABLET.items())
def test_who_cannot_be_asked_on_a_tablet_has_no_form_but_what_can_be_done(reception, case, instead):
    person = reception.comes(
        days=3, prison="CFI" if case == "abroad" else "LEI", reason="" if case == "15" else "NEW_ADMISSION"
    )
    if case == "court":
        reception.leaves(person, "SENT_TO_COURT", days=1)
    if case == "conflict":
        other = reception.comes("A2222AA", days=3)
        reception.says(person, "yes", days=2)
        reception.says(other, "no", days=1)
        merged(person, other)
    page = reception.reads(f"{PAGE}visit/")
    assert "Start and get the code" not in page
    assert instead in page


def test_whoever_speaks_no_language_of_the_tablet_starts_with_an_interpreter(reception):
    person = reception.comes(language="ti", needs_interpreter=True)
    page = reception.reads(f"{PAGE}visit/")
    assert "Tigrinya; needs an interpreter" in page
    assert "The tablet does not offer Tigrinya." in page
    assert "Not possible today" in page
    without = reception.sends(f"{PAGE}visit/", place="wing")
    assert "Write who interprets, or tick that they read English well enough." in words(without)
    assert not person.visits.exists()
    reception.sends(f"{PAGE}visit/", place="wing", interpreter="Selam, Language Line")
    assert person.visits.get().state["interpreter"] == "Selam, Language Line"
    assert "Interpreter: Selam, Language Line." in reception.reads(f"{PAGE}visit/")
    reception.sends(f"{PAGE}visit/end/")
    reception.sends(f"{PAGE}visit/", place="wing", reads_english="on")
    assert person.visits.get(ended_at=None).state["interpreter"] == ""
    assert "Tigrinya; needs an interpreter" in reception.reads(PAGE)


def test_nobody_else_is_asked_for_an_interpreter_but_may_have_one(reception):
    person = reception.comes(language="en")
    assert "The tablet" not in reception.reads(f"{PAGE}visit/")
    reception.sends(f"{PAGE}visit/", place="wing", interpreter="BSL, Jo")
    assert person.visits.get().state["interpreter"] == "BSL, Jo"


def test_where_the_language_they_need_is_not_recorded_the_page_says_so_and_leads_to_it(reception):
    reception.comes(language="", needs_interpreter=True)
    page = reception.reads(f"{PAGE}visit/")
    assert "Ask for an interpreter before you start" in page
    assert "Their language is not recorded; it may be one that the tablet offers. Change who they are" in page


def test_an_interpreter_and_a_legal_status_that_are_waited_for_stand_at_the_top_with_what_to_do(reception):
    person = reception.comes(status=LegalStatus.UNKNOWN)
    assert "Find an interpreter" not in reception.reads(PAGE)
    note = {"language": "pl", "dialect": "", "visit": "", "tablet": ""}
    actions.record_note(patient=person, kind="interpreter-wanted", by=actions.PERSON, **note)
    page = reception.reads(PAGE)
    top = page[: page.index("Everything else you can do")]
    assert re.search(r"Find an interpreter: Polish They pressed for one on \w+ \d+ \w+\. Due on", top)
    assert "Find out their legal status Not known." in top
    assert "An interpreter is there" in top and "Record their legal status" in top
    reception.leaves(person, "RELEASED", days=0.5)
    page = reception.reads(PAGE)
    assert "Find an interpreter" not in page and "Find out their legal status" not in page


def test_a_legal_status_that_changed_to_nobody_knows_what_is_to_be_found_out_on_their_page_too(reception):
    person = reception.comes()
    registration.note(patient=person, kind=Notice.Kind.STATUS_CHANGED, at=ago(0.1), key="k1")
    LegalStatusRecord.objects.update(recorded_at=ago(20))
    assert "said on" in reception.reads("/staff/lists/legal-status/")
    assert re.search(r"The prison service said on \w+ \d+ \w+ that it changed, not to what\.", reception.reads(PAGE))


def test_who_left_a_tablet_before_the_end_is_to_be_seen_by_their_page_too(reception):
    person = reception.comes()
    visit, code = visits.start(patient=person, place="reception", user=reception.nurse)
    take_up(code)
    assert "See them" not in reception.reads(PAGE)
    visit.refresh_from_db()
    visits.end(visit=visit, how=visits.NOBODY_THERE)
    assert "See them – both questions The tablet was left before the end." in reception.reads(PAGE)
    visits.start(patient=person, place="reception", user=reception.nurse)
    visits.end(visit=person.visits.get(ended_at=None), how=visits.FINISHED)
    assert "See them" not in reception.reads(PAGE)


def test_the_sentence_says_by_when_each_step_of_a_registration_is_due(reception):
    person = reception.comes(days=3)
    decision = reception.says(person, "yes", days=1)
    page = reception.reads(PAGE)
    assert "check before sending is due on" in page and "Due on" not in page
    actions.second_look(
        patient=person,
        by=actions.staff(reception.nurse),
        decision=decision.hash,
        prison="LEI",
        route="talk",
        reason="",
    )
    assert re.search(r"Do not ask again\. Make the registration\. Due (on \w+ \d+ \w+|today)\.", reception.reads(PAGE))


def is_alone(reception, role):
    Post.objects.all().delete()
    give_posts(reception.nurse, role)


def test_who_may_do_nothing_of_what_there_is_reads_whose_work_it_is(reception):
    reception.says(reception.comes(days=3), "yes", days=2)
    reception.says(patient_with("A1234BC"), "no", question=GP, days=2)
    is_alone(reception, Role.RECEPTION)
    page = reception.reads(PAGE)
    assert "Nothing here is for you to do now. Whose work: Clinician." in page
    assert "There is nothing to do now" not in page
    is_alone(reception, Role.CLINICIAN)
    assert "Nothing here is for you" not in reception.reads(PAGE)


def test_where_nothing_is_to_be_done_by_anybody_the_page_says_that(reception):
    person = reception.comes(days=3)
    for question in (GMS, GP):
        reception.says(person, "no", question=question, days=2)
    is_alone(reception, Role.RECEPTION)
    assert "There is nothing to do now." in reception.reads(PAGE)


def test_that_a_clinician_looks_again_whether_they_can_decide_stands_at_the_top_for_clinicians_alone(reception):
    person = reception.comes()
    on = timezone.localdate() + timedelta(days=3)
    note = {"question": GMS, "view": "Confused tonight.", "review_on": on.isoformat()}
    actions.record_note(patient=person, kind="capacity-view", by=actions.staff(reception.doctor), **note)
    again = "Look again whether they can decide. Due on "
    is_alone(reception, Role.CLINICIAN)
    page = reception.reads(PAGE)
    assert page.count(again) == 1
    assert page.index(GMS_TITLE) < page.index(again) < page.index("Everything else you can do")
    assert again not in reception.reads("/staff/")
    for role in (Role.RECEPTION, Role.REGISTRAR):
        is_alone(reception, role)
        assert "Look again whether" not in reception.reads(PAGE) + reception.reads("/staff/")


def test_a_button_names_the_question_where_one_alone_is_open(reception):
    person = reception.comes(days=2)
    assert "Start a visit The" not in reception.reads(PAGE)
    reception.says(person, "no", days=1)
    assert "Start a visit: asking their GP" in reception.reads(PAGE)
    page = reception.browser.get(f"{PAGE}answer/?question={GP}").content.decode()
    assert page.count("checked") == 1
    assert re.search(r'name="question"[^>]*value="gp-record"[^>]*checked', page)


def test_a_point_missed_twice_is_to_be_explained_again(reception):
    from consent.kiosk import moves

    person = reception.comes()
    visit, code = visits.start(patient=person, place="wing", user=reception.nurse)
    visit = take_up(code)

    def press(do, answer=""):
        visit.refresh_from_db()
        moves.press(visit=visit, do=do, turn=str(visit.turn), view="", answer=answer)

    press("language:en-GB")
    press("confirm", "no")
    for _ in range(10):
        visit.refresh_from_db()
        if visit.state.get("step") == "check-free":
            break
        press("next")
    asked = moves.screens.current(visit).extra["asked"]["tell"]
    press("check:unsure")
    press("check:unsure")
    press("choose-now")
    press("confirm", "yes")
    visits.end(visit=visit, how="finished")
    page = reception.reads(PAGE)
    assert page.count(f"Explain again: {asked}") == 2  # on top, and in its line of the record
    look = reception.reads(f"{PAGE}check-before-sending/")
    assert asked in look
    assert "Touch your language." not in look
    assert look.index("The three choices, as they stood:") < look.index("It is still yes: send it")


def test_recorded_in_error_takes_two_people_and_stays_visible(reception):
    person = reception.comes(days=2)
    entry = reception.says(person, "no", days=1)
    reception.doctor.set_password(PASSWORD)
    reception.doctor.save()
    form = f"{PAGE}in-error/{entry.hash}/"
    reception.nurse.set_password(PASSWORD)
    reception.nurse.save()
    reception.browser.force_login(reception.nurse)
    alone = reception.sends(form, reason="wrong person", second="nurse", password=PASSWORD)
    assert "Two different people must say" in words(alone)
    wrong = reception.sends(form, reason="wrong person", second="doctor", password="guess")
    assert "do not go together. Nothing was changed." in words(wrong)
    assert "guess" not in wrong.content.decode()
    assert not Entry.objects.filter(kind="error").exists()
    done = reception.sends(form, reason="wrong person", second="doctor", password=PASSWORD)
    text = done.content.decode()
    assert "<del>" in text
    assert "Recorded in error, say nurse and doctor: wrong person" in words(done)
    assert "Rule 17" in words(done)


def test_an_entry_of_somebody_else_is_not_marked_from_this_page(reception):
    reception.comes()
    other = reception.comes("A2222AA")
    entry = reception.says(other, "no")
    assert reception.browser.get(f"{PAGE}in-error/{entry.hash}/").status_code == 404


def test_a_page_made_of_what_was_typed_runs_nothing(reception):
    reception.comes(name="<script>alert(1)</script> <b>Bold</b>")
    text = reception.browser.get(PAGE).content.decode()
    assert "<script" not in text and "<b>Bold" not in text
    assert "style=" not in text


def test_find_a_person_by_number_nhs_number_or_name(reception):
    reception.comes(nhs_number="9990000018")
    assert reception.browser.get("/staff/people/", {"find": "a1234bc"})["Location"] == PAGE
    for typed in ("999 000 0018", "9990000018", "pel", "sam", "pell sa", "a12", "A1234"):
        assert "Sam Pell A1234BC" in words(found(reception, typed)), typed
    for typed in ("nobody", "sam nobody", "ell", "a1", "999 000", "%"):
        assert f"Nobody was found for “{typed}”" in words(found(reception, typed)), typed


def found(reception, typed):
    return reception.browser.get("/staff/people/", {"find": typed})


def test_what_was_found_tells_two_people_apart(reception):
    from datetime import date

    reception.comes("A1111AA", name="Sam Anna-Maria Pell", aliases="Ziggy Star", date_of_birth=date(1985, 12, 31))
    gone = reception.comes("A2222AA", name="Sam Pell")
    reception.leaves(gone, "RELEASED", days=0.5)
    page = words(found(reception, "pell sam"))
    assert "A1111AA 31 December 1985; Leeds (HMP)" in page
    assert "A2222AA date of birth not known; not in prison as far as we know" in page
    for typed in ("star", "maria", "zig pell"):
        assert "A1111AA" in words(found(reception, typed)) and "A2222AA" not in words(found(reception, typed))


def test_a_joined_number_is_found_under_the_one_that_is_kept(reception):
    kept, removed = reception.comes("A1111AA"), reception.comes("A2222AA")
    merged(kept, removed)
    page = words(found(reception, "A22"))
    assert "A1111AA" in page and "A2222AA" not in page
    assert found(reception, "A2222AA")["Location"] == "/staff/people/A1111AA/"


def test_whoever_is_not_found_can_be_added_with_the_number_typed(reception):
    assert 'href="/staff/people/new/?number=A9999ZZ"' in found(reception, " a9999zz").content.decode()
    assert 'href="/staff/people/new/"' in found(reception, "nobody").content.decode()


def test_where_they_are_is_said_once(reception):
    reception.comes()
    assert reception.reads(PAGE).count("In Leeds (HMP) since") == 1


def test_someone_known_by_number_only_has_a_page(reception):
    patient_with("A7777AA")
    page = reception.reads("/staff/people/A7777AA/")
    assert "Not known to be in prison." in page
    assert "Nothing is asked." in page


def test_the_page_takes_few_queries_whatever_happened(reception, django_assert_max_num_queries):
    person = reception.comes(days=9)
    for days in range(8, 0, -1):
        reception.says(person, "later", days=days)
        reception.arrives(person, "RETURN_FROM_COURT", days=days)
    with django_assert_max_num_queries(28):
        reception.reads(PAGE)


# -- not for a tablet -------------------------------------------------------------------------------------------------


@pytest.fixture
def young(reception):
    return reception.comes(days=4, date_of_birth=ago(17 * 365).date())


def test_whoever_is_under_18_and_decided_later_is_left_alone_until_their_day(reception, young):
    assert "A1234BC" in reception.reads("/staff/").partition(" Due ")[2]
    for question in (GMS, GP):
        reception.says(young, "later", question=question)
    assert "A1234BC" not in reception.reads("/staff/").partition(" Due ")[2]
    assert "Due on" in reception.reads("/staff/lists/staff-first/")


def test_whoever_is_under_18_can_be_put_off_like_everybody_unless_they_have_answered(reception, young):
    assert "Not possible today" in reception.reads(PAGE)
    put_off = {"patient": young, "by": actions.staff(reception.nurse), "reason": "not well enough", "once": ""}
    actions.could_not_ask(questions=[GMS], **put_off)
    with pytest.raises(NotPossible):
        actions.could_not_ask(questions=[GMS], **put_off)


def test_of_a_held_yes_of_somebody_under_18_it_is_said_that_it_is_not_sent_and_not_to_ask_again(reception, young):
    reception.says(young, "yes", days=1)
    top = reception.reads(PAGE).partition("Who they are")[0]
    assert "Not sent yet: check before sending is due on" in top and "Do not ask again." in top
    assert "A member of staff talks with them; not on a tablet." in top


def test_on_the_day_itself_asking_again_is_due_today_and_not_was_due(reception):
    person = reception.comes(days=9)
    reception.says(person, "later", days=7)
    assert "Ask again now: it is due today." in reception.reads(PAGE)
