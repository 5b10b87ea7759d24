"""Tablets, and each sitting at one."""

import uuid

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from registration.models import Patient, Prison


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
