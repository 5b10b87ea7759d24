"""Movements in, custody periods out: reference/interop.md section 7 and its additions in design.md, line by line."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.custody import State, custody_periods, period_at
from registration.movements import Direction, Movement, Source
from tests.conftest import MONDAY, after, on_the_roll, received, released, seen


def off_the_roll(at=MONDAY, prison="LEI", reason="TRANSFERRED"):
    """Not on the roll of this prison any more; with RELEASED, on no prison's."""
    return Movement(at, Direction.OUT, reason, prison=prison, source=Source.ROLL)


ADMITTED = received("NEW_ADMISSION")
IN_HOSPITAL = released("RELEASED_TO_HOSPITAL", after(days=2), code="HP")
ESCAPED = released("RELEASED", after(days=2), code="UAL")
FREED = released("RELEASED", after(days=2), code="CR")


def now(*movements, **when):
    """State, prison, and how many periods, once everything has settled."""
    periods = custody_periods(movements)
    at = after(**when) if when else after(days=300)
    return (periods[-1].state_at(at) if periods else State.NONE, periods[-1].prison if periods else None, len(periods))


# -- what we cannot know -------------------------------------------------------------------------------------


def test_nobody_told_us_anything():
    assert custody_periods([]) == ()
    assert period_at((), MONDAY) is None


@pytest.mark.parametrize("reason", ["READMISSION_SWITCH_BOOKING", "POST_MERGE_ADMISSION"])
def test_paperwork_on_bookings_never_begins_a_stay(reason):
    assert custody_periods([received(reason)]) == ()
    assert now(ADMITTED, FREED, received(reason, after(days=9))) == (State.CLOSED, "LEI", 1)


def test_an_administrative_release_before_a_merge_is_no_release():
    assert now(ADMITTED, released("RELEASED", after(days=2), code="MRG")) == (State.OPEN, "LEI", 1)
    assert custody_periods([released("RELEASED", code="MRG")]) == ()


def test_a_release_with_a_code_in_no_list_is_a_release():
    assert now(ADMITTED, released("RELEASED", after(days=2), code="ECSL"))[0] is State.CLOSED


@pytest.mark.parametrize(
    "arrival",
    [received(reason) for reason in ("TRANSFERRED", "RETURN_FROM_COURT", "TEMPORARY_ABSENCE_RETURN")]
    + [received("ADMISSION", code=code) for code in "INT TRNCRT TRNTAP R RECA A U H".split()],
    ids=lambda m: f"{m.reason} {m.code}",
)
def test_someone_first_known_by_a_transfer_or_a_return_is_here_but_no_admission_is_known(arrival):
    (period,) = custody_periods([arrival])
    assert period.state is State.OPEN
    assert not period.admission_known


def test_someone_first_known_by_a_roll_is_here_but_no_admission_is_known():
    (period,) = custody_periods([on_the_roll()])
    assert (period.state, period.prison, period.admission_known) == (State.OPEN, "LEI", False)


def test_an_arrival_that_names_no_prison_keeps_the_person_where_they_were():
    to_court, back = released("SENT_TO_COURT", after(days=1)), received("RETURN_FROM_COURT", after(days=2), None)
    assert now(ADMITTED, to_court, back) == (State.OPEN, "LEI", 1)


# -- a new stay ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arrival",
    [received("NEW_ADMISSION"), received("READMISSION"), received("ADMISSION")]
    + [received("ADMISSION", code=code) for code in "N V I W E C F T L B Y 24 ETB ETRLR ETRRIE".split()],
    ids=lambda m: f"{m.reason} {m.code}",
)
def test_an_admission_opens_a_stay_when_none_is_open(arrival):
    (period,) = custody_periods([arrival])
    assert (period.state, period.prison, period.since, period.opened_at) == (State.OPEN, "LEI", MONDAY, MONDAY)
    assert period.admission_known


@pytest.mark.parametrize("reason", ["NEW_ADMISSION", "READMISSION", "ADMISSION"])
def test_an_admission_after_a_real_release_opens_a_second_stay(reason):
    assert now(ADMITTED, FREED, received(reason, after(days=9), "MDI")) == (State.OPEN, "MDI", 2)


# -- an open stay --------------------------------------------------------------------------------------------


