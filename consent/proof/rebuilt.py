"""Every projection worked out anew from the record and the movements, and compared byte for byte."""

from collections import defaultdict
from collections.abc import Iterator

from consent import facts
from consent.models import Entry, Status
from registration.models import Patient

AT_ONCE = 500


def projection_faults() -> Iterator[str]:
    """What is projected for somebody is not what the record says; or a chain belongs to nobody."""
    last = 0
    while roots := list(Patient.objects.filter(pk__gt=last, merged_into=None).order_by("pk")[:AT_ONCE]):
        last = roots[-1].pk
        yield from status_faults(families_of(roots))
    for status in Status.objects.exclude(patient__merged_into=None).select_related("patient"):
        yield f"Status of chain {status.patient.record_id}: the record was joined with another and has none of its own."
    chains = Patient.objects.values("record_id")
    for chain in Entry.objects.exclude(chain__in=chains).order_by("chain").values_list("chain", flat=True).distinct():
        yield f"Chain {chain}: it belongs to no patient record; that was removed or given another name."


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
