"""Managers' counts: what happened by week, nobody by name, no yes and no no, and no small number to be worked out."""

import csv
import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import chain, combinations, product
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from consent import actions, facts
from consent.counts import reading, weekly
from consent.counts.suppressing import UNDER, alone, in_ten, may_be_counted, split
from consent.counts.weekly import Counted, Person, Told
from consent.history import Line
from consent.kiosk import visits
from consent.models import Count
from consent.policy import Intervals
from consent.roles import Role
from consent.staff import wording
from registration import actions as registration
from registration import models as registered
from registration.legal_status import LegalStatus, StatusRecord
from tests.conftest import after, received, released
from tests.staff import GMS, GP, Reception, ago, give_posts, words
from tests.test_kiosk import Tablet, to_choice

# -- which numbers may be shown ---------------------------------------------------------------------------------------


def splits_of(total, width):
    if width == 1:
        return [(total,)]
    return [(first, *rest) for first in range(total + 1) for rest in splits_of(total - first, width - 1)]


@pytest.mark.parametrize(("width", "most"), [(2, 40), (3, 24), (4, 17), (5, 12), (6, 9)])
def test_whoever_knows_the_rule_and_the_total_can_tell_no_hidden_number_and_no_few_hidden_ones_together(width, most):
    """All splits that look the same: neither a hidden number nor a sum of hidden ones under 5 is the same in all."""
    alike = defaultdict(list)
    for numbers in (one for total in (0, *range(UNDER, most + 1)) for one in splits_of(total, width)):
        alike[sum(numbers), tuple(split(numbers))].append(numbers)
    for (total, shown), truths in alike.items():
        hidden = [nth for nth, number in enumerate(shown) if number is None]
        for several in chain.from_iterable(combinations(hidden, so_many) for so_many in range(1, len(hidden) + 1)):
            sums = {sum(numbers[nth] for nth in several) for numbers in truths}
            assert len(sums) > 1 or min(sums) >= UNDER, (total, shown, several, truths)
        for numbers in truths:
            assert all(shown[nth] in (None, number) for nth, number in enumerate(numbers))


@given(st.lists(st.integers(0, 12), min_size=2, max_size=13).filter(lambda numbers: sum(numbers) >= UNDER))
def test_no_number_under_five_is_ever_shown_but_nought(numbers):
    assert not {1, 2, 3, 4} & set(split(numbers))
    assert not {1, 2, 3, 4} & {alone(number) for number in numbers}


def test_nothing_is_hidden_that_need_not_be():
    assert split([0, 7, 12]) == [0, 7, 12]
    assert split([0, 2, 3, 12]) == [0, None, None, 12]
    assert split([2, 6, 12]) == [None, None, 12]
    assert split([0, 0]) == [0, 0]


def test_two_small_ones_that_are_under_five_together_take_another_with_them():
    """Ten English, one Polish, two Romanian of thirteen: Polish and Romanian together are three."""
    assert split([10, 1, 2, 0]) == [None, None, None, None]
    assert split([20, 10, 1, 2, 0]) == [20, None, None, None, 0]


def test_a_total_counts_hidden_weeks_only_where_they_cannot_be_worked_out_from_it():
    assert may_be_counted([12, 9, 0])
    assert may_be_counted([12, 1, 4])
    assert not may_be_counted([12, 3, 9])
    assert not may_be_counted([12, 1, 2])
    assert not may_be_counted([12, 4, 4, 4])


# -- somebody with every file -----------------------------------------------------------------------------------------

TONGUES = ["en", "pl", weekly.OTHER, weekly.UNKNOWN]
FIRST_WEEKS = [weekly.FIRST + nth * weekly.A_WEEK for nth in range(8)]
A_FEW = st.lists(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 9]), min_size=4, max_size=4)
# Eight weeks, three of which belong together each time; in each how often it was so and was not so, by language.
STORIES = st.lists(st.tuples(A_FEW, A_FEW).filter(any), min_size=8, max_size=8)


def noon(monday):
    return timezone.make_aware(datetime.combine(monday, time(12)))