def test_an_admission_on_an_open_stay_moves_the_prison_opens_nothing_and_is_shown_to_staff():
    (period,) = custody_periods([ADMITTED, received("NEW_ADMISSION", after(days=3), "MDI")])
    assert (period.state, period.prison, period.opened_at) == (State.OPEN, "MDI", MONDAY)
    assert period.odd_admission_at == after(days=3)


@pytest.mark.parametrize("source", [Source.SEARCH, Source.STAFF])
def test_one_admission_told_twice_is_nothing_odd(source):
    """Staff need not wait for the message: they type the arrival, and then it comes."""
    first = received("NEW_ADMISSION", source=source)
    (period,) = custody_periods([first, received("ADMISSION", after(minutes=50), code="N")])
    assert period.odd_admission_at is None


@pytest.mark.parametrize("code", ["", "INT", "TRNCRT", "TRNTAP"])
def test_a_transfer_keeps_the_stay_and_changes_the_prison(code):
    gone = released("TRANSFERRED", after(days=2))
    assert now(ADMITTED, gone)[0] is State.IN_TRANSIT
    assert now(ADMITTED, gone, received("TRANSFERRED", after(days=2, hours=5), "MDI", code)) == (State.OPEN, "MDI", 1)


def test_a_transfer_of_which_only_the_arrival_was_told_is_a_transfer():
    assert now(ADMITTED, received("TRANSFERRED", after(days=2), "MDI")) == (State.OPEN, "MDI", 1)


@pytest.mark.parametrize(
    ("out", "back"),
    [("SENT_TO_COURT", "RETURN_FROM_COURT"), ("TEMPORARY_ABSENCE_RELEASE", "TEMPORARY_ABSENCE_RETURN")],
)
def test_court_and_temporary_absence_change_nothing_but_where_the_person_is(out, back):
    assert now(ADMITTED, released(out, after(days=2))) == (State.AWAY, "LEI", 1)
    assert now(ADMITTED, released(out, after(days=2)), received(back, after(days=2, hours=8))) == (State.OPEN, "LEI", 1)


def test_since_is_when_the_movement_that_made_the_state_occurred():
    to_court = released("SENT_TO_COURT", after(days=2))
    back = received("RETURN_FROM_COURT", after(days=2, hours=8))
    assert custody_periods([ADMITTED, to_court])[-1].since == after(days=2)
    assert custody_periods([ADMITTED, to_court, back])[-1].since == after(days=2, hours=8)
    assert custody_periods([ADMITTED, received("TRANSFERRED", after(days=3), "MDI")])[-1].since == after(days=3)


def test_since_is_not_moved_by_a_message_that_changes_nothing():
    for nothing_new in ("POST_MERGE_ADMISSION", "RETURN_FROM_COURT", "TRANSFERRED"):
        assert custody_periods([ADMITTED, received(nothing_new, after(days=3))])[-1].since == MONDAY
    to_court = [released("SENT_TO_COURT", after(days=2)), released("SENT_TO_COURT", after(days=2, hours=3), code="CRT")]
    assert custody_periods([ADMITTED, *to_court])[-1].since == after(days=2)


def test_out_of_one_prison_and_into_another_in_the_same_minute():
    gone, come = released("TRANSFERRED", after(days=2), "LEI"), received("TRANSFERRED", after(days=2), "MDI")
    assert now(ADMITTED, gone, come) == (State.OPEN, "MDI", 1)


# -- a release settles ---------------------------------------------------------------------------------------


def test_a_release_settles_for_45_minutes():
    assert now(ADMITTED, FREED, days=2, minutes=44)[0] is State.SETTLING
    assert now(ADMITTED, FREED, days=2, minutes=45)[0] is State.CLOSED


@pytest.mark.parametrize(
    "back",
    ["READMISSION", "NEW_ADMISSION", "ADMISSION", "TRANSFERRED", "READMISSION_SWITCH_BOOKING", "POST_MERGE_ADMISSION"],
)
def test_any_reception_while_a_release_settles_undoes_it(back):
    assert now(ADMITTED, FREED, received(back, after(days=2, minutes=44))) == (State.OPEN, "LEI", 1)


def test_a_release_from_court_is_a_release():
    assert now(ADMITTED, released("SENT_TO_COURT", after(days=1)), FREED)[0] is State.CLOSED


def test_a_release_told_again_later_does_not_begin_to_settle_anew():
    told_again = released("RELEASED", after(days=2, minutes=40))
    assert now(ADMITTED, released("RELEASED", after(days=2)), told_again, days=2, minutes=46)[0] is State.CLOSED


