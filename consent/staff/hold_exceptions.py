"""For whom a prison holds a yes otherwise than for everybody: by legal status, by GP at home, or by both together."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.hold import SEEN_FIRST
from consent.models import Hold, HoldException
from consent.roles import Deed
from consent.staff import here
from consent.staff.forms import StaffForm, one_of
from consent.staff.prisons import prison_with
from consent.staff.wording import LEGAL_CHOICES, LEGAL_STATUS
from registration.legal_status import LegalStatus
from registration.models import HomeGP

MOST_HOURS = 24 * 28


class ExceptionForm(StaffForm):
    legal_status = forms.ChoiceField(
        label=_("Legal status"),
        required=False,
        choices=[("", _("Any")), *(pair for pair in LEGAL_CHOICES if pair[0] not in SEEN_FIRST)],
    )
    home_gp = forms.ChoiceField(label=_("GP at home"), required=False, choices=[("", _("Any")), *HomeGP.choices])
    hold = one_of(_("A yes of theirs is held"), Hold.choices)
    hold_hours = forms.IntegerField(
        label=_("Hours, when it is held for a number of hours"), min_value=1, max_value=MOST_HOURS, initial=72
    )

    def clean(self) -> None:
        if not self.cleaned_data.get("legal_status") and not self.cleaned_data.get("home_gp"):
            sentence = gettext("Choose a legal status, a GP at home, or both. For everybody there are the settings.")
            self.add_error("legal_status", sentence)


@here.may(Deed.SETTINGS, anywhere=True)
def hold_exceptions(request: HttpRequest, prison_id: str) -> HttpResponse:
    if not here.posts(request).may(Deed.SETTINGS, prison_id):
        raise here.Refused(Deed.SETTINGS)
    prison = prison_with(request, prison_id)
    if removed := request.POST.get("remove", ""):
        if removed.isdecimal():
            actions.end_hold_exception(prison=prison, pk=int(removed))
        messages.success(request, gettext("Removed. The settings for everybody count for them again."))
        return redirect("hold-exceptions", prison.pk)
    form = ExceptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_hold_exception(prison=prison, **form.cleaned_data)
        messages.success(request, gettext("Saved for %(name)s.") % {"name": prison.name})
        return redirect("hold-exceptions", prison.pk)
    rows = HoldException.objects.filter(prison=prison).order_by("legal_status", "home_gp")
    return here.form_page(
        request,
        form,
        template="hold_exceptions",
        title=gettext("Held otherwise at %(name)s") % {"name": prison.name},
        lead=gettext(
            "For answers given from now on. Whoever is on remand, waits for a sentence or has no known legal status, "
            "and whoever did not hear the whole explanation, is always checked before anything is sent."
        ),
        button=gettext("Add it"),
        rows=[in_words(row) for row in rows],
        back=reverse("prison-settings", args=[prison.pk]),
    )


def in_words(row: HoldException) -> dict[str, Any]:
    legal = str(LEGAL_STATUS[LegalStatus(row.legal_status)]) if row.legal_status else gettext("Any legal status")
    home_gp = str(HomeGP(row.home_gp).label) if row.home_gp else gettext("any answer about a GP at home")
    hours = gettext("for %(hours)s hours") % {"hours": row.hold_hours}
    return {
        "pk": row.pk,
        "who": f"{legal}; {home_gp}",
        "hold": hours if row.hold == Hold.HOURS else row.get_hold_display(),
    }
