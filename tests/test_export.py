"""One person's record as a file, and the verifier that somebody carries to another machine."""

import ast
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from consent import actions
from consent.models import AccessEvent, Entry
from consent.proof import check_record, export, keys
from consent.proof.check_record import NotGenuine, check, read_keys
from registration.models import Patient
from tests.proving import public, signed

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


DEEDS = [
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
    assert "--since" in wrong(as_json(record), key, kept)[0]


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
    assert {"Robin is her sister", "Interpreter Zed"} == {remark["text"] for remark in exported["remarks"]}
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
    assert "This record adds up." in done.stdout
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


def test_a_key_copied_with_a_mistake_is_no_key(key):
    line = keys.verifier_line(public(key)[0])
    for mistaken in (line[:-3], line.replace("+", "-", 1), line[:30] + "x" + line[31:]):
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
