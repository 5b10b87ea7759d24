"""Checkpoints: what is signed, by whom, and what is never signed."""

import base64
import shutil
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from consent import actions
from consent.models import AccessEvent, Checkpoint, Entry, Explanation, Leaf, Presentation, SignOff, TreeNode
from consent.proof import checkpoints, keys, merkle
from consent.proof.check_record import NotGenuine, check_consistency, checkpoint, public_key, signed_text
from consent.proof.checkpoints import Refused
from consent.proof.tree import StoredTree
from registration.models import Patient
from tests.application_role import as_owner
from tests.proving import ORIGIN, by_force, faults, public, signed

pytestmark = pytest.mark.django_db


def looked(times=1):
    for _ in range(times):
        actions.looked(patient=Patient.objects.get(prison_number="A1234BC"), who="nurse", what="page")


# -- what is refused --------------------------------------------------------------------------------------------------


def test_nothing_is_signed_over_a_record_that_lost_rows(record, key):
    signed(key)
    by_force("DELETE FROM consent_leaf WHERE leaf_index > 3")
    with pytest.raises(Refused, match="restored from an older backup"):
        signed(key)
    assert Checkpoint.objects.count() == 1


def test_nothing_is_signed_after_a_restore_from_a_backup_even_when_the_new_rows_are_as_many(record, key):
    signed(key)
    size = Leaf.objects.count()
    looked(3)
    last = signed(key)
    # The backup was made before the last checkpoint; since then, others looked.
    by_force(
        f"DELETE FROM consent_leaf WHERE leaf_index >= {size}",
        "DELETE FROM consent_checkpoint WHERE id = (SELECT max(id) FROM consent_checkpoint)",
        f"UPDATE consent_accessevent SET who = 'other' WHERE id > {AccessEvent.objects.count() - 3}",
    )
    for _ in range(2):
        with pytest.raises(Refused):
            signed(key)
        looked(5)
    assert keys.last_signed(key) == last
    assert any("kept elsewhere" in fault for fault in faults(key))


def test_nothing_is_signed_over_leaves_that_were_changed(record, key):
    signed(key)
    by_force("UPDATE consent_leaf SET hash = (SELECT hash FROM consent_leaf WHERE leaf_index = 1) WHERE leaf_index = 2")
    looked()
    with pytest.raises(Refused):
        signed(key)


def test_a_signer_whose_memory_was_put_back_does_not_contradict_the_database(record, key, tmp_path):
    signed(key)
    shutil.copy(keys.last_file(key), tmp_path / "older")
    looked()
    signed(key)
    by_force("DELETE FROM consent_leaf WHERE leaf_index = (SELECT max(leaf_index) FROM consent_leaf)")
    shutil.copy(tmp_path / "older", keys.last_file(key))
    with pytest.raises(Refused, match="that the database holds"):
        signed(key)


def test_a_record_that_was_lost_goes_on_under_a_new_name_and_the_old_promise_stays(record, key, settings, tmp_path):
    signed(key)
    looked(2)
    promised = signed(key)
    by_force(
        "DELETE FROM consent_leaf WHERE leaf_index = (SELECT max(leaf_index) FROM consent_leaf)",
        "DELETE FROM consent_accessevent WHERE id = (SELECT max(id) FROM consent_accessevent)",
        "DELETE FROM consent_checkpoint WHERE id = (SELECT max(id) FROM consent_checkpoint)",
    )
    settings.CHECKPOINT_KEY = tmp_path / "new key"
    with as_owner():
        call_command("checkpoint", make_key="example.org/record-2")
    assert len(settings.CHECKPOINT_PUBLIC_KEYS.read_text().splitlines()) == 2
    call_command("verify_record")
    (tmp_path / "promised").write_text(promised)
    with pytest.raises(CommandError, match="does not add up"):
        call_command("verify_record", against=tmp_path / "promised")


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nbreak"])
def test_a_log_needs_a_name_that_can_stand_in_a_note(tmp_path, name):
    with pytest.raises(keys.KeyProblem, match="no spaces and no plus"):
        keys.make_key(tmp_path / "key", name)


def test_a_key_is_never_overwritten_and_is_for_its_owner_alone(key):
    before = key.read_text()
    with pytest.raises(CommandError, match="never overwritten"):
        call_command("checkpoint", make_key="example.org/other")
    assert key.read_text() == before
    assert key.stat().st_mode & 0o077 == 0


def test_a_missing_or_damaged_key_signs_nothing_and_says_what_to_do(record, key, settings):
    settings.IS_DEMONSTRATION = False
    text = key.read_text()
    for damaged in ("", "nonsense", text[:-9] + "AAAAAAA=", text.replace(ORIGIN, "else")):
        key.write_text(damaged)
        with pytest.raises(CommandError, match="key"):
            call_command("checkpoint")
    key.unlink()
    with pytest.raises(CommandError, match="--make-key"):
        call_command("checkpoint")
    assert not Checkpoint.objects.exists()


