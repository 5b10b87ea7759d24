"""One person's record as one file: to read (record.pdf) and to check (record.json, with check_record.py).

Everything is in it that the record holds of this person, over all records joined into theirs: the lines, what was
shown, the published words, what was typed, who looked; and for each the proof that it stands under the newest
checkpoint. What is known of the person today (name, number) stands in it too, but no proof is about that.
"""

import io
import json
import zipfile
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from consent.facts import entries_of
from consent.ledger import read, seals_of, stamp
from consent.models import AccessEvent, Checkpoint, Entry, Explanation, Leaf, Presentation, Remark
from consent.proof import merkle, record_paper
from consent.proof.check_record import FORMAT, parts_of
from consent.proof.leaves import SOURCES
from consent.proof.snapshot import one_moment
from consent.proof.tree import StoredTree
from registration import actions as registration
from registration.models import Patient

READ_ME = """record.pdf is for reading. Nothing checks it: whoever has to be sure reads what check_record.py prints.
record.json holds the record with everything that proves it.

To check it: python3 check_record.py THIS-FILE.zip --key PUBLIC-KEY
check_record.py is one file of the kiosk's source code (consent/proof/check_record.py). It needs Python 3.11 and the
package "cryptography", and nothing of the prison's or the NHS's systems. Get it, and the public key, from somebody
you trust: never from the person who gave you this file. With --show it prints the record out of the checked lines.
"""


def as_file(patient: Patient, *, since: Iterable[int] = ()) -> bytes:
    """The record as a .zip. ``since``: sizes of checkpoints that somebody kept; proofs from these on are added."""
    with one_moment():
        record = record_of(patient, since=since)
        paper = record_paper.paper(patient, made_at=timezone.now())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("READ ME FIRST.txt", READ_ME)
        archive.writestr("record.pdf", paper)
        archive.writestr("record.json", json.dumps(record, indent=1, ensure_ascii=False))
    return file.getvalue()


def record_of(patient: Patient, *, since: Iterable[int] = ()) -> dict[str, Any]:
    """What record.json holds; check_record.py says what each part means by how it is checked."""
    people = registration.family(patient)
    chains = [person.record_id for person in people]
    entries = sorted(entries_of(people), key=lambda entry: (chains.index(entry.chain), entry.seq))
    lines = [read(entry) for entry in entries]
    seals = [seal for line in lines for seal in seals_of(line).values()]
    shown = list(Presentation.objects.filter(chain__in=chains).select_related("explanation").order_by("pk"))
    named = {part["explanation"] for row in shown for part in parts_of(json.loads(row.body))}
    named |= {line["data"]["on_paper"] for line in lines if "on_paper" in line["data"]}
    words = list(Explanation.objects.filter(hash__in=named).order_by("pk"))
    looked = list(AccessEvent.objects.filter(chain__in=chains).order_by("pk"))
    newest = Checkpoint.objects.order_by("pk").last()
    prover = Prover(newest.size if newest else 0)
    parts = {
        "entries": prover.proved("entry", entries),
        "shown": [line | {"body": row.body} for line, row in with_rows(prover, "presentation", shown)],
        "words": [line | {"source": row.source} for line, row in with_rows(prover, "explanation", words)],
        "looked": prover.proved("access", looked),
    }
    return {
        "format": FORMAT,
        "made_at": stamp(timezone.now()),
        "person": {
            "proved": False,
            "prison_number": people[0].prison_number,
            "also_known_as": [person.prison_number for person in people[1:]],
            "name": people[0].name,
        },
        "checkpoint": newest.note if newest else "",
        "consistency": {str(size): prover.since(size) for size in since},
        "checkpoints": prover.around(parts),
        # A record that was joined into this one before anything was recorded of it has no chain.
        "chains": [str(chain) for chain in chains if any(entry.chain == chain for entry in entries)],
        **parts,
        "remarks": [
            {"seal": remark.seal, "salt": remark.salt, "text": remark.text}
            for remark in Remark.objects.filter(seal__in=seals).order_by("seal")
        ],
    }


def with_rows(prover: "Prover", source: str, rows: list[Any]) -> Iterable[tuple[dict[str, Any], Any]]:
    return zip(prover.proved(source, rows), rows, strict=True)


class Prover:
    """Proofs under one checkpoint."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.tree = StoredTree()

    def proved(self, name: str, rows: list[Entry] | list[Any]) -> list[dict[str, Any]]:
        """The bytes of each row's leaf, its place and its proof; None and none for one newer than the checkpoint."""
        source = SOURCES[name]
        keys = [row.pk for row in rows]
        data = dict(source.rows(source.model._default_manager.filter(pk__in=keys)))
        leaves = dict(Leaf.objects.filter(source=name, row__in=keys).values_list("row", "leaf_index"))
        return [self.line(data[key], leaves.get(key)) for key in keys]

    def line(self, data: bytes, index: int | None) -> dict[str, Any]:
        if index is None or index >= self.size:
            return {"data": data.decode(), "leaf": None, "proof": []}
        proof = merkle.inclusion_proof(index, self.size, self.tree.node)
        return {"data": data.decode(), "leaf": index, "proof": [part.hex() for part in proof]}

    def around(self, parts: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """The last checkpoint before each row and the first one over it, each with the proof that the newest continues
        it: they show between which times the row was recorded."""
        leaves = {line["leaf"] for lines in parts.values() for line in lines if line["leaf"] is not None}
        signed = list(Checkpoint.objects.filter(size__gt=0, size__lt=self.size).order_by("size", "pk"))
        sizes = [one.size for one in signed]
        wanted = {place for leaf in leaves for place in (bisect_right(sizes, leaf) - 1, bisect_right(sizes, leaf))}
        return [
            {"note": signed[place].note, "proof": self.since(signed[place].size)}
            for place in sorted(wanted)
            if 0 <= place < len(signed)
        ]

    def since(self, size: int) -> list[str]:
        """Raises IndexError for a size that no checkpoint of this record can have had."""
        return [part.hex() for part in merkle.consistency_proof(size, self.size, self.tree.node)]
