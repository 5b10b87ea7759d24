"""From the record to what stands: answers, holds, second looks, mistakes, merges, due dates, and the clock."""

from datetime import date
from itertools import count, permutations

import pytest

from consent.history import History, Line, Notice
from consent.policy import Intervals, decide
from consent.standing import facts_at, stand
from registration.legal_status import LegalStatus, StatusRecord
from registration.movements import Movement
from tests.conftest import MONDAY, after, on_the_roll, received, released, seen

GMS, GP = "gms-registration", "gp-record"
ADMITTED = received("NEW_ADMISSION")
FREED = released("RELEASED", after(days=20), code="CR")
numbers = count()


def line(kind, at, about=(), question=GMS, record="A", **more):
    n = next(numbers)
    return Line(f"line {n}", record, n, at, kind, question, refers=tuple(x.id for x in about), **more)


def said(answer, at, **more):
    return line("decision", at, **{"answer": answer, "prison": "LEI", **more})


def in_error(mistake):
    """Dated as the mistake is, so that no earlier time counts one without the other."""
    return line("error", mistake.at, [mistake])


def status(name, at):
    return StatusRecord(at, LegalStatus(name))


def known(*things, **more):
    def of(kind):
        return tuple(x for x in things if isinstance(x, kind))

    return History(of(Movement), of(Line), of(StatusRecord), of(Notice), **more)


def told(*things, at, question=GMS, **more):
    """Row, outcome and due date, as staff would be told at that time."""
    facts = facts_at(stand(known(*things, **more).until(at)), question, at)
    rule = decide(facts)
    return rule.code, rule.outcome, rule.due(facts)


def facts(*things, at, question=GMS, **more):
    return facts_at(stand(known(*things, **more).until(at)), question, at)


def row(*things, at, question=GMS, **more):
    return told(*things, at=at, question=question, **more)[0]


# -- nothing, and offers -------------------------------------------------------------------------------------


def test_nobody_knows_this_person():
    assert told(at=after(days=1)) == ("0", "closed", None)
    assert told(seen(after(days=3)), at=after(days=1)) == ("0", "closed", None)


def test_who_came_in_is_offered_both_questions_within_7_days():
    for question in (GMS, GP):
        assert told(ADMITTED, question=question, at=after(hours=1)) == ("17", "offer", date(2026, 3, 9))


def test_a_transfer_moves_no_due_date():
    moved = received("TRANSFERRED", after(days=3), "MDI")
    assert told(ADMITTED, moved, at=after(days=4)) == ("17", "offer", date(2026, 3, 9))
    later = said("later", after(days=1))
    assert told(ADMITTED, later, moved, at=after(days=4)) == ("12", "ask-again", date(2026, 3, 10))
    yes = said("yes", after(days=1))
    assert told(ADMITTED, yes, moved, at=after(days=4)) == ("10g", "second-look", date(2026, 3, 10))


def test_days_are_counted_in_london():
    night = received("NEW_ADMISSION", after(days=30, hours=14, minutes=30))  # 1 April 23:30 UTC, 2 April 00:30 there
    assert told(night, at=after(days=31))[2] == date(2026, 4, 9)


# -- holds ---------------------------------------------------------------------------------------------------


def test_a_yes_in_reception_is_held_until_it_is_checked():
    yes = said("yes", after(hours=1))
    assert told(ADMITTED, yes, at=after(days=1)) == ("10g", "second-look", date(2026, 3, 9))
    assert told(ADMITTED, yes, at=after(days=15))[0] == "10g", "overdue, and still not sent"
    checked = line("second-look", after(days=2), [yes])
    assert told(ADMITTED, yes, checked, at=after(days=3)) == ("7", "nothing-to-ask", None)


def test_a_hold_by_hours_lapses_by_the_clock_alone_and_a_check_is_of_use_until_then():
    yes, sentenced = said("yes", after(hours=1), hold="72"), status("SENTENCED", after())
    assert told(ADMITTED, sentenced, yes, at=after(hours=72, minutes=59)) == ("10g", "second-look", date(2026, 3, 5))
    assert row(ADMITTED, sentenced, yes, at=after(hours=73)) == "7"


