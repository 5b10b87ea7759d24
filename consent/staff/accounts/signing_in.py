"""Signing in: the user name and password first, then the key."""

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from consent.staff.accounts import factors, half_way, proving, web_session
from consent.staff.accounts.forms import NoForm, SignInForm, sent
from consent.staff.accounts.half_way import SIGNING_IN
from consent.staff.accounts.proving import NotProved


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(web_session.where_to(request))
    form = SignInForm(sent(request))
    status = 200
    if form.is_bound:
        status = 422
        try:
            if form.is_valid() and (response := with_password(request, **form.cleaned_data)):
                return response
        except NotProved as problem:
            form.add_error(None, str(problem))
            status = problem.status
    return render(request, "account/sign_in.html", {"form": form, **led_here(request)}, status=status)


def with_password(request: HttpRequest, username: str, password: str) -> HttpResponse:
    """On to the key; or in, where an account of a demonstration has none. Raises NotProved."""
    attempt = proving.begin(request, username)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise NotProved(_("This user name and password do not go together. Check both and try again."))
    if factors.of(user):
        # Not forgotten yet: who knows the password and guesses at codes has the same few tries.
        attempt.was_right()
        half_way.begin(request, user, SIGNING_IN)
        return redirect(f"{reverse('second-factor')}?{urlencode({'next': web_session.where_to(request)})}")
    if not factors.may_use_password_alone(user):
        attempt.was_right()
        raise NotProved(
            _("No key is registered for this account yet. Ask whoever looks after the accounts for a set-up address.")
        )
    attempt.signed_in()
    web_session.begin(request, user, by=web_session.PASSWORD)
    return redirect(web_session.where_to(request))


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code")
def second_factor(request: HttpRequest) -> HttpResponse:
    """The key, a code of the app, or a recovery code: for whoever has just typed the right password."""
    if request.user.is_authenticated:
        return redirect(web_session.where_to(request))
    user = half_way.who(request, SIGNING_IN)
    if user is None or not factors.of(user):
        return redirect(f"{reverse('sign-in')}?{urlencode({'next': web_session.where_to(request)})}")
    form = NoForm(sent(request))
    status = 200
    if form.is_bound:
        try:
            by = proving.proved(request, user)
        except NotProved as problem:
            form.add_error(None, str(problem))
            status = problem.status
        else:
            web_session.begin(request, user, by=by)
            return redirect(web_session.where_to(request))
    context = {"form": form, "who": user.get_username(), **proving.ways(request, user), **led_here(request)}
    return render(request, "account/second_factor.html", context, status=status)


def led_here(request: HttpRequest) -> dict[str, Any]:
    """Where they go on afterwards, and whether something that they sent was not done."""
    return {"next": web_session.where_to(request), "lost": "lost" in request.GET}
