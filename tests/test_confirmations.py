"""Many registrations confirmed from a file of the clinical system: each row is shown before anything is written."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent import actions, facts
from consent.models import AccessEvent, Entry
from registration.feeds.confirmations import Confirmation, confirmations_of
from registration.feeds.table import NotATable
from registration.models import RegistrationRequest
from tests.staff import GMS, Reception, ago, words
from tests.test_registrations import said_yes

PAGE = "/staff/registrations/confirm/"
HEADER = "prison_number,nhs_number,registered_on\n"


# -- the file, without a database -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "does not name"),
        ("prison_number,registered_on\n", "nhs_number"),
        ("prison_number,nhs_number,registered_on,nhs_number\n", "twice"),
        (f'{HEADER}A1234BC,,"2026', "not a CSV file"),
    ],
)
def test_a_file_that_is_none_is_refused_with_what_it_lacks(text, why):
    with pytest.raises(NotATable, match=why):
        confirmations_of(text)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("A123BC,,2026-11-02", "is not a prison number"),
        ("A1234BC,9990000019,2026-11-02", "is not an NHS number"),
        ("A1234BC,,2026-02-30", "is not a day"),
        ("A1234BC,,02.11.2026", "is not a day"),
        ("A1234BC,,", "the day they were registered on (registered_on) is blank"),
        ("A1234BC,,2026-11-02,more", "more cells"),
    ],
)
def test_a_row_that_cannot_be_read_takes_nothing_from_the_others(row, why):
    rows, problems = confirmations_of(f"{HEADER}{row}\nA1234BD,,2026-11-02\n")
    assert [r.number for r in rows] == ["A1234BD"]
    assert len(problems) == 1 and problems[0].line == 2 and why in problems[0].what


def test_the_same_row_twice_is_one_and_two_that_disagree_are_neither():
    same = "a1234bc,999 000 0018,02/11/2026\nA1234BC,9990000018,2026-11-02\n"
    rows, problems = confirmations_of(HEADER + same)
    assert (rows, problems) == ([Confirmation(2, "A1234BC", "9990000018", date(2026, 11, 2))], [])
    rows, problems = confirmations_of(f"{HEADER}{same}A1234BC,9990000018,2026-11-03\n")
    assert rows == []
    assert [str(problem) for problem in problems] == [
        "line 2: A1234BC stands on lines 3 and 4 too, with another day or NHS number. "
        "None of these rows is used. Keep the one that is right."
    ]


# -- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def reception(db):
    return Reception()


def made(reception, number, **more):
    person = said_yes(reception, number=number, **more)
    actions.move_request(request=person.registration_requests.get(), to="made", user=reception.nurse, still_here=True)
    return person


def today():
    return timezone.localdate().isoformat()


def file_of(*rows, encoding="utf-8"):
    return SimpleUploadedFile("system.csv", (HEADER + "\n".join(rows) + "\n").encode(encoding))


def uploads(reception, *rows, **more):
    return reception.browser.post(PAGE, {"file": file_of(*rows, **more)})


def mark_on(response):
    return response.context["mark"]


def test_nothing_is_written_before_it_is_confirmed(reception):
    person = made(reception, "A1234BC")
    lines = Entry.objects.count()
    response = uploads(reception, f"A1234BC,,{today()}")
    assert "Confirm this one" in words(response)
    assert RegistrationRequest.objects.get().state == "made" and Entry.objects.count() == lines
    text = response.context["text"]
    after = words(reception.browser.post(PAGE, {"text": text, "mark": mark_on(response)}, follow=True))
    assert "One registration is confirmed." in after
    assert facts.standing_of(person).questions[GMS].registered
    assert "says the clinical system" in reception.reads("/staff/people/A1234BC/")
    again = uploads(reception, f"A1234BC,,{today()}")
    assert "confirmed already" in words(again) and "Confirm th" not in words(again)


def test_each_row_says_what_it_does_and_only_what_is_right_is_done(reception):
    made(reception, "A0001AA", nhs_number="9990000018")
    made(reception, "A0002AA", nhs_number="9990000018")
    said_yes(reception, number="A0003AA")
    reception.comes("A0004AA")
    gone = made(reception, "A0005AA")
    reception.leaves(gone, "TRANSFERRED", days=0.01)
    reception.arrives(gone, "TRANSFERRED", prison="HLI")
    made(reception, "A0006AA")
    made(reception, "A0007AA")
    made(reception, "A0009AA", is_sensitive=True)
    reception.sends("/staff/prison/", prison="LEI")
    response = uploads(
        reception,
        f"A0001AA,999 000 0018,{today()}",
        f"A0002AA,9990000026,{today()}",
        f"A0003AA,,{today()}",
        f"A0004AA,,{today()}",
        f"A0005AA,,{today()}",
        f"A0006AA,,{(timezone.localdate() + timedelta(days=1)).isoformat()}",
        "A0007AA,,2020-01-01",
        f"A0008AA,,{today()}",
        f"A0009AA,,{today()}",
        f"A00,,{today()}",
    )
    found = {row.told.number: row.found.value for row in response.context["rows"]}
    assert found == {
        "A0001AA": "confirm",
        "A0002AA": "other-number",
        "A0003AA": "not-made",
        "A0004AA": "no-request",
        "A0005AA": "elsewhere",
        "A0006AA": "ahead",
        "A0007AA": "before",
        "A0008AA": "not-found",
        "A0009AA": "elsewhere",
    }
    page = words(response)
    assert "line 11: 'A00' is not a prison number" in page
    assert "Nothing: another NHS number is known here" in page
    sent = {"text": response.context["text"], "mark": mark_on(response)}
    reception.browser.post(PAGE, sent)
    confirmed = RegistrationRequest.objects.filter(state="confirmed").values_list("patient__prison_number", flat=True)
    assert list(confirmed) == ["A0001AA"]
    assert not AccessEvent.objects.filter(what="confirm", chain=gone.record_id).exists()


def test_of_two_rows_that_disagree_both_are_named_where_it_says_what_is_not_used(reception):
    made(reception, "A0001AA")
    page = words(uploads(reception, f"A0001AA,,{today()}", f"A0002AA,,{today()}", "A0001AA,,2026-01-02"))
    assert "Rows that are not used line 2: A0001AA stands on line 4 too, with another day or NHS number. None" in page
    assert "There is nothing to confirm in this file." in page


def test_what_changed_since_it_was_shown_is_shown_again_and_nothing_is_written(reception):
    made(reception, "A0001AA")
    person = made(reception, "A0002AA")
    response = uploads(reception, f"A0001AA,,{today()}", f"A0002AA,,{today()}")
    actions.move_request(
        request=person.registration_requests.get(), to="rejected", user=reception.nurse, reason="wrong name"
    )
    sent = {"text": response.context["text"], "mark": mark_on(response)}
    after = reception.browser.post(PAGE, sent)
    assert "Something has changed since this was shown" in words(after)
    assert not RegistrationRequest.objects.filter(state="confirmed").exists()
    reception.browser.post(PAGE, {**sent, "mark": mark_on(after)})
    assert RegistrationRequest.objects.filter(state="confirmed").count() == 1


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"text": ""}, "Choose a file."),
        ({"file": SimpleUploadedFile("x.csv", b"")}, "The file is empty."),
        ({"file": file_of("A1234BC,,", encoding="utf-16")}, "not a CSV file in UTF-8 or Windows-1252"),
        ({"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")}, "The file cannot be used"),
        ({"file": SimpleUploadedFile("x.csv", b"x" * 1_000_001)}, "too big"),
    ],
)
def test_what_is_no_such_file_says_why(reception, sent, why):
    response = reception.browser.post(PAGE, sent)
    assert response.status_code == 422
    assert why in words(response)


def test_an_imported_yes_is_confirmed_with_its_own_day_of_years_ago(reception):
    reception.comes(days=30)
    actions.import_decision(
        number="A1234BC", question=GMS, answer="yes", at=ago(29), prison_id="LEI", recorded_by="x", source="x"
    )
    response = uploads(reception, "A1234BC,,2026-01-05")
    assert [row.found.value for row in response.context["rows"]] == ["confirm"]


def test_a_preview_asks_the_database_as_often_for_many_as_for_one(reception):
    def asked(rows):
        with CaptureQueriesContext(connection) as caught:
            uploads(reception, *rows)
        return len(caught)

    rows = [f"A{n:04d}AA,,{today()}" for n in range(1, 8)]
    for n in range(1, 8):
        made(reception, f"A{n:04d}AA")
    few = asked(rows[:1])
    assert asked(rows) <= few
