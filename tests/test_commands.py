"""The commands' output is a contract (issue 2): receive_events, consent_status, import_decisions, verify_record."""

import contextlib
import csv
import io
import json
import sys
from datetime import date, datetime, timedelta
from importlib import import_module
from itertools import permutations

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from consent import actions, facts, ledger
from consent.models import Entry, PrisonPolicy, Status
from consent.policy import Answer
from registration.actions import NotPossible, family, patient_with
from registration.legal_status import LegalStatus
from registration.models import Message, Movement, Patient, Prison, RegistrationRequest
from tests.conftest import MONDAY, after

pytestmark = pytest.mark.django_db
GMS, GP = "gms-registration", "gp-record"
SEARCH, OFFENDER = "prisoner-offender-search", "prison-offender-events"


def event(what, at=MONDAY, number="A1234BC", family=SEARCH, **info):
    return {
        "eventType": f"{family}.prisoner.{what}",
        "version": 1,
        "occurredAt": at.isoformat(),
        "personReference": {"identifiers": [{"type": "NOMS", "value": number}]},
        "additionalInformation": {"nomsNumber": number, **info},
    }


def received(reason="NEW_ADMISSION", at=MONDAY, prison="LEI", **more):
    return event("received", at, **{"reason": reason, "prisonId": prison, **more})


def released(reason="RELEASED", at=MONDAY, prison="LEI", **more):
    return event("released", at, **{"reason": reason, "prisonId": prison, **more})


def merged(kept, removed, at=MONDAY):
    info = {"removedNomsNumber": removed, "reason": "MERGE"}
    return event("merged", at, kept, OFFENDER, **info)


def run(*args, **options):
    """What the command writes to standard output."""
    out = io.StringIO()
    call_command(*args, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


@pytest.fixture
def receive(tmp_path):
    """Hand messages to receive_events; returns the counts."""

    def take_in(*told):
        file = tmp_path / "messages.json"
        if len(told) == 1 and isinstance(told[0], str | bytes):
            file.write_bytes(told[0] if isinstance(told[0], bytes) else told[0].encode())
        else:
            file.write_text(json.dumps(told))
        return json.loads(run("receive_events", str(file), "--json").splitlines()[-1])

    return take_in


def status(number="A1234BC", at=None):
    options = ["--at", at.isoformat()] if at else []
    return json.loads(run("consent_status", number, "--json", *options))


def row(number="A1234BC", question=GMS, at=None):
    return status(number, at)["questions"][question]["rule"]


def counts(applied=0, no_effect=0, repeated=0, not_understood=0):
    return {"applied": applied, "no_effect": no_effect, "repeated": repeated, "not_understood": not_understood}


# -- receive_events ------------------------------------------------------------------------------------------


def test_the_counts_add_up_to_the_messages_and_one_bad_message_stops_no_other(receive):
    lines = [
        json.dumps(received()),
        '{"eventType": "prisoner-off',
        json.dumps(received(reason="NO_SUCH_REASON")),
        json.dumps(received(number="nonsense")),
        json.dumps({**received(), "occurredAt": "2026-02-30T12:00:00Z"}),
        json.dumps(event("updated")),
        json.dumps({"eventType": "EXTERNAL_MOVEMENT-CHANGED", "bookingId": 7}),
        json.dumps(received()),
        json.dumps(released("SENT_TO_COURT", after(days=1))),
    ]
    assert receive("\n".join(lines)) == counts(applied=2, no_effect=2, repeated=1, not_understood=4)
    assert status()["custody"]["state"] == "away"
    assert Message.objects.count() == 8


def test_with_json_the_last_line_is_one_object_with_these_four_counts(tmp_path):
    file = tmp_path / "empty.json"
    file.write_text("")
    out = run("receive_events", str(file), "--json")
    assert json.loads(out.splitlines()[-1]) == counts()
    assert run("receive_events", str(file))


def test_several_files_and_standard_input(tmp_path, monkeypatch):
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    first.write_text(json.dumps(received()))
    second.write_bytes(b"\xef\xbb\xbf" + json.dumps(received(number="A1234BD")).encode())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(received(number="A1234BE")).encode())))
    out = run("receive_events", str(first), str(second), "-", "--json")
    assert json.loads(out.splitlines()[-1]) == counts(applied=3)


