"""From "they said yes" to "they are registered": to make, made, confirmed; at whatever prison the person is now."""

import csv
import io
import json
import re
from datetime import date, timedelta

import pypdf
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import actions, facts
from consent.models import AccessEvent, Entry
from consent.policy import working_days_after
from consent.roles import Role
from consent.staff import wording
from consent.staff.matters import matters_with_request
from consent.standing import local_date
from registration import actions as registration
from registration.legal_status import LegalStatus
from registration.models import Message, Prison, RegistrationDetails, RegistrationRequest
from tests.printed import every_warning_fails as every_warning_fails
from tests.staff import GMS, Reception, ago, give_posts, words

pytestmark = pytest.mark.django_db
PAGE = "/staff/people/A1234BC/"
TO_MAKE, TO_CONFIRM = "/staff/lists/registrations/", "/staff/lists/registrations-to-confirm/"
HERE = {"still_here": "on"}


@pytest.fixture
def reception(db):
    return Reception()


def said_yes(reception, *, days=1.0, number="A1234BC", **more):
    """Somebody whose yes was checked before sending: the registration is to be made."""
    person = reception.comes(number, days=days + 1, **more)
    entry = reception.says(person, "yes", days=days)
    actions.second_look(
        patient=person, by=actions.staff(reception.doctor), decision=entry.hash, prison="LEI", route="talk"
    )
    return person


def step():
    return f"/staff/registrations/{RegistrationRequest.objects.latest('pk').pk}/"


def opened(days):
    """The open request was opened, or last changed, so many days ago."""
    RegistrationRequest.objects.update(opened_at=ago(days), changed_at=ago(days))


# -- the steps --------------------------------------------------------------------------------------------------------


def test_a_registration_is_made_then_confirmed_and_only_then_registered(reception):
    person = said_yes(reception)
    assert "Make the registration" in reception.reads(TO_MAKE)
    assert reception.sends(step(), to="confirmed").status_code == 422
    reception.sends(step(), to="made", **HERE)
    assert not facts.standing_of(person).questions[GMS].registered
    page = reception.reads(step())
    assert "do not make again. “They said yes” is not “they are registered”." in page
    assert "Stop: nothing was sent, and it is not to be made" in page
    assert "There is no registration to begin or make." in reception.reads(TO_MAKE)
    assert "Write the reason." in words(reception.sends(step(), to="rejected"))
    reception.sends(step(), to="confirmed")
    assert re.search(r"The registration was confirmed on [\w ]+\. What happened", reception.reads(step()))
    assert "Registered with the prison GP. Do not ask again." in reception.reads(PAGE)
    assert "There is no registration to confirm." in reception.reads(TO_CONFIRM)


def test_a_rejected_registration_says_why_and_can_be_begun_again(reception):
    said_yes(reception)
    reception.sends(step(), to="made", **HERE)
    reception.sends(step(), to="rejected", reason="wrong date of birth")
    page = reception.reads(TO_MAKE)
    assert "the registration was rejected. It can be begun again." in page
    assert "rejected on" in reception.reads(PAGE) and "wrong date of birth" in reception.reads(PAGE)
    reception.sends(f"{PAGE}begin-registration/", list="registrations")
    assert RegistrationRequest.objects.filter(state="to-make").count() == 1
    again = words(reception.sends(f"{PAGE}begin-registration/"))
    assert "A request is open already." in again


def test_a_yes_held_by_hours_may_be_begun_when_they_have_run_out(reception):
    prison = Prison.objects.get(pk="LEI")
    actions.set_prison_policy(prison=prison, hold="hours", hold_hours=6, takes={})
    person = reception.comes(days=2, status=LegalStatus.SENTENCED)
    reception.says(person, "yes", days=1, is_explained=True)
    assert "Begin the registration" in reception.reads(TO_MAKE)
    reception.sends(f"{PAGE}begin-registration/")
    assert RegistrationRequest.objects.get().state == "to-make"


def test_nothing_begins_without_a_yes(reception):
    reception.comes()
    assert "There is no yes that may be sent now." in words(reception.sends(f"{PAGE}begin-registration/"))


