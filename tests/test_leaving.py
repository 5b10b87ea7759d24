"""Leaving prison: dates that staff enter, the papers for it, and who left after their registration was sent."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import actions, facts, leaving
from consent.journey import LEAVING
from consent.models import AccessEvent, Entry, Status
from consent.papers.leaving import release_sheet
from consent.papers.leaving_form import preregistration
from consent.roles import Role
from consent.words import content, files, publishing
from registration import leaving as days
from registration.actions import load_prisons
from registration.leaving import Dates, dates_ahead, form_due, month_before, offer_due, sheet_due
from registration.legal_status import LegalStatus
from registration.models import Patient, Prison, RegistrationRequest
from tests.printed import as_line, pages_back, read, text_of
from tests.published import publish
from tests.staff import LEEDS, Reception, ago, give_posts, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checked_at_once")]

LISTED, LEFT = "/staff/lists/leaving/", "/staff/lists/left-after-sent/"
PERSON = "/staff/people/A1234BC/"
PAGE, DONE = f"{PERSON}leaving/", f"{PERSON}leaving/done/"
TODAY = date(2026, 11, 21)


@pytest.fixture
def reception(db):
    found = Reception()
    found.comes("A7777AA", days=200)  # somebody is always there: the page begins with a prison that has people
    return found


@pytest.fixture
def sam(reception):
    """Sentenced, so that court sends nobody home."""
    return reception.comes(days=60, status=LegalStatus.SENTENCED, nhs_number="9990000018")


def in_days(number):
    return timezone.localdate() + timedelta(days=number)


def told(person, **dates):
    actions.describe_patient(patient=person, leaving_told_at=timezone.now(), **dates)
    person.refresh_from_db()


def sends_dates(reception, release="", court=""):
    return reception.sends(PAGE, expected_release=str(release), next_court=str(court))


def registers(reception, person, *, confirmed=True):
    """A yes, checked, sent, and (or not) confirmed."""
    said = reception.says(person, "yes")
    by = actions.staff(reception.nurse)
    actions.second_look(patient=person, by=by, decision=said.hash, prison="LEI", route="talk")
    work = RegistrationRequest.objects.get(patient=person)
    for step in ("made", "confirmed") if confirmed else ("made",):
        actions.move_request(request=work, to=step, user=reception.nurse, still_here=True)


# -- the days, pure ---------------------------------------------------------------------------------------------------

OPENED = datetime(2026, 11, 1, 9, tzinfo=timezone.get_default_timezone())


def test_a_date_in_the_past_is_no_date_and_today_still_is_one():
    yesterday = TODAY - timedelta(days=1)
    assert dates_ahead(yesterday, yesterday, OPENED, OPENED, TODAY) == Dates(over=yesterday)
    assert dates_ahead(None, yesterday, OPENED, OPENED, TODAY) == Dates()
    assert dates_ahead(TODAY, TODAY, OPENED, OPENED, TODAY) == Dates(TODAY, TODAY)


def test_a_date_told_in_an_earlier_stay_or_by_nobody_counts_no_more():
    later = TODAY + timedelta(days=30)
    assert dates_ahead(later, later, OPENED - timedelta(seconds=1), OPENED, TODAY) == Dates()
    assert dates_ahead(later, later, None, OPENED, TODAY) == Dates()
    assert dates_ahead(later, later, OPENED, None, TODAY) == Dates()


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 12, 21), date(2026, 11, 21)),
        (date(2027, 1, 31), date(2026, 12, 31)),
        (date(2027, 3, 31), date(2027, 2, 28)),
        (date(2028, 3, 30), date(2028, 2, 29)),
    ],
)
def test_a_month_before_is_the_same_day_or_the_last_one_that_there_is(day, before):
    assert month_before(day) == before


def test_papers_are_due_so_many_days_before_and_not_wanted_earlier():
    release = Dates(TODAY + timedelta(days=28))
    assert sheet_due(release, False, None, TODAY) == TODAY + timedelta(days=21)
    assert form_due(release, None, TODAY) == TODAY + timedelta(days=14)
    early = Dates(TODAY + timedelta(days=29))
    assert (sheet_due(early, False, None, TODAY), form_due(early, None, TODAY)) == (None, None)


def test_court_sends_home_only_who_is_on_remand_and_the_sheet_is_due_the_day_before():
    court = Dates(court=TODAY + timedelta(days=7))
    assert sheet_due(court, True, None, TODAY) == TODAY + timedelta(days=6)
    assert sheet_due(court, False, None, TODAY) is None
    assert sheet_due(Dates(court=TODAY + timedelta(days=8)), True, None, TODAY) is None


def test_a_sheet_of_the_first_visit_is_given_again_the_day_before_court_and_not_twice_that_day():
    court, first_visit = Dates(court=TODAY + timedelta(days=2)), TODAY - timedelta(days=3)
    tomorrow = TODAY + timedelta(days=1)
    assert sheet_due(court, True, first_visit, TODAY) is None
    assert sheet_due(court, True, first_visit, tomorrow) == tomorrow
    assert sheet_due(court, True, TODAY, tomorrow) == tomorrow
    assert sheet_due(court, True, tomorrow, tomorrow + timedelta(days=1)) is None


def test_the_first_sheet_is_due_with_the_second_stage_assessment_or_on_the_day_they_are_asked_later():
    came = TODAY - timedelta(days=3)
    assert offer_due(came, None, None) is None
    assert offer_due(came, came, None) == came + timedelta(days=7)
    assert offer_due(came, came + timedelta(days=40), None) == came + timedelta(days=40)
    assert offer_due(came, came, came) is None


def test_a_sheet_given_lately_is_right_and_an_older_one_is_given_again():
    dates = Dates(TODAY + timedelta(days=10))
    assert sheet_due(dates, False, TODAY - timedelta(days=18), TODAY) is None
    assert sheet_due(dates, False, TODAY - timedelta(days=19), TODAY) == TODAY + timedelta(days=3)


def test_a_form_sent_before_the_month_counts_for_nothing():
    dates = Dates(date(2026, 12, 11))
    assert form_due(dates, date(2026, 11, 11), TODAY) is None
    assert form_due(dates, date(2026, 11, 10), TODAY) == date(2026, 11, 27)


# -- dates entered by staff -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["yesterday", "31/02/2027", "2020-01-01", "2999-01-01"])
def test_a_day_that_is_over_or_none_is_refused_and_nothing_is_changed(reception, sam, typed):
    answer = sends_dates(reception, release=typed)
    assert answer.status_code == 422 and "There is a problem" in words(answer)
    assert Patient.objects.get(pk=sam.pk).expected_release is None


def test_dates_stand_on_the_page_of_the_person_with_what_they_were_before(reception, sam):
    sends_dates(reception, release=in_days(90), court=in_days(5))
    sends_dates(reception, release=in_days(60))
    page = reception.reads(PERSON)
    assert "Expected release date" in page and "nurse" in page
    assert f"Expected release date {in_days(60).day} " in page
    assert "Next court date Not known" in page
    assert Patient.history.filter(expected_release=in_days(90), next_court=in_days(5)).exists()


def test_the_same_dates_saved_again_change_nothing(reception, sam):
    sends_dates(reception, release=in_days(90))
    before = Patient.history.count()
    sends_dates(reception, release=in_days(90))
    assert Patient.history.count() == before


def test_a_date_that_is_over_is_shown_as_not_known(reception, sam):
    told(sam, expected_release=in_days(-1), next_court=in_days(-1))
    page = reception.reads(PERSON)
    assert "Expected release date Not known" in page and "Next court date Not known" in page
    assert 'value="20' not in reception.browser.get(PAGE).content.decode()


def test_who_is_still_here_after_the_date_is_on_the_list_until_another_is_entered(reception, sam):
    """Papers were due for that date: nobody may drop off the list because it has passed."""
    told(sam, expected_release=in_days(-1))
    page = reception.reads(LISTED)
    assert "Enter the new date" in page and "Was expected to leave on" in page and "Due today" in page
    told(sam, expected_release=in_days(-2))
    assert "A1234BC" in reception.reads("/staff/lists/overdue/")
    sends_dates(reception, release=in_days(9))
    page = reception.reads(LISTED)
    assert "Enter the new date" not in page and "Give the release sheet" in page


def test_that_no_new_date_is_known_can_be_said_too(reception, sam):
    told(sam, expected_release=in_days(-1))
    sends_dates(reception)
    assert Patient.objects.get(pk=sam.pk).expected_release is None
    assert "A1234BC" not in reception.reads(LISTED)


def test_a_date_of_an_earlier_stay_does_not_come_back_with_them(reception, sam):
    told(sam, expected_release=in_days(20))
    reception.leaves(sam, "RELEASED", days=-0)
    Patient.objects.filter(pk=sam.pk).update(leaving_told_at=ago(3))
    actions.rebuild_status()
    again = reception.comes("A2222AA", days=1)
    told(again, expected_release=in_days(20))
    Patient.objects.filter(pk=again.pk).update(leaving_told_at=ago(2))
    assert "A2222AA" not in reception.reads(LISTED)


def test_who_left_sooner_than_expected_has_no_papers_due(reception, sam):
    told(sam, expected_release=in_days(9))
    assert "Papers for leaving" in reception.reads(PERSON)
    reception.leaves(sam, "RELEASED", days=0.5)
    page = reception.reads(PERSON)
    assert "Papers for leaving" not in page and "Expected release date Not known" in page
    assert reception.browser.get(f"{PERSON}gp-outside.pdf").status_code == 409


def test_dates_never_change_whether_somebody_is_asked(reception, sam):
    before = facts.standing_of(sam)
    told(sam, expected_release=in_days(1), next_court=in_days(1))
    assert facts.standing_of(sam) == before


def test_they_are_erased_with_the_rest(reception, sam):
    told(sam, expected_release=in_days(20), next_court=in_days(3))
    reception.leaves(sam, "RELEASED", days=0.5)
    actions.erase_patient(patient=sam, ground="request")
    row = Patient.objects.get(pk=sam.pk)
    assert (row.expected_release, row.next_court, row.leaving_told_at) == (None, None, None)
    assert not Patient.history.filter(id=sam.pk).exists()


# -- the list of who leaves -------------------------------------------------------------------------------------------


def test_nobody_without_a_date_or_with_one_far_ahead_is_on_the_list(reception, sam):
    assert "Nobody is expected to leave" in reception.reads(LISTED)
    told(sam, expected_release=in_days(29))
    assert "A1234BC" not in reception.reads(LISTED)


def test_who_leaves_is_on_the_list_until_each_thing_is_done(reception, sam):
    told(sam, expected_release=in_days(28))
    page = reception.reads(LISTED)
    assert "Give the release sheet" in page and "Ask a GP outside" in page
    page = words(reception.sends(DONE, what=leaving.SHEET, list="leaving"))
    assert "they have the release sheet" in page
    assert "Give the release sheet" not in page and "Ask a GP outside" in page
    assert "A1234BC" not in words(reception.sends(DONE, what=leaving.FORM, list="leaving"))
    assert "Given the release sheet." in reception.reads(PERSON)


def test_what_was_done_is_recorded_once_a_day_and_never_for_nothing(reception, sam):
    told(sam, expected_release=in_days(20))
    for _ in range(2):
        page = words(reception.sends(DONE, what=leaving.SHEET))
    assert "was done already" in page
    assert Entry.objects.filter(kind=leaving.SHEET).count() == 1
    for nonsense in ("", "decision", leaving.CHECKED):
        assert "was done already" in words(reception.sends(DONE, what=nonsense))
    assert Entry.objects.filter(kind__in=("", leaving.CHECKED)).count() == 0


def test_what_was_recorded_in_error_is_to_be_done_again(reception, sam):
    told(sam, expected_release=in_days(20))
    reception.sends(DONE, what=leaving.SHEET)
    assert "Give the release sheet" not in reception.reads(LISTED)
    actions.record_in_error(
        entry=Entry.objects.get(kind=leaving.SHEET), user=reception.nurse, second=reception.doctor, reason="another"
    )
    assert "Give the release sheet" in reception.reads(LISTED)


def test_who_is_on_remand_is_on_the_list_before_court_and_the_sentenced_are_not(reception, sam):
    remand = reception.comes("A2222AA", status=LegalStatus.REMAND)
    told(remand, next_court=in_days(1))
    told(sam, next_court=in_days(1))
    page = reception.reads(LISTED)
    assert "A2222AA" in page and "A1234BC" not in page
    assert "may leave from there. Due today" in page


def given(reception, person, days):
    held, said = facts.hold(person), {"question": "", "refers": []}
    held.append(kind=leaving.SHEET, at=ago(days), by=actions.staff(reception.nurse), data=said)
    facts.project(held)


def test_who_had_the_sheet_at_the_first_visit_has_it_again_the_day_before_court(reception):
    remand = reception.comes("A2222AA", days=20)
    given(reception, remand, 19)
    told(remand, next_court=in_days(2))
    assert "A2222AA" not in reception.reads(LISTED)
    told(remand, next_court=in_days(1))
    assert "may leave from there. Due today" in reception.reads(LISTED)
    reception.sends("/staff/people/A2222AA/leaving/done/", what=leaving.SHEET, list="leaving")
    assert "A2222AA" not in reception.reads(LISTED)


def test_who_is_on_remand_with_no_date_is_on_the_list_from_the_first_answer_until_they_have_the_sheet(reception, sam):
    missed = reception.comes("A2222AA", days=9)
    reception.says(sam, "later", days=8)
    assert "A2222AA" not in reception.reads(LISTED)  # not asked yet: on the list for that
    reception.says(missed, "later", question="gp-record", days=8)
    page = reception.reads(LISTED)
    assert "A2222AA" in page and "on a day that nobody knows. Overdue" in page
    assert not {"A1234BC", "A7777AA"} & set(page.split())  # sentenced; never asked
    assert "A2222AA" in reception.reads("/staff/lists/overdue/")
    assert "on a day that nobody knows. Overdue" in reception.reads("/staff/people/A2222AA/leaving/")
    reception.sends("/staff/people/A2222AA/leaving/done/", what=leaving.SHEET, list="leaving")
    assert "A2222AA" not in reception.reads(LISTED)
    actions.record_in_error(
        entry=Entry.objects.get(kind=leaving.SHEET), user=reception.nurse, second=reception.doctor, reason="another"
    )
    assert "A2222AA" in reception.reads(LISTED)


def test_an_answer_of_before_this_system_and_one_that_was_not_possible_are_no_first_visit(reception):
    """Else everybody on remand would be overdue on the day a prison begins."""
    ill, known = reception.comes("A2222AA", days=30), reception.comes("A3333AA", days=30)
    actions.import_decision(
        number="A3333AA", question="gp-record", answer="no", at=ago(29), prison_id="LEI", recorded_by="x", source="x"
    )
    actions.could_not_ask(
        patient=ill, questions=["gp-record"], by=actions.staff(reception.nurse), reason="No interpreter", once=""
    )
    assert "may leave from court, on" not in reception.reads(LISTED)
    assert facts.standing_of(known).questions["gp-record"].imported


def test_a_sheet_given_at_another_prison_of_this_stay_is_enough_and_one_of_an_earlier_stay_is_not(reception):
    moved = reception.comes("A2222AA", days=30)
    reception.says(moved, "no", days=29)
    given(reception, moved, 29)
    reception.leaves(moved, "TRANSFERRED", days=5)
    reception.arrives(moved, "TRANSFERRED", days=4, prison="HLI")
    reception.sends("/staff/prison/", prison="HLI")
    assert "A2222AA" not in reception.reads(LISTED)
    reception.leaves(moved, "RELEASED", days=3, prison="HLI")
    reception.arrives(moved, "NEW_ADMISSION", days=2, prison="HLI")
    reception.says(moved, "no", days=1)
    assert "A2222AA" in reception.reads(LISTED)


def test_who_is_on_remand_with_no_date_is_looked_for_without_reading_everybody(reception):
    for number, more in enumerate(({"status": LegalStatus.SENTENCED}, {}, {}, {})):
        person = reception.comes(f"A{2000 + number}AA", days=9, **more)
        if number != 1:
            reception.says(person, "no", days=8)
        if number == 2:
            given(reception, person, 8)
    found = Status.objects.filter(leaving.may_leave_from_court()).values_list("patient__prison_number", flat=True)
    assert set(found) == {"A2003AA"}


def test_who_is_on_remand_is_offered_the_sheet_from_the_first_visit_on(reception, sam):
    offered = "They may leave from court, on a day that nobody knows."
    reception.comes("A2222AA", status=LegalStatus.CONVICTED_UNSENTENCED, days=0.01)
    assert offered in reception.reads("/staff/people/A2222AA/")
    assert offered not in reception.reads(PERSON)
    # An answer on paper or by talking leads to that page.
    answer = reception.sends(
        "/staff/people/A2222AA/answer/",
        question="gp-record",
        answer="later",
        route="paper",
        by="person",
        at=f"{timezone.localtime():%Y-%m-%dT%H:%M}",
        no_code="on",
        once="x",
    )
    assert offered in words(answer)


def test_the_work_follows_the_person_to_the_next_prison(reception, sam):
    told(sam, expected_release=in_days(20))
    reception.leaves(sam, "TRANSFERRED", days=0.2)
    reception.arrives(sam, "TRANSFERRED", days=0.1, prison="HLI")
    reception.comes("A2222AA")
    for prison, is_there in (("LEI", False), ("HLI", True)):
        reception.sends("/staff/prison/", prison=prison)
        assert ("A1234BC" in reception.reads(LISTED)) is is_there


def test_a_sensitive_record_is_on_the_sensitive_list_alone(reception):
    person = reception.comes(is_sensitive=True)
    told(person, expected_release=in_days(3))
    assert "A1234BC" not in reception.reads(LISTED)
    assert "Give the release sheet" in reception.reads("/staff/lists/sensitive/")


# -- who left after it was sent ---------------------------------------------------------------------------------------


def test_who_left_with_nothing_sent_is_not_on_the_list(reception, sam):
    reception.says(sam, "yes")
    reception.leaves(sam, "RELEASED", days=0.5)
    assert "Nobody left whose registration" in reception.reads(LEFT)


def test_who_is_still_there_or_has_just_left_is_not_on_it(reception, sam):
    registers(reception, sam)
    assert "A1234BC" not in reception.reads(LEFT)
    reception.leaves(sam, "RELEASED", days=0.01)  # a release is undone now and then: it has to settle
    assert "A1234BC" not in reception.reads(LEFT)


@pytest.mark.parametrize(
    ("confirmed", "sentence"), [(True, "registered with the prison GP"), (False, "never confirmed")]
)
def test_who_left_after_it_was_sent_is_on_the_list_of_the_prison_they_left(reception, sam, confirmed, sentence):
    registers(reception, sam, confirmed=confirmed)
    reception.leaves(sam, "RELEASED", days=8)
    reception.comes("A2222AA")
    page = reception.reads(LEFT)
    assert sentence in page and "Overdue: was due on" in page
    reception.sends("/staff/prison/", prison="HLI")
    assert "A1234BC" not in reception.reads(LEFT)
    assert "Look into it: they left after it was sent" in reception.reads(PERSON)


@pytest.mark.parametrize("confirmed", [True, False])
@pytest.mark.parametrize("page", [LEFT, PERSON, PAGE])
def test_from_wherever_it_is_looked_into_the_end_of_the_registration_can_be_recorded(reception, sam, confirmed, page):
    registers(reception, sam, confirmed=confirmed)
    reception.leaves(sam, "RELEASED", days=1)
    reception.comes("A2222AA")
    step = f"/staff/registrations/{RegistrationRequest.objects.get().pk}/"
    assert step in reception.browser.get(page).content.decode()
    assert "It has ended" in reception.reads(step)
    reception.sends(step, to="ended", reason="with a GP at home")
    assert RegistrationRequest.objects.get().state == "ended"
    assert "A1234BC" not in reception.reads(LEFT)
    assert step not in reception.browser.get(page).content.decode()


def test_who_does_no_registrations_is_not_led_to_their_steps_from_leaving(reception, sam):
    registers(reception, sam)
    reception.leaves(sam, "RELEASED", days=1)
    clinician = Client()
    clinician.force_login(User.objects.create_user("clinician"))
    give_posts(User.objects.get(username="clinician"), Role.CLINICIAN, prison="LEI")
    page = clinician.get(PAGE).content.decode()
    assert "Looked into" in page and "/staff/registrations/" not in page


def test_who_was_sent_elsewhere_before_is_on_the_list_of_their_last_prison_alone(reception, sam):
    registers(reception, sam)
    reception.leaves(sam, "TRANSFERRED", days=3)
    reception.arrives(sam, "TRANSFERRED", days=2, prison="HLI")
    reception.leaves(sam, "RELEASED", days=1, prison="HLI")
    reception.comes("A2222AA")
    for prison, is_there in (("LEI", False), ("HLI", True)):
        reception.sends("/staff/prison/", prison=prison)
        assert ("A1234BC" in reception.reads(LEFT)) is is_there


def test_looked_into_takes_them_off_for_this_time_and_an_error_puts_them_back(reception, sam):
    registers(reception, sam)
    reception.leaves(sam, "RELEASED", days=1)
    page = words(reception.sends(DONE, what=leaving.CHECKED, list="left-after-sent"))
    assert "A1234BC" not in page and "Recorded: it was looked into" in page
    assert "was done already" in words(reception.sends(DONE, what=leaving.CHECKED))
    assert "Looked into after they left" in reception.reads(PERSON)
    actions.record_in_error(
        entry=Entry.objects.get(kind=leaving.CHECKED), user=reception.nurse, second=reception.doctor, reason="another"
    )
    assert "A1234BC" in reception.reads(LEFT)


def test_who_comes_back_is_on_it_no_more_and_a_registration_of_an_earlier_stay_does_not_count(reception, sam):
    registers(reception, sam)
    reception.leaves(sam, "RELEASED", days=3)
    assert "A1234BC" in reception.reads(LEFT)
    reception.arrives(sam, "NEW_ADMISSION", days=-0)
    assert "A1234BC" not in reception.reads(LEFT)


def test_who_was_erased_is_nobodys_work_any_more(reception, sam):
    registers(reception, sam)
    reception.leaves(sam, "RELEASED", days=1)
    actions.erase_patient(patient=sam, ground="request")
    assert "Nobody left whose registration" in reception.reads(LEFT)


def test_who_died_is_on_no_list_of_people_who_left(reception, sam):
    registers(reception, sam)
    reception.leaves(sam, "RELEASED", days=1, code="DEC")
    assert "A1234BC" not in reception.reads(LEFT)


def test_a_sensitive_record_of_somebody_who_left_is_on_the_sensitive_list(reception):
    person = reception.comes(days=60, status=LegalStatus.SENTENCED)
    registers(reception, person)
    actions.describe_patient(patient=person, is_sensitive=True)
    reception.leaves(person, "RELEASED", days=1)
    reception.comes("A2222AA")
    assert "A1234BC" not in reception.reads(LEFT)
    assert "whether they have a way back to a GP" in reception.reads("/staff/lists/sensitive/")


@pytest.mark.parametrize("path", [LISTED, LEFT])
def test_a_list_takes_as_many_queries_for_many_as_for_one(reception, sam, path):
    def queries():
        reception.reads(path)  # who looked is kept once a day
        with CaptureQueriesContext(connection) as found:
            assert "A1234BC" in reception.reads(path)
            return len(found)

    def leaves(person):
        if path == LEFT:
            registers(reception, person)
            reception.leaves(person, "RELEASED", days=1)
        else:
            told(person, expected_release=in_days(9))

    reception.comes("A2222AA")
    leaves(sam)
    one = queries()
    for number in range(10):
        leaves(reception.comes(f"A{5000 + number}AA", days=60, status=LegalStatus.SENTENCED))
    assert queries() == one


# -- the release sheet ------------------------------------------------------------------------------------------------


def sheet_of(person, language="en-GB"):
    return release_sheet(person, at=timezone.now(), language=language)


def told_by(pdf):
    return as_line(" ".join(pages_back(pdf)))


@pytest.mark.parametrize(
    ("home_gp", "sentence"),
    [
        ("yes", "When you leave, ask your GP if you are still on their list."),
        ("no", "We were told that you have no GP at home."),
        ("unsure", "We do not know if you have a GP at home."),
    ],
)
def test_who_is_not_registered_is_told_so_and_where_they_stand_at_home(reception, sam, home_gp, sentence):
    actions.describe_patient(patient=sam, home_gp=home_gp)
    said = told_by(sheet_of(Patient.objects.get(pk=sam.pk)))
    assert "We think you are not signed up with the prison GP." in said and sentence in said
    assert "You may not be on their list any more." not in said


def test_what_was_sent_and_not_confirmed_may_be_and_what_was_confirmed_is(reception, sam):
    registers(reception, sam, confirmed=False)
    said = told_by(sheet_of(sam))
    assert "You may be signed up with the prison GP." in said
    assert "You may not be on their list any more." in said
    actions.move_request(request=RegistrationRequest.objects.get(), to="confirmed", user=reception.nurse)
    assert "You are signed up with the prison GP." in told_by(sheet_of(sam))


def test_a_registration_of_an_earlier_stay_may_still_stand(reception, sam):
    by = actions.staff(reception.nurse)
    actions.record_note(patient=sam, kind="registered", by=by, question="gms-registration")
    reception.leaves(sam, "RELEASED", days=-1)
    reception.arrives(sam, "NEW_ADMISSION", days=-2)
    said = told_by(release_sheet(sam, at=ago(-3), language="en-GB"))
    assert "You may be signed up with the prison GP." in said


def test_a_yes_that_was_not_sent_is_no_registration_and_no_answer_is_on_the_sheet(reception, sam):
    before = told_by(sheet_of(sam))
    reception.says(sam, "yes")
    assert told_by(sheet_of(sam)) == before


def test_nothing_that_is_not_known_is_made_up(reception, sam):
    said = told_by(sheet_of(sam))
    assert "999 000 0018" in said
    actions.describe_patient(patient=sam, nhs_number="")
    sam.refresh_from_db()
    said = told_by(sheet_of(sam))
    assert "This is your NHS number." not in said and "You do not need your NHS number." in said
    # Nobody has set how healthcare is reached: there is a line to write it on.
    assert said.endswith("You can call health staff at this prison.")


def test_how_healthcare_is_reached_is_set_by_the_manager_and_printed(reception, sam):
    browser, path = reception.browser, "/staff/prisons/LEI/settings/"
    hold = {"hold": "second-look", "hold_hours": "72", "takes-": "short"}
    browser.post(path, {**hold, "healthcare_contact": "0113 496 0000"})
    assert told_by(sheet_of(sam)).endswith("at this prison. 0113 496 0000")
    # The prison still follows the file: nobody has said anything else of it.
    load_prisons([{**LEEDS, "name": "Leeds, renamed"}])
    assert Prison.objects.get(pk="LEI").name == "Leeds, renamed"
    assert Prison.objects.get(pk="LEI").healthcare_contact == "0113 496 0000"


@pytest.mark.parametrize("language", [tag for tag in files.languages() if tag != "en-GB"])
def test_the_sheet_is_in_their_language_and_in_english_on_two_pages_each(reception, sam, language):
    publish(*(tag for tag in files.languages() if tag != "en-GB"))
    pdf = sheet_of(sam, language)
    pages = pages_back(pdf)
    assert len(pages) == 4
    said = content.current(LEAVING, language)
    wanted = [
        said.sentence(name) for name in ("title:sheet", "title:now", "title:sign", "now.prison.no/not", "sign.how/go")
    ]
    assert_part(" ".join(pages[:2]), wanted, language)
    assert "For when you leave." in as_line(pages[2])
    root = read(pdf).trailer["/Root"]
    assert root["/Lang"] == language
    # Groups of digits stand in their own order, from right to left too.
    assert "999 000 0018" in as_line(pages[0] + pages[1])


def assert_part(text, sentences, language):
    from tests.printed import BACK, share_back

    assert share_back(text, " ".join(sentences)) >= BACK.get(language, 1)


def test_the_same_sheet_prints_the_same_bytes(reception, sam):
    assert sheet_of(sam) == sheet_of(sam)


def test_words_without_sign_off_are_not_published_in_production(db, settings):
    settings.IS_DEMONSTRATION = False
    monkey = files.load("leaving.toml", files.read(files.FOLDER / "en-GB" / "leaving.toml"))
    with pytest.raises(files.NotPublishable, match="have no clinical sign-off"):
        publishing.check_signed(monkey)


def test_in_a_demonstration_the_paper_says_that_its_words_are_not_signed(reception, sam):
    told(sam, expected_release=in_days(20))
    for pdf in (sheet_of(sam), preregistration(sam, leaves=in_days(20), at=timezone.now())):
        assert "These words have not been signed off." in text_of(pdf)


# -- the form for a GP outside ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("release", "why"),
    [(None, "Enter the expected release date first."), (45, "one month before they leave"), (-1, "Enter the expected")],
)
def test_the_form_is_made_only_within_a_month_before_they_leave(reception, sam, release, why):
    if release:
        told(sam, expected_release=in_days(release))
    reply = reception.browser.get(f"{PERSON}gp-outside.pdf")
    assert reply.status_code == 409 and why in reply.content.decode()
    assert not AccessEvent.objects.filter(what="print pre-registration").exists()
    page = reception.reads(PAGE)
    assert ("It can be made from" in page) is (release == 45)


def test_a_court_date_is_enough_for_who_is_on_remand_and_the_form_says_that_it_is_one(reception, sam):
    remand = reception.comes("A2222AA")
    page = "/staff/people/A2222AA/"
    assert "or the next court date first" in reception.reads(f"{page}leaving/")
    assert b"or the next court date first" in reception.browser.get(f"{page}gp-outside.pdf").content
    for person in (remand, sam):
        told(person, next_court=in_days(1))
    assert reception.browser.get(f"{PERSON}gp-outside.pdf").status_code == 409
    (said,) = pages_back(reception.browser.get(f"{page}gp-outside.pdf").content)
    assert "May leave from court on" in as_line(said) and "Expected to leave" not in as_line(said)
    assert "Form for a GP outside (PDF)" in reception.reads(f"{page}leaving/")
    told(remand, next_court=in_days(40))
    assert "It can be made from" in reception.reads(f"{page}leaving/")


def test_the_form_says_who_they_are_on_one_page_and_leaves_room_to_sign(reception, sam):
    actions.describe_patient(
        patient=sam, date_of_birth=date(1968, 3, 9), sex="male", needs_interpreter=True, language="pl"
    )
    publish("pl")
    told(sam, expected_release=in_days(20))
    reply = reception.browser.get(f"{PERSON}gp-outside.pdf")
    assert reply["Content-Type"] == "application/pdf"
    (page,) = pages_back(reply.content)
    said = as_line(page)
    for text in (
        "Sam Pell",
        "9 March 1968",
        "999 000 0018",
        "Polish. Needs an interpreter.",
        "Leeds (HMP)",
        "You do not need to see proof of address or ID.",
        "If you agree, you can use your own address.",
        "Jestem teraz w więzieniu.",
        "Signature",
    ):
        assert text in said
    assert "A1234BC" not in said  # the prison number is nobody's outside
    assert AccessEvent.objects.filter(what="print pre-registration").count() == 1


# -- who may ----------------------------------------------------------------------------------------------------------


def test_every_paper_that_is_printed_is_noted(reception, sam):
    assert reception.browser.get(f"{PERSON}leaving.pdf").status_code == 200
    assert reception.browser.get(f"{PERSON}leaving.pdf?language=xx").status_code == 404
    assert AccessEvent.objects.filter(what="print release sheet").count() == 1
    assert max(map(len, ("print release sheet", "print pre-registration", "list left-after-sent"))) <= 30


def test_nobody_who_is_not_signed_in_sees_anything(reception, sam):
    for path in (PAGE, f"{PERSON}leaving.pdf", f"{PERSON}gp-outside.pdf", LISTED, LEFT):
        assert Client().get(path).status_code == 302


def test_what_is_due_is_ours_and_says_so(reception):
    assert timedelta(days=7) == days.LEFT_DUE and timedelta(days=28) == days.LISTED
    assert re.search(r"due dates? (is|are) ours", reception.reads(LEFT))
    assert re.search(r"due dates? (is|are) ours", reception.reads(LISTED))
