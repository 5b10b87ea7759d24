"""The prison service's messages: files as they come, each type of event, and everything that is none."""

import json
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.feeds.prison_events import (
    BookingChanged,
    ConvictedStatus,
    Merged,
    Moved,
    NotOurs,
    NotUnderstood,
    StatusPrompt,
    fingerprint,
    messages,
    translate,
    unwrapped,
)
from registration.movements import Direction, Source

SEARCH, OFFENDER = "prisoner-offender-search", "prison-offender-events"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def event(event_type=f"{SEARCH}.prisoner.received", *, number="A1234BC", at="2026-03-02T12:00:00Z", **info):
    """An event as it is sent; ``number=None`` leaves out personReference."""
    told = {"eventType": event_type, "version": 1, "occurredAt": at, "additionalInformation": info}
    if number is not None:
        told["personReference"] = {"identifiers": [{"type": "NOMS", "value": number}]}
    return told


def admission(**more):
    return event(**{"reason": "NEW_ADMISSION", "prisonId": "LEI", "nomsNumber": "A1234BC", **more})


def in_envelope(told, **more):
    return {"Type": "Notification", "MessageId": "1", "Message": json.dumps(told, indent=1), **more}


def items(text):
    return [item for item, raw in messages(text)]


A, B = admission(), admission(nomsNumber="A1234BD", number="A1234BD")

# -- files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "  \n\t\n", "\ufeff", "[]"])
def test_nothing_holds_no_message(text):
    assert items(text) == []


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([A, B]),
        json.dumps([A, B], indent=4),
        f"{json.dumps(A)}\n{json.dumps(B)}\n",
        f"{json.dumps(A)}\r\n\r\n{json.dumps(B)}",
        json.dumps(A) + json.dumps(B),
        json.dumps(A, indent=2) + "\n" + json.dumps(B, indent=2),
        "\ufeff" + json.dumps([A, B]),
        f"{json.dumps([A])}\n{json.dumps([B])}",
        "  " + json.dumps([A, B]),
    ],
    ids="array,printed array,lines,windows lines,no space,printed,BOM,lines of arrays,indented".split(","),
)
def test_the_shapes_in_which_messages_come(text):
    assert items(text) == [A, B]


def test_a_broken_line_is_a_message_of_its_own_and_stops_no_other():
    assert items(f'{json.dumps(A)}\n{{"eventType": \n{json.dumps(B)}') == [A, '{"eventType":', B]
    assert items(f"not json\n{json.dumps(A)}") == ["not json", A]


@pytest.mark.parametrize("text", ["hello", '"hello"', "17", "null", "true"])
def test_a_word_is_one_message_that_is_no_event(text):
    (item,) = items(text)
    with pytest.raises(NotUnderstood):
        translate(item)


def test_a_file_cut_short_is_one_message_kept_whole():
    for cut in (json.dumps(A)[:-5], json.dumps(A, indent=2)[:-5], json.dumps([A, B])[:-1]):
        assert list(messages(cut)) == [(cut.strip(), cut.strip())]


def test_a_whole_event_before_one_cut_short_is_understood():
    """One bad message never stops the rest."""
    assert items(json.dumps(A) + "\n" + json.dumps(B)[:-5])[0] == A
    assert items(json.dumps(A, indent=2) + "\n" + json.dumps(B, indent=2)[:-5])[0] == A


def test_every_message_keeps_its_own_text():
    text = f"{json.dumps(A, indent=2)}\n{json.dumps(B)}"
    assert [raw for _, raw in messages(text)] == [json.dumps(A, indent=2), json.dumps(B)]
    assert [json.loads(raw) for _, raw in messages(json.dumps([A, B]))] == [A, B]


def test_half_a_character_and_a_nul_are_read_without_a_fuss():
    odd = admission(details="\ud800 \x00")
    assert items(json.dumps(odd)) == [odd]
    assert translate(odd).number == "A1234BC"