def test_a_prison_may_hold_nothing():
    sentenced = status("SENTENCED", after())
    assert row(ADMITTED, sentenced, said("yes", after(hours=1), hold="none"), at=after(hours=1)) == "7"


@pytest.mark.parametrize("hold", ["none", "24"])
@pytest.mark.parametrize("name", ["REMAND", "CONVICTED_UNSENTENCED"])
def test_whoever_turns_out_to_be_on_remand_is_seen_first_whatever_the_prison_had_set(hold, name):
    yes, sentenced = said("yes", after(hours=1), hold=hold), status("SENTENCED", after())
    turned_out = status(name, after(days=3))
    story = [ADMITTED, sentenced, yes, turned_out]
    assert told(*story, at=after(days=3)) == ("10g", "second-look", date(2026, 3, 12))
    # A mistake put right has the time of what it corrects.
    assert told(ADMITTED, status(name, after()), yes, at=after(days=3)) == ("10g", "second-look", date(2026, 3, 9))
    assert row(*story, line("second-look", after(days=4), [yes]), at=after(days=5)) == "7"
    assert row(*story, status("SENTENCED", after(days=5)), at=after(days=5)) == "7"


def test_a_message_that_leaves_the_status_open_holds_a_yes_that_nobody_has_talked_over():
    yes, sentenced = said("yes", after(hours=1), hold="none"), status("SENTENCED", after())
    assert row(ADMITTED, sentenced, yes, StatusRecord(after(days=2), convicted=False), at=after(days=2)) == "10g"


@pytest.mark.parametrize("kind", ["never-made", "registration-ended"])
def test_a_registration_that_came_to_nothing_is_not_begun_again_before_they_are_asked(kind):
    yes, sentenced = said("yes", after(days=1), hold="none", imported=True), status("SENTENCED", after())
    story = [ADMITTED, sentenced, yes, line(kind, after(days=9), [yes])]
    assert told(*story, at=after(days=9)) == ("10g", "second-look", date(2026, 3, 18))
    checked = line("second-look", after(days=10), [yes])
    assert row(*story, checked, at=after(days=11)) == "7"
    assert row(*story, checked, line(kind, after(days=12), [yes]), at=after(days=13)) == "10g"


def test_a_yes_to_asking_the_gp_is_never_held():
    yes = said("yes", after(hours=1), question=GP)
    asked = facts(ADMITTED, yes, question=GP, at=after(hours=1))
    assert (decide(asked).code, asked.held) == ("7", False)


def test_a_check_of_one_yes_does_not_send_the_next():
    first, second = said("yes", after(hours=1)), said("yes", after(days=3))
    checked = line("second-look", after(days=1), [first])
    no = said("no", after(days=2))
    assert row(ADMITTED, first, checked, no, second, at=after(days=4)) == "10g"


def test_a_held_yes_ends_with_the_release():
    yes = said("yes", after(hours=1))
    assert row(ADMITTED, yes, FREED, at=after(days=20, minutes=44)) == "4"
    gone = facts(ADMITTED, yes, FREED, at=after(days=20, minutes=45))
    assert (decide(gone).code, gone.held) == ("1", False)


def test_a_held_yes_moved_twice_is_one_yes_still_to_be_checked():
    yes = said("yes", after(hours=1))
    moves = [received("TRANSFERRED", after(days=n), prison) for n, prison in ((2, "MDI"), (4, "BXI"))]
    asked = facts(ADMITTED, yes, *moves, at=after(days=5))
    assert (decide(asked).code, asked.held, asked.decision) == ("10g", True, "yes")


def test_an_imported_yes_is_not_held():
    yes = said("yes", after(hours=1), hold="none", imported=True)
    assert row(seen(after(hours=1)), yes, at=after(days=1)) == "7"


