"""Today's list: who is on it, in which order, why, and at what cost."""

import re

import pytest
from django.test import Client

from consent import actions, facts
from consent.kiosk import visits
from consent.models import AccessEvent, Post, Tablet, Visit
from consent.roles import Role
from registration.legal_status import LegalStatus
from tests.enrolled import enrolled, take_up
from tests.published import publish
from tests.staff import GMS, GP, Reception, ago, give_posts, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def reception(db):
    return Reception()


def test_nobody_reads_it_who_is_not_signed_in(reception):
    reception.comes()
    for path in ("/staff/", "/staff/lists/", "/staff/people/A1234BC/", "/staff/prisons/", "/staff/people/new/"):
        response = Client().get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/staff/sign-in/?next=")


def test_a_wrong_password_says_what_to_do_and_keeps_the_name(reception):
    response = Client().post("/staff/sign-in/", {"username": "nurse", "password": "wrong"})
    assert "Check both and try again" in words(response)
    assert 'value="nurse"' in response.content.decode()


def test_an_empty_prison_says_so_in_words(reception):
    assert "Nobody came in during the last three days" in reception.reads("/staff/")


def test_without_any_prison_the_page_still_opens(db):
    from django.contrib.auth.models import User

    browser = Client()
    nurse = User.objects.create_user("nurse")
    give_posts(nurse, *Role)
    browser.force_login(nurse)
    assert browser.get("/staff/").status_code == 200


def test_an_arrival_is_listed_with_the_reason_and_the_date(reception):
    reception.comes(days=0.1)
    page = reception.reads("/staff/")
    assert "Sam Pell A1234BC" in page
    assert "They have not been asked yet." in page
    assert "Offer the choice – both questions" in page
    assert "Due on" in page


def test_someone_without_a_name_is_listed_all_the_same(reception):
    reception.comes(name="")
    assert "Name not known A1234BC" in reception.reads("/staff/")


def test_who_came_long_ago_and_has_nothing_due_is_not_listed(reception):
    person = reception.comes(days=20)
    for question in (GMS, GP):
        reception.says(person, "no", question=question, days=19)
    assert "A1234BC" not in reception.reads("/staff/")


def test_new_people_stand_above_what_is_due_the_newest_and_the_longest_overdue_first(reception):
    for number, days, name in (
        ("A1111AA", 2, "Came Before"),
        ("A2222AA", 0.1, "New Comer"),
        ("A3333AA", 9, "Short Overdue"),
        ("A4444AA", 30, "Long Waiting"),
        ("A5555AA", 4, "Not Due"),
    ):
        reception.comes(number, days=days, name=name)
    page = reception.reads("/staff/")
    order = ["New here", "New Comer", "Came Before", "Due Everyone else", "Long Waiting", "Short Overdue"]
    places = [page.index(words) for words in order]
    assert places == sorted(places)
    assert "Overdue: was due on" in page
    assert "Not Due" not in page


def test_each_section_has_pages_of_its_own(reception):
    for n in range(52):
        reception.comes(f"A{n:04d}AA", days=0.2 + n / 1000, name=f"New{n:02d} Comer")
    for n in range(51):
        reception.comes(f"B{n:04d}AA", days=20 + n, name=f"Due{n:02d} Waiting")
    first = reception.reads("/staff/")
    assert "New00" in first and "New51" not in first
    assert "Due50" in first and "Due00" not in first
    other = reception.reads("/staff/?new=2")
    assert "New51" in other and "New00" not in other
    assert "Due50" in other
    both = reception.browser.get("/staff/?new=2&due=2").content.decode()
    assert "Due00" in both and "New51" in both
    assert 'href="?new=2&amp;due=1#due"' in both


def test_a_visit_is_started_from_the_row_of_whoever_is_to_be_asked(reception):
    person = reception.comes("A1111AA", days=0.1)
    reception.says(person, "no", question=GP)
    reception.comes("A2222AA", days=0.1, is_sensitive=True)
    page = reception.browser.get("/staff/").content.decode()
    assert "Start a visit: signing up with the prison GP" in page
    assert 'href="/staff/people/A1111AA/visit/"' in page
    assert 'href="/staff/people/A2222AA/visit/"' not in page


