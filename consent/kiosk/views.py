"""The tablet's one address."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from consent.journey import KIOSK
from consent.kiosk import cookie, enrolling, flood, moves, screens, tablets, tries, visits
from consent.kiosk.pad import pad, page, pressed_on
from consent.kiosk.screens import Screen
from consent.kiosk.tablets import Asking
from consent.models import Visit
from consent.words import content
from consent.words.files import ENGLISH
from consent.words.local import general
from registration.actions import NotPossible

DIGITS = 6
AGAIN, STILL = "again", "still"
# Whoever pressed one of these knows why the screen is clear.
SAID_SO = {visits.FINISHED, "stopped", visits.NOT_THEM}


@require_http_methods(["GET", "POST"])
def kiosk(request: HttpRequest) -> HttpResponse:
    secret = cookie.of(request)
    asks = tablets.asking(secret, again=AGAIN in request.GET)
    if flood.is_too_fast(request, asks):
        return flood.wait(request)
    if request.htmx.trigger == STILL:
        return still_here(request, asks)
    if asks is None:
        return enrolling.not_enrolled(request)
    if asks.is_overtaken:
        return see_other(f"?{AGAIN}")
    if request.method == "POST":
        return press(request, asks)
    return now_showing(request, asks)


def now_showing(request: HttpRequest, asks: Asking) -> HttpResponse:
    """What is on this tablet now: a visit, or the pad for the number of the next one.

    Where that is another one than before, nothing of the one before stays in this browser, and its page is out of the
    browser's memory: Chromium drops one that may not be stored when a cookie changes that scripts cannot read.
    """
    visit = visits.on_tablet(asks.tablet, asks.row.visit)
    if visit and visit.last_seen_at is None:
        visits.arrived(visit)
    is_new = asks.wants_a_new_secret(visit)
    if visit:
        response = shown(request, screens.current(visit))
    elif request.htmx.trigger == "waiting" and not is_new:
        return HttpResponse(status=204)  # nothing new: what is tapped already stays
    else:
        response = waiting(request, asks.tablet.name, ended=asks.row.visit)
    if is_new:
        cookie.give(response, tablets.new_secret(asks, visit))
        response["Clear-Site-Data"] = '"storage"'
    return response


def still_here(request: HttpRequest, asks: Asking | None) -> HttpResponse:
    """A screen asks by itself whether its visit is still on this tablet. Nobody touched anything: a visit that nobody
    touches ends as soon as without it."""
    visit = visits.on_tablet(asks.tablet, asks.row.visit) if asks and not asks.is_overtaken else None
    return HttpResponse(status=204) if asks and visit and asks.shows(visit) else left(request)


def press(request: HttpRequest, asks: Asking) -> HttpResponse:
    visit = asks.row.visit
    if asks.row.replaced_at:
        return left(request)  # the last reply was lost: first it learns what is on it now
    if "digits" in request.POST:
        return tap_code(request, asks)
    if visit is None or visit.tablet_id != asks.tablet.pk:
        return left(request)
    do = request.POST.get("do", "")
    pressed = {name: request.POST.get(name, "") for name in ("turn", "view", "answer")}
    try:
        screen = moves.press(visit=visit, do=do, **pressed)
    except NotPossible:
        # Something changed meanwhile (a release, a merge): nothing was stored, and staff see that they are wanted.
        screen = moves.call_staff(visit=visit)
    if screen is None:
        return left(request)
    # A page beside the way changed nothing, so it may be shown at once; the others must not be sent again by reloading.
    if do.partition(":")[0] in moves.BESIDE or screen.view or request.htmx:
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


def waiting(request: HttpRequest, name: str, *, ended: Visit | None = None, **tapped: Any) -> HttpResponse:
    """The pad for the number of the next visit, while it also asks whether one was sent here. Where a visit has just
    ended by itself, it says so first, in the language it spoke."""
    said_goodbye = ended is None or ended.ended_how in SAID_SO
    tablet = content.current(KIOSK, ENGLISH if said_goodbye else general(ended.state["language"]))
    return pad(
        request,
        digits=DIGITS,
        words=tablet,
        title="keypad",
        tablet=name,
        ended=[] if said_goodbye else tablet.on("ended", {}),
        **tapped,
    )


def tap_code(request: HttpRequest, asks: Asking) -> HttpResponse:
    typed = pressed_on(request, DIGITS)
    if len(typed) < DIGITS:
        return waiting(request, asks.tablet.name, typed=typed)
    try:
        this = tries.begin(f"tablet {asks.tablet.pk}")
    except tries.TooMany:
        return waiting(request, asks.tablet.name, wrong="keypad-wait")
    if visits.take_up(code=typed, tablet=asks.tablet) is None:
        enrolling.refused(f"tablet {asks.tablet.name}", asks.tablet.prison_id)
        return waiting(request, asks.tablet.name, wrong="keypad-wrong")
    tries.was_right(this)
    return see_other()


def see_other(query: str = "") -> HttpResponseRedirect:
    response = HttpResponseRedirect(reverse("kiosk") + query)
    response.status_code = 303
    return response


def left(request: HttpRequest) -> HttpResponse:
    """The visit is over. With JavaScript the whole page makes way for a new one (static/kiosk/kiosk.js)."""
    return HttpResponse(status=204, headers={"HX-Trigger": "left"}) if request.htmx else see_other()