def test_a_confirmed_registration_asks_nothing_whatever_was_said():
    registered = line("registered", after(days=1))
    for answer in ("yes", "no", "later"):
        assert row(ADMITTED, said(answer, after(hours=1)), registered, at=after(days=2)) == "6g"
    assert row(ADMITTED, registered, at=after(days=2), question=GP) == "17"


# -- an earlier time in prison -------------------------------------------------------------------------------


def test_release_ends_an_answer_and_it_is_offered_afresh():
    back = received("NEW_ADMISSION", after(days=40), "MDI")
    no = said("no", after(days=1))
    assert told(ADMITTED, no, FREED, back, at=after(days=41)) == ("16", "offer", date(2026, 4, 18))


@pytest.mark.parametrize("kind", ["decision", "registered"])
def test_an_earlier_yes_or_registration_is_for_staff_until_they_have_checked(kind):
    back = received("READMISSION", after(days=40))
    before = line(kind, after(days=1), answer="yes" if kind == "decision" else "")
    assert row(ADMITTED, before, FREED, back, at=after(days=41)) == "14g"
    checked = line("staff-check", after(days=41), question="")
    assert row(ADMITTED, before, FREED, back, checked, at=after(days=42)) == "16"


def test_a_check_in_an_earlier_stay_does_not_count_for_this_one():
    came_by_transfer = received("TRANSFERRED", after(days=40))
    checked = line("staff-check", after(days=2), question="")
    assert row(on_the_roll(), checked, at=after(days=3)) == "17"
    assert row(on_the_roll(), checked, FREED, came_by_transfer, at=after(days=41)) == "15"


def test_an_undone_release_keeps_the_answer():
    back = received("READMISSION", after(days=20, minutes=40))
    assert row(ADMITTED, said("no", after(days=1)), FREED, back, at=after(days=21)) == "8"


# -- asked again ---------------------------------------------------------------------------------------------


def test_three_times_later():
    first, second, third = said("later", after(days=0)), said("later", after(days=7)), said("later", after(days=35))
    assert told(ADMITTED, first, at=after(days=1)) == ("12", "ask-again", date(2026, 3, 9))
    assert told(ADMITTED, first, at=after(days=7))[0] == "13"
    assert told(ADMITTED, first, second, at=after(days=8)) == ("12", "ask-again", date(2026, 4, 6))
    assert told(ADMITTED, first, second, third, at=after(days=40)) == ("12", "ask-again", date(2026, 7, 6))


def test_later_comes_due_at_midnight_in_london():
    later = said("later", after(days=0))
    assert row(ADMITTED, later, at=after(days=6, hours=14, minutes=59)) == "12"
    assert row(ADMITTED, later, at=after(days=6, hours=15)) == "13"


def test_not_possible_today_is_tomorrow():
    unwell = said("not-possible", after(hours=1))
    assert told(ADMITTED, unwell, at=after(hours=2)) == ("12", "ask-again", date(2026, 3, 3))
    assert told(ADMITTED, unwell, at=after(days=1)) == ("13", "ask-again", date(2026, 3, 3))


# -- due dates wait ------------------------------------------------------------------------------------------


def away(from_day, to_day):
    """A night or more at court, which is told as such."""
    return released("SENT_TO_COURT", after(days=from_day)), received("RETURN_FROM_COURT", after(days=to_day))


DUE_AT = {
    "offered": ((), "17", 7),
    "asked again": ((said("later", after(days=2)),), "13", 9),
    "checked before sending": ((said("yes", after(days=1)),), "10g", 8),
    "asked the next day": ((said("not-possible", after(days=6)),), "13", 7),
}


@pytest.mark.parametrize("case", DUE_AT)
@pytest.mark.parametrize(("gone", "back", "is_moved"), [(6.5, 20, True), (3, 6.9, False), (12, 20, False)])
def test_what_comes_due_while_they_are_away_is_due_on_the_day_they_are_back(case, gone, back, is_moved):
    said_before, row_then, due = DUE_AT[case]
    code, _outcome, on = told(ADMITTED, *said_before, *away(gone, back), at=after(days=22))
    assert (code, on) == (row_then, date(2026, 3, 2 + (20 if is_moved else due)))