def test_what_to_have_ready_stands_on_the_row(reception):
    reception.comes(language="ti", needs_interpreter=True, communication_needs="Large print")
    reception.comes("A2222AA", language="en")
    page = reception.reads("/staff/")
    assert "Tigrinya; needs an interpreter; Large print" in page
    assert "English" not in page.replace("Cymraeg", "")


def test_a_yes_to_asking_the_gp_is_work_for_tonight(reception):
    person = reception.comes(days=0.1)
    reception.says(person, "yes", question=GP)
    assert "Ask the GP at home for health information tonight" in reception.reads("/staff/")


def test_a_transferred_yes_is_due_here_and_nobody_asks_again(reception):
    person = reception.comes(days=6, prison="HLI")
    reception.says(person, "yes", days=5.9)
    reception.leaves(person, "TRANSFERRED", days=1.1, prison="HLI")
    reception.arrives(person, "TRANSFERRED", days=1)
    page = reception.reads("/staff/")
    assert "Check before sending – Signing up with the prison GP" in page
    assert "Offer the choice – Signing up" not in page


def test_help_at_the_tablet_cannot_wait(reception):
    reception.comes("A2222AA", days=30, name="Long Waiting")
    person = reception.comes("A1111AA", days=0.1, name="Needs Help")
    at_a_tablet(reception, person, help_at=ago(0).isoformat())
    page = reception.reads("/staff/")
    assert "Help was pressed at the tablet" in page
    assert page.index("Needs Help") < page.index("Long Waiting")


def at_a_tablet(reception, person, **state):
    visit, code = visits.start(patient=person, place="reception", user=reception.nurse)
    take_up(code)
    visit.refresh_from_db()
    visit.state |= state
    visit.save()
    return visit


def polls(browser, path="/staff/", status=200, **query):
    response = browser.get(path, query, headers={"HX-Request": "true"})
    assert response.status_code == status
    return response


def mark_in(response):
    return re.search(r"seen=(\w+)", response.content.decode())[1]


def test_help_is_shown_without_reloading_until_someone_is_with_them(reception, django_assert_max_num_queries):
    person = reception.comes(name="Needs Help")
    quiet = mark_in(reception.browser.get("/staff/"))
    polls(reception.browser, seen=quiet, status=204)
    visit = at_a_tablet(reception, person, help_at=ago(0.9).isoformat())
    with django_assert_max_num_queries(10):
        called = polls(reception.browser, seen=quiet)
    assert "<html" not in called.content.decode()
    assert "Needs Help A1234BC Help was pressed at the tablet" in words(called)
    polls(reception.browser, seen=mark_in(called), status=204)

    reception.sends("/staff/people/A1234BC/visit/with-them/", back="today")
    visit.refresh_from_db()
    assert "help_at" not in visit.state
    assert "Help was pressed" not in reception.reads("/staff/")


def test_a_page_left_open_after_signing_out_loads_anew_and_not_inside_itself(reception):
    reception.comes()
    for path in ("/staff/", "/staff/people/A1234BC/visit/"):
        response = Client().get(path, headers={"HX-Request": "true"})
        assert response.headers["HX-Refresh"] == "true"
        assert response.content == b""


def test_people_at_another_prison_are_listed_there(reception):
    reception.comes(prison="HLI")
    reception.comes("A2222AA", prison="LEI", name="Here Now")
    reception.sends("/staff/prison/", prison="HLI")
    page = reception.reads("/staff/")
    assert "A1234BC" in page
    assert "A2222AA" not in page


def test_a_prison_that_is_none_is_not_chosen(reception):
    reception.comes()
    reception.sends("/staff/prison/", prison="XXX")
    assert "A1234BC" in reception.reads("/staff/")


@pytest.mark.parametrize("people", [5, 50])
def test_it_takes_fourteen_queries_however_many_people(reception, people, django_assert_max_num_queries):
    for n in range(people):
        person = reception.comes(f"A{n:04d}AA", days=0.2, name=f"Person {n}")
        if n % 3 == 0:
            reception.says(person, "yes", question=GP, days=0.1)
            reception.says(person, "yes", days=0.1)
        if n % 6 == 0:
            line = facts.standing_of(person).questions[GMS].line
            actions.second_look(
                patient=person,
                by=actions.staff(reception.nurse),
                decision=line,
                prison="LEI",
                route="talk",
                reason="They leave tomorrow.",
            )
    reception.browser.post("/staff/prison/", {"prison": "LEI"})
    reception.reads("/staff/")  # published words are read once a process
    with django_assert_max_num_queries(14):
        page = reception.reads("/staff/")
    assert page.count("Person ") >= people
    with django_assert_max_num_queries(10):
        reception.reads("/staff/lists/registrations/")


