"""Copy for the clinical record: one short text to paste there, always of the same form, and a note that it was done."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext

from consent import actions, facts, ledger
from consent.models import Entry
from consent.papers.answers import presentation_of
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from consent.roles import Deed
from consent.staff import wording
from consent.staff.here import of_person, page, person_page, prisons
from consent.staff.matters import Matter, matters_with_request
from consent.staff.person.timeline import pressed
from registration import actions as registration
from registration.models import Patient, Prison

KIND = "entered-in-clinical-record"


@of_person("clinical record", Deed.COPIES)
def clinical_record(request: HttpRequest, person: Patient) -> HttpResponse:
    about = matters_with_request(person)
    told = told_of(facts.entries_of(registration.family(person)))
    lines = sorted(m.asked.line for m in about if m.asked.line)
    if request.method == "POST":
        if not lines or request.POST.get("lines", "").split() != lines:
            messages.error(request, gettext("The answer has changed since this page was shown. Copy it again."))
            return redirect("clinical-record", person.prison_number)
        if not all(m.asked.entered for m in about if m.asked.line):
            actions.record_note(patient=person, kind=KIND, by=actions.staff(request.user), refers=tuple(lines))
        messages.success(request, gettext("Recorded: it is entered in the clinical record."))
        return redirect(person_page(person))
    return page(
        request,
        "clinical_record",
        person=person,
        text=text_of(person, about, told, prisons(request)) if lines else "",
        lines=" ".join(lines),
        entered=entered_by(lines, told),
        back=person_page(person),
    )


def told_of(entries: list[Entry]) -> list[tuple[Entry, dict[str, Any]]]:
    return list(zip(entries, ledger.opened(entries), strict=True))


def entered_by(lines: list[str], told: Iterable[tuple[Entry, dict[str, Any]]]) -> str:
    """Who said that exactly these answers are entered, and when; blank where nobody did."""
    for entry, said in reversed(list(told)):
        if entry.kind == KIND and set(lines) <= set(said["data"]["refers"]):
            return gettext("Entered by %(who)s, %(when)s.") % {
                "who": said["by"]["name"],
                "when": wording.time_of(entry.at),
            }
    return ""


def text_of(
    person: Patient, about: list[Matter], told: list[tuple[Entry, dict[str, Any]]], known: dict[str, Prison]
) -> str:
    """In English whatever the reader's screens are in: it is pasted into a record that others read."""
    with translation.override("en-gb"):
        answers = [answer_in_words(matter, person, told, known) for matter in about]
        made = f"Copied from the record of GP choices on {wording.time_of(timezone.now())}."
        return "\n".join([f"GP choices, {person.prison_number}.", *answers, made])


def answer_in_words(
    matter: Matter, person: Patient, told: list[tuple[Entry, dict[str, Any]]], known: dict[str, Prison]
) -> str:
    asked, title = matter.asked, matter.title
    if asked.conflict:
        return f"{title}: records disagree, not settled yet."
    if not asked.decision or not asked.decided_at:
        return f"{title}: not answered yet.{next_due(matter)}"
    said = next(said for entry, said in told if entry.hash == asked.line)
    data = said["data"]
    shown = presentation_of(data)
    language = shown["language"] if shown else person.language
    parts = [
        f"{title}: {wording.ANSWERS[Answer(asked.decision)]}",
        f"{wording.time_of(asked.decided_at)}, {wording.place(asked.decided_in, known)}",
        f"language: {wording.language(language) if language else 'not recorded'}",
        f"interpreter: {data.get('interpreter') or 'none recorded'}",
        pressed(said["by"]),
    ]
    checked = checked_in_words(matter, told)
    return f"{'; '.join(parts)}.{checked}{next_due(matter)}"


def checked_in_words(matter: Matter, told: list[tuple[Entry, dict[str, Any]]]) -> str:
    if matter.question is not GMS_REGISTRATION or matter.asked.decision != Answer.YES:
        return ""
    looks = [(e, said) for e, said in told if e.kind == "second-look" and matter.asked.line in said["data"]["refers"]]
    if looks:
        entry, said = looks[-1]
        interpreter = said["data"].get("interpreter") or "none recorded"
        return f" Checked before sending: {wording.time_of(entry.at)}; interpreter: {interpreter}."
    return " Not checked before sending yet." if matter.facts.held else ""


def next_due(matter: Matter) -> str:
    need = matter.need
    if need is None:
        return ""
    return f" Next: {need.what}, due {wording.day(need.due)} {need.due.year}."
