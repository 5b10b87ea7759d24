"""What is counted is kept as it was counted first (suppressing.py says why)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from consent.counts import reading, weekly
from consent.counts.weekly import OTHER, UNKNOWN, Counted, Event
from consent.models import Count
from consent.policy import Intervals
from consent.words.files import languages
from registration.legal_status import LegalStatus
from registration.models import Prison


def weeks(prison: Prison, mondays: Sequence[date], days: Intervals) -> list[Event]:
    """What happened in these weeks; of those that nobody asked for before, it is counted now."""
    kept = kept_of(prison, "week", mondays)
    if missing := [monday for monday in mondays if monday not in kept]:
        keep(prison, "week", count(prison, missing, days))
        kept = kept_of(prison, "week", mondays)
    return [event for monday in mondays for event in told_again(monday, kept[monday])]


def counted_weeks(prisons: Iterable[Prison], mondays: Sequence[date]) -> dict[str, list[Event]]:
    """The same, by prison, of those alone where each of these weeks was counted before. One query, however many."""
    found: dict[str, dict[date, Any]] = defaultdict(dict)
    kept = Count.objects.filter(prison__in=[prison.pk for prison in prisons], what="week", day__in=mondays)
    for prison, day, numbers in kept.values_list("prison", "day", "numbers"):
        found[prison][day] = numbers
    return {
        prison: [event for monday in mondays for event in told_again(monday, weeks[monday])]
        for prison, weeks in found.items()
        if len(weeks) == len(mondays)
    }


def today(prison: Prison, counted: Callable[[], Any]) -> Any:
    """What waits: as it was when it was first asked for today."""
    day = timezone.localdate()
    if day not in (kept := kept_of(prison, "late", [day])):
        keep(prison, "late", {day: counted()})
        kept = kept_of(prison, "late", [day])
    return kept[day]


def kept_of(prison: Prison, what: str, days: Iterable[date]) -> dict[date, Any]:
    return dict(Count.objects.filter(prison=prison, what=what, day__in=days).values_list("day", "numbers"))


def keep(prison: Prison, what: str, counted: dict[date, Any]) -> None:
    """Whoever is first: of two at once, both are told the same."""
    rows = [Count(prison=prison, what=what, day=day, numbers=numbers) for day, numbers in counted.items()]
    Count.objects.bulk_create(rows, ignore_conflicts=True)


def count(prison: Prison, mondays: Sequence[date], days: Intervals) -> dict[date, Any]:
    happened: dict[date, Counter] = {monday: Counter() for monday in mondays}
    for person in reading.people_of(prison, mondays[0]):
        for event in weekly.events(person, prison.pk, mondays, days):
            monday = date.fromisoformat(weekly.row_of(event, "week"))
            if monday in happened:
                happened[monday][event.what, event.is_so, event.language, event.legal] += 1
    return {monday: [[*one, times] for one, times in alike.items()] for monday, alike in happened.items()}


def told_again(monday: date, numbers: Iterable[tuple[str, bool, str, str, int]]) -> Iterator[Event]:
    """The same events, of nobody and at no time but this week. A language that is on no tablet any more is another."""
    at = timezone.make_aware(datetime.combine(monday, time(12)))
    known = {*languages(), UNKNOWN}
    for what, is_so, language, legal, times in numbers:
        row = language if language in known else OTHER
        yield from [Event(Counted(what), at, is_so, row, LegalStatus(legal))] * times
