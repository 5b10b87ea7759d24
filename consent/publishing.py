"""From files of words to published words: checked, hashed, drawn once, and inserted where nothing is changed."""

import hashlib
import json
import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from consent.journey import Situation
from consent.models import Explanation, SignOff
from consent.proof.check_record import sentences
from consent.questions import BY_ID

FILES = Path(__file__).parent / "explanations"
KINDS = {"sourced", "inferred", "policy", "ui"}
AXES = Situation().axes().keys()
LONGEST_SENTENCE = 15  # words: content.md section 3


class NotPublishable(Exception):
    """A file of words cannot be published; one line for each thing to put right."""


def canonical(text: str) -> str:
    """The same text for the same words: NFC, LF, no spaces at line ends, one newline at the end."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def sentence_hash(sentence_id: str, text: str) -> str:
    return hashlib.sha256(f"{sentence_id}\n{text}".encode()).hexdigest()


def files() -> list[Path]:
    return sorted(path for path in FILES.glob("*.toml") if path.name != "pictures.toml")


@transaction.atomic
def publish() -> list[Explanation]:
    """Publish every file whose words are new. Raises NotPublishable, and then publishes none."""
    added = []
    for path in files():
        text = canonical(path.read_text(encoding="utf-8"))
        name = hashlib.sha256(text.encode()).hexdigest()
        said = load(path.name, text)
        check(path.name, said)
        if not settings.IS_DEMONSTRATION:
            check_signed(path.name, said)
        newest = Explanation.objects.filter(question=said["question"], language=said["language"]).order_by("pk").last()
        if newest and newest.hash == name:
            continue
        row = Explanation(
            hash=name,
            question=said["question"],
            language=said["language"],
            source=text,
            rendered=json.dumps(rendered(said), sort_keys=True, ensure_ascii=False),
        )
        row.save()
        added.append(row)
    return added


def load(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise NotPublishable(f"{name}: {problem}.") from problem


def check(name: str, said: dict[str, Any]) -> None:
    """Raises NotPublishable with everything that is wrong in a file."""
    problems = [f"{name}: {problem}" for problem in problems_of(said)]
    if problems:
        raise NotPublishable("\n".join(problems))


def problems_of(said: dict[str, Any]) -> list[str]:
    found = []
    for part in ("question", "language", "title", "sources", "screen", "card", "choice"):
        if part not in said:
            found.append(f"{part} is missing.")
    if found:
        return found
    if said["question"] not in BY_ID:
        found.append(f"there is no question {said['question']!r} in consent/questions.py.")
    screens = {screen["id"] for screen in said["screen"]}
    seen: set[str] = set()
    for card in said["card"]:
        label = f"card {card.get('id', '?')}"
        if card["id"] in seen:
            found.append(f"{label}: there are two cards with this id.")
        seen.add(card["id"])
        if card["screen"] not in screens:
            found.append(f"{label}: there is no screen {card['screen']!r}.")
        found += claim_problems(label, card, said["sources"])
    for claim in said.get("check", []):
        found += claim_problems(f"check {claim['id']}", claim, said["sources"])
    for thing in (*said["card"], *said["choice"]):
        if thing.get("picture") not in pictures():
            found.append(f"{thing['id']}: there is no picture {thing.get('picture')!r} in pictures.toml.")
    for sentence_id, text in sentences(said).items():
        if len(text.split()) > LONGEST_SENTENCE:
            found.append(f"{sentence_id}: more than {LONGEST_SENTENCE} words: {text}")
    if {choice["id"] for choice in said["choice"]} != {"yes", "no", "later"}:
        found.append("the choices are yes, no and later, all three.")
    return found


def claim_problems(label: str, claim: dict[str, Any], sources: dict[str, str]) -> list[str]:
    found = []
    if claim.get("kind") not in KINDS:
        found.append(f"{label}: kind is one of {', '.join(sorted(KINDS))}.")
    if claim.get("kind") != "ui" and not claim.get("source"):
        found.append(f"{label}: it claims something and names no source.")
    found += [f"{label}: source {key} is not listed." for key in claim.get("source", []) if key not in sources]
    found += [f"{label}: there is no axis {axis!r}." for axis in claim.get("when", {}) if axis not in AXES]
    return found


def check_signed(name: str, said: dict[str, Any]) -> None:
    """Outside a demonstration every sentence needs a clinical sign-off by name. Raises NotPublishable."""
    hashes = {sentence_hash(sentence_id, text): sentence_id for sentence_id, text in sentences(said).items()}
    signed = set(SignOff.objects.filter(sentence__in=hashes).values_list("sentence", flat=True))
    if unsigned := [hashes[key] for key in hashes if key not in signed]:
        raise NotPublishable(
            f"{name}: {len(unsigned)} sentences have no clinical sign-off, the first: {unsigned[0]}. "
            "Without it they can be shown in a demonstration only."
        )


def rendered(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": said["title"],
        "titles": {screen["id"]: screen["title"] for screen in said["screen"]},
        "cards": [
            rendered_card(card, [(f"{card['id']}/{key}", text) for key, text in card["say"].items()])
            for card in said["card"]
        ],
        "choices": [rendered_card(choice, [(f"choice:{choice['id']}", choice["say"])]) for choice in said["choice"]],
        "checks": said.get("check", []),
    }


def rendered_card(card: dict[str, Any], said: list[tuple[str, str]]) -> dict[str, Any]:
    picture = drawn_picture(card["picture"])
    return {
        "id": card["id"],
        "screen": card.get("screen", ""),
        "option": card.get("option", ""),
        "when": card.get("when", {}),
        "sentences": said,
        "picture": picture,
        "html": re.sub(
            r"\s+", " ", render_to_string("kiosk/card.html", {"picture": picture, "sentences": said})
        ).strip(),
    }


@lru_cache(maxsize=1)
def pictures() -> dict[str, list[str]]:
    return tomllib.loads((FILES / "pictures.toml").read_text(encoding="utf-8"))


def drawn_picture(name: str) -> SafeString:
    """The icons of a picture as inline SVG, side by side: decoration beside words, so hidden from screen readers."""
    return mark_safe("".join(icon(path) for path in pictures()[name]))  # noqa: S308 - our own drawing, below


def icon(path: str) -> str:
    file = settings.BASE_DIR / "node_modules" / f"{path}.svg"
    if not file.exists():
        raise NotPublishable(f"The picture {path}.svg is not installed. Run 'make setup'.")
    svg = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    outline = svg.get("stroke") == "currentColor"
    paths = "".join(ElementTree.tostring(part, encoding="unicode").strip() for part in svg)
    paths = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", paths.replace("ns0:", ""))
    # Tabler draws heavier lines than healthicons; thinner, a pair of them looks like one drawing.
    style = 'fill="none" stroke="currentColor" stroke-width="1.2"' if outline else 'fill="currentColor"'
    ends = ' stroke-linecap="round" stroke-linejoin="round"' if outline else ""
    return f'<svg viewBox="{svg.get("viewBox")}" aria-hidden="true" focusable="false" {style}{ends}>{paths}</svg>'
