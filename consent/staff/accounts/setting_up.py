"""A new account, set up by its owner in one sitting: a password, then a key, then signed in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from consent.staff.accounts import factors, half_way, opening, registering, web_session
from consent.staff.accounts.factors import APP, KEY
from consent.staff.accounts.forms import CodeForm, NewPasswordForm, sent
from consent.staff.accounts.half_way import SETTING_UP


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "again")
def choose_password(request: HttpRequest, who: str, token: str) -> HttpResponse:
    """The one-time address. To open it uses nothing up; to choose a password does."""
    user = opening.owner(who, token)
    if user is None:
        return too_late(request)
    form = NewPasswordForm(sent(request), user=user)
    if form.is_valid():
        user = opening.set_password(who, token, form.cleaned_data["password"])
        if user is None:
            return too_late(request)
        half_way.begin(request, user, SETTING_UP)
        return redirect("first-key")
    context = {"form": form, "who": user.get_username()}
    return render(request, "account/set_up.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def first_key(request: HttpRequest) -> HttpResponse:
    user = half_way.who(request, SETTING_UP)
    if user is None or factors.of(user):
        return too_late(request)
    form = registering.key_form(request, user)
    if form.is_bound and registering.add_key(request, user, form):
        web_session.begin(request, user, by=KEY.value)
        messages.success(
            request, _("Your key is registered, and you are signed in. Add a spare key, or recovery codes.")
        )
        return redirect("account")
    context = {"form": form, "who": user.get_username(), "options": registering.key_options(user)}
    return render(request, "account/first_key.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def first_app(request: HttpRequest) -> HttpResponse:
    user = half_way.who(request, SETTING_UP)
    if user is None or factors.of(user):
        return too_late(request)
    form = CodeForm(sent(request))
    if form.is_bound and registering.add_app(request, user, form):
        web_session.begin(request, user, by=APP.value)
        messages.success(request, _("Your app is registered, and you are signed in. Add a key too, or recovery codes."))
        return redirect("account")
    context = {"form": form, "who": user.get_username(), **registering.app_page(request, user)}
    return render(request, "account/first_app.html", context, status=422 if form.is_bound else 200)


def too_late(request: HttpRequest) -> HttpResponse:
    return render(request, "account/too_late.html", status=410)