@pytest.mark.parametrize("around", ["{}", "[{}]", '{{"Message": "{}"}}'], ids=["bare", "in an array", "in an envelope"])
def test_however_deep_something_is_nested_it_is_not_understood_and_nothing_worse(around):
    for depth in [*range(sys.getrecursionlimit() - 250, sys.getrecursionlimit() + 50), 100_000]:
        deep = "[" * depth + "]" * depth
        nested = json.dumps(admission(reason="deep")).replace('"deep"', deep)
        for text in (deep, nested):
            for item, _ in messages(around.format(text.replace('"', '\\"') if "Message" in around else text)):
                event = unwrapped(item)
                fingerprint(event, "")
                with pytest.raises(NotUnderstood):
                    translate(event)


# -- the envelope --------------------------------------------------------------------------------------------


def test_the_event_is_taken_out_of_its_envelope():
    assert unwrapped(in_envelope(A)) == A
    assert unwrapped(A) == A


@pytest.mark.parametrize("inside", ["", "{", "[]", "17", '"text"', "null"])
def test_an_envelope_round_nothing_is_not_understood(inside):
    with pytest.raises(NotUnderstood):
        translate(unwrapped({"Type": "Notification", "Message": inside}))


def test_equal_content_is_known_whatever_the_envelope_the_order_and_the_spacing():
    turned = dict(reversed(A.items()))
    same = [A, turned, unwrapped(in_envelope(A)), unwrapped(in_envelope(turned, MessageId="2", Timestamp="later"))]
    assert len({fingerprint(told, "") for told in same}) == 1
    assert fingerprint(A, "") != fingerprint(B, "")
    assert fingerprint("17", "") != fingerprint(17, "")


# -- events that are ours ------------------------------------------------------------------------------------

BOTH_FAMILIES = {
    (SEARCH, "received"): "NEW_ADMISSION READMISSION READMISSION_SWITCH_BOOKING TRANSFERRED RETURN_FROM_COURT "
    "TEMPORARY_ABSENCE_RETURN POST_MERGE_ADMISSION",
    (SEARCH, "released"): "TEMPORARY_ABSENCE_RELEASE RELEASED_TO_HOSPITAL RELEASED SENT_TO_COURT TRANSFERRED",
    (OFFENDER, "received"): "ADMISSION TEMPORARY_ABSENCE_RETURN RETURN_FROM_COURT TRANSFERRED",
    (OFFENDER, "released"): "TEMPORARY_ABSENCE_RELEASE RELEASED_TO_HOSPITAL RELEASED SENT_TO_COURT TRANSFERRED",
}


@pytest.mark.parametrize(
    ("family", "what", "reason"),
    [(family, what, reason) for (family, what), all_of in BOTH_FAMILIES.items() for reason in all_of.split()],
)
def test_every_reason_of_both_families_is_a_movement(family, what, reason):
    fact = translate(event(f"{family}.prisoner.{what}", reason=reason, prisonId="LEI", nomisMovementReasonCode="n"))
    assert isinstance(fact, Moved)
    assert (fact.number, fact.movement.reason, fact.movement.prison) == ("A1234BC", reason, "LEI")
    assert (fact.movement.at, fact.movement.code) == (NOON, "N")
    assert fact.movement.direction is (Direction.IN if what == "received" else Direction.OUT)
    assert fact.movement.source is (Source.SEARCH if family == SEARCH else Source.OFFENDER_EVENTS)


def test_a_restricted_patient_is_in_hospital():
    fact = translate(event("restricted-patients.patient.added", prisonerNumber="A1234BC", number=None))
    assert fact.number == "A1234BC"
    assert (fact.movement.direction, fact.movement.reason) == (Direction.OUT, "RELEASED_TO_HOSPITAL")


def test_a_merge_is_read_from_its_fields_and_not_from_its_description():
    told = event(f"{OFFENDER}.prisoner.merged", nomsNumber="A1234AA", removedNomsNumber="A4432FD", number=None)
    told |= {"version": "1.0", "description": "A prisoner has been merged from A1234AA to A4432FD"}
    assert translate(told) == Merged(kept="A1234AA", removed="A4432FD", at=NOON)