def happened(story):
    """What is on record, for the weeks of a story."""
    for monday, sides in zip(FIRST_WEEKS, story, strict=True):
        at = noon(monday)
        for is_so, numbers in zip((True, False), sides, strict=True):
            for language, number in zip(TONGUES, numbers, strict=True):
                yield from [weekly.Event(Counted.OFFERED, at, is_so, language, LegalStatus.REMAND)] * number


def every_file(column, story):
    """What is shown on each Monday, from the first on which there is a total to the last; every file is kept."""
    those, files = list(happened(story)), []
    for so_many in range(weekly.WEEKS, len(FIRST_WEEKS) + 1):
        mondays = weekly.weeks_before(FIRST_WEEKS[0] + (so_many + 1) * weekly.A_WEEK)
        rows = {"week": [monday.isoformat() for monday in mondays], "language": TONGUES, "legal": list(LegalStatus)}
        inside = [event for event in those if weekly.row_of(event, "week") in rows["week"]]
        files.append((rows["week"], *column(inside, rows)))
    return files


def other_weeks(story, nth):
    """The same story with another number in this week: it changed places with one beside it, or was another itself."""
    start = nth - nth % weekly.WEEKS
    for beside in range(start, min(start + weekly.WEEKS, len(story))):
        moved = list(story)
        moved[nth], moved[beside] = story[beside], story[nth]
        yield moved
    for so, not_so in product(range(6), repeat=2):
        yield [*story[:nth], ([so, 0, 0, 0], [not_so, 0, 0, 0]), *story[nth + 1 :]]


def other_languages(story, start):
    """The same story with these three weeks in other languages."""
    for one, other in product(range(4), repeat=2):
        order = list(range(4))
        order[one], order[other] = other, one
        yield told_anew(story, start, lambda numbers, _nth, order=order: [numbers[place] for place in order])
        first = max(range(start, start + weekly.WEEKS), key=lambda nth: sum(map(sum, story[nth])))
        side = max((0, 1), key=lambda side: sum(story[first][side]))
        for but in (0, 1):
            yield told_anew(story, start, partial(all_but_one, one, other, {(first, side): but}))


def all_but_one(one, other, but, numbers, place):
    """All of one language, but for one person in one place."""
    so_many, told = but.get(place, 0), [0] * 4
    told[one] += sum(numbers) - so_many
    told[other] += so_many
    return told


def told_anew(story, start, change):
    weeks = range(start, start + weekly.WEEKS)
    return [
        tuple(change(numbers, (nth, side)) for side, numbers in enumerate(sides)) if nth in weeks else sides
        for nth, sides in enumerate(story)
    ]


def of_weeks(column, story, weeks):
    so, not_so = (sum(sum(story[nth][side]) for nth in weeks) for side in (0, 1))
    return (so + not_so,) if column is weekly.numbers else (so, not_so)


def of_language(column, story, start, place):
    so, not_so = (sum(story[nth][side][place] for nth in range(start, start + weekly.WEEKS)) for side in (0, 1))
    return (so + not_so,) if column is weekly.numbers else (so, not_so)


def are_few(numbers):
    return any(0 < number < UNDER for number in numbers)


@pytest.mark.parametrize("column", [weekly.numbers, weekly.shares])
@given(story=STORIES, data=st.data())
@settings(max_examples=40, phases=[Phase.generate])
def test_somebody_who_keeps_every_file_can_tell_no_hidden_week(column, story, data):
    """Two stories fit every file: in the other this week, or these weeks together, had another number."""
    with mock.patch.object(weekly, "WEEKS", 3):
        files = every_file(column, story)
        shown = dict(chain.from_iterable(zip(weeks, told["week"], strict=True) for weeks, _total, told in files))
        hidden = [nth for nth, monday in enumerate(FIRST_WEEKS) if shown[monday.isoformat()] is None]
        together = data.draw(st.sets(st.sampled_from(hidden))) if hidden else set()
        for weeks in [*({nth} for nth in hidden), together]:
            true = of_weeks(column, story, weeks)
            if are_few(true):
                others = chain.from_iterable(other_weeks(story, nth) for nth in weeks)
                assert any(of_weeks(column, o, weeks) != true and every_file(column, o) == files for o in others)


