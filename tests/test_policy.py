"""The table of design.md, "when is a person asked?", row by row, and over every combination of facts."""

from collections import Counter
from datetime import date
from itertools import product

import pytest

from consent.policy import RULES, Answer, Facts, Intervals, decide, due_after
from consent.questions import QUESTIONS

GMS, GP = "gms-registration", "gp-record"
YES, NO, LATER, NOT_POSSIBLE, WITHDRAWN = Answer
NOTHING = "nothing-to-ask"
OFFER, LOOK, AGAIN = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)
CHOOSE, FRESH = date(2026, 3, 12), date(2026, 3, 13)
DUE = {
    "choose_due": CHOOSE,
    "offer_due": OFFER,
    "fresh_look_due": FRESH,
    "second_look_due": LOOK,
    "ask_again_due": AGAIN,
}


def facts(question=GMS, **known):
    return Facts(question, **DUE, **known)


HELD = {"decision": YES, "held": True}
NO_SINCE = {"decision": NO, "legal_status_changed": True}
THAT_YES = {"earlier_yes": True, "earlier_answer": True}
# (row, in the words of the domain, what is known, outcome, due)
EXAMPLES = [
    ("0", "nobody has heard of this person being in prison", facts(custody="none"), "closed", None),
    ("1", "released while the yes was still held", facts(custody="closed", **HELD), "closed", None),
    ("1", "died, and two records disagreed", facts(custody="deceased", conflict=True), "closed", None),
    ("2", "merged: a yes on one number and a no on the other", facts(conflict=True), "staff-first", CHOOSE),
    ("2", "a booking was moved while at court", facts(conflict=True, custody="away"), "staff-first", CHOOSE),
    ("2", "records disagree, and now in Cardiff", facts(conflict=True, outside_england=True), "staff-first", CHOOSE),
    ("3", "moved to Cardiff before being asked", facts(outside_england=True), "not-here", None),
    ("3", "moved to Cardiff with a held yes", facts(outside_england=True, **HELD), "not-here", None),
    ("4", "at court today", facts(custody="away"), NOTHING, None),
    ("4", "on the van to another prison", facts(custody="in-transit"), NOTHING, None),
    ("4", "on the van out of Cardiff", facts(custody="in-transit", outside_england=True), NOTHING, None),
    ("4", "in hospital, later is due", facts(custody="care-elsewhere", decision=LATER, due_now=True), NOTHING, None),
    ("4", "escaped", facts(custody="suspended"), NOTHING, None),
    ("4", "released half an hour ago, yes still held", facts(custody="settling", **HELD), NOTHING, None),
    ("5", "took back the yes", facts(decision=WITHDRAWN), NOTHING, None),
    ("5", "took back the yes, was registered", facts(decision=WITHDRAWN, registered=True), NOTHING, None),
    ("6g", "registered, the other prison says", facts(registered=True), NOTHING, None),
    ("6g", "registered, whatever was said to us", facts(registered=True, decision=LATER, due_now=True), NOTHING, None),
    ("7", "said yes, and it was checked before sending", facts(decision=YES), NOTHING, None),
    ("7", "we may ask their GP", facts(GP, decision=YES), NOTHING, None),
    ("8", "said no", facts(decision=NO), NOTHING, None),
    ("8", "said no, and is under 18", facts(decision=NO, not_for_a_tablet=True), NOTHING, None),
    ("8", "we may not ask their GP, sentenced since", facts(GP, decision=NO, legal_status_changed=True), NOTHING, None),
    ("9", "sensitive record", facts(not_for_a_tablet=True), "staff-first", OFFER),
    ("9", "17 years old, said yes and it is held", facts(not_for_a_tablet=True, **HELD), "staff-first", LOOK),
    ("9", "17 years old, said later", facts(not_for_a_tablet=True, decision=LATER), "staff-first", AGAIN),
    ("9", "sensitive, said no, sentenced since", facts(not_for_a_tablet=True, **NO_SINCE), "staff-first", FRESH),
    ("10g", "said yes in reception", facts(**HELD), "second-look", LOOK),
    ("10g", "said yes on remand, sentenced since", facts(**HELD, legal_status_changed=True), "second-look", LOOK),
    ("11g", "said no on remand, sentenced since", facts(**NO_SINCE), "fresh-look", FRESH),
    ("12", "said later on Monday, and it is Tuesday", facts(decision=LATER), "ask-again", AGAIN),
    ("12", "was not well enough to be asked today", facts(GP, decision=NOT_POSSIBLE), "ask-again", AGAIN),
    ("13", "said later a week ago", facts(decision=LATER, due_now=True), "ask-again", AGAIN),
    ("13", "was not well enough yesterday", facts(GP, decision=NOT_POSSIBLE, due_now=True), "ask-again", AGAIN),
    ("14g", "said yes the last time in prison", facts(**THAT_YES), "staff-first", OFFER),
    ("15", "came by a transfer, nothing else known", facts(admission_known=False), "staff-first", OFFER),
    ("15", "known by a roll, the GP question", facts(GP, admission_known=False), "staff-first", OFFER),
    ("16", "said no the last time in prison", facts(earlier_answer=True), "offer", OFFER),
    ("16", "said yes the last time, staff checked", facts(checked_by_staff=True, **THAT_YES), "offer", OFFER),
    ("16", "last time we could ask their GP", facts(GP, **THAT_YES), "offer", OFFER),
    ("17", "came in today for the first time", facts(), "offer", OFFER),
    ("17", "known by a roll, staff looked", facts(GP, admission_known=False, checked_by_staff=True), "offer", OFFER),
]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "known", "outcome", "due"), [(e[0], *e[2:]) for e in EXAMPLES], ids=[f"{e[0]}: {e[1]}" for e in EXAMPLES]
)
def test_row(row, known, outcome, due):
    rule = decide(known)
    assert (rule.code, rule.outcome, rule.due(known)) == (row, outcome, due)