def test_bookings_moved_and_deleted_name_whom_they_concern():
    moved = event(f"{OFFENDER}.prisoner.booking.moved", movedFromNomsNumber="A1234AA", movedToNomsNumber="A4432FD")
    assert set(translate(moved).numbers) == {"A1234AA", "A4432FD"}
    deleted = translate(event(f"{OFFENDER}.prisoner.booking.deleted", bookingId="1"))
    assert isinstance(deleted, BookingChanged)
    assert deleted.numbers == ("A1234BC",)


@pytest.mark.parametrize(("told", "convicted"), [("Convicted", True), ("Remand", False)])
def test_convicted_or_not(told, convicted):
    fact = translate(event(f"{SEARCH}.prisoner.convicted-status-changed", convictedStatus=told, bookingId="1"))
    assert fact == ConvictedStatus("A1234BC", convicted, NOON)


def test_a_changed_imprisonment_status_does_not_say_to_what():
    assert translate(event(f"{OFFENDER}.prisoner.imprisonment-status-changed")) == StatusPrompt("A1234BC", NOON)


@pytest.mark.parametrize(
    ("named", "referred"), [("A1234BC", None), (None, "A1234BC"), ("A1234BC", "A1234BC"), ("nonsense", "A1234BC")]
)
def test_the_number_may_stand_in_either_place(named, referred):
    assert translate(admission(nomsNumber=named, number=referred)).number == "A1234BC"


def test_only_the_prison_number_among_the_identifiers_counts():
    told = admission(nomsNumber=None)
    told["personReference"]["identifiers"].insert(0, {"type": "OTHER", "value": "A1234BD"})
    assert translate(told).number == "A1234BC"


@pytest.mark.parametrize(
    "at",
    [
        "2026-03-02T12:00:00Z",
        "2026-03-02T12:00:00.000000000Z",
        "2026-03-02T12:00:00.000000+00:00",
        "2026-03-02T13:00:00+01:00",
        "2026-03-02T12:00:00.000000001Z",
    ],
)
def test_times_come_with_an_offset_and_up_to_nine_digits(at):
    assert translate(admission(at=at)).movement.at == NOON


@pytest.mark.parametrize("prison", ["OUT", "TRN", None, ""])
def test_outside_is_no_prison(prison):
    assert translate(admission(prisonId=prison)).movement.prison is None


@pytest.mark.parametrize(
    "event_type",
    [
        f"{SEARCH}.prisoner.updated",
        f"{SEARCH}.prisoner.created",
        f"{SEARCH}.prisoner.alerts-updated",
        "restricted-patients.patient.removed",
        "prisoner.dietary.information.updated",
        "EXTERNAL_MOVEMENT_RECORD-INSERTED",
        "BOOKING_NUMBER-CHANGED",
        "PERSON_NAME_CHANGED",
        "made-up.prisoner.received",
        "",
    ],
)
def test_other_events_are_not_ours_however_little_they_hold(event_type):
    assert translate({"eventType": event_type}) == NotOurs(event_type)


# -- events that are refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("told", [None, 17, "text", [], [A], {}, {"eventType": None}, {"eventType": 7}, {"type": "x"}])
def test_what_has_no_event_type_is_no_event(told):
    with pytest.raises(NotUnderstood):
        translate(told)


@pytest.mark.parametrize(
    "at",
    [
        None,
        "",
        "yesterday",
        1772452800,
        "2026-02-30T12:00:00Z",
        "2026-03-02T25:00:00Z",
        "2026-03-02T12:00:00",  # no offset
        "2026-03-02",
        "0001-01-01T00:00:00Z",  # a time, and no time at which anybody went to prison
        "9999-12-31T23:59:59Z",
    ],
)
def test_without_a_usable_time_it_is_refused(at):
    with pytest.raises(NotUnderstood):
        translate(admission(at=at))


@pytest.mark.parametrize("number", [None, "", "X123456", "A1234BCD", 1234, ["A1234BC"]])
def test_without_a_usable_number_it_is_refused(number):
    with pytest.raises(NotUnderstood):
        translate(admission(nomsNumber=number, number=number))


def test_two_different_numbers_are_refused():
    with pytest.raises(NotUnderstood, match="two"):
        translate(admission(number="A1234BD"))