@pytest.mark.parametrize("other", ["messages.json/no-such", ""])
def test_an_input_that_cannot_be_read_ends_with_an_error_and_takes_nothing_in(tmp_path, other):
    good, bad = tmp_path / "messages.json", tmp_path / other
    good.write_text(json.dumps(received()))
    with pytest.raises(CommandError) as error:
        run("receive_events", str(good), str(bad), "--json")
    assert error.value.returncode != 0
    assert Message.objects.count() == 0


def test_a_byte_that_is_no_text_spoils_its_own_message_only(tmp_path):
    file = tmp_path / "lines.jsonl"
    file.write_bytes(json.dumps(received()).encode() + b'\n{"eventType": "caf\xe9"}\n')
    assert json.loads(run("receive_events", str(file), "--json")) == counts(applied=1, not_understood=1)


def test_a_message_in_another_envelope_was_told_before(receive):
    enveloped = {"Type": "Notification", "MessageId": "1", "Message": json.dumps(received())}
    assert receive(received()) == counts(applied=1)
    assert receive(enveloped, {**enveloped, "MessageId": "2"}, received()) == counts(repeated=3)
    assert Movement.objects.count() == 1


def test_what_was_not_understood_or_not_ours_is_kept_whole_and_repeated_like_any_other(receive):
    assert receive("nonsense\n" + json.dumps(event("updated"))) == counts(no_effect=1, not_understood=1)
    assert receive("nonsense\n" + json.dumps(event("updated"))) == counts(repeated=2)
    assert Message.objects.get(outcome="not_understood").body == "nonsense"


def test_a_message_is_applied_even_if_it_changes_nothing(receive):
    assert receive(released(at=after(days=1))) == counts(applied=1)
    assert receive(received("POST_MERGE_ADMISSION", after(days=3))) == counts(applied=1)
    assert receive(event("imprisonment-status-changed", family=OFFENDER, bookingId="1")) == counts(applied=1)


def test_an_event_of_which_nothing_is_known_here_is_not_ours(receive):
    pointer = {"eventId": "1", "hmppsId": "A123456", "eventType": "PERSON_NAME_CHANGED", "prisonId": None, "url": "x"}
    assert receive(pointer, {"Type": "Notification", "Message": json.dumps(pointer)}) == counts(no_effect=1, repeated=1)


def test_a_message_is_kept_whole_with_its_envelope(receive):
    told = json.dumps({"Type": "Notification", "MessageId": "1", "Message": json.dumps(received())}, indent=2)
    receive(told)
    assert Message.objects.get().body == told


def test_a_prison_in_no_file_is_accepted_and_waits_for_staff_to_complete_it(receive):
    assert receive(received(prison="ZZI")) == counts(applied=1)
    assert not Prison.objects.get(id="ZZI").is_complete
    assert status()["custody"]["prison"] == "ZZI"


HARD_TO_KEEP = [
    received(nomisMovementReasonCode="\ud800"),
    received(nomisMovementReasonCode="N\x00"),
    received(prisonId="\x00"),
    received(details="\ud800\x00"),
    {**event("updated"), "eventType": "\ud800"},
    {**event("updated"), "eventType": "x" * 10_000},
    {**event("updated"), "eventType": "a\x00b"},
    {**event("updated"), "eventType": "ü" * 300},
    received(reason="\ud800" * 400),
    received(number="\x00" * 7),
    {**received(), "occurredAt": "0001-01-01T00:00:00+00:00"},
    {**released(), "occurredAt": "9999-12-31T23:40:00+00:00"},
    {**received(number="A1234BC"), "occurredAt": "9999-12-31T23:50:00+00:00"},
    {**received(), "occurredAt": "2026-03-02T12:00:00\ud800"},
    {**received(), "version": 10**4000},
]


@pytest.mark.parametrize("hard", HARD_TO_KEEP, ids=range(len(HARD_TO_KEEP)))
def test_a_message_that_is_hard_to_keep_stops_no_other_and_leaves_the_status_readable(receive, hard):
    told = receive(received(), hard, released("SENT_TO_COURT", after(days=1)))
    assert sum(told.values()) == 3
    assert told["applied"] >= 2
    assert status()["custody"]["state"] == "away"


