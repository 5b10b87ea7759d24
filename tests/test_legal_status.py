import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.legal_status import LegalStatus, StatusRecord, history
from tests.conftest import after

REMAND, SENTENCED = LegalStatus.REMAND, LegalStatus.SENTENCED


def typed(status, **when):
    return StatusRecord(after(**when), status)


def message(convicted, **when):
    return StatusRecord(after(**when), convicted=convicted)


def test_nothing_is_known_of_someone_nobody_wrote_about():
    assert history([]).status is LegalStatus.UNKNOWN
    assert history([]).changed_at == ()


def test_learning_a_status_for_the_first_time_is_no_change():
    assert history([typed(REMAND)]).changed_at == ()
    assert history([typed(LegalStatus.UNKNOWN), typed(REMAND, days=1)]).changed_at == ()


def test_typing_the_same_again_is_no_change():
    assert history([typed(REMAND), typed(REMAND, days=1)]).changed_at == ()


def test_not_knowing_it_today_takes_nothing_back():
    told = history([typed(REMAND), typed(LegalStatus.UNKNOWN, days=1)])
    assert (told.status, told.changed_at) == (REMAND, ())


@pytest.mark.parametrize("new", [SENTENCED, LegalStatus.RECALL, LegalStatus.IMMIGRATION_DETAINEE])
def test_remand_to_anything_else_is_a_change_at_that_time(new):
    told = history([typed(REMAND), typed(new, days=3)])
    assert (told.status, told.changed_at) == (new, (after(days=3),))
    assert told.changed_since(after(days=2))
    assert not told.changed_since(after(days=3))


def test_a_message_that_a_remand_prisoner_was_convicted_is_a_change_and_does_not_say_to_what():
    told = history([typed(REMAND), message(True, days=3)])
    assert (told.status, told.changed_at) == (LegalStatus.UNKNOWN, (after(days=3),))


def test_the_sentence_typed_after_the_message_is_the_same_change():
    told = history([typed(REMAND), message(True, days=3), typed(SENTENCED, days=5)])
    assert (told.status, told.changed_at) == (SENTENCED, (after(days=3),))


@pytest.mark.parametrize(
    ("status", "convicted"),
    [
        (SENTENCED, True),
        (LegalStatus.RECALL, True),
        (LegalStatus.CONVICTED_UNSENTENCED, True),
        (REMAND, False),
        (LegalStatus.CIVIL_PRISONER, False),  # the prison service calls them "Remand" too
    ],
)
def test_a_message_that_says_what_we_know_is_no_change(status, convicted):
    told = history([typed(status), message(convicted, days=1)])
    assert (told.status, told.changed_at) == (status, ())


def test_being_told_twice_of_one_conviction_is_one_change():
    assert history([typed(REMAND), message(True, days=3), message(True, days=4)]).changed_at == (after(days=3),)


def test_a_conviction_that_was_quashed_is_a_change_back():
    told = history([typed(SENTENCED), message(False, days=1)])
    # Not convicted: on remand, or held for a civil matter. Staff say which.
    assert (told.status, told.changed_at) == (LegalStatus.UNKNOWN, (after(days=1),))


records = st.builds(
    StatusRecord,
    st.integers(0, 5).map(lambda day: after(days=day)),
    st.sampled_from(LegalStatus),
) | st.builds(
    lambda at, convicted: StatusRecord(at, convicted=convicted),
    st.integers(0, 5).map(lambda day: after(days=day)),
    st.booleans(),
)


@given(st.lists(records, max_size=7), st.randoms())
def test_the_order_of_learning_and_hearing_it_twice_do_not_matter(told, random):
    again = told + told[:3]
    random.shuffle(again)
    assert history(again) == history(told)
