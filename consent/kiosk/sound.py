"""The sound of what stands on a page: one MP3, joined from the sentences that are asked for by their names.

A name is a hash of words that anybody may hear, so this asks for no session and looks into no database. The address
says what was listened to, and with it perhaps an answer: like every page it is kept in no cache (config/middleware.py).
"""

import re

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from consent.words import voices

NAME = "[0-9a-f]{32}"
NAMES = re.compile(f"{NAME}(?:-{NAME}){{0,39}}")  # as many as stand on one page: an address stays under 2,000 letters
RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


@require_safe
def sound(request: HttpRequest, names: str) -> HttpResponse:
    """These sounds one after another, in full or the part asked for; names that nobody knows are left out."""
    asked = names.split("-") if NAMES.fullmatch(names) else []
    data = b"".join(voices.sound(name) for name in asked)
    if not data:
        return HttpResponse("There is no such sound.", status=404, content_type="text/plain")
    return in_part(data, request.headers.get("Range", ""))


def in_part(data: bytes, asked: str) -> HttpResponse:
    """RFC 9110, section 14, for one range. A browser that gets no parts can play, but not go back or forward."""
    size = len(data)
    part = wanted(asked, size)
    first, last = part or (0, size)
    response = HttpResponse(data[first:last], content_type="audio/mpeg")
    response["Accept-Ranges"] = "bytes"
    if first >= last:
        response.status_code, response["Content-Range"] = 416, f"bytes */{size}"
    elif part:
        response.status_code, response["Content-Range"] = 206, f"bytes {first}-{last - 1}/{size}"
    return response


def wanted(asked: str, size: int) -> tuple[int, int] | None:
    """From which byte to before which; None where nothing that we understand is asked: then all of it is sent."""
    found = RANGE.fullmatch(asked)
    if not found or found.group(1, 2) == ("", ""):
        return None
    first, last = found.group(1, 2)
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size
