"""The screen read aloud. Sound starts only when it is asked for, and what is private only after "Headphones on?"."""

from consent.journey import Kind, Step
from consent.kiosk import aside
from consent.kiosk.screens import Screen
from consent.models import Visit


def listen(visit: Visit, step: Step, *, view: str, answer: str, **pressed: str) -> Screen:
    """Read the screen aloud. Whether there are headphones is asked first, once a visit."""
    screen = aside.beside(visit, view, answer)
    if "headphones" not in visit.state and step.kind not in (Kind.YOU, Kind.LANGUAGE):
        return ask_for_headphones(visit, view, answer, "all")
    return aloud(visit, screen, "all")


def listen_to_one(visit: Visit, step: Step, *, view: str, answer: str, what: str) -> Screen:
    """One card or button was touched to be heard: once they know who may listen, headphones or not."""
    screen = aside.beside(visit, view, answer)
    screen.speak = what or "all"
    if "headphones" not in visit.state and screen.private & set(screen.aloud):
        return ask_for_headphones(visit, view, answer, screen.speak)
    return aloud(visit, screen, screen.speak)


def ask_for_headphones(visit: Visit, view: str, answer: str, what: str) -> Screen:
    visit.state["to_hear"] = what
    return aside.headphones(visit, view, answer)


def with_headphones(visit: Visit, step: Step, *, view: str, answer: str, **pressed: str) -> Screen:
    return asked_headphones(visit, view, answer, on=True)


def without_headphones(visit: Visit, step: Step, *, view: str, answer: str, **pressed: str) -> Screen:
    return asked_headphones(visit, view, answer, on=False)


def asked_headphones(visit: Visit, view: str, answer: str, *, on: bool) -> Screen:
    visit.state["headphones"] = on
    what, screen = visit.state.pop("to_hear", "all"), aside.beside(visit, view.partition("/")[2], answer)
    # One private card is not read out to whoever stands by: another touch, and it is.
    return screen if what != "all" and not on else aloud(visit, screen, what)


def aloud(visit: Visit, screen: Screen, what: str) -> Screen:
    """Remember what was read aloud: whether the voice was checked by a person matters to a yes."""
    screen.speak = what
    told = visit.state.setdefault("aloud", {}).setdefault(screen.words.question, [])
    told.extend(name for name in screen.aloud if name not in told)
    return screen