def test_it_has_ended_when_they_are_on_another_list_and_is_not_begun_again_without_talking(reception):
    person = said_yes(reception)
    for to in ("made", "confirmed"):
        reception.sends(step(), to=to, **HERE)
    assert f'href="{step()}"' in reception.browser.get(PAGE).content.decode()
    assert "Write the reason." in words(reception.sends(step(), to="ended"))
    reception.sends(step(), to="ended", reason="registered at home")
    page = reception.reads(PAGE)
    assert not facts.standing_of(person).questions[GMS].registered
    assert "Not on the prison GP’s list any more." in page
    assert "The registration ended on" in page and "registered at home" in page
    assert "Before it is begun again they are asked whether it is still yes: that is due on" in page
    about = next(matter for matter in matters_with_request(person) if matter.question.id == GMS)
    late = wording.follows(about.asked, about.rule.code, timezone.localdate() - timedelta(days=1), about.request)
    assert "whether it is still yes: that was due on" in late
    assert "A1234BC" in reception.reads("/staff/lists/check-before-sending/")
    assert "A1234BC" not in reception.reads(TO_MAKE)
    assert "no yes that may be sent" in words(reception.sends(f"{PAGE}begin-registration/"))
    assert "There is no step left" in reception.reads(step())


def checked_once_more(reception, person):
    yes = facts.standing_of(person).questions[GMS].line
    actions.second_look(patient=person, by=actions.staff(reception.nurse), decision=yes, prison="LEI", route="talk")


def test_registered_again_after_it_ended_counts(reception):
    person = said_yes(reception)
    for to, reason in (("made", ""), ("confirmed", ""), ("ended", "registered at home")):
        reception.sends(step(), to=to, reason=reason, **HERE)
    checked_once_more(reception, person)
    for to in ("made", "confirmed"):
        reception.sends(step(), to=to, **HERE)
    assert facts.standing_of(person).questions[GMS].registered


# -- it moves with the person -----------------------------------------------------------------------------------------


def test_made_at_leeds_it_is_confirmed_at_hull_and_not_made_again(reception):
    person = said_yes(reception)
    reception.sends(step(), to="made", **HERE)
    assert RegistrationRequest.objects.get().made_in_id == "LEI"
    reception.leaves(person, "TRANSFERRED", days=0.01)
    reception.arrives(person, "TRANSFERRED", prison="HLI")
    hull, registrar = Client(), reception.doctor
    registrar.posts.all().delete()
    give_posts(registrar, Role.REGISTRAR, prison="HLI")
    hull.force_login(registrar)
    page = words(hull.get(TO_CONFIRM))
    assert "A1234BC" in page
    assert "Made at Leeds (HMP) on" in page and "not confirmed: confirm, do not make again." in page
    assert "A1234BC" not in words(hull.get(TO_MAKE))
    reception.sends("/staff/prison/", prison="LEI")
    assert "A1234BC" not in reception.reads(TO_CONFIRM)  # nobody at Leeds has to do anything
    assert "A request is open already." in words(hull.post(f"{PAGE}begin-registration/", follow=True))
    hull.post(step(), {"to": "confirmed"})
    assert facts.standing_of(person).questions[GMS].registered


def test_made_at_leeds_it_is_confirmed_from_a_prison_in_wales_too_where_nothing_is_asked_or_made(reception):
    person = said_yes(reception)
    reception.sends(step(), to="made", **HERE)
    opened(40)
    reception.leaves(person, "TRANSFERRED", days=0.01)
    reception.arrives(person, "TRANSFERRED", prison="CFI")
    reception.sends("/staff/prison/", prison="CFI")
    page = reception.reads(TO_CONFIRM)
    assert "Confirm the registration" in page and "Overdue" in page
    assert "Nothing is asked in this prison." in reception.reads(PAGE)
    assert "A1234BC" in reception.reads("/staff/lists/overdue/")
    assert "A1234BC" not in reception.reads(TO_MAKE)
    reception.sends(step(), to="rejected", reason="moved to Wales")
    assert "There is no registration to confirm." in reception.reads(TO_CONFIRM)


def test_not_made_yet_it_is_made_where_they_are_now(reception):
    person = said_yes(reception)
    reception.leaves(person, "TRANSFERRED", days=0.01)
    reception.arrives(person, "TRANSFERRED", prison="HLI")
    reception.sends(step(), to="made", **HERE)
    assert RegistrationRequest.objects.get().made_in_id == "HLI"


# -- when it is due ---------------------------------------------------------------------------------------------------


