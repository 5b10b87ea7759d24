"""One person's record as a file, and the verifier that somebody carries to another machine."""

import ast
import io
import json
import shutil
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from consent import actions, facts, ledger
from consent.models import AccessEvent, Entry
from consent.proof import check_record, export, keys
from consent.proof.check_record import NotComparable, NotGenuine, check, read_keys
from registration.models import Patient
from tests.application_role import as_owner
from tests.proving import faults, public, signed

pytestmark = pytest.mark.django_db
VERIFIER = Path(check_record.__file__)


@pytest.fixture
def exported(record, key):
    signed(key)
    return as_json(record)


def as_json(patient, **more):
    """As it is after a journey through a file."""
    return json.loads(json.dumps(export.record_of(patient, **more)))


def wrong(exported, key, earlier=""):
    return check(exported, public(key), earlier).wrong


def line_of(exported, part="entries", number=0):
    return json.loads(exported[part][number]["data"])


def rewritten(exported, part, number, **columns):
    exported[part][number]["data"] = json.dumps(line_of(exported, part, number) | columns, separators=(",", ":"))


# -- what does not add up ---------------------------------------------------------------------------------------------


def changed_answer(e):
    number = next(n for n in range(len(e["entries"])) if line_of(e, "entries", n)["kind"] == "decision")
    line = line_of(e, "entries", number)
    line["data"]["answer"] = "yes"
    e["entries"][number]["data"] = json.dumps(line, separators=(",", ":"), sort_keys=True)


def removed_line(e):
    del e["entries"][0]


def line_of_somebody_else(e):
    rewritten(e, "entries", 0, chain="1f9b8a76-0000-4000-8000-000000000000")


def two_lines_swapped(e):
    e["entries"][0], e["entries"][1] = e["entries"][1], e["entries"][0]


def line_twice(e):
    e["entries"].append(e["entries"][-1])


def other_proof(e):
    e["entries"][0]["proof"] = e["entries"][1]["proof"]


def other_place(e):
    e["entries"][0]["leaf"] = e["entries"][1]["leaf"]


def place_outside_the_tree(e):
    e["entries"][0]["leaf"] = 10**6


def place_that_is_no_number(e):
    e["entries"][0]["leaf"] = "somewhere"


def said_to_be_new(e):
    e["entries"][0]["leaf"] = None
    changed_answer(e)


def other_words(e):
    e["words"][0]["source"] = e["words"][0]["source"].replace("GP", "doctor")


def words_missing(e):
    e["words"] = []


def other_presentation(e):
    e["shown"][0]["body"] = e["shown"][0]["body"].replace("later", "never", 1)


def presentation_missing(e):
    e["shown"] = []


def other_remark(e):
    e["remarks"][0]["text"] += "!"


def other_looker(e):
    e["looked"][0]["data"] = e["looked"][0]["data"].replace("nurse", "doctor")


def no_checkpoint(e):
    e["checkpoint"] = ""


def other_size(e):
    origin, size, rest = e["checkpoint"].split("\n", 2)
    e["checkpoint"] = f"{origin}\n{int(size) - 1}\n{rest}"


def signed_by_a_stranger(e):
    head = e["checkpoint"].partition("\n\n")[0] + "\n"
    e["checkpoint"] = keys.Signer("example.org/record", b"1" * 32).sign(head)


def part_missing(e):
    del e["looked"]


def somebody_else_s_look(e):
    e["looked"][0] = e["looked"][0] | {"data": e["looked"][0]["data"].replace(e["chains"][0], str(UUID(int=1)))}


def a_row_of_another_kind(e):
    e["looked"].append(e["words"][0])


def a_chain_without_lines(e):
    e["chains"].append(str(UUID(int=1)))


def a_sentence_for_a_chain(e):
    e["chains"].append("\x1b[1A\x1b[2KName and number were checked.")


def remark_left_out(e):
    e["remarks"] = []


def remark_cut(e):
    remark = e["remarks"][0]
    remark["salt"], remark["text"] = f"{remark['salt']}\n{remark['text'][:3]}", remark["text"][3:]


def remark_of_no_line(e):
    e["remarks"].append({"seal": check_record.sealed("0" * 32, "x"), "salt": "0" * 32, "text": "x"})


def place_that_is_nearly_a_number(e):
    e["entries"][0]["leaf"] = float(e["entries"][0]["leaf"])


def word_said_twice(e):
    e["entries"][0]["data"] = e["entries"][0]["data"].replace('{"at":', '{"at":"2020-01-01T00:00:00.000000Z","at":')


