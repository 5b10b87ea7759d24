"""The way from a yes to a registration."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from registration.models.people import Patient, Prison


class RegistrationRequest(models.Model):
    """The work that follows a yes: the way from "you said yes" to "you are registered", which are not the same."""

    class State(models.TextChoices):
        TO_MAKE = "to-make", _("to make")
        MADE = "made", _("made")
        CONFIRMED = "confirmed", _("confirmed")
        REJECTED = "rejected", _("rejected")
        STOPPED = "stopped", _("stopped")
        # They left the prison GP's list: registered elsewhere, died.
        ENDED = "ended", _("ended")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="registration_requests")
    state = models.CharField(max_length=10, choices=State, default=State.TO_MAKE)
    # What asked for it: the record line of the yes.
    asked_by = models.CharField(max_length=64)
    # An imported yes may be registered already: confirm rather than make again.
    to_confirm = models.BooleanField(default=False)
    # Whoever has the person now confirms what another prison made, and does not make it again.
    made_in = models.ForeignKey(Prison, models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=models.Q(state__in=["to-make", "made"]),
                name="one_open_registration_request",
            )
        ]


class Forces(models.TextChoices):
    UNKNOWN = "unknown", _("Not known")
    YES = "yes", _("Yes")
    NO = "no", _("No")


class RegistrationDetails(models.Model):
    """What helps to find a person's NHS record, beside who they are: the rest of what form GMS1 asks for.

    Blank is "not known", and everything may be. Dates are as far as the person knows them: "2009", "March 2009". Never
    the European card (EHIC), nor whether somebody would be charged outside: reference/domain.md 8a.
    """

    patient = models.OneToOneField(Patient, models.PROTECT, related_name="registration_details")
    title = models.CharField(_("title"), max_length=20, blank=True)
    previous_family_names = models.CharField(_("earlier family names"), max_length=200, blank=True)
    birth_town = models.CharField(_("town of birth"), max_length=80, blank=True)
    birth_country = models.CharField(_("country of birth"), max_length=80, blank=True)
    address_before = models.CharField(_("address before prison"), max_length=300, blank=True)
    postcode_before = models.CharField(_("postcode before prison"), max_length=10, blank=True)
    previous_address = models.CharField(_("UK address before that"), max_length=300, blank=True)
    previous_postcode = models.CharField(_("postcode before that"), max_length=10, blank=True)
    last_gp = models.CharField(_("last GP"), max_length=120, blank=True)
    last_gp_address = models.CharField(_("address of the last GP"), max_length=300, blank=True)
    first_uk_gp_address = models.CharField(_("address of the first GP in the UK"), max_length=300, blank=True)
    came_to_uk = models.CharField(_("when they came to live in the UK"), max_length=30, blank=True)
    left_uk = models.CharField(_("when they left the UK"), max_length=30, blank=True)
    forces = models.CharField(_("in the armed forces"), max_length=7, choices=Forces, default=Forces.UNKNOWN)
    forces_number = models.CharField(_("service number"), max_length=30, blank=True)
    forces_from = models.CharField(_("when they enlisted"), max_length=30, blank=True)
    forces_until = models.CharField(_("when they left the forces"), max_length=30, blank=True)
    forces_address = models.CharField(_("address before enlisting"), max_length=300, blank=True)
    ethnic_group = models.CharField(_("ethnic group"), max_length=80, blank=True)
    scr = models.CharField(
        _("Summary Care Record"),
        max_length=10,
        blank=True,
        choices=[
            ("additional", _("Core and additional information")),
            ("core", _("Core information only")),
            ("none", _("No Summary Care Record")),
        ],
    )
    history = HistoricalRecords()
