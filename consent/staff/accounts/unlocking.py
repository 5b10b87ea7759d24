"""The quick way back: a touch of the key opens a locked screen, and shows before a dangerous act that it is you."""

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from consent.staff.accounts import factors, proving, web_session
from consent.staff.accounts.forms import NoForm, sent
from consent.staff.accounts.proving import NotProved
from consent.staff.accounts.signing_in import led_here
from consent.staff.accounts.web_session import State


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("code", "password")
def unlock(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return web_session.to_sign_in(request)
    is_locked = web_session.state(request) is State.LOCKED
    if not is_locked and web_session.fresh(request):
        return redirect(web_session.where_to(request))
    if not factors.of(request.user) and not factors.may_use_password_alone(request.user):
        logout(request)
        return redirect("sign-in")
    form = NoForm(sent(request))
    status = 200
    if form.is_bound:
        try:
            by = proving.proved(request, request.user)
        except NotProved as problem:
            form.add_error(None, str(problem))
            status = problem.status
        else:
            web_session.prove(request, by=by)
            return redirect(web_session.where_to(request))
    context = {
        "form": form,
        "is_locked": is_locked,
        "minutes": int(settings.LOCKED_AFTER.total_seconds() // 60),
        **proving.ways(request, request.user),
        **led_here(request),
    }
    return render(request, "account/unlock.html", context, status=status)