def test_times_at_the_end_of_the_calendar_stop_nothing(receive):
    out = {**released(), "occurredAt": "9999-12-31T23:40:00Z"}
    back = {**received(), "occurredAt": "9999-12-31T23:50:00Z"}
    assert sum(receive(received(), out, back).values()) == 3
    assert status()["custody"]["state"] == "open"


def test_movements_told_in_any_order_come_to_the_same(receive):
    story = [
        received(at=MONDAY),
        released("TRANSFERRED", after(days=2)),
        received("TRANSFERRED", after(days=2, hours=5), "MDI"),
        merged("A1234BC", "A1234BD", after(days=3)),
    ]
    results = set()
    for order in permutations(story):
        with transaction.atomic():
            for told in order:
                receive(told)
            results.add((json.dumps(status("A1234BD")), Status.objects.get().body))
            transaction.set_rollback(True)
    assert len(results) == 1
    assert json.loads(results.pop()[0])["custody"]["prison"] == "MDI"


# -- consent_status ------------------------------------------------------------------------------------------


def test_the_shape_of_a_status(receive):
    receive(received())
    told = status(at=after(days=1))
    asked = {
        "outcome": "offer",
        "rule": "17",
        "because": "They have not been asked yet.",
        "due": "2026-03-09",
        "decision": None,
        "held": False,
    }
    since = told["custody"].pop("since")
    assert told == {
        "prison_number": "A1234BC",
        "custody": {"state": "open", "prison": "LEI"},
        "questions": {GMS: asked, GP: asked},
    }
    assert datetime.fromisoformat(since) == MONDAY


def test_a_number_nobody_knows_has_no_custody_and_is_no_error():
    told = status("Z9999ZZ")
    assert told["prison_number"] == "Z9999ZZ"
    assert told["custody"] == {"state": "none", "prison": None, "since": None}
    assert {(q["outcome"], q["rule"]) for q in told["questions"].values()} == {("closed", "0")}


@pytest.mark.parametrize("number", ["", "nonsense", "A1234BCD"])
def test_a_malformed_number_ends_with_2(number):
    with pytest.raises(CommandError) as error:
        run("consent_status", number, "--json")
    assert error.value.returncode == 2


def test_a_malformed_time_is_an_error(patient):
    with pytest.raises(CommandError, match="tomorrow"):
        run("consent_status", "A1234BC", "--at", "tomorrow")


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_at_an_end_of_the_calendar_is_answered_or_refused(receive, at):
    receive(received(), released(at=after(days=1)))
    with contextlib.suppress(CommandError):
        run("consent_status", "A1234BC", "--at", at)


def test_without_json_it_is_said_in_words(receive):
    receive(received())
    assert "They have not been asked yet." in run("consent_status", "a1234bc")


def test_at_a_time_counts_what_had_happened_by_then_whenever_it_was_told(receive):
    receive(released("SENT_TO_COURT", after(days=3)), received())
    receive(received("RETURN_FROM_COURT", after(days=4)))
    states = [status(at=after(days=days))["custody"]["state"] for days in (-1, 0, 3, 4)]
    assert states == ["none", "open", "away", "open"]


@pytest.mark.parametrize(("minutes", "state", "prison"), [(44, "settling", "LEI"), (45, "closed", None)])
def test_a_release_settles_by_the_time_asked_for(receive, minutes, state, prison):
    receive(received(), released(at=after(days=5)))
    custody = status(at=after(days=5, minutes=minutes))["custody"]
    assert custody["state"] == state
    assert datetime.fromisoformat(custody["since"]) == after(days=5)


def test_every_state_has_its_name(receive):
    def told(*more):
        with transaction.atomic():
            receive(received(), *more)
            state = status(at=after(days=9))["custody"]["state"]
            transaction.set_rollback(True)
        return state

    later = after(days=3)
    assert told() == "open"
    assert told(released("SENT_TO_COURT", later)) == "away"
    assert told(released("TEMPORARY_ABSENCE_RELEASE", later)) == "away"
    assert told(released("TRANSFERRED", later)) == "in-transit"
    assert told(released("RELEASED_TO_HOSPITAL", later)) == "care-elsewhere"
    assert told(released(at=later, family=OFFENDER, nomisMovementReasonCode="UAL")) == "suspended"
    assert told(released(at=later, family=OFFENDER, nomisMovementReasonCode="DEC")) == "deceased"
    assert told(released(at=later)) == "closed"


