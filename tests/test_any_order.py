"""Whatever order it is told in, and however often: what stands is the same, and it is what the specification says.

First sets of messages that nobody could live through, then true ones, each told twice over in two orders. At last a
world that goes on while messages about it come late, twice and out of order, and staff and the person act on what is
known, with tests/reference_model.py as the other opinion. ANY_ORDER_EXAMPLES=20 asks for twenty times as many.
"""

import json
import os
import sys
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import permutations
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from consent import actions, facts, ledger, waiting
from consent.hold import SEEN_FIRST
from consent.models import Entry, PrisonPolicy, Status
from consent.policy import Answer
from consent.proof import verify
from consent.staff.matters import matters, needs
from consent.standing import local_date, stand
from registration.actions import NotPossible, patient_with, survivor
from registration.custody import custody_periods
from registration.feeds.prison_events import translate
from registration.legal_status import LegalStatus
from registration.legal_status import history as legal_history
from registration.models import LegalStatusRecord, MergeRecord, Message, Notice, Patient, Prison, RegistrationRequest
from registration.models import Movement as MovementRow
from registration.movements import Direction, Movement
from tests import reference_model as model
from tests.conftest import MONDAY, after

pytestmark = pytest.mark.django_db
MORE = float(os.environ.get("ANY_ORDER_EXAMPLES", "1"))
GP, GMS = model.GP, model.GMS
SEARCH, EVENTS = "prisoner-offender-search", "prison-offender-events"
NUMBERS = ["A0001AA", "A0002AA", "A0003AA"]
PRISONS = ["LEI", "MDI", "BXI", "CFI"]
HOLDS = {"MDI": "72", "BXI": "none"}
minute = timedelta(minutes=1)


def examples(count):
    # Without the phase that explains: it runs a failing example hundreds of times more, each with a database.
    phases = [Phase.explicit, Phase.generate, Phase.shrink]
    return settings(max_examples=max(1, round(count * MORE)), phases=phases)


def faults():
    """Everything in the record that does not add up."""
    return list(verify.faults())


@contextmanager
def a_database_of_its_own():
    """The record refuses to forget, so what was done is rolled back."""
    with transaction.atomic():
        countries = {prison: "Wales" if prison in model.WALES else "England" for prison in PRISONS}
        Prison.objects.bulk_create(Prison(pk=prison, name=prison, country=where) for prison, where in countries.items())
        PrisonPolicy.objects.create(prison_id="MDI", hold="hours", hold_hours=72)
        PrisonPolicy.objects.create(prison_id="BXI", hold="none")
        yield
        transaction.set_rollback(True)


@contextmanager
def the_clock_at(at):
    with mock.patch("django.utils.timezone.now", return_value=at):
        yield


# -- messages ----------------------------------------------------------------------------------------------------


def event(kind, at, **info):
    numbers = [info["nomsNumber"]] if "nomsNumber" in info else []
    return {
        "eventType": kind,
        "version": 1,
        "occurredAt": at.isoformat(),
        "personReference": {"identifiers": [{"type": "NOMS", "value": number} for number in numbers]},
        "additionalInformation": info,
    }


def moved(family, number, at, way, reason, prison, code=""):
    """An arrival or departure; only the later family gives a movement code."""
    info = {"nomsNumber": number, "reason": reason, "prisonId": prison}
    if family == EVENTS:
        info["nomisMovementReasonCode"] = code
    return event(f"{family}.prisoner.{'received' if way == 'in' else 'released'}", at, **info)


def merged(kept, removed, at):
    return event(f"{EVENTS}.prisoner.merged", at, nomsNumber=kept, removedNomsNumber=removed, reason="MERGE")


def booking_moved(number, to, at):
    return event(f"{EVENTS}.prisoner.booking.moved", at, movedFromNomsNumber=number, movedToNomsNumber=to)


def booking_deleted(number, at):
    return event(f"{EVENTS}.prisoner.booking.deleted", at, nomsNumber=number, bookingId=1)


def convicted_changed(number, at, convicted):
    told = "Convicted" if convicted else "Remand"
    return event(f"{SEARCH}.prisoner.convicted-status-changed", at, nomsNumber=number, convictedStatus=told)


def restricted(number, at):
    return event("restricted-patients.patient.added", at, prisonerNumber=number)


def telling_of(message):
    """The same movement, for the model."""
    family, _, what = message["eventType"].partition(".")
    info, at = message["additionalInformation"], datetime.fromisoformat(message["occurredAt"])
    return model.Telling(
        number=info["nomsNumber"],
        at=at,
        way="in" if what == "prisoner.received" else "out",
        reason=info["reason"],
        code=info.get("nomisMovementReasonCode", ""),
        prison=info["prisonId"],
        teller="search" if family == SEARCH else "events",
    )


def deliver(message, envelope=False):
    """As it comes from the queue: bare, or in an envelope with the keys in another order."""
    if envelope:
        message = {"Type": "Notification", "Message": json.dumps(dict(reversed(message.items())), indent=1)}
    return actions.receive_message(item=message, raw=json.dumps(message))


# -- the same for every order ------------------------------------------------------------------------------------

