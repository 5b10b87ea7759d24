"""From files of words to published words: checked, hashed, drawn once, and inserted where nothing is changed."""

import json
import re
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from consent.journey import KIOSK, NO_QUESTION, Situation
from consent.models import Explanation
from consent.proof.check_record import explanation, sentences
from consent.questions import BY_ID
from consent.words import signing
from consent.words.content import spoken
from consent.words.files import ENGLISH, NotPublishable, english_files, hash_of, languages, load, pictures, read
from consent.words.local import local_lines, local_variants
from consent.words.translations import composed, lines_of

# Icons that point where reading goes: they point the other way in a language written from right to left.
POINTS = re.compile(r"/(arrow-(right|left|back-up)|door-exit)$")
PRIVATE = {"legal", "answer"}  # what is not said aloud where others may hear
KINDS = {"sourced", "inferred", "policy", "ui"}
AXES = Situation().axes().keys()
LONGEST_SENTENCE = 15  # words: content.md section 3
# Cards of the tablet's own words that are drawn on other screens: buttons, and what a speaker says.
WITHOUT_TITLE = set("buttons speak missing paper-choices keep-day keypad-wrong keypad-wait you-choices".split())


@transaction.atomic
def publish() -> list[Explanation]:
    """Publish every file whose words are new, in every language. Raises NotPublishable, and then publishes none."""
    newest = {(row.question, row.language): row.hash for row in Explanation.objects.order_by("pk")}
    added = []
    for source, said in everything():
        if not settings.IS_DEMONSTRATION:
            check_signed(said)
        key = (said["question"], said["language"])
        if newest.get(key) == hash_of(source):
            continue
        row = Explanation(
            hash=hash_of(source),
            question=said["question"],
            language=said["language"],
            source=source,
            rendered=drawn_once(source),
        )
        row.save()
        added.append(row)
    return added


def everything() -> list[tuple[str, dict[str, Any]]]:
    """Everything to publish, checked: its text and what it says. English, then what a prison says instead, then each
    translation of both. Raises NotPublishable."""
    found = []
    for path in english_files():
        source = read(path)
        said = load(path.name, source)
        check(path.name, said)
        originals = [(ENGLISH, source, said), *local_variants(said)]
        found += [(source, said) for _, source, said in originals]
        texts = sentences(said)
        for language in languages().values():
            if language.tag == ENGLISH:
                continue
            lines = lines_of(language, said["question"])
            for tag, original, english in originals:
                as_tag = language.tag + tag.removeprefix(ENGLISH)
                # What a prison says instead is in English until it is translated: the general promise is not theirs.
                same = {key for key, text in sentences(english).items() if texts[key] == text}
                own = local_lines(tag, language.tag, said["question"])
                kept = {key: line for key, line in lines.items() if key in same or key not in texts}
                source = composed(english, kept | own, as_tag, hash_of(original))
                found.append((source, json.loads(source)))
    return found


def check(name: str, said: dict[str, Any]) -> None:
    """Raises NotPublishable with everything that is wrong in a file."""
    problems = [f"{name}: {problem}" for problem in problems_of(said)]
    if problems:
        raise NotPublishable("\n".join(problems))


def problems_of(said: dict[str, Any]) -> list[str]:
    found = []
    is_kiosk, is_asked = said.get("question") == KIOSK, said.get("question") not in NO_QUESTION
    for part in ("question", "language", "title", "sources", "screen", "card", *(["choice"] if is_asked else [])):
        if part not in said:
            found.append(f"{part} is missing.")
    if found:
        return found
    if said["question"] not in BY_ID and is_asked:
        found.append(f"there is no question {said['question']!r} in consent/questions.py.")
    screens = {screen["id"] for screen in said["screen"]} | (WITHOUT_TITLE if is_kiosk else set())
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
    for thing in (*said["card"], *said.get("choice", []), *said.get("check", [])):
        if thing.get("picture") not in pictures():
            found.append(f"{thing['id']}: there is no picture {thing.get('picture')!r} in pictures.toml.")
    for sentence_id, text in sentences(said).items():
        if len(text.split()) > LONGEST_SENTENCE:
            found.append(f"{sentence_id}: more than {LONGEST_SENTENCE} words: {text}")
    if is_asked and {choice["id"] for choice in said["choice"]} != {"yes", "no", "later"}:
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


