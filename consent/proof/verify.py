"""Does the record still add up? Everything is read again, hashed again, rebuilt again, and compared.

Each fault is a sentence that says what is wrong and where. What cannot be found in here: a row added by somebody with
the application's own rights, which is a row like any other from the moment it has its place in a checkpoint.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any
from uuid import UUID

from consent.ledger import canonical, seals_of, stamp
from consent.models import Entry, Explanation, Presentation, Remark
from consent.proof.check_record import START, PublicKey, is_sealed, sentences, words_faults
from consent.proof.guards import guard_faults
from consent.proof.rebuilt import projection_faults
from consent.proof.signed import tree_faults
from consent.publishing import load

COLUMNS = ("chain", "seq", "kind", "at", "recorded_at")
READ = (*COLUMNS, "body", "hash")
Row = tuple[UUID, int, str, datetime, datetime, bytes, str]


def faults(public: list[PublicKey] | None = None, kept: str = "") -> Iterator[str]:
    """Everything in the record that does not add up.

    ``public``: the keys whose checkpoints count; None leaves the tree out. ``kept``: a checkpoint kept elsewhere.
    """
    words = published()
    yield from to_the_end("The published words", explanation_faults(words))
    yield from to_the_end("The lines of the record", chain_faults(words))
    if public is not None:
        yield from to_the_end("The signed tree", tree_faults(public, kept))
    yield from to_the_end("What stands for whom", projection_faults())
    yield from to_the_end("The database's guards", guard_faults())


def to_the_end(name: str, found: Iterator[str]) -> Iterator[str]:
    """What was put into a database by force may be anything at all; nothing of it may keep the rest from being read."""
    try:
        yield from found
    except Exception as problem:
        yield f"{name} could not be read to the end: a row holds what cannot be there ({problem!r})."


# -- words ------------------------------------------------------------------------------------------------------------


def published() -> dict[str, dict[str, str]]:
    """The sentences of every published explanation that can be read, by its hash."""
    found = {}
    for name, source in Explanation.objects.values_list("hash", "source"):
        try:
            found[name] = sentences(load(name, source))
        except Exception:  # whatever was put there in its stead; explanation_faults says so
            found[name] = {}
    return found


def explanation_faults(words: dict[str, dict[str, str]]) -> Iterator[str]:
    for row in Explanation.objects.order_by("pk").iterator():
        place = f"Explanation {row.pk} ({row.question}, {row.language})"
        if sha256(row.source.encode()).hexdigest() != row.hash:
            yield f"{place}: its words were changed."
            continue
        try:
            drawn = shown_in(json.loads(row.rendered))
            said = load(row.hash, row.source)
        except Exception as problem:
            yield f"{place}: what tablets show of it cannot be read ({type(problem).__name__})."
            continue
        if drawn != words[row.hash]:
            yield f"{place}: tablets show other words than were published."
        if (said["question"], said["language"]) != (row.question, row.language):
            yield f"{place}: its columns say something else than its words."


def shown_in(rendered: dict[str, Any]) -> dict[str, str]:
    """The sentences that a tablet shows of an explanation, with their ids."""
    parts = {
        "screen": [{"id": name, "title": title} for name, title in rendered["titles"].items()],
        "card": [],
        "choice": [],
        "check": rendered["checks"],
    }
    found = sentences(parts)
    for card in (*rendered["cards"], *rendered["choices"]):
        found |= dict(card["sentences"])
        for _, text in card["sentences"]:
            if drawn(text) not in card["html"]:
                found[f"{card['id']} as drawn"] = text
    return found


def drawn(text: str) -> str:
    from django.utils.html import escape

    return str(escape(text))


# -- chains -----------------------------------------------------------------------------------------------------------


def chain_faults(words: dict[str, dict[str, str]]) -> Iterator[str]:
    """Every chain from its first line on, with what was shown and what was typed beside it."""
    shown = by_chain(Presentation.objects.order_by("chain", "pk").select_related("explanation").iterator(2000))
    typed = by_chain(Remark.objects.order_by("chain", "pk").iterator(2000))
    rows = Entry.objects.order_by("chain", "seq").values_list(*READ).iterator(5000)
    for chain, lines in groupby(rows, key=lambda row: row[0]):
        yield from strays(shown, chain)
        yield from strays(typed, chain)
        presentations = {row.hash: row for row in shown.take(chain)}
        remarks = {row.seal: row for row in typed.take(chain)}
        yield from line_faults(lines, presentations, remarks, words)
        for row in presentations.values():
            yield f"Presentation {row.pk}: no line of chain {chain} was given in view of it."
        for remark in remarks.values():
            yield f"A remark of chain {chain} ({remark.seal[:12]}) belongs to no line."
    yield from strays(shown, None)
    yield from strays(typed, None)


class by_chain:
    """Rows in the order of their chains, taken chain by chain beside the lines of the record."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._groups = groupby(rows, key=lambda row: row.chain)
        self._next: tuple[UUID, list[Any]] | None = None
        self._advance()

    def _advance(self) -> None:
        group = next(self._groups, None)
        self._next = (group[0], list(group[1])) if group else None

    def before(self, chain: UUID | None) -> Iterator[Any]:
        """Rows of chains that come before this one; None: all that are left."""
        while self._next and (chain is None or self._next[0] < chain):
            yield from self._next[1]
            self._advance()

    def take(self, chain: UUID) -> list[Any]:
        if not self._next or self._next[0] != chain:
            return []
        rows = self._next[1]
        self._advance()
        return rows


