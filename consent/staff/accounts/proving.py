"""To show that it is you: a touch of the key, a code, or in a demonstration the password. One way for three pages."""

from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from consent.staff.accounts import factors, limits
from consent.staff.accounts.web_session import PASSWORD


class NotProved(Exception):
    """Not shown; says in words what happened and what to do next."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status


def ways(request: HttpRequest, user: User) -> dict[str, Any]:
    """What a page offers to this account. Asking for the key begins a new challenge in the web session."""
    has = factors.of(user)
    return {
        "has": has,
        "by_password": not has,
        "tried_code": "code" in request.POST,
        "options": {"request_options": begin_authentication(user)} if has.keys else None,
    }


def proved(request: HttpRequest, user: User) -> str:
    """How they showed just now that it is they; raises NotProved. Wrong tries are counted."""
    attempt = begin(request, user.get_username())
    by = check(request, user)
    attempt.signed_in()
    return by


def check(request: HttpRequest, user: User) -> str:
    if "credential" in request.POST:
        key_form = AuthenticateWebAuthnForm(request.POST, user=user)
        if not is_valid(key_form):
            raise NotProved(_("That is not a key of this account, or it took too long. Try again with another key."))
        one = key_form.cleaned_data["credential"]
    elif "code" in request.POST:
        code_form = AuthenticateForm(request.POST, user=user)
        if not code_form.is_valid():
            raise NotProved(_("That code is wrong, or was used before. Wait until a new one is shown, and type that."))
        one = code_form.authenticator
    elif factors.may_use_password_alone(user) and user.check_password(request.POST.get("password", "")):
        return PASSWORD
    else:
        raise NotProved(_("The password is wrong. Check it and try again."))
    one.record_usage()
    return str(one.type)


def by_password(request: HttpRequest, user: User, password: str) -> None:
    """Raises NotProved where it is not theirs. It opens nothing by itself, so earlier wrong tries still count."""
    attempt = begin(request, user.get_username())
    if not user.check_password(password):
        raise NotProved(_("The password is wrong. Check it and try again."))
    attempt.was_right()


def is_valid(form: AuthenticateWebAuthnForm) -> bool:
    """What a key answers comes from the browser: whatever it is, it is no more than wrong."""
    try:
        return form.is_valid()
    except (AttributeError, KeyError, IndexError):
        return False


def begin(request: HttpRequest, account: str) -> limits.Try:
    try:
        return limits.begin(request, account)
    except limits.TooMany as problem:
        raise NotProved(too_many(problem.until), status=429) from None


def too_many(until: datetime) -> str:
    """The same for every name, whether there is such an account or not."""
    at = timezone.localtime(until + timedelta(seconds=59))
    return _(
        "Too many wrong tries for this user name from this place. It is locked here until %(time)s. Try again then, or "
        "on a computer elsewhere. If you do not know the password or have no key, ask whoever looks after the accounts."
    ) % {"time": f"{at:%H:%M}"}