def test_ten_working_days_leave_out_the_weekends_and_bank_holidays():
    friday = date(2026, 11, 20)
    assert working_days_after(friday, 1, facts.BANK_HOLIDAYS) == date(2026, 11, 23)
    assert working_days_after(friday, 10, facts.BANK_HOLIDAYS) == date(2026, 12, 4)
    assert working_days_after(date(2026, 11, 21), 10, facts.BANK_HOLIDAYS) == date(2026, 12, 4)  # begun on a Saturday
    # Christmas Day is a Friday, Boxing Day has its substitute on the Monday, and New Year's Day is a Friday again.
    assert working_days_after(date(2026, 12, 24), 1, facts.BANK_HOLIDAYS) == date(2026, 12, 29)
    assert working_days_after(date(2026, 12, 18), 10, facts.BANK_HOLIDAYS) == date(2027, 1, 6)


def test_what_is_to_be_made_or_confirmed_has_a_day_and_is_overdue_after_it(reception):
    said_yes(reception)
    due = local_date(timezone.now()) + timedelta(days=3)
    assert f"Due on {wording.day(due)}" in reception.reads(TO_MAKE)
    opened(4)
    assert "Overdue" in reception.reads(TO_MAKE)
    reception.sends(step(), to="made", **HERE)
    assert "Due on" in reception.reads(TO_CONFIRM)
    opened(15)
    assert "Overdue" in reception.reads(TO_CONFIRM)
    assert "Confirm the registration" in reception.reads("/staff/")


def test_an_imported_yes_is_to_be_looked_up_within_ten_working_days_of_the_import(reception):
    reception.comes(days=60)
    actions.import_decision(
        number="A1234BC",
        question=GMS,
        answer="yes",
        at=ago(59),
        prison_id="LEI",
        recorded_by="clinic",
        source="list",
    )
    page = reception.reads(TO_CONFIRM)
    assert "Check the registration" in page and "Due on" in page
    assert "A1234BC" not in reception.reads(TO_MAKE)


# -- only for whoever is here -----------------------------------------------------------------------------------------

AWAY = {
    "at court": ("SENT_TO_COURT", "", "at court or on temporary absence"),
    "on the way": ("TRANSFERRED", "", "on the way between prisons"),
    "in hospital to stay": ("RELEASED_TO_HOSPITAL", "", "in hospital or care elsewhere"),
    "missing": ("RELEASED", "ESCP", "missing from prison"),
    "just released": ("RELEASED", "", "have just been released"),
    "dead": ("RELEASED", "DEC", "have died"),
}


@pytest.mark.parametrize("where", AWAY)
def test_nothing_is_made_or_printed_for_somebody_who_is_not_here(reception, where):
    reason, code, why = AWAY[where]
    person = said_yes(reception)
    reception.leaves(person, reason, code=code, days=0.001)
    assert why in words(reception.sends(step(), to="made", **HERE))
    printed = reception.sends(f"{PAGE}registration-form/", **{"as": "pdf"}, **HERE)
    assert why in words(printed)
    assert printed["Content-Type"].startswith("text/html")
    assert RegistrationRequest.objects.get().state == "to-make"


def test_nothing_is_offered_that_would_be_refused_while_they_are_away(reception):
    person = said_yes(reception)
    form = f"{PAGE}registration-form/"
    offered = ("Page to sign (PDF)", "File (JSON)", "I have checked", "It is sent: record the next step")
    assert all(button in reception.reads(form) for button in offered)
    assert "The registration was made" in reception.reads(step())
    reception.leaves(person, "SENT_TO_COURT", days=0.1)
    page = reception.reads(form)
    assert "at court or on temporary absence" in page
    assert not [button for button in offered if button in page]
    page = reception.reads(step())
    assert "The registration was made" not in page and "I have checked" not in page
    assert "Stop: nothing was sent" in page
    reception.arrives(person, "RETURN_FROM_COURT")
    assert all(button in reception.reads(form) for button in offered)


def test_nor_for_somebody_who_has_left(reception):
    person = said_yes(reception)
    reception.leaves(person, "RELEASED")
    an_hour_later = timezone.now() + timedelta(hours=1)
    why = actions.why_not_sent(facts.standing_of(person), RegistrationRequest.objects.get(), an_hour_later)
    assert why == "They have left prison. Nothing is sent."