@pytest.mark.parametrize("column", [weekly.numbers, weekly.shares])
@given(story=STORIES)
@settings(max_examples=40, phases=[Phase.generate])
def test_somebody_who_keeps_every_file_can_tell_no_hidden_language(column, story):
    with mock.patch.object(weekly, "WEEKS", 3):
        files = every_file(column, story)
        for start in (0, 3):
            _weeks, _total, told = files[start]
            for place in (place for place, number in enumerate(told["language"]) if number is None):
                true = of_language(column, story, start, place)
                others = other_languages(story, start)
                assert not are_few(true) or any(
                    of_language(column, o, start, place) != true and every_file(column, o) == files for o in others
                ), (story, start, place)


def test_last_week_cannot_be_worked_out_from_two_files_of_two_weeks():
    """The total that went on by a week: this Monday's less last Monday's, and the week that fell out."""
    a_week = [20, 15, 12, 9, 8, 14, 11, 10, 13, 12, 9, 16, 7, 2, 8]
    seen = set()
    for so_many in (13, 14, 15):
        mondays = weekly.weeks_before(weekly.FIRST + (so_many + 1) * weekly.A_WEEK)
        found = [event_of(monday) for monday, times in zip(mondays, a_week, strict=False) for _ in range(times)]
        told = weekly.table(found, mondays, ["en-GB"])
        seen.add(told["together"]["together"][Counted.OFFERED])
        shown = [row[Counted.OFFERED] for row in told["week"].values()]
        assert shown == [None if number == 2 else number for number in a_week[:so_many]]
    assert seen == {156}


def event_of(monday):
    return weekly.Event(Counted.OFFERED, noon(monday), language="en-GB", legal=LegalStatus.REMAND)


@given(st.integers(0, 300), st.integers(0, 300))
def test_so_many_in_ten_is_told_only_where_neither_side_is_small(part, rest):
    told = in_ten(part, part + rest)
    assert (told is None) == (part + rest == 0 or 0 < part < UNDER or 0 < rest < UNDER)
    if told is not None:
        assert abs(told - 10 * part / (part + rest)) <= 1
        assert (told == 10) == (rest == 0)
        assert (told == 0) == (part == 0)


# -- what is counted --------------------------------------------------------------------------------------------------

NOW = after(weeks=14)  # Monday 8 June 2026
MONDAYS = weekly.weeks_before(NOW.date())
WEEK = MONDAYS[12].isoformat()  # 30 March: the clocks changed the night before
BEGUN = after(weeks=4)


def came(at=BEGUN, reason="NEW_ADMISSION", prison="LEI", **more):
    return received(reason, at, prison, **more)


def said(answer, at, *, prison="LEI", kind="decision", **more):
    line = Line(
        id=f"{kind}{at}", record="r", seq=1, at=at, kind=kind, question=GMS, answer=answer, prison=prison,
        hold=more.pop("hold", "second-look" if answer == "yes" else "none"), imported=more.pop("imported", False),
    )  # fmt: skip
    return Told(line, route=more.pop("route", "talk"), **more)


def counted(*told, movements=None, prison="LEI", **more):
    """How often each thing happened, and those of them that were so."""
    person = Person(tuple(movements or [came()]), told, **more)
    found = list(weekly.events(person, prison, MONDAYS, Intervals()))
    return Counter(e.what for e in found), Counter(e.what for e in found if e.is_so)


def test_the_weeks_begin_with_thirteen_that_do_not_move_and_end_a_week_ago():
    assert (MONDAYS[0].isoformat(), MONDAYS[-1].isoformat(), len(MONDAYS)) == ("2026-01-05", "2026-05-25", 21)
    assert weekly.weeks_before(date(2026, 6, 7)) == weekly.weeks_before(date(2026, 6, 1)) == MONDAYS[:-1]
    for day, so_many in ((date(2026, 7, 12), 25), (date(2026, 7, 13), 13)):
        weeks = weekly.weeks_before(day)
        assert len(weeks) == so_many
        assert weeks[0].isoformat() == ("2026-01-05" if so_many == 25 else "2026-04-06")


def test_a_week_is_from_monday_to_sunday_in_london():
    sunday_late = datetime(2026, 3, 29, 22, 59, tzinfo=UTC)  # 23:59 in London: summer time began that morning
    for at, week in ((sunday_late, "2026-03-23"), (sunday_late + timedelta(minutes=1), "2026-03-30")):
        assert weekly.row_of(weekly.Event(Counted.OFFERED, at), "week") == week
    assert not weekly.is_within(datetime(2026, 1, 4, 23, 59, tzinfo=UTC), MONDAYS)
    assert not weekly.is_within(datetime(2026, 5, 31, 23, 1, tzinfo=UTC), MONDAYS)


