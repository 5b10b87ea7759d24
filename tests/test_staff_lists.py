"""The lists, and the steps taken on them."""

import json
import re

import pytest

from consent import actions, facts
from consent.models import Entry, PrisonPolicy, ReceptionPolicy
from registration import actions as registration
from registration.models import Message, Notice
from tests.staff import GP, Reception, ago, words

pytestmark = pytest.mark.django_db
PAGE = "/staff/people/A1234BC/"
SLUGS = (
    "check-before-sending",
    "ask-again",
    "not-asked-yet",
    "gp-record",
    "registrations",
    "registrations-to-confirm",
    "taken-back",
    "clinical-record",
    "staff-first",
    "legal-status",
)


@pytest.fixture
def reception(db):
    return Reception()


@pytest.mark.parametrize("slug", SLUGS)
def test_an_empty_list_says_so_who_owns_it_and_why_it_exists(reception, slug):
    page = reception.reads(f"/staff/lists/{slug}/")
    assert "Whose work:" in page
    assert "<table" not in page and "Open" not in page


def test_a_list_that_is_none_is_not_found(reception):
    reception.reads("/staff/lists/league-table/", status=404)


def test_each_person_stands_on_the_list_of_what_they_need(reception):
    held = reception.comes("A1111AA", days=2)
    reception.says(held, "yes", days=1)
    later = reception.comes("A2222AA", days=9)
    reception.says(later, "later", days=8)
    reception.comes("A3333AA")
    reception.comes("A4444AA", reason="TRANSFERRED")
    reception.comes("A5555AA", is_sensitive=True)
    on = {slug: reception.reads(f"/staff/lists/{slug}/") for slug in (*SLUGS, "sensitive")}
    assert "A1111AA" in on["check-before-sending"] and "A2222AA" not in on["check-before-sending"]
    assert "Overdue" in on["ask-again"] and "A2222AA" in on["ask-again"]
    assert "A3333AA" in on["not-asked-yet"] and "A4444AA" not in on["not-asked-yet"]
    assert "A4444AA" in on["staff-first"] and "A5555AA" not in on["staff-first"]
    assert "A5555AA" in on["sensitive"] and "A5555AA" not in on["not-asked-yet"]


def test_the_gp_is_asked_once_however_often_done_is_pressed(reception):
    person = reception.comes()
    reception.says(person, "yes", question=GP)
    line = facts.standing_of(person).questions[GP].line
    assert "A1234BC" in reception.reads("/staff/lists/gp-record/")
    first = reception.sends(f"{PAGE}gp-asked/", line=line, list="gp-record")
    assert "GP was asked" in words(first)
    assert "No GP has to be asked." in words(first)
    again = reception.sends(f"{PAGE}gp-asked/", line=line, list="gp-record")
    assert "This was done already" in words(again)
    assert Entry.objects.filter(kind="task-done").count() == 1


def test_a_message_nobody_understood_is_shown_whole_until_dealt_with(reception):
    event = {"eventType": "prisoner-offender-search.prisoner.received", "oddity": "<b>balloon</b>"}
    actions.receive_message(item=event, raw=json.dumps(event))
    message = Message.objects.get()
    page = reception.reads("/staff/lists/messages/")
    assert "<b>balloon</b>" in page and message.detail in page
    done = words(reception.sends(f"/staff/messages/{message.pk}/dealt-with/"))
    assert "Every message was understood, or has been dealt with." in done
    message.refresh_from_db()
    assert message.body


def test_messages_nobody_read_by_the_next_day_are_overdue_there_and_among_the_lists(reception):
    lists = "/staff/lists/"
    about = "Something may have happened to someone that we do not know of."
    assert f"Messages not understood None. {about}" in reception.reads(lists)
    for oddity in ("this", "that"):
        event = {"eventType": "prisoner-offender-search.prisoner.received", "oddity": oddity}
        actions.receive_message(item=event, raw=json.dumps(event))
    assert f"2 messages. {about}" in reception.reads(lists)
    Message.objects.filter(body__contains="this").update(received_at=ago(1))
    page = reception.reads("/staff/lists/messages/")
    assert "Due today." in page and "Overdue" not in page
    Message.objects.filter(body__contains="this").update(received_at=ago(2))
    assert f"2 messages, 1 overdue. {about}" in reception.reads(lists)
    page = reception.reads("/staff/lists/messages/")
    assert page.count("Overdue: was due on") == 1 and page.count("Read it, and record the movement") == 2


def test_a_changed_legal_status_is_listed_until_staff_say_what_it_is(reception):
    person = reception.comes()
    registration.note(patient=person, kind=Notice.Kind.STATUS_CHANGED, at=ago(-0.0001), key="k1")
    assert "that it changed, not to what" in reception.reads("/staff/lists/legal-status/")
    typed = {"status": "SENTENCED", "at": "2026-01-01T10:00", "source": "the warrant"}
    Notice.objects.update(at=ago(0.01))
    reception.sends(f"{PAGE}legal-status/", **typed)
    assert "A1234BC" not in reception.reads("/staff/lists/legal-status/")


def test_a_prison_from_a_message_is_completed_and_its_country_counts(reception):
    reception.comes(prison="ZZI")
    assert "Complete ZZI" in reception.reads("/staff/prisons/")
    assert "not configured" in reception.reads("/staff/prisons/")
    form = "/staff/prisons/ZZI/"
    assert 'id="id_name"' in (page := reception.browser.get(form).content.decode())
    assert not re.search(r'<input[^>]*value="ZZI"', page)
    assert "Choose one." in words(reception.sends(form, name="Zed (HMP)", sex="male"))
    reception.sends(form, name="Zed (HMP)", sex="male", country="Wales")
    assert "Rule 3" in reception.reads(PAGE)
    assert "Every prison is complete." in reception.reads("/staff/prisons/")
    reception.reads("/staff/prisons/NOPE/", status=404)


def test_the_settings_of_a_prison_are_kept(reception):
    form = "/staff/prisons/LEI/settings/"
    assert reception.sends(form, hold="hours", hold_hours="0", **{"takes-": "short"}).status_code == 422
    typed = {"takes-": "all", "takes-REMAND": "gp-record"}
    reception.sends(form, hold="hours", hold_hours="48", **typed)
    assert PrisonPolicy.objects.get().hold_hours == 48
    assert dict(ReceptionPolicy.objects.values_list("legal_status", "takes")) == {"": "all", "REMAND": "gp-record"}
    reception.sends(form, hold="second-look", hold_hours="48", **{"takes-": "short", "takes-REMAND": ""})
    assert dict(ReceptionPolicy.objects.values_list("legal_status", "takes")) == {"": "short"}
