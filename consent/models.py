"""What was asked, shown and decided. The record (Entry) is the truth; Status is worked out from it."""

import uuid

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from consent.roles import Role
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

    class Meta:
        indexes = [
            models.Index(fields=["prison", "left_at", "here_since"], name="status_of_a_prison"),
            models.Index(fields=["counts_until"], name="status_counts_ahead"),
        ]


class Hold(models.TextChoices):
    SECOND_LOOK = "second-look", _("until the check before sending")
    HOURS = "hours", _("for a number of hours")
    NONE = "none", _("not at all")


class PrisonPolicy(models.Model):
    """What one prison has set: how long a yes is held."""

    prison = models.OneToOneField(Prison, models.CASCADE, primary_key=True)
    hold = models.CharField(_("a yes is held"), max_length=12, choices=Hold, default=Hold.SECOND_LOOK)
    hold_hours = models.PositiveSmallIntegerField(_("hours"), default=72)


class ReceptionTakes(models.TextChoices):
    SHORT = "short", _("the short version; the rest for whoever wants it")
    ALL = "all", _("the whole, with all answers")
    GP_RECORD = "gp-record", _("only whether we may ask their GP")


class ReceptionPolicy(models.Model):
    """What reception takes at one prison, for one legal status or (blank) for all others."""

    prison = models.ForeignKey(Prison, models.CASCADE)
    legal_status = models.CharField(max_length=30, blank=True)
    takes = models.CharField(max_length=12, choices=ReceptionTakes, default=ReceptionTakes.SHORT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prison", "legal_status"], name="one_reception_policy")]


class Tablet(models.Model):
    """A tablet that staff enrolled at a prison. Whoever holds its secret is this tablet: consent/kiosk/tablets.py."""

    class Why(models.TextChoices):
        TAKEN_AWAY = "taken-away", _("taken out of use by staff")
        TWO_PLACES = "two-places", _("used from two places: its cookie was copied")
        OUT_OF_TOUCH = "out-of-touch", _("it was cut off for too long just as its cookie changed")

    prison = models.ForeignKey(Prison, models.PROTECT, related_name="tablets")
    name = models.CharField(_("name"), max_length=40)
    # Hashed: the number that enrols it is good once and for ten minutes.
    code = models.CharField(max_length=64, blank=True, db_index=True)
    code_expires_at = models.DateTimeField(null=True)
    enrolled_at = models.DateTimeField(null=True)
    enrolled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    last_seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=12, choices=Why, blank=True)
    history = HistoricalRecords(excluded_fields=["code", "code_expires_at", "last_seen_at"])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prison", "name"], name="one_tablet_of_a_name")]
        ordering = ["prison", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_in_service(self) -> bool:
        return self.enrolled_at is not None and self.revoked_at is None


class Visit(models.Model):
    """One sitting at a tablet. It keeps the steps done, and never an answer that was not confirmed."""

    class Place(models.TextChoices):
        RECEPTION = "reception", _("Reception")
        WING = "wing", _("Later: on the wing or at the second-stage assessment")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="visits")
    prison = models.ForeignKey(Prison, models.PROTECT)
    place = models.CharField(max_length=10, choices=Place, default=Place.RECEPTION)
    started_by = models.ForeignKey(User, models.PROTECT)
    started_at = models.DateTimeField()
    # Hashed: a code is good once and for ten minutes; for as long a visit that was sent waits for its tablet.
    code = models.CharField(max_length=64, blank=True, db_index=True)
    code_expires_at = models.DateTimeField()
    tablet = models.ForeignKey(Tablet, models.PROTECT, null=True, related_name="visits")
    last_seen_at = models.DateTimeField(null=True)  # None: no tablet has shown it yet
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=20, blank=True)
    # Counts the screens; a form made for an earlier screen does nothing.
    turn = models.PositiveIntegerField(default=0)
    state = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=models.Q(ended_at=None), name="one_live_visit_per_person"
            ),
            models.UniqueConstraint(
                fields=["tablet"], condition=models.Q(ended_at=None), name="one_live_visit_per_tablet"
            ),
        ]


class TabletSecret(models.Model):
    """One secret of a tablet, hashed. Those replaced are kept for a while: one that is seen again was copied."""

    tablet = models.ForeignKey(Tablet, models.CASCADE, related_name="secrets")
    hash = models.CharField(max_length=64, unique=True)
    # With the secret itself it gives the next one, so that one whose reply was lost can be given again.
    salt = models.CharField(max_length=32)
    # Whose screens the tablet has shown under this secret.
    visit = models.ForeignKey(Visit, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)


class WrongCode(models.Model):
    """A number that opened nothing was tapped: so many from one place, and its pad has to wait."""

    place = models.CharField(max_length=60, db_index=True)
    at = models.DateTimeField(db_index=True)


class Post(models.Model):
    """A role that a member of staff holds, at one prison or (blank) at every prison. consent/roles.py: what it may."""

    user = models.ForeignKey(User, models.CASCADE, related_name="posts")
    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in Role])
    prison = models.ForeignKey(Prison, models.PROTECT, null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "prison"], name="one_post_at_a_prison"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(prison=None), name="one_post_everywhere"
            ),
        ]


class SignOff(AppendOnly):
    """A named person says that a sentence may be shown; keyed by the sentence's hash, so changed words need it anew."""

    sentence = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)