def test_nothing_is_made_before_somebody_says_that_they_checked(reception):
    said_yes(reception)
    assert "Check that they are still here" in words(reception.sends(step(), to="made"))
    assert "Check that they are still here" in words(reception.sends(f"{PAGE}registration-form/", **{"as": "json"}))
    assert RegistrationRequest.objects.get().state == "to-make"


def test_nothing_is_made_twice_or_on_a_yes_that_was_taken_back(reception):
    person = said_yes(reception)
    work = RegistrationRequest.objects.get()
    reception.sends(step(), to="made", **HERE)
    assert "It was made already." in words(reception.sends(f"{PAGE}registration-form/", **HERE))
    RegistrationRequest.objects.update(state="to-make")
    reception.says(person, "no")
    work.refresh_from_db()
    assert work.state == "stopped"
    assert "not to be made" in actions.why_not_sent(facts.standing_of(person), work, timezone.now())


def test_while_they_are_at_court_the_list_says_why_and_nothing_is_overdue(reception):
    person = said_yes(reception)
    opened(9)
    reception.leaves(person, "SENT_TO_COURT", days=0.1)
    page = reception.reads(TO_MAKE)
    assert "at court or on temporary absence" in page and "Overdue" not in page
    reception.arrives(person, "RETURN_FROM_COURT")
    assert "Overdue" in reception.reads(TO_MAKE)


# -- the feed ---------------------------------------------------------------------------------------------------------


def told_by_a_message(hours, prison="LEI"):
    event = {
        "eventType": "prisoner-offender-search.prisoner.received",
        "occurredAt": ago(3).isoformat(),
        "additionalInformation": {"nomsNumber": "A9999AA", "reason": "NEW_ADMISSION", "prisonId": prison},
    }
    assert actions.receive_message(item=event, raw=json.dumps(event)) == "applied"
    message = Message.objects.latest("pk")
    message.movement_set.update(received_at=ago(hours / 24))


def may_be_made(reception):
    page = words(reception.sends(step(), to="made", **HERE))
    if RegistrationRequest.objects.get().state == "made":
        return True
    assert "has told us who is in Leeds (HMP)" in page
    return False


def test_where_no_message_ever_came_there_is_no_feed_and_staff_alone_say_who_is_here(reception, settings):
    settings.FEED_STALE_HOURS = 24
    said_yes(reception)
    assert may_be_made(reception)


@pytest.mark.parametrize(("hours", "is_made"), [(23, True), (25, False)])
def test_nothing_is_made_when_we_have_not_heard_who_is_here(reception, settings, hours, is_made):
    settings.FEED_STALE_HOURS = 24
    said_yes(reception)
    told_by_a_message(hours)
    assert may_be_made(reception) == is_made


def test_the_list_says_why_nothing_can_be_made_and_neither_page_offers_it(reception, settings):
    settings.FEED_STALE_HOURS = 24
    said_yes(reception)
    told_by_a_message(25)
    assert "has told us who is in Leeds (HMP)" in reception.reads(TO_MAKE)
    assert "Page to sign (PDF)" not in reception.reads(f"{PAGE}registration-form/")
    assert "The registration was made" not in reception.reads(step())
    told_by_a_message(1)
    assert "has told us who is in Leeds (HMP)" not in reception.reads(TO_MAKE)
    assert "The registration was made" in reception.reads(step())


def test_news_of_another_prison_are_none_of_this_one_but_its_own_roll_is(reception, settings):
    settings.FEED_STALE_HOURS = 24
    said_yes(reception)
    told_by_a_message(1, "HLI")
    assert not may_be_made(reception)
    registration.roll_was_read(prisons=["LEI"], at=ago(0.5))
    assert may_be_made(reception)


# -- what the registration takes --------------------------------------------------------------------------------------


def test_nothing_is_asked_of_somebody_without_a_registration_to_make(reception):
    person = reception.comes()
    page = words(reception.sends(f"{PAGE}registration-details/", forces="no", title="Mr"))
    assert "Nothing was kept" in page
    reception.says(person, "yes")  # held: nothing is asked in reception
    reception.sends(f"{PAGE}registration-details/", forces="no", title="Mr")
    assert not RegistrationDetails.objects.exists()


