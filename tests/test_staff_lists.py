"""The lists, and the steps taken on them."""

import json
import re
from datetime import date

import pytest
from django.db.models import F

from consent import actions, facts
from consent.kiosk import visits
from consent.models import Count, Entry, PrisonPolicy, ReceptionPolicy, Visit
from consent.staff import wording
from consent.staff.counts import late
from consent.staff.lists.overdue import waiting
from consent.staff.lists.table import BY_SLUG
from registration import actions as registration
from registration.legal_status import LegalStatus
from registration.models import LegalStatusRecord, Message, Notice, Patient, Prison, RegistrationRequest
from tests.staff import GMS, GP, Reception, ago, words

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


def disagree(reception, days):
    """Two numbers, with a yes and a no, that turn out to be one person so many days ago."""
    kept, removed = reception.comes("A1234BC", days=days + 2), reception.comes("A2222AA", days=days + 2)
    reception.says(kept, "no", days=days + 1)
    reception.says(removed, "yes", days=days + 1)
    facts.refresh(registration.merge(kept=kept, removed=removed, at=ago(days)))


def was_here_before(reception, days):
    person = reception.comes(days=60)
    reception.says(person, "yes", days=50)
    reception.leaves(person, "RELEASED", code="CR", days=40)
    reception.arrives(person, "NEW_ADMISSION", days=days)


def sentenced_since_the_no(reception, days):
    person = reception.comes(days=20)
    reception.says(person, "no", days=19)
    actions.record_legal_status(patient=person, status=LegalStatus.SENTENCED, at=ago(days), source="warrant")
    LegalStatusRecord.objects.update(recorded_at=ago(days))
    facts.refresh([person])


def sentenced_and_told_late(reception, days):
    person = reception.comes(days=60)
    reception.says(person, "no", days=59)
    actions.record_legal_status(patient=person, status=LegalStatus.SENTENCED, at=ago(days + 30), source="warrant")
    LegalStatusRecord.objects.filter(status=LegalStatus.SENTENCED).update(recorded_at=ago(days))
    facts.refresh([person])


def asked_for_an_interpreter(reception, days):
    held = facts.hold(reception.comes(days=20))
    said = {"question": "", "refers": [], "language": "ti", "dialect": "", "prison": "LEI"}
    held.append(kind="interpreter-wanted", at=ago(days), by=actions.PERSON, data=said)
    facts.project(held)


def status_changed(reception, days):
    person = reception.comes(days=20)
    registration.note(patient=person, kind=Notice.Kind.STATUS_CHANGED, at=ago(days), key="k1")
    LegalStatusRecord.objects.update(recorded_at=ago(20))


def left_the_tablet(reception, days):
    visit = {"prison_id": "LEI", "started_by": reception.nurse, "code_expires_at": ago(days)}
    Visit.objects.create(
        patient=reception.comes(days=2.5),
        started_at=ago(days),
        ended_at=ago(days),
        ended_how=visits.NOBODY_THERE,
        **visit,
    )


# What came about so many days ago, the list it is on, and for how many days it may wait.
DATED = {
    "records disagree": ("staff-first", 3, disagree),
    "an earlier yes": ("staff-first", 7, was_here_before),
    "first heard of by a transfer": ("staff-first", 7, lambda r, days: r.comes(reason="TRANSFERRED", days=days)),
    "under 18": ("staff-first", 7, lambda r, days: r.comes(date_of_birth=ago(17 * 365).date(), days=days)),
    "sentenced since the no": ("ask-again", 7, sentenced_since_the_no),
    "sentenced, and typed weeks later": ("ask-again", 7, sentenced_and_told_late),
    "an interpreter": ("interpreter", 1, asked_for_an_interpreter),
    "legal status never known": ("legal-status", 3, lambda r, days: r.comes(status=LegalStatus.UNKNOWN, days=days)),
    "legal status changed": ("legal-status", 3, status_changed),
    "left the tablet": ("broke-off", 1, left_the_tablet),
    "no date of birth": ("screening", 28, lambda r, days: r.comes(days=days)),
}


