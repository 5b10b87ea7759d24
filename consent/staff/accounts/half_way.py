"""Between password and key: who it is so far. Nobody is signed in by this, and it is worth minutes."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from consent.staff.accounts.web_session import since

SIGNING_IN, SETTING_UP = "signing-in", "setting-up"
WORTH = {SIGNING_IN: timedelta(minutes=10), SETTING_UP: timedelta(minutes=30)}


def begin(request: HttpRequest, user: User, what: str) -> None:
    """Under a new session key: one that was planted beforehand is worth nothing."""
    request.session.flush()
    request.session[what] = {
        "user": user.pk,
        "at": timezone.now().isoformat(),
        "password": user.get_session_auth_hash(),
    }


def who(request: HttpRequest, what: str) -> User | None:
    """Nobody any more once the time is over, the account closed, or its password another."""
    so_far = request.session.get(what)
    if not so_far or since(so_far["at"]) >= WORTH[what]:
        return None
    user = User.objects.filter(pk=so_far["user"], is_active=True).first()
    is_same = user and constant_time_compare(user.get_session_auth_hash(), so_far["password"])
    return user if is_same else None
