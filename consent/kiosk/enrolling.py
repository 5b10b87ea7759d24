"""A browser that is no tablet sees nothing but this: staff tap the number here that makes it one."""

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from consent import actions
from consent.journey import KIOSK
from consent.kiosk import cookie, tablets, tries
from consent.kiosk.pad import pad, pressed_on
from consent.models import Tablet
from consent.words import content


def not_enrolled(request: HttpRequest) -> HttpResponse:
    """A dead tablet comes here too; nothing of what it was stays in it."""
    if settings.IS_DEMONSTRATION and (secret := secret_in_a_demonstration(request.GET.get("demonstration", ""))):
        return given(secret)
    wrong, typed = "", ""
    if request.method == "POST" and "digits" in request.POST:
        typed = pressed_on(request, tablets.DIGITS)
        if len(typed) == tablets.DIGITS:
            try:
                this = tries.begin(f"address {get_ip(request)}")
            except tries.TooMany:
                wrong = "keypad-wait"
            else:
                if secret := tablets.enrol(code=typed):
                    tries.was_right(this)
                    return given(secret)
                refused("a browser that is no tablet", "")
                wrong = "keypad-wrong"
            typed = ""
    words = content.current(KIOSK)
    response = pad(request, digits=tablets.DIGITS, words=words, title="enrol", typed=typed, wrong=wrong)
    if cookie.of(request):
        cookie.take_away(response)
    return response


def given(secret: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse("kiosk"))
    response.status_code = 303
    cookie.give(response, secret)
    return response


def refused(who: str, prison: str) -> None:
    actions.refused(who=who, what="wrong number", prison=prison)


def secret_in_a_demonstration(number: str) -> str | None:
    """/kiosk/?demonstration=1 makes this browser the first tablet that was made for the demonstration."""
    if not number.isdecimal():
        return None
    tablet = Tablet.objects.filter(name=f"Reception {number}", revoked_at=None).first()
    return tablets.first_secret(tablet) if tablet else None


def nothing_here(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same for every address that is not the tablet's, whatever it may lead to on another host."""
    return render(request, "kiosk/404.html", status=404)