def test_no_page_counts_how_many_said_yes(reception):
    for n in range(3):
        person = reception.comes(f"A{n:04d}AA")
        reception.says(person, "yes", days=0.1)
    of_lists = reception.reads("/staff/lists/").partition("Leeds (HMP) Check before sending")[2]
    assert not re.search(r"[0-9%]", of_lists.replace("within 7 days", ""))
    for path in ("/staff/", "/staff/lists/check-before-sending/"):
        page = reception.reads(path)
        assert page.count("Check before sending –") == 3
        assert "%" not in page and "3 people" not in page


def test_a_legal_status_not_known_changes_nothing_that_is_asked(reception):
    reception.comes(status=LegalStatus.UNKNOWN)
    assert "They have not been asked yet." in reception.reads("/staff/")
    assert "Not known. They see the widest wording" in reception.reads("/staff/lists/legal-status/")


# -- one press from the row -------------------------------------------------------------------------------------------


def sends_to(reception, tablet, number="A1234BC", **more):
    told = {"place": "reception", "back": "today", "tablet": tablet.pk, **more}
    return reception.sends(f"/staff/people/{number}/visit/", **told)


def test_each_row_names_two_free_tablets_and_none_that_is_taken_or_away(reception):
    reception.comes("A1111AA", days=0.1)
    assert "Start a visit" in reception.reads("/staff/")
    tablets = [enrolled("LEI")[0] for _ in range(4)]
    page = reception.reads("/staff/")
    assert "Send to Reception 1" in page and "Send to Reception 2" in page
    assert "Send to Reception 3" not in page and "Start a visit" not in page
    reception.comes("A2222AA", days=0.1)
    sends_to(reception, tablets[0], "A1111AA")
    Tablet.objects.filter(pk=tablets[1].pk).update(last_seen_at=ago(1))
    page = reception.reads("/staff/")
    assert "Sent to Reception 1. The visit that is going on" in page
    for name, is_offered in (("1", False), ("2", False), ("3", True), ("4", True)):
        assert (f"Send to Reception {name}" in page) == is_offered


def test_one_press_sends_them_and_says_how_to_tell_that_the_tablet_is_theirs(reception):
    person = reception.comes(days=0.1)
    tablet, _ = enrolled("LEI")
    page = words(sends_to(reception, tablet))
    assert "Today, " in page
    assert re.search(r"Sam Pell A1234BC: sent to Reception 1\. It shows an? \w+, and asks: is this you\?", page)
    visit = Visit.objects.get()
    assert (visit.patient, visit.tablet, visit.place, visit.started_by) == (
        person,
        tablet,
        "reception",
        reception.nurse,
    )


def test_a_tablet_that_somebody_took_meanwhile_is_refused_with_what_else_to_do(reception):
    reception.comes("A1111AA", days=0.1)
    reception.comes("A2222AA", days=0.1)
    tablet, _ = enrolled("LEI")
    sends_to(reception, tablet, "A1111AA")
    refused = sends_to(reception, tablet, "A2222AA")
    assert refused.status_code == 422
    assert "Somebody else is at this tablet now. Choose another one, or get a code." in words(refused)
    assert Visit.objects.count() == 1


def test_whoever_needs_an_interpreter_goes_by_the_form_that_asks_who_it_is(reception):
    reception.comes(language="ti", days=0.1)
    tablet, _ = enrolled("LEI")
    page = reception.reads("/staff/")
    assert "Start a visit" in page and "Send to" not in page
    assert "Write who interprets" in words(sends_to(reception, tablet))
    assert not Visit.objects.exists()


def test_whoever_speaks_a_language_of_the_tablet_is_sent_with_one_press(reception):
    publish("pl", "pt-PT")
    person = reception.comes(language="pl", needs_interpreter=True, days=0.1)
    reception.comes("A2222AA", language="pt", days=0.1)
    tablet, _ = enrolled("LEI")
    page = reception.reads("/staff/")
    assert page.count("Send to Reception 1") == 2 and "Start a visit" not in page
    assert "sent to Reception 1" in words(sends_to(reception, tablet))
    assert person.visits.get().state["interpreter"] == ""


