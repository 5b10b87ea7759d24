"""Languages.

Words that no person has checked can be read and heard; a yes or no in view of them needs a named interpreter.
"""

from django.utils import timezone

from consent import actions, facts
from consent.journey import Kind, Step, after
from consent.kiosk import aside, resuming, screens, visits
from consent.kiosk.screens import Screen
from consent.models import Visit
from consent.words import content
from consent.words.files import ENGLISH, languages
from consent.words.local import general


def is_needed(visit: Visit, last: Screen) -> bool:
    """Whether something they saw for this answer, up to this last screen, is a translation nobody checked."""
    if visit.state["interpreter"] or general(visit.state["language"]) == ENGLISH:
        return False
    question = last.words.question
    seen = [*visit.state["seen"].get(question, []), *screens.current(visit).shown, *last.shown]
    return bool(content.unchecked(last.words, seen))


def call(visit: Visit, dialect: str = "", *, is_known: bool = True) -> Screen:
    """Tell staff, and keep it on the list of who is waiting for an interpreter until one was there."""
    tag = general(visit.state["language"]) if is_known else ""
    wanted = {"language": tag, "dialect": dialect}
    if facts.standing_of(visit.patient).interpreter_wanted != f"{tag}\t{dialect}":
        actions.record_note(
            patient=visit.patient,
            kind="interpreter-wanted",
            by=actions.PERSON,
            **wanted,
            visit=str(visit.pk),
            tablet=visits.tablet_of(visit),
        )
    visit.state |= {"interpreter_wanted": wanted, "help_at": timezone.now().isoformat()}
    return aside.of_the_tablet(visit, "interpreter", "interpreter")


def speak(visit: Visit, step: Step, *, what: str, **pressed: str) -> None:
    if step.kind is Kind.LANGUAGE and what in {tablet.language for tablet in content.offered()}:
        resuming.speak(visit, what)
        visits.go_to(visit, after(visits.situation(visit), step))


def say_language(visit: Visit, step: Step, *, what: str, **pressed: str) -> Screen:
    """ "Do you speak Polish?", in Polish: nothing private, so whoever is near may hear it."""
    screen = screens.current(visit)
    screen.speak = f"say-{what}"
    return screen


def get_interpreter(visit: Visit, step: Step, **pressed: str) -> Screen:
    """Which one they speak is asked where there is more than one; then staff are told."""
    asked = aside.dialect(visit)
    return asked if asked.extra["dialects"] else call(visit)


def choose_dialect(visit: Visit, step: Step, *, what: str, **pressed: str) -> Screen | None:
    dialects = {str(place): name for place, name in aside.dialect(visit).extra["dialects"]} | {"other": ""}
    return call(visit, dialects[what]) if what in dialects and len(dialects) > 1 else None


def no_language(visit: Visit, step: Step, **pressed: str) -> Screen | None:
    return call(visit, is_known=False) if step.kind is Kind.LANGUAGE else None


def name_of(tag: str) -> str:
    """The English name of a language, for staff."""
    return languages()[tag].english if tag in languages() else tag