@pytest.mark.parametrize("days_over", [-1, 0, 1])
@pytest.mark.parametrize("what", DATED)
def test_what_staff_must_do_has_a_day_after_which_it_is_overdue_and_counted(reception, what, days_over):
    slug, may_wait, come_about = DATED[what]
    come_about(reception, may_wait + days_over)
    listed = reception.reads(f"/staff/lists/{slug}/")
    said = {-1: "Due on", 0: "Due today.", 1: "Overdue: was due on"}[days_over]
    assert "A1234BC" in listed and said in listed
    assert listed.count("Overdue: was due on") == (days_over > 0)
    if slug in ("staff-first", "ask-again"):
        assert said in reception.reads(PAGE).partition("Who they are")[0]
    title = BY_SLUG[slug].title
    assert (f"{title}. Whose work:" in reception.reads("/staff/lists/overdue/")) == (days_over > 0)
    ((_listed, waits),) = waiting([BY_SLUG[slug]], Prison.objects.get(pk="LEI"), ago())
    assert (waits.people, waits.days_over) == (1, (1,) if days_over > 0 else ())


OF_A_YES = {
    "Ask the GP at home for health information tonight": "Done",
    "Make the registration": "Record the next step",
    "Help them: they took back": "Say what was done",
}


def was_away_until_now(reception):
    reception.leaves(Patient.objects.get(), "SENT_TO_COURT", code="CRT", days=1.1)
    reception.arrives(Patient.objects.get(), "RETURN_FROM_COURT")


@pytest.mark.parametrize("what", sorted(DATED.keys() - {"records disagree", "no date of birth"}))
def test_what_came_due_while_they_were_away_is_due_on_the_day_they_are_back(reception, what):
    slug, may_wait, come_about = DATED[what]
    come_about(reception, may_wait + 1)
    was_away_until_now(reception)
    listed = reception.reads(f"/staff/lists/{slug}/")
    assert "Due today." in listed and "Overdue" not in listed
    ((_listed, waits),) = waiting([BY_SLUG[slug]], Prison.objects.get(pk="LEI"), ago())
    assert (waits.people, waits.days_over) == (1, ())


@pytest.mark.parametrize("what", sorted(OF_A_YES))
def test_what_follows_a_yes_waits_too(reception, what):
    """Said so long ago that it was due yesterday."""
    days = {"Ask the GP at home for health information tonight": 1}.get(what, 4)
    person = reception.comes(days=days + 3, status=LegalStatus.SENTENCED)
    actions.set_prison_policy(prison=Prison.objects.get(pk="LEI"), hold="none", hold_hours=72, takes={})
    question = GP if days == 1 else GMS
    reception.says(person, "yes", question=question, days=days, is_explained=True)
    RegistrationRequest.objects.update(opened_at=ago(days))
    if what.startswith("Help"):
        RegistrationRequest.objects.update(state="made", made_in="LEI", changed_at=ago(days))
        reception.says(person, "withdrawn", days=days)
    assert "Overdue: was due on" in reception.reads(PAGE).partition("Who they are")[0]
    was_away_until_now(reception)
    top = reception.reads(PAGE).partition("Who they are")[0]
    assert what in top and "Due today." in top and "Overdue" not in top


TO_BE_DONE = {  # for one sensitive record: what is said of it, and the button
    "Talk with them; not on a tablet": "Record an answer given by talking",
    "Enter the answer in the clinical record": "Copy, and say that it is entered",
    "Find an interpreter": "An interpreter is there",
    "Find out their legal status": "Record their legal status",
}


def hushed(reception, number="A1234BC"):
    return reception.comes(
        number, days=20, is_sensitive=True, date_of_birth=date(2000, 1, 1), sex="male", status=LegalStatus.UNKNOWN
    )