def test_whoever_pressed_for_an_interpreter_is_not_sent_with_one_press_before_one_was_there(reception):
    publish("pl")
    person = reception.comes(language="pl", days=0.1)
    enrolled("LEI")
    wants_an_interpreter(reception, person)
    assert "Send to" not in reception.reads("/staff/")
    reception.sends("/staff/people/A1234BC/interpreter/", now="there", interpreter="Zofia, line 7")
    assert "Send to Reception 1" in reception.reads("/staff/")


def wants_an_interpreter(reception, person, language="pl"):
    """They pressed for one on a tablet, and the visit has ended."""
    visit, _code = visits.start(patient=person, place="reception", user=reception.nurse)
    actions.record_note(
        patient=person,
        kind="interpreter-wanted",
        by=actions.PERSON,
        language=language,
        dialect="",
        visit=str(visit.pk),
        tablet="",
    )
    visits.end(visit=visit, how=visits.FINISHED)


def test_an_interpreter_they_pressed_for_stands_on_their_row_and_keeps_them_on_today_until_one_was_there(reception):
    person = reception.comes(days=20, language="pl")
    for question in (GMS, GP):
        reception.says(person, "no", question=question, days=19)
    wants_an_interpreter(reception, person)
    page = reception.reads("/staff/")
    assert re.search(r"Find an interpreter: Polish They pressed for one on \w+ \d+ \w+\. Due on", page)
    assert "Do not ask again." in page and "Nothing to do" not in page
    reception.sends("/staff/people/A1234BC/interpreter/", now="there", interpreter="Zofia, line 7")
    assert "A1234BC" not in reception.reads("/staff/")


def test_a_legal_status_to_find_out_stands_on_the_row_below_what_is_to_be_asked(reception):
    reception.comes(status=LegalStatus.UNKNOWN)
    page = reception.reads("/staff/")
    assert page.index("Offer the choice") < page.index("Find out their legal status Not known.")


def test_nobody_is_read_for_a_legal_status_alone(reception):
    person = reception.comes(days=20, status=LegalStatus.UNKNOWN)
    for question in (GMS, GP):
        reception.says(person, "no", question=question, days=19)
    assert "A1234BC" not in reception.reads("/staff/")


FIRST = {
    "/staff/people/A1111AA/check-before-sending/": ("Check before sending", {Role.CLINICIAN}),
    "/staff/people/A2222AA/answer/": ("Record an answer given by talking", {Role.RECEPTION, Role.CLINICIAN}),
    "/staff/people/A3333AA/staff-check/": ("Say what the clinical system shows", {Role.REGISTRAR, Role.CLINICIAN}),
}
LISTED = {
    "check-before-sending": "/staff/people/A1111AA/check-before-sending/",
    "not-asked-yet": "/staff/people/A4444AA/visit/",
    "ask-again": "/staff/people/A5555AA/visit/",
    "staff-first": "/staff/people/A3333AA/staff-check/",
}


@pytest.fixture
def waiting(reception):
    """Somebody for each of the things that are done on a page of their own."""
    held = reception.comes("A1111AA", days=2)
    for question, answer in ((GMS, "yes"), (GP, "no")):
        reception.says(held, answer, question=question, days=1)
    reception.comes("A2222AA", days=2, date_of_birth=ago(17 * 365).date())
    reception.comes("A3333AA", days=2, reason="TRANSFERRED")
    reception.comes("A4444AA", days=2)
    reception.says(reception.comes("A5555AA", days=20), "later", days=9)


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.REGISTRAR, Role.CLINICIAN])
def test_a_row_has_the_first_thing_to_do_for_whoever_may_do_it(reception, waiting, role):
    Post.objects.all().delete()
    give_posts(reception.nurse, role)
    page = reception.browser.get("/staff/").content.decode()
    for url, (label, who) in FIRST.items():
        found = re.findall(rf'href="{url}[^"]*"[^>]*>([^<]+)', page)
        assert [each for each in found if each.startswith(label)] == found
        assert len(found) == (1 if role in who else 0), url


