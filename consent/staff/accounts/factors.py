"""What an account can show beside its password: security keys, one authenticator app, recovery codes."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from registration.actions import NotPossible

KEY, APP, CODES = Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


@dataclass(frozen=True, slots=True)
class Factors:
    keys: list[Authenticator]
    app: Authenticator | None
    codes: Authenticator | None

    def __bool__(self) -> bool:
        """Recovery codes stand in for a key or an app; alone they are none."""
        return bool(self.keys or self.app)

    @property
    def takes_codes(self) -> bool:
        return bool(self.app or self.codes)

    @property
    def codes_left(self) -> int:
        return len(RecoveryCodes(self.codes).get_unused_codes()) if self.codes else 0


def of(user: User) -> Factors:
    found = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    keys = [one for one in found if one.type == KEY]
    app, codes = (next((one for one in found if one.type == kind), None) for kind in (APP, CODES))
    return Factors(keys, app, codes)


def may_use_password_alone(user: User) -> bool:
    """Only in a demonstration, and only where the account has nothing better."""
    return not settings.SECOND_FACTOR_REQUIRED and not of(user)


def add_key(user: User, *, name: str, credential: dict[str, Any]) -> None:
    WebAuthn.add(user, name, credential)


@transaction.atomic
def add_app(user: User, *, secret: str) -> None:
    User.objects.select_for_update().get(pk=user.pk)
    if of(user).app:
        raise NotPossible("This account has an authenticator app already. Remove it first.")
    TOTP.activate(user, secret)


@transaction.atomic
def remove(user: User, one: Authenticator) -> None:
    """Never the last one: two removals at once leave one."""
    User.objects.select_for_update().get(pk=user.pk)
    now = of(user)
    if len(now.keys) + bool(now.app) < 2:
        raise NotPossible("This is your only way to sign in. Add another key first, then remove this one.")
    one.delete()


@transaction.atomic
def new_recovery_codes(user: User) -> list[str]:
    """Ten codes, each good once, in place of any from before."""
    User.objects.select_for_update().get(pk=user.pk)
    if not of(user):
        raise NotPossible("Add a key first: recovery codes stand in for one that is lost.")
    Authenticator.objects.filter(user=user, type=CODES).delete()
    return RecoveryCodes.activate(user).get_unused_codes()
