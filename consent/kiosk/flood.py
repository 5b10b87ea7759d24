"""A limit on how often one tablet asks in a second, so that a flood from one costs the others nothing.

Counted by each server process for itself, in its memory: a counter for all would be a write to the database for each
touch. So with W processes a flood gets through at up to W times the limit, and never more. Files and sounds are not
counted.
"""

from contextlib import suppress

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from consent.kiosk.tablets import Asking

# Seconds. A count is about one second, and kept longer than a busy machine takes over it.
WAIT, KEPT = 1, 60


def is_too_fast(request: HttpRequest, asks: Asking | None) -> bool:
    """A tablet is counted by itself, for all of a prison may share an address; any other browser by its address."""
    if not settings.REQUESTS_A_SECOND:
        return False
    who = f"tablet:{asks.tablet.pk}" if asks else f"address:{get_ip(request)}"
    key, here = f"flood:{who}:{int(timezone.now().timestamp())}", caches["process"]
    here.add(key, 0, timeout=KEPT)
    with suppress(ValueError):  # dropped meanwhile, for room
        return int(here.incr(key)) > settings.REQUESTS_A_SECOND
    return False


def wait(request: HttpRequest) -> HttpResponse:
    """Nothing was done and nothing is lost. With JavaScript the screen stays, and says so in its own language."""
    response = render(request, "kiosk/429.html", status=429)
    response["Retry-After"] = str(WAIT)
    return response
