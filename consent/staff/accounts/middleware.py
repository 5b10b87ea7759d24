"""A screen left alone is locked; a shift ends; and outside the staff pages nobody is signed in."""

from collections.abc import Callable

from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from consent.staff.accounts import web_session
from consent.staff.accounts.web_session import State

STAFF = "/staff/"
# Pages for whoever is not signed in.
BEFORE = ("/staff/sign-in/", "/staff/sign-out/", "/staff/set-up/")


def locked_when_left(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Every staff page, those not yet written too: none is answered in a web session that is locked or over."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(STAFF):
            # The tablet's pages, the start page: the same for everybody, and no web session is looked up.
            request.user = AnonymousUser()
            return get_response(request)
        if not request.user.is_authenticated:
            return get_response(request)
        state = web_session.state(request)
        if state is State.OVER:
            logout(request)
            is_open = request.path_info.startswith(BEFORE)
            return get_response(request) if is_open else web_session.to_sign_in(request)
        if state is State.LOCKED:
            is_way_out = request.path_info in (reverse("unlock"), reverse("sign-out"))
            return get_response(request) if is_way_out else web_session.to_unlock(request)
        web_session.used(request)
        return get_response(request)

    return middleware