def test_the_rows_are_those_of_the_table_in_its_order():
    table = "0 1 2 3 4 5 6g 7 8 9 10g 11g 12 13 14g 15 16 17".split()
    assert [rule.code for rule in RULES] == table


def test_every_row_has_an_example():
    assert {example[0] for example in EXAMPLES} == {rule.code for rule in RULES}


def test_every_row_tells_staff_why_in_a_sentence():
    sentences = [rule.because for rule in RULES]
    assert len(set(sentences)) == len(RULES)
    assert all(sentence[0].isupper() and sentence.endswith((".", "?")) for sentence in sentences)


def as_the_table_says(f):
    """The table of design.md read once more, from the top."""
    g = f.question == GMS
    undecided = f.decision in ("later", "not-possible")
    away = f.custody in ("in-transit", "away", "care-elsewhere", "suspended", "settling")
    table = [
        ("0", f.custody == "none"),
        ("1", f.custody in ("closed", "deceased")),
        ("2", f.conflict),
        ("3", f.outside_england and not away),  # at court or on the road is in no prison
        ("4", away),
        ("5", f.decision == "withdrawn"),
        ("6g", g and f.registered),
        ("7", f.decision == "yes" and (not g or not f.held)),
        ("8", f.decision == "no" and not (g and f.legal_status_changed)),
        ("9", f.not_for_a_tablet),
        ("10g", g and f.decision == "yes" and f.held),
        ("11g", g and f.decision == "no" and f.legal_status_changed),
        ("12", undecided and not f.due_now),
        ("13", undecided and f.due_now),
        ("14g", g and f.earlier_yes and not f.checked_by_staff),
        ("15", not f.admission_known and not f.checked_by_staff),
        ("16", f.earlier_answer),
        ("17", f.decision is None),
    ]
    return next(row for row, fits in table if fits)


def test_every_combination_of_facts_lands_where_the_table_says_and_every_row_is_reached():
    custody = "none open away in-transit care-elsewhere suspended settling closed deceased".split()
    yes_no = (False, True)
    reached = Counter()
    for question, where, decision in product((GMS, GP), custody, (None, *Answer)):
        for known in product(yes_no, repeat=11):
            f = Facts(question, where, *known[:2], decision, *known[2:])
            row = decide(f).code
            assert row == as_the_table_says(f), f
            reached[row] += 1
    assert set(reached) == {rule.code for rule in RULES}


def test_no_question_is_asked_anew_while_an_answer_stands():
    for decision, known in product((Answer.YES, Answer.NO, Answer.WITHDRAWN), product((False, True), repeat=8)):
        for question in QUESTIONS:
            f = Facts(question.id, "open", False, False, decision, *known)
            assert decide(f).outcome not in ("offer", "ask-again")


# -- due dates -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "said_on", "due"),
    [
        (1, date(2026, 3, 2), date(2026, 3, 9)),
        (2, date(2026, 3, 2), date(2026, 3, 30)),
        (3, date(2026, 3, 2), date(2026, 6, 2)),
        (4, date(2026, 3, 2), date(2026, 6, 2)),
        (1, date(2026, 12, 28), date(2027, 1, 4)),
        (2, date(2027, 2, 1), date(2027, 3, 1)),
        (2, date(2028, 2, 1), date(2028, 2, 29)),
        (3, date(2026, 11, 30), date(2027, 2, 28)),
        (3, date(2027, 11, 30), date(2028, 2, 29)),
        (3, date(2026, 1, 31), date(2026, 4, 30)),
        (3, date(2026, 10, 31), date(2027, 1, 31)),
        (3, date(2026, 9, 15), date(2026, 12, 15)),
        (3, date(2026, 12, 31), date(2027, 3, 31)),
    ],
)
def test_later_is_asked_again_after_7_days_then_28_days_then_3_months(times, said_on, due):
    assert due_after(Answer.LATER, times, said_on, Intervals()) == due


@pytest.mark.parametrize("times", [1, 2, 5])
def test_who_could_not_be_asked_is_asked_the_next_day(times):
    for said_on, due in [
        (date(2026, 3, 2), date(2026, 3, 3)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2028, 2, 28), date(2028, 2, 29)),
    ]:
        assert due_after(Answer.NOT_POSSIBLE, times, said_on, Intervals()) == due


def test_the_intervals_are_settings():
    assert due_after(Answer.LATER, 1, date(2026, 3, 2), Intervals(later=(3, 14))) == date(2026, 3, 5)
    assert due_after(Answer.LATER, 3, date(2026, 3, 2), Intervals(later_months=1)) == date(2026, 4, 2)
