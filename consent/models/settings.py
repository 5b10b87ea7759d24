"""What a prison has set."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from registration.models import Prison


class Hold(models.TextChoices):
    SECOND_LOOK = "second-look", _("until the check before sending")
    HOURS = "hours", _("for a number of hours")
    NONE = "none", _("not at all")


class PrisonPolicy(models.Model):
    """What one prison has set: how long a yes is held."""

    prison = models.OneToOneField(Prison, models.CASCADE, primary_key=True)
    hold = models.CharField(_("a yes is held"), max_length=12, choices=Hold, default=Hold.SECOND_LOOK)
    hold_hours = models.PositiveSmallIntegerField(_("hours"), default=72)
    history = HistoricalRecords()


class HoldException(models.Model):
    """At one prison a yes is held otherwise for one legal status, for a GP at home or none, or for both together."""

    prison = models.ForeignKey(Prison, models.CASCADE, related_name="hold_exceptions")
    legal_status = models.CharField(max_length=30, blank=True)
    home_gp = models.CharField(max_length=6, blank=True)
    hold = models.CharField(max_length=12, choices=Hold)
    hold_hours = models.PositiveSmallIntegerField(default=72)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prison", "legal_status", "home_gp"], name="one_hold_exception_for_a_group")
        ]


class ReceptionTakes(models.TextChoices):
    SHORT = "short", _("the short version; the rest for whoever wants it")
    ALL = "all", _("the whole, with all answers")
    GP_RECORD = "gp-record", _("only whether we may ask their GP")


class ReceptionPolicy(models.Model):
    """What reception takes at one prison, for one legal status or (blank) for all others."""

    prison = models.ForeignKey(Prison, models.CASCADE)
    legal_status = models.CharField(max_length=30, blank=True)
    takes = models.CharField(max_length=12, choices=ReceptionTakes, default=ReceptionTakes.SHORT)
    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prison", "legal_status"], name="one_reception_policy")]
