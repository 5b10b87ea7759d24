"""What a screen shows: published words and pictures for a step, an "is this right?", or a page beside the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString

from consent.journey import BY_ID, DONE, KIOSK, Kind, Step, before, drawn_answers, path, progress, step_at, title_of
from consent.kiosk.visits import situation
from consent.models import Visit
from consent.questions import GP_RECORD
from consent.words import content
from consent.words.content import Card, Words
from consent.words.dates import day
from consent.words.files import languages
from consent.words.local import general
from consent.words.publishing import drawn_picture
from registration.models import Patient


@dataclass
class Screen:
    """One screen of a visit. ``shown`` lists the sentence ids on it, in order."""

    visit: Visit
    step: Step
    template: str
    words: Words
    title_id: str
    cards: list[Card] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)
    # A page beside the way ("right", "later", "help" ...), and the answer that waits on it for "this is right".
    view: str = ""
    answer: str = ""
    # What is being read aloud: "all", or one card or button by the name it is heard by.
    speak: str = ""

    @property
    def title(self) -> SafeString:
        return self.words.say(f"title:{self.title_id}")

    @property
    def is_private(self) -> bool:
        """Whatever stands here tells the answer."""
        return self.step.id in {"second-look", "second-look-done"} and not self.view

    @property
    def private(self) -> set[str]:
        """The sentence ids here that say something about legal status or the answer."""
        if self.is_private:
            return set(self.shown)
        return {name for card in self.cards if card.private for name, _ in card.sentences}

    @property
    def shown(self) -> list[str]:
        ids = [f"title:{self.title_id}"] + [name for card in self.cards for name, _ in card.sentences]
        return ids + list(self.extra.get("also_shown", []))

    @property
    def aloud(self) -> list[str]:
        """The sentence ids that are read aloud now; of "all", not what is private where others may hear it."""
        if self.speak == "all":
            quiet = self.private if self.visit.state.get("headphones") is False else set()
            return [name for name in self.shown if name not in quiet]
        answers = {place: name for place, *_said, name in self.extra.get("answers", [])}
        return [name for name in self.shown if name == answers.get(self.speak) or name.startswith(self.speak)]

    def context(self) -> dict[str, Any]:
        state = self.visit.state
        now = situation(self.visit)
        # The first night is too short to count, and it may go over into the whole.
        at, of = progress(now, self.step) if now.whole and now.is_them else (0, 0)
        is_done = self.step.kind in DONE
        return {
            "screen": self,
            "bigger": state.get("bigger", False),
            "is_end": self.step.kind is Kind.END and not self.view,
            "is_quiet": state.get("headphones") is False,
            "said": "",
            "can_go_back": bool(self.view) or before(now, self.step, state.get("done", [])) is not None,
            "can_decide_later": not is_done and self.view != "later" and self.step.kind is not Kind.YOU,
            "can_choose_now": now.asks_gms and not self.view and self.step.kind in READING,
            "at": at,
            "of": of,
            **said_in(state["words"][KIOSK]),
            **self.extra,
        }


READING = {Kind.MINUTE, Kind.ONWARD, Kind.READ, Kind.MEANS, Kind.CHECK, Kind.RESUME}


@lru_cache(maxsize=64)
def said_in(tablet_hash: str) -> Mapping[str, Any]:
    """What every screen has of the tablet's own words: its language, its buttons, and what may come over it."""
    tablet = content.words(tablet_hash)
    return {
        "language": general(tablet.language),
        "direction": languages()[general(tablet.language)].direction,
        "button": {card.id.removeprefix("button.").replace("-", "_"): card.html for card in tablet.on("buttons", {})},
        "listen": tablet.sentence("button.listen/say"),
        "speaker": tablet.card("button.listen").picture,
        "there": {"title": tablet.say("title:there"), "cards": tablet.on("there", {})},
        "lost": [tablet.say("title:lost"), *(card.html for card in tablet.on("lost", {}))],
    }


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


def you(visit: Visit, step: Step) -> Screen:
    """No more of the name than a neighbour on the wing knows, and the picture that staff see too."""
    screen = read(visit, step)
    buttons = screen.words.on("you-choices", {})
    screen.extra = {
        "choices": buttons,
        "also_shown": [name for card in buttons for name, _ in card.sentences],
        "name": short_name(visit.patient),
        "drawing": drawn_picture(visit.state["picture"]),
    }
    return screen


def short_name(person: Patient) -> str:
    """Sam P."""
    given, family = person.given_names.split()[:1], person.family_name.strip()[:1]
    return " ".join([*given, *([f"{family.upper()}."] if family else [])])


def language(visit: Visit, step: Step) -> Screen:
    """Every language by its own name, and one button for whoever finds none."""
    screen = read(visit, step)
    screen.extra = {"offered": offered_languages(), "missing": screen.words.card("language.missing")}
    return screen


def offered_languages() -> list[dict[str, Any]]:
    return [
        {
            "tag": tablet.language,
            "name": languages()[tablet.language].name,
            "direction": languages()[tablet.language].direction,
            "speak": tablet.say("language.speak/speak"),
            "listen": tablet.sentence("button.listen/say"),
        }
        for tablet in content.offered()
    ]