def test_after_a_merge_the_kept_number_is_told(receive):
    receive(received(), received("TRANSFERRED", after(days=1), "MDI", number="A1234BD"))
    receive(merged("A1234BC", "A1234BD", after(days=2)))
    assert status("A1234BD") == status("A1234BC")
    assert status("A1234BD")["prison_number"] == "A1234BC"
    assert status("A1234BD")["custody"]["prison"] == "MDI"


def test_a_booking_moved_or_deleted_is_a_conflict_on_the_numbers_concerned(receive):
    numbers = {"movedFromNomsNumber": "A1234BC", "movedToNomsNumber": "A1234BD"}
    moved = event("booking.moved", after(days=1), family=OFFENDER, **numbers)
    receive(received(), received(number="A1234BD"), received(number="A1234BE"), moved)
    receive(event("booking.deleted", after(days=1), "A1234BE", OFFENDER, bookingId="1"))
    assert [row(f"A1234B{n}") for n in "CDE"] == ["2", "2", "2"]


# -- answers -------------------------------------------------------------------------------------------------


@pytest.fixture
def nurse(db):
    return User.objects.create_user("nurse")


@pytest.fixture
def arrived(receive):
    """Came in three days ago."""
    receive(received(at=timezone.now() - timedelta(days=3)))
    return patient_with("A1234BC")


def answer(patient, said, question=GMS, **more):
    how = {"by": actions.PERSON, "route": "tablet", **more}
    return actions.decide(patient=patient, question=question, answer=Answer(said), **how)


def test_a_yes_is_held_moves_with_the_person_and_opens_a_request_once_it_is_checked(receive, arrived, nurse):
    yes = answer(arrived, "yes")
    assert (row(), status()["questions"][GMS]["held"]) == ("10g", True)
    due = status()["questions"][GMS]["due"]
    for prison in ("MDI", "BXI"):
        receive(received("TRANSFERRED", timezone.now(), prison))
        assert (row(), status()["questions"][GMS]["due"]) == ("10g", due)
    assert not RegistrationRequest.objects.exists()
    actions.second_look(
        patient=arrived,
        by=actions.staff(nurse),
        decision=yes.hash,
        prison="BXI",
        route="talk",
        reason="they leave tomorrow",
    )
    assert (row(), status()["questions"][GMS]["held"]) == ("7", False)
    assert RegistrationRequest.objects.get().state == "to-make"
    assert Entry.objects.filter(kind="decision").count() == 1


def test_an_answer_is_stored_once_however_often_the_button_is_pressed(arrived):
    first = answer(arrived, "no", once="this screen")
    assert answer(arrived, "no", once="this screen") == first
    assert Entry.objects.count() == 1


@pytest.mark.parametrize(("hold", "rule", "sent"), [("none", "7", 1), ("hours", "10g", 0), ("second-look", "10g", 0)])
def test_a_yes_is_held_as_the_prison_where_it_was_given_has_set(receive, arrived, hold, rule, sent):
    PrisonPolicy.objects.create(prison_id="LEI", hold=hold, hold_hours=72)
    sentenced = {"status": LegalStatus.SENTENCED, "at": timezone.now(), "source": "warrant"}
    actions.record_legal_status(patient=arrived, **sentenced)
    answer(arrived, "yes", is_explained=True)
    receive(received("TRANSFERRED", timezone.now(), "MDI"))
    assert row() == rule
    assert RegistrationRequest.objects.count() == sent


def test_a_release_drops_a_held_yes_and_nothing_was_sent(receive, arrived):
    answer(arrived, "yes")
    receive(released(at=timezone.now()))
    assert row(at=timezone.now() + timedelta(minutes=46)) == "1"
    assert not RegistrationRequest.objects.exists()


def test_nobody_outside_prison_answers(patient):
    with pytest.raises(NotPossible):
        answer(patient, "yes")
    assert not Entry.objects.exists()


