"""The kiosk's steps, in order, as data. Pure. Back, progress and what is allowed follow from the list.

To add a page: one row in STEPS, its words in the explanation file, and a template if its kind is new.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from consent.questions import GMS_REGISTRATION, GP_RECORD

KIOSK = "kiosk"  # the tablet's own words, beside those of the two questions
LEAVING = "leaving"  # the words on the papers for whoever leaves
NO_QUESTION = (KIOSK, LEAVING)  # words that ask for no answer


class Kind(StrEnum):
    """What a step does; each kind has one template, kiosk/<kind>.html."""

    YOU = "you"  # "is this you?": whoever holds the tablet says so before anything else is shown
    LANGUAGE = "language"
    UNCHECKED = "unchecked"  # no person has checked the words of this language yet
    READ = "read"
    RESUME = "resume"
    MINUTE = "minute"  # the one minute that matters
    ONWARD = "onward"  # "hear it all now" or "another day"
    MEANS = "means"  # what one of the three answers means
    CHECK = "check"
    CHOOSE = "choose"
    SECOND_LOOK = "second-look"
    PAPER = "paper"  # on paper, with or without the answer, or not
    END = "end"


# Here everything is stored already: there is no way back, and nothing left to decide later.
DONE = frozenset({Kind.PAPER, Kind.END})


@dataclass(frozen=True, slots=True)
class Situation:
    """What chooses the steps and the words. The widest wording stands where something is not known."""

    legal: str = "unknown"  # sentenced, remand, recalled, immigration, unknown
    home_gp: str = "unsure"  # yes, no, unsure
    # With the prison GP before: yes, no, unknown; sent: they said yes in this time in prison, and it went out.
    registered: str = "unknown"
    transferred: str = "no"
    length: str = "first-night"  # or whole
    takes: str = "short"  # what reception takes: short, all, gp-record
    asks: frozenset[str] = frozenset({GP_RECORD.id, GMS_REGISTRATION.id})
    outcome: str = "offer"  # of gms-registration: what policy said when the visit began
    decision: str = ""  # the answer to gms-registration that stands already
    held: str = "yes"  # whether a yes given here waits for the check before sending
    resumed: bool = False
    unchecked: bool = False  # the words are in a language that no person has checked
    knows_cost_of_no: bool = False  # the first night's question about it was answered right
    is_them: bool = True  # whoever holds the tablet has said that it is them

    @property
    def asks_gms(self) -> bool:
        return GMS_REGISTRATION.id in self.asks and self.takes != "gp-record"

    @property
    def after_sent(self) -> bool:
        """What they may still choose is told first: most of what is said to others would be untrue of them."""
        return self.asks_gms and self.registered == "sent"

    @property
    def first_night(self) -> bool:
        return self.asks_gms and not self.after_sent and self.length == "first-night"

    @property
    def whole(self) -> bool:
        return self.asks_gms and not self.after_sent and self.length == "whole"

    def axes(self, answer: str = "") -> dict[str, str]:
        """What the "when" of a card may ask about."""
        return {
            "legal": self.legal,
            "home_gp": self.home_gp,
            "registered": self.registered,
            "transferred": self.transferred,
            "length": self.length,
            "held": self.held,
            "answer": answer,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """``screen``: which words it shows (its id when left out); ``position``: which of the drawn answers; ``check``:
    the slot of the understanding question."""

    id: str
    kind: Kind
    when: Callable[[Situation], bool]
    question: str = GMS_REGISTRATION.id
    screen: str = ""
    position: int = 0
    check: str = ""

    @property
    def words(self) -> str:
        return self.screen or self.id


def always(s: Situation) -> bool:
    return True


def whole(s: Situation) -> bool:
    return s.whole


def first_night(s: Situation) -> bool:
    return s.first_night


STEPS = (
    Step("you", Kind.YOU, lambda s: not s.is_them, KIOSK),
    Step("language", Kind.LANGUAGE, always, KIOSK),
    Step("unchecked", Kind.UNCHECKED, lambda s: s.unchecked, KIOSK),
    Step("gp-record", Kind.CHOOSE, lambda s: GP_RECORD.id in s.asks, GP_RECORD.id),
    Step("answered", Kind.END, lambda s: not s.asks_gms and s.outcome == "nothing-to-ask"),
    Step("second-look", Kind.SECOND_LOOK, lambda s: not s.asks_gms and s.outcome == "second-look"),
    Step("second-look-done", Kind.END, lambda s: not s.asks_gms and s.outcome == "second-look"),
    Step("waiting", Kind.END, lambda s: GMS_REGISTRATION.id in s.asks and not s.asks_gms),
    Step("resume", Kind.RESUME, lambda s: s.resumed and s.whole, KIOSK),
    Step("sent", Kind.READ, lambda s: s.after_sent),
    Step("minute", Kind.MINUTE, lambda s: s.asks_gms and not s.after_sent),
    Step("check-undo", Kind.CHECK, first_night, screen="checks", check="undo"),
    Step("check-fewer", Kind.CHECK, first_night, screen="checks", check="cost-of-no"),
    Step("onward", Kind.ONWARD, first_night),
    Step("same", Kind.READ, whole),
    Step("situation", Kind.READ, whole),
    Step("means-1", Kind.MEANS, whole, screen="means", position=0),
    Step("means-2", Kind.MEANS, whole, screen="means", position=1),
    Step("means-3", Kind.MEANS, whole, screen="means", position=2),
    Step("check-free", Kind.CHECK, whole, screen="checks", check="free"),
    Step("check-care", Kind.CHECK, whole, screen="checks", check="care"),
    Step("check-yes", Kind.CHECK, whole, screen="checks", check="cost-of-yes"),
    # Whoever knew it on the first night is not asked it twice.
    Step("check-no", Kind.CHECK, lambda s: s.whole and not s.knows_cost_of_no, screen="checks", check="cost-of-no"),
    Step("choose", Kind.CHOOSE, lambda s: s.whole or s.after_sent),
    Step("on-paper", Kind.PAPER, lambda s: s.asks_gms, KIOSK),
    Step("next", Kind.END, lambda s: s.asks_gms),
)
BY_ID = {step.id: step for step in STEPS}
ANSWERS = ("yes", "no", "later")


def path(situation: Situation) -> list[Step]:
    """The steps of this person's journey, in order."""
    return [step for step in STEPS if step.when(situation)]