def test_whatever_is_to_be_done_for_a_sensitive_record_is_on_their_list_once_and_with_its_button(reception):
    person = hushed(reception)
    reception.says(person, "no", question=GP, days=18)
    by = actions.staff(reception.nurse)
    actions.record_note(patient=person, kind="interpreter-wanted", by=by, language="pl", dialect="")
    page = reception.reads("/staff/lists/sensitive/")
    for what, button in TO_BE_DONE.items():
        assert page.count(what) == 1, what
        assert button in page

    reception.says(person, "yes", question=GP, days=17)
    said = reception.says(person, "yes", days=17)
    actions.second_look(patient=person, by=by, decision=said.hash, prison="LEI", route="talk")
    page = reception.reads("/staff/lists/sensitive/")
    for what, button in list(OF_A_YES.items())[:2]:
        assert page.count(what) == 1, what
        assert button in page
    work = RegistrationRequest.objects.get()
    actions.move_request(request=work, to="made", user=reception.nurse, still_here=True)
    reception.says(person, "withdrawn", days=1)
    page = reception.reads("/staff/lists/sensitive/")
    assert page.count("Help them: they took back") == 1 and "Say what was done" in page
    assert page.count("Confirm the registration") == 1 and "Record the next step" in page


def test_a_manager_sees_as_many_overdue_with_a_sensitive_record_as_without(reception):
    leeds = Prison.objects.get(pk="LEI")
    for number in range(6):
        person = hushed(reception, f"A123{number}BC")
        actions.record_legal_status(patient=person, status=LegalStatus.SENTENCED, at=ago(19), source="warrant")
        for question in (GMS, GP):
            reception.says(person, "no", question=question, days=18)
    assert dict(late(leeds))["Sensitive records"][-1] == "6"
    Patient.objects.update(is_sensitive=False)
    facts.refresh(list(Patient.objects.all()))
    Count.objects.all().delete()  # the next day
    counted = dict(late(leeds))
    assert counted["Sensitive records"][-1] == "0"
    assert counted["To enter in the clinical record"][-1] == "6"


def test_what_nobody_waits_for_is_on_today_before_its_day_and_behind_what_is_due(reception):
    disagree(reception, 1.5)
    reception.comes("A5555AA", reason="TRANSFERRED", days=6)
    reception.comes("A6666AA", days=7)
    due = reception.reads("/staff/").partition(" Due ")[2]
    assert due.index("A6666AA") < due.index("A5555AA") < due.index("A1234BC")
    reception.comes("A7777AA", days=6)
    assert "A7777AA" not in reception.reads("/staff/")


@pytest.mark.parametrize("what", ["records disagree", "an earlier yes", "under 18", "sentenced since the no"])
def test_each_of_them_is_on_today_before_its_day(reception, what):
    _slug, may_wait, come_about = DATED[what]
    come_about(reception, may_wait - 1)
    assert "A1234BC" in reception.reads("/staff/")


def test_a_second_message_about_legal_status_does_not_put_its_day_off(reception):
    status_changed(reception, 10)
    registration.note(patient=Patient.objects.get(), kind=Notice.Kind.STATUS_CHANGED, at=ago(1), key="k2")
    assert "Overdue: was due on" in reception.reads("/staff/lists/legal-status/")


def test_a_message_that_leaves_the_status_open_counts_from_its_own_day(reception):
    person = reception.comes(days=20)
    for days, convicted in ((2, True), (1, False)):
        registration.record_legal_status(patient=person, at=ago(days), source="m", convicted=convicted)
    LegalStatusRecord.objects.update(recorded_at=F("at"))
    facts.refresh([person])
    page = reception.reads("/staff/lists/legal-status/")
    assert f"Due on {wording.day(ago(-1))}" in page


def test_a_notice_of_an_earlier_stay_is_not_late_on_the_day_they_come_back(reception):
    status_changed(reception, 15)
    person = Patient.objects.get()
    reception.leaves(person, "RELEASED", code="CR", days=10)
    reception.arrives(person, "NEW_ADMISSION", days=0.1)
    assert f"Due on {wording.day(ago(-2.9))}" in reception.reads("/staff/lists/legal-status/")


@pytest.mark.parametrize("slug", ["interpreter", "legal-status"])
def test_nobody_is_looked_for_or_asked_about_who_is_out_at_court(reception, slug):
    come_about = asked_for_an_interpreter if slug == "interpreter" else status_changed
    come_about(reception, 10)
    assert "A1234BC" in reception.reads(f"/staff/lists/{slug}/")
    reception.leaves(Patient.objects.get(), "SENT_TO_COURT", code="CRT")
    assert "A1234BC" not in reception.reads(f"/staff/lists/{slug}/")


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
