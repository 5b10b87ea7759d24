"""The copy of an answer for the health record: who said what, and in view of which exact words."""

from datetime import datetime
from typing import Any

from babel import Locale
from babel.dates import format_datetime

from consent import ledger
from consent.history import HOLD_NONE, HOLD_SECOND_LOOK
from consent.journey import BY_ID as STEPS
from consent.journey import title_of
from consent.models import Entry, Tablet
from consent.papers.answers import decision, lines_about, mark_of_error, person_of, presentation_of, words_of
from consent.papers.printing import locale_of, pdf
from consent.policy import Answer
from consent.proof.check_record import parts_of
from consent.questions import BY_ID as QUESTIONS
from consent.standing import LONDON
from consent.words import content
from consent.words.content import Words
from consent.words.local import general
from registration.models import Prison

STAFF_LOCALE = Locale.parse("en_GB")
ANSWERS = {
    Answer.YES: "Yes",
    Answer.NO: "No",
    Answer.LATER: "Later",
    Answer.NOT_POSSIBLE: "Not possible today",
    Answer.WITHDRAWN: "Yes taken back",
}
ROUTES = {
    "tablet": "On a tablet",
    "talk": "By talking",
    "paper": "On paper",
    "conflict": "Staff chose between two records that disagreed",
    "import": "Taken in from before this system",
}
PRESSED = {"person": "The person", "staff": "Staff", "feed": "A message from another system", "import": "An import"}
# Said elsewhere on the staff copy, or of no use to a reader. Whatever else was recorded with the answer is printed.
PRINTED_ELSEWHERE = {
    "question",
    "answer",
    "prison",
    "route",
    "hold",
    "refers",
    "presentation",
    "once",
    "visit",
    "about",
    "tablet",
}


def staff_copy(entry: Entry) -> bytes:
    """The copy for the health record as PDF: who said what, in view of which words. Raises NotPossible."""
    said = decision(entry)
    data = said["data"]
    presentation = presentation_of(data)
    words = words_of(entry, data, presentation) if presentation else None
    person = person_of(entry)
    return pdf(
        "staff_copy",
        {
            "name": person.name if person else "",
            "number": person.prison_number if person else "",
            "error": error_in_words(entry),
            "facts": facts_of(entry, said),
            "presentation": shown(presentation, words) if words else None,
            "is_lost": bool(data.get("presentation")) and not presentation,
            "proof": proof_of(entry, said, words),
        },
        identifier=entry.hash,
        at=entry.recorded_at,
    )


def facts_of(entry: Entry, said: dict[str, Any]) -> list[tuple[str, str]]:
    data, by = said["data"], said["by"]
    prison = Prison.objects.filter(pk=data["prison"]).first() if data.get("prison") else None
    pressed = PRESSED.get(by["who"], by["who"])
    rows = [
        ("Question", QUESTIONS[data["question"]].staff_title),
        ("Answer", ANSWERS[Answer(data["answer"])]),
        ("Answered", moment(entry.at)),
        ("Recorded", moment(entry.recorded_at)),
        ("Where", f"{prison.name} ({prison.pk})" if prison else data.get("prison") or "Not known"),
        ("How", how(data)),
        ("Interpreter", data.get("interpreter") or "None recorded"),
        ("Who pressed", f"{pressed}: {by['name']}" if by["name"] else pressed),
    ]
    if data["answer"] == Answer.YES and data.get("hold", HOLD_NONE) != HOLD_NONE:
        until = "Until the check before sending" if data["hold"] == HOLD_SECOND_LOOK else f"For {data['hold']} hours"
        rows.append(("Held", until))
    rows += [("Checked before sending", told) for told in checked_in_words(entry)]
    others = sorted(data.keys() - PRINTED_ELSEWHERE - {"interpreter"})
    rows += [(name.replace("_", " ").capitalize(), in_words(data[name])) for name in others if data[name] != ""]
    return rows


def checked_in_words(entry: Entry) -> list[str]:
    """When it was still yes, and who interpreted then; nothing of a check that was recorded in error."""
    checks = [look for look in lines_about(entry, "second-look") if not mark_of_error(look)]
    said = zip(checks, ledger.opened(checks), strict=True)
    return [
        f"{moment(check.at)}. Interpreter: {one['data'].get('interpreter') or 'none recorded'}" for check, one in said
    ]


def how(data: dict[str, Any]) -> str:
    """The name of a tablet never changes, so it is the one that it had then."""
    said = ROUTES.get(data["route"], data["route"])
    tablet = Tablet.objects.filter(pk=data["tablet"]).first() if data.get("tablet") else None
    return f"{said}: {tablet.name}" if tablet else said


def in_words(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def shown(presentation: dict[str, Any], words: Words) -> dict[str, Any]:
    """What was shown, each sentence with the English that it renders; blank where it is English itself."""
    order = presentation["order"]
    return {
        "language": general(words.language),
        "direction": locale_of(words.language).text_direction,
        "sentences": sentences_shown(presentation),
        "not_shown": [(step, *both(words, title_sentence(step, order))) for step in presentation["not_shown"]],
        "choices": [both(words, f"choice:{name}") for name in order],
        "checks": [
            (*both(words, f"check:{name}/ask"), [answer_to(words, name, given) for given in tried.get("passes", [])])
            for name, tried in presentation.get("checks", {}).items()
        ],
        "has_checks": bool(words.checks),
        "form": [
            ("Language", f"{locale_of(words.language).get_display_name(STAFF_LOCALE)} ({words.language})"),
            ("Text size", "Bigger words" if presentation["form"].get("text") == "bigger" else "Normal"),
        ],
    }


def sentences_shown(presentation: dict[str, Any]) -> list[tuple[str, str, str, bool]]:
    """(id, exact words, the English of them, whether it is a title) of every sentence on the screen, in order."""
    return [
        (name, *both(content.words(told["explanation"]), name), name.startswith("title:"))
        for told in parts_of(presentation)
        for name in told["sentences"]
    ]


def both(words: Words, sentence_id: str) -> tuple[str, str]:
    """The exact words, and the English that they render where they are in another language."""
    english = content.in_english(words) if words.translates else None
    text = words.texts.get(sentence_id, "")
    beside = english.texts.get(sentence_id, "") if english else ""
    return text, beside if beside != text else ""


def answer_to(words: Words, check: str, given: str) -> tuple[str, str, str]:
    """The answer that was touched, in both languages, and what it counts as: right, wrong, unsure or skipped."""
    return (*both(words, f"check:{check}/{given}"), given)


def title_sentence(step_id: str, order: list[str]) -> str:
    """The id of the title of a step; blank for one that is no longer known."""
    return f"title:{title_of(STEPS[step_id], order)}" if step_id in STEPS else ""


def error_in_words(entry: Entry) -> dict[str, str] | None:
    mark = mark_of_error(entry)
    if mark is None:
        return None
    (said,) = ledger.opened([mark])
    return {
        "at": moment(mark.recorded_at),
        "by": said["by"]["name"],
        "second": said["data"]["second"],
        "reason": said["data"]["reason"],
    }


def proof_of(entry: Entry, said: dict[str, Any], words: Words | None) -> list[tuple[str, str]]:
    rows = [("Entry", entry.hash), ("Place in the chain", f"{entry.seq} of {entry.chain}")]
    if words:
        rows += [("Words (explanation)", words.hash), ("What was shown (presentation)", said["data"]["presentation"])]
    return rows


def moment(at: datetime) -> str:
    return format_datetime(at.astimezone(LONDON), "EEEE d MMMM y, HH:mm", locale=STAFF_LOCALE)
