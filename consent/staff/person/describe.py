"""Who the person is, and their legal status: what may be changed, with what it was kept."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.roles import Deed
from consent.staff.forms import BirthField, MomentField, StaffForm, language_field, one_of, text, this_minute
from consent.staff.here import done, form_page, of_person
from consent.staff.wording import LEGAL_CHOICES
from registration.identifiers import NotAnIdentifier, nhs_number
from registration.legal_status import LegalStatus
from registration.models import HomeGP, Patient


class DescribeForm(StaffForm):
    """Who the person is. Anything not known stays blank."""

    given_names = text(_("Given names"), most=80)
    family_name = text(_("Family name"), most=80)
    aliases = text(_("Other names"))
    nhs_number = text(_("NHS number"), most=20, help_text=_("10 digits, like 999 000 0018"))
    date_of_birth = BirthField(label=_("Date of birth"))
    sex = forms.ChoiceField(
        label=_("Sex"),
        required=False,
        choices=[("", _("Not known")), ("female", _("Female")), ("male", _("Male"))],
    )
    language = language_field()
    needs_interpreter = forms.BooleanField(label=_("Needs an interpreter"), required=False)
    communication_needs = text(
        _("Communication needs"), help_text=_("For example large print, a hearing aid, cannot read. No diagnosis.")
    )
    home_gp = one_of(_("GP at home"), HomeGP.choices)
    is_sensitive = forms.BooleanField(
        label=_("Sensitive record: not for a tablet; staff talk with them"), required=False
    )

    def clean_nhs_number(self) -> str:
        typed = self.cleaned_data["nhs_number"]
        try:
            return nhs_number(typed) if typed else ""
        except NotAnIdentifier as problem:
            raise forms.ValidationError(gettext(str(problem))) from problem

    @classmethod
    def of(cls, person: Patient) -> dict[str, Any]:
        return {name: getattr(person, name) for name in cls.base_fields}


class LegalStatusForm(StaffForm):
    status = one_of(_("Legal status"), LEGAL_CHOICES)
    at = MomentField(label=_("Since when"), initial=this_minute)
    source = text(_("Where you have it from"), required=True, most=80, help_text=_("For example the warrant"))
    corrects = forms.BooleanField(label=_("This corrects a typing mistake: the status has not changed"), required=False)


@of_person("description", Deed.ARRIVALS)
def describe(request: HttpRequest, person: Patient) -> HttpResponse:
    form = DescribeForm(request.POST or None, initial=DescribeForm.of(person))
    if (
        request.method == "POST"
        and form.is_valid()
        and done(form, actions.describe_patient, patient=person, **form.cleaned_data)
    ):
        messages.success(request, gettext("Saved. What it was before is kept below."))
        return redirect("person", person.prison_number)
    return form_page(
        request,
        form,
        title=gettext("Who they are"),
        button=gettext("Save"),
        person=person,
        back=reverse("person", args=[person.prison_number]),
    )


@of_person("legal status", Deed.ARRIVALS)
def legal_status(request: HttpRequest, person: Patient) -> HttpResponse:
    form = LegalStatusForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        if done(
            form,
            actions.record_legal_status,
            patient=person,
            status=LegalStatus(typed["status"]),
            at=typed["at"],
            source=f"{typed['source']} ({request.user.get_username()})",
            corrects_the_last=typed["corrects"],
        ):
            messages.success(request, gettext("Legal status recorded."))
            return redirect("person", person.prison_number)
    return form_page(
        request,
        form,
        title=gettext("Legal status"),
        lead=gettext("A change of legal status can mean that someone who said no is offered a fresh look, once."),
        button=gettext("Record"),
        person=person,
        back=reverse("person", args=[person.prison_number]),
    )