def test_everything_may_stay_blank_and_a_change_is_kept_with_who_made_it(reception):
    said_yes(reception)
    form = f"{PAGE}registration-details/"
    assert "The form for the registration" in words(reception.sends(form, forces="unknown"))
    reception.sends(form, forces="yes", last_gp="Dr Ada, The Surgery", postcode_before="LS1 1AA")
    details = RegistrationDetails.objects.get()
    assert (details.last_gp, details.forces, details.title) == ("Dr Ada, The Surgery", "yes", "")
    assert "Last GP: blank → Dr Ada, The Surgery" in reception.reads(form)


def fields(reception, **typed):
    said_yes(reception, nhs_number="9990000018", date_of_birth=date(1980, 2, 3), sex="male", aliases="Samuel Bell")
    reception.sends(f"{PAGE}registration-details/", forces="no", **typed)
    return reception.sends(f"{PAGE}registration-form/", **{"as": "json"}, **HERE)


def test_the_file_has_both_addresses_and_names_that_stay(reception):
    response = fields(reception, address_before="1 High Street\nLeeds", postcode_before="LS1 1AA", birth_town="York")
    assert response["Content-Type"] == "application/json"
    told = json.loads(response.content)
    assert told["format"] == "gms1-details/1"
    assert (told["address_before"].split(), told["prison_name"]) == (["1", "High", "Street", "Leeds"], "Leeds (HMP)")
    assert (told["nhs_number"], told["date_of_birth"], told["other_names"]) == (
        "9990000018",
        "1980-02-03",
        "Samuel Bell",
    )
    assert not [name for name in told if "ehic" in name or "charge" in name]
    assert AccessEvent.objects.filter(what="registration json", who="nurse").count() == 1


def test_the_prison_s_address_is_on_the_form_and_in_the_file_once_its_manager_has_entered_it(reception):
    assert json.loads(fields(reception).content)["prison_address"] == ""
    blank = words_of_the_form(reception)
    assert "Address of the prison not configured" in blank
    typed = {"hold": "second-look", "hold_hours": "72", "takes-": "short", "address": "1 Wall Lane, Leeds LS99 9ZZ"}
    reception.sends("/staff/prisons/LEI/settings/", **typed)
    assert "Address of the prison 1 Wall Lane, Leeds LS99 9ZZ" in words_of_the_form(reception)
    assert "Address: blank → 1 Wall Lane" in reception.reads("/staff/changes/")


def words_of_the_form(reception):
    response = reception.sends(f"{PAGE}registration-form/", **{"as": "pdf"}, **HERE)
    pdf = pypdf.PdfReader(io.BytesIO(response.content))
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_the_same_in_one_line_and_a_spreadsheet_works_out_nothing(reception):
    fields(reception, last_gp='=HYPERLINK("x")', birth_town="York, England")
    response = reception.sends(f"{PAGE}registration-form/", **{"as": "csv"}, **HERE)
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row["last_gp"] == '\'=HYPERLINK("x")'
    assert row["birth_town"] == "York, England"


def test_the_page_to_sign_says_what_is_not_known_and_what_is_not_configured(reception, settings):
    fields(reception, address_before="1 High Street", last_gp="Dr Ada")
    for code, shown in (("", "not configured"), ("Y00001", "Y00001")):
        settings.NATIONAL_PRACTICE_ODS_CODE = code
        response = reception.sends(f"{PAGE}registration-form/", **{"as": "pdf"}, **HERE)
        assert response["Content-Type"] == "application/pdf"
        pdf = pypdf.PdfReader(io.BytesIO(response.content))
        text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
        assert len(pdf.pages) == 1
        assert f"Practice: {shown}" in text
        for said in ("Pell", "3 February 1980", "999 000 0018", "Leeds (HMP)", "1 High Street", "Not known"):
            assert said in text
    assert AccessEvent.objects.filter(what="print registration").count() == 2


def test_details_asked_under_a_number_that_was_joined_are_found_under_the_one_that_is_kept(reception):
    said_yes(reception, number="A1234BD")
    old = "/staff/people/A1234BD/"
    reception.sends(f"{old}registration-details/", forces="no", last_gp="Dr Ada")
    reception.comes("A1234BC", days=3)
    people = [registration.patient_with(number) for number in ("A1234BC", "A1234BD")]
    registration.merge(kept=people[0], removed=people[1], at=ago(0.01))
    facts.refresh(people)
    assert 'value="Dr Ada"' in reception.browser.get(f"{PAGE}registration-details/").content.decode()
    reception.sends(f"{PAGE}registration-details/", forces="no", last_gp="Dr Bell")
    assert RegistrationDetails.objects.get(patient=people[0]).last_gp == "Dr Bell"


