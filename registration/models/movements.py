"""What was told of arrivals and departures."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from registration.legal_status import LegalStatus
from registration.models.people import Patient, Prison
from registration.movements import Direction, Source


class Message(models.Model):
    """One message from a feed, kept whole with what became of it."""

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("applied")
        NO_EFFECT = "no_effect", _("no effect")
        NOT_UNDERSTOOD = "not_understood", _("not understood")

    fingerprint = models.CharField(max_length=64, unique=True)
    body = models.TextField()
    event_type = models.CharField(max_length=120, blank=True)
    prison_number = models.CharField(max_length=7, blank=True)
    outcome = models.CharField(max_length=20, choices=Outcome)
    detail = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    # A member of staff has read it and done what it needs.
    dealt_with_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["received_at"],
                name="message_to_look_at",
                condition=models.Q(outcome="not_understood", dealt_with_at=None),
            )
        ]


class Movement(models.Model):
    """One arrival or departure as somebody told it: a fact, added and never changed."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="movements")
    at = models.DateTimeField()
    direction = models.CharField(max_length=4, choices=[(d.value, d.value) for d in Direction])
    reason = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=20, blank=True)
    prison = models.ForeignKey(Prison, models.PROTECT, null=True, blank=True)
    source = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Source])
    reception_date = models.DateField(null=True, blank=True)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True)
    told_by = models.CharField(max_length=150, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["at", "id"]


class Expected(models.Model):
    """A reception's list has this person coming to this prison. That they came is never stored here: their movements
    say so. One row for each person and prison; a later list changes it."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="expected")
    prison = models.ForeignKey(Prison, models.PROTECT, related_name="+")
    on = models.DateField()
    at = models.TimeField(null=True, blank=True)
    way = models.CharField(max_length=10)
    comes_from = models.CharField(max_length=80, blank=True)
    legal_status = models.CharField(max_length=30, choices=[(s.value, s.value) for s in LegalStatus])
    # The list gave the family name and the date of birth that were known already.
    is_certain = models.BooleanField(default=False)
    told_by = models.CharField(max_length=150)
    told_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patient", "prison"], name="expected_once_at_a_prison")]
        indexes = [models.Index(fields=["prison", "on"], name="expected_at_a_prison")]


class RollRead(models.Model):
    """A prison's own list of who is there was held against ours, as of this time, and ours put right."""

    prison = models.ForeignKey(Prison, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["prison", "-at"], name="last_roll_of_a_prison")]
