"""Every projection worked out anew from the record and the movements, and compared byte for byte."""

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import Q

from consent import facts
from consent.ledger import ABOUT
from consent.models import Entry, Remark, Status
from registration import merging
from registration.models import MergeRecord, Patient

AT_ONCE = 500


def projection_faults() -> Iterator[str]:
    """What is projected for somebody is not what the record says; or a chain belongs to nobody."""
    last = 0
    while roots := list(Patient.objects.filter(pk__gt=last, merged_into=None).order_by("pk")[:AT_ONCE]):
        last = roots[-1].pk
        yield from status_faults(families_of(roots))
    yield from joined_faults()
    for status in Status.objects.exclude(patient__merged_into=None).select_related("patient"):
        yield f"Status of chain {status.patient.record_id}: the record was joined with another and has none of its own."
    chains = Patient.objects.values("record_id")
    for chain in Entry.objects.exclude(chain__in=chains).order_by("chain").values_list("chain", flat=True).distinct():
        yield f"Chain {chain}: it belongs to no patient record; that was removed or given another name."


def joined_faults() -> Iterator[str]:
    """Who is joined with whom is what the prison service said, and each chain is of the person its first line seals."""
    merges = [(m.at, m.kept_id, m.removed_id) for m in MergeRecord.objects.all()]
    heirs = merging.survivors(merging.Merge(at, str(kept), str(removed)) for at, kept, removed in merges)
    named = Patient.objects.filter(Q(pk__in=[int(key) for key in heirs]) | Q(merged_into__isnull=False))
    for person in named.order_by("pk"):
        heir = int(heirs.get(str(person.pk), person.pk))
        if (person.merged_into_id or person.pk) != heir:
            yield f"Chain {person.record_id}: whom it is joined with is not what was told of merges."
    first = Entry.objects.filter(seq=1).values_list("chain", "body").order_by("chain")
    for lines in batches(first.iterator(chunk_size=2000)):
        seals = {chain: json.loads(bytes(body))["data"].get(ABOUT, {}).get("seal", "") for chain, body in lines}
        told = dict(Remark.objects.filter(seal__in=seals.values()).values_list("seal", "text"))
        numbers = dict(Patient.objects.filter(record_id__in=seals).values_list("record_id", "prison_number"))
        for chain, seal in seals.items():
            if not seal:
                yield f"Chain {chain}: its first line does not say whose it is."
            elif seal in told and numbers.get(chain, told[seal]) != told[seal]:
                yield f"Chain {chain}: it was begun for another prison number than its patient record has now."


def batches(rows: Iterator[tuple[Any, Any]]) -> Iterator[list[tuple[Any, Any]]]:
    while batch := list(islice(rows, AT_ONCE)):
        yield batch


def families_of(roots: list[Patient]) -> list[list[Patient]]:
    joined = defaultdict(list)
    for person in Patient.objects.filter(merged_into__in=roots).order_by("pk"):
        joined[person.merged_into_id].append(person)
    return [[root, *joined[root.pk]] for root in roots]


def status_faults(families: list[list[Patient]]) -> Iterator[str]:
    rows = Status.objects.in_bulk([people[0].pk for people in families])
    try:
        histories = facts.histories(families)
    except Exception as problem:
        if len(families) > 1:
            for people in families:
                yield from status_faults([people])
        else:
            yield (
                f"Status of chain {families[0][0].record_id}: what stands cannot be worked out, because something on "
                f"record of this person cannot be read ({type(problem).__name__})."
            )
        return
    for people, known in zip(families, histories, strict=True):
        chain, row = people[0].record_id, rows.get(people[0].pk)
        if row is None:
            # Somebody of whom nothing was ever told has no status yet.
            if known.latest:
                yield f"Status of chain {chain}: it is missing."
            continue
        expected = facts.projected(known)
        wrong = [name for name, value in expected.items() if getattr(row, name) != value]
        if wrong:
            yield (
                f"Status of chain {chain}: {', '.join(wrong)} is not what the record says. Rebuild it: "
                "manage.py verify_record --rebuild."
            )
