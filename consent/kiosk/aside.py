"""Pages beside the way: "is this right?", help, headphones, an interpreter. The step reached waits behind them."""

from consent.journey import ANSWERS, DONE, KIOSK, Kind
from consent.kiosk import screens
from consent.kiosk.screens import Screen
from consent.kiosk.visits import situation
from consent.models import Visit
from consent.questions import GMS_REGISTRATION
from consent.words.files import languages
from consent.words.local import general


def right(visit: Visit, answer: str) -> Screen:
    """Is this right? Nothing is stored yet: the answer waits on the page."""
    step = screens.current(visit).step
    words = screens.words_of(visit, step.question)
    screen_id = "right" if step.question == GMS_REGISTRATION.id else "gp-record-right"
    cards = words.on(screen_id, situation(visit).axes(answer))
    return Screen(visit, step, "kiosk/right.html", words, screen_id, cards, view="right", answer=answer)


def later(visit: Visit) -> Screen:
    words = screens.words_of(visit, GMS_REGISTRATION.id)
    cards = words.on("later-right", situation(visit).axes("later"))
    return Screen(visit, screens.current(visit).step, "kiosk/right.html", words, "later-right", cards, view="later")


OWN_TEMPLATE = {"headphones", "interpreter-first", "dialect"}
STAY = {"help", "error", "interpreter", "interpreter-first"}


def of_the_tablet(visit: Visit, screen_id: str, view: str, answer: str = "") -> Screen:
    """A page of the tablet's own words: help, an error, headphones, an interpreter."""
    words = screens.words_of(visit, KIOSK)
    cards = words.on(screen_id, situation(visit).axes())
    template = screen_id if screen_id in OWN_TEMPLATE else "help"
    return Screen(
        visit, screens.current(visit).step, f"kiosk/{template}.html", words, screen_id, cards, view=view, answer=answer
    )


def headphones(visit: Visit, view: str, answer: str) -> Screen:
    return of_the_tablet(visit, "headphones", f"headphones/{view}", answer)


def dialect(visit: Visit) -> Screen:
    screen = of_the_tablet(visit, "dialect", "dialect")
    screen.extra = {"dialects": list(enumerate(languages()[general(visit.state["language"])].dialects))}
    return screen


def beside(visit: Visit, view: str, answer: str) -> Screen:
    """The page beside the way that was showing, or the step itself."""
    step = screens.current(visit).step
    if view == "right" and answer in ANSWERS and step.kind is Kind.CHOOSE:
        return right(visit, answer)
    if view == "later" and step.kind not in DONE:
        return later(visit)
    if view.startswith("headphones/"):
        return headphones(visit, view.partition("/")[2], answer)
    if view == "dialect":
        return dialect(visit)
    return of_the_tablet(visit, view, view) if view in STAY else screens.current(visit)