@pytest.mark.parametrize(
    "story", [["yes"], ["later", "yes"], ["yes", "later"], ["yes", "yes"], ["not-possible", "yes", "later", "yes"]]
)
def test_a_yes_and_a_no_are_counted_alike_so_that_neither_can_be_known(story):
    """But for checks, of which only a share is shown."""

    def told(answers):
        happened = counted(*(said(answer, BEGUN + timedelta(days=3 * n)) for n, answer in enumerate(answers)))
        return [{what: n for what, n in one.items() if what is not Counted.CHECKED_IN_TIME} for one in happened]

    assert told(story) == told(["no" if answer == "yes" else answer for answer in story])
    assert Counted.CHECKED_IN_TIME in weekly.IN_TEN


def test_an_offer_is_counted_once_in_a_stay_and_whoever_could_not_be_asked_was_not_offered_it():
    all_of, so = counted(
        said("not-possible", BEGUN, why="No interpreter"),
        said("not-possible", BEGUN + timedelta(days=1), why="No time or private place"),
        said("not-possible", BEGUN + timedelta(days=2), why="Not well enough today"),
        said("later", BEGUN + timedelta(days=3)),
        said("later", BEGUN + timedelta(days=12)),
        said("no", BEGUN + timedelta(days=20)),
    )
    assert so[Counted.OFFERED] == 1
    assert so[Counted.LATER] == 2
    assert so[Counted.NO_TIME] == so[Counted.NO_INTERPRETER] == so[Counted.NOT_TODAY] == 1
    # The day after "not possible", 7 days after the first "later", 28 after the second: the second came late.
    assert (all_of[Counted.ASKED_IN_TIME], so[Counted.ASKED_IN_TIME]) == (3, 2)


def test_a_second_stay_is_offered_it_again():
    stays = [came(), released("RELEASED", BEGUN + timedelta(days=5)), came(BEGUN + timedelta(days=9))]
    told = [said("no", BEGUN), said("no", BEGUN + timedelta(days=20))]
    all_of, so = counted(*told, movements=stays)
    assert so[Counted.OFFERED] == 2
    assert (all_of[Counted.ASKED_IN_TIME], so[Counted.ASKED_IN_TIME]) == (2, 1)


@pytest.mark.parametrize(("days", "in_time"), [(7, 1), (8, 0)])
@pytest.mark.parametrize("came_of_it", [said("", BEGUN, kind="second-look"), said("no", BEGUN), said("later", BEGUN)])
def test_a_check_counts_whatever_comes_of_it_by_its_date(days, in_time, came_of_it):
    at = BEGUN + timedelta(days=days)
    look = replace(came_of_it, line=replace(came_of_it.line, at=at))
    all_of, so = counted(said("yes", BEGUN), look)
    assert all_of[Counted.CHECKED_IN_TIME] == 1
    assert so[Counted.CHECKED_IN_TIME] == in_time


def test_what_came_due_while_they_were_away_is_in_time_on_the_day_they_are_back():
    gone, back = BEGUN + timedelta(days=5), BEGUN + timedelta(days=20)
    stay = [came(), released("RELEASED_TO_HOSPITAL", gone, code="HP"), came(back, "ADMISSION", code="R")]
    look = said("", back + timedelta(hours=2), kind="second-look")
    assert counted(said("yes", BEGUN), look, movements=stay)[1][Counted.CHECKED_IN_TIME] == 1
    asked = said("no", back + timedelta(hours=2))
    assert counted(said("later", BEGUN), asked, movements=stay)[1][Counted.ASKED_IN_TIME] == 2
    assert counted(asked, movements=stay)[1][Counted.ASKED_IN_TIME] == 1
    late = said("no", back + timedelta(days=1))
    assert counted(late, movements=stay)[1][Counted.ASKED_IN_TIME] == 0


