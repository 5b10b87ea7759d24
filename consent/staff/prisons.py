"""Prisons: those still to be completed, how each holds a yes, and what its reception takes."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.models import Hold, PrisonPolicy, ReceptionPolicy, ReceptionTakes
from consent.roles import Deed
from consent.staff import here
from consent.staff.forms import StaffForm, one_of, text
from consent.staff.wording import LEGAL_STATUS
from registration.legal_status import LegalStatus
from registration.models import Prison

COUNTRIES = [(name, name) for name in ("England", "Wales", "Scotland", "Northern Ireland")]
CONTACT = ("healthcare_contact", "address")
SEXES = [("male", _("Men")), ("female", _("Women")), ("mixed", _("Both"))]


class CompleteForm(StaffForm):
    name = text(_("Name"), required=True, most=120, help_text=_("As on signs and letters, like Leeds (HMP)"))
    country = one_of(_("Country"), COUNTRIES)
    sex = one_of(_("Who is held there"), SEXES)
    type = text(_("Type"), most=20, help_text=_("Like HMP, or HMP & YOI"))
    site_ods_code = text(_("GP ODS code of this site"), most=10, help_text=_("Leave it blank when nobody knows it."))


class PolicyForm(StaffForm):
    healthcare_contact = text(
        _("How to reach healthcare here"),
        most=120,
        help_text=_("For papers that people take along when they leave. Left blank, there is a line to write it on."),
    )
    address = text(
        _("Address of the prison, with its postcode"),
        most=200,
        help_text=_("For the page that people sign to be registered: it is where they live now."),
    )
    hold = one_of(_("A yes to signing up is held"), Hold.choices)
    hold_hours = forms.IntegerField(
        label=_("Hours, when it is held for a number of hours"), min_value=1, max_value=24 * 28
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everyone = one_of(_("Reception takes, for everyone not named below"), ReceptionTakes.choices)
        everyone.widget.attrs["class"] = "nhsuk-radios__input"
        everyone.initial = ReceptionTakes.SHORT
        self.fields[takes_field("")] = everyone
        for status, name in LEGAL_STATUS.items():
            if status != LegalStatus.UNKNOWN:
                self.fields[takes_field(status)] = forms.ChoiceField(
                    label=gettext("Reception takes, for: %(who)s") % {"who": name},
                    required=False,
                    choices=[("", _("the same as for everyone")), *ReceptionTakes.choices],
                    widget=forms.Select(attrs={"class": "nhsuk-select"}),
                )

    def takes(self) -> dict[str, str]:
        return {n.removeprefix("takes-"): v for n, v in self.cleaned_data.items() if n.startswith("takes-")}


def takes_field(status: str) -> str:
    return f"takes-{status}"


@here.may(Deed.PRISONS, anywhere=True)
def prisons(request: HttpRequest) -> HttpResponse:
    known = here.prisons(request).values()
    return here.page(
        request,
        "prisons",
        incomplete=[prison for prison in known if not prison.is_complete],
        complete=[prison for prison in known if prison.is_complete and prison.active],
        national_code=settings.NATIONAL_PRACTICE_ODS_CODE,
    )


@here.may(Deed.PRISONS, anywhere=True)
def complete(request: HttpRequest, prison_id: str) -> HttpResponse:
    prison = prison_with(request, prison_id)
    fields = ("name", "country", "sex", "type", "site_ods_code")
    known = {name: getattr(prison, name) for name in fields}
    if prison.name == prison.pk:
        known["name"] = ""  # an id that arrived in a message stands in for a name that nobody gave yet
    form = CompleteForm(request.POST or None, initial=known)
    if (
        request.method == "POST"
        and form.is_valid()
        and here.done(form, actions.complete_prison, prison=prison, **form.cleaned_data)
    ):
        messages.success(request, gettext("%(name)s is complete.") % {"name": form.cleaned_data["name"]})
        return redirect("prisons")
    return here.form_page(
        request,
        form,
        title=gettext("What is known of %(id)s") % {"id": prison.pk},
        lead=gettext("Nothing is asked in a prison outside England, so the country matters."),
        button=gettext("Save"),
        back=reverse("prisons"),
    )


@here.may(Deed.SETTINGS, anywhere=True)
def policy(request: HttpRequest, prison_id: str) -> HttpResponse:
    if not here.posts(request).may(Deed.SETTINGS, prison_id):
        raise here.Refused(Deed.SETTINGS)
    prison = prison_with(request, prison_id)
    form = PolicyForm(request.POST or None, initial=set_now(prison))
    if (
        request.method == "POST"
        and form.is_valid()
        and here.done(
            form,
            actions.set_prison_policy,
            prison=prison,
            hold=form.cleaned_data["hold"],
            hold_hours=form.cleaned_data["hold_hours"],
            takes=form.takes(),
            contact={name: form.cleaned_data[name] for name in CONTACT},
        )
    ):
        messages.success(request, gettext("Saved for %(name)s.") % {"name": prison.name})
        return redirect("prisons")
    return here.form_page(
        request,
        form,
        template="prison_settings",
        prison_id=prison.pk,
        title=gettext("Settings of %(name)s") % {"name": prison.name},
        lead=gettext("For answers given from now on. An answer that was given keeps the hold it was given with."),
        button=gettext("Save"),
        back=reverse("prisons"),
    )


def set_now(prison: Prison) -> dict[str, Any]:
    hold = PrisonPolicy.objects.filter(prison=prison).first() or PrisonPolicy(prison=prison)
    taken = {takes_field(p.legal_status): p.takes for p in ReceptionPolicy.objects.filter(prison=prison)}
    return {
        "hold": hold.hold,
        "hold_hours": hold.hold_hours,
        **{name: getattr(prison, name) for name in CONTACT},
        **taken,
    }


def prison_with(request: HttpRequest, prison_id: str) -> Prison:
    prison = here.prisons(request).get(prison_id)
    if prison is None:
        raise here.NothingThere(gettext("There is no prison %(id)s.") % {"id": prison_id})
    return prison