def test_an_answer_recorded_in_error_takes_two_people_and_a_reason_and_stops_what_was_not_sent(arrived, nurse):
    yes = answer(arrived, "yes")
    actions.second_look(
        patient=arrived,
        by=actions.staff(nurse),
        decision=yes.hash,
        prison="LEI",
        route="talk",
        reason="they leave tomorrow",
    )
    for second, reason in ((nurse, "wrong person"), (User.objects.create_user("other"), " ")):
        with pytest.raises(NotPossible):
            actions.record_in_error(entry=yes, user=nurse, second=second, reason=reason)
    actions.record_in_error(entry=yes, user=nurse, second=User.objects.get(username="other"), reason="wrong person")
    assert row() == "17"
    assert RegistrationRequest.objects.get().state == "stopped"
    assert Entry.objects.filter(pk=yes.pk).exists()


def test_a_mistake_elsewhere_in_the_record_does_not_stop_the_request_of_an_answer_that_stands(arrived, nurse):
    later = answer(arrived, "later")
    yes = answer(arrived, "yes")
    actions.second_look(
        patient=arrived,
        by=actions.staff(nurse),
        decision=yes.hash,
        prison="LEI",
        route="talk",
        reason="they leave tomorrow",
    )
    other = User.objects.create_user("other")
    actions.record_in_error(entry=later, user=nurse, second=other, reason="wrong person")
    assert row() == "7"
    assert RegistrationRequest.objects.get().state == "to-make"


def test_a_yes_on_paper_typed_after_a_later_no_sends_nothing(arrived):
    PrisonPolicy.objects.create(prison_id="LEI", hold="none")
    answer(arrived, "no")
    answer(arrived, "yes", route="paper", at=timezone.now() - timedelta(days=1))
    assert status()["questions"][GMS]["decision"] == "no"
    assert not RegistrationRequest.objects.exists()


def test_a_no_on_paper_typed_after_a_later_yes_stops_nothing(arrived, nurse):
    yes = answer(arrived, "yes")
    actions.second_look(
        patient=arrived,
        by=actions.staff(nurse),
        decision=yes.hash,
        prison="LEI",
        route="talk",
        reason="they leave tomorrow",
    )
    answer(arrived, "no", route="paper", at=timezone.now() - timedelta(days=1))
    assert status()["questions"][GMS]["decision"] == "yes"
    assert RegistrationRequest.objects.get().state == "to-make"


def test_a_yes_on_paper_is_held_as_the_prison_had_set_where_it_was_given(receive, arrived):
    PrisonPolicy.objects.create(prison=Prison.objects.get_or_create(id="MDI")[0], hold="none")
    yesterday = timezone.now() - timedelta(days=1)
    receive(received("TRANSFERRED", timezone.now() - timedelta(hours=3), "MDI"))
    yes = answer(arrived, "yes", route="paper", at=yesterday)
    assert ledger.read(yes)["data"]["prison"] == "LEI"
    assert row() == "10g"
    assert not RegistrationRequest.objects.exists()


def test_an_answer_for_a_time_outside_custody_or_ahead_is_refused(arrived):
    for at in (timezone.now() - timedelta(days=4), timezone.now() + timedelta(hours=1)):
        with pytest.raises(NotPossible):
            answer(arrived, "no", at=at)
    assert not Entry.objects.exists()


def test_a_yes_and_a_no_merged_are_a_conflict_until_staff_choose_and_no_line_moves(receive, arrived, nurse):
    receive(received(at=timezone.now() - timedelta(days=2), number="A1234BD"))
    other = patient_with("A1234BD")
    answer(arrived, "no")
    answer(other, "yes")
    before = list(Entry.objects.order_by("pk").values_list("chain", "hash"))
    receive(merged("A1234BC", "A1234BD", timezone.now()))
    assert list(Entry.objects.order_by("pk").values_list("chain", "hash")) == before
    assert (row(), status()["questions"][GMS]["decision"]) == ("2", None)
    with pytest.raises(NotPossible):
        answer(arrived, "no")
    kept = family(patient_with("A1234BD"))[0]
    actions.resolve_conflict(patient=kept, user=nurse, question=GMS, answer=Answer.NO, reason="asked again")
    assert (row(), status()["questions"][GMS]["decision"]) == ("8", "no")


def test_correcting_a_typing_mistake_is_no_change_of_legal_status(arrived):
    told = {"patient": arrived, "source": "staff"}
    actions.record_legal_status(**told, status=LegalStatus.REMAND, at=timezone.now() - timedelta(days=2))
    answer(arrived, "no")
    actions.record_legal_status(**told, status=LegalStatus.SENTENCED, at=timezone.now(), corrects_the_last=True)
    assert row() == "8"
    actions.record_legal_status(**told, status=LegalStatus.RECALL, at=timezone.now())
    assert row() == "11g"


