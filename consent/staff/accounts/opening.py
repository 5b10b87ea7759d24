"""Opening, resetting and closing accounts, and the address at which one is set up: what manage.py account does."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from consent import actions


class NotDone(Exception):
    """Why nothing was changed, for whoever typed the command."""


class SetUpTokens(PasswordResetTokenGenerator):
    """Good for a day, and until a password is chosen: the token is made from the password that is not there yet."""

    key_salt = "consent.staff.accounts.opening.SetUpTokens"


TOKENS = SetUpTokens()


@transaction.atomic
def add(*, username: str, name: str) -> str:
    """A new account that nobody can sign in to yet; the one-time address at which its owner sets it up."""
    if User.objects.filter(username__iexact=username).exists():
        raise NotDone("There is an account of this name. `account reset` makes it a new set-up address.")
    first, _, last = name.strip().rpartition(" ")
    user = User(username=username, first_name=first, last_name=last)
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as problem:
        raise NotDone("; ".join(problem.messages)) from None
    user.save()
    return address(user)


@transaction.atomic
def reset(*, username: str) -> str:
    """Password, keys, app and codes are gone, and everywhere they are signed out; a new one-time address."""
    user = known(username)
    if not user.is_active:
        raise NotDone("This account is closed. Add one under another name: who signed what must stay told apart.")
    Authenticator.objects.filter(user=user).delete()
    signed_out_everywhere(user)
    return address(user)


@transaction.atomic
def close(*, username: str) -> None:
    """Nobody signs in to it any more; what it did stays on record under its name."""
    user = known(username)
    user.is_active = False
    signed_out_everywhere(user)


def signed_out_everywhere(user: User) -> None:
    """A web session holds a mark of the password it was begun under; under another it is nobody's."""
    user.set_unusable_password()
    user.save()


def known(username: str) -> User:
    try:
        return User.objects.select_for_update().get(username=username)
    except User.DoesNotExist:
        raise NotDone(f"There is no account {username!r}. Names are told apart by capital letters too.") from None


def address(user: User) -> str:
    who = urlsafe_base64_encode(str(user.pk).encode())
    return settings.SITE_ADDRESS + reverse("set-up", args=[who, TOKENS.make_token(user)])


def owner(who: str, token: str) -> User | None:
    """Whose set-up address this is, while it is good."""
    try:
        user = User.objects.filter(pk=int(force_str(urlsafe_base64_decode(who))), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    return user if user and TOKENS.check_token(user, token) else None


@transaction.atomic
def change_password(user: User, password: str, *, prison: str) -> None:
    """By its owner. Web sessions begun under the old one are nobody's."""
    user.set_password(password)
    user.save(update_fields=["password"])
    actions.changed_password(who=user.get_username(), prison=prison)


@transaction.atomic
def set_password(who: str, token: str, password: str) -> User | None:
    """The address dies with this; of two who come at once, one is too late."""
    user = owner(who, token)
    if user is None or not TOKENS.check_token(User.objects.select_for_update().get(pk=user.pk), token):
        return None
    user.set_password(password)
    user.save()
    return user
