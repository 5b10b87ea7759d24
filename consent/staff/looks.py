"""Who looked at whom: for the auditor. What was opened with a reason comes first, until somebody has checked it."""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from consent import actions, ledger
from consent.models import NOBODY, AccessEvent, Entry
from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.forms import StaffForm, text
from consent.staff.opened import OPENED
from registration.models import Patient

PAGE = 100
CHECKED = "opening checked"
SHOWN_FOR = timedelta(days=90)
WHAT = {
    "page": _("Looked at the record"),
    "on the way": _("Saw that they are on the way"),
    "search": _("Found in a search"),
    "today": _("On today’s list"),
    "reception list": _("On a reception list"),
    "expected": _("Expected at the prison"),
    "export": _("Made a file of the record"),
    "print summary": _("Printed a summary"),
    "print staff copy": _("Printed a copy for the health record"),
    "print keep": _("Printed a paper to keep"),
    "print twin": _("Printed a paper to fill in"),
    "print release sheet": _("Printed a release sheet"),
    "print pre-registration": _("Printed a form for a GP outside"),
    OPENED: _("Opened with a reason"),
    CHECKED: _("Checked why it was opened"),
    "looks": _("Looked at who looked"),
    "password changed": _("Changed their own password"),
}


class FilterForm(StaffForm):
    who = text(_("Member of staff (user name)"), most=150)
    number = text(_("Prison number"), most=7)
    refused = forms.BooleanField(label=_("Only what was refused"), required=False)


@require_safe
@here.may(Deed.LOOKS, anywhere=True)
def looks(request: HttpRequest) -> HttpResponse:
    own = own_prisons(request)
    form = FilterForm(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = Paginator(events(own, asked), PAGE).get_page(request.GET.get("page"))
    people = people_of([event.chain for event in rows])
    here.note_list(request, people.values(), "looks")
    return here.page(
        request,
        "looks",
        form=form,
        openings=openings(own),
        rows=[told(request, event, people) for event in rows],
        pages=rows,
        keep="".join(f"{name}={asked[name]}&" for name in ("who", "number") if asked.get(name)),
    )


def own_prisons(request: HttpRequest) -> set[str]:
    return {p for p in here.prisons(request) if here.posts(request).may(Deed.LOOKS, p)}


def events(own: set[str], asked: dict[str, Any]) -> QuerySet[AccessEvent]:
    """What staff and tablets of these prisons looked at or were refused, and who looked at the people there."""
    there = Patient.objects.filter(status__prison__in=own).values("record_id")
    found = AccessEvent.objects.filter(Q(prison__in=own) | Q(chain__in=there)).order_by("-pk")
    if asked.get("who"):
        found = found.filter(who__iexact=asked["who"].strip())
    if asked.get("number"):
        number = asked["number"].strip().upper()
        named = Patient.objects.filter(Q(prison_number=number) | Q(merged_from__prison_number=number))
        found = found.filter(chain__in=named.values("record_id"))
    if asked.get("refused"):
        found = found.filter(what__startswith="refused")
    return found


def people_of(chains: list[Any]) -> dict[Any, Patient]:
    return {person.record_id: person for person in Patient.objects.filter(record_id__in=chains)}


def told(request: HttpRequest, event: AccessEvent, people: dict[Any, Patient]) -> dict[str, str]:
    person = people.get(event.chain)
    prison = here.prisons(request).get(event.prison)
    unknown = "" if event.chain == NOBODY else gettext("erased")
    return {
        "when": wording.time_of(event.at),
        "who": event.who,
        "number": person.prison_number if person else unknown,
        "what": what_in_words(event.what),
        "where": prison.name if prison else event.prison,
    }


def what_in_words(what: str) -> str:
    kind, _colon, rest = what.partition(": ")
    if kind == "refused":
        return gettext("Refused: %(what)s") % {"what": rest}
    if what.startswith("list "):
        return gettext("On the list: %(list)s") % {"list": what.removeprefix("list ")}
    return str(WHAT.get(what, what.capitalize()))


def openings(own: set[str]) -> list[dict[str, Any]]:
    """Records opened with a reason by staff of these prisons, or of people there; those not checked yet come first."""
    rows = Entry.objects.filter(kind=OPENED, at__gte=timezone.now() - SHOWN_FOR).order_by("-at")
    people = {
        p.record_id: p for p in Patient.objects.filter(record_id__in=[r.chain for r in rows]).select_related("status")
    }
    checked = AccessEvent.objects.filter(what=CHECKED, chain__in=list(people)).order_by("at")
    by_chain = {event.chain: event for event in checked}
    found = []
    for row, said in zip(rows, ledger.opened(rows), strict=True):
        person = people.get(row.chain)
        if not concerns(own, said, person):
            continue
        check = by_chain.get(row.chain)
        is_checked = check is not None and check.at >= row.at
        found.append(
            {
                "pk": row.pk,
                "when": wording.time_of(row.at),
                "who": said["by"]["name"],
                "number": person.prison_number if person else gettext("erased"),
                "reason": said["data"].get("reason", ""),
                "checked_by": check.who if check and is_checked else "",
            }
        )
    return sorted(found, key=lambda one: bool(one["checked_by"]))


def concerns(own: set[str], said: dict[str, Any], person: Patient | None) -> bool:
    """Whether it was opened from one of these prisons, or is about somebody there."""
    status = getattr(person, "status", None)
    return said["data"].get("prison") in own or (status is not None and status.prison_id in own)


@require_POST
@here.may(Deed.LOOKS, anywhere=True)
def opening_checked(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person has looked at why a record was opened: never the one who opened it."""
    row = get_object_or_404(Entry, pk=pk, kind=OPENED)
    person = get_object_or_404(Patient, record_id=row.chain)
    said = ledger.read(row)
    if not concerns(own_prisons(request), said, person):
        raise here.Refused(Deed.LOOKS, person)
    if said["by"]["name"] == request.user.get_username():
        raise here.Refused("own opening", person)
    actions.looked(patient=person, who=request.user.get_username(), what=CHECKED, prison=said["data"]["prison"])
    return redirect("looks")
