"""Every screen in every form it can have, in any two languages side by side, with who stands behind each sentence."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from consent.journey import Kind
from consent.staff import here
from consent.staff.words.claims import screen_of, screen_with, sentences_of, state_of_words, who_signed
from consent.staff.words.forms import Form, When, forms_of
from consent.staff.words.reading import Edition, Said, reviewers_only
from consent.words import content, files, publishing
from consent.words.files import ENGLISH
from consent.words.local import MARK
from registration.models import Prison

ASKED = {
    "ask": _("Question"),
    "right": _("Right"),
    "wrong": _("Wrong"),
    "unsure": _("Not sure"),
    "tell": _("Staff ask this after a second miss"),
}
ANSWERS = ("right", "wrong", "unsure")
# Cards that stand on other screens, or are only heard: in a file of words they have a screen without a title.
UNTITLED = {
    "buttons": _("Every button"),
    "speak": _("What the speaker beside a language says"),
    "missing": _("The button for whoever does not find their language"),
    "paper-choices": _("The buttons for paper"),
    "keep-day": _("The day on the paper to keep"),
    "keypad-wrong": _("After a wrong number"),
    "keypad-wait": _("After too many wrong numbers"),
    "you-choices": _("The buttons for “Is this you?”"),
}


@dataclass(frozen=True)
class Screen:
    """One screen of an explanation: what may stand on it, each part with when it does."""

    question: str
    name: str
    title: Any  # in English
    has_title: bool
    parts: tuple[tuple[str, When], ...]  # ids of cards; "choice:yes", "check:undo"

    @property
    def id(self) -> str:
        return f"{self.question}.{self.name}"

    @property
    def forms(self) -> list[Form]:
        return forms_of(self.parts)


@lru_cache(maxsize=16)
def screens_of(said: Said) -> list[Screen]:
    """The screens of an explanation, in the order of its file."""
    words = said.words
    titles = {screen["id"]: screen["title"] for screen in words["screen"]}
    parts: dict[str, list[tuple[str, When]]] = {name: [] for name in titles}
    for card in words["card"]:
        parts.setdefault(screen_of(card, titles), []).append((card["id"], card.get("when", {})))
    for choice in words.get("choice", []):
        parts.setdefault(screen_with(Kind.CHOOSE, said.question), []).append((f"choice:{choice['id']}", {}))
    for asked in words.get("check", []):
        part = (f"check:{asked['id']}", asked.get("when", {}))
        parts.setdefault(screen_with(Kind.CHECK, said.question), []).append(part)
    return [
        Screen(said.question, name, titles.get(name) or UNTITLED.get(name, name), name in titles, tuple(those))
        for name, those in parts.items()
    ]


def all_screens(now: Edition) -> list[Screen]:
    return [screen for said in now.of(ENGLISH) for screen in screens_of(said)]


# -- the page ---------------------------------------------------------------------------------------------------------


@require_GET
@reviewers_only
def screens(request: HttpRequest, now: Edition) -> HttpResponse:
    every = all_screens(now)
    at = next((place for place, screen in enumerate(every) if screen.id == request.GET.get("screen")), 0)
    left, right = sides_wanted(request, now)

    def address(place: int) -> str:
        wanted = {"left": left, "right": right, "screen": every[place].id}
        return f"{reverse('words-screens')}?{urlencode(wanted)}"

    return here.page(
        request,
        "review/screens",
        tags=[(tag, name_of(tag)) for tag in now.tags],
        left=left,
        right=right,
        every=[(said.words["title"], screens_of(said)) for said in now.of(ENGLISH)],
        screen=every[at],
        sides=[side_of(now, every[at], tag) for tag in (left, right)],
        forms=list(drawn_forms(now, every[at], left, right)),
        sources=now.get(every[at].question, ENGLISH).words["sources"],
        before=address(at - 1) if at else "",
        after=address(at + 1) if at + 1 < len(every) else "",
    )


def sides_wanted(request: HttpRequest, now: Edition) -> tuple[str, str]:
    """English and the first translation, until somebody chooses."""
    others = [tag for tag in now.tags if tag != ENGLISH] or [ENGLISH]
    left, right = request.GET.get("left", ENGLISH), request.GET.get("right", others[0])
    return left if left in now.tags else ENGLISH, right if right in now.tags else others[0]


def name_of(tag: str) -> str:
    """polski (Polish); in the words of a prison: English, Leeds (HMP)."""
    language, _mark, prison = tag.partition(MARK)
    known = files.languages()[language]
    name = known.name if known.name == known.english else f"{known.name} ({known.english})"
    if not prison:
        return name
    row = Prison.objects.filter(pk=prison).first()
    return f"{name}, {row.name if row else prison}"


def side_of(now: Edition, screen: Screen, tag: str) -> dict[str, Any]:
    """A column of the page: its language, and who translated it."""
    said = now.get(screen.question, tag)
    language = files.languages()[said.language]
    translated = ", ".join(filter(None, (language.translated_by, language.translated_on)))
    return {"tag": language.tag, "direction": language.direction, "name": name_of(tag), "translated": translated}


def drawn_forms(now: Edition, screen: Screen, left: str, right: str) -> Any:
    """Each form of the screen with its parts drawn in both languages; what stands behind a part is told once."""
    columns = [parts_drawn(now, screen, tag) for tag in (left, right)]
    told: set[str] = set()
    for form in screen.forms:
        names = [*([""] if screen.has_title else []), *form.parts]
        parts = [
            {
                "name": name or f"title:{screen.name}",
                "claim": columns[0][name]["claim"],
                "is_choice": name.startswith("choice:"),
                "is_told": name in told,
                "sides": [column[name] for column in columns],
            }
            for name in names
        ]
        told |= set(names)
        yield {"combinations": form.combinations, "parts": parts, "is_empty": bool(screen.parts) and not form.parts}


def parts_drawn(now: Edition, screen: Screen, tag: str) -> dict[str, dict[str, Any]]:
    """Every part that may stand on the screen as the tablet draws it, and its sentences; the title by no name."""
    said = now.get(screen.question, tag)
    language = files.languages()[said.language]
    sentences = [sentence for sentence in sentences_of(now, said) if sentence.claim.screen == screen.name]
    signatures = who_signed(sentence.key for sentence in sentences)
    found: dict[str, dict[str, Any]] = {}
    for sentence in sentences:
        part = found.setdefault(
            sentence.claim.part,
            {
                "tag": language.tag,
                "direction": language.direction,
                "claim": sentence.claim,
                "html": drawn(said).get(sentence.claim.part, ""),
                "picture": pictures(said).get(sentence.claim.part, ""),
                "sentences": [],
            },
        )
        is_asked = sentence.claim.part.startswith("check:")
        part["sentences"].append(
            {
                "sentence": sentence,
                "label": asked_as(sentence.id) if is_asked else "",
                "look": look_of(sentence.id) if is_asked else "",
                "state": state_of_words(sentence, signatures.get(sentence.key, [])),
            }
        )
    return found


def asked_as(sentence_id: str) -> str:
    """What a sentence of an understanding question is for."""
    name = sentence_id.partition("/")[2]
    return str(ASKED.get(name, gettext("After a miss")))


def look_of(sentence_id: str) -> str:
    """What the tablet makes of it: the question itself, a button to answer with, or what comes after a miss."""
    name = sentence_id.partition("/")[2]
    return "ask" if name == "ask" else "answer" if name in ANSWERS else "miss"


@lru_cache(maxsize=32)
def drawn(said: Said) -> dict[str, SafeString]:
    """The cards and choices of an explanation as the tablet draws them."""
    rendered = publishing.rendered(said.words)
    found = {card["id"]: content.drawn(card).html for card in rendered["cards"]}
    return found | {f"choice:{choice['id']}": content.drawn(choice).html for choice in rendered["choices"]}


@lru_cache(maxsize=32)
def pictures(said: Said) -> dict[str, SafeString]:
    """The picture of each understanding question: its sentences stand beside it one by one."""
    return {f"check:{asked['id']}": publishing.drawn_picture(asked["picture"]) for asked in said.words.get("check", [])}
