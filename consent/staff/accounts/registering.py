"""A new key or a new app: the same for a new account as for one that has others."""

import base64
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import SignupWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from consent.staff.accounts import factors
from consent.staff.accounts.forms import CodeForm, KeyForm, sent
from registration.actions import NotPossible


def key_form(request: HttpRequest, user: User) -> KeyForm:
    name = get_adapter().generate_authenticator_name(user, Authenticator.Type.WEBAUTHN)
    return KeyForm(sent(request), initial={"name": name})


def key_options(user: User) -> dict[str, Any]:
    """What the browser hands to the key. Begins a new challenge in the web session."""
    return {"creation_options": begin_registration(user, False)}


def add_key(request: HttpRequest, user: User, form: KeyForm) -> bool:
    """Register the key that was touched; otherwise the form says what to do."""
    if not form.is_valid():
        return False
    answer = SignupWebAuthnForm(request.POST, user=user)
    try:
        is_right = answer.is_valid()
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        is_right = False  # the browser's answer is whatever somebody sent
    if not is_right:
        form.add_error(None, _("No key answered. Put the key in, press the button, and touch the key when it blinks."))
        return False
    factors.add_key(user, name=answer.cleaned_data["name"], credential=answer.cleaned_data["credential"])
    return True


def app_page(request: HttpRequest, user: User) -> dict[str, Any]:
    """The secret for the app, drawn and in letters. It waits in the web session until a code shows that it arrived."""
    secret = totp.get_totp_secret(regenerate=request.method != "POST")
    adapter = get_adapter()
    drawn = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return {"secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)), "picture": data_uri(drawn)}


def data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def add_app(request: HttpRequest, user: User, form: CodeForm) -> bool:
    if not form.is_valid():
        return False
    secret = totp.get_totp_secret()
    if not totp.validate_totp_code(secret, form.cleaned_data["code"]):
        form.add_error("code", _("That code does not fit. Wait until the app shows a new one, and type that."))
        return False
    try:
        factors.add_app(user, secret=secret)
    except NotPossible as problem:
        form.add_error(None, _(str(problem)))
        return False
    totp.clear_totp_secret(request)
    return True
