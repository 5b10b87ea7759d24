"""What every staff page has: someone signed in, the prison they work at, and the person the page is about."""

import hashlib
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from consent import actions
from consent.models import Post, Status
from consent.roles import EVERYWHERE, Deed, Posts
from consent.staff import help, wording
from consent.staff.doing import Do
from consent.staff.menu import menu
from consent.staff.sight import ReasonForm, Seen, Sight, seen_by
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


def posts(request: HttpRequest) -> Posts:
    """The roles of whoever is signed in. Looked up anew for each page: a role that was taken away is gone at once."""
    if not hasattr(request, "posts"):
        held = Post.objects.filter(user=request.user).values_list("role", "prison")
        request.posts = Posts.of(held)
    return request.posts


def choices(request: HttpRequest) -> list[Prison]:
    """The prisons at which someone has a role, those with people first."""
    known = [p for p in prisons(request).values() if p.has_people or (p.active and p.country in ENGLAND)]
    return sorted((p for p in known if posts(request).is_at(p.pk)), key=lambda prison: not prison.has_people)


def chosen(request: HttpRequest) -> Prison | None:
    """The prison chosen in the header; until one is chosen, the first that has people."""
    asked = prisons(request).get(request.session.get("prison", ""))
    return asked if asked and posts(request).is_at(asked.pk) else next(iter(choices(request)), None)


def layout(request: HttpRequest) -> dict[str, Any]:
    """What the menu and the two forms above every page need."""
    match = request.resolver_match
    prison = chosen(request)
    at = prison.pk if prison else EVERYWHERE
    return {
        "prison": prison,
        "may": [deed.value for deed in posts(request).deeds(at)],
        "prisons": choices(request),
        "find": "",
        "help": help.lines(match),
        "menu": menu(posts(request), at, match.url_name if match else ""),
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


class Refused(PermissionDenied):
    """What somebody may not do, and about whom they wanted to; the refusal is recorded (not_allowed)."""

    def __init__(self, what: str, patient: Patient | None = None) -> None:
        super().__init__(what)
        self.what, self.patient = what, patient


def may(deed: Deed, *, anywhere: bool = False, sensitive: bool = False) -> Callable[[View], View]:
    """A page for whoever may do this at the prison chosen (``anywhere``: at any; ``sensitive``: for some people at
    least, whom it finds out by itself). The deed can be read off the view."""

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponse:
            prison = chosen(request)
            at = None if anywhere else prison.pk if prison else EVERYWHERE
            if not posts(request).may(deed, at, sensitive=sensitive):
                raise Refused(deed)
            return view(request, *args, **rest)

        guarded.deed = deed
        return guarded

    return decorate


def allowed(deeds: frozenset[Deed], things: Iterable[Do]) -> list[Do]:
    """Those of the things to do whose page may be opened by whoever may do this."""
    return [do for do in things if deed_of(do) in deeds]


def deed_of(do: Do) -> Deed:
    """What has to be allowed to whoever opens its page."""
    return resolve(do.url.partition("?")[0]).func.deed


def deeds_about(request: HttpRequest, person: Patient) -> frozenset[Deed]:
    """What this member of staff may do about a person whom they see."""
    seen = seen_of(request, person)
    at = None if is_opened(request, person) else seen.prison or None
    return posts(request).deeds(at, sensitive=seen.sensitive)


def seen_of(request: HttpRequest, person: Patient) -> Seen:
    """How much of this person may be seen. Looked up once for a page about them."""
    if getattr(request, "seen_person", None) != person:
        request.seen_person, request.seen = person, seen_by(posts(request), person, timezone.now())
    return request.seen


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


def of_person(what: str, deed: Deed, *, is_polled: bool = False) -> Callable[[View], View]:
    """A page about one person: found by prison number, sent on to the number that is kept, and noted as looked at.

    Whoever is not at their own prison is shown only with a reason (elsewhere.py). ``is_polled``: the page asks for a
    part of itself again and again; that is no further look.
    """

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def guarded(request: HttpRequest, number: str, **rest: str) -> HttpResponse:
            person = may_see(request, number, deed)
            if isinstance(person, HttpResponse):
                return person
            if person.merged_into:
                name = request.resolver_match.view_name if request.method == "GET" else "person"
                kept = {"number": person.merged_into.prison_number, **(rest if request.method == "GET" else {})}
                return redirect(name, **kept)
            if is_polled and request.htmx and request.method == "GET":
                return view(request, person, **rest)
            with transaction.atomic():
                note_look(request, person, what)
                return view(request, person, **rest)

        guarded.deed = deed
        return guarded

    return decorate


def may_see(request: HttpRequest, number: str, deed: Deed) -> Patient | HttpResponse:
    """The person with this number, or the page that asks for a reason. Raises Refused to who may not do this at all."""
    own = posts(request)
    if not own.may(deed, sensitive=True):
        raise Refused(deed)
    person = person_with(number)
    survivor = person.merged_into or person
    seen = seen_of(request, survivor)
    if not own.may(deed, sensitive=seen.sensitive):
        raise Refused(deed, person)
    if is_opened(request, survivor):
        return person
    if seen.sight is not Sight.WHOLE:
        return not_here(request, survivor, seen.sight, deed)
    if not own.may(deed, seen.prison or None, sensitive=seen.sensitive):
        raise Refused(deed, person)
    return person


def not_here(request: HttpRequest, person: Patient, sight: Sight, deed: Deed, form: Form | None = None) -> HttpResponse:
    """What is shown of somebody who is not at this member of staff's prison: as little as can be, and two ways on."""
    is_on_the_way = sight is Sight.ON_THE_WAY and deed is Deed.PEOPLE
    if is_on_the_way:
        note_look(request, person, "on the way")
    elif form is None:
        prison = chosen(request)
        who, at = request.user.get_username(), prison.pk if prison else ""
        actions.refused(who=who, what=deed, prison=at, patient=person)
    return page(
        request,
        "not_here",
        status=200 if is_on_the_way else 422 if form else 403,
        person=person,
        is_on_the_way=is_on_the_way,
        is_sensitive=sight is Sight.SENSITIVE,
        needs=wording.needs(person) if is_on_the_way else "",
        born=wording.birthday(person.date_of_birth) if is_on_the_way and person.date_of_birth else "",
        form=form or ReasonForm(),
    )


def is_opened(request: HttpRequest, person: Patient) -> bool:
    """Whether this web session has opened them with a reason, within the hour."""
    until = request.session.get("opened", {}).get(str(person.record_id), "")
    return until > timezone.now().isoformat()


def note_list(request: HttpRequest, people: Iterable[Patient], what: str) -> None:
    prison = chosen(request)
    at = prison.pk if prison else ""
    actions.looked_at_many(people=people, who=request.user.get_username(), what=what, prison=at, is_list=True)


def note_look(request: HttpRequest, person: Patient, what: str) -> None:
    prison = chosen(request)
    actions.looked(patient=person, who=request.user.get_username(), what=what, prison=prison.pk if prison else "")


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
        return Patient.objects.select_related("status", "merged_into__status").get(prison_number=number)
    except NotAnIdentifier as problem:
        raise NothingThere(_(str(problem))) from None
    except Patient.DoesNotExist:
        sentence = _("Nobody with the prison number %(number)s is known here.") % {"number": number}
        raise NothingThere(sentence, number) from None