def test_nothing_is_due_while_they_are_away():
    later, (court, back) = said("later", after(hours=1)), away(1, 9)
    assert told(ADMITTED, later, court, at=after(days=8)) == ("4", "nothing-to-ask", None)
    assert told(ADMITTED, later, court, back, at=after(days=9)) == ("13", "ask-again", date(2026, 3, 11))


def test_who_is_at_court_by_day_and_back_by_night_stays_overdue():
    """Else a long trial would put it off for ever, and nobody would see it."""
    days = [
        movement
        for day in range(3, 25)
        for movement in (
            released("SENT_TO_COURT", after(days=day)),
            received("RETURN_FROM_COURT", after(days=day, hours=8)),
        )
    ]
    assert told(ADMITTED, *days, at=after(days=26)) == ("17", "offer", date(2026, 3, 9))


def test_from_court_to_hospital_is_one_absence_and_a_transfer_none():
    gone = released("SENT_TO_COURT", after(days=5)), released("RELEASED_TO_HOSPITAL", after(days=9), code="HP")
    back = received("ADMISSION", after(days=30), code="R")
    assert told(ADMITTED, *gone, back, at=after(days=40)) == ("17", "offer", date(2026, 4, 1))
    moved = released("TRANSFERRED", after(days=6.5)), received("TRANSFERRED", after(days=8), "MDI")
    assert told(ADMITTED, *moved, at=after(days=9)) == ("17", "offer", date(2026, 3, 9))


def test_records_that_disagree_do_not_wait_for_anybody_to_be_back():
    noticed = Notice("booking", after(days=4))
    assert told(ADMITTED, noticed, *away(6, 20), at=after(days=21)) == ("2", "staff-first", date(2026, 3, 9))


# -- a fresh look --------------------------------------------------------------------------------------------


def test_no_on_remand_is_looked_at_afresh_once_after_the_sentence():
    remand, no, sentenced = status("REMAND", after()), said("no", after(days=1)), status("SENTENCED", after(days=5))
    story = [ADMITTED, remand, no]
    assert row(*story, at=after(days=4)) == "8"
    story += [sentenced]
    assert [row(*story, at=after(days=days)) for days in (4, 5)] == ["8", "11g"]
    did_not_want_to = line("fresh-look-declined", after(days=6))
    assert row(*story, did_not_want_to, at=after(days=7)) == "8"
    assert row(*story, said("no", after(days=6)), at=after(days=7)) == "8"
    recalled = status("IMMIGRATION_DETAINEE", after(days=9))
    assert row(*story, did_not_want_to, recalled, at=after(days=10)) == "11g", "once for each change"


def test_a_status_learnt_for_the_first_time_after_the_no_is_no_change():
    assert row(ADMITTED, said("no", after(days=1)), status("SENTENCED", after(days=5)), at=after(days=6)) == "8"


def test_a_convicted_message_gives_one_fresh_look_and_the_sentence_typed_later_no_second():
    convicted = StatusRecord(after(days=5), convicted=True)
    story = [ADMITTED, status("REMAND", after()), said("no", after(days=1)), convicted]
    assert row(*story, at=after(days=6)) == "11g"
    story += [line("fresh-look-declined", after(days=6)), status("SENTENCED", after(days=7))]
    assert row(*story, at=after(days=8)) == "8"


# -- recorded in error ---------------------------------------------------------------------------------------


def test_a_yes_recorded_in_error_was_never_said():
    yes = said("yes", after(days=1))
    assert told(ADMITTED, yes, in_error(yes), at=after(days=2)) == ("17", "offer", date(2026, 3, 9))


def test_the_answer_before_the_mistake_stands_again():
    no, mistake = said("no", after(days=1)), said("yes", after(days=2))
    assert row(ADMITTED, no, mistake, in_error(mistake), at=after(days=3)) == "8"


