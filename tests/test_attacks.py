"""The table of attacks fits the tree: each control is written as its row says, and so it can still be switched off.

Trying them, with and without, takes minutes: make prove ARGS="attacks".
"""

import dataclasses

from tests.prove.attacks import not_refused, not_seen, out_of_date
from tests.prove.switches import ATTACKS, Off

ROW = ATTACKS[0]
TEST = ROW.tests[0]


def test_every_line_that_is_to_be_replaced_and_every_test_is_there():
    assert [what for row in ATTACKS for what in out_of_date(row)] == []
    assert len(ATTACKS) > 70


def test_a_line_that_is_not_there_any_more_or_there_twice_is_said():
    for line, times in (("no such line", 0), ("def ", "times, not once")):
        row = dataclasses.replace(ROW, off=(Off("config/middleware.py", line, ""),))
        assert str(times) in out_of_date(row)[0]
    assert out_of_date(dataclasses.replace(ROW, tests=("tests/test_walls.py::test_no_such",)))


def test_a_control_counts_as_seen_only_where_the_test_failed_for_its_reason():
    row = dataclasses.replace(ROW, tests=(TEST,), shows="got through")
    assert not_seen(row, {TEST: [None, "failure: it got through"]}) == []
    for cases in ([], [None], ["failure: KeyError"], ["error: got through"], ["skipped: got through"]):
        assert not_seen(row, {TEST: cases}), cases


def test_a_test_that_is_left_out_refuses_nothing():
    assert not_refused({TEST: [None, None]}) == []
    for cases in ([], ["skipped: no browser"], [None, "failure: it got through"]):
        assert not_refused({TEST: cases}), cases
