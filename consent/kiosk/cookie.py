"""The cookie that makes a browser a tablet: no script reads it, no other site sends it, no other host gets it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

LASTS = 400 * 24 * 60 * 60  # as long as browsers keep one; it is renewed with every secret


def name() -> str:
    return "tablet" if settings.IS_DEMONSTRATION else "__Host-tablet"


def path() -> str:
    """A demonstration has staff pages on the same host: they never receive it."""
    return reverse("kiosk") if settings.IS_DEMONSTRATION else "/"


def of(request: HttpRequest) -> str:
    return request.COOKIES.get(name(), "")


def give(response: HttpResponse, secret: str, *, lasts: int = LASTS) -> None:
    response.set_cookie(
        name(),
        secret,
        max_age=lasts,
        path=path(),
        secure=not settings.IS_DEMONSTRATION,
        httponly=True,
        samesite="Strict",
    )


def take_away(response: HttpResponse) -> None:
    give(response, "", lasts=0)
    response["Clear-Site-Data"] = '"storage"'
