"""What every staff page has: someone signed in, the prison they work at, and the person the page is about."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from consent import actions
from consent.models import Status
from registration.actions import NotPossible
from registration.identifiers import NotAnIdentifier, prison_number
from registration.models import Patient, Prison

ENGLAND = ("", "England")
View = Callable[..., HttpResponse]


def prisons(request: HttpRequest) -> dict[str, Prison]:
    """Every prison by its id, each saying whether it has people. Looked up once for a page."""
    if not hasattr(request, "prisons"):
        people = Exists(Status.objects.filter(prison=OuterRef("pk"), left_at=None))
        request.prisons = {p.pk: p for p in Prison.objects.annotate(has_people=people)}
    return request.prisons


def choices(request: HttpRequest) -> list[Prison]:
    """The prisons someone may work at, those with people first."""
    known = [p for p in prisons(request).values() if p.has_people or (p.active and p.country in ENGLAND)]
    return sorted(known, key=lambda prison: not prison.has_people)


def chosen(request: HttpRequest) -> Prison | None:
    """The prison chosen in the header; until one is chosen, the first that has people."""
    known = prisons(request)
    return known.get(request.session.get("prison", "")) or next(iter(choices(request)), None)


def layout(request: HttpRequest) -> dict[str, Any]:
    """What the menu and the two forms above every page need."""
    match = request.resolver_match
    return {
        "prison": chosen(request),
        "prisons": choices(request),
        "find": "",
        "page_name": match.url_name if match else "",
    }


def page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, f"staff/{template}.html", {**layout(request), **context}, status=status)


def mark_of(*shown: object) -> str:
    """A short name for what a part of a page shows; it changes when that does."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def part(request: HttpRequest, template: str, *, mark: str, **context: Any) -> HttpResponse:
    """The part of a page that asks for itself again every few seconds. While nothing changed nothing is sent, so that
    no screen reader says it twice and nobody loses the button they are about to press."""
    if request.GET.get("seen") == mark:
        return HttpResponse(status=204)
    return render(request, f"staff/{template}.html", {"mark": mark, **context})


def signed_in(view: View) -> View:
    """Only for staff. A part asked for after the sign-in has run out loads its whole page anew, which says so."""

    guarded = login_required(view)

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponse:
        if request.htmx and not request.user.is_authenticated:
            return HttpResponseClientRefresh()
        return guarded(request, *args, **rest)

    return checked


def form_page(request: HttpRequest, form: Form, *, title: str, button: str, **more: Any) -> HttpResponse:
    """A page that is one form; it comes back with what was typed, and says what to put right."""
    context = {"lead": "", "person": None, "back": reverse("today"), "warning": "", "template": "form", **more}
    template = context.pop("template")
    status = 422 if form.is_bound and form.errors else 200
    return page(request, template, status=status, form=form, title=title, button=button, **context)


def done(form: Form, action: Callable[..., Any], **said: Any) -> bool:
    """Call one action; what makes it impossible is said on the form, and nothing typed is lost."""
    try:
        action(**said)
    except (NotPossible, NotAnIdentifier) as problem:
        form.add_error(None, _(str(problem)))
        return False
    return True


def of_person(what: str, *, is_polled: bool = False) -> Callable[[View], View]:
    """A page about one person: found by prison number, sent on to the number that is kept, and noted as looked at.

    ``is_polled``: the page asks for a part of itself again and again; that is no further look.
    """

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: HttpRequest, number: str, **rest: str) -> HttpResponse:
            person = person_with(number)
            if person.merged_into:
                name = request.resolver_match.view_name if request.method == "GET" else "person"
                kept = {"number": person.merged_into.prison_number, **(rest if request.method == "GET" else {})}
                return redirect(name, **kept)
            if is_polled and request.htmx and request.method == "GET":
                return view(request, person, **rest)
            with transaction.atomic():
                here = chosen(request)
                actions.looked(
                    patient=person, who=request.user.get_username(), what=what, prison=here.pk if here else ""
                )
                return view(request, person, **rest)

        return guarded

    return decorate


def person_page(person: Patient) -> str:
    return reverse("person", args=[person.prison_number])


class NothingThere(Http404):
    """What was asked for does not exist, said in words that help; ``number`` may be given to a new person."""

    def __init__(self, sentence: str, number: str = "") -> None:
        super().__init__(sentence)
        self.number = number


def person_with(number: str) -> Patient:
    try:
        number = prison_number(number)
        return Patient.objects.select_related("merged_into").get(prison_number=number)
    except NotAnIdentifier as problem:
        raise NothingThere(_(str(problem))) from None
    except Patient.DoesNotExist:
        sentence = _("Nobody with the prison number %(number)s is known here.") % {"number": number}
        raise NothingThere(sentence, number) from None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of an address that leads nowhere: with the menu and the search for staff who are signed in."""
    is_staff = request.user.is_authenticated
    ours = isinstance(exception, NothingThere)
    context = {
        "layout": "staff/page.html" if is_staff else "base_staff.html",
        "sentence": str(exception) if ours and is_staff else "",
        "number": exception.number if ours else "",
        **(layout(request) if is_staff else {}),
    }
    return render(request, "404.html", context, status=404)


def home(request: HttpRequest) -> HttpResponse:
    """Two doors: the tablet and the staff pages."""
    return render(request, "home.html")


@login_required
@require_POST
def choose_prison(request: HttpRequest) -> HttpResponse:
    if request.POST.get("prison") in prisons(request):
        request.session["prison"] = request.POST["prison"]
    return redirect("today")