def test_what_another_prison_or_an_earlier_system_did_is_not_counted_here():
    assert not counted(said("yes", BEGUN, prison="HLI"))[0]
    assert not counted(said("yes", BEGUN, imported=True, route="import"))[0]
    assert not counted(said("yes", BEGUN, route="conflict"))[0]
    assert not counted(said("yes", after(weeks=14)), movements=[came()])[0]


MOVED = BEGUN + timedelta(days=10)
AT_HULL_THEN_HERE = [
    came(prison="HLI"),
    released("TRANSFERRED", MOVED - timedelta(hours=3), "HLI"),
    came(MOVED, "TRANSFERRED"),
    came(MOVED + timedelta(minutes=46), "ADMISSION", code="INT"),  # the same arrival, told by the other family
]


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_whoever_is_moved_with_an_answer_and_not_asked_again_was_spared_it_once(answer):
    at_hull = said(answer, BEGUN + timedelta(days=1), prison="HLI")
    assert counted(at_hull, movements=AT_HULL_THEN_HERE)[1][Counted.SPARED] == 1
    again = said("", MOVED + timedelta(days=1), kind="asked-anyway")
    assert counted(at_hull, again, movements=AT_HULL_THEN_HERE)[1][Counted.SPARED] == 0
    checked = said("", MOVED + timedelta(days=1), kind="second-look")
    assert counted(at_hull, checked, movements=AT_HULL_THEN_HERE)[1][Counted.SPARED] == 1


def test_nobody_was_spared_anything_who_had_not_answered_or_only_came_back_from_court():
    later = said("later", BEGUN + timedelta(days=1), prison="HLI")
    assert not counted(later, movements=AT_HULL_THEN_HERE)[1][Counted.SPARED]
    assert not counted(movements=AT_HULL_THEN_HERE)[1][Counted.SPARED]
    court = [came(), released("SENT_TO_COURT", MOVED - timedelta(hours=8)), came(MOVED, "RETURN_FROM_COURT")]
    assert not counted(said("no", BEGUN), movements=court)[1][Counted.SPARED]


def test_the_language_and_the_legal_status_are_those_of_that_time():
    statuses = (
        StatusRecord(BEGUN + timedelta(days=1), LegalStatus.REMAND),
        StatusRecord(BEGUN + timedelta(days=30), LegalStatus.SENTENCED),
    )
    told = [said("later", BEGUN), said("later", BEGUN + timedelta(days=7)), said("later", BEGUN + timedelta(days=31))]
    person = Person((came(),), tuple(told), statuses, language="pl")
    laters = [e for e in weekly.events(person, "LEI", MONDAYS, Intervals()) if e.what is Counted.LATER]
    assert [e.legal for e in laters] == [LegalStatus.UNKNOWN, LegalStatus.REMAND, LegalStatus.SENTENCED]
    assert {e.language for e in laters} == {"pl"}


def test_understood_at_once_is_every_question_right_at_the_first_try():
    tries = [("right", "right"), ("right", "unsure"), ("wrong",), ()]
    told = [said("later", BEGUN + timedelta(days=n), first_tries=tried) for n, tried in enumerate(tries)]
    all_of, so = counted(*told)
    assert (all_of[Counted.UNDERSTOOD], so[Counted.UNDERSTOOD]) == (3, 1)


def test_every_split_of_the_table_has_the_same_rows_whoever_is_there():
    empty = weekly.table([], MONDAYS, ["en-GB", "pl"])
    rows = {kind: list(part) for kind, part in empty.items()}
    assert rows["language"] == ["en-GB", "pl", "other", "unknown"]
    assert set(rows["legal"]) == set(LegalStatus)
    event = weekly.Event(Counted.OFFERED, BEGUN, language="pl", legal=LegalStatus.REMAND)
    one = weekly.table([event], MONDAYS, ["en-GB", "pl"])
    assert {kind: list(part) for kind, part in one.items()} == rows
    weeks = one.pop("week")
    assert {row[Counted.OFFERED] for part in one.values() for row in part.values()} == {None}
    assert [week for week, row in weeks.items() if row[Counted.OFFERED] is None] == [WEEK]
    many = weekly.table([event] * 6, MONDAYS, ["en-GB", "pl"])
    assert many["week"][WEEK][Counted.OFFERED] == many["together"]["together"][Counted.OFFERED] == 6
    assert many["language"]["en-GB"][Counted.OFFERED] == 0