DAYS = [-1, 0, 1, 2, 3, 9, 40]
LATEST = after(days=41)
some_times = st.builds(
    lambda days, minutes: after(days=days, minutes=minutes), st.sampled_from(DAYS), st.sampled_from([0, 1, 20, 44, 45])
)
some_numbers = st.sampled_from(NUMBERS)
some_prisons = st.sampled_from(["LEI", "MDI", "CFI", "XYZ", "OUT"])
two_numbers = st.permutations(NUMBERS)
in_reasons = st.sampled_from(
    "NEW_ADMISSION READMISSION ADMISSION READMISSION_SWITCH_BOOKING POST_MERGE_ADMISSION TRANSFERRED "
    "RETURN_FROM_COURT TEMPORARY_ABSENCE_RETURN".split()
)
out_reasons = st.sampled_from("RELEASED RELEASED_TO_HOSPITAL SENT_TO_COURT TRANSFERRED RELEASED".split())
families = st.sampled_from([SEARCH, EVENTS])
arrivals = st.builds(
    moved,
    families,
    some_numbers,
    some_times,
    st.just("in"),
    in_reasons,
    some_prisons,
    st.sampled_from(["", "N", "L", "R", "RECA", "INT", "T"]),
)
departures = st.builds(
    moved,
    families,
    some_numbers,
    some_times,
    st.just("out"),
    out_reasons,
    some_prisons,
    st.sampled_from(["", "CR", "MRG", "UAL", "HP", "HO", "DEC", "ECSL"]),
)
mergers = st.builds(lambda two, at: merged(two[0], two[1], at), two_numbers, some_times)
others = (
    st.builds(lambda two, at: booking_moved(two[0], two[1], at), two_numbers, some_times)
    | st.builds(booking_deleted, some_numbers, some_times)
    | st.builds(convicted_changed, some_numbers, some_times, st.booleans())
    | st.builds(restricted, some_numbers, some_times)
)
anything_told = st.lists(arrivals | departures | departures | mergers | others, max_size=9)
departures_alone = st.lists(departures, min_size=1, max_size=6)
arrivals_alone = st.lists(arrivals, min_size=1, max_size=6)


@st.composite
def in_another_order(draw, told):
    """The same with repeats, in an order of their own."""
    again = draw(st.lists(st.sampled_from(told), max_size=4)) if told else []
    return draw(st.permutations(told + again))


def what_stands(names):
    """Every status and what staff would be told, with lines of the record under the names given."""
    seen = []
    for row in Status.objects.select_related("patient").order_by("patient__prison_number"):
        assert row.patient.merged_into is None
        body = row.body
        for line, name in names.items():
            body = body.replace(line, name)
        said = json.loads(body)
        for asked in said["questions"].values():
            asked["in_play"].sort()  # they stood in the order of their hashes
        rules, history = [], facts.history_of(row.patient)
        for at in (after(hours=1), after(days=2, minutes=50), after(days=9, hours=1), LATEST, LATEST + 90 * minute):
            standing = stand(history.until(at))
            for question in (GP, GMS):
                known, found = facts.rule_for(standing, question, at)
                rules.append((found.code, found.because, found.due(known)))
        joined = sorted(row.patient.merged_from.values_list("prison_number", flat=True))
        columns = row.prison_id, row.here_since, row.left_at, row.counts_until
        seen.append((row.patient.prison_number, joined, columns, said, rules))
    return seen


def told(things, names):
    """Everything taken in, in this order, into a database of its own; what stands then."""
    with a_database_of_its_own(), the_clock_at(LATEST):
        for thing in things:
            if isinstance(thing, Written | Paper):
                thing.write(names)
            else:
                deliver(thing)
        assert faults() == []
        return what_stands(names)


class Written:
    """A line that stands in one number's chain already, whatever was known of the others when it was written."""

    def __init__(self, name, number, at, question, answer):
        self.name, self.number, self.at, self.question, self.answer = name, number, at, question, answer

    def __repr__(self):
        return f"{self.name}: {self.number} {self.answer} to {self.question} at {self.at}"

    def write(self, names):
        if self.name in names.values():
            return
        data = {"question": self.question, "answer": self.answer, "prison": "LEI", "hold": "second-look"}
        person = patient_with(self.number)
        entry = ledger.append(patient=person, kind="decision", at=self.at, by=actions.PERSON, data=data)
        names[entry.hash] = self.name
        facts.refresh([person])


class Paper:
    """An answer on paper, typed in by staff as soon as what is known allows it."""

    def __init__(self, n, question, answer, hours):
        self.name, self.question, self.answer = f"paper {n}", question, answer
        self.at = after(hours=hours, seconds=n)

    def __repr__(self):
        return f"{self.name}: {self.answer} to {self.question} at {self.at}"

    def write(self, names):
        if self.name in names.values():
            return
        try:
            entry = actions.decide(
                patient=patient_with(NUMBERS[0]),
                question=self.question,
                answer=Answer(self.answer),
                by=actions.PERSON,
                route="paper",
                at=self.at,
                place="LEI",
            )
        except NotPossible:
            return
        names[entry.hash] = self.name


@st.composite
def written_answers(draw):
    """Answers in the chains of several numbers, no two at the same time."""
    answers = draw(
        st.lists(
            st.tuples(some_numbers, st.sampled_from(DAYS), st.sampled_from([GP, GMS]), st.sampled_from(Answer)),
            max_size=4,
        )
    )
    return [
        Written(f"answer {n}", number, after(days=day, hours=2, minutes=n), question, answer.value)
        for n, (number, day, question, answer) in enumerate(answers)
    ]


def is_told_the_same(data, things):
    one = told(data.draw(in_another_order(things), label="one order"), {})
    other = told(data.draw(in_another_order(things), label="another order"), {})
    assert one == other


def in_every_order(*messages):
    """What stands after each of the orders in which these can come; only the different ones."""
    found = []
    for order in permutations(messages):
        if (stands := told(order, {})) not in found:
            found.append(stands)
    return found


