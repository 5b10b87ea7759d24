"""Every write of consent: named, keyword-only, atomic, with its line in the record and the status refreshed.

``by`` says who pressed (see ledger.append). Actions raise NotPossible with a sentence that says what to do instead.
"""

from consent.actions.answers import could_not_ask, decide, hold_for, is_early, may_be_put_off, second_look
from consent.actions.corrections import (
    check_by_staff,
    record_in_error,
    resolve_conflict,
    settle_earlier,
    settle_notices,
)
from consent.actions.day_one import import_decision
from consent.actions.erasing import due as due_for_erasure
from consent.actions.erasing import erase_messages, erase_patient, never_came
from consent.actions.expecting import expect, expected_came, not_coming
from consent.actions.notes import PERSON, record_note, staff
from consent.actions.people import (
    DESCRIBED_ON_ARRIVAL,
    changed_password,
    complete_prison,
    deal_with_message,
    describe_patient,
    end_hold_exception,
    is_another,
    is_known,
    load_prisons,
    looked,
    looked_at_many,
    rebuild_status,
    receive_message,
    receive_person,
    record_legal_status,
    record_movement,
    refused,
    set_hold_exception,
    set_posts,
    set_prison_policy,
)
from consent.actions.reconciling import repair_from_roll
from consent.actions.registering import begin_request, keep_details, move_request, why_not_sent

__all__ = [
    "DESCRIBED_ON_ARRIVAL",
    "PERSON",
    "begin_request",
    "changed_password",
    "check_by_staff",
    "complete_prison",
    "could_not_ask",
    "deal_with_message",
    "decide",
    "describe_patient",
    "due_for_erasure",
    "end_hold_exception",
    "erase_messages",
    "erase_patient",
    "expect",
    "expected_came",
    "hold_for",
    "import_decision",
    "is_another",
    "is_early",
    "is_known",
    "keep_details",
    "load_prisons",
    "looked",
    "looked_at_many",
    "may_be_put_off",
    "move_request",
    "never_came",
    "not_coming",
    "rebuild_status",
    "receive_message",
    "receive_person",
    "record_in_error",
    "record_legal_status",
    "record_movement",
    "record_note",
    "refused",
    "repair_from_roll",
    "resolve_conflict",
    "second_look",
    "set_hold_exception",
    "set_posts",
    "set_prison_policy",
    "settle_earlier",
    "settle_notices",
    "staff",
    "why_not_sent",
]