def strays(rows: by_chain, chain: UUID | None) -> Iterator[str]:
    for row in rows.before(chain):
        yield f"{type(row).__name__} {row.pk}: there is no chain {row.chain}."


def line_faults(
    lines: Iterator[Row], shown: dict[str, Any], typed: dict[str, Any], words: dict[str, dict[str, str]]
) -> Iterator[str]:
    expected, previous = 0, START
    is_erased = False
    unopened = []
    for line in lines:
        chain, seq, kind, _at, _recorded_at, body, name = line
        expected += 1
        place = f"Entry {seq} of chain {chain}"
        if seq != expected:
            yield f"{place}: entry {expected} is missing before it."
            expected = seq
        elif not fits(line, previous) and (fault := what_is_wrong(line, previous)):
            yield f"{place}: {fault}"
        previous = name
        is_erased = is_erased or kind == "erased"
        data = bytes(body)
        if b'"presentation":' in data or b'"seal":' in data:
            said = readable(data)
            if asked := said["data"].get("presentation"):
                yield from (f"{place}: {fault}" for fault in presentation_faults(shown.pop(asked, None), said, words))
            for seal in seals_of(said).values():
                remark = typed.pop(seal, None)
                if remark is None:
                    unopened.append(place)
                elif not is_sealed(remark.salt, remark.text, seal):
                    yield f"{place}: what somebody typed with it was changed."
    if not is_erased:
        yield from (f"{place}: what somebody typed with it is gone, and no erasure is on record." for place in unopened)


def fits(line: Row, previous: str) -> bool:
    """Whether a line is what it should be, without taking its JSON apart: eight million of them are read each night.

    Sound because a quotation mark within a value is escaped, so that what is looked for can only be structure; and with
    three pairs of braces there is room for the outermost, ``by`` and ``data``, which ends where the last keys begin,
    and for nothing else. Whatever looks otherwise is taken apart by what_is_wrong.
    """
    chain, seq, kind, at, recorded_at, body, name = line
    data = bytes(body)
    if sha256(data).hexdigest() != name or not data.startswith(f'{{"at":"{text_of(at)}","by":{{'.encode()):
        return False
    end = (
        f',"kind":"{kind}","previous":"{previous}","recorded_at":"{text_of(recorded_at)}","seq":{seq},"v":1}}'
    ).encode()
    middle = f'}},"chain":"{chain}","data":{{'.encode()
    return (
        data.endswith(end) and data.count(b'},"chain":"') == 1 == data.count(middle) and data.count(b',"data":{') == 1
    )


def text_of(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")[:-6] + "Z" if at.tzinfo is UTC else stamp(at)


def what_is_wrong(line: Row, previous: str) -> str | None:
    """The same with all the time in the world, and in words."""
    chain, seq, kind, at, recorded_at, body, name = line
    data = bytes(body)
    if sha256(data).hexdigest() != name:
        return "its content does not match its hash; it was changed."
    said = readable(data)
    if not {*COLUMNS, "previous"} <= said.keys():
        return "its content is not that of an entry."
    if said["previous"] != previous:
        return "it does not follow from the entry before it; one of them was changed, removed or slipped in."
    columns = (str(chain), seq, kind, stamp(at), stamp(recorded_at))
    if any(said[column] != value for column, value in zip(COLUMNS, columns, strict=True)):
        return "its columns say something else than the content that was hashed."
    if canonical(said) != data:
        return "its content is not written the one way it may be."
    return None


def readable(data: bytes) -> dict[str, Any]:
    """What a line says; of one that cannot be read, nothing."""
    try:
        said = json.loads(data)
    except ValueError:
        said = {}
    if not isinstance(said, dict) or not isinstance(said.get("data", {}), dict):
        said = {}
    return {"data": {}} | said


def presentation_faults(
    row: Presentation | None, said: dict[str, Any], words: dict[str, dict[str, str]]
) -> Iterator[str]:
    """What an answer was given in view of: rendered again from the published words, and compared."""
    if row is None:
        yield "what was shown for it is missing."
        return
    if sha256(row.body.encode()).hexdigest() != row.hash:
        yield f"presentation {row.pk}: what it says was shown was changed."
        return
    try:
        told = json.loads(row.body)
        if row.explanation.hash != told["explanation"] or told["question"] != said["data"]["question"]:
            yield f"presentation {row.pk}: it names other words than were shown."
        yield from (f"presentation {row.pk}: {fault}." for fault in words_faults(told, words))
    except (KeyError, TypeError, ValueError):
        yield f"presentation {row.pk}: it cannot be read."