def minute(visit: Visit, step: Step) -> Screen:
    screen = read(visit, step)
    if visit.state["outcome"] == "fresh-look":
        screen.cards = [*screen.words.on("answered", situation(visit).axes(visit.state["decision"]))[:1], *screen.cards]
        screen.extra = {"said": said_then(visit)}
    screen.template = "kiosk/read.html"
    return screen


def resume(visit: Visit, step: Step) -> Screen:
    heard = [BY_ID[name] for name in visit.state.get("heard", []) if name in BY_ID]
    told = [s for s in heard if s.kind in (Kind.MINUTE, Kind.READ, Kind.MEANS)]
    titles = dict.fromkeys(words_of(visit, s.question).say(f"title:{title_of(s, visit.state['order'])}") for s in told)
    words = words_of(visit, KIOSK)
    return Screen(visit, step, "kiosk/resume.html", words, "resume", extra={"heard": list(titles)})


def means(visit: Visit, step: Step) -> Screen:
    words = words_of(visit, step.question)
    option = visit.state["order"][step.position]
    cards = words.on("means", situation(visit).axes(), option)
    return Screen(visit, step, "kiosk/read.html", words, f"means-{option}", cards)


def onward(visit: Visit, step: Step) -> Screen:
    screen = read(visit, step)
    screen.extra = {"choices": screen.cards, "also_shown": [name for c in screen.cards for name, _ in c.sentences]}
    screen.cards = []
    return screen


def check(visit: Visit, step: Step) -> Screen:
    words = words_of(visit, step.question)
    now = situation(visit)
    asked = words.check(step.check, now.axes())
    again = step.id in visit.state.get("tries", {})
    drawn = drawn_answers(step, visit.state["order"])
    ids = [f"check:{asked['id']}/{part}" for part in ("ask", *drawn, "unsure")]
    told = [f"check:{asked['id']}/again.{key}" for key in asked["again"]] if again else []
    is_first = step == next(s for s in path(now) if s.kind is Kind.CHECK)
    cards = words.on("checks", now.axes()) if is_first and not again else []
    extra = {
        "asked": asked,
        "ask": words.say(ids[0]),
        "again": [words.say(name) for name in told],
        # The page does not tell which of them is right: the places are drawn.
        "answers": [
            (place, words.sentence(name), words.say(name, is_named=False), name)
            for place, name in zip(("first", "second", "unsure"), ids[1:], strict=True)
        ],
        "also_shown": [*told, *ids],
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
    extra = {"choices": buttons, "said": said_then(visit)}
    extra["also_shown"] = [name for card in buttons for name, _ in card.sentences]
    kept = [card for card in cards if card not in buttons]
    return Screen(visit, step, "kiosk/second-look.html", words, "second-look", kept, extra)


def said_then(visit: Visit) -> dict[str, str]:
    """The day and place of the answer that stands, each on its own: no sentence is put together from parts."""
    said = visit.state["said"]
    return {"day": day(said["at"], general(visit.state["language"])), "prison": said["prison"]} if said else {}


def paper(visit: Visit, step: Step) -> Screen:
    screen = read(visit, step)
    buttons = screen.words.on("paper-choices", {})
    screen.extra = {"choices": buttons}
    return screen


def end(visit: Visit, step: Step) -> Screen:
    answer = visit.state.get("answer") or visit.state["decision"]
    now = situation(visit)
    words = words_of(visit, step.question)
    cards = words.on(step.words, now.axes(answer))
    gp_answer = visit.state.get("gp_answer", "")
    if gp_answer and (now.whole or step.id != "next"):
        cards = [*cards, *words_of(visit, GP_RECORD.id).on("gp-record-next", now.axes(gp_answer))[:1]]
    return Screen(visit, step, "kiosk/end.html", words, step.words, cards)


BUILDERS = {
    Kind.YOU: you,
    Kind.LANGUAGE: language,
    Kind.MINUTE: minute,
    Kind.RESUME: resume,
    Kind.MEANS: means,
    Kind.ONWARD: onward,
    Kind.CHECK: check,
    Kind.CHOOSE: choose,
    Kind.SECOND_LOOK: second_look,
    Kind.PAPER: paper,
    Kind.END: end,
}


def hear(visit: Visit, screen: Screen) -> None:
    """Remember that these words were on the screen, with the explanation that they are from."""
    seen = visit.state["seen"].setdefault(screen.words.question, [])
    seen.extend(name for name in screen.shown if name not in seen)
    heard = visit.state.setdefault("heard", [])
    if screen.step.id not in heard:
        heard.append(screen.step.id)


def not_shown(visit: Visit, question: str) -> list[str]:
    """The steps of this person's whole journey whose words were never on a screen: they knew what to choose."""
    heard = set(visit.state.get("heard", []))
    return [s.id for s in path(situation(visit)) if s.question == question and s.id not in heard and s.kind in READING]