def test_a_convicted_message_gives_one_fresh_look(receive, arrived):
    actions.record_legal_status(
        patient=arrived, source="staff", status=LegalStatus.REMAND, at=timezone.now() - timedelta(days=2)
    )
    answer(arrived, "no")
    receive(event("convicted-status-changed", timezone.now(), convictedStatus="Convicted", bookingId="1"))
    assert row() == "11g"


def test_what_stands_can_be_thrown_away_and_worked_out_again_to_the_same_bytes(receive, arrived):
    answer(arrived, "later")
    receive(merged("A1234BD", "A1234BC"), received("TRANSFERRED", timezone.now(), "MDI"))
    before = list(Status.objects.values())
    Status.objects.all().delete()
    facts.refresh(Patient.objects.all())
    assert list(Status.objects.values()) == before
    assert len(before) == 1


def test_the_record_holds_no_name_no_number_and_no_date_of_birth(receive, arrived):
    names = {"given_names": "Ada", "family_name": "Lovelace"}
    actions.describe_patient(patient=arrived, nhs_number="9990000018", date_of_birth=date(1985, 12, 10), **names)
    answer(arrived, "yes")
    receive(merged("A1234BD", "A1234BC"))
    record = b"".join(bytes(body) for body in Entry.objects.values_list("body", flat=True)).decode()
    assert not [word for word in ("Ada", "Lovelace", "9990000018", "1985", "A1234BC", "A1234BD") if word in record]


# -- import_decisions ----------------------------------------------------------------------------------------

COLUMNS = ["prison_number", "question", "answer", "decided_at", "prison", "recorded_by", "source"]


def a_row(**more):
    usual = ["A1234BC", GMS, "yes", "2026-03-02T10:00:00+00:00", "LEI", "Nurse Amy", "SystmOne"]
    return {**dict(zip(COLUMNS, usual, strict=True)), **more}


@pytest.fixture
def bring_in(tmp_path):
    def import_rows(*rows, columns=COLUMNS, encoding="utf-8"):
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        file = tmp_path / "decisions.csv"
        file.write_bytes(text.getvalue().encode(encoding))
        return run("import_decisions", str(file))

    return import_rows


SENSELESS = {
    "no prison number": {"prison_number": "nonsense"},
    "no question": {"question": "registration"},
    "no answer": {"answer": "perhaps"},
    "empty answer": {"answer": ""},
    "registered with a GP's record": {"question": GP, "answer": "registered"},
    "30 February": {"decided_at": "2026-02-30"},
    "no time": {"decided_at": ""},
    "a day not yet come": {"decided_at": "2199-01-01"},
    "the year 1": {"decided_at": "0001-01-01"},
    "no prison": {"prison": "?"},
}


@pytest.mark.parametrize("wrong", SENSELESS.values(), ids=SENSELESS)
def test_a_senseless_row_is_listed_and_skipped_and_the_rest_go_in(bring_in, wrong):
    out = bring_in(a_row(), a_row(**{"prison_number": "A1234BD", **wrong}), a_row(prison_number="A1234BE"))
    (skipped,) = [line for line in out.splitlines() if "skipped:" in line]
    assert "3" in skipped.split(":")[0]
    assert set(Patient.objects.values_list("prison_number", flat=True)) == {"A1234BC", "A1234BE"}


def test_a_short_row_a_long_row_and_an_empty_one(tmp_path):
    file = tmp_path / "decisions.csv"
    whole = ",".join(a_row().values())
    file.write_text(f"{','.join(COLUMNS)}\r\nA1234BD,{GMS}\r\n\r\n,,,,,,\r\n{whole},and,more\r\n")
    run("import_decisions", str(file))
    assert [p.prison_number for p in Patient.objects.all()] == ["A1234BC"]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_file_in_another_encoding_says_what_to_do_and_nothing_goes_in(bring_in, encoding):
    with pytest.raises(CommandError, match="UTF-8"):
        bring_in(a_row(recorded_by="Zoë"), encoding=encoding)
    assert not Patient.objects.exists()


