"""Does the record still add up? Everything is read again, hashed again, rebuilt again, and compared.

Each fault is a sentence that says what is wrong and where. What cannot be found in here: a row added by somebody with
the application's own rights, which is a row like any other from the moment it has its place in a checkpoint.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from consent.ledger import ABOUT, canonical, seals_of, stamp
from consent.models import Entry, Explanation, Presentation, Remark
from consent.proof.check_record import START, PublicKey, explanation, is_sealed, sentences, words_faults
from consent.proof.guards import guard_faults
from consent.proof.rebuilt import projection_faults
from consent.proof.signed import tree_faults

COLUMNS = ("chain", "seq", "kind", "at", "recorded_at")
READ = (*COLUMNS, "body", "hash")
WHOSE = f'"data":{{"{ABOUT}":{{"seal":"'.encode()
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
            found[name] = sentences(explanation(source))
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
            said = explanation(row.source)
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
    presentations = Presentation.objects.order_by("chain", "pk").select_related("explanation").iterator(2000)
    shown = by_chain("Presentation", ((row.chain, row.hash, row) for row in presentations))
    remarks = Remark.objects.order_by("chain", "pk").values_list("chain", "seal", "salt", "text").iterator(5000)
    typed = by_chain("Remark", ((chain, seal, (salt, text)) for chain, seal, salt, text in remarks))
    rows = Entry.objects.order_by("chain", "seq").values_list(*READ).iterator(5000)
    for chain, lines in groupby(rows, key=itemgetter(0)):
        yield from shown.strays(chain)
        yield from typed.strays(chain)
        views, told = shown.take(chain), typed.take(chain)
        yield from line_faults(chain, lines, views, told, words)
        yield from (f"Presentation {name[:12]}: no line of chain {chain} was given in view of it." for name in views)
        yield from (f"Remark {seal[:12]}: no line of chain {chain} has it." for seal in told)
    yield from shown.strays(None)
    yield from typed.strays(None)


class by_chain:
    """(chain, name, row) in the order of the chains, taken chain by chain beside the lines of the record."""

    def __init__(self, kind: str, rows: Iterator[tuple[UUID, str, Any]]) -> None:
        self._kind = kind
        self._groups = groupby(rows, key=itemgetter(0))
        self._next: tuple[UUID, dict[str, Any]] | None = None
        self._advance()

    def _advance(self) -> None:
        group = next(self._groups, None)
        self._next = (group[0], {name: row for _, name, row in group[1]}) if group else None

    def strays(self, chain: UUID | None) -> Iterator[str]:
        """Rows of chains that should come before this one; None: all that are left."""
        while self._next and (chain is None or self._next[0] < chain):
            yield from (f"{self._kind} {name[:12]}: there is no chain {self._next[0]}." for name in self._next[1])
            self._advance()

    def take(self, chain: UUID) -> dict[str, Any]:
        if not self._next or self._next[0] != chain:
            return {}
        rows = self._next[1]
        self._advance()
        return rows


def line_faults(
    chain: UUID, lines: Iterator[Row], shown: dict[str, Any], typed: dict[str, Any], words: dict[str, dict[str, str]]
) -> Iterator[str]:
    expected, previous = 0, START
    is_erased = False
    unopened = []
    middle = f'}},"chain":"{chain}","data":{{'.encode()

    def place() -> str:
        return f"Entry {seq} of chain {chain}"

    for line in lines:
        _chain, seq, kind, _at, _recorded_at, body, name = line
        data = bytes(body)
        expected += 1
        sound = fits(line, data, previous, middle)
        said = {} if sound else readable(data)
        if seq != expected:
            yield f"{place()}: entry {expected} is missing before it."
            expected = seq
        elif not sound and (fault := what_is_wrong(line, data, said, previous)):
            yield f"{place()}: {fault}"
        previous = name
        is_erased = is_erased or kind == "erased"
        if b'"presentation":' in data:
            said = said or readable(data)
            if asked := said["data"].get("presentation"):
                yield from (f"{place()}: {fault}" for fault in presentation_faults(shown.pop(asked, None), said, words))
        for seal in seals_of(said).values() if said else first_seal(seq, data):
            salt, text = typed.pop(seal, (None, ""))
            if salt is None:
                unopened.append(place())
            elif not is_sealed(salt, text, seal):
                yield f"{place()}: what somebody typed with it was changed."
    if not is_erased:
        yield from (f"{one}: what somebody typed with it is gone, and no erasure is on record." for one in unopened)


def fits(line: Row, data: bytes, previous: str, middle: bytes) -> bool:
    """Whether a line is what it should be, without taking its JSON apart: eight million of them are read each night.

    Sound because a quotation mark within a value is escaped, so that what is looked for can only be structure; and with
    three pairs of braces there is room for the outermost, ``by`` and ``data``, which ends where the last keys begin,
    and for nothing else (in the first line, for whose chain it is). Whatever looks otherwise is taken apart by
    what_is_wrong.
    """
    _chain, seq, kind, at, recorded_at, _body, name = line
    braces = data.count(b"{")
    if sha256(data).hexdigest() != name or not (braces == 3 or (braces == 4 and seq == 1 and WHOSE in data)):
        return False
    start = f'{{"at":"{text_of(at)}","by":{{'
    end = f'}},"kind":"{kind}","previous":"{previous}","recorded_at":"{text_of(recorded_at)}","seq":{seq},"v":1}}'
    return data.startswith(start.encode()) and data.endswith(end.encode()) and middle in data


def first_seal(seq: int, data: bytes) -> tuple[str, ...]:
    """The one seal for which there is room in a line that fits."""
    place = data.find(WHOSE) if seq == 1 else -1
    return (data[place + len(WHOSE) :][:64].decode(),) if place >= 0 else ()


def text_of(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")[:-6] + "Z" if at.tzinfo is UTC else stamp(at)


def what_is_wrong(line: Row, data: bytes, said: dict[str, Any], previous: str) -> str | None:
    """The same with all the time in the world, and in words."""
    chain, seq, kind, at, recorded_at, _body, name = line
    if sha256(data).hexdigest() != name:
        return "its content does not match its hash; it was changed."
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