def test_a_check_recorded_in_error_holds_the_yes_again():
    yes = said("yes", after(days=1))
    check = line("second-look", after(days=2), [yes])
    assert row(ADMITTED, yes, check, in_error(check), at=after(days=3)) == "10g"


def test_a_later_recorded_in_error_is_not_counted():
    mistake, later = said("later", after(days=1)), said("later", after(days=2))
    assert told(ADMITTED, mistake, in_error(mistake), later, at=after(days=3))[2] == date(2026, 3, 11)


# -- two records, one person ---------------------------------------------------------------------------------


def test_a_yes_and_a_no_are_a_conflict_until_staff_choose():
    yes, no = said("yes", after(days=1)), said("no", after(days=2), record="B")
    asked = facts(ADMITTED, yes, no, at=after(days=3))
    assert (decide(asked).code, asked.decision, asked.held) == ("2", None, False)
    for answer, then in (("no", "8"), ("yes", "10g"), ("later", "12")):
        chosen = said(answer, after(days=3), about=[no])
        assert row(ADMITTED, yes, no, chosen, at=after(days=4)) == then


def test_a_conflict_is_of_one_question():
    yes, no = said("yes", after(days=1)), said("no", after(days=2), record="B")
    assert row(ADMITTED, yes, no, question=GP, at=after(days=3)) == "17"


def test_the_choice_recorded_in_error_is_a_conflict_again():
    yes, no = said("yes", after(days=1)), said("no", after(days=2), record="B")
    chosen = said("no", after(days=3), about=[no])
    assert row(ADMITTED, yes, no, chosen, in_error(chosen), at=after(days=4)) == "2"


@pytest.mark.parametrize("answer", ["yes", "no", "withdrawn"])
def test_an_explicit_answer_beats_later_whichever_came_first(answer):
    for days in (1, 3):
        explicit, later = said(answer, after(days=2)), said("later", after(days=days), record="B")
        assert facts(ADMITTED, explicit, later, at=after(days=4)).decision == answer


def test_of_two_that_agree_the_latest_stands():
    first, second = said("later", after(days=1)), said("later", after(days=2), record="B")
    assert facts(ADMITTED, first, second, at=after(days=3)).decision == "later"
    yes = [said("yes", after(days=1)), said("yes", after(days=2), record="B")]
    assert told(ADMITTED, *yes, at=after(days=3)) == ("10g", "second-look", date(2026, 3, 11))


def test_within_one_record_a_change_of_mind_is_no_conflict():
    assert row(ADMITTED, said("yes", after(days=1)), said("no", after(days=2)), at=after(days=3)) == "8"


def test_a_yes_in_an_earlier_stay_does_not_disagree_with_a_no_in_this_one():
    back = received("NEW_ADMISSION", after(days=40))
    yes, no = said("yes", after(days=1)), said("no", after(days=41), record="B")
    assert row(ADMITTED, yes, FREED, back, no, at=after(days=42)) == "8"


def test_the_order_in_which_records_come_together_does_not_matter():
    lines = [
        said("yes", after(days=1)),
        said("no", after(days=2), record="B"),
        said("later", after(days=3), record="C"),
        said("no", after(days=1), record="D"),
    ]
    results = {told(ADMITTED, *order, at=after(days=4)) for order in permutations(lines)}
    assert results == {("2", "staff-first", date(2026, 3, 6))}
    results = {told(ADMITTED, *order, at=after(days=4)) for order in permutations(lines[1:])}
    assert results == {("8", "nothing-to-ask", None)}


def test_a_moved_booking_is_a_conflict_until_staff_have_looked():
    moved = Notice("the message", after(days=2))
    for question in (GMS, GP):
        assert row(ADMITTED, moved, question=question, at=after(days=3)) == "2"
    looked = Line("looked", "A", 99, after(days=3), "conflict-resolved", refers=("the message",))
    assert row(ADMITTED, moved, looked, at=after(days=4)) == "17"
    assert row(ADMITTED, said("no", after(days=1)), moved, looked, at=after(days=4)) == "8"