DEEDS = [
    somebody_else_s_look,
    a_row_of_another_kind,
    a_chain_without_lines,
    a_sentence_for_a_chain,
    remark_left_out,
    remark_cut,
    remark_of_no_line,
    place_that_is_nearly_a_number,
    word_said_twice,
    changed_answer,
    removed_line,
    line_of_somebody_else,
    two_lines_swapped,
    line_twice,
    other_proof,
    other_place,
    place_outside_the_tree,
    place_that_is_no_number,
    said_to_be_new,
    other_words,
    words_missing,
    other_presentation,
    presentation_missing,
    other_looker,
    no_checkpoint,
    other_size,
    signed_by_a_stranger,
    part_missing,
]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_a_record_that_was_touched_does_not_add_up(exported, key, deed):
    assert wrong(exported, key) == []
    deed(exported)
    assert wrong(exported, key)


def test_a_remark_that_was_touched_does_not_add_up(record, key):
    signed(key)
    exported = as_json(Patient.objects.get(prison_number="A1234BD"))
    assert wrong(exported, key) == []
    other_remark(exported)
    assert "remark" in wrong(exported, key)[0]


def test_something_that_is_no_record_is_said_to_be_none(key):
    for nothing in ({}, {"format": "something else"}):
        with pytest.raises(NotGenuine, match="no exported record"):
            check(nothing, public(key))


def test_lines_newer_than_the_checkpoint_are_said_to_prove_nothing_yet(record, key):
    signed(key)
    actions.record_note(patient=record, kind="staff-check", by=actions.PERSON)
    found = check(as_json(record), public(key))
    assert found.wrong == []
    assert found.unsigned == [f"entries {Entry.objects.filter(chain=record.record_id).count()}"]


def test_without_any_checkpoint_nothing_is_proved(record, key):
    assert "nothing here was signed" in wrong(as_json(record), key)[0]


def backdated(person, days=300):
    """A line slipped in by the application's own rights, said to be from long ago; its chain fits."""
    seq, previous = ledger.end_of(person)
    at = timezone.now() - timedelta(days=days)
    stamp = ledger.stamp(at)
    said = {"v": 1, "chain": str(person.record_id), "seq": seq + 1, "previous": previous, "kind": "staff-check"}
    said |= {"at": stamp, "recorded_at": stamp, "by": actions.PERSON, "data": {"question": "", "refers": []}}
    body = ledger.canonical(said)
    Entry(
        chain=person.record_id,
        seq=seq + 1,
        kind="staff-check",
        at=at,
        recorded_at=at,
        body=body,
        hash=ledger.digest(body),
    ).save()
    facts.refresh([person])


def test_a_line_said_to_be_older_than_a_checkpoint_that_does_not_hold_it_is_found_by_both_verifiers(record, key):
    first = signed(key)
    backdated(record)
    assert any("did not hold it" in fault for fault in wrong(as_json(record), key))
    assert any("does not hold it" in fault for fault in faults(key))
    signed(key)
    assert any("does not hold it" in fault for fault in faults(key))
    exported = as_json(record, since=[int(first.split("\n")[1])])
    assert any("did not hold it" in fault for fault in wrong(exported, key))
    exported["checkpoints"] = []
    assert wrong(exported, key) == []  # nothing to compare with; but whoever kept one of that day
    assert any("did not hold it" in fault for fault in wrong(exported, key, first))


def test_each_line_comes_with_the_checkpoints_between_which_it_was_recorded(record, key):
    for _ in range(3):
        signed(key)
        actions.record_note(patient=record, kind="staff-check", by=actions.PERSON)
    signed(key)
    exported = as_json(record)
    assert len(exported["checkpoints"]) == 3
    assert wrong(exported, key) == []
    exported["checkpoints"][0]["proof"] = exported["checkpoints"][1]["proof"]
    assert wrong(exported, key)


@pytest.mark.parametrize("what", ["chains", "numbers"])
def test_whose_chain_it_is_cannot_be_changed(record, key, what):
    signed(key)
    other = Patient.objects.get(prison_number="A1234BD")
    if what == "chains":
        mine, theirs = record.record_id, other.record_id
        Patient.objects.filter(pk=other.pk).update(record_id=UUID(int=1))
        Patient.objects.filter(pk=record.pk).update(record_id=theirs)
        Patient.objects.filter(pk=other.pk).update(record_id=mine)
    else:
        Patient.objects.filter(pk=other.pk).update(prison_number="A0000AA")
        Patient.objects.filter(pk=record.pk).update(prison_number="A1234BD")
    facts.refresh(Patient.objects.filter(pk__in=[record.pk, other.pk]))
    assert any("begun for another prison number" in fault for fault in faults(key))


