"""What somebody will need once they are here: found by the same rules, as if they had come this minute.

Who may be told it. Until somebody has come, their record is another team's to read (consent/staff/sight.py). Yet asking
again on the first night is what reception is to be spared, and for that it has to know one thing before the van is
there: whether this person answered. So that one line is told, and nothing else of the record: no history, no reason, no
words. It is told of people whom reception is about to meet anyway, and only where the list names them with the family
name and the date of birth that are on record, around the day on which they come: a list of numbers made up to fish in
finds nothing, and one that is left lying about goes silent. Never of a sensitive record. Each look is an AccessEvent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext

from consent import facts
from consent.history import History
from consent.roles import Deed, Posts
from consent.sent import requests_of
from consent.staff import wording
from consent.staff.matters import Matter, matters, needs
from consent.standing import Standing, local_date, stand
from registration.custody import State
from registration.legal_status import LegalStatus, StatusRecord
from registration.models import Patient, Prison
from registration.movements import Movement

AROUND = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Coming:
    """``person``: the record that stands for them, where one is known; ``arrival``: the movement that will be told."""

    person: Patient | None
    arrival: Movement
    on: date
    is_certain: bool
    born: date | None = None
    status: LegalStatus = LegalStatus.UNKNOWN


@dataclass(frozen=True, slots=True)
class Foreseen:
    """``now``: what stands for them before they come; ``is_named``: whether their name may be shown."""

    now: Standing
    lines: list[str]
    is_named: bool


def foresee(coming: list[Coming], posts: Posts, prisons: Mapping[str, Prison], at: datetime) -> list[Foreseen]:
    """For each of them, in as many queries for many as for one."""
    known = [one.person for one in coming if one.person is not None]
    families = families_of(known)
    on_record = dict(zip(families, facts.histories(list(families.values())), strict=True)) if families else {}
    work = requests_of(known) if known else {}
    found = []
    for one in coming:
        history = on_record[one.person.pk] if one.person else History(date_of_birth=one.born)
        now = stand(history.until(at))
        is_told = may_be_told(posts, now, one, local_date(at))
        about = matters(once_here(history, one, at), at, work.get(one.person.pk) if one.person else None)
        lines = in_lines(about, prisons) if is_told else [gettext("What they need is shown once they have arrived.")]
        is_on_the_way = now.state_at(at) is State.IN_TRANSIT and not now.sensitive
        found.append(Foreseen(now, lines, is_told or is_on_the_way))
    return found


def once_here(history: History, one: Coming, at: datetime) -> Standing:
    told = (StatusRecord(at, one.status),) if one.status is not LegalStatus.UNKNOWN else ()
    arrived = replace(history, movements=(*history.movements, one.arrival), statuses=(*history.statuses, *told))
    return stand(arrived.until(at))


def may_be_told(posts: Posts, now: Standing, one: Coming, today: date) -> bool:
    """See the top of this module. Whom they may read anyway, as sight.seen_by says, they are told of anyway."""
    if now.sensitive:
        return False
    return posts.may(Deed.PEOPLE, now.prison) or (one.is_certain and abs(one.on - today) <= AROUND)


def families_of(people: Iterable[Patient]) -> dict[int, list[Patient]]:
    """Every record that stands for each of these people, the kept one first."""
    families = {person.pk: [person] for person in people}
    if families:
        for joined in Patient.objects.filter(merged_into__in=families).order_by("pk"):
            families[joined.merged_into_id].append(joined)
    return families


def in_lines(about: list[Matter], prisons: Mapping[str, Prison]) -> list[str]:
    """What is to be done, most urgent first; then what nobody asks again."""
    lines = [
        f"{need.what} – {need.about}. {need.due_in_words}." if need.about else f"{need.what}. {need.due_in_words}."
        for need in needs(about)
    ]
    settled = {m.title: wording.do_not_ask(m.asked, m.rule.code, prisons) for m in about}
    lines += [f"{title}: {said}" for title, said in settled.items() if said]
    return lines or list(dict.fromkeys(matter.because for matter in about))