def step_at(situation: Situation, step_id: str) -> Step:
    """The step with this id, or the first one where it has no place on this journey, or nobody has said who it is."""
    steps = path(situation)
    return next((step for step in steps if step.id == step_id and situation.is_them), steps[0])


def after(situation: Situation, step: Step) -> Step:
    steps = path(situation)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]


def before(situation: Situation, step: Step, done: Iterable[str] = ()) -> Step | None:
    """The step that Back leads to; a question already answered and stored is not gone back into."""
    steps = path(situation)
    earlier = [s for s in steps[: steps.index(step)] if s.id not in set(done)]
    return earlier[-1] if earlier and step.kind not in DONE else None


def puts_off_check(situation: Situation, step: Step) -> bool:
    """Whether "later" on this step is about the yes that waits to be checked: there, or before anything is asked."""
    lies_ahead = BY_ID["second-look"] in path(situation) and step.kind in (Kind.LANGUAGE, Kind.UNCHECKED)
    return step.kind is Kind.SECOND_LOOK or lies_ahead


def progress(situation: Situation, step: Step) -> tuple[int, int]:
    """Which step of how many."""
    steps = path(situation)
    return steps.index(step) + 1, len(steps)


def title_of(step: Step, order: Sequence[str]) -> str:
    """Which title a step has; the panels on the three answers follow the order drawn."""
    return f"means-{order[step.position]}" if step.kind is Kind.MEANS else step.words


def drawn_answers(step: Step, order: Sequence[str]) -> list[str]:
    """Which answer to an understanding question stands first follows from the order drawn too."""
    is_yes_first = order.index("yes") < order.index("no")
    position = [s.id for s in STEPS if s.kind is Kind.CHECK].index(step.id)
    return ["right", "wrong"] if is_yes_first == (position % 2 == 0) else ["wrong", "right"]


def draw_order() -> list[str]:
    """The order in which the three answers stand: drawn for a visit, kept through it, recorded."""
    return random.SystemRandom().sample(ANSWERS, len(ANSWERS))
