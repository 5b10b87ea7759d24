"""What every response carries, and what every page knows."""

import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def nothing_is_kept(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Every page is about a person: no cache keeps one, errors included. (Static files are served before this.)"""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Cache-Control"] = "no-store"
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), usb=(), payment=()"
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        return response

    return middleware


def whole_or_nothing(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A form that was cut off on its way does nothing: the server hands on what came, and it would pass for whole."""

    def middleware(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and len(request.body) < int(announced):
            return HttpResponse("Only a part of this arrived. Send it again.", status=400, content_type="text/plain")
        return get_response(request)

    return middleware


class NobodyIsNamed(logging.Filter):
    """Addresses of staff pages hold prison numbers; the log does not."""

    NUMBER = re.compile(r"\b[A-Z][0-9]{4}[A-Z]{2}\b", re.IGNORECASE)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.NUMBER.sub("[prison number]", record.getMessage()), ()
        return True


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed that nobody foresaw. On the tablet it says to tell health staff, and names nobody."""
    is_tablet = request.path.startswith("/kiosk/")
    return HttpResponse(render_to_string("kiosk/500.html" if is_tablet else "500.html"), status=500)


def mode(request: HttpRequest) -> dict[str, object]:
    return {"is_demonstration": settings.IS_DEMONSTRATION}
