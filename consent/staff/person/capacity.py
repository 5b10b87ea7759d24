"""A clinician's view of whether somebody can decide about this now, in their own words.

Mental Capacity Act 2005, sections 1 to 3: capacity is presumed, is about one decision at one time, and may come back;
support is given first. Nothing here works it out, and it changes nothing by itself: nobody is asked sooner or later for
it. Only clinicians and the person read it.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.questions import QUESTIONS
from consent.roles import Deed
from consent.staff.forms import DayField, StaffForm, one_of
from consent.staff.here import done, form_page, of_person, person_page
from registration.models import Patient

MOST = 1000


class DayAhead(DayField):
    def clean(self, value: Any) -> Any:
        on = super().clean(value)
        if on is not None and on <= timezone.localdate():
            raise forms.ValidationError(gettext("Give a date that lies ahead."))
        return on


class CapacityForm(StaffForm):
    question = one_of(_("Which decision"), [])
    view = forms.CharField(
        label=_("Your view, in your own words"),
        max_length=MOST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "What support was given, what they could understand, remember, weigh and say, and what follows. It is "
            "about this decision today. No diagnosis is needed."
        ),
    )
    # For the date alone: what they find is said in their own words, and nothing here stores it as a tick.
    can_decide = forms.BooleanField(
        label=_("They can decide about this now: nobody has to look again, unless you give a date"), required=False
    )
    review_on = DayAhead(label=_("Look again on"), required=False, error_messages={"invalid": _("Give a date.")})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question"].choices = [(question.id, gettext(question.staff_title)) for question in QUESTIONS]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or self.cleaned_data
        if not typed.get("can_decide") and not typed.get("review_on") and "review_on" not in self.errors:
            self.add_error("review_on", gettext("Give the date on which somebody looks again."))
        return typed


@of_person("capacity", Deed.CAPACITY)
def capacity(request: HttpRequest, person: Patient) -> HttpResponse:
    form = CapacityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        review_on = {"review_on": typed["review_on"].isoformat()} if typed["review_on"] else {}
        if done(
            form,
            actions.record_note,
            patient=person,
            kind="capacity-view",
            by=actions.staff(request.user),
            question=typed["question"],
            view=typed["view"],
            **review_on,
        ):
            on_list = gettext("Recorded. Clinicians see it here; it is on their list on that day.")
            not_again = gettext("Recorded. Clinicians see it here. Nobody has to look again.")
            messages.success(request, on_list if review_on else not_again)
            return redirect(person_page(person))
    return form_page(
        request,
        form,
        title=gettext("Can they decide about this now?"),
        lead=gettext(
            "Everybody is taken to be able to decide, with help and time, unless a clinician finds otherwise. If it is "
            "not possible today, record that: nothing is decided for them."
        ),
        button=gettext("Record your view"),
        person=person,
        back=person_page(person),
    )
