"""For the registration: what helps to find somebody's NHS record, asked by the registrar once the yes may be sent."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.questions import GMS_REGISTRATION
from consent.roles import Deed
from consent.staff import history, wording
from consent.staff.forms import StaffForm, one_of, text
from consent.staff.here import done, form_page, of_person, person_page
from consent.staff.matters import matters_with_request
from registration import actions as registration
from registration.details import details_of
from registration.models import Forces, Patient, RegistrationDetails

AS_SAID = _("As far as they know: 2009, or March 2009.")
LONG = {"most": 300, "widget": forms.Textarea(attrs={"rows": 3})}


class DetailsForm(StaffForm):
    """Everything may stay blank: that is "not known"."""

    title = text(_("Title"), most=20, help_text=_("For example Mr, Ms, Dr"))
    previous_family_names = text(_("Earlier family names"), help_text=_("At birth, before a marriage"))
    birth_town = text(_("Town of birth"), most=80)
    birth_country = text(_("Country of birth"), most=80)
    address_before = text(_("Address before prison"), **LONG)
    postcode_before = text(_("Postcode before prison"), most=10)
    previous_address = text(_("UK address before that"), help_text=_("Where their last GP knew them"), **LONG)
    previous_postcode = text(_("Postcode of that address"), most=10)
    last_gp = text(_("Last GP: name of the doctor or the practice"), most=120)
    last_gp_address = text(_("Address of the last GP"), **LONG)
    first_uk_gp_address = text(_("Address where they first had a GP in the UK"), **LONG)
    came_to_uk = text(_("When they came to live in the UK"), most=30, help_text=AS_SAID)
    left_uk = text(_("When they left the UK, if they did"), most=30, help_text=AS_SAID)
    forces = one_of(_("Have they been in the armed forces?"), Forces.choices)
    forces_number = text(_("Service number"), most=30)
    forces_from = text(_("When they enlisted"), most=30, help_text=AS_SAID)
    forces_until = text(_("When they left the forces"), most=30, help_text=AS_SAID)
    forces_address = text(_("Address before they enlisted"), **LONG)
    ethnic_group = text(_("Ethnic group"), most=80, help_text=_("In their own words, and only if they want to say"))
    scr = forms.ChoiceField(
        label=_("Summary Care Record"),
        required=False,
        choices=[("", _("Not asked")), *RegistrationDetails._meta.get_field("scr").choices],
        help_text=_("A choice of its own: only what they say themselves, once they know what it is."),
    )


# Which fields stand together, and why they are asked.
GROUPS = (
    (
        _("Who they were before"),
        _("Many records differ in a name alone. Earlier names and the place of birth help most to find the right one."),
        ("title", "previous_family_names", "birth_town", "birth_country"),
    ),
    (
        _("Where they lived"),
        _("The NHS looks for a record by name, date of birth and postcode. The prison is added by itself."),
        ("address_before", "postcode_before", "previous_address", "previous_postcode"),
    ),
    (
        _("Their GP before"),
        _("The health record comes from there."),
        ("last_gp", "last_gp_address"),
    ),
    (
        _("Where they came from another country, or went to live in one"),
        _("It tells a first record from one that has to be found."),
        ("first_uk_gp_address", "came_to_uk", "left_uk"),
    ),
    (
        _("Armed forces"),
        _("The record of somebody who served may be with the forces."),
        ("forces", "forces_number", "forces_from", "forces_until", "forces_address"),
    ),
    (
        _("Only if they want to"),
        _("Neither helps to find their record."),
        ("ethnic_group", "scr"),
    ),
)


@of_person("registration details", Deed.REGISTRATIONS)
def details(request: HttpRequest, person: Patient) -> HttpResponse:
    known = details_of(registration.family(person))
    form = DetailsForm(request.POST or None, initial={name: getattr(known, name) for name in DetailsForm.base_fields})
    matter = next(m for m in matters_with_request(person) if m.question is GMS_REGISTRATION)
    is_wanted = matter.work.make is not None
    if request.method == "POST" and not is_wanted:
        form.add_error(None, gettext("There is no registration to make for them now. Nothing was kept."))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, actions.keep_details, patient=person, **form.cleaned_data)
    ):
        messages.success(request, gettext("Saved. What is blank counts as not known."))
        return redirect("registration-form", person.prison_number)
    return form_page(
        request,
        form,
        template="registration_details",
        title=gettext("For the registration"),
        lead=gettext(
            "Ask this now, in private, and never in reception. Everything may stay blank: blank is “not known”. "
            "Never ask for a European health card, nor whether they would have to pay outside."
        ),
        warning="" if is_wanted else gettext("Nothing is asked: there is no registration to make for them now."),
        button=gettext("Save, and go on to the form"),
        person=person,
        back=person_page(person),
        groups=[(title, why, [form[name] for name in names]) for title, why, names in GROUPS],
        known=known_already(person),
        changes=history.changes(known.history.all(), untold=("patient",)) if known.pk else [],
    )


def known_already(person: Patient) -> list[tuple[str, str]]:
    unknown = gettext("Not known")
    born = wording.birthday(person.date_of_birth) if person.date_of_birth else unknown
    return [
        (gettext("Name"), person.name or unknown),
        (gettext("Other names"), person.aliases or gettext("None recorded")),
        (gettext("Date of birth"), born),
        (gettext("Sex"), person.get_sex_display() if person.sex else unknown),
        (gettext("NHS number"), wording.nhs_number(person.nhs_number) if person.nhs_number else unknown),
        (gettext("GP at home"), person.get_home_gp_display()),
    ]
