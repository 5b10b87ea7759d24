"""Someone came in, or moved: told by staff, where no message did."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions, facts
from consent.roles import Deed
from consent.staff.forms import (
    BirthField,
    MomentField,
    StaffForm,
    language_field,
    number_typed,
    one_of,
    prison_choices,
    prison_field,
    text,
    this_minute,
)
from consent.staff.here import choices, chosen, done, form_page, may, of_person, prisons
from consent.staff.wording import LEGAL_CHOICES
from registration import actions as registration
from registration.legal_status import LegalStatus
from registration.models import HomeGP, Patient
from registration.movements import Direction, Movement, Source

# What staff say -> what it is called in messages of the prison service: direction, reason, movement code.
WAYS_IN = {
    "new": (_("New admission"), Direction.IN, "NEW_ADMISSION", ""),
    "transfer": (_("Transfer from another prison"), Direction.IN, "TRANSFERRED", ""),
    "court": (_("Return from court"), Direction.IN, "RETURN_FROM_COURT", ""),
    "absence": (_("Return from temporary absence or hospital"), Direction.IN, "TEMPORARY_ABSENCE_RETURN", ""),
    "roll": (_("Already here (from the roll)"), Direction.SEEN, "", ""),
}
WAYS_OUT = {
    "to-court": (_("Left for court"), Direction.OUT, "SENT_TO_COURT", ""),
    "to-absence": (_("Left on temporary absence"), Direction.OUT, "TEMPORARY_ABSENCE_RELEASE", ""),
    "to-hospital": (_("Left for hospital, to stay"), Direction.OUT, "RELEASED_TO_HOSPITAL", ""),
    "to-prison": (_("Left for another prison"), Direction.OUT, "TRANSFERRED", ""),
    "released": (_("Released"), Direction.OUT, "RELEASED", ""),
    "escaped": (_("Escaped or missing"), Direction.OUT, "RELEASED", "ESCP"),
    "died": (_("Died"), Direction.OUT, "RELEASED", "DEC"),
}
WAYS = WAYS_IN | WAYS_OUT


class NewPersonForm(StaffForm):
    number = text(_("Prison number"), required=True, most=20, help_text=_("Like A1234BC"))
    given_names = text(_("Given names"), most=80, help_text=_("Names may stay blank until they are known."))
    family_name = text(_("Family name"), most=80)
    date_of_birth = BirthField(label=_("Date of birth"))
    home_gp = one_of(_("GP at home"), HomeGP.choices, initial=HomeGP.UNSURE)
    language = language_field()
    legal_status = forms.ChoiceField(label=_("Legal status"), choices=LEGAL_CHOICES, initial=LegalStatus.UNKNOWN)
    prison = prison_field(_("Prison"))
    how = one_of(_("How they came"), [(key, way[0]) for key, way in WAYS_IN.items()])
    at = MomentField(label=_("When"), initial=this_minute)

    def __init__(self, *args: Any, prisons: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prison"].choices = prisons

    def clean_number(self) -> str:
        return number_typed(self.cleaned_data["number"])


class MovementForm(StaffForm):
    what = one_of(_("What happened"), [(key, way[0]) for key, way in (WAYS_OUT | WAYS_IN).items()])
    prison = prison_field(_("The prison they left, or came to"))
    at = MomentField(label=_("When"), initial=this_minute)

    def __init__(self, *args: Any, prisons: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["prison"].choices = prisons


def movement_told(way: str, at: Any, prison: str) -> Movement:
    _label, direction, reason, code = WAYS[way]
    source = Source.ROLL if direction is Direction.SEEN else Source.STAFF
    return Movement(at, direction, reason, code, prison, source)


@may(Deed.ARRIVALS)
def new_person(request: HttpRequest) -> HttpResponse:
    prison = chosen(request)
    known = prison_choices(choices(request))
    initial = {"prison": prison.pk if prison else "", "number": request.GET.get("number", "")[:20]}
    form = NewPersonForm(request.POST or None, prisons=known, initial=initial)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        number = typed["number"]
        was_known = actions.is_known(number)
        if done(
            form,
            actions.receive_person,
            number=number,
            movement=movement_told(typed["how"], typed["at"], typed["prison"]),
            user=request.user,
            legal_status=LegalStatus(typed["legal_status"]),
            described={name: typed[name] for name in actions.DESCRIBED_ON_ARRIVAL},
        ):
            if was_known:
                messages.info(
                    request,
                    gettext("%(number)s was known already. The movement was added; what was known was left as it is.")
                    % {"number": number},
                )
            else:
                messages.success(request, gettext("%(number)s was added.") % {"number": number})
            return redirect("person", number)
    return form_page(
        request,
        form,
        title=gettext("Add a person"),
        lead=gettext("For someone who is here and on no list yet. Only the prison number has to be known."),
        button=gettext("Add this person"),
    )


def is_something_later_known(person: Patient, told: Movement) -> bool:
    return any(known.at > told.at for known in registration.fold(registration.family(person)))


@of_person("movement", Deed.ARRIVALS)
def movement(request: HttpRequest, person: Patient) -> HttpResponse:
    prison = chosen(request)
    form = MovementForm(
        request.POST or None,
        prisons=prison_choices(prisons(request).values()),
        initial={"prison": prison.pk if prison else ""},
    )
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        told = movement_told(typed["what"], typed["at"], typed["prison"])
        before = facts.standing_of(person)
        if done(form, actions.record_movement, patient=person, movement=told, by=request.user.get_username()):
            # An absence that is over is only what due dates waited for.
            now = replace(facts.standing_of(person), away=before.away)
            if now == before and is_something_later_known(person, told):
                sentence = gettext("Recorded. It changes nothing of what stands now, because something later is known.")
            else:
                sentence = gettext("The movement is recorded.")
            messages.success(request, sentence)
            return redirect("person", person.prison_number)
    return form_page(
        request,
        form,
        title=gettext("Record a movement"),
        lead=gettext("For what no message told. A movement cannot be taken back: check the time and the prison."),
        button=gettext("Record the movement"),
        person=person,
        back=reverse("person", args=[person.prison_number]),
    )