def test_a_release_told_again_the_next_day_begins_no_second_stay():
    assert now(ADMITTED, FREED, released("RELEASED", after(days=3))) == (State.CLOSED, "LEI", 1)


def test_an_answer_given_while_a_release_settles_belongs_to_the_stay_and_one_after_it_does_not():
    periods = custody_periods([ADMITTED, FREED])
    assert period_at(periods, after(days=2, minutes=44)) is periods[0]
    assert period_at(periods, after(days=2, minutes=46)) is None
    assert period_at(periods, after(seconds=-1)) is None


# -- hospital ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to_hospital",
    [
        released("RELEASED_TO_HOSPITAL", after(days=2)),
        released("RELEASED_TO_HOSPITAL", after(days=2), code="HP"),
        *(released("RELEASED", after(days=2), code=code) for code in ("HP", "HO", "HQ")),
        released("RELEASED_TO_HOSPITAL", after(days=2), None, source=Source.RESTRICTED_PATIENTS),
    ],
    ids=lambda m: f"{m.source} {m.reason} {m.code}",
)
def test_going_to_hospital_is_care_elsewhere_and_coming_back_resumes(to_hospital):
    assert now(ADMITTED, to_hospital)[0] is State.CARE_ELSEWHERE
    for back in (received("READMISSION", after(days=60)), received("ADMISSION", after(days=60), code="R")):
        assert now(ADMITTED, to_hospital, back) == (State.OPEN, "LEI", 1)


def test_a_new_booking_after_hospital_is_a_new_stay():
    assert now(ADMITTED, IN_HOSPITAL, received("NEW_ADMISSION", after(days=60), "MDI")) == (State.OPEN, "MDI", 2)


def test_a_later_reception_date_after_hospital_is_a_new_stay_and_the_same_is_not():
    admitted = received("NEW_ADMISSION", reception_date=date(2026, 3, 2))
    back = received("READMISSION", after(days=60), reception_date=date(2026, 5, 1))
    assert now(admitted, IN_HOSPITAL, back)[2] == 2
    back = received("READMISSION", after(days=60), reception_date=date(2026, 3, 2))
    assert now(admitted, IN_HOSPITAL, back)[2] == 1


def test_the_new_booking_after_hospital_was_a_mistake():
    mistake = received("NEW_ADMISSION", after(days=60))
    corrected = received("READMISSION_SWITCH_BOOKING", after(days=60, hours=3))
    assert now(ADMITTED, IN_HOSPITAL, mistake, corrected) == (State.OPEN, "LEI", 1)


def test_back_from_hospital_and_five_minutes_later_dead_both_paperwork():
    """The early family says READMISSION, RELEASED; the later one knows that the release was a death."""
    back = received("READMISSION", after(days=9))
    left = released("RELEASED", after(days=9, minutes=5))
    death = released("RELEASED", after(days=9, minutes=1), code="DEC")
    assert now(ADMITTED, IN_HOSPITAL, back, left, days=9, minutes=20)[0] is State.SETTLING
    back_with_code = received("ADMISSION", after(days=8, hours=23.9), code="R")
    assert now(ADMITTED, IN_HOSPITAL, back, left, back_with_code, death) == (State.DECEASED, "LEI", 1)


# -- escape and death ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["UAL", "UAL_ECL", "ESCP"])
def test_an_escape_suspends_and_every_return_resumes(code):
    gone = released("RELEASED", after(days=2), code=code)
    assert now(ADMITTED, gone)[0] is State.SUSPENDED
    returns = [received("ADMISSION", after(days=60), code=code) for code in ("RECA", "A", "U", "H")]
    returns += [received("READMISSION", after(days=60)), received("NEW_ADMISSION", after(days=60))]
    for back in returns:
        assert now(ADMITTED, gone, back) == (State.OPEN, "LEI", 1)


def test_death_closes_at_once():
    died = released("RELEASED", after(days=2), code="DEC")
    assert now(ADMITTED, died, days=2) == (State.DECEASED, "LEI", 1)


@pytest.mark.parametrize("before", [IN_HOSPITAL, ESCAPED, FREED, released("SENT_TO_COURT", after(days=2))])
def test_death_closes_wherever_it_happened(before):
    assert now(ADMITTED, before, released("RELEASED", after(days=5), code="DEC"))[0] is State.DECEASED