def test_a_merge_of_numbers_nobody_knows_yet_and_one_told_the_other_way_round_join_the_same_in_every_order():
    one, two, three = NUMBERS
    came = moved(SEARCH, three, after(hours=1), "in", "NEW_ADMISSION", "LEI")
    for merges, head in (
        ([merged(one, two, after(days=1)), merged(two, three, after(days=2))], one),
        ([merged(one, two, after(days=1)), merged(three, two, after(days=2))], three),
        ([merged(one, three, after(days=1)), merged(three, one, after(days=2))], three),
    ):
        ((person,),) = in_every_order(came, *merges)
        assert (person[0], person[3]["state"], person[3]["prison"]) == (head, "open", "LEI")


def test_a_release_told_twice_by_one_family_and_once_by_the_other_ends_one_stay_in_every_order():
    came = moved(SEARCH, NUMBERS[0], MONDAY, "in", "NEW_ADMISSION", "LEI")
    freed = [moved(SEARCH, NUMBERS[0], after(days=1, minutes=m), "out", "RELEASED", "LEI") for m in (0, 20)]
    with_code = moved(EVENTS, NUMBERS[0], after(days=1, minutes=45), "out", "RELEASED", "LEI", "CR")
    ((person,),) = in_every_order(came, *freed, with_code)
    assert [rule[0] for rule in person[4]] == ["17", "17", "1", "1", "1", "1", "1", "1", "1", "1"]


def test_a_release_that_was_a_merge_ends_nothing_in_every_order():
    came = moved(SEARCH, NUMBERS[0], MONDAY, "in", "NEW_ADMISSION", "LEI")
    out = moved(SEARCH, NUMBERS[0], after(days=1), "out", "RELEASED", "LEI")
    with_code = moved(EVENTS, NUMBERS[0], after(days=1, minutes=45), "out", "RELEASED", "LEI", "MRG")
    back = moved(SEARCH, NUMBERS[0], after(days=1, hours=1), "in", "POST_MERGE_ADMISSION", "LEI")
    ((person,),) = in_every_order(came, out, with_code, back)
    assert {rule[0] for rule in person[4]} == {"17"}


def test_a_yes_and_a_no_of_two_numbers_that_turn_out_to_be_one_person_disagree_in_every_order():
    one, two, _three = NUMBERS
    came = moved(SEARCH, one, MONDAY, "in", "NEW_ADMISSION", "LEI")
    yes = Written("yes", one, after(hours=2), GMS, "yes")
    no = Written("no", two, after(hours=3), GMS, "no")
    ((person,),) = in_every_order(came, yes, no, merged(one, two, after(days=1)))
    assert person[3]["questions"][GMS]["conflict_since"] and not person[3]["questions"][GP]["conflict_since"]
    # Each time, first what is said of gp-record and then of gms-registration.
    assert [rule[0] for rule in person[4]][2:] == ["17", "2"] * 4


@examples(25)
@given(st.data())
def test_departures_of_people_nobody_saw_arrive_say_the_same_in_every_order(data):
    is_told_the_same(data, data.draw(departures_alone))


@examples(25)
@given(st.data())
def test_arrivals_of_people_nobody_saw_leave_say_the_same_in_every_order(data):
    is_told_the_same(data, data.draw(arrivals_alone))


@pytest.mark.long
@examples(45)
@given(st.data())
def test_what_nobody_could_live_through_says_the_same_in_every_order(data):
    is_told_the_same(data, data.draw(anything_told) + data.draw(written_answers()))


# -- true stories ------------------------------------------------------------------------------------------------