# -- the page ---------------------------------------------------------------------------------------------------------


class Prison(Reception):
    """Leeds with its manager, who sees no record."""

    def __init__(self):
        super().__init__()
        self.manager = User.objects.create_user("manager")
        give_posts(self.manager, Role.MANAGER, prison="LEI")
        self.at_desk = Client()
        self.at_desk.force_login(self.manager)

    def table(self):
        """Each row of the CSV by what it is of, as the page shows it too."""
        response = self.at_desk.get("/staff/counts.csv")
        lines = list(csv.reader(response.content.decode("utf-8-sig").splitlines()))
        titles, end = lines[0][3:], lines.index([])
        rows = {row[2]: dict(zip(titles, row[3:], strict=True)) for row in lines[1:end]}
        late = {row[2]: row[3:] for row in lines[end + 2 :]}
        return rows, late


@pytest.fixture
def prison(db):
    return Prison()


def in_the_thirteen_weeks():
    """So many days ago is in the second of the thirteen weeks that belong together."""
    today = timezone.localdate()
    return (today - weekly.weeks_before(today)[0]).days - 10.0


def crowd(prison, many, *, days=20.0, start=0, status=LegalStatus.REMAND):
    return [prison.comes(f"A{start + n:04d}AB", days=days, name=f"Given{n} Canary", status=status) for n in range(many)]


@pytest.mark.django_db
def test_the_manager_sees_how_many_and_nobody(prison):
    days = in_the_thirteen_weeks()
    people = crowd(prison, 7, days=days + 2)
    for nth, person in enumerate(people):
        prison.says(person, ["yes", "no", "later"][nth % 3], days=days)
    page = words(prison.at_desk.get("/staff/counts/"))
    for hidden in ("Canary", "Given", *(person.prison_number for person in people)):
        assert hidden not in page
    rows, _late = prison.table()
    assert rows["Together"]["Asked: Offered the choice"] == "7"
    assert rows["On remand"]["Asked: Offered the choice"] == "7"
    assert rows["English"]["Asked: Offered the choice"] == "7"
    assert rows["Together"]["Asked: Chose to decide later"] == "–"
    assert rows["Together"]["How, in ten: By talking"] == "10"
    assert prison.at_desk.get(f"/staff/people/{people[0].prison_number}/").status_code == 403
    assert prison.at_desk.get("/staff/lists/").status_code == 403


@pytest.mark.django_db
def test_no_answer_can_be_told_from_the_page_nor_the_file(prison):
    """The same people, once all yes and once all no: the same page, before anything is due."""

    def pages(answer):
        point = transaction.savepoint()
        for person in people:
            prison.says(person, answer, days=days)
            if answer == "yes":
                look_again(prison, person)
        shown = [prison.at_desk.get(address).content for address in ("/staff/counts/", "/staff/counts.csv")]
        transaction.savepoint_rollback(point)
        return [re.sub(rb'csrfmiddlewaretoken" value="[^"]+"', b"", body) for body in shown]

    days = in_the_thirteen_weeks()
    people = crowd(prison, 9, days=days + 2)
    assert pages("yes") == pages("no")


@pytest.mark.django_db
def test_a_week_is_counted_once_whatever_is_put_right_or_typed_later(prison):
    """Of two files of the same week the difference is one person: the one whose answer was recorded in error."""
    days = in_the_thirteen_weeks()
    people = crowd(prison, 9, days=days + 2)
    answers = [prison.says(person, "no", days=days) for person in people[:8]]
    before = prison.at_desk.get("/staff/counts.csv").content
    assert prison.table()[0]["Together"]["Asked: Offered the choice"] == "8"
    actions.record_in_error(entry=answers[0], user=prison.nurse, second=prison.doctor, reason="not them")
    prison.says(people[8], "later", days=days)
    actions.describe_patient(patient=people[1], language="pl")
    registration.merge(kept=people[2], removed=people[3], at=ago(1))
    assert prison.at_desk.get("/staff/counts.csv").content == before


