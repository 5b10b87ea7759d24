"""Ten big buttons for a number: no text box, and nothing to type."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from consent.journey import KIOSK
from consent.kiosk import screens
from consent.words import content
from consent.words.content import Words


def page(request: HttpRequest) -> str:
    """htmx gets what stands inside the page; everyone else the whole of it."""
    return "kiosk/part.html" if request.htmx else "kiosk/page.html"


def pad(
    request: HttpRequest, *, digits: int, words: Words, title: str, typed: str = "", wrong: str = "", **more: Any
) -> HttpResponse:
    """The pad is in English, for staff tap it; what stands around it in the language of these words."""
    english = content.current(KIOSK)
    context = {
        "page": page(request),
        **screens.said_in(words.hash),
        "title": english.say(f"title:{title}"),
        "undo": english.card("button.undo").html,
        "typed": typed,
        "digits": digits,
        "wrong": english.on(wrong, {}) if wrong else [],
        "keys": "123456789",
        "tablet": "",
        "ended": [],
        **more,
    }
    return render(request, "kiosk/keypad.html", context)


def pressed_on(request: HttpRequest, digits: int) -> str:
    """What has been tapped so far, with the button just pressed."""
    typed = "".join(c for c in request.POST["digits"] if c in "0123456789")[:digits]
    digit = request.POST.get("digit", "")
    return typed[:-1] if digit == "back" else (typed + (digit if digit in set("0123456789") else ""))[:digits]
