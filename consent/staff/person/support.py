"""What makes talking with somebody easier, by the categories that health records share."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.roles import Deed
from consent.staff.forms import StaffForm, text
from consent.staff.here import done, form_page, of_person, person_page
from registration.models import Patient
from registration.support import BY_CODE, CATEGORIES

NAMES = {
    "001": _("Communication support"),
    "002": _("Communication professional"),
    "003": _("Contact method"),
    "004": _("Information format"),
    "005": _("Additional communication needs"),
    "006": _("Community language support"),
    "007": _("Additional support"),
    "008": _("Individual care"),
    "009": _("Environment"),
    "010": _("Additional needs"),
    "011": _("Bespoke"),
}
EXAMPLES = {
    "001": _("For example more time, short sentences, a hearing loop"),
    "002": _("For example a sign language interpreter"),
    "003": _("For example in person, not by letter"),
    "004": _("For example large print, read aloud, easy read"),
    "005": _("For example says yes to most things: ask in another way too"),
    "006": _("For example an interpreter"),
    "007": _("For example someone they trust sits with them"),
    "008": _("For example the same nurse each time"),
    "009": _("For example a quiet room, low light"),
    "010": _("For example breaks"),
}


def named(code: str) -> str:
    return f"{NAMES[code]} ({code})"


class SupportForm(StaffForm):
    """One line for each category; what is left blank is not needed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for category in CATEGORIES:
            field = text(named(category.code), help_text=EXAMPLES.get(category.code, ""))
            field.widget.attrs["class"] = "nhsuk-input"
            self.fields[f"category-{category.code}"] = field
        self.fields["is_shared"] = forms.BooleanField(
            label=_("They agree that other services see this (Reasonable Adjustment Flag)"),
            required=False,
            widget=forms.CheckboxInput(attrs={"class": "nhsuk-checkboxes__input"}),
        )

    def needed(self) -> dict[str, str]:
        typed = {code: self.cleaned_data[f"category-{code}"].strip() for code in BY_CODE}
        return {code: what for code, what in typed.items() if what}


@of_person("support", Deed.SUPPORT)
def support(request: HttpRequest, person: Patient) -> HttpResponse:
    known = {f"category-{code}": what for code, what in person.support.items()}
    form = SupportForm(request.POST or None, initial={**known, "is_shared": person.support_is_shared})
    if (
        request.method == "POST"
        and form.is_valid()
        and done(
            form,
            actions.describe_patient,
            patient=person,
            support=form.needed(),
            support_is_shared=form.cleaned_data["is_shared"],
        )
    ):
        messages.success(request, gettext("Saved. What it was before is kept below."))
        return redirect(person_page(person))
    return form_page(
        request,
        form,
        title=gettext("What makes talking easier"),
        lead=gettext(
            "Ask them what helps. Write only what helps, not why: no diagnosis. The first four are the groups of the "
            "Accessible Information Standard."
        ),
        button=gettext("Save"),
        person=person,
        back=person_page(person),
    )


def listed(needed: dict[str, str]) -> str:
    return "; ".join(f"{named(code)}: {what}" for code, what in sorted(needed.items())) or gettext("blank")


def in_words(person: Patient) -> list[tuple[str, str]]:
    """Each category with its codes, and what helps."""
    found = []
    for code, what in sorted(person.support.items()):
        refset = BY_CODE[code].refset
        codes = f"{code}, SNOMED CT {refset}" if refset else code
        found.append((f"{NAMES[code]} ({codes})", what))
    return found
