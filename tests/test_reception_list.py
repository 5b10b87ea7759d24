"""A reception's own list, read as spreadsheets write it: every row, or in words what is wrong with it."""

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.feeds.reception_list import COLUMNS, MOST_ROWS, ReceptionList, list_of
from registration.feeds.table import NotATable, NotText, text_of
from registration.legal_status import LegalStatus

LANGUAGES = {"polish": "pl", "tigrinya": "ti", "english": "en"}
HEAD = "prison_number,how,expected"


def read(*lines, head=HEAD):
    return list_of("\n".join([head, *lines]), LANGUAGES)


def only(listed):
    assert listed.problems == ()
    [row] = listed.rows
    return row


@pytest.mark.parametrize(
    "text",
    ["", "\n", "prison_number,how", "a,b,c", 'prison_number,how,expected\n"A1234BC', f"{HEAD},Surname,family name"],
)
def test_what_is_no_such_list_is_said_and_nothing_is_made_up(text):
    with pytest.raises(NotATable):
        list_of(text, LANGUAGES)


def test_a_list_of_everybody_there_ever_was_is_refused():
    with pytest.raises(NotATable, match="more than 500 rows"):
        read(*(f"A{n:04d}BC,court,17/11/2026" for n in range(MOST_ROWS + 1)))


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("A12BC,court,17/11/2026", "is not a prison number"),
        ("A1234BC,balloon,17/11/2026", "does not say how they come"),
        (",court,17/11/2026", "the prison number (prison_number) is blank."),
        ("A1234BC,,17/11/2026", "how they come (how) is blank. Write new admission,"),
        ("A1234BC,court,", "when they are expected (expected) is blank. Write it like 17/11/2026"),
        ("A1234BC,court,31/02/2026", "is not a date"),
        ("A1234BC,court,17/11/26", "is not a date"),
        ("A1234BC,court,17/11/2026 25:00", "is not a date"),
        ("A1234BC,court,17/11/2026,Leeds Crown Court", "more cells than the first line"),
    ],
)
def test_a_row_that_does_not_say_who_how_and_when_is_a_problem_and_keeps_back_no_other(row, what):
    listed = read(row, "A2345BC,court,17/11/2026")
    assert [problem.line for problem in listed.problems] == [2]
    assert what in str(listed.problems[0])
    assert [one.number for one in listed.rows] == ["A2345BC"]


def test_a_date_of_birth_that_is_none_is_a_problem_for_it_tells_people_apart():
    [problem] = read("A1234BC,court,17/11/2026,1/1/85", head=f"{HEAD},dob").problems
    assert "31/12/1985" in str(problem)


def test_one_person_told_twice_is_told_once_and_never_in_two_ways():
    assert len(read("A1234BC,court,17/11/2026", "a1234bc, Court ,2026-11-17").rows) == 1
    listed = read("A1234BC,court,17/11/2026", "A1234BC,transfer,17/11/2026")
    assert [row.how for row in listed.rows] == ["court"]
    assert "stands on line 2 too, with other words. That line is the one that is used." in str(listed.problems[0])


@pytest.mark.parametrize(
    ("said", "how"),
    [
        ("new admission", "new"),
        ("Transfer", "transfer"),
        ("TRANSFER IN", "transfer"),
        ("return from court", "court"),
        ("Return from temporary absence or hospital", "absence"),
        ("ROTL", "absence"),
        ("hospital", "absence"),
    ],
)
def test_the_ways_people_come(said, how):
    assert only(read(f"A1234BC,{said},17/11/2026")).how == how


@pytest.mark.parametrize(
    "said", ["17/11/2026 16:30", "2026-11-17 16:30", "2026-11-17T16:30", "17/11/2026 16.30", "7/11/2026"]
)
def test_dates_are_british_or_iso_with_a_time_or_without(said):
    row = only(read(f"A1234BC,court,{said}"))
    assert row.on in (date(2026, 11, 17), date(2026, 11, 7))
    assert row.at == (time(16, 30) if "16" in said else None)


def test_everything_a_row_may_say():
    row = only(
        read(
            'A1234BC,transfer,17/11/2026,Żółć,"Anna Maria",31/12/1985,F,"Hull (HMP)",Sentenced,Polish,Yes',
            head=f"{HEAD},family_name,given_names,date_of_birth,sex,from,legal_status,language,interpreter",
        )
    )
    assert (row.family_name, row.given_names, row.date_of_birth) == ("Żółć", "Anna Maria", date(1985, 12, 31))
    assert (row.sex, row.comes_from, row.language, row.interpreter) == ("female", "Hull (HMP)", "pl", True)
    assert row.legal_status is LegalStatus.SENTENCED


def test_what_is_not_understood_is_left_out_and_said():
    row = only(
        read("A1234BC,court,17/11/2026,Klingon,maybe,Bailed,X", head=f"{HEAD},language,interpreter,legal_status,sex")
    )
    assert (row.language, row.interpreter, row.legal_status, row.sex) == ("", None, LegalStatus.UNKNOWN, "")
    assert dict(row.left_out) == {"sex": "X", "legal_status": "Bailed", "language": "Klingon", "interpreter": "maybe"}


def test_columns_that_mean_nothing_here_are_named():
    assert read("A1234BC,court,17/11/2026,B,£3", head=f"{HEAD},wing,Cash").not_read == ("wing", "Cash")


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["A1234BC", "court", "new admission", "17/11/2026", "2026-11-17 16:30", "yes", '"', "\x00", "\r"]),
)
LINES = st.lists(st.lists(CELLS, max_size=13), max_size=6)


@given(st.lists(st.sampled_from(list(COLUMNS)), unique=True), LINES, st.sampled_from(",;\t"))
def test_no_cells_crash_it(header, lines, sign):
    no_crash("\n".join(sign.join(line) for line in [[*HEAD.split(","), *header], *lines]))


@given(st.binary(max_size=300))
def test_no_file_crashes_it(data):
    with suppress(NotText):
        no_crash(text_of(data))
        no_crash(f"{HEAD}\n{text_of(data)}")


def no_crash(text):
    with suppress(NotATable):
        assert isinstance(list_of(text, LANGUAGES), ReceptionList)
