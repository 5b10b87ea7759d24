"""What the record says of an answer that is to be printed: the decision, what was shown, whose it is, which words."""

import json
from typing import Any

from consent import ledger
from consent.facts import entries_of
from consent.models import Entry, Explanation, Presentation
from consent.papers.spoken import offered, tag_for
from consent.words import content
from consent.words.content import Words
from consent.words.files import ENGLISH
from consent.words.local import MARK
from registration import actions as registration
from registration.actions import NotPossible
from registration.models import Patient


def decision(entry: Entry) -> dict[str, Any]:
    if entry.kind != "decision":
        raise NotPossible("There is nothing to print for this line of the record: it is not an answer.")
    return ledger.opened([entry])[0]


def presentation_of(data: dict[str, Any]) -> dict[str, Any]:
    """What was shown; empty for an answer given by talking, on paper, or before this system."""
    row = Presentation.objects.filter(hash=data["presentation"]).first() if data.get("presentation") else None
    return json.loads(row.body) if row else {}


def words_of(entry: Entry, data: dict[str, Any], presentation: dict[str, Any]) -> Words:
    """The words that were shown, on a tablet or on the paper that was filled in; or else those in force when the answer
    was recorded, in the person's language."""
    if shown := presentation.get("explanation") or data.get("on_paper"):
        return content.words(shown)
    spoken = tag_for(known_then(person_of(entry), entry).get("language", ""), offered())
    for language in dict.fromkeys([spoken, ENGLISH]):
        if found := in_force(entry, data["question"], language, data.get("prison") or ""):
            return content.words(found)
    raise NotPossible("No words are published for this question. Publish them first: manage.py prepare.")


def in_force(entry: Entry, question: str, language: str, prison: str) -> str:
    """The hash of the words of that day, the prison's own before the general ones; blank where none were published.

    English there always was; where the answer is older than all of it, the first that was published."""
    for tag in ([f"{language}{MARK}{prison}"] if prison else []) + [language]:
        published = Explanation.objects.filter(question=question, language=tag).order_by("pk")
        row = published.filter(published_at__lte=entry.recorded_at).last()
        if row is None and tag == ENGLISH:
            row = published.first()
        if row is not None:
            return row.hash
    return ""


def person_of(entry: Entry) -> Patient | None:
    """The person as known now; the record may outlive what is known of them."""
    patient = Patient.objects.filter(record_id=entry.chain).select_related("merged_into").first()
    return registration.survivor(patient) if patient else None


def known_then(person: Patient | None, entry: Entry) -> dict[str, str]:
    """The name and language as they were known when the answer was recorded: the same answer prints the same bytes."""
    if person is None:
        return {}
    known = person.history.filter(history_date__lte=entry.recorded_at).order_by("history_date")
    return known.values("given_names", "language").last() or {}


def first_name(person: Patient | None, entry: Entry) -> str:
    return (known_then(person, entry).get("given_names", "").split() or [""])[0]


def mark_of_error(entry: Entry) -> Entry | None:
    return next(iter(lines_about(entry, "error")), None)


def lines_about(entry: Entry, kind: str) -> list[Entry]:
    """The lines of this kind that refer to this one, whoever's record they were written in before it was joined."""
    person = person_of(entry)
    known = entries_of(registration.family(person)) if person else Entry.objects.filter(chain=entry.chain)
    return [e for e in known if e.kind == kind and entry.hash in ledger.read(e)["data"]["refers"]]
