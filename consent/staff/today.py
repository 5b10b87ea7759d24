"""Today's list: who is new here, and everyone else with something due; above them, who needs a person now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from consent.models import Visit
from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.doing import Do, start_a_visit
from consent.staff.matters import Matter, Need, everyone, needs, requests_at
from consent.staff.tablets import broke_off_at, calls_at, see_again
from consent.standing import Standing
from registration.custody import State
from registration.models import Patient, Prison

ARRIVALS = timedelta(days=3)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    person: Patient
    since: datetime | None
    is_new: bool
    needs: list[Need]
    settled: list[str]  # why nothing is asked, where nothing is
    to_know: str  # language, interpreter, what makes talking easier
    visit: Do | None

    @property
    def arrived(self) -> str:
        return wording.short_time(self.since) if self.since else ""

    @property
    def is_due(self) -> bool:
        return any(need.is_now for need in self.needs)

    @property
    def rank(self) -> tuple[object, ...]:
        return min((need.rank for need in self.needs), default=(3,))


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: str
    why: str
    empty: str
    rows: Page
    keep: str  # the page that the other section stands at


@here.signed_in
def first_page(request: HttpRequest) -> HttpResponse:
    """Today's list; whoever has nothing to do with people begins at the first page that is theirs."""
    own = here.layout(request)
    if Deed.PEOPLE in own["may"] or not own["menu"]:
        return today(request)
    return redirect(own["menu"][0]["url"])


@here.may(Deed.PEOPLE)
def today(request: HttpRequest) -> HttpResponse:
    prison, now = here.chosen(request), timezone.now()
    calls = calls_at(prison)
    mark = here.mark_of(calls)
    if request.htmx:
        return here.part(request, "calls", mark=mark, calls=calls)
    new, due = rows_at(prison, now)
    shown = sections(request, new, due)
    here.note_list(request, [row.person for section in shown for row in section.rows], "today")
    return here.page(
        request,
        "today",
        sections=shown,
        may_visit=here.posts(request).may(Deed.VISITS, prison.pk if prison else ""),
        is_empty=not new and not due,
        calls=calls,
        mark=mark,
        today=wording.day(timezone.localdate()),
    )


def rows_at(prison: Prison | None, at: datetime) -> tuple[list[Row], list[Row]]:
    """Who is new here, the newest first; and everyone else with something due, by the date."""
    if prison is None:
        return [], []
    people = everyone(prison, at, requests_at(prison))
    last = broke_off_at(prison, at)
    rows = [row(person, standing, about, at, last.get(person.pk)) for person, standing, about in people]
    new = sorted((r for r in rows if r.is_new), key=lambda r: r.since or at, reverse=True)
    due = sorted((r for r in rows if r.is_due and not r.is_new), key=lambda r: r.rank)
    return new, due


def row(person: Patient, standing: Standing, about: list[Matter], at: datetime, last_visit: Visit | None) -> Row:
    is_here = standing.state_at(at) is State.OPEN
    again = see_again(last_visit, standing, about, at)
    found = [*([again] if again else []), *needs(about)]
    return Row(
        person=person,
        since=standing.since,
        is_new=is_here and standing.since is not None and at - standing.since <= ARRIVALS,
        needs=found,
        settled=[] if found else list(dict.fromkeys(matter.because for matter in about)),
        to_know=wording.needs(person),
        visit=start_a_visit(person, about),
    )


def sections(request: HttpRequest, new: list[Row], due: list[Row]) -> list[Section]:
    at = {name: Paginator(rows, PAGE).get_page(request.GET.get(name)) for name, rows in (("new", new), ("due", due))}
    return [
        Section(
            "new",
            gettext("New here"),
            gettext("Who came in the last three days, the newest first."),
            gettext("Nobody came in during the last three days."),
            at["new"],
            f"due={at['due'].number}&",
        ),
        Section(
            "due",
            gettext("Due"),
            gettext("Everyone else with something due, the longest overdue first."),
            gettext("Nothing is due for anybody else."),
            at["due"],
            f"new={at['new'].number}&",
        ),
    ]
