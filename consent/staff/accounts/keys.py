"""My keys: what I can sign in with, one more, one less, recovery codes, and my password."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from consent.staff.accounts import factors, opening, proving, registering, web_session
from consent.staff.accounts.forms import CodeForm, NoForm, OwnPasswordForm, sent
from consent.staff.accounts.proving import NotProved
from consent.staff.accounts.web_session import needs_fresh_key
from consent.staff.here import chosen, done, form_page, page, signed_in


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    return page(request, "account/keys", has=factors.of(request.user))


@signed_in
@needs_fresh_key
@sensitive_post_parameters("old", "password", "again")
def change_password(request: HttpRequest) -> HttpResponse:
    """With the old one and a fresh key: who finds a screen open, or has seen the password typed, cannot."""
    user, status = request.user, 422
    form = OwnPasswordForm(sent(request), user=user)
    if form.is_bound and form.is_valid():
        try:
            proving.by_password(request, user, form.cleaned_data["old"])
        except NotProved as problem:
            form.add_error("old", str(problem))
            status = problem.status
        else:
            prison = chosen(request)
            opening.change_password(user, form.cleaned_data["password"], prison=prison.pk if prison else "")
            update_session_auth_hash(request, user)
            messages.success(request, _("Your password is changed. Everywhere else you are signed out."))
            return redirect("account")
    response = form_page(request, form, title=_("Change my password"), button=_("Change it"), back=reverse("account"))
    response.status_code = status if form.is_bound else 200
    return response


@signed_in
@needs_fresh_key
def add_key(request: HttpRequest) -> HttpResponse:
    user = request.user
    form = registering.key_form(request, user)
    if form.is_bound and registering.add_key(request, user, form):
        web_session.prove(request, by=factors.KEY.value)
        messages.success(request, _("The key was added. You can sign in with it from now on."))
        return redirect("account")
    options = registering.key_options(user)
    return page(request, "account/add_key", status=422 if form.is_bound else 200, form=form, options=options)


@signed_in
@needs_fresh_key
def add_app(request: HttpRequest) -> HttpResponse:
    user = request.user
    if factors.of(user).app:
        messages.error(request, _("This account has an authenticator app already. Remove it first."))
        return redirect("account")
    form = CodeForm(sent(request))
    if form.is_bound and registering.add_app(request, user, form):
        web_session.prove(request, by=factors.APP.value)
        messages.success(request, _("The app was added. You can sign in with its codes from now on."))
        return redirect("account")
    drawn = registering.app_page(request, user)
    return page(request, "account/add_app", status=422 if form.is_bound else 200, form=form, **drawn)


@signed_in
@needs_fresh_key
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """A key, or the app; somebody else's is not found."""
    one = get_object_or_404(Authenticator, pk=pk, user=request.user, type__in=(factors.KEY, factors.APP))
    form = NoForm(sent(request))
    if form.is_bound and form.is_valid() and done(form, factors.remove, user=request.user, one=one):
        messages.success(request, _("It was removed. Nobody can sign in with it any more."))
        return redirect("account")
    context = {"form": form, "one": one, "is_app": one.type == factors.APP, "back": reverse("account")}
    return page(request, "account/remove", status=422 if form.is_bound else 200, **context)


@signed_in
@require_POST
@needs_fresh_key
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Shown once, on the answer to the press that made them."""
    form = NoForm(sent(request))
    made: list[str] = []

    def make() -> None:
        made.extend(factors.new_recovery_codes(request.user))

    if not done(form, make):
        messages.error(request, " ".join(form.non_field_errors()))
        return redirect("account")
    return page(request, "account/recovery_codes", codes=[f"{code[:4]} {code[4:]}" for code in made])
