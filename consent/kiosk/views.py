"""The tablet's one address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from consent.journey import KIOSK
from consent.kiosk import moves, screens, visits
from consent.kiosk.screens import Screen
from consent.words import content
from registration.actions import NotPossible

COOKIE = "kiosk"
DIGITS = 6


@require_http_methods(["GET", "POST"])
def kiosk(request: HttpRequest) -> HttpResponse:
    token = request.COOKIES.get(COOKIE, "")
    if request.method == "POST" and "digits" in request.POST:
        return tap_code(request)
    if request.method == "POST":
        return press(request, token)
    visit = visits.on_tablet(token)
    if visit:
        return shown(request, screens.current(visit))
    return left(keypad(request, token=token)) if token else keypad(request)


def press(request: HttpRequest, token: str) -> HttpResponse:
    do = request.POST.get("do", "")
    pressed = {name: request.POST.get(name, "") for name in ("turn", "view", "answer")}
    try:
        screen = moves.press(token=token, do=do, **pressed)
    except NotPossible:
        # Something changed meanwhile (a release, a merge): nothing was stored, and staff see that they are wanted.
        screen = moves.call_staff(token=token)
    if screen is None:
        return left(keypad(request, token="" if do == "finish" else token))
    # A page beside the way changed nothing, so it may be shown at once; the others must not be sent again by reloading.
    if do.partition(":")[0] in moves.BESIDE or screen.view or request.headers.get("HX-Request"):
        return shown(request, screen)
    return see_other()


def shown(request: HttpRequest, screen: Screen) -> HttpResponse:
    # The same for every form on the screen, so written once.
    hidden = format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="turn" value="{}">'
        '<input type="hidden" name="view" value="{}"><input type="hidden" name="answer" value="{}">',
        get_token(request),
        screen.visit.turn,
        screen.view,
        screen.answer,
    )
    context = screen.context() | {"page": page(request), "hidden": hidden, "sounds": sounds(screen)}
    return render(request, screen.template, context)


def sounds(screen: Screen) -> str:
    """The names of what is read aloud, for a browser without JavaScript: it plays them as one."""
    return (
        "-".join(screen.words.sound(name) for name in screen.aloud if name in screen.words.texts)
        if screen.speak
        else ""
    )


def page(request: HttpRequest) -> str:
    """htmx gets what stands inside the page; everyone else the whole of it."""
    return "kiosk/part.html" if request.headers.get("HX-Request") else "kiosk/page.html"


def keypad(request: HttpRequest, *, token: str = "", typed: str = "", is_wrong: bool = False) -> HttpResponse:
    """The code of the next visit. Where one has just ended by itself, it says so first, in the language it spoke."""
    english, tablet = content.current(KIOSK), content.current(KIOSK, visits.language_of(token))
    context = {
        "page": page(request),
        **screens.said_in((tablet if token else english).hash),
        "title": english.say("title:keypad"),
        "undo": english.card("button.undo").html,
        "typed": typed,
        "wrong": english.on("keypad-wrong", {}) if is_wrong else [],
        "ended": tablet.on("ended", {}) if token else [],
        "keys": "123456789",
    }
    return render(request, "kiosk/keypad.html", context)


def tap_code(request: HttpRequest) -> HttpResponse:
    """One of ten big buttons was tapped: no text box, and nothing to type."""
    typed = "".join(c for c in request.POST["digits"] if c in "0123456789")[:DIGITS]
    digit = request.POST.get("digit", "")
    typed = typed[:-1] if digit == "back" else typed + (digit if digit in set("0123456789") else "")
    if len(typed) < DIGITS:
        return keypad(request, typed=typed)
    taken_up = visits.take_up(code=typed[:DIGITS])
    if taken_up is None:
        return keypad(request, is_wrong=True)
    _visit, token = taken_up
    response = see_other()
    response.set_cookie(
        COOKIE,
        token,
        path=reverse("kiosk"),
        httponly=True,
        samesite="Strict",
        secure=not settings.IS_DEMONSTRATION,
    )
    return response


def see_other() -> HttpResponseRedirect:
    response = HttpResponseRedirect(reverse("kiosk"))
    response.status_code = 303
    return response


def left(response: HttpResponse) -> HttpResponse:
    """Nothing of the person who was here stays in this browser."""
    response.delete_cookie(COOKIE, path=reverse("kiosk"), samesite="Strict")
    response["Clear-Site-Data"] = '"storage"'
    return response
