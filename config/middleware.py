"""What every response carries, and what every page knows."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.template.loader import render_to_string
from whitenoise.middleware import WhiteNoiseFileResponse

NO_DEVICE = ", ".join(
    f"{device}=()"
    for device in (
        *("accelerometer", "camera", "clipboard-read", "display-capture", "geolocation", "gyroscope"),
        *("hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb"),
    )
)


def nothing_is_kept(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Every page is about a person: no cache keeps one, nor an error or redirect. Static files are about nobody."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not isinstance(response, WhiteNoiseFileResponse):
            response["Cache-Control"] = "no-store"
        response["Permissions-Policy"] = NO_DEVICE
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return middleware


def walls(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Tablets and staff each find their own pages on their own host, and nothing else; on any other host, nothing.

    The host alone decides: no other header is read, whatever a proxy or a tablet puts there.
    """
    from config import urls  # not before Django is set up

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.KIOSK_HOST:
            hosts = {settings.KIOSK_HOST: urls.TABLETS, settings.STAFF_HOST: urls.STAFF}
            request.urlconf = hosts.get(split_domain_port(request.get_host())[0], urls.NOWHERE)
        return get_response(request)

    return middleware


def whole_or_nothing(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A form that was cut off on its way does nothing: the server hands on what came, and it would pass for whole."""

    def middleware(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and len(request.body) < int(announced):
            return HttpResponse("Only a part of this arrived. Send it again.", status=400, content_type="text/plain")
        return get_response(request)

    return middleware


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed that nobody foresaw. On the tablet it says to tell health staff, and names nobody."""
    is_tablet = request.path.startswith("/kiosk/")
    return HttpResponse(render_to_string("kiosk/500.html" if is_tablet else "500.html"), status=500)


def mode(request: HttpRequest) -> dict[str, object]:
    return {"is_demonstration": settings.IS_DEMONSTRATION}
