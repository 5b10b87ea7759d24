"""What a screen shows: published words and pictures for a step, an "is this right?", or a page beside the way."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from babel.dates import format_date
from django.utils import timezone

from consent import content
from consent.content import Words
from consent.journey import ANSWERS, BY_ID, Kind, Step, before, path, progress, step_at
from consent.kiosk.visits import situation
from consent.models import Visit
from consent.questions import GMS_REGISTRATION, GP_RECORD


@dataclass
class Screen:
    """One screen of a visit. ``shown`` lists the sentence ids on it, in order, by question."""

    visit: Visit
    step: Step
    template: str
    words: Words
    title_id: str
    cards: list[content.Card] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    # A page beside the way ("right", "later", "help"), and the answer that waits on it for "this is right".
    view: str = ""
    answer: str = ""

    @property
    def title(self) -> str:
        return self.words.titles[self.title_id]

    @property
    def shown(self) -> list[str]:
        ids = [f"title:{self.title_id}"] + [name for card in self.cards for name, _ in card.sentences]
        return ids + list(self.extra.get("also_shown", []))

    def context(self) -> dict[str, Any]:
        state = self.visit.state
        now = situation(self.visit)
        # The first night is too short to count, and it may go over into the whole.
        at, of = progress(now, self.step) if now.whole else (0, 0)
        return {
            "screen": self,
            "visit": self.visit,
            "bigger": state.get("bigger", False),
            "is_end": self.step.kind is Kind.END and not self.view,
            "said": {},
            "can_go_back": bool(self.view) or before(now, self.step, state.get("done", [])) is not None,
            "can_decide_later": self.step.kind is not Kind.END and self.view != "later",
            "can_choose_now": now.asks_gms and not self.view and self.step.kind in READING,
            "at": at,
            "of": of,
            **self.extra,
        }


READING = {Kind.MINUTE, Kind.READ, Kind.MEANS, Kind.CHECK, Kind.RESUME}


def words_of(visit: Visit, question: str) -> Words:
    return content.words(visit.state["words"][question])


def current(visit: Visit) -> Screen:
    """The screen of the step reached."""
    step = step_at(situation(visit), visit.state.get("step", ""))
    return BUILDERS.get(step.kind, read)(visit, step)


def read(visit: Visit, step: Step) -> Screen:
    words = words_of(visit, step.question)
    cards = words.on(step.words, situation(visit).axes())
    return Screen(visit, step, f"kiosk/{step.kind}.html", words, step.words, cards)


def minute(visit: Visit, step: Step) -> Screen:
    screen = read(visit, step)
    onward = [] if situation(visit).whole else screen.words.on("onward", {})
    if visit.state["outcome"] == "fresh-look":
        screen.cards = [*screen.words.on("answered", situation(visit).axes(visit.state["decision"]))[:1], *screen.cards]
    screen.extra = {
        "said": said_then(visit) if visit.state["outcome"] == "fresh-look" else {},
        "onward": onward,
        "onward_title": screen.words.titles["onward"],
        "also_shown": [name for card in onward for name, _ in card.sentences],
    }
    return screen


def resume(visit: Visit, step: Step) -> Screen:
    words = words_of(visit, step.question)
    heard = [BY_ID[name] for name in visit.state.get("heard", []) if name in BY_ID]
    told = [s for s in heard if s.kind in (Kind.MINUTE, Kind.READ, Kind.MEANS)]
    titles = dict.fromkeys(words.titles[title_of(visit, s)] for s in told)
    return Screen(visit, step, "kiosk/resume.html", words, "means", extra={"heard": list(titles)})


def title_of(visit: Visit, step: Step) -> str:
    return f"means-{visit.state['order'][step.position]}" if step.kind is Kind.MEANS else step.words


def means(visit: Visit, step: Step) -> Screen:
    words = words_of(visit, step.question)
    option = visit.state["order"][step.position]
    cards = words.on("means", situation(visit).axes(), option)
    return Screen(visit, step, "kiosk/read.html", words, f"means-{option}", cards)


def check(visit: Visit, step: Step) -> Screen:
    words = words_of(visit, step.question)
    asked = words.checks_for(situation(visit).axes())[step.position]
    tried = visit.state["checks"].get(asked["id"], {})
    again = len(tried.get("passes", [])) == 1
    # "I am not sure" stands last; which of the two others stands first is drawn with the order of the choices.
    first = visit.state["order"].index("yes") < visit.state["order"].index("no")
    answers = ["right", "wrong"] if first == (step.position % 2 == 0) else ["wrong", "right"]
    ids = [f"check:{asked['id']}/{part}" for part in ("ask", *answers, "unsure")]
    if again:
        ids = [f"check:{asked['id']}/again.{key}" for key in asked["again"]] + ids
    cards = words.on("checks", situation(visit).axes()) if step.position == 0 and not again else []
    extra = {
        "asked": asked,
        "again": list(asked["again"].values()) if again else [],
        "answers": [(name, asked[name]) for name in [*answers, "unsure"]],
        "also_shown": ids,
    }
    return Screen(visit, step, "kiosk/check.html", words, "checks", cards, extra)


def choose(visit: Visit, step: Step) -> Screen:
    screen = read(visit, step)
    screen.template = "kiosk/choose.html"
    choices = [screen.words.choices[name] for name in visit.state["order"]]
    screen.extra = {"choices": choices, "also_shown": [c.sentences[0][0] for c in choices]}
    return screen


def second_look(visit: Visit, step: Step) -> Screen:
    words = words_of(visit, step.question)
    cards = words.on("second-look", situation(visit).axes())
    buttons = [words.card("second-look.still"), words.card("second-look.change")]
    extra = {"buttons": buttons, "said": said_then(visit)}
    kept = [card for card in cards if card not in buttons]
    return Screen(visit, step, "kiosk/second-look.html", words, "second-look", kept, extra)


def said_then(visit: Visit) -> dict[str, str]:
    """The day and place of the answer that stands, each on its own: no sentence is put together from parts."""
    said = visit.state["said"]
    if not said:
        return {}
    at = timezone.localtime(datetime.fromisoformat(said["at"]))
    return {"day": format_date(at, "EEEE d MMMM y", locale="en_GB"), "prison": said["prison"]}


def end(visit: Visit, step: Step) -> Screen:
    answer = visit.state.get("answer") or visit.state["decision"]
    now = situation(visit)
    words = words_of(visit, step.question)
    cards = words.on(step.words, now.axes(answer))
    gp_answer = visit.state.get("gp_answer", "")
    if gp_answer and (now.whole or step.id != "next"):
        cards = [*cards, *words_of(visit, GP_RECORD.id).on("gp-record-next", now.axes(gp_answer))[:1]]
    return Screen(visit, step, "kiosk/end.html", words, step.words, cards)


def right(visit: Visit, answer: str) -> Screen:
    """Is this right? Nothing is stored yet: the answer waits on the page."""
    step = current(visit).step
    words = words_of(visit, step.question)
    screen_id = "right" if step.question == GMS_REGISTRATION.id else "gp-record-right"
    cards = words.on(screen_id, situation(visit).axes(answer))
    return Screen(visit, step, "kiosk/right.html", words, screen_id, cards, view="right", answer=answer)


def later(visit: Visit) -> Screen:
    words = words_of(visit, GMS_REGISTRATION.id)
    cards = words.on("later-right", situation(visit).axes("later"))
    return Screen(visit, current(visit).step, "kiosk/right.html", words, "later-right", cards, view="later")


def help_wanted(visit: Visit) -> Screen:
    return beside_the_way(visit, "help")


def went_wrong(visit: Visit) -> Screen:
    return beside_the_way(visit, "error")


def beside_the_way(visit: Visit, screen_id: str) -> Screen:
    words = words_of(visit, GMS_REGISTRATION.id)
    cards = words.on(screen_id, situation(visit).axes())
    return Screen(visit, current(visit).step, "kiosk/help.html", words, screen_id, cards, view="help")


def beside(visit: Visit, view: str, answer: str) -> Screen:
    """The page beside the way that was showing, or the step itself."""
    if view == "right" and answer in ANSWERS and current(visit).step.kind is Kind.CHOOSE:
        return right(visit, answer)
    if view == "later" and current(visit).step.kind is not Kind.END:
        return later(visit)
    return help_wanted(visit) if view == "help" else current(visit)


def not_shown(visit: Visit, question: str) -> list[str]:
    """The steps of this person's whole journey whose words were never on a screen: they knew what to choose."""
    heard = set(visit.state.get("heard", []))
    return [s.id for s in path(situation(visit)) if s.question == question and s.id not in heard and s.kind in READING]


BUILDERS = {
    Kind.MINUTE: minute,
    Kind.RESUME: resume,
    Kind.MEANS: means,
    Kind.CHECK: check,
    Kind.CHOOSE: choose,
    Kind.SECOND_LOOK: second_look,
    Kind.END: end,
}