def test_a_release_told_after_the_death_does_not_bring_back_to_life():
    died = released("RELEASED", after(days=2), code="DEC")
    assert now(ADMITTED, died, released("RELEASED", after(days=2, hours=3)))[0] is State.DECEASED


# -- seen in custody -----------------------------------------------------------------------------------------


def test_a_later_movement_that_is_no_admission_continues_the_stay_in_which_someone_was_seen():
    later = [received("TRANSFERRED", after(days=9), "MDI"), received("RETURN_FROM_COURT", after(days=9), "MDI")]
    for movement in [*later, on_the_roll(after(days=9), "MDI")]:
        (period,) = custody_periods([seen(), movement])
        assert (period.state, period.prison, period.opened_at) == (State.OPEN, "MDI", MONDAY)
        assert not period.admission_known


@pytest.mark.parametrize("reason", ["NEW_ADMISSION", "READMISSION", "ADMISSION"])
def test_an_admission_after_it_is_another_time_in_prison(reason):
    periods = custody_periods([seen(), received(reason, after(days=9))])
    assert len(periods) == 2
    assert period_at(periods, MONDAY) is periods[0]
    assert period_at(periods, after(days=9)) is periods[1]


def test_having_been_seen_inside_a_known_stay_changes_nothing():
    assert custody_periods([ADMITTED, seen(after(days=1), "MDI")]) == custody_periods([ADMITTED])


# -- on the roll, and not on it any more ---------------------------------------------------------------------


AT_COURT = released("SENT_TO_COURT", after(days=2))
ON_THE_WAY = released("TRANSFERRED", after(days=2))


@pytest.mark.parametrize("since", [ON_THE_WAY, IN_HOSPITAL, ESCAPED, received("TRANSFERRED", after(days=2), "MDI")])
def test_a_roll_shows_that_someone_known_to_be_elsewhere_is_here(since):
    assert now(ADMITTED, since, on_the_roll(after(days=3))) == (State.OPEN, "LEI", 1)


@pytest.mark.parametrize("left", [AT_COURT, FREED])
def test_a_roll_counts_who_is_out_from_its_own_prison_and_shows_who_is_in_another(left):
    at = after(days=2, minutes=30)
    assert now(ADMITTED, left, on_the_roll(at), days=2, minutes=40)[:2] == now(ADMITTED, left, days=2, minutes=40)[:2]
    assert now(ADMITTED, left, on_the_roll(at, "MDI")) == (State.OPEN, "MDI", 1)


def test_an_arrival_told_late_from_before_the_roll_is_the_arrival():
    for arrival in (ADMITTED, received("TRANSFERRED"), received("RETURN_FROM_COURT")):
        (period,) = custody_periods([on_the_roll(after(hours=17)), arrival])
        assert (period.state, period.prison, period.opened_at) == (State.OPEN, "LEI", MONDAY)
        assert period.admission_known is (arrival is ADMITTED)
        assert period.odd_admission_at is None


def test_whoever_is_on_the_roll_after_a_release_told_late_is_still_here_and_no_admission_is_known():
    periods = custody_periods([ADMITTED, on_the_roll(after(days=3)), FREED])
    assert [period.state_at(after(days=3)) for period in periods] == [State.CLOSED, State.OPEN]
    assert not periods[-1].admission_known


def test_not_on_the_roll_any_more_is_on_the_way_for_the_roll_does_not_say_where():
    assert now(ADMITTED, off_the_roll(after(days=3))) == (State.IN_TRANSIT, "LEI", 1)
    come = received("TRANSFERRED", after(days=3, hours=5), "MDI")
    assert now(ADMITTED, off_the_roll(after(days=3)), come) == (State.OPEN, "MDI", 1)
    assert now(ADMITTED, off_the_roll(after(days=3)), on_the_roll(after(days=4))) == (State.OPEN, "LEI", 1)


@pytest.mark.parametrize("before", [[], [ON_THE_WAY], [off_the_roll(after(days=2))]])
def test_on_no_roll_any_more_settles_like_any_release(before):
    told = [ADMITTED, *before, off_the_roll(after(days=3), reason="RELEASED")]
    assert now(*told, days=3, minutes=44)[0] is State.SETTLING
    assert now(*told, days=3, minutes=45)[0] is State.CLOSED
    assert now(*told, received("TRANSFERRED", after(days=3, minutes=44), "MDI")) == (State.OPEN, "MDI", 1)