@pytest.mark.django_db
def test_a_manager_of_several_prisons_has_them_beside_each_other_and_in_one_file(prison):
    days = in_the_thirteen_weeks()
    for person in crowd(prison, 7, days=days + 2):
        prison.says(person, "no", days=days)
    for nth in range(6):
        prison.says(prison.comes(f"A{nth:04d}HU", days=days + 2, prison="HLI"), "yes", days=days)
    assert "by prison" not in words(prison.at_desk.get("/staff/counts/"))
    give_posts(prison.manager, Role.MANAGER, prison="HLI")
    give_posts(prison.manager, Role.CLINICIAN, prison="CFI")
    prison.comes("A9999CF", prison="CFI")
    prison.at_desk.post("/staff/prison/", {"prison": "LEI"})
    Count.objects.all().delete()
    page = words(prison.at_desk.get("/staff/counts/"))
    assert "Hull (HMP). Not counted yet" in page and "Leeds (HMP) 7 0 0" in page
    assert ["Hull (HMP)", "Not counted yet: choose this prison above"] in of_all(prison)
    call_command("count_weeks", verbosity=0)
    page = words(prison.at_desk.get("/staff/counts/"))
    assert "by prison Hull (HMP) 6 0 0" in page and "Leeds (HMP) 7 0 0" in page
    rows = of_all(prison)
    assert {row[0] for row in rows[1:]} == {"Hull (HMP)", "Leeds (HMP)"}
    offered = {row[0]: row[3] for row in rows if row[2:3] == ["Together"]}
    assert offered == {"Hull (HMP)": "6", "Leeds (HMP)": "7"}
    week = wording.birthday(weekly.weeks_before(timezone.localdate())[0])
    assert len([row for row in rows if row[2:3] == [week]]) == 2


def of_all(prison):
    response = prison.at_desk.get("/staff/counts-of-all.csv")
    return list(csv.reader(response.content.decode("utf-8-sig").splitlines()))


@pytest.mark.django_db
def test_what_waits_too_long_is_the_same_all_day(prison):
    """Five, and a minute later a dash: then it is four, and whoever was just seen was one of them."""
    people = crowd(prison, 5, days=20)
    assert prison.table()[1]["Not asked yet"] == ["0", "5", "0", "5"]
    prison.leaves(people[0], "RELEASED", days=0.1)
    assert prison.table()[1]["Not asked yet"] == ["0", "5", "0", "5"]
    Count.objects.filter(what="late").update(day=timezone.localdate() - timedelta(days=1))
    assert prison.table()[1]["Not asked yet"] == ["–", "–", "–", "–"]


def look_again(prison, person):
    line = facts.standing_of(person).questions[GMS].line
    by = actions.staff(prison.nurse)
    actions.second_look(patient=person, by=by, decision=line, prison="LEI", route="talk")


@pytest.mark.django_db
def test_what_waits_too_long_is_counted_by_list_and_by_how_long_and_named_to_the_registrar(prison):
    crowd(prison, 6, days=20)
    crowd(prison, 5, days=60, start=100)
    crowd(prison, 8, days=2, start=200)
    _rows, late = prison.table()
    assert late["Not asked yet"] == ["0", "6", "5", "11"]
    assert late["Check before sending"] == ["0", "0", "0", "0"]
    listed = prison.reads("/staff/lists/overdue/")
    assert listed.index("A0100AB") < listed.index("A0000AB")
    assert "A0200AB" not in listed
    assert "Not asked yet. Whose work: Reception" in listed
    index = prison.reads("/staff/lists/")
    assert "Overdue 11 people. " in index
    assert "Not asked yet 19 people, 11 overdue." in index
    assert "Ask again Nobody." in index


@pytest.mark.django_db
def test_capacity_reviews_and_messages_that_wait_too_long_are_in_the_managers_number(prison):
    long_ago = str(timezone.localdate() - timedelta(days=2))
    for person in crowd(prison, 6, days=5):
        by = actions.staff(prison.nurse)
        actions.record_note(patient=person, kind="capacity-view", by=by, question=GMS, view="x", review_on=long_ago)
    for n in range(6):
        actions.receive_message(item={"x": n}, raw=f'{{"x":{n}}}')
    registered.Message.objects.update(received_at=ago(20))
    _rows, late = prison.table()
    assert late["Look again whether they can decide"] == ["6", "0", "0", "6"]
    assert late["Messages not understood, of all prisons"] == ["0", "6", "0", "6"]
    registered.Message.objects.filter(body__contains="3").update(dealt_with_at=ago(0))
    registered.Message.objects.filter(body__contains="4").update(dealt_with_at=ago(0))
    Count.objects.all().delete()  # the next day
    _rows, late = prison.table()
    assert late["Messages not understood, of all prisons"] == ["–", "–", "–", "–"]


