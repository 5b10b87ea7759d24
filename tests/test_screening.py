"""Screening for people who are not called by themselves: whom a programme would call, the list, and what came of it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import actions
from consent.staff import wording
from registration import screening
from registration.actions import merge, patient_with
from registration.by_staff import record_screening
from registration.models import Prison, ScreeningOutcome
from registration.screening import Programme, calls, programmes
from tests.staff import GMS, Reception, ago, words

pytestmark = pytest.mark.usefixtures("checked_at_once")
LIST = "/staff/lists/screening/"
PAGE = "/staff/people/A1234BC/screening/"
TODAY = date(2026, 11, 21)


def born(years, days=0):
    """The date of birth of somebody who became this old so many days ago, by our clock."""
    return screening.birthday(timezone.localdate() - timedelta(days=days), -years)


def called(age_born, sex, on=TODAY, **dealt_with):
    return {call.programme.id for call in calls(age_born, sex, on, dealt_with)}


# -- the programmes, pure ---------------------------------------------------------------------------------------------


def test_the_file_names_a_source_for_every_programme_and_who_is_checked_has_the_programme_s_own():
    assert {p.id for p in programmes()} == {"bowel", "breast", "cervical", "aaa"}
    assert all(p.source for p in programmes())
    assert all("GOV.UK" in p.source for p in programmes() if p.checked)


@pytest.mark.parametrize(
    ("programme", "sex", "first", "last"),
    [
        ("bowel", "male", date(1976, 11, 21), date(1951, 11, 22)),
        ("breast", "female", date(1976, 11, 21), date(1955, 11, 22)),
        ("cervical", "female", date(2002, 5, 21), date(1961, 11, 22)),
    ],
)
def test_they_are_called_from_a_birthday_until_the_day_before_another(programme, sex, first, last):
    one = timedelta(days=1)
    assert programme in called(first, sex) and programme not in called(first + one, sex)
    assert programme in called(last, sex) and programme not in called(last - one, sex)


def test_a_man_is_called_for_the_aorta_in_the_whole_year_in_which_he_is_65():
    assert "aaa" in called(date(1962, 3, 31), "male", date(2026, 4, 1))
    assert "aaa" in called(date(1961, 4, 1), "male", date(2027, 3, 31))
    assert "aaa" not in called(date(1961, 4, 1), "male", date(2027, 4, 1))
    assert "aaa" not in called(date(1962, 3, 31), "male", date(2026, 3, 31))
    assert "aaa" not in called(date(1962, 4, 1), "male", date(2027, 3, 31))


def test_programmes_of_the_other_sex_do_not_call_and_without_one_on_record_all_may():
    assert called(date(1961, 6, 1), "male") == {"bowel", "aaa"}
    assert called(date(1962, 6, 1), "female") == {"bowel", "breast", "cervical"}
    assert called(date(1962, 6, 1), "") == {"bowel", "breast", "cervical"}


def test_what_was_dealt_with_calls_again_when_the_interval_is_over_and_what_comes_once_never():
    man = date(1961, 6, 1)
    assert called(man, "male", bowel=TODAY, aaa=TODAY) == set()
    assert called(man, "male", bowel=date(2024, 11, 22), aaa=date(2026, 1, 1)) == set()
    assert called(man, "male", bowel=date(2024, 11, 21), aaa=date(2026, 1, 1)) == {"bowel"}


def test_somebody_born_on_29_february_has_a_birthday_every_year():
    assert screening.birthday(date(1976, 2, 29), 50) == date(2026, 3, 1)
    assert "bowel" not in called(date(1976, 2, 29), "male", date(2026, 2, 28))
    assert "bowel" in called(date(1976, 2, 29), "male", date(2026, 3, 1))


# -- the list ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def reception(db):
    return Reception()


@pytest.fixture
def sam(reception):
    return reception.comes(days=40, sex="male", date_of_birth=born(60))


def registers(reception, person):
    actions.record_note(
        patient=person, kind="registered", by=actions.staff(reception.nurse), question=GMS, reason="seen there"
    )


def test_nobody_registered_nobody_of_another_age_and_nobody_elsewhere_is_on_it(reception, sam):
    registers(reception, sam)
    reception.comes("A2222AA", sex="male", date_of_birth=born(30))
    reception.comes("A3333AA", sex="male", date_of_birth=born(60), prison="HLI")
    reception.sends("/staff/prison/", prison="LEI")
    page = reception.reads(LIST)
    assert "Nobody here would be called" in page and "A1234BC" not in page


def test_who_is_in_a_prison_outside_england_is_on_it_when_they_come_back_and_not_before(reception, sam):
    reception.leaves(sam, "TRANSFERRED", days=2)
    reception.arrives(sam, "TRANSFERRED", days=1, prison="CFI")
    reception.comes("A3333AA", prison="CFI")  # whose date of birth nobody recorded
    reception.sends("/staff/prison/", prison="CFI")
    assert "Nobody here would be called" in reception.reads(LIST)
    reception.leaves(sam, "TRANSFERRED", days=0.2, prison="CFI")
    reception.arrives(sam, "TRANSFERRED", days=0.1, prison="LEI")
    reception.sends("/staff/prison/", prison="LEI")
    assert "A1234BC" in reception.reads(LIST)


def test_whoever_is_not_registered_and_would_be_called_is_on_it_with_what_is_not_sure(reception, sam):
    page = reception.reads(LIST)
    assert "Refer by hand: Bowel cancer screening" in page and "Breast" not in page
    assert "Sex not recorded" not in page
    assert "Overdue" in page  # 28 days after they came in, which is ours


@pytest.mark.parametrize(
    ("prison", "taken", "called", "not_called"),
    [
        ("male", "taken as male, in a prison for men", "Bowel", "Breast"),
        ("female", "taken as female", "Breast", "aort"),
    ],
)
def test_in_a_prison_for_men_nobody_is_asked_before_cervical_screening_for_want_of_a_record(
    reception, prison, taken, called, not_called
):
    Prison.objects.filter(pk="LEI").update(sex=prison)
    reception.comes("A1111AA", date_of_birth=born(60))
    reception.comes("A2222AA", date_of_birth=born(30))
    page = reception.reads(LIST)
    assert f"Sex not recorded: {taken}" in page and called in page and not_called not in page
    assert ("Cervical" in page) == (prison == "female") == ("A2222AA" in page)
    form = reception.reads("/staff/people/A1111AA/screening/")
    assert called in form and ("Cervical" in form) == (prison == "female")
    reception.comes("A3333AA", date_of_birth=born(30), sex="female")
    assert "A3333AA" in reception.reads(LIST)


def test_a_sex_or_a_date_of_birth_that_is_not_recorded_is_said_and_leads_to_where_it_is_recorded(reception):
    Prison.objects.filter(pk="LEI").update(sex="mixed")
    reception.comes("A1111AA", date_of_birth=born(60))
    reception.comes("A2222AA")
    page = reception.reads(LIST)
    assert "Sex not recorded: ask before Breast screening, Cervical screening." in page
    assert "Find out their date of birth" in page
    assert page.count("Change who they are") == 2


def test_a_registration_that_is_under_way_is_to_be_looked_at_first(reception, sam):
    said = reception.says(sam, "yes")
    actions.second_look(patient=sam, by=actions.staff(reception.nurse), decision=said.hash, prison="LEI", route="talk")
    assert "Their registration is under way" in reception.reads(LIST)


@pytest.mark.parametrize("checked", [True, False])
def test_a_programme_whose_ages_nobody_has_checked_says_so(reception, sam, monkeypatch, checked):
    bowel = Programme("bowel", "Bowel cancer screening", "any", 50, 74, 2, "read there", checked)
    monkeypatch.setattr("registration.screening.programmes", lambda: (bowel,))
    assert ("Ages and interval still to be checked." in reception.reads(LIST)) == (not checked)


def test_a_sensitive_record_is_on_the_sensitive_list_alone(reception):
    reception.comes(sex="male", date_of_birth=born(60), is_sensitive=True)
    assert "A1234BC" not in reception.reads(LIST)
    assert "Refer by hand: Bowel cancer screening" in reception.reads("/staff/lists/sensitive/")


def queries_of(reception):
    reception.reads(LIST)  # who looked is kept once a day
    with CaptureQueriesContext(connection) as found:
        reception.reads(LIST)
        return len(found)


def test_the_list_takes_as_many_queries_for_many_as_for_one(reception, sam):
    one = queries_of(reception)
    for number in range(12):
        person = reception.comes(f"A{5000 + number}AA", sex="male", date_of_birth=born(60))
        record_screening(patient=person, on=timezone.localdate(), outcomes={"aaa": "declined"})
    assert "A5011AA" in reception.reads(LIST)
    assert queries_of(reception) == one


# -- what came of it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ScreeningOutcome.Outcome.values)
def test_whatever_came_of_it_takes_them_off_until_the_interval_is_over(reception, sam, outcome):
    answer = reception.sends(PAGE, bowel=outcome, on=f"{ago(3):%Y-%m-%d}")
    assert "Recorded." in words(answer) and "A1234BC" not in words(answer)
    row = ScreeningOutcome.objects.get()
    assert (row.programme, row.outcome, row.on) == ("bowel", outcome, ago(3).date())
    record_screening(patient=sam, on=screening.birthday(timezone.localdate(), -2), outcomes={"bowel": outcome})
    assert "A1234BC" in reception.reads(LIST)
    # Due again, it starts blank, and says what came of it last.
    page = reception.reads(PAGE)
    assert "Last recorded:" in page
    reception.sends(PAGE, bowel=outcome, on=f"{ago():%Y-%m-%d}")
    assert ScreeningOutcome.objects.get().on == timezone.localdate()
    assert "A1234BC" not in reception.reads(LIST)


def test_nothing_chosen_records_nothing_and_a_due_outcome_left_alone_is_kept(reception, sam):
    reception.sends(PAGE, bowel="", on=f"{ago():%Y-%m-%d}")
    assert not ScreeningOutcome.objects.exists()
    record_screening(patient=sam, on=date(2020, 1, 1), outcomes={"bowel": "done"})
    reception.sends(PAGE, bowel="", on=f"{ago():%Y-%m-%d}")
    assert ScreeningOutcome.objects.get().on == date(2020, 1, 1)


@pytest.mark.parametrize("on", ["", "2999-01-01", "1800-01-01", "31/02/2026"])
def test_a_day_that_is_ahead_or_none_is_refused(reception, sam, on):
    answer = reception.sends(PAGE, bowel="done", on=on)
    assert answer.status_code == 422
    assert not ScreeningOutcome.objects.exists()


def test_what_was_recorded_by_mistake_is_put_right_or_taken_back_and_history_keeps_it(reception, sam):
    today = f"{ago():%Y-%m-%d}"
    reception.sends(PAGE, bowel="done", on=today)
    reception.sends(PAGE, bowel="declined", on=today)
    reception.sends(PAGE, bowel="", on=today)
    assert not ScreeningOutcome.objects.exists()
    fields = ("outcome", "history_type", "history_user__username")
    kept = ScreeningOutcome.history.order_by("history_id").values_list(*fields)
    assert list(kept) == [("done", "+", "nurse"), ("declined", "~", "nurse"), ("declined", "-", "nurse")]
    assert "A1234BC" in reception.reads(LIST)


def test_what_was_recorded_before_stands_on_the_page_with_who_recorded_it(reception, sam):
    assert "What was recorded before" not in reception.reads(PAGE)
    day = wording.birthday(timezone.localdate())
    for outcome in ("done", "declined", ""):
        reception.sends(PAGE, bowel=outcome, on=f"{timezone.localdate():%Y-%m-%d}")
    told = reception.reads(PAGE).partition("What was recorded before")[2]
    removed, changed, added = told.split("nurse: Bowel cancer screening.")[1:]
    assert "Removed." in removed
    assert "What became of it: Done → Declined" in changed
    assert f"What became of it: blank → Done; Day: blank → {day}" in added
    assert "Declined" not in reception.reads("/staff/people/A1234BC/")  # which reception reads, too


def test_somebody_whom_no_programme_would_call_is_told_so(reception):
    reception.comes(sex="male", date_of_birth=born(30))
    assert "No programme would call them today" in reception.reads(PAGE)


def test_joined_records_have_one_outcome_between_them(reception, sam):
    other = reception.comes("A9999ZZ", days=1, sex="male", date_of_birth=born(60))
    record_screening(patient=sam, on=timezone.localdate(), outcomes={"bowel": "done"})
    record_screening(patient=other, on=date(2020, 1, 1), outcomes={"bowel": "done"})
    merge(kept=patient_with("A1234BC"), removed=patient_with("A9999ZZ"), at=ago())
    actions.rebuild_status()
    assert "A1234BC" not in reception.reads(LIST)
    record_screening(patient=patient_with("A1234BC"), on=timezone.localdate(), outcomes={"bowel": ""})
    assert not ScreeningOutcome.objects.exists()
    assert "A1234BC" in reception.reads(LIST)


def test_a_programme_never_changes_whether_somebody_is_asked(reception, sam):
    before = reception.reads("/staff/people/A1234BC/").partition("Everything else")[0]
    reception.sends(PAGE, bowel="declined", on=f"{ago():%Y-%m-%d}")
    assert reception.reads("/staff/people/A1234BC/").partition("Everything else")[0] == before


def test_it_is_erased_with_who_they_were_and_its_history_too(reception, sam):
    reception.sends(PAGE, bowel="declined", on=f"{ago():%Y-%m-%d}")
    reception.leaves(sam, "RELEASED", days=0.5)
    actions.erase_patient(patient=sam, ground="request")
    assert not ScreeningOutcome.objects.exists() and not ScreeningOutcome.history.exists()
