"""The web session of a member of staff: one shift, locked when left alone, and fresh after a touch of the key."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRefresh

STAMPS = "signed-in"
BEGUN, USED, PROVED, BY = "begun", "used", "proved", "by"
PASSWORD = "password"  # the one way to prove who one is that is no second factor
# Written down no more often than this: not every page is worth a write.
EVERY = timedelta(seconds=5)
BACKEND = "django.contrib.auth.backends.ModelBackend"
View = Callable[..., HttpResponse]


class State(Enum):
    OPEN = "open"
    LOCKED = "locked"
    OVER = "over"


def begin(request: HttpRequest, user: User, *, by: str) -> None:
    """Signed in, under a new session key. Whatever came before in this browser was somebody else's, or a guess."""
    request.session.flush()
    auth.login(request, user, backend=BACKEND)
    now = timezone.now().isoformat()
    request.session[STAMPS] = {BEGUN: now, USED: now, PROVED: now, BY: by}


def prove(request: HttpRequest, *, by: str) -> None:
    """They showed again that it is they: unlocked and fresh, under a new session key; the shift goes on."""
    request.session.cycle_key()
    now = timezone.now().isoformat()
    request.session[STAMPS] = {BEGUN: now, **request.session.get(STAMPS, {}), USED: now, PROVED: now, BY: by}


def state(request: HttpRequest) -> State:
    stamps = request.session.get(STAMPS)
    if stamps is None:
        # No page here signs anybody in without stamps; the tests of other pages do, in a demonstration.
        return State.OVER if settings.SECOND_FACTOR_REQUIRED else State.OPEN
    if settings.SECOND_FACTOR_REQUIRED and stamps[BY] == PASSWORD:
        return State.OVER
    if since(stamps[BEGUN]) >= settings.SIGNED_IN_FOR:
        return State.OVER
    return State.LOCKED if since(stamps[USED]) >= settings.LOCKED_AFTER else State.OPEN


def used(request: HttpRequest) -> None:
    """Somebody is there. A page that asks for a part of itself again is nobody."""
    stamps = request.session.get(STAMPS)
    is_asked_by_the_page = request.method == "GET" and request.headers.get("HX-Request") == "true"
    if stamps and not is_asked_by_the_page and since(stamps[USED]) >= EVERY:
        request.session[STAMPS] = {**stamps, USED: timezone.now().isoformat()}


def since(stamp: str) -> timedelta:
    return timezone.now() - datetime.fromisoformat(stamp)


def fresh(request: HttpRequest) -> bool:
    """Did they prove within the last five minutes who they are? With a factor, where the account has one."""
    if not request.user.is_authenticated:
        return False
    stamps = request.session.get(STAMPS)
    if stamps is None:
        return state(request) is State.OPEN
    return since(stamps[PROVED]) < settings.FRESH_FOR


def needs_fresh_key(view: View) -> View:
    """For what is dangerous or cannot be taken back: whoever is signed in touches their key first, then comes back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponse:
        return view(request, *args, **rest) if fresh(request) else to_unlock(request)

    return guarded


def to_unlock(request: HttpRequest) -> HttpResponse:
    return lead(request, "unlock")


def to_sign_in(request: HttpRequest) -> HttpResponse:
    return lead(request, "sign-in")


def lead(request: HttpRequest, to: str) -> HttpResponse:
    """To a page that lets them go on afterwards. What was sent is not done, and that page says so."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRefresh()
    lost = {} if is_only_looking(request) else {"lost": "1"}
    address = f"{reverse(to)}?{urlencode({'next': came_from(request), **lost})}"
    response = HttpResponseRedirect(address)
    response.status_code = 303 if lost else 302
    return response


def is_only_looking(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD")


def came_from(request: HttpRequest) -> str:
    """The page to come back to: this one, or the one that the form stood on."""
    if is_only_looking(request):
        return request.get_full_path()
    page = urlsplit(request.headers.get("Referer", ""))
    is_ours = page.netloc == request.get_host() and page.path.startswith("/staff/")
    return page._replace(scheme="", netloc="", fragment="").geturl() if is_ours else reverse("today")


def where_to(request: HttpRequest) -> str:
    """Back to where they were, if that is a page of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_safe and asked.startswith("/staff/") else reverse("today")