# Where someone truly is -> what can happen next: which way, what each family calls it, the codes, where it leads.
CAN_HAPPEN = {
    "outside": [
        ("in", "NEW_ADMISSION", "ADMISSION", "N V I E", "inside"),
        ("in", "READMISSION", "ADMISSION", "L B 24 R", "inside"),
        ("in", "TRANSFERRED", "TRANSFERRED", "INT", "inside"),
        ("out", "RELEASED", "RELEASED", "CR", "outside"),
    ],
    "inside": [
        ("out", "SENT_TO_COURT", "SENT_TO_COURT", "CRT", "at court"),
        ("out", "TEMPORARY_ABSENCE_RELEASE", "TEMPORARY_ABSENCE_RELEASE", "C6", "on absence"),
        ("out", "TRANSFERRED", "TRANSFERRED", "NOTR", "in a van"),
        *[("out", "RELEASED_TO_HOSPITAL", "RELEASED_TO_HOSPITAL", "HP", "in hospital")] * 2,
        ("out", "RELEASED", "RELEASED", "HO HQ", "in hospital"),
        *[("out", "RELEASED", "RELEASED", "CR NCS BL ECSL", "outside")] * 4,
        ("out", "RELEASED", "RELEASED", "UAL ESCP", "escaped"),
        ("out", "RELEASED", "RELEASED", "MRG", "inside"),
        ("in", "READMISSION_SWITCH_BOOKING", "ADMISSION", "R N", "inside"),
        ("in", "NEW_ADMISSION", "ADMISSION", "N", "inside"),
    ],
    "at court": [
        ("in", "RETURN_FROM_COURT", "RETURN_FROM_COURT", "CRT", "inside"),
        ("in", "TRANSFERRED", "TRANSFERRED", "TRNCRT", "inside"),
        ("out", "RELEASED", "RELEASED", "NG BL", "outside"),
    ],
    "on absence": [
        ("in", "TEMPORARY_ABSENCE_RETURN", "TEMPORARY_ABSENCE_RETURN", "C6", "inside"),
        ("out", "RELEASED", "RELEASED", "UAL", "escaped"),
    ],
    "in a van": [("in", "TRANSFERRED", "TRANSFERRED", "INT TRNTAP", "inside")],
    "in hospital": [
        ("in", "READMISSION", "ADMISSION", "R", "inside"),
        ("in", "NEW_ADMISSION", "ADMISSION", "N V", "inside on a new booking"),
        ("in", "READMISSION_SWITCH_BOOKING", "ADMISSION", "R", "inside"),
    ],
    "inside on a new booking": [
        ("in", "READMISSION_SWITCH_BOOKING", "ADMISSION", "R", "inside"),
        ("out", "SENT_TO_COURT", "SENT_TO_COURT", "CRT", "at court"),
        ("out", "RELEASED", "RELEASED", "CR", "outside"),
    ],
    "escaped": [
        ("in", "READMISSION", "ADMISSION", "RECA A U H", "inside"),
    ],
    "dead": [],
    "joined to another number": [],
}
DEATH = ("out", "RELEASED", "RELEASED", "DEC", "dead")
RARELY = 23
GONE = "joined to another number"
# Where somebody with two numbers is, when the one says this and the other that: the first of these.
WHO_IS_WHERE = [*(place for place in CAN_HAPPEN if place not in ("dead", "outside", GONE)), "dead", "outside", GONE]
ELSEWHERE = {"TRANSFERRED", "NEW_ADMISSION", "READMISSION"}  # arrivals that may be at another prison
some_place = st.sampled_from(["LEI", "LEI", "MDI", "BXI", "CFI"])
gaps = st.sampled_from(
    [timedelta(minutes=m) for m in (1, 20, 50, 90)]
    + [timedelta(hours=h) for h in (5, 30)]
    + [timedelta(days=d) for d in (2, 8, 30)]
)
plain_answers = st.sampled_from(["yes", "no", "later"])
hours_ago = st.sampled_from([1, 4, 30, 60, 200])
late = st.integers(0, 45).map(lambda minutes: minutes * minute)
one_of_many = st.integers(0, RARELY)


class Story:
    """What truly happens to some people, and the messages that are sent about it; both families tell."""

    def __init__(self):
        self.now = MONDAY
        self.where = dict.fromkeys(NUMBERS, "outside")
        self.prison = dict.fromkeys(NUMBERS, "LEI")
        self.last = {}
        self.moments = 0

    def moment(self, at):
        """This time, but for microseconds: no two things have the very same."""
        self.moments += 1
        at = at.replace(microsecond=0) + timedelta(microseconds=self.moments)
        if at - self.now < timedelta(seconds=1):
            self.now = max(self.now, at)
        return at

    def happens(self, number, which, prison, gap):
        """One thing that can happen next, if any: way, the two reasons, the codes, and the prison."""
        possible = CAN_HAPPEN[self.where[number]]
        if possible and which == RARELY:
            possible = [DEATH]
        if not possible:
            return None
        way, search, events, codes, leads_to = possible[which % len(possible)]
        if way == "in" and search in ELSEWHERE:
            self.prison[number] = prison
        self.where[number] = leads_to
        here = self.prison[number]
        self.now += gap
        self.well_after(way, here)
        return way, search, events, codes.split(), here

    def well_after(self, way, prison):
        """Five hours between two movements the same way at one prison: which tellings are one is never a question."""
        if (way, prison) in self.last:
            self.now = max(self.now, self.last[way, prison] + timedelta(hours=5))
        self.last[way, prison] = self.now
        return self.moment(self.now)

    def merge(self, kept, removed):
        """From now on things happen to the kept number alone."""
        if self.where[removed] != GONE:
            if WHO_IS_WHERE.index(self.where[removed]) < WHO_IS_WHERE.index(self.where[kept]):
                self.where[kept], self.prison[kept] = self.where[removed], self.prison[removed]
            self.where[removed] = GONE


@st.composite
def true_stories(draw, numbers, longest):
    """What is sent about a true story: one family or both tell of each movement."""
    story, sent = Story(), []
    for _ in range(draw(st.integers(1, longest))):
        number = draw(st.sampled_from(numbers))
        if len(numbers) > 1 and draw(st.integers(0, 4)) == 4:
            kept, removed = draw(st.permutations(numbers))[:2]
            story.now += draw(gaps)
            story.merge(kept, removed)
            sent.append(merged(kept, removed, story.moment(story.now)))
            continue
        prison = draw(some_place)
        happened = story.happens(number, draw(one_of_many), prison, draw(gaps))
        if not happened:
            continue
        way, search, events, codes, here = happened
        who_tells = draw(st.sampled_from([{SEARCH, EVENTS}, {SEARCH}, {EVENTS}]))
        if SEARCH in who_tells:
            sent.append(moved(SEARCH, number, story.moment(story.now), way, search, here))
        if EVENTS in who_tells:
            at = story.moment(story.now + draw(late))
            sent.append(moved(EVENTS, number, at, way, events, here, draw(st.sampled_from(codes))))
    return sent