def test_records_joined_by_hand_are_found(record, key):
    Patient.objects.filter(prison_number="A1234BD").update(merged_into=record)
    facts.refresh([Patient.objects.get(pk=record.pk)])
    assert any("joined" in fault for fault in faults(key))


def test_a_guard_that_is_gone_or_a_quiet_one_in_its_place_is_found(record, key):
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE" if connection.vendor == "postgresql" else "SELECT 1")
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE consent_entry DISABLE TRIGGER consent_entry_append_only")
        else:
            cursor.execute("DROP TRIGGER consent_entry_no_update")
            cursor.execute(
                "CREATE TRIGGER consent_entry_no_update BEFORE INSERT ON consent_entry BEGIN SELECT RAISE(IGNORE); END"
            )
    assert [fault for fault in faults(key) if fault.startswith("Guard consent_entry")] != []


# -- what adds up -----------------------------------------------------------------------------------------------------


def test_a_joined_record_holds_both_chains_and_adds_up(record, key):
    signed(key)
    kept = Patient.objects.get(prison_number="A1234BE")
    exported = as_json(kept)
    assert len(exported["chains"]) == 2 and len(exported["entries"]) == 2
    assert wrong(exported, key) == []


def test_it_continues_a_checkpoint_that_somebody_kept(record, key):
    kept = signed(key)
    size = check_record.checkpoint(kept, public(key)).size
    for _ in range(5):
        actions.looked(patient=record, who="nurse", what="page")
    signed(key)
    assert wrong(as_json(record, since=[size]), key, kept) == []
    with pytest.raises(NotComparable, match=f"--since {size}"):
        wrong(as_json(record), key, kept)


def test_it_does_not_continue_a_checkpoint_of_another_history(record, key):
    signed(key)
    size = int(keys.last_signed(key).split("\n")[1])
    other = keys.read_key(key).sign(f"example.org/record\n{size - 1}\n{'A' * 43}=\n")
    exported = as_json(record, since=[size - 1])
    assert "does not continue" in wrong(exported, key, other)[0]


def test_the_whole_record_is_in_the_file_to_read(record, key):
    signed(key)
    archive = zipfile.ZipFile(io.BytesIO(export.as_file(record)))
    assert archive.namelist() == ["READ ME FIRST.txt", "record.pdf", "record.json"]
    pdf = pypdf.PdfReader(io.BytesIO(archive.read("record.pdf")))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert "Canary Nightingale" in text and "A1234BC" in text
    assert "Answer: No." in text and "identity vouched for by nurse" in text
    assert "Who looked at your record" in text and "Looked at the record" in text and "LEI" not in text
    shown = json.loads(json.loads(archive.read("record.json"))["shown"][-1]["body"])["sentences"]
    assert len(shown) > 20


def test_what_was_recorded_in_error_is_in_the_file_with_its_reason(record, key):
    signed(key)
    exported = export.record_of(Patient.objects.get(prison_number="A1234BD"))
    assert {"A1234BD", "Robin is her sister", "Interpreter Zed"} == {one["text"] for one in exported["remarks"]}
    assert "recorded in error" not in json.dumps(exported["entries"])  # said by a line's kind, not in prose
    assert any(json.loads(line["data"])["kind"] == "error" for line in exported["entries"])


# -- the verifier on its own ------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(record, key, tmp_path):
    """A folder with the verifier, a record and the public key, and nothing of this project."""
    signed(key)
    shutil.copy(VERIFIER, tmp_path / "check_record.py")
    (tmp_path / "record.zip").write_bytes(export.as_file(record))

    def run(*arguments):
        # -I: neither this folder nor any variable of ours is looked into.
        command = [sys.executable, "-I", "check_record.py", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env={}, timeout=60)

    run.folder = tmp_path
    return run


def test_it_runs_alone_with_the_standard_library_and_one_package(elsewhere):
    tree = ast.parse(VERIFIER.read_text())
    named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    modules = {name.partition(".")[0] for name in named}
    assert modules - sys.stdlib_module_names == {"cryptography"}
    done = elsewhere("record.zip", "--key", "public-keys", "--show")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "This record adds up: everything in it is as it was signed." in done.stdout
    assert "Not checked: record.pdf" in done.stdout
    assert "its first line seals whose it is: A1234BC." in done.stdout
    assert "decision: no to gms-registration" in done.stdout
    assert "What do you want to do?" in done.stdout  # the words, from the checked lines