def test_what_disagrees_is_due_3_days_after_it_could_be_seen():
    yes, no = said("yes", after(days=1)), said("no", after(days=2), record="B")
    assert told(ADMITTED, yes, no, at=after(days=9)) == ("2", "staff-first", date(2026, 3, 7))
    # The two numbers were found to be one person a week later.
    joined = {"joined_at": (("A", after(days=9)), ("B", after(days=9)))}
    assert told(ADMITTED, yes, no, at=after(days=10), **joined) == ("2", "staff-first", date(2026, 3, 14))
    assert row(ADMITTED, yes, at=after(days=10), **joined) == "10g"
    # A notice that came before says so earlier.
    moved = Notice("the message", after(days=4))
    assert told(ADMITTED, yes, no, moved, at=after(days=10), **joined) == ("2", "staff-first", date(2026, 3, 9))


def test_of_two_notices_the_one_that_nobody_has_looked_at_says_when_it_is_due():
    notices = Notice("first", after(days=2)), Notice("second", after(days=5))
    assert told(ADMITTED, *notices, at=after(days=6))[2] == date(2026, 3, 7)
    looked = Line("looked", "A", 99, after(days=5.5), "conflict-resolved", refers=("first",))
    assert told(ADMITTED, *notices, looked, at=after(days=6))[2] == date(2026, 3, 10)


def test_a_notice_of_an_earlier_stay_is_not_late_on_the_day_they_come_back():
    moved, back = Notice("the message", after(days=2)), received("NEW_ADMISSION", after(days=40))
    assert told(ADMITTED, moved, FREED, back, at=after(days=41)) == ("2", "staff-first", date(2026, 4, 14))


def test_joining_a_third_number_that_says_nothing_moves_no_day():
    yes, no = said("yes", after(days=1)), said("no", after(days=2), record="B")
    at_once = {"joined_at": (("A", after(days=3)), ("B", after(days=3)), ("C", after(days=9)))}
    assert told(ADMITTED, yes, no, at=after(days=10), **at_once)[2] == date(2026, 3, 8)
    # And where the one that disagrees comes second, it counts from then.
    later = {"joined_at": (("A", after(days=3)), ("C", after(days=3)), ("B", after(days=9)))}
    assert told(ADMITTED, yes, no, at=after(days=9), **later)[2] == date(2026, 3, 14)


def test_a_booking_that_was_moved_is_looked_at_whatever_they_answered():
    assert row(ADMITTED, said("no", after(days=1)), Notice("the message", after(days=2)), at=after(days=3)) == "2"


def test_a_joining_that_is_still_to_come_counts_for_nothing():
    yes, no = said("yes", after(days=1)), said("no", after(days=2), record="B")
    assert told(ADMITTED, yes, no, at=after(days=3), joined_at=(("A", after(days=9)), ("B", after(days=9))))[2] == date(
        2026, 3, 7
    )
    assert known(ADMITTED, joined_at=(("A", after(days=9)),)).latest == after(days=9)


# -- an interpreter ------------------------------------------------------------------------------------------


def test_an_interpreter_is_waited_for_since_they_first_pressed_and_until_one_was_there():
    pressed = [
        line("interpreter-wanted", after(days=day), question="", wanted=tag) for day, tag in ((1, "ti\t"), (3, "ar\t"))
    ]
    waits = stand(known(ADMITTED, *pressed))
    assert (waits.interpreter_wanted, waits.interpreter_wanted_at) == ("ar\t", after(days=1))
    there, again = (
        line("interpreter-there", after(days=4), question=""),
        line("interpreter-wanted", after(days=6), question="", wanted="\t"),
    )
    assert stand(known(ADMITTED, *pressed, there)).interpreter_wanted_at is None
    waits = stand(known(ADMITTED, *pressed, there, again))
    assert (waits.interpreter_wanted, waits.interpreter_wanted_at) == ("\t", after(days=6))


