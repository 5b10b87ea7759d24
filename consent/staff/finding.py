"""Find a person: by the beginnings of their names, a prison number or its beginning, or an NHS number."""

from contextlib import suppress

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from consent import actions
from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.sight import found_by
from registration.identifiers import NotAnIdentifier, nhs_number, prison_number
from registration.models import Patient

MOST_FOUND = 50
NAMES = ("given_names", "family_name", "aliases")
LEAST_OF_A_NUMBER = 3


@here.may(Deed.PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    typed = " ".join(request.GET.get("find", "").split())[:80]
    found = matching(request, typed) if typed else []
    number = number_in(typed)
    if number and (len(found) == 1 or Patient.objects.filter(prison_number=number).exists()):
        return redirect("person", found[0].prison_number if len(found) == 1 else number)
    shown = found[:MOST_FOUND]
    prison = here.chosen(request)
    actions.looked_at_many(
        people=shown, who=request.user.get_username(), what="search", prison=prison.pk if prison else ""
    )
    return here.page(
        request,
        "people",
        found=[in_words(request, person) for person in shown],
        find=typed,
        number=number,
        is_more=len(found) > MOST_FOUND,
    )


def number_in(typed: str) -> str:
    """The prison number that was typed, where it is a whole one."""
    try:
        return prison_number(typed.replace(" ", ""))
    except NotAnIdentifier:
        return ""


def matching(request: HttpRequest, typed: str) -> list[Patient]:
    """Everyone who fits and may be shown, each once, under the number that is kept."""
    wanted = named(typed.split())
    start = typed.replace(" ", "")
    if len(start) >= LEAST_OF_A_NUMBER and start.isalnum():
        wanted |= Q(prison_number__istartswith=start)
    with suppress(NotAnIdentifier):
        wanted |= Q(nhs_number=nhs_number(typed))
    shown = found_by(here.posts(request), list(here.prisons(request).values()))
    rows = Patient.objects.filter(wanted, shown).select_related("status__prison", "merged_into__status__prison")
    rows = rows.order_by("family_name", "given_names", "prison_number")[: MOST_FOUND + 1]
    kept = {person.pk: person for person in (row.merged_into or row for row in rows)}
    return list(kept.values())


def named(words: list[str]) -> Q:
    """Every word begins a part of one of their names."""
    every = Q()
    for word in words:
        one = Q()
        for name in NAMES:
            one |= Q(**{f"{name}__istartswith": word})
            for between in " -":
                one |= Q(**{f"{name}__icontains": f"{between}{word}"})
        every &= one
    return every


def in_words(request: HttpRequest, person: Patient) -> dict[str, object]:
    status = getattr(person, "status", None)
    born = person.date_of_birth
    is_here = status is not None and status.prison_id and status.left_at is None
    return {
        "person": person,
        "born": wording.birthday(born) if born else gettext("date of birth not known"),
        "where": status.prison.name if is_here else gettext("not in prison as far as we know"),
    }