def test_it_takes_the_key_itself_and_the_json_alone(elsewhere):
    with zipfile.ZipFile(elsewhere.folder / "record.zip") as archive:
        archive.extract("record.json", elsewhere.folder)
    line = (elsewhere.folder / "public-keys").read_text().strip()
    assert elsewhere("record.json", "--key", line).returncode == 0


def test_it_says_what_is_wrong_and_where_and_shows_nothing_of_a_record_that_does_not_add_up(elsewhere):
    with zipfile.ZipFile(elsewhere.folder / "record.zip") as archive:
        changed = json.loads(archive.read("record.json"))
    changed_answer(changed)
    (elsewhere.folder / "record.json").write_text(json.dumps(changed))
    done = elsewhere("record.json", "--key", "public-keys", "--show")
    assert done.returncode == 1
    assert "DOES NOT ADD UP" in done.stdout and "not what was signed" in done.stdout
    assert "Who looked" not in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing.zip", "--key", "public-keys"),
        ("public-keys", "--key", "public-keys"),
        ("record.zip", "--key", "nothing"),
        ("record.zip", "--key", "name+00000000+AAAA"),
        ("record.zip", "--key", "check_record.py"),
        ("record.zip", "--key", "public-keys", "--earlier", "nothing"),
    ],
)
def test_what_cannot_be_checked_is_said_to_be_so_without_a_trace_of_code(elsewhere, arguments):
    done = elsewhere(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("It could not be checked: ") and "Traceback" not in done.stderr


def test_nothing_that_is_printed_moves_the_cursor_or_passes_for_a_line_of_its_own():
    assert check_record.plain("a\x1b[2Kb\nc\u202ed") == "a\\u001b[2Kb\\u000ac\\u202ed"


def test_a_file_that_can_be_read_in_two_ways_is_not_read(elsewhere):
    with zipfile.ZipFile(elsewhere.folder / "record.zip") as archive:
        text = archive.read("record.json").decode()
    twice = elsewhere.folder / "twice.zip"
    with zipfile.ZipFile(twice, "w") as archive:
        archive.writestr("record.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("record.json", text)
    (elsewhere.folder / "names.json").write_text(text.replace("{", '{"format": "else",', 1))
    for name in ("twice.zip", "names.json"):
        assert elsewhere(name, "--key", "public-keys").returncode == 2


def test_a_key_copied_with_a_mistake_is_no_key(key):
    line = keys.verifier_line(public(key)[0])
    another = "x" if line[30] != "x" else "y"  # the key is drawn
    for mistaken in (line[:-3], line.replace("+", "-", 1), line[:30] + another + line[31:]):
        with pytest.raises((ValueError, OSError)):
            read_keys(mistaken)


# -- making it --------------------------------------------------------------------------------------------------------


def test_staff_download_it_and_that_is_recorded(record, key):
    signed(key)
    browser = Client()
    assert browser.get("/staff/people/A1234BC/record.zip").status_code == 302
    from django.contrib.auth.models import User

    browser.force_login(User.objects.get(username="nurse"))
    response = browser.get("/staff/people/A1234BC/record.zip")
    assert response["Content-Type"] == "application/zip" and "attachment" in response["Content-Disposition"]
    assert zipfile.is_zipfile(io.BytesIO(response.content))
    assert AccessEvent.objects.filter(what="export", who="nurse").count() == 1
    assert browser.get("/staff/people/A9999ZZ/record.zip").status_code == 404
    assert b"record.zip" in browser.get("/staff/people/A1234BC/").content


def test_the_command_writes_it_once_and_never_over_another_file(record, key, tmp_path):
    file = tmp_path / "record.zip"
    for number in ("A9999ZZ", "nonsense"):
        with pytest.raises(CommandError, match="Nobody is known"):
            call_command("export_record", number, file)
    signed(key)
    with pytest.raises(CommandError, match="no proof from a checkpoint of that size"):
        call_command("export_record", "A1234BC", file, since=[10**6])
    call_command("export_record", "a1234bc", file)
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_record", "A1234BC", file)
    assert check(json.loads(zipfile.ZipFile(file).read("record.json")), public(key)).wrong == []