def check_signed(said: dict[str, Any]) -> None:
    """Outside a demonstration every sentence needs a sign-off by name, in English. Raises NotPublishable."""
    if said["language"].partition("-x-")[0] != ENGLISH:
        return  # what it translates is checked; whether a person checked the translation is asked when it is used
    if unsigned := signing.unsigned(sentences(said)):
        raise NotPublishable(
            f"{said['question']}, {said['language']}: {len(unsigned)} sentences have no clinical sign-off, the first: "
            f"{unsigned[0]}. Without it they can be shown in a demonstration only."
        )


@lru_cache(maxsize=64)
def drawn_once(source: str) -> str:
    """As tablets show it. The same words are drawn once in a process, however often they are published."""
    return json.dumps(rendered(explanation(source)), ensure_ascii=False)


def rendered(said: dict[str, Any]) -> dict[str, Any]:
    def draw(card: dict[str, Any], texts: list[tuple[str, str]]) -> dict[str, Any]:
        return rendered_card(card, texts, said["language"], set(said.get("missing", [])))

    return {
        "title": said["title"],
        "titles": {screen["id"]: screen["title"] for screen in said["screen"]},
        "cards": [
            draw(card, [(f"{card['id']}/{key}", text) for key, text in card["say"].items()]) for card in said["card"]
        ],
        "choices": [draw(choice, [(f"choice:{choice['id']}", choice["say"])]) for choice in said.get("choice", [])],
        "checks": [check | {"picture": drawn_picture(check["picture"])} for check in said.get("check", [])],
        "translates": said.get("translates", ""),
        "stale": said.get("stale", []),
        "missing": said.get("missing", []),
    }


def rendered_card(
    card: dict[str, Any], said: list[tuple[str, str]], language: str, missing: set[str]
) -> dict[str, Any]:
    picture = drawn_picture(card["picture"])
    spans = [spoken(language, key, text, is_english=key in missing) for key, text in said]
    html = render_to_string("kiosk/card.html", {"picture": picture, "sentences": spans})
    return {
        "id": card["id"],
        "screen": card.get("screen", ""),
        "option": card.get("option", ""),
        "when": card.get("when", {}),
        "sentences": said,
        "picture": picture,
        "html": re.sub(r"\s+", " ", html).strip(),
        "private": card.get("private", False) or bool(PRIVATE & card.get("when", {}).keys()),
    }


def drawn_picture(name: str) -> SafeString:
    """The icons of a picture as inline SVG, side by side: decoration beside words, so hidden from screen readers."""
    return mark_safe("".join(icon(path) for path in pictures()[name]))  # noqa: S308 - our drawing


@lru_cache(maxsize=256)
def icon(path: str) -> str:
    file = settings.BASE_DIR / "node_modules" / f"{path}.svg"
    if not file.exists():
        raise NotPublishable(f"The picture {path}.svg is not installed. Run 'make setup'.")
    # A file of a package pinned by its hash.
    svg = ElementTree.fromstring(file.read_text(encoding="utf-8"))  # nosec B314
    outline = svg.get("stroke") == "currentColor"
    # Inline, SVG needs no namespace; and how one is written, any package may have changed.
    for part in svg.iter():
        part.tag = part.tag.rpartition("}")[2]
    paths = "".join(ElementTree.tostring(part, encoding="unicode").strip() for part in svg)
    # Tabler draws heavier lines than healthicons; thinner, a pair of them looks like one drawing.
    style = 'fill="none" stroke="currentColor" stroke-width="1.2"' if outline else 'fill="currentColor"'
    ends = ' stroke-linecap="round" stroke-linejoin="round"' if outline else ""
    mirrored = 'class="mirrored" ' if POINTS.search(path) else ""
    box = svg.get("viewBox")
    return f'<svg {mirrored}viewBox="{box}" aria-hidden="true" focusable="false" {style}{ends}>{paths}</svg>'