def test_an_interpreter_of_an_earlier_stay_is_waited_for_no_more_nor_one_who_was_named_with_an_answer():
    pressed = line("interpreter-wanted", after(days=1), question="", wanted="ti\t")
    back = received("NEW_ADMISSION", after(days=40))
    assert stand(known(ADMITTED, pressed, FREED, back)).interpreter_wanted_at is None
    assert stand(known(ADMITTED, pressed, said("no", after(days=2), interpreted=True))).interpreter_wanted_at is None
    assert stand(known(ADMITTED, pressed, said("no", after(days=2)))).interpreter_wanted_at == after(days=1)


# -- the days are those that are set -------------------------------------------------------------------------


def test_each_day_is_counted_by_its_own_setting():
    days = Intervals(offer=11, second_look=12, choose=13, not_possible=14, later=(15, 16))
    remand, sentenced = status("REMAND", after()), status("SENTENCED", after(days=5))

    def due(*things):
        facts = facts_at(stand(known(ADMITTED, remand, *things)), GMS, after(days=9), days)
        return (decide(facts).due(facts) - MONDAY.date()).days

    assert due() == 11
    assert due(said("yes", after(days=1))) == 13
    assert due(said("yes", after(days=1)), said("no", after(days=2), record="B")) == 15
    assert due(said("no", after(days=1)), sentenced) == 16
    # The first change counts, of two.
    assert due(said("no", after(days=1)), sentenced, status("RECALL", after(days=8))) == 16
    assert due(said("not-possible", after(days=1))) == 15
    assert due(said("later", after(days=1))) == 16


# -- only what had happened by then --------------------------------------------------------------------------


def test_an_earlier_time_counts_nothing_that_came_later():
    yes = said("yes", after(days=1))
    story = [
        ADMITTED,
        yes,
        line("second-look", after(days=3), [yes]),
        line("registered", after(days=5)),
        FREED,
    ]
    rows = [row(*story, at=after(days=d)) for d in (-1, 0, 1, 2, 3, 4, 5, 20)] + [row(*story, at=after(days=21))]
    assert rows == ["0", "17", "10g", "10g", "7", "7", "6g", "4", "1"]


def test_settling_is_reckoned_at_that_time():
    assert row(ADMITTED, FREED, at=after(days=20, minutes=44)) == "4"
    assert row(ADMITTED, FREED, at=after(days=20, minutes=45)) == "1"


# -- who, and where ------------------------------------------------------------------------------------------


def test_under_18_is_for_staff_until_the_birthday():
    born = {"date_of_birth": date(2008, 3, 6)}
    assert row(ADMITTED, at=after(days=3, hours=14), **born) == "9"
    assert row(ADMITTED, at=after(days=3, hours=15), **born) == "17"


def test_born_on_29_february_is_18_on_1_march_in_a_common_year():
    born = {"date_of_birth": date(2008, 2, 29)}
    admitted = received("NEW_ADMISSION", after(days=-5))
    assert row(admitted, at=after(days=-2), **born) == "9"
    assert row(admitted, at=after(days=-1), **born) == "17"


def test_an_unknown_date_of_birth_changes_nothing():
    assert row(ADMITTED, at=after(days=1), date_of_birth=None) == "17"


def test_a_sensitive_record_is_for_staff():
    assert row(ADMITTED, at=after(days=1), sensitive=True) == "9"


def test_outside_england_the_answer_sleeps_and_wakes_on_return():
    yes = said("yes", after(days=1))
    wales, back = received("TRANSFERRED", after(days=2), "CFI"), received("TRANSFERRED", after(days=9), "LEI")
    abroad = {"outside_england": frozenset({"CFI"})}
    assert row(ADMITTED, yes, wales, at=after(days=3), **abroad) == "3"
    assert told(ADMITTED, yes, wales, back, at=after(days=9), **abroad) == ("10g", "second-look", date(2026, 3, 10))