@pytest.mark.parametrize("reason", [None, "", "WENT_HOME", 7, ["RELEASED"], {"RELEASED": 1}, "RELEASED"])
def test_without_a_usable_reason_it_is_refused(reason):
    with pytest.raises(NotUnderstood):
        translate(admission(reason=reason))


@pytest.mark.parametrize("numbers", [("A1234BC", None), (None, "A1234BC"), ("A1234BC", "A1234BC"), ("A1234BC", "x")])
def test_a_merge_needs_two_numbers(numbers):
    with pytest.raises(NotUnderstood):
        translate(event(f"{OFFENDER}.prisoner.merged", nomsNumber=numbers[0], removedNomsNumber=numbers[1]))


@pytest.mark.parametrize("numbers", [("A1234BC", None), (None, "A1234BC"), ("A1234BC", "x")])
def test_a_moved_booking_needs_two_numbers(numbers):
    told = {"movedFromNomsNumber": numbers[0], "movedToNomsNumber": numbers[1]}
    with pytest.raises(NotUnderstood):
        translate(event(f"{OFFENDER}.prisoner.booking.moved", **told))


@pytest.mark.parametrize("told", [None, "", "convicted", "Sentenced", True])
def test_a_convicted_status_in_other_words_is_refused(told):
    with pytest.raises(NotUnderstood):
        translate(event(f"{SEARCH}.prisoner.convicted-status-changed", convictedStatus=told))


# -- anything at all -----------------------------------------------------------------------------------------

words = st.text(st.characters(), max_size=12)
plain = st.none() | st.booleans() | st.integers() | st.floats() | words
anything = st.recursive(plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4))
KNOWN_TYPES = [
    *(f"{family}.prisoner.{what}" for family, what in BOTH_FAMILIES),
    *(f"{OFFENDER}.prisoner.{what}" for what in ("merged", "booking.moved", "booking.deleted")),
    f"{OFFENDER}.prisoner.imprisonment-status-changed",
    f"{SEARCH}.prisoner.convicted-status-changed",
    "restricted-patients.patient.added",
]
nearly = {
    "number": st.just("A1234BC") | anything,
    "reason": st.sampled_from(["RELEASED", "NEW_ADMISSION", "ADMISSION"]) | anything,
    "at": st.just("2026-03-02T12:00:00Z") | st.datetimes().map(datetime.isoformat) | anything,
    "any": anything,
}
a_number = st.fixed_dictionaries({"type": st.just("NOMS"), "value": nearly["number"]})
nearly_ours = st.fixed_dictionaries(
    {"eventType": st.sampled_from(KNOWN_TYPES)},
    optional={
        "occurredAt": nearly["at"],
        "personReference": anything | st.fixed_dictionaries({"identifiers": st.lists(a_number | anything)}),
        "additionalInformation": anything
        | st.fixed_dictionaries(
            {"reason": nearly["reason"]},
            optional={
                **dict.fromkeys(
                    ["nomsNumber", "removedNomsNumber", "movedFromNomsNumber", "movedToNomsNumber", "prisonerNumber"],
                    nearly["number"],
                ),
                **dict.fromkeys(["prisonId", "nomisMovementReasonCode", "convictedStatus"], nearly["any"]),
            },
        ),
    },
)


@given(anything | nearly_ours | nearly_ours.map(in_envelope))
def test_whatever_is_told_it_is_understood_or_not_and_nothing_else(told):
    event = unwrapped(told)
    assert len(fingerprint(event, "")) == 64
    try:
        fact = translate(event)
    except NotUnderstood:
        return
    assert isinstance(fact, Moved | Merged | BookingChanged | ConvictedStatus | StatusPrompt | NotOurs)


@given(anything | nearly_ours)
def test_whatever_is_sent_it_is_read_back(told):
    text = json.dumps(told)
    found = items(text)
    assert json.dumps(found if isinstance(told, list) else found[0]) == text


@given(st.text() | st.tuples(nearly_ours, st.integers(1, 60)).map(lambda sent: json.dumps(sent[0])[: -sent[1]]))
def test_whatever_a_file_holds_no_text_in_it_is_lost(text):
    kept = "".join(raw for _, raw in messages(text))
    for word in text.removeprefix("\ufeff").split():
        assert word in kept or json.loads(text) is not None