def test_a_byte_order_mark_and_other_languages_are_no_trouble(bring_in):
    bring_in(a_row(recorded_by="Zoë ዘዊ", source="ورق"), encoding="utf-8-sig")
    assert ledger.opened([Entry.objects.get()])[0]["data"]["recorded_by"] == "Zoë ዘዊ"


def test_missing_columns_are_named_and_nothing_goes_in(bring_in, tmp_path):
    with pytest.raises(CommandError, match=r"decided_at.*source"):
        bring_in(a_row(), columns=["prison_number", "question", "answer", "prison", "recorded_by"])
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(CommandError):
        run("import_decisions", str(tmp_path / "empty.csv"))
    with pytest.raises(CommandError):
        run("import_decisions", str(tmp_path / "no-such.csv"))
    assert not Patient.objects.exists()


def everything():
    return [
        list(model.objects.order_by("pk").values())
        for model in (Patient, Movement, Entry, RegistrationRequest, Status, Prison)
    ]


def test_running_it_twice_changes_nothing(bring_in):
    rows = [
        a_row(),
        a_row(question=GP, answer="no"),
        a_row(prison_number="A1234BD", answer="registered"),
        a_row(prison_number="A1234BE", answer="later", prison="ZZI"),
        a_row(prison_number="A1234BF", decided_at="2026-03-02"),
    ]
    bring_in(*rows)
    before = everything()
    assert len(before[2]) == 5
    bring_in(*rows)
    bring_in(*reversed(rows))
    assert everything() == before


@pytest.mark.parametrize("answer", ["yes", "no", "later", "not-possible", "withdrawn"])
def test_an_imported_answer_stands_where_the_person_was_seen(bring_in, answer):
    bring_in(a_row(answer=answer))
    told = status(at=after(hours=2))
    assert (told["custody"]["state"], told["custody"]["prison"]) == ("open", "LEI")
    assert told["questions"][GMS]["decision"] == answer
    assert status(at=MONDAY)["custody"]["state"] == "none"


def test_an_imported_yes_is_not_held_and_is_a_registration_to_confirm(bring_in):
    bring_in(a_row())
    assert (row(), status()["questions"][GMS]["held"]) == ("7", False)
    request = RegistrationRequest.objects.get()
    assert (request.state, request.to_confirm) == ("to-make", True)


def test_an_imported_yes_to_asking_the_gp_is_no_registration(bring_in):
    bring_in(a_row(question=GP))
    assert not RegistrationRequest.objects.exists()


def test_an_imported_registration_asks_nothing_more(bring_in):
    bring_in(a_row(answer="registered"))
    assert (row(at=after(days=1)), row(at=MONDAY)) == ("6g", "0")
    assert not RegistrationRequest.objects.exists()


def test_a_later_movement_that_is_no_admission_continues_the_time_in_which_the_answer_was_given(receive, bring_in):
    bring_in(a_row())
    receive(received("TRANSFERRED", after(days=9), "MDI"))
    told = status()
    assert (told["custody"]["prison"], told["questions"][GMS]["rule"]) == ("MDI", "7")


def test_an_admission_after_it_is_another_time_in_prison(receive, bring_in):
    receive(received(at=after(days=9)))
    bring_in(a_row())
    assert (row(), status()["questions"][GMS]["decision"]) == ("14g", None)
    assert row(question=GP) == "17"


def test_an_answer_imported_into_a_known_stay_belongs_to_it(receive, bring_in):
    receive(received(), received("TRANSFERRED", after(days=2), "MDI"))
    bring_in(a_row(answer="no", decided_at=after(days=1).isoformat()))
    told = status()
    assert (told["custody"]["prison"], told["questions"][GMS]["rule"]) == ("MDI", "8")


def test_a_day_without_a_time_is_a_day_in_the_stay_that_began_on_it(receive, bring_in):
    receive(received(at=after(hours=9)))
    bring_in(a_row(answer="no", decided_at="2026-03-02"))
    assert row() == "8"


# -- go-live -------------------------------------------------------------------------------------------------