@pytest.mark.long
@examples(600)
@given(st.data())
def test_where_people_are_is_what_the_specification_says(data):
    """No database here: only the movements, told by either family or both, with some of it not told yet."""
    sent = data.draw(true_stories(NUMBERS[:1], 10))
    for at in [LATEST] + [telling_of(message).at + some * minute for message in sent for some in (0, 10, 46)]:
        heard = [message for message in sent if telling_of(message).at <= at]
        periods = custody_periods(translate(message).movement for message in heard)
        stays = model.stays_of(telling_of(message) for message in heard)
        assert [p.opened_at for p in periods] == [stay.begun for stay in stays]
        if stays and stays[-1].state_at(at) in model.ENDED:
            assert periods[-1].state_at(at) == stays[-1].state_at(at)
        elif stays:
            assert (periods[-1].state_at(at), periods[-1].prison) == (stays[-1].state_at(at), stays[-1].prison)


@pytest.mark.long
@examples(30)
@given(st.data())
def test_true_stories_say_the_same_in_every_order(data):
    is_told_the_same(data, data.draw(true_stories(NUMBERS, 8)) + data.draw(written_answers()))


@examples(30)
@given(st.data())
def test_answers_on_paper_stand_the_same_whenever_they_are_typed_in(data):
    """One number, so that no answer is given in view of another's; a refused one is typed again at the end."""
    sent = data.draw(true_stories(NUMBERS[:1], 6))
    papers = data.draw(st.lists(st.tuples(st.sampled_from([GP, GMS]), plain_answers, hours_ago), max_size=3))
    papers = [Paper(n, *paper) for n, paper in enumerate(papers)]
    one, other = {}, {}
    first = told(data.draw(in_another_order(sent + papers), label="one order") + papers, one)
    second = told(data.draw(in_another_order(sent + papers), label="another order") + papers, other)
    if set(one.values()) == set(other.values()):
        assert first == second


# -- a world that goes on ----------------------------------------------------------------------------------------


asked = st.sampled_from([GP, GMS, GMS])
staff_work = st.sampled_from(["check", "check", "check", "cannot ask", "declines", "wrong", "wrong"])
told_by_staff = st.tuples(
    st.sampled_from(["status", "status", "status", "correction", "correction", "sensitive"]),
    st.sampled_from("REMAND REMAND SENTENCED CONVICTED_UNSENTENCED RECALL IMMIGRATION_DETAINEE".split()),
    st.sampled_from([timedelta(), timedelta(hours=3), timedelta(days=4)]),
)
known_to_us = precondition(lambda self: self.known)
# What happens next, where, how long after, how much later the second family tells, the code, who tells, who is heard.
happenings = st.tuples(
    one_of_many,
    some_place,
    gaps,
    late,
    one_of_many,
    st.sampled_from(["both", "both", "both", "search", "events", "staff"]),
    st.sampled_from(["all", "all", "one", "none"]),
)