# -- many people ------------------------------------------------------------------------------------------------------


def queries(reception, page):
    with CaptureQueriesContext(connection) as caught:
        reception.reads(page)
    return len(caught)


@pytest.mark.parametrize("slug", ["registrations", "registrations-to-confirm", "taken-back", "clinical-record"])
def test_a_list_asks_the_database_as_often_for_many_as_for_one(reception, settings, slug):
    def one(number):
        person = said_yes(reception, number=number)
        if slug in ("registrations-to-confirm", "taken-back"):
            request = person.registration_requests.get()
            actions.move_request(request=request, to="made", user=reception.nurse, still_here=True)
        if slug == "taken-back":
            reception.says(person, "withdrawn")

    settings.FEED_STALE_HOURS = 24
    one("A0001AA")
    page = f"/staff/lists/{slug}/"
    few = queries(reception, page)
    for n in range(2, 8):
        one(f"A{n:04d}AA")
    assert f"A{n:04d}AA" in reception.reads(page)
    assert queries(reception, page) <= few


# -- nothing goes out unseen, and nothing twice -----------------------------------------------------------------------


def holds_nothing(reception):
    actions.set_prison_policy(prison=Prison.objects.get(pk="LEI"), hold="none", hold_hours=72, takes={})


def stands_at_the_top(reception, number="A1234BC"):
    return reception.reads(f"/staff/people/{number}/").partition("Who they are")[0]


def test_a_yes_is_held_once_they_turn_out_to_be_on_remand_and_the_check_lets_the_same_registration_go(reception):
    holds_nothing(reception)
    person = reception.comes(days=3, status=LegalStatus.SENTENCED)
    reception.says(person, "yes", days=2, is_explained=True)
    assert "Make the registration" in reception.reads(TO_MAKE)
    told = {"status": LegalStatus.REMAND, "at": ago(1), "source": "warrant"}
    actions.record_legal_status(patient=person, corrects_the_last=True, **told)
    assert "A1234BC" in reception.reads("/staff/lists/check-before-sending/")
    assert "it is not sent yet. Check before sending" in reception.reads(TO_MAKE)
    assert "it is not sent yet" in words(reception.sends(step(), to="made", **HERE))
    assert RegistrationRequest.objects.get().state == "to-make"
    checked_once_more(reception, person)
    reception.sends(step(), to="made", **HERE)
    assert RegistrationRequest.objects.get().state == "made"


def test_a_yes_from_before_this_system_that_was_never_sent_is_checked_before_it_is(reception):
    person = reception.comes(days=5)
    imported = {"at": ago(4), "prison_id": "LEI", "recorded_by": "nurse", "source": "sheet"}
    actions.import_decision(number="A1234BC", question=GMS, answer="yes", **imported)
    reception.sends(step(), to="stopped", reason="was never made")
    assert "Begin the registration" not in reception.reads(PAGE)
    assert "no yes that may be sent" in words(reception.sends(f"{PAGE}begin-registration/"))
    assert "A1234BC" in reception.reads("/staff/lists/check-before-sending/")
    assert "no registration was made on it" in reception.reads(PAGE)
    checked_once_more(reception, person)
    assert "Make the registration" in reception.reads(TO_MAKE)


def test_where_the_confirmation_of_an_imported_yes_was_a_mistake_the_clinical_system_is_looked_at_first(reception):
    reception.comes(days=5)
    imported = {"at": ago(4), "prison_id": "LEI", "recorded_by": "nurse", "source": "sheet"}
    actions.import_decision(number="A1234BC", question=GMS, answer="yes", **imported)
    reception.sends(step(), to="confirmed")
    mistake = Entry.objects.get(kind="registered")
    actions.record_in_error(entry=mistake, user=reception.nurse, second=reception.doctor, reason="another person")
    reception.sends(f"{PAGE}begin-registration/")
    assert RegistrationRequest.objects.latest("pk").to_confirm
    assert "Check the registration" in reception.reads(TO_CONFIRM)