ELSEWHERE = {
    "nobody knows of them": [],
    "in another prison": [ADMITTED, received("TRANSFERRED", after(days=2), "MDI")],
    "at court": [ADMITTED, AT_COURT],
    "in hospital": [ADMITTED, IN_HOSPITAL],
    "escaped": [ADMITTED, ESCAPED],
    "released": [ADMITTED, FREED],
    "released this minute": [ADMITTED, released("RELEASED", after(days=3))],
    "on the way to it from another prison": [
        received("NEW_ADMISSION", prison="MDI"),
        released("TRANSFERRED", after(days=2), "MDI"),
    ],
    "dead": [ADMITTED, released("RELEASED", after(days=2), code="DEC")],
}


@pytest.mark.parametrize("reason", ["TRANSFERRED", "RELEASED"])
@pytest.mark.parametrize("known", ELSEWHERE.values(), ids=ELSEWHERE)
def test_not_on_the_roll_says_nothing_of_someone_who_had_left_or_was_elsewhere(known, reason):
    assert custody_periods([*known, off_the_roll(after(days=3), reason=reason)]) == custody_periods(known)


def test_not_on_the_roll_of_one_prison_is_no_news_of_someone_on_the_way():
    assert custody_periods([ADMITTED, ON_THE_WAY, off_the_roll(after(days=3))]) == custody_periods(
        [ADMITTED, ON_THE_WAY]
    )


def test_a_true_release_from_before_the_roll_that_comes_late_opens_no_second_stay():
    for off in (off_the_roll(after(days=3)), off_the_roll(after(days=3), reason="RELEASED")):
        assert custody_periods([ADMITTED, off, FREED]) == custody_periods([ADMITTED, FREED])
    freed_later = released("RELEASED", after(days=3, hours=2), code="CR")
    for off in (off_the_roll(after(days=3)), off_the_roll(after(days=3), reason="RELEASED")):
        assert now(ADMITTED, off, freed_later) == (State.CLOSED, "LEI", 1)


def test_an_admission_after_someone_seen_once_was_on_no_roll_is_still_another_time_in_prison():
    for reason in ("TRANSFERRED", "RELEASED"):
        told = [seen(), off_the_roll(after(days=3), reason=reason), received("NEW_ADMISSION", after(days=9))]
        periods = custody_periods(told)
        assert [period.opened_at for period in periods] == [MONDAY, after(days=9)]
        assert period_at(periods, after(days=9)) is periods[1]


# -- one movement, told by two families ----------------------------------------------------------------------


def test_the_telling_with_a_code_wins_whichever_came_first():
    for minutes in (-119, 0, 45, 120):
        without = released("RELEASED", after(days=2))
        with_code = released("RELEASED", after(days=2, minutes=minutes), code="UAL")
        assert now(ADMITTED, without, with_code)[0] is State.SUSPENDED


def test_more_than_two_hours_apart_they_are_two_movements():
    # "Released to be merged" explains a release that it is the same as, and no other.
    out = released("RELEASED", after(days=2))
    assert now(ADMITTED, out, released("RELEASED", after(days=2, hours=2), code="MRG"))[0] is State.OPEN
    assert now(ADMITTED, out, released("RELEASED", after(days=2, hours=2, seconds=1), code="MRG"))[0] is State.CLOSED


def test_only_the_early_family_can_say_that_a_booking_was_switched():
    early = received("READMISSION_SWITCH_BOOKING", after(days=9))
    late = received("ADMISSION", after(days=9, minutes=45), code="N")
    assert now(ADMITTED, FREED, early, late)[2] == 1


def test_what_happened_between_the_two_tellings_of_an_admission_happened_after_it():
    told = received("NEW_ADMISSION"), received("ADMISSION", after(minutes=40), code="N")
    assert now(*told, released("RELEASED_TO_HOSPITAL", after(minutes=30))) == (State.CARE_ELSEWHERE, "LEI", 1)
    assert now(*told, released("TRANSFERRED", after(minutes=30))) == (State.IN_TRANSIT, "LEI", 1)
    assert now(*told, seen(after(minutes=30))) == (State.OPEN, "LEI", 1)


