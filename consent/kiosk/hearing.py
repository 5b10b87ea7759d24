"""The screen read aloud. Sound starts only when it is asked for."""

from consent.journey import Kind, Step
from consent.kiosk import aside
from consent.kiosk.screens import Screen
from consent.models import Visit


def listen(visit: Visit, step: Step, *, view: str, answer: str, **pressed: str) -> Screen:
    """Read the screen aloud. Whether there are headphones is asked first, once a visit."""
    screen = aside.beside(visit, view, answer)
    if "headphones" not in visit.state and step.kind not in (Kind.YOU, Kind.LANGUAGE):
        return aside.headphones(visit, view, answer)
    return aloud(visit, screen, "all")


def listen_to_one(visit: Visit, step: Step, *, view: str, answer: str, what: str) -> Screen:
    """One card or button was touched to be heard: that was asked for, headphones or not."""
    return aloud(visit, aside.beside(visit, view, answer), what or "all")


def with_headphones(visit: Visit, step: Step, *, view: str, answer: str, **pressed: str) -> Screen:
    return asked_headphones(visit, view, answer, on=True)


def without_headphones(visit: Visit, step: Step, *, view: str, answer: str, **pressed: str) -> Screen:
    return asked_headphones(visit, view, answer, on=False)


def asked_headphones(visit: Visit, view: str, answer: str, *, on: bool) -> Screen:
    visit.state["headphones"] = on
    return aloud(visit, aside.beside(visit, view.partition("/")[2], answer), "all")


def aloud(visit: Visit, screen: Screen, what: str) -> Screen:
    """Remember what was read aloud: whether the voice was checked by a person matters to a yes."""
    screen.speak = what
    told = visit.state.setdefault("aloud", {}).setdefault(screen.words.question, [])
    told.extend(name for name in screen.aloud if name not in told)
    return screen