def test_nothing_is_written_down_by_one_press_on_today(reception):
    """A row may move to another place as it is pressed."""
    person = reception.comes(days=2)
    reception.says(person, "yes", question=GP)
    page = reception.browser.get("/staff/").content.decode()
    assert "/gp-asked/" in reception.browser.get("/staff/people/A1234BC/").content.decode()
    assert "/gp-asked/" not in page


@pytest.mark.parametrize("slug", LISTED)
def test_a_row_of_a_list_of_rules_has_the_first_thing_to_do(reception, waiting, slug):
    assert f'href="{LISTED[slug]}"' in reception.browser.get(f"/staff/lists/{slug}/").content.decode()


def test_a_list_leads_whoever_may_not_do_it_to_the_persons_page(reception, waiting):
    Post.objects.all().delete()
    give_posts(reception.nurse, Role.REGISTRAR)
    page = reception.browser.get("/staff/lists/check-before-sending/").content.decode()
    assert "A1111AA/check-before-sending" not in page and '<a href="/staff/people/A1111AA/">Open' in page


def test_a_sensitive_record_on_its_list_has_the_way_to_talk(reception):
    reception.comes(days=2, is_sensitive=True)
    page = reception.browser.get("/staff/lists/sensitive/").content.decode()
    assert 'href="/staff/people/A1234BC/answer/' in page


def test_nobody_is_sent_whom_nobody_asks(reception):
    person = reception.comes(days=0.1)
    for question in (GMS, GP):
        reception.says(person, "no", question=question)
    enrolled("LEI")
    page = reception.reads("/staff/")
    assert "Send to" not in page and "Start a visit" not in page and "Write down a paper" not in page
    assert re.search(r"Nothing to do Said no on \w+ \d+ \w+ at Leeds \(HMP\)\. Do not ask again\.", page)


def test_those_who_need_nothing_stand_last_and_what_is_due_first(reception):
    settled = reception.comes("A1111AA", days=0.1, name="Settled Already")
    for question in (GMS, GP):
        reception.says(settled, "no", question=question)
    reception.comes("A2222AA", days=0.2, name="Not Asked")
    reception.comes("A3333AA", days=0.3, reason="TRANSFERRED", name="Staff First")
    tonight = reception.comes("A4444AA", days=0.4, name="Ask Tonight")
    reception.says(tonight, "yes", question=GP)
    page = reception.reads("/staff/")
    places = [page.index(name) for name in ("Ask Tonight", "Staff First", "Not Asked", "Settled Already")]
    assert places == sorted(places)


def test_twenty_arrivals_stand_on_one_page(reception):
    for n in range(20):
        reception.comes(f"A{n:04d}AA", days=0.1, name=f"Came{n:02d} Tonight")
    page = reception.reads("/staff/")
    assert all(f"Came{n:02d}" in page for n in range(20))
    assert "The next page" not in page


def test_the_list_is_sent_again_only_when_it_shows_something_else(reception):
    reception.comes("A1111AA", days=0.1, name="First Comer")
    page = reception.browser.get("/staff/").content.decode()
    address = re.search(r'hx-get="(/staff/\?[^"]*)"[^>]*hx-target="#arrivals"', page)[1].replace("&amp;", "&")

    def asks(status):
        headers = {"HX-Request": "true", "HX-Target": "arrivals"}
        response = reception.browser.get(address, headers=headers)
        assert response.status_code == status
        return words(response)

    asks(204)
    reception.comes("A2222AA", days=0.05, name="Second Comer")
    shown = asks(200)
    assert "Second Comer" in shown and "Skip to main content" not in shown
    assert AccessEvent.objects.filter(what="today").count() == 2


@pytest.mark.parametrize(
    "typed", ["a1234bc", " A 1234 BC ", "sam pell", "PELL", "9434765919", "943 476 5919", "943-476-5919"]
)
def test_one_box_finds_by_name_number_or_nhs_number_as_they_are_typed(reception, typed):
    reception.comes(nhs_number="9434765919")
    response = reception.browser.get("/staff/people/", {"find": typed}, follow=True)
    assert "Sam Pell" in words(response)


def test_what_a_column_holds_is_said_once_and_not_again_in_every_row_of_a_narrow_screen(reception):
    for n in range(3):
        reception.comes(f"A000{n}AA")
    page = reception.reads("/staff/")
    assert page.count("What they need") == 1
    assert page.count("Here since") == 1 + 3  # a time alone would not say what it is the time of
