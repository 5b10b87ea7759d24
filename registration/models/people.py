"""Prisons, and people as healthcare knows them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from registration.legal_status import LegalStatus


class Prison(models.Model):
    """A prison, by the prison service's own id. Facts come from registration/prisons.csv, or from staff."""

    id = models.CharField(primary_key=True, max_length=6)
    name = models.CharField(_("name"), max_length=120)
    sex = models.CharField(_("sex"), max_length=10, blank=True)
    type = models.CharField(_("type"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=20, blank=True)
    site_ods_code = models.CharField(_("GP ODS code of this site"), max_length=10, blank=True)
    active = models.BooleanField(_("in use"), default=True)
    # Given to whoever leaves, and to the GP who takes them on: how to reach healthcare here.
    healthcare_contact = models.CharField(_("how to reach healthcare"), max_length=120, blank=True)
    # Where people live now, for the registration form; no file of ours has it.
    address = models.CharField(_("address"), max_length=200, blank=True)
    # False for an id that arrived in a message and is in no file: staff complete it.
    is_complete = models.BooleanField(default=True)
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class HomeGP(models.TextChoices):
    YES = "yes", _("Has a GP at home")
    NO = "no", _("Has no GP at home")
    UNSURE = "unsure", _("Not sure")


class Patient(models.Model):
    """A person as healthcare knows them. Unknown is blank; nothing here says why they are in prison."""

    # Names the person's chain in the record, which holds no name and no number.
    record_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    prison_number = models.CharField(_("prison number"), max_length=7, unique=True)
    nhs_number = models.CharField(_("NHS number"), max_length=10, blank=True)
    family_name = models.CharField(_("family name"), max_length=80, blank=True)
    given_names = models.CharField(_("given names"), max_length=80, blank=True)
    aliases = models.CharField(_("other names"), max_length=200, blank=True)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=10, blank=True, choices=[("female", _("Female")), ("male", _("Male"))])
    language = models.CharField(_("language"), max_length=20, blank=True)
    needs_interpreter = models.BooleanField(_("needs an interpreter"), default=False)
    communication_needs = models.CharField(_("communication needs"), max_length=200, blank=True)
    # What helps, by category: {"001": "short sentences"}; registration/support.py.
    support = models.JSONField(_("support"), default=dict, blank=True)
    support_is_shared = models.BooleanField(_("support may be shared"), default=False)
    home_gp = models.CharField(_("GP at home"), max_length=6, choices=HomeGP, default=HomeGP.UNSURE)
    is_sensitive = models.BooleanField(_("sensitive record"), default=False)
    # As staff were told, for no feed has them; told in an earlier stay they count no more (registration/leaving.py).
    expected_release = models.DateField(_("expected release date"), null=True, blank=True)
    next_court = models.DateField(_("next court date"), null=True, blank=True)
    leaving_told_at = models.DateTimeField(null=True, blank=True)
    # Joined: this record now points at the one that stands for the person. No line of the record moves.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_from")
    history = HistoricalRecords()

    class Meta:
        indexes = [
            models.Index(fields=["family_name"]),
            models.Index(fields=["nhs_number"]),
            # A few among very many, and a list of work is made of them.
            models.Index(
                fields=["leaving_told_at"],
                condition=models.Q(leaving_told_at__isnull=False),
                name="people_with_leaving_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.prison_number

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()


class LegalStatusRecord(models.Model):
    """One thing we were told of a person's legal status. Never derived from a movement."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="legal_statuses")
    at = models.DateTimeField()
    status = models.CharField(max_length=30, choices=[(s.value, s.value) for s in LegalStatus])
    # Set by a convicted-status-changed message, which says no more than this.
    convicted = models.BooleanField(null=True, blank=True)
    source = models.CharField(max_length=120)
    # A typing mistake put right is not a change of status.
    corrected_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="corrects")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]


class Notice(models.Model):
    """The prison service told us something about a person that a member of staff must look at."""

    class Kind(models.TextChoices):
        BOOKING_MOVED = "booking-moved", _("A booking was moved between two prison numbers")
        BOOKING_DELETED = "booking-deleted", _("A booking was deleted")
        STATUS_CHANGED = "status-changed", _("Legal status changed: check what it is now")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=Kind)
    at = models.DateTimeField()
    # The message's fingerprint: what a member of staff's "dealt with" refers to.
    key = models.CharField(max_length=64)
    detail = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "key"], name="one_notice_per_message")]


class MergeRecord(models.Model):
    """The prison service joined two numbers."""

    kept = models.ForeignKey(Patient, models.PROTECT, related_name="merges_kept")
    removed = models.ForeignKey(Patient, models.PROTECT, related_name="merges_removed")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kept", "removed", "at"], name="one_merge_once")]


class ScreeningOutcome(models.Model):
    """What became of one screening programme for a person who is not called by themselves; the newest, history behind.

    ``programme``: its id in screening.toml.
    """

    class Outcome(models.TextChoices):
        REFERRED = "referred", _("Referred by hand")
        DONE = "done", _("Done")
        DECLINED = "declined", _("Declined")
        NOT_ELIGIBLE = "not-eligible", _("Not eligible")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="screening_outcomes")
    programme = models.CharField(max_length=20)
    outcome = models.CharField(max_length=12, choices=Outcome)
    on = models.DateField()
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "programme"], name="one_outcome_a_programme")]
