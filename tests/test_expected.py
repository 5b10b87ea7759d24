"""The reception list taken in: what each row will do, who is expected, what they will need, and who is told so."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import actions, facts
from consent.models import AccessEvent, Entry
from consent.roles import Role
from registration.legal_status import LegalStatus
from registration.models import Expected, LegalStatusRecord, Movement, Patient
from tests.staff import GP, Reception, ago, give_posts, words

pytestmark = pytest.mark.django_db
PAGE = "/staff/reception-list/"
HEAD = "prison_number,family_name,given_names,date_of_birth,how,from,legal_status,language,interpreter,expected"
BORN = timezone.datetime(1985, 12, 31).date()


@pytest.fixture
def reception(db):
    """The nurse works at Leeds."""
    reception = Reception()
    reception.sends("/staff/prison/", prison="LEI")
    return reception


def today(days=0):
    return (timezone.localdate() + timedelta(days=days)).strftime("%d/%m/%Y")


def row(number="A1234BC", family="Pell", given="Sam", born="31/12/1985", how="new admission", **more):
    told = {
        "from": "Leeds Crown Court",
        "legal": "remand",
        "language": "",
        "interpreter": "",
        "expected": today(),
        **more,
    }
    return ",".join([number, family, given, born, how, *(str(value) for value in told.values())])


def listed(*rows):
    return "\n".join([HEAD, *rows])


def looks(reception, *rows):
    return reception.browser.post(PAGE, {"list": listed(*rows), "do": "look"})


def seen_on(response):
    return re.search(r'name="seen" value="(\w+)"', response.content.decode())[1]


def takes_in(reception, *rows, follow=True):
    seen = seen_on(looks(reception, *rows))
    return reception.browser.post(PAGE, {"list": listed(*rows), "do": "take", "seen": seen}, follow=follow)


def signed_in(*roles, prison):
    from django.contrib.auth.models import User

    user = User.objects.create_user(f"someone{User.objects.count()}")
    give_posts(user, *roles, prison=prison)
    browser = Client()
    browser.force_login(user)
    return browser


def known(reception, number="A1234BC", *, prison="HLI", answers=True):
    """Sam Pell, born 31 December 1985, who said yes and no at Hull yesterday."""
    person = reception.comes(number, days=3, prison=prison, date_of_birth=BORN)
    if answers:
        reception.says(person, "yes", days=1)
        reception.says(person, "no", question=GP, days=1)
    return person


# -- what it will do, before anything is written ----------------------------------------------------------------------


def test_nothing_chosen_says_what_to_do(reception):
    response = reception.browser.post(PAGE, {"do": "look"})
    assert response.status_code == 422
    assert "Choose the file, or paste the list." in words(response)


def test_a_file_that_is_no_list_says_why_and_nothing_typed_is_lost(reception):
    response = reception.browser.post(PAGE, {"list": "name,age\nSam,40", "do": "look"})
    assert response.status_code == 422
    said = "does not name the prison number (prison_number), how they come (how) and when they are expected (expected)."
    assert f"its first line {said}" in words(response)
    assert "Sam,40" in response.content.decode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "The file is empty."),
        (listed(row()).encode("utf-16"), "This is not a CSV file in UTF-8 or Windows-1252."),
    ],
)
def test_a_file_that_is_empty_or_no_text_says_so(reception, data, why):
    response = reception.browser.post(PAGE, {"file": SimpleUploadedFile("list.csv", data), "do": "look"})
    assert response.status_code == 422
    assert why in words(response)


def test_a_file_too_large_is_not_read(reception):
    file = SimpleUploadedFile("list.csv", b"x" * 600_000)
    assert "too large" in words(reception.browser.post(PAGE, {"file": file, "do": "look"}))


def test_looking_writes_nothing_but_who_was_looked_at(reception):
    person = known(reception)
    before = (Patient.objects.count(), Entry.objects.count(), Movement.objects.count())
    looks(reception, row(how="transfer"), row("A9999BC", "New", "Nell"))
    assert (Patient.objects.count(), Entry.objects.count(), Movement.objects.count()) == before
    assert not Expected.objects.exists()
    assert AccessEvent.objects.filter(what="reception list", chain=person.record_id).count() == 1


def test_a_row_that_cannot_be_read_is_said_beside_the_others_which_are_taken_in(reception):
    page = words(looks(reception, row(), row("A12", how="new admission")))
    assert "line 3: 'A12' is not a prison number." in page
    assert "Take in this 1 row" in page


def test_somebody_new_is_added_and_expected(reception):
    page = words(looks(reception, row(language="Polish", interpreter="yes")))
    assert "Not known yet: is added, and expected: Today." in page
    assert "Polish; needs an interpreter" in page
    assert "Offer the choice – both questions." in page
    takes_in(reception, row(language="Polish", interpreter="yes"))
    person = Patient.objects.get(prison_number="A1234BC")
    assert (person.name, person.date_of_birth, person.language) == ("Sam Pell", BORN, "pl")
    assert person.needs_interpreter
    assert facts.standing_of(person).legal_status is LegalStatus.REMAND


def test_another_name_or_birth_under_a_known_number_is_refused_and_says_what_to_do(reception):
    known(reception)
    for other in (row(family="Bell"), row(born="01/01/1985")):
        page = words(looks(reception, other))
        assert "Not taken in: Known with another name or date of birth. Check the number." in page
        assert "There is nothing to take in." in page
        assert "Said yes" not in page
    page = words(looks(reception, row(family="", born="")))
    assert "Known, and expected: Today." in page


def test_whoever_has_died_or_is_here_or_was_due_long_ago_is_not_expected(reception):
    died = known(reception, "A1111AA", prison="LEI", answers=False)
    reception.leaves(died, "RELEASED", code="DEC")
    known(reception, "A2222AA", prison="LEI", answers=False)
    page = words(looks(reception, row("A1111AA"), row("A2222AA"), row("A3333AA", expected=today(-5))))
    assert "Has died, as far as we know." in page
    assert "Is here: nothing to do." in page
    assert "is over. Check the date." in page
    assert "There is nothing to take in." in page


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("01/01/2099 16:30", "Thursday 1 January 2099 is more than four weeks ahead. Check the date"),
        (today(40), "is more than four weeks ahead."),
        ("01/01/2016", "Friday 1 January 2016 is over. Check the date."),
    ],
)
def test_a_day_that_somebody_mistyped_is_refused_and_keeps_back_no_other_row(reception, expected, said):
    rows = row("A1111AA", expected=expected), row("A2222AA", expected=today(28))
    page = words(looks(reception, *rows))
    assert "Not taken in:" in page and said in page and "Take in this 1 row" in page
    takes_in(reception, *rows)
    assert Expected.objects.get().patient.prison_number == "A2222AA"


def test_what_is_not_understood_in_a_row_is_said(reception):
    page = words(looks(reception, row(legal="bailed", language="Klingon")))
    assert "Legal status “bailed” is not understood, and is left out." in page
    assert "Language “Klingon” is not understood, and is left out." in page


def test_the_example_can_be_taken_in_as_it_is(reception):
    example = reception.browser.get(f"{PAGE}example.csv")
    file = SimpleUploadedFile("example.csv", example.content)
    page = words(reception.browser.post(PAGE, {"file": file, "do": "look"}))
    assert "Take in these 2 rows" in page
    assert "These rows are not used" not in page and "is not understood, and" not in page


# -- taking it in -----------------------------------------------------------------------------------------------------


def test_a_list_that_would_do_something_else_by_now_is_shown_again_and_nothing_is_written(reception):
    seen = seen_on(looks(reception, row()))
    reception.comes("A1234BC", days=0, date_of_birth=BORN)
    again = reception.browser.post(PAGE, {"list": listed(row()), "do": "take", "seen": seen})
    assert again.status_code == 409
    assert "Something has changed since this was shown. Nothing was taken in" in words(again)
    assert "Is here: nothing to do." in words(again)
    assert not Expected.objects.exists()


def test_a_row_already_taken_in_does_nothing(reception):
    assert "1 person is expected." in words(takes_in(reception, row()))
    counts = (Expected.history.count(), LegalStatusRecord.objects.count(), Patient.history.count())
    page = words(looks(reception, row()))
    assert "On the list already: nothing to do." in page
    assert "There is nothing to take in." in page
    takes_in(reception, row())
    assert (Expected.history.count(), LegalStatusRecord.objects.count(), Patient.history.count()) == counts


def test_another_time_on_a_later_list_changes_when_they_are_expected(reception):
    takes_in(reception, row())
    page = words(looks(reception, row(expected=f"{today()} 18:15")))
    assert "On the list already. What changes: when: Today → Today, 18:15. Expected: Today, 18:15." in page
    page = words(looks(reception, row(how="return from court", **{"from": ""})))
    changes = "how they come: New admission → Return from court; where from: Leeds Crown Court → blank"
    assert f"On the list already. What changes: {changes}. Expected: Today." in page
    page = words(takes_in(reception, row(expected=f"{today()} 18:15")))
    assert "Today, 18:15" in page.partition("Expected Person")[2]
    assert Expected.objects.count() == 1
    assert Expected.history.count() == 2


def test_one_row_that_cannot_be_taken_in_keeps_back_no_other(reception, monkeypatch):
    rows = row("A1111AA"), row("A2222AA", "Wren")
    seen = seen_on(looks(reception, *rows))
    true = actions.expect

    def fails_once(**said):
        if said["number"] == "A1111AA":
            raise actions.corrections.NotPossible("Somebody changed it just now.")
        true(**said)

    monkeypatch.setattr(actions, "expect", fails_once)
    page = reception.browser.post(PAGE, {"list": listed(*rows), "do": "take", "seen": seen})
    assert page.status_code == 409
    assert "line 2: Somebody changed it just now." in words(page)
    assert Expected.objects.get().patient.prison_number == "A2222AA"


def test_somebody_whom_another_prison_has_is_described_by_that_prison(reception):
    person = reception.comes("A1234BC", days=3, prison="HLI", name="", status=LegalStatus.REMAND)
    takes_in(reception, row(how="transfer", legal="sentenced"))
    person.refresh_from_db()
    assert (person.name, person.date_of_birth) == ("", None)
    assert facts.standing_of(person).legal_status is LegalStatus.REMAND
    reception.sends(f"/staff/expected/{Expected.objects.get().pk}/arrived/")
    assert facts.standing_of(person).legal_status is LegalStatus.SENTENCED


# -- what they will need, and who is told -----------------------------------------------------------------------------


def test_before_the_van_is_there_reception_knows_whom_not_to_ask_again(reception):
    person = known(reception)
    reception.leaves(person, "TRANSFERRED", prison="HLI")
    leeds = signed_in(Role.RECEPTION, prison="LEI")
    page = words(leeds.post(PAGE, {"list": listed(row(how="transfer")), "do": "look"}))
    assert re.search(
        r"Signing up with the prison GP[^:]*: Said yes on \w+ \d+ \w+ at Hull \(HMP\)\. Do not ask again\.", page
    )
    assert re.search(r"Asking their GP[^:]*: Said no on \w+ \d+ \w+ at Hull \(HMP\)\. Do not ask again\.", page)
    assert re.search(r"Check before sending – Signing up with the prison GP[^.]*\. Due on ", page)
    for hidden in ("Offer", "Everything on record", "Rule "):
        assert hidden not in page
    takes_in(reception, row(how="transfer"))
    page = words(leeds.get("/staff/"))
    assert "Said yes on" in page.partition("Expected")[2]
    assert AccessEvent.objects.filter(what="expected", chain=person.record_id).exists()


@pytest.mark.parametrize(
    "fishing",
    [row(how="transfer", born=""), row(how="transfer", family=""), row(how="transfer", expected=today(3))],
    ids=["no birth", "no name", "another day"],
)
def test_a_list_made_up_to_fish_for_answers_finds_none(reception, fishing):
    known(reception)
    leeds = signed_in(Role.RECEPTION, prison="LEI")
    page = words(leeds.post(PAGE, {"list": listed(fishing), "do": "look"}))
    assert "What they need is shown once they have arrived." in page
    assert "Said" not in page
    seen = seen_on(leeds.post(PAGE, {"list": listed(fishing), "do": "look"}))
    page = words(leeds.post(PAGE, {"list": listed(fishing), "do": "take", "seen": seen}, follow=True))
    assert "A1234BC" in page and "Said" not in page
    assert "Pell" not in page.partition("Expected Person")[2]


def test_a_name_that_the_list_itself_brought_makes_nobody_certain(reception):
    reception.says(reception.comes("A1234BC", days=3, prison="HLI", name=""), "yes", days=1)
    leeds = signed_in(Role.RECEPTION, prison="LEI")
    for _ in range(2):
        response = leeds.post(PAGE, {"list": listed(row(how="transfer")), "do": "look"})
        assert "Said" not in words(response)
        leeds.post(PAGE, {"list": listed(row(how="transfer")), "do": "take", "seen": seen_on(response)})


def test_a_sensitive_record_is_told_of_nowhere(reception):
    person = known(reception)
    actions.describe_patient(patient=person, is_sensitive=True)
    page = words(looks(reception, row(how="transfer")))
    assert "Said" not in page and "What they need is shown once they have arrived." in page
    page = words(takes_in(reception, row(how="transfer")))
    assert "Said" not in page and "Sam Pell" not in page


def test_someone_back_after_an_earlier_time_in_prison_is_offered_it_afresh(reception):
    person = known(reception)
    reception.leaves(person, "RELEASED", prison="HLI", days=0.5)
    page = words(looks(reception, row()))
    assert "Check an earlier registration" in page
    assert "Offer the choice afresh – Asking" in page


def test_the_same_is_needed_as_today_says_once_they_are_here(reception):
    known(reception, answers=False)
    page = words(takes_in(reception, row(how="transfer")))
    need = "Offer the choice – both questions"
    assert need in page.partition("New here")[0]
    came = words(reception.sends(f"/staff/expected/{Expected.objects.get().pk}/arrived/"))
    assert need in came


# -- they came, or they will not --------------------------------------------------------------------------------------


def test_one_press_records_that_they_came_and_another_adds_nothing(reception):
    takes_in(reception, row())
    address = f"/staff/expected/{Expected.objects.get().pk}/arrived/"
    assert "Sam Pell A1234BC has arrived." in words(reception.sends(address))
    page = words(reception.sends(address))
    assert "They have arrived already. Nothing was recorded twice." in page
    told = Movement.objects.get()
    assert (told.reason, told.prison_id, told.told_by) == ("NEW_ADMISSION", "LEI", "nurse")
    assert "They have arrived:" not in page
    assert "Sam Pell" in page.partition("New here")[2]


def test_an_arrival_that_a_message_told_ends_the_waiting(reception):
    person = known(reception)
    takes_in(reception, row(how="transfer"))
    assert "They have arrived" in reception.reads("/staff/")
    reception.arrives(person, "TRANSFERRED", days=0.01)  # a little before the list was taken in
    assert "They have arrived" not in reception.reads("/staff/")
    reception.sends(f"/staff/expected/{Expected.objects.get().pk}/arrived/")
    assert Movement.objects.filter(reason="TRANSFERRED").count() == 1


def test_whoever_came_and_left_again_is_waited_for_no_more_until_a_list_says_so(reception):
    takes_in(reception, row())
    person = Patient.objects.get(prison_number="A1234BC")
    reception.sends(f"/staff/expected/{Expected.objects.get().pk}/arrived/")
    reception.leaves(person, "SENT_TO_COURT")
    assert "They have arrived" not in reception.reads("/staff/")
    assert "Has arrived: nothing to do." in words(looks(reception, row()))
    page = words(takes_in(reception, row(how="return from court", expected=f"{today()} 17:00")))
    assert "They have arrived" in page and "Return from court" in page


def test_not_coming_takes_them_off_and_the_same_list_does_not_bring_them_back(reception):
    takes_in(reception, row())
    page = words(reception.sends(f"/staff/expected/{Expected.objects.get().pk}/not-coming/"))
    assert "is not expected." in page and "They have arrived" not in page
    assert "Not coming, as somebody here said" in words(looks(reception, row()))
    assert "This person is not expected here any more." in words(
        reception.sends(f"/staff/expected/{Expected.objects.get().pk}/arrived/")
    )
    assert not Movement.objects.exists()


def test_whoever_did_not_come_by_the_day_is_asked_about_and_after_four_weeks_no_more(reception):
    takes_in(reception, row())
    Expected.objects.update(on=timezone.localdate() - timedelta(days=2))
    assert "Have they come?" in reception.reads("/staff/")
    Expected.objects.update(on=timezone.localdate() - timedelta(days=28))
    assert "They have arrived" not in reception.reads("/staff/")


def test_somebody_expected_at_another_prison_is_not_answered_for_here(reception):
    takes_in(reception, row())
    hull = signed_in(Role.RECEPTION, prison="HLI")
    assert hull.post(f"/staff/expected/{Expected.objects.get().pk}/arrived/").status_code == 404
    assert "A1234BC" not in words(hull.get("/staff/"))


def test_a_joined_person_is_expected_once_and_found_to_have_come_under_either_number(reception):
    one = known(reception, "A1234BC")
    takes_in(reception, row(how="transfer"))
    other = known(reception, "A2345BC", answers=False)
    from registration import actions as registration

    facts.refresh(registration.merge(kept=other, removed=one, at=ago(0.001)))
    assert "They have arrived" in reception.reads("/staff/")
    reception.arrives(other, "TRANSFERRED")
    assert "They have arrived" not in reception.reads("/staff/")


@pytest.mark.parametrize("people", [3, 40])
def test_as_many_queries_for_many_as_for_few(reception, people):
    rows = []
    for n in range(people):
        person = known(reception, f"A{n:04d}AA", answers=n % 2 == 0)
        rows.append(row(person.prison_number, how="transfer"))
    with CaptureQueriesContext(connection) as seen:
        looks(reception, *rows)
    assert len(seen) <= 22, "\n".join(q["sql"][:150] for q in seen)
    takes_in(reception, *rows)
    reception.reads("/staff/")
    with CaptureQueriesContext(connection) as seen:
        page = reception.reads("/staff/")
    assert page.count("They have arrived :") == people
    assert len(seen) <= 22, "\n".join(q["sql"][:150] for q in seen)
