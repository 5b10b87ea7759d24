"""The record, what proves it, who looked at it, and what stands by it."""

import uuid

from django.db import models

from registration.models import Patient, Prison


class AppendOnly(models.Model):
    """Rows that are added and never changed. The database refuses the rest (migration 0002); this says so sooner."""

    class Meta:
        abstract = True

    def save(self, *args: object, **kwargs: object) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only.")
        super().save(force_insert=True)

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} is append-only.")


class Entry(AppendOnly):
    """One line of the record. ``body`` holds the exact bytes that ``hash`` is over; the columns only repeat it.

    ``chain`` is a patient's record_id, not a key to the patient: the record must outlive what may be erased.
    """

    chain = models.UUIDField()
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    body = models.BinaryField()
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="one_entry_per_place")]
        # A few among very many, and a list of work is made of them.
        indexes = [models.Index(fields=["chain"], condition=models.Q(kind="capacity-view"), name="entries_on_capacity")]
        ordering = ["chain", "seq"]


class Explanation(AppendOnly):
    """Published words: one file as it was, and as it is shown. Named by the hash of its canonical text."""

    hash = models.CharField(max_length=64, unique=True)
    question = models.CharField(max_length=40)
    language = models.CharField(max_length=20)
    source = models.TextField()
    rendered = models.TextField()
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        get_latest_by = "pk"


class Presentation(AppendOnly):
    """These words were shown, so, then: what an answer was given in view of."""

    hash = models.CharField(max_length=64, unique=True)
    chain = models.UUIDField()
    explanation = models.ForeignKey(Explanation, models.PROTECT)
    # JSON: ordered sentence ids, what was not shown, language, form (text size, heard), drawn order of the choices.
    body = models.TextField()
    shown_at = models.DateTimeField()


NOBODY = uuid.UUID(int=0)


class AccessEvent(AppendOnly):
    """Someone looked at a person's record, printed from it, or was refused; of NOBODY where it is about no person."""

    chain = models.UUIDField(db_index=True)
    at = models.DateTimeField(auto_now_add=True)
    who = models.CharField(max_length=150)
    what = models.CharField(max_length=30)
    prison = models.CharField(max_length=6, blank=True)

    class Meta:
        indexes = [models.Index(fields=["prison", "at"], name="looks_from_a_prison")]


class Leaf(AppendOnly):
    """The place of one row of the record in the signed tree: given once, by the checkpoint command alone."""

    leaf_index = models.BigIntegerField(primary_key=True)
    source = models.CharField(max_length=12)  # consent/proof/leaves.py
    row = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "row"], name="one_leaf_per_row")]


class TreeNode(AppendOnly):
    """The hash of a complete subtree of 256, 65,536 ... leaves, so that a proof need not read them all."""

    level = models.PositiveSmallIntegerField()
    node_index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "node_index"], name="one_node_per_place")]


class Checkpoint(AppendOnly):
    """What was signed: so many leaves, this root. ``note`` is the whole signed text; the columns only repeat it."""

    size = models.BigIntegerField()
    root = models.CharField(max_length=64)
    note = models.TextField(unique=True)
    at = models.DateTimeField()


class Remark(models.Model):
    """What somebody typed with a line of the record: a reason, an interpreter's name.

    The line itself holds only ``seal``, a salted hash, so that these words can be erased and the proof still holds.
    """

    seal = models.CharField(max_length=64, primary_key=True)
    chain = models.UUIDField(db_index=True)
    salt = models.CharField(max_length=32)
    text = models.TextField()


class Status(models.Model):
    """What stands for one person: a projection of the record and the movements, to be thrown away and rebuilt.

    Nothing here changes because time passes: whether it is due, held or settled is worked out when it is read.
    """

    patient = models.OneToOneField(Patient, models.CASCADE, primary_key=True)
    prison = models.ForeignKey(Prison, models.PROTECT, null=True)
    here_since = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    # The latest thing counted; when that lies ahead of the clock the reader counts again.
    counts_until = models.DateTimeField(null=True)
    body = models.TextField()
    # What may wait for them: consent/waiting.py. Blank: not worked out yet, and so read whoever it is.
    waits = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["prison", "left_at", "here_since"], name="status_of_a_prison"),
            models.Index(fields=["counts_until"], name="status_counts_ahead"),
        ]


class SignOff(AppendOnly):
    """A named person says that a sentence may be shown; keyed by the sentence's hash, so changed words need it anew."""

    sentence = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)
