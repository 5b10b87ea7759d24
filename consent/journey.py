"""The kiosk's steps, in order, as data. Pure. Back, progress and what is allowed follow from the list.

To add a page: one row in STEPS, its words in the explanation file, and a template if its kind is new.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from consent.questions import GMS_REGISTRATION, GP_RECORD


class Kind(StrEnum):
    """What a step does; each kind has one template, kiosk/<kind>.html."""

    LANGUAGE = "language"
    READ = "read"
    RESUME = "resume"
    MINUTE = "minute"  # the one minute that matters, with "hear it all now" and "another day"
    MEANS = "means"  # what one of the three answers means
    CHECK = "check"
    CHOOSE = "choose"
    SECOND_LOOK = "second-look"
    END = "end"


@dataclass(frozen=True, slots=True)
class Situation:
    """What chooses the steps and the words. The widest wording stands where something is not known."""

    legal: str = "unknown"  # sentenced, remand, recalled, immigration, unknown
    home_gp: str = "unsure"  # yes, no, unsure
    transferred: str = "no"
    length: str = "first-night"  # or whole
    takes: str = "short"  # what reception takes: short, all, gp-record
    asks: frozenset[str] = frozenset({GP_RECORD.id, GMS_REGISTRATION.id})
    outcome: str = "offer"  # of gms-registration: what policy said when the visit began
    decision: str = ""  # the answer to gms-registration that stands already
    held: str = "yes"  # whether a yes given here waits for the check before sending
    talk: bool = False  # a point was missed twice
    resumed: bool = False

    @property
    def asks_gms(self) -> bool:
        return GMS_REGISTRATION.id in self.asks and self.takes != "gp-record"

    @property
    def whole(self) -> bool:
        return self.asks_gms and self.length == "whole"

    def axes(self, answer: str = "") -> dict[str, str]:
        """What the "when" of a card may ask about."""
        return {
            "legal": self.legal,
            "home_gp": self.home_gp,
            "transferred": self.transferred,
            "length": self.length,
            "held": self.held,
            "answer": answer,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """``screen``: which words it shows (its id when left out); ``position``: which of the drawn answers, or checks."""

    id: str
    kind: Kind
    when: Callable[[Situation], bool]
    question: str = GMS_REGISTRATION.id
    screen: str = ""
    position: int = 0

    @property
    def words(self) -> str:
        return self.screen or self.id


def always(s: Situation) -> bool:
    return True


def whole(s: Situation) -> bool:
    return s.whole


STEPS = (
    Step("language", Kind.LANGUAGE, always),
    Step("gp-record", Kind.CHOOSE, lambda s: GP_RECORD.id in s.asks, GP_RECORD.id),
    Step("answered", Kind.END, lambda s: not s.asks_gms and s.outcome == "nothing-to-ask"),
    Step("second-look", Kind.SECOND_LOOK, lambda s: not s.asks_gms and s.outcome == "second-look"),
    Step("second-look-done", Kind.END, lambda s: not s.asks_gms and s.outcome == "second-look"),
    Step("waiting", Kind.END, lambda s: GMS_REGISTRATION.id in s.asks and not s.asks_gms),
    Step("resume", Kind.RESUME, lambda s: s.resumed and s.whole),
    Step("minute", Kind.MINUTE, lambda s: s.asks_gms),
    Step("same", Kind.READ, whole),
    Step("situation", Kind.READ, whole),
    Step("means-1", Kind.MEANS, whole, screen="means", position=0),
    Step("means-2", Kind.MEANS, whole, screen="means", position=1),
    Step("means-3", Kind.MEANS, whole, screen="means", position=2),
    Step("check-1", Kind.CHECK, whole, screen="checks", position=0),
    Step("check-2", Kind.CHECK, whole, screen="checks", position=1),
    Step("check-3", Kind.CHECK, whole, screen="checks", position=2),
    Step("check-4", Kind.CHECK, whole, screen="checks", position=3),
    Step("checks-staff", Kind.READ, lambda s: s.whole and s.talk),
    Step("choose", Kind.CHOOSE, whole),
    Step("next", Kind.END, lambda s: s.asks_gms),
)
BY_ID = {step.id: step for step in STEPS}
ANSWERS = ("yes", "no", "later")


def path(situation: Situation) -> list[Step]:
    """The steps of this person's journey, in order."""
    return [step for step in STEPS if step.when(situation)]


def step_at(situation: Situation, step_id: str) -> Step:
    """The step with this id, or the first one where it has no place on this journey."""
    steps = path(situation)
    return next((step for step in steps if step.id == step_id), steps[0])


def after(situation: Situation, step: Step) -> Step:
    steps = path(situation)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]


def before(situation: Situation, step: Step, done: Iterable[str] = ()) -> Step | None:
    """The step that Back leads to; a question already answered and stored is not gone back into."""
    steps = path(situation)
    earlier = [s for s in steps[: steps.index(step)] if s.id not in set(done)]
    return earlier[-1] if earlier and step.kind is not Kind.END else None


def progress(situation: Situation, step: Step) -> tuple[int, int]:
    """Which step of how many."""
    steps = path(situation)
    return steps.index(step) + 1, len(steps)


def draw_order() -> list[str]:
    """The order in which the three answers stand: drawn for a visit, kept through it, recorded."""
    return random.SystemRandom().sample(ANSWERS, len(ANSWERS))