class AnyOrder(RuleBasedStateMachine):
    """Things truly happen; messages about them come whenever they come; people act on what is known."""

    def __init__(self):
        super().__init__()
        self.place = a_database_of_its_own()
        self.place.__enter__()
        self.story = Story()
        self.told = model.Told()
        self.untold, self.delivered = [], []
        self.known = set()
        self.clock = mock.patch("django.utils.timezone.now", side_effect=lambda: self.story.now)
        self.clock.start()
        self.nurse = User.objects.create(username="nurse")
        self.second = User.objects.create(username="second")

    def teardown(self):
        try:
            if sys.exc_info()[0] is None:
                self.at_last_everything_is_told()
        finally:
            self.clock.stop()
            self.place.__exit__(None, None, None)

    def at_last_everything_is_told(self):
        for sent in reversed(self.untold):
            self.deliver(sent)
        for later in (timedelta(), timedelta(days=1)):
            self.story.now += later
            for prison in PRISONS:
                self.what_stands_is_what_the_specification_says(prison)

    # -- what truly happens

    def send(self, message, *facts):
        """A message is on its way, with what it tells the model: the place there, and the fact."""
        self.untold.append((message, facts))
        return self.untold[-1]

    def deliver(self, sent, envelope=False):
        message, facts = sent
        repeated = sent in self.delivered
        assert deliver(message, envelope) == ("repeated" if repeated else "applied")
        if repeated:
            return
        self.untold.remove(sent)
        self.delivered.append(sent)
        for where, fact in facts:
            where.append(fact)
            self.known |= {fact.kept, fact.removed} if isinstance(fact, model.Merge) else {fact.number}

    def movement_sent(self, family, number, at, way, reason, prison, code=""):
        message = moved(family, number, at, way, reason, prison, code)
        return self.send(message, (self.told.tellings, telling_of(message)))

    @initialize(prison=some_place, gap=gaps)
    def two_people_come_in(self, prison, gap):
        for number in NUMBERS[:2]:
            self.something_happens_and_both_families_tell_at_once(number, 0, prison, gap)

    @rule(number=st.sampled_from(NUMBERS), life=st.lists(happenings, min_size=1, max_size=3))
    def life_goes_on(self, number, life):
        for which, prison, gap, late, code, who_tells, who_is_heard in life:
            if not (happened := self.story.happens(number, which, prison, gap)):
                return
            way, search, events, codes, here = happened
            now, code = self.story.now, codes[code % len(codes)]
            sent = []
            if who_tells in ("both", "search"):
                sent.append(self.movement_sent(SEARCH, number, self.story.moment(now), way, search, here))
            if who_tells in ("both", "events"):
                sent.append(self.movement_sent(EVENTS, number, self.story.moment(now + late), way, events, here, code))
            if who_tells == "staff":
                code = code if code in ("UAL", "ESCP", "DEC", "MRG") else ""
                self.staff_type_a_movement(number, self.story.moment(now - late), way, search, code, here)
            for one in sent[: {"all": 2, "one": 1, "none": 0}[who_is_heard]]:
                self.deliver(one)

    @rule(number=st.sampled_from(NUMBERS), which=one_of_many, prison=some_place, gap=gaps)
    def something_happens_and_both_families_tell_at_once(self, number, which, prison, gap):
        self.life_goes_on(number, [(which, prison, gap, timedelta(), which, "both", "all")])

    def staff_type_a_movement(self, number, at, way, reason, code, prison):
        movement = Movement(at, Direction(way), reason, code, prison)
        actions.record_movement(patient=patient_with(number), movement=movement, by="nurse")
        self.told.tellings.append(model.Telling(number, at, way, reason, code, prison, "staff"))
        self.known.add(number)

    @rule(numbers=st.permutations(NUMBERS), gap=gaps, with_paperwork=st.booleans(), at_once=st.booleans())
    def two_numbers_are_merged(self, numbers, gap, with_paperwork, at_once):
        kept, removed = numbers[:2]
        self.story.now += gap
        sent = []
        here = self.story.prison[removed]
        if with_paperwork and self.story.where[removed].startswith("inside"):
            at = self.story.well_after("out", here)
            sent.append(self.movement_sent(EVENTS, removed, at, "out", "RELEASED", here, "MRG"))
            at = self.story.well_after("in", here)
            sent.append(self.movement_sent(SEARCH, kept, at, "in", "POST_MERGE_ADMISSION", here))
        self.story.merge(kept, removed)
        at = self.story.moment(self.story.now)
        sent.append(self.send(merged(kept, removed, at), (self.told.merges, model.Merge(at, kept, removed))))
        for one in sent if at_once else []:
            self.deliver(one)

    @rule(
        what=st.sampled_from(["convicted", "on remand", "a booking is moved"]),
        numbers=st.permutations(NUMBERS),
        at_once=st.booleans(),
    )
    def something_else_is_sent(self, what, numbers, at_once):
        at = self.story.moment(self.story.now)
        if what == "a booking is moved":
            found = [(self.told.notices, model.Notice(number, at, str(at))) for number in numbers[:2]]
            sent = self.send(booking_moved(*numbers[:2], at), *found)
        else:
            convicted = what == "convicted"
            could_be = model.CONVICTED if convicted else model.NOT_CONVICTED
            fact = model.LegalStatus(numbers[0], at, could_be)
            sent = self.send(convicted_changed(numbers[0], at, convicted), (self.told.statuses, fact))
        if at_once:
            self.deliver(sent)

    @precondition(lambda self: self.untold)
    @rule(which=one_of_many, envelope=st.booleans())
    def a_late_message_comes(self, which, envelope):
        self.deliver(self.untold[which % len(self.untold)], envelope)

    @precondition(lambda self: self.delivered)
    @rule(which=one_of_many, envelope=st.booleans())
    def a_message_comes_again(self, which, envelope):
        before = everything_stored()
        self.deliver(self.delivered[which % len(self.delivered)], envelope)
        assert everything_stored() == before

    @rule(gap=gaps)
    def time_passes(self, gap):
        self.story.now += gap

    # -- what people do

    def moment(self, ago=timedelta()):
        self.story.now += timedelta(seconds=1)
        return self.story.moment(self.story.now - ago)

    def act(self, allowed, do):
        """Done where the model allows it (None: it does not know); refused, it leaves no trace at all."""
        before = everything_stored()
        done = why = None
        try:
            done = do() or True
        except NotPossible as refused:
            why = refused
        if why:
            assert not allowed, why
            assert everything_stored() == before
        else:
            assert allowed is not False, "the model would have refused it"
        return done

    def written(self, number, details=None):
        """Put the lines that were just written before the model; ``details`` by kind and question."""
        head, _ = self.told.person(number)
        names = {line.name for line in self.told.lines}
        for entry in Entry.objects.exclude(hash__in=names).exclude(kind="error").order_by("pk"):
            assert entry.chain == Patient.objects.get(prison_number=head).record_id
            question = ledger.read(entry)["data"].get("question", "")
            more = (details or {}).get((entry.kind, question), {})
            self.told.lines.append(model.Line(entry.hash, head, entry.at, entry.kind, question, **more))

    def staff(self):
        return actions.staff(self.nurse)

    def somebody(self, which, wanted=None):
        """One of the people known to us: mostly one of whom, for either question, this is true."""
        numbers = sorted(self.known)
        if wanted and which != RARELY:
            now = self.story.now
            fitting = [n for n in numbers if any(wanted(self.told.stands(n, q, now)) for q in (GP, GMS))]
            numbers = fitting or numbers
        return numbers[which % len(numbers)]

    @known_to_us
    @rule(
        talks=st.lists(st.tuples(one_of_many, asked, st.sampled_from(["yes", "no", "later"])), min_size=1, max_size=3)
    )
    def people_answer(self, talks):
        for which, question, answer in talks:
            number = self.somebody(which, lambda stands: stands.state == "open")
            self.answers(number, question, answer, self.moment(), "talk", once="")

    @known_to_us
    @rule(
        which=one_of_many,
        question=asked,
        answer=st.sampled_from(["yes", "no", "later", "withdrawn"]),
        ago=st.sampled_from([timedelta()] * 2 + [timedelta(hours=1), timedelta(days=1), timedelta(days=8)]),
        route=st.sampled_from(["talk", "paper", "tablet"]),
    )
    def an_answer_is_typed_in_later_and_sent_twice(self, which, question, answer, ago, route):
        number = self.somebody(which, lambda stands: stands.decision == "yes" or answer != "withdrawn")
        self.answers(number, question, answer, self.moment(ago), route, once=f"form {self.story.now}")

    def answers(self, number, question, answer, at, route, once):
        now = self.story.now

        def decide():
            return actions.decide(
                patient=patient_with(number),
                question=question,
                answer=Answer(answer),
                by=actions.PERSON,
                route=route,
                at=at,
                once=once,
                is_explained=True,
            )

        entry = self.act(self.told.may_answer(number, question, answer, at, now, route), decide)
        if entry:
            assert not once or decide() == entry
            assert ledger.read(entry)["data"]["prison"] == self.told.prison_then(number, at)
            self.written(number, self.decision(number, question, answer, at))

    def decision(self, number, question, answer, at):
        """The detail of an answer that was just given at this time."""
        place = self.told.prison_then(number, at)
        known = facts.standing_of(patient_with(number), self.story.now).legal_status
        hold = "second-look" if known in SEEN_FIRST else HOLDS.get(place, "second-look")
        hold = hold if (question, answer) == (GMS, "yes") else "none"
        about = self.told.in_view(number, question, at, self.story.now)
        return {("decision", question): {"answer": answer, "hold": hold, "about": about}}

    @known_to_us
    @rule(which=one_of_many, gap=gaps, route=st.sampled_from(["talk", "talk", "tablet"]))
    def somebody_signs_up_and_it_is_checked_some_time_later(self, which, gap, route):
        number = self.somebody(which, lambda stands: stands.state == "open")
        self.answers(number, GMS, "yes", self.moment(), "talk", once="")
        self.story.now += gap
        self.a_yes_is_checked_before_sending(which, route)

    @known_to_us
    @rule(work=st.lists(st.tuples(staff_work, one_of_many, st.booleans()), min_size=1, max_size=3))
    def staff_work_through_their_lists(self, work):
        for what, which, other in work:
            if what == "check":
                self.a_yes_is_checked_before_sending(which, "tablet" if other else "talk")
            elif what == "cannot ask":
                self.nobody_can_ask_today(which, [GP] if other else [GP, GMS])
            elif what == "declines":
                self.they_do_not_want_to_look_again(which)
            elif self.told.lines:
                self.a_line_was_recorded_in_error(which, agrees=not other)

    def nobody_can_ask_today(self, which, questions):
        number = self.somebody(which, lambda stands: stands.rule in ("13", "16", "17"))
        now = self.moment()
        rules = [self.told.stands(number, question, now).rule for question in questions]
        if self.act(
            set(rules) <= {"13", "16", "17"},
            lambda: actions.could_not_ask(
                patient=patient_with(number), questions=questions, by=self.staff(), reason="unwell", once=""
            ),
        ):
            details = [self.decision(number, question, "not-possible", now) for question in questions]
            self.written(number, {kind: said for detail in details for kind, said in detail.items()})

    def a_yes_is_checked_before_sending(self, which, route):
        number, now = self.somebody(which, lambda stands: stands.held), self.moment()
        stands = self.told.stands(number, GMS, now)
        may = stands.held and (stands.rule == "10g" or (stands.rule == "9" and route == "talk"))
        # What the model does not know: an earlier request may still be on its way, and then this one waits.
        waiting = RegistrationRequest.objects.filter(state="to-make").exists()
        if self.act(
            None if may and waiting else may,
            lambda: actions.second_look(
                patient=patient_with(number),
                by=self.staff(),
                decision=stands.line,
                prison="LEI",
                route=route,
                reason="r",
            ),
        ):
            self.written(number, {("second-look", GMS): {"about": frozenset({stands.line})}})

    def they_do_not_want_to_look_again(self, which):
        number, _ = self.somebody(which, lambda stands: stands.rule == "11g"), self.moment()
        actions.record_note(patient=patient_with(number), kind="fresh-look-declined", by=actions.PERSON, question=GMS)
        self.written(number)

    def a_line_was_recorded_in_error(self, which, agrees):
        line = self.told.lines[-1 - which % len(self.told.lines)]
        self.moment()
        second = self.second if agrees else self.nurse
        entry = Entry.objects.get(hash=line.name)
        if self.act(
            agrees and line.name not in self.told.in_error,
            lambda: actions.record_in_error(entry=entry, user=self.nurse, second=second, reason="wrong person"),
        ):
            self.told.in_error.add(line.name)

    @known_to_us
    @rule(
        which=one_of_many,
        registered=st.sampled_from([False, False, False, True]),
        answer=st.sampled_from(["", "", "yes", "no"]),
        ago=st.sampled_from([timedelta(hours=1), timedelta(days=1), timedelta(days=20)]),
    )
    def staff_look_in_the_clinical_system(self, which, registered, answer, ago):
        number = self.somebody(which, lambda stands: stands.rule in ("14g", "15"))
        at = self.moment(ago)
        head, _ = self.told.person(number)
        actions.settle_earlier(
            patient=patient_with(number),
            user=self.nurse,
            found="asked",
            registered=registered,
            answer=answer,
            at=at if answer else None,
            prison_id="LEI",
        )
        if answer:
            self.told.tellings.append(model.Telling(head, at, "seen", "", "", "LEI", "import"))
        self.written(number, {("decision", GMS): {"answer": answer, "imported": True}})

    @known_to_us
    @rule(which=one_of_many, question=asked, answer=st.sampled_from(["yes", "no", "later", ""]))
    def staff_choose_what_stands(self, which, question, answer):
        """Without an answer: the bookings are right as they are."""
        number, now = self.somebody(which, lambda stands: stands.conflict), self.moment()
        notices = self.told.open_notices(number, now)
        person, details = patient_with(number), {("conflict-resolved", ""): {"about": notices}}
        if not answer:
            done = self.act(
                bool(notices), lambda: actions.settle_notices(patient=person, user=self.nurse, reason="looked")
            )
        else:
            conflict = self.told.stands(number, question, now).conflict
            done = self.act(
                conflict and self.told.may_answer(number, question, answer, now, now, "conflict"),
                lambda: actions.resolve_conflict(
                    patient=person, user=self.nurse, question=question, answer=Answer(answer), reason="asked"
                ),
            )
            details |= self.decision(number, question, answer, now) if done else {}
        if done:
            self.written(number, details)

    @known_to_us
    @rule(which=one_of_many, told=st.lists(told_by_staff, min_size=1, max_size=4))
    def staff_describe_somebody(self, which, told):
        number = self.somebody(which)
        for what, status, ago in told:
            at, corrects = self.moment(ago), what == "correction"
            if what == "sensitive":
                actions.describe_patient(patient=patient_with(number), is_sensitive=True)
                self.told.sensitive.add(number)
                continue
            if corrects:
                possible = self.told.correct(number, status)
            else:
                possible = True
                self.told.statuses.append(model.LegalStatus(number, at, frozenset({status})))
            self.staff_type_a_legal_status(number, status, at, corrects, possible)

    def staff_type_a_legal_status(self, number, status, at, corrects, possible):
        self.act(
            possible,
            lambda: actions.record_legal_status(
                patient=patient_with(number), status=LegalStatus(status), at=at, source="", corrects_the_last=corrects
            ),
        )

    # -- what must be true after each step

    @invariant()
    def what_stands_is_what_the_specification_says(self, prison=None):
        now = self.story.now
        assert faults() == []
        people = self.told.people(NUMBERS)
        rows = {row.patient.prison_number: row for row in Status.objects.select_related("patient")}
        assert rows.keys() == {head for head, theirs in people.items() if theirs & self.known}
        heads = {p.prison_number: survivor(p).prison_number for p in Patient.objects.select_related("merged_into")}
        assert heads.items() <= {(number, head) for head, theirs in people.items() for number in theirs}
        # One prison after the other, a step each: asking for all of them takes a third of the time.
        prison = prison or PRISONS[self.story.moments % len(PRISONS)]
        here = {person.prison_number for person, _ in facts.in_prison(prison, now)}
        for head, row in rows.items():
            history = facts.history_of(row.patient)
            known = facts.projected(history)
            assert {name: getattr(row, name) for name in known} == known
            standing = facts.standing_in(row, now)
            assert standing == stand(history.until(now))
            self.agrees(head, standing, now)
            self.is_found(row, standing)
            # What stood some time ago, by what had happened until then.
            before = now - [timedelta(hours=1), timedelta(days=1), timedelta(days=9)][self.story.moments % 3]
            self.agrees(head, stand(history.until(before)), before)
            statuses = legal_history(history.until(now).statuses)
            assert list(statuses.changed_at) == self.told.status_changes(head, now), head
            expected = self.told.stands(head, GP, now)
            assert (head in here) == (expected.running and expected.prison == prison), (head, prison)

    def is_found(self, row, standing):
        """Whoever has something due, now or later if nothing more is told, is read by today's list and their lists."""
        if row.counts_until > self.story.now:
            return
        said = {word.partition("@")[0] for word in row.waits.split()}
        for later in ({"minutes": 0}, {"minutes": 46}, {"hours": 73}, {"days": 8}, {"days": 29}, {"days": 7000}):
            at = self.story.now + timedelta(**later)
            about = matters(standing, at)
            of_a_rule = [m for m in about if m.need and not m.work.undo]
            codes = {"12" if m.rule.code == "13" else m.rule.code for m in of_a_rule} - {"7"}
            assert codes <= said, (row.waits, codes)
            assert not any(m.wants_task for m in about) or "task" in said, row.waits
            assert not any(m.work.wants_request for m in about) or "7" in said, row.waits
            assert not any(m.work.undo for m in about) or waiting.UNDO in said, row.waits
            due = any(need.is_now for need in needs(about))
            assert due <= waiting.is_due(row.waits, local_date(at), facts.INTERVALS), (row.waits, at)

    def agrees(self, head, standing, at):
        """Policy, on what the code says stands, and the model: state, prison, held, answer, conflict, rule."""
        for question in (GP, GMS):
            asked, found = facts.rule_for(standing, question, at)
            expected = self.told.stands(head, question, at)
            assert (asked.custody, asked.held, found.code) == (expected.state, expected.held, expected.rule), head
            if expected.running:
                assert standing.prison == expected.prison, head
                assert (asked.decision, asked.conflict) == (expected.decision, expected.conflict), head
                assert not expected.decision or standing.questions[question].line == expected.line, head


def everything_stored():
    tables = [Status, MovementRow, LegalStatusRecord, Notice, MergeRecord, RegistrationRequest, Patient, Message]
    return [*(list(table.objects.order_by("pk").values_list()) for table in tables), Entry.objects.count()]


@pytest.mark.long
def test_a_world_told_late_twice_and_out_of_order_is_what_the_specification_says():
    run_state_machine_as_test(AnyOrder, settings=settings(examples(20), stateful_step_count=20))