def test_800_people_known_by_a_roll_get_no_offer_until_staff_have_checked(nurse):
    here = Prison.objects.get_or_create(id="LEI", defaults={"name": "Leeds"})[0]
    people = Patient.objects.bulk_create(Patient(prison_number=f"A{n:04}RL") for n in range(800))
    roll = {"at": MONDAY, "direction": "seen", "source": "roll", "prison": here}
    Movement.objects.bulk_create(Movement(patient=person, **roll) for person in people)
    facts.refresh(people)

    def outcomes():
        now = timezone.now()
        for patient, standing in facts.in_prison("LEI", now):
            for question in (GMS, GP):
                yield patient.prison_number, facts.rule_for(standing, question, now)[1].outcome

    assert [outcome for _, outcome in outcomes()] == ["staff-first"] * 1600
    actions.check_by_staff(patient=people[7], user=nurse, registered=False, seen="nothing found")
    assert [number for number, outcome in outcomes() if outcome == "offer"] == ["A0007RL"] * 2


# -- verify_record -------------------------------------------------------------------------------------------


@pytest.fixture
def record(receive, arrived):
    """Five entries in two chains."""
    for said in ("later", "no", "yes"):
        answer(arrived, said)
    receive(received(at=timezone.now() - timedelta(days=2), number="A1234BD"))
    for said in ("no", "yes"):
        answer(patient_with("A1234BD"), said, question=GP)
    return Entry.objects.filter(chain=arrived.record_id).order_by("seq")


@pytest.fixture
def triggers_dropped(record):
    """What someone with the keys to the database could do first; the test's own transaction puts it back."""

    class Editor:
        connection = connection

        @staticmethod
        def execute(statement, params=None):
            with connection.cursor() as cursor:
                cursor.execute(statement)

    import_module("consent.migrations.0002_append_only").allow(None, Editor)


def found():
    with pytest.raises(CommandError) as error:
        run("verify_record")
    assert error.value.returncode != 0
    return str(error.value)


def test_a_record_nobody_touched_adds_up(record):
    assert "5" in run("verify_record")


def test_an_empty_record_adds_up():
    assert run("verify_record")


@pytest.mark.parametrize("what", ["UPDATE consent_entry SET kind = 'x'", "DELETE FROM consent_entry"])
def test_the_database_itself_refuses_to_change_the_record(record, what):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(what)
    assert run("verify_record")


def test_the_database_refuses_to_put_one_entry_in_the_place_of_another(record):
    first = record[0]
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry(chain=first.chain, seq=1, kind="x", at=first.at, recorded_at=first.at, body=b"{}", hash="0" * 64).save()
    with pytest.raises(TypeError):
        first.save()
    with pytest.raises(TypeError):
        first.delete()


def changed(entry, **columns):
    Entry.objects.filter(pk=entry.pk).update(**columns)


def test_a_changed_answer_is_found(record, triggers_dropped):
    second = record[1]
    changed(second, body=bytes(second.body).replace(b'"no"', b'"yes"'))
    assert f"Entry 2 of chain {second.chain}" in found()


def test_a_changed_answer_with_its_hash_made_new_is_found_by_the_next(record, triggers_dropped):
    second = record[1]
    body = bytes(second.body).replace(b'"no"', b'"yes"')
    changed(second, body=body, hash=ledger.digest(body))
    assert f"Entry 3 of chain {second.chain}" in found()


@pytest.mark.parametrize("column", [{"kind": "error"}, {"at": MONDAY}, {"recorded_at": MONDAY}])
def test_a_changed_column_is_found(record, triggers_dropped, column):
    changed(record[1], **column)
    assert "Entry 2" in found()


@pytest.mark.parametrize("place", [1, 2])
def test_a_removed_entry_is_found(record, triggers_dropped, place):
    Entry.objects.filter(pk=record[place - 1].pk).delete()
    assert f"Entry {place + 1}" in found()


def test_swapped_entries_are_found(record, triggers_dropped):
    first, second = record[0], record[1]
    changed(first, seq=99)
    changed(second, seq=1)
    changed(first, seq=2)
    assert "Entry 1" in found()


def test_an_entry_moved_to_another_person_is_found(record, triggers_dropped):
    last = record[2]
    changed(last, chain=patient_with("A1234BD").record_id)
    assert found()


def test_nonsense_with_a_hash_that_fits_is_found_and_named(record, triggers_dropped):
    for body in (b"nonsense", b"{}", b"[]"):
        changed(record[2], body=body, hash=ledger.digest(body))
        assert "Entry 3" in found()