def test_a_new_booking_is_not_forgotten_where_neither_telling_has_a_code():
    early = received("NEW_ADMISSION", after(days=60))
    late = received("ADMISSION", after(days=60, minutes=45), source=Source.OFFENDER_EVENTS)
    assert now(ADMITTED, IN_HOSPITAL, early, late)[2] == 2


def test_releases_from_two_prisons_are_two_movements():
    out = released("RELEASED", after(days=2), "LEI")
    assert now(ADMITTED, out, released("RELEASED", after(days=2), "MDI", "MRG"))[0] is State.CLOSED


# -- true stories, told badly --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One thing that truly happened, and how each family puts it."""

    direction: Direction
    search: str
    offender: str
    codes: tuple[str, ...]
    leads_to: str
    new_stay: bool = False
    elsewhere: bool = False  # ends at another prison


IN, OUT = Direction.IN, Direction.OUT
TRANSFER_IN = Step(IN, "TRANSFERRED", "TRANSFERRED", ("INT", "TRNCRT", "TRNTAP"), "open", elsewhere=True)
DEATH = Step(OUT, "RELEASED", "RELEASED", ("DEC",), "deceased")
RELEASE = Step(OUT, "RELEASED", "RELEASED", ("CR", "NCS", "BL", "ECSL"), "closed")
ADMISSION = Step(IN, "NEW_ADMISSION", "ADMISSION", ("N", "V", "I", "E"), "open", new_stay=True)
RECALL = Step(IN, "READMISSION", "ADMISSION", ("L", "B", "Y", "24"), "open", new_stay=True)
# From each state, everything that can truly happen next.
WHAT_CAN_HAPPEN = {
    "none": [ADMISSION],
    "open": [
        Step(OUT, "SENT_TO_COURT", "SENT_TO_COURT", ("CRT",), "away"),
        Step(OUT, "TEMPORARY_ABSENCE_RELEASE", "TEMPORARY_ABSENCE_RELEASE", ("C6",), "away"),
        Step(OUT, "TRANSFERRED", "TRANSFERRED", ("NOTR",), "in-transit"),
        Step(OUT, "RELEASED_TO_HOSPITAL", "RELEASED_TO_HOSPITAL", ("HP",), "care-elsewhere"),
        Step(OUT, "RELEASED", "RELEASED", ("HO", "HQ"), "care-elsewhere"),
        Step(OUT, "RELEASED", "RELEASED", ("UAL", "ESCP"), "suspended"),
        Step(OUT, "RELEASED", "RELEASED", ("MRG",), "open"),
        RELEASE,
        DEATH,
    ],
    "away": [Step(IN, "RETURN_FROM_COURT", "RETURN_FROM_COURT", ("CRT",), "open"), TRANSFER_IN, RELEASE],
    "in-transit": [TRANSFER_IN],
    "care-elsewhere": [
        Step(IN, "READMISSION", "ADMISSION", ("R",), "open"),
        Step(IN, "NEW_ADMISSION", "ADMISSION", ("N",), "open", new_stay=True),
        DEATH,
    ],
    "suspended": [Step(IN, "READMISSION", "ADMISSION", ("RECA", "A", "U", "H"), "open"), DEATH],
    "closed": [ADMISSION, RECALL],
    "deceased": [],
}


@st.composite
def stories(draw, shortest_gap=timedelta(hours=5)):
    """[(when, step, prison)]: what truly happened to one person."""
    state, prison, at, story = "none", "LEI", MONDAY, []
    for _ in range(draw(st.integers(1, 7))):
        if not WHAT_CAN_HAPPEN[state]:
            break
        step = draw(st.sampled_from(WHAT_CAN_HAPPEN[state]))
        if step.elsewhere or (step.new_stay and draw(st.booleans())):
            prison = draw(st.sampled_from(sorted({"LEI", "MDI", "BXI"} - {prison})))
        story.append((at, step, prison))
        state = step.leads_to
        at += shortest_gap + timedelta(minutes=draw(st.integers(0, 3000)))
    return story


def what_is_true(story):
    """State, prison and number of stays, read off the true story: nothing is folded, joined or settled here."""
    _, last, prison = story[-1]
    return State(last.leads_to), prison, sum(step.new_stay for _, step, _ in story)


minutes_late = st.integers(0, 120).map(lambda minutes: timedelta(minutes=minutes))