@pytest.mark.parametrize("kept", ["A1234BC", "B1234BC"])
def test_what_was_made_under_one_number_is_not_made_again_under_the_other_once_they_are_joined(reception, kept):
    said_yes(reception, days=3)
    reception.sends(step(), to="made", **HERE)
    said_yes(reception, number="B1234BC", days=2)
    one, other = (registration.patient_with(number) for number in ("A1234BC", "B1234BC"))
    kept, removed = (one, other) if kept == "A1234BC" else (other, one)
    facts.refresh(registration.merge(kept=kept, removed=removed, at=ago(1)))
    assert "Made at Leeds (HMP)" in stands_at_the_top(reception, kept.prison_number)
    assert kept.prison_number in reception.reads(TO_CONFIRM)
    page = f"/staff/registrations/{RegistrationRequest.objects.get(state='to-make').pk}/"
    assert "It was made already. Confirm it, and do not make it again." in reception.reads(page)
    reception.sends(page, to="made", **HERE)
    assert RegistrationRequest.objects.filter(state="made").count() == 1
    made = RegistrationRequest.objects.get(state="made")
    reception.sends(f"/staff/registrations/{made.pk}/", to="confirmed")
    assert not RegistrationRequest.objects.filter(state__in=["to-make", "made"]).exists()


def test_a_yes_after_a_later_does_not_hide_what_was_made_on_the_first_yes(reception):
    person = said_yes(reception)
    reception.sends(step(), to="made", **HERE)
    reception.says(person, "later", days=0.3)
    reception.says(person, "yes", days=0.2)
    top = stands_at_the_top(reception)
    assert "Made at Leeds (HMP)" in top and "Not sent yet" not in top
    assert "A1234BC" not in reception.reads("/staff/lists/check-before-sending/")
    assert "A1234BC" in reception.reads(TO_CONFIRM)
    reception.leaves(person, "RELEASED", code="CR", days=0.1)
    top = stands_at_the_top(reception)
    assert "Made at Leeds (HMP)" in top and "The yes was never sent" not in top


def test_a_registration_of_an_earlier_stay_is_not_told_of_a_yes_in_this_one(reception):
    person = said_yes(reception, days=30)
    for to, reason in (("made", ""), ("confirmed", ""), ("ended", "left the list")):
        reception.sends(step(), to=to, reason=reason, **HERE)
    RegistrationRequest.objects.update(opened_at=ago(29), changed_at=ago(28))
    reception.leaves(person, "RELEASED", code="CR", days=20)
    reception.arrives(person, "NEW_ADMISSION", days=3)
    actions.check_by_staff(patient=person, user=reception.nurse, registered=False, seen="not on the list")
    reception.says(person, "yes", days=0.1)
    top = stands_at_the_top(reception)
    assert "Not sent yet: check before sending is due on" in top and "The registration ended" not in top


def test_a_hold_by_hours_says_from_when_it_may_be_sent(reception):
    actions.set_prison_policy(prison=Prison.objects.get(pk="LEI"), hold="hours", hold_hours=48, takes={})
    person = reception.comes(days=1, status=LegalStatus.SENTENCED)
    reception.says(person, "yes", is_explained=True)
    due = wording.day(ago(-2))
    assert "Not sent yet: it may be sent from" in stands_at_the_top(reception)
    assert f"Due on {due}" in reception.reads("/staff/lists/check-before-sending/")


@pytest.mark.parametrize(
    ("answer", "is_made", "said"),
    [
        ("yes", False, "Not sent yet: they are asked first whether it is still yes. Do not ask again."),
        ("yes", True, "not confirmed: confirm, do not make again. Do not ask again."),
        ("no", False, "Do not ask again. They can change their mind at any time."),
        ("later", False, "Do not ask now."),
    ],
)
def test_of_whoever_is_out_at_court_what_they_answered_is_still_said(reception, answer, is_made, said):
    if is_made:
        person = said_yes(reception)
        reception.sends(step(), to="made", **HERE)
    else:
        person = reception.comes(days=2)
        reception.says(person, answer, days=1)
    reception.leaves(person, "SENT_TO_COURT", code="CRT")
    assert said in stands_at_the_top(reception)


def test_a_no_after_it_was_made_is_no_plain_no_when_their_status_has_changed(reception):
    person = said_yes(reception)
    reception.sends(step(), to="made", **HERE)
    reception.says(person, "no", days=0.3)
    told = {"status": LegalStatus.SENTENCED, "at": ago(0.1), "source": "warrant"}
    actions.record_legal_status(patient=person, **told)
    assert "Only registering with another GP ends it" in stands_at_the_top(reception)