def test_two_signers_at_once_are_refused(record, key):
    with keys.held(key), pytest.raises(keys.KeyProblem, match="Another checkpoint"):
        signed(key)


# -- what is signed ---------------------------------------------------------------------------------------------------


def test_the_note_is_what_other_programs_write_and_read():
    """The example of Go's golang.org/x/mod/sumdb/note: same key, same text, same signature."""
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    seed = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
    signer = keys.Signer("PeterNeumann", seed)
    line = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    assert keys.verifier_line(signer.public) == line
    note = (
        text + "\n— PeterNeumann "
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert signer.sign(text) == note
    assert signed_text(note, [public_key(line)]) == (text, {"PeterNeumann"})


def test_a_checkpoint_covers_every_row_of_every_append_only_table(record, key):
    with as_owner():
        SignOff(sentence="1" * 64, name="A clinician", role="Clinical safety officer").save()
    note = signed(key)
    rows = {"entry": Entry, "explanation": Explanation, "presentation": Presentation, "access": AccessEvent}
    for source, model in {**rows, "sign-off": SignOff}.items():
        keys_of = set(model.objects.values_list("pk", flat=True))
        assert keys_of and set(Leaf.objects.filter(source=source).values_list("row", flat=True)) == keys_of
    head = checkpoint(note, public(key))
    assert (head.origin, head.size, head.root) == (ORIGIN, Leaf.objects.count(), StoredTree().root(head.size))
    assert faults(key) == []


def test_with_nothing_new_the_last_checkpoint_stays(record, key):
    assert signed(key) == signed(key) == keys.last_signed(key)
    assert Checkpoint.objects.count() == 1


def test_each_checkpoint_continues_and_names_the_one_before_it(record, key):
    heads = []
    for _ in range(4):
        looked(2)
        heads.append(checkpoint(signed(key), public(key)))
    tree = StoredTree()
    for old, new in pairwise(heads):
        proof = merkle.consistency_proof(old.size, new.size, tree.node)
        check_consistency(old.size, new.size, old.root, new.root, proof)
    assert [bool(head.follows) for head in heads] == [False, True, True, True]
    assert faults(key) == []


def test_a_record_of_many_rows_keeps_the_nodes_of_its_tree(record, key):
    now = timezone.now()
    chain = record.record_id
    AccessEvent.objects.bulk_create(AccessEvent(chain=chain, at=now, who=f"n{n}", what="page") for n in range(700))
    head = checkpoint(signed(key), public(key))
    assert TreeNode.objects.filter(level=8).count() == head.size // 256 >= 2
    leaves = [bytes(row) for row in Leaf.objects.order_by("leaf_index").values_list("hash", flat=True)]
    tree = merkle.Frontier()
    for leaf in leaves:
        list(tree.add(leaf))
    assert head.root == tree.root()
    assert faults(key) == []


def test_a_row_that_was_overlooked_gets_its_place_when_all_are_looked_through(record, key, monkeypatch):
    signed(key)
    monkeypatch.setattr(checkpoints, "floor", lambda name, before: 10**9)
    looked()
    assert checkpoint(signed(key), public(key)).size < checkpoint(signed(key, everything=True), public(key)).size
    assert faults(key) == []


# -- crashes ----------------------------------------------------------------------------------------------------------


class Crash(BaseException):
    pass


@pytest.mark.parametrize("step", ["place_new_rows", "keep_last", "publish"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_step_leaves_a_record_that_adds_up_and_can_be_signed(record, key, monkeypatch, step, when):
    signed(key)
    looked()
    module = keys if step == "keep_last" else checkpoints
    whole = getattr(module, step)

    def crashes(*args, **more):
        # Publishing is asked for twice; the first time only makes good what an earlier crash left.
        if step == "publish" and Checkpoint.objects.filter(note=args[0]).exists():
            return whole(*args, **more)
        if when == "after":
            whole(*args, **more)
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(module, step, crashes)
        with pytest.raises(Crash):
            signed(key)
    assert [fault for fault in faults(key) if "stores it when it next runs" not in fault] == []
    promised = keys.last_signed(key)
    looked()
    signed(key)
    assert Checkpoint.objects.filter(note=promised).exists()
    assert faults(key) == []


def test_a_note_signed_by_nobody_known_is_not_believed(record, key):
    note = signed(key)
    stranger = keys.Signer(ORIGIN, b"1" * 32)
    with pytest.raises(NotGenuine, match="none of the public keys"):
        checkpoint(note, [stranger.public])
    head, _, _ = note.partition("\n\n")
    for forged in (stranger.sign(head + "\n"), note.replace("\n— ", "\n- "), note.replace(ORIGIN + "\n", "else\n", 1)):
        with pytest.raises(NotGenuine):
            checkpoint(forged, public(key))