@pytest.mark.django_db
def test_messages_that_are_overdue_stand_on_the_page_of_what_is_overdue_for_whoever_may_read_them(prison):
    said = "1 message that was not understood"
    prison.comes(days=1)
    actions.receive_message(item={"x": 1}, raw='{"x":1}')
    assert said not in prison.reads("/staff/lists/overdue/")
    registered.Message.objects.update(received_at=ago(3))
    assert said in prison.reads("/staff/lists/overdue/")
    assert said not in prison.reads("/staff/lists/ask-again/")
    prison.nurse.posts.exclude(role=Role.CLINICIAN).delete()
    assert said not in prison.reads("/staff/lists/overdue/")


@pytest.mark.django_db
def test_somebody_whose_record_is_sensitive_is_named_on_no_overdue_list(prison):
    prison.comes("A0001AB", days=30, is_sensitive=True)
    assert "A0001AB" not in prison.reads("/staff/lists/overdue/")
    assert "Nothing is overdue." in prison.reads("/staff/lists/overdue/")


@pytest.mark.django_db
def test_a_visit_on_a_tablet_counts_with_what_was_pressed_there(prison):
    person = prison.comes(days=1)
    visit, code = visits.start(patient=person, place="reception", user=prison.nurse, interpreter="Ms Line")
    tablet = Tablet(visit.prison_id).tap(code).press("language:en-GB").press("help").press("back").choose("no")
    tablet.press("confirm").press("next")
    while 'value="check:first"' in tablet:
        tablet.understood("right")
    to_choice(tablet.press("go")).choose("no").press("confirm")
    told = reading.people_of(registered.Prison.objects.get(pk="LEI"), timezone.localdate() - timedelta(days=30))
    assert [(len(one.helped), one.language) for one in told] == [(1, "en-GB")]
    (line,) = [told for told in told[0].told if told.line.kind == "decision"]
    assert (line.route, line.has_interpreter) == ("tablet", True)
    assert set(line.first_tries) == {"right"}


@pytest.mark.django_db
def test_the_reason_for_which_somebody_could_not_be_asked_is_counted_until_it_is_erased(prison):
    person = prison.comes(days=1)
    reason = "No time or private place"
    by = actions.staff(prison.nurse)
    actions.could_not_ask(patient=person, questions=[GP, GMS], by=by, reason=reason, once="x")
    at_leeds = registered.Prison.objects.get(pk="LEI")
    (one,) = reading.people_of(at_leeds, timezone.localdate() - timedelta(days=30))
    assert [told.why for told in one.told] == [reason]


@pytest.mark.django_db
def test_what_was_recorded_in_error_is_not_counted_and_joined_records_are_one_person(prison):
    one, other = crowd(prison, 2)
    prison.says(one, "no", days=18)
    wrong = prison.says(other, "later", days=17)
    actions.record_in_error(entry=wrong, user=prison.nurse, second=prison.doctor, reason="not them")
    registration.merge(kept=one, removed=other, at=ago(1))
    at_leeds = registered.Prison.objects.get(pk="LEI")
    (joined,) = reading.people_of(at_leeds, timezone.localdate() - timedelta(days=30))
    assert [told.line.answer for told in joined.told] == ["no"]


@pytest.mark.django_db
def test_as_many_queries_for_sixty_people_as_for_six(prison):
    def queries(address, browser):
        browser.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(address).status_code == 200
        return len(caught)

    for person in crowd(prison, 6):
        prison.says(person, "later", days=18)
    pages = [
        ("/staff/counts/", prison.at_desk),
        ("/staff/lists/", prison.browser),
        ("/staff/lists/overdue/", prison.browser),
    ]
    few = [queries(*page) for page in pages]
    for person in crowd(prison, 54, start=100):
        prison.says(person, "later", days=18)
    assert [queries(*page) for page in pages] == few
