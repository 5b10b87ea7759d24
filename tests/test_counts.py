"""Managers' counts: what happened by week, nobody by name, no yes and no no, and no small number to be worked out."""

import csv
import re
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from consent import actions, facts
from consent.counts import reading, weekly
from consent.counts.suppressing import UNDER, in_ten, splits
from consent.counts.weekly import Counted, Person, Told
from consent.kiosk import visits
from consent.policy import Intervals
from consent.roles import Role
from consent.standing import Line
from registration import actions as registration
from registration import models as registered
from registration.legal_status import LegalStatus, StatusRecord
from tests.conftest import after, received, released
from tests.staff import GMS, GP, Reception, ago, give_posts, words
from tests.test_kiosk import Tablet, to_choice

# -- which numbers may be shown ---------------------------------------------------------------------------------------


def small_tables(*widths, most):
    """Every total of every table this small, split in as many ways as there are widths."""
    by_total = [defaultdict(list) for _ in widths]
    for column, width in zip(by_total, widths, strict=True):
        for numbers in product(range(most + 1), repeat=width):
            column[sum(numbers)].append(numbers)
    for total in set.intersection(*(set(column) for column in by_total)):
        yield from product(*(column[total] for column in by_total))


@pytest.mark.parametrize(("widths", "most"), [((3,), 14), ((4,), 9), ((3, 2), 9), ((5,), 6), ((2, 2, 2), 8)])
def test_whoever_knows_the_rule_and_every_number_shown_can_tell_no_hidden_one(widths, most):
    """All tables that look the same once they are suppressed: each hidden number has two values or more among them."""
    alike = defaultdict(list)
    for table in small_tables(*widths, most=most):
        total, shown = splits(*table)
        alike[total, tuple(map(tuple, shown))].append((sum(table[0]), *(n for split in table for n in split)))
    for (total, shown), tables in alike.items():
        cells = [total, *(n for split in shown for n in split)]
        for nth, cell in enumerate(cells):
            values = {numbers[nth] for numbers in tables}
            assert values == {cell} if cell is not None else len(values) > 1, (total, shown, nth, values)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=13), st.data())
def test_hidden_numbers_could_change_places_and_the_same_would_be_shown(numbers, data):
    total, (shown,) = splits(numbers)
    hidden = [nth for nth, number in enumerate(shown) if number is None]
    if total is None or not hidden:
        assert sum(numbers) < UNDER or not hidden or set(shown) == {None}
        return
    assert len({numbers[nth] for nth in hidden}) > 1
    moved = list(numbers)
    for nth, number in zip(hidden, data.draw(st.permutations([numbers[nth] for nth in hidden])), strict=True):
        moved[nth] = number
    assert splits(moved) == (total, [shown])


@given(st.lists(st.integers(0, 12), min_size=1, max_size=13))
def test_no_number_under_five_is_ever_shown_but_nought(numbers):
    total, (shown,) = splits(numbers)
    assert not {1, 2, 3, 4} & {total, *shown}
    assert all(number in (None, true) for number, true in zip(shown, numbers, strict=True))


def test_nothing_is_hidden_that_need_not_be():
    assert splits([0, 7, 12]) == (19, [[0, 7, 12]])
    assert splits([0, 2, 3, 12]) == (17, [[0, None, None, 12]])
    assert splits([2, 6, 12], [20, 0]) == (20, [[None, None, 12], [20, 0]])


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
WEEK = MONDAYS[3].isoformat()  # 30 March: the clocks changed the night before
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


def test_the_weeks_are_the_last_thirteen_whole_ones_from_monday_to_sunday_in_london():
    assert MONDAYS[0].isoformat() == "2026-03-09"
    assert MONDAYS[-1].isoformat() == "2026-06-01"
    assert weekly.weeks_before(date(2026, 6, 7)) == weekly.weeks_before(date(2026, 6, 1))
    sunday_late = datetime(2026, 3, 29, 22, 59, tzinfo=UTC)  # 23:59 in London: summer time began that morning
    for at, week in ((sunday_late, "2026-03-23"), (sunday_late + timedelta(minutes=1), "2026-03-30")):
        assert weekly.row_of(weekly.Event(Counted.OFFERED, at), "week") == week
    assert not weekly.is_within(datetime(2026, 3, 8, 23, 59, tzinfo=UTC), MONDAYS)
    assert not weekly.is_within(datetime(2026, 6, 7, 23, 1, tzinfo=UTC), MONDAYS)


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
    assert {row[Counted.OFFERED] for part in one.values() for row in part.values()} == {None}
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


def crowd(prison, many, *, days=20.0, start=0, status=LegalStatus.REMAND):
    return [prison.comes(f"A{start + n:04d}AB", days=days, name=f"Given{n} Canary", status=status) for n in range(many)]


@pytest.mark.django_db
def test_the_manager_sees_how_many_and_nobody(prison):
    people = crowd(prison, 7)
    for nth, person in enumerate(people):
        prison.says(person, ["yes", "no", "later"][nth % 3], days=18)
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
            prison.says(person, answer, days=18)
            if answer == "yes":
                look_again(prison, person)
        shown = [prison.at_desk.get(address).content for address in ("/staff/counts/", "/staff/counts.csv")]
        transaction.savepoint_rollback(point)
        return [re.sub(rb'csrfmiddlewaretoken" value="[^"]+"', b"", body) for body in shown]

    people = crowd(prison, 9)
    assert pages("yes") == pages("no")


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
    assert "Overdue 11 people, 11 overdue." in index
    assert "Not asked yet 19 people, 11 overdue." in index
    assert "Ask again Nobody." in index


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