@st.composite
def told_by_both(draw, story):
    """Both families tell every movement, within two hours, in any order; the later one gives the code."""
    told = []
    for at, step, prison in story:
        told.append(Movement(at + draw(minutes_late), step.direction, step.search, "", prison, Source.SEARCH))
        code = draw(st.sampled_from(step.codes))
        late = at + draw(minutes_late)
        told.append(Movement(late, step.direction, step.offender, code, prison, Source.OFFENDER_EVENTS))
    return draw(st.permutations(told))


@given(st.data())
def test_where_both_families_tell_everything_the_truth_comes_out(data):
    story = data.draw(stories())
    told = data.draw(told_by_both(story))
    state, prison, stays = now(*told)
    assert (state, prison, stays) == what_is_true(story)


@given(st.data())
def test_the_truth_comes_out_however_often_it_is_repeated(data):
    story = data.draw(stories())
    told = data.draw(told_by_both(story))
    repeated = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=6))))
    assert now(*repeated) == what_is_true(story)


@st.composite
def told_badly(draw, story):
    """Told by one family or both or neither, with or without a code, some of it twice."""
    told = []
    for at, step, prison in story:
        if draw(st.booleans()):
            told.append(Movement(at + draw(minutes_late), step.direction, step.search, "", prison, Source.SEARCH))
        if draw(st.booleans()):
            code = draw(st.sampled_from(("", *step.codes)))
            late = at + draw(minutes_late)
            told.append(Movement(late, step.direction, step.offender, code, prison, Source.OFFENDER_EVENTS))
    others = [on_the_roll, seen, off_the_roll, partial(off_the_roll, reason="RELEASED")]
    told += [draw(st.sampled_from(others))(MONDAY + draw(minutes_late) * 60) for _ in range(draw(st.integers(0, 2)))]
    return told + told[: draw(st.integers(0, 3))]


@given(st.data())
def test_told_badly_in_any_order_the_periods_are_the_same(data):
    # Movements minutes apart, so that tellings overtake each other.
    told = data.draw(told_badly(data.draw(stories(shortest_gap=timedelta(minutes=1)))))
    assert custody_periods(data.draw(st.permutations(told))) == custody_periods(told)
    assert custody_periods(told + told) == custody_periods(told)


@settings(max_examples=1000)
@given(st.data())
def test_however_badly_told_stays_follow_each_other_and_only_the_last_can_be_open(data):
    told = data.draw(told_badly(data.draw(stories(shortest_gap=timedelta(minutes=1)))))
    periods = custody_periods(told)
    for one, next_one in pairwise(periods):
        assert one.opened_at <= next_one.opened_at
        assert one.state_at(next_one.opened_at) in (State.CLOSED, State.DECEASED, State.CARE_ELSEWHERE)
    for period in periods:
        assert period.since >= period.opened_at


@given(st.data())
def test_counting_only_up_to_a_time_is_the_same_as_not_having_heard_of_what_came_after(data):
    told = data.draw(told_badly(data.draw(stories())))
    until = MONDAY + timedelta(hours=data.draw(st.integers(0, 100)))
    assert custody_periods(told, until) == custody_periods([m for m in told if m.at <= until])


@settings(max_examples=500)
@given(st.data())
def test_not_on_a_roll_any_more_never_begins_or_ends_a_stay(data):
    told = data.draw(told_badly(data.draw(stories(shortest_gap=timedelta(minutes=1)))))
    off = off_the_roll(
        MONDAY + timedelta(hours=data.draw(st.integers(0, 200))), data.draw(st.sampled_from(["LEI", "MDI"]))
    )
    before, after_it = custody_periods(told), custody_periods([*told, off])
    assert [(p.opened_at, p.left_at) for p in after_it] == [(p.opened_at, p.left_at) for p in before]
    assert len(before) == len(after_it)


@settings(max_examples=500)
@given(st.data())
def test_a_roll_that_tells_the_truth_changes_nothing_where_everything_was_told(data):
    """However late and in whatever order the true messages come, before the roll or after it."""
    story = data.draw(stories())
    told = data.draw(told_by_both(story))
    state, prison, stays = what_is_true(story)
    at = story[-1][0] + timedelta(days=1)
    if state in (State.OPEN, State.AWAY):
        roll = on_the_roll(at, prison)
    else:
        roll = off_the_roll(at, data.draw(st.sampled_from(["LEI", "MDI", "BXI"])))
    assert now(*data.draw(st.permutations([*told, roll]))) == (state, prison, stays)
