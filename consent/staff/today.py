"""Today's list: who is expected, who is new here, and everyone else with something due; above them, who needs a person
now. It asks for itself again every few seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from consent import facts
from consent.kiosk import visits
from consent.models import Visit
from consent.papers.spoken import offered
from consent.roles import Deed
from consent.sent import OPEN_REQUEST
from consent.staff import here, wording
from consent.staff.doing import Do, first_things, start_a_visit, write_down_a_paper
from consent.staff.expected.coming import coming_to
from consent.staff.lists.asking import interpreter
from consent.staff.lists.legal_status import to_find_out
from consent.staff.lists.registering import among_taken_back, with_a_request
from consent.staff.matters import Matter, Need, everyone, needs
from consent.staff.spoken import starts_with_an_interpreter
from consent.staff.tablets import broke_off, calls_at, going_on, not_finished_at, see_again
from consent.standing import Standing
from consent.waiting import INTERPRETER
from registration.custody import State
from registration.models import Patient, Prison

ARRIVALS = timedelta(days=3)
PAGE = 50
# So many free tablets have a button of their own in each row.
TABLETS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Row:
    person: Patient
    since: datetime | None
    is_new: bool
    needs: list[Need]
    settled: list[str]  # what was answered and why nothing is asked, where nothing is
    to_know: str  # language, interpreter, what makes talking easier
    visit: Do | None
    may_be_sent: bool  # to a tablet with one press: nobody has to be named who interprets
    going_on: str  # at which tablet they are now
    things: list[Do]  # what else can be done at once: pages alone, for a row may move just as it is pressed
    paper: Do | None

    @property
    def arrived(self) -> str:
        return wording.short_time(self.since) if self.since else ""

    @property
    def is_due(self) -> bool:
        return any(need.is_now for need in self.needs)

    @property
    def rank(self) -> tuple[int, date]:
        """What is due first, then what else is for today, then what is to come; whoever needs nothing comes last."""
        return min((need.rank for need in self.needs), default=(3, date.max))

    def turn(self, at: datetime) -> tuple[int, date, timedelta]:
        """Among those who are new: by the date where it has come, else the newest first."""
        kind, due = self.rank
        return kind, due if kind == 0 else date.max, at - (self.since or at)

    @property
    def mark(self) -> str:
        return here.mark_of(self, self.person.name)


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
    is_list = request.htmx and request.htmx.target == "arrivals"
    calls = [] if is_list else calls_at(prison)
    mark = here.mark_of(calls)
    if request.htmx and not is_list:
        return here.part(request, "calls", mark=mark, calls=calls)
    listed = listed_at(request, prison, now)
    if not is_list or request.GET.get("seen") != listed["list_mark"]:
        shown = [row.person for section in listed["sections"] for row in section.rows]
        here.note_list(request, shown, "today")
        if listed["coming"]:
            here.note_list(request, [row.person for row in listed["coming"]], "expected")
    if is_list:
        return here.part(request, "today_list", mark=listed["list_mark"], prison=prison, **listed)
    return here.page(request, "today", calls=calls, mark=mark, today=wording.day(timezone.localdate()), **listed)


def listed_at(request: HttpRequest, prison: Prison | None, now: datetime) -> dict[str, Any]:
    """Everything that the list shows, and the mark that changes when it does."""
    may = here.posts(request).deeds(prison.pk if prison else "")
    coming = coming_to(prison, here.posts(request), here.prisons(request), now)
    not_finished = not_finished_at(prison) if prison else []
    new, due = rows_at(prison, not_finished, now, here.prisons(request))
    shown = sections(request, new, due)
    for each in (row for section in shown for row in section.rows):
        each.things[:] = here.allowed(may, each.things)[:1]
    taken = {visit.tablet_id for visit in going_on(not_finished, now).values()}
    there = visits.there(prison.pk) if prison and Deed.VISITS in may else []
    free = [tablet for tablet in there if tablet.pk not in taken][:TABLETS_SHOWN]
    marks = [[row.mark for row in section.rows] for section in shown]
    return {
        "coming": coming,
        "sections": shown,
        "free": free,
        "may_visit": Deed.VISITS in may,
        "may_answer": Deed.ANSWERS in may,
        "may_receive": Deed.ARRIVALS in may,
        "is_empty": not new and not due,
        "pages": "".join(f"{section.name}={section.rows.number}&" for section in shown),
        "list_mark": here.mark_of(coming, marks, [(tablet.pk, tablet.name) for tablet in free]),
    }


def rows_at(
    prison: Prison | None, not_finished: list[Visit], at: datetime, prisons: Mapping[str, Prison]
) -> tuple[list[Row], list[Row]]:
    """Who is new here, and everyone else with something due: what cannot wait first, then the newest."""
    if prison is None:
        return [], []
    of_the_visit = Q(pk__in=[visit.patient.merged_into_id or visit.patient_id for visit in not_finished])
    registrations = with_a_request(prison, OPEN_REQUEST) | among_taken_back(prison)
    waiting_for_one = facts.may_wait_for(INTERPRETER)
    among = Q(here_since__gte=at - ARRIVALS) | facts.due_in(prison, at) | of_the_visit | registrations | waiting_for_one
    people = everyone(prison, at, among=among)
    last, now = broke_off(not_finished, at), going_on(not_finished, at)
    tags = offered() if people else []
    rows = [
        row(person, standing, about, at, last.get(person.pk), now.get(person.pk), prisons, tags)
        for person, standing, about in people
    ]
    new = sorted((r for r in rows if r.is_new), key=lambda r: r.turn(at))
    due = sorted((r for r in rows if r.is_due and not r.is_new), key=lambda r: r.rank)
    return new, due


def row(
    person: Patient,
    standing: Standing,
    about: list[Matter],
    at: datetime,
    last_visit: Visit | None,
    visit_now: Visit | None,
    prisons: Mapping[str, Prison],
    tags: list[str],
) -> Row:
    is_here = standing.state_at(at) is State.OPEN
    again = see_again(last_visit, standing, about, at)
    about_answers = [*([again] if again else []), *needs(about)]
    besides = [need for need in (interpreter(standing, at), to_find_out(standing, at)) if need]
    return Row(
        person=person,
        since=standing.since,
        is_new=is_here and standing.since is not None and at - standing.since <= ARRIVALS,
        needs=[*about_answers, *besides],
        settled=[] if about_answers else settled(about, prisons),
        to_know=wording.needs(person),
        visit=start_a_visit(person, about),
        may_be_sent=not starts_with_an_interpreter(person, tags) and not standing.interpreter_wanted,
        going_on=at_a_tablet(visit_now) if visit_now else "",
        things=[do for do in first_things(person, about, has_visit=True) if not do.post],
        paper=write_down_a_paper(person, about) if is_here else None,
    )


def settled(about: list[Matter], prisons: Mapping[str, Prison]) -> list[str]:
    """What was answered, where and when, and that nobody asks again; where nothing was, why nothing is asked."""
    said = {m.title: wording.do_not_ask(m.asked, m.rule.code, prisons) or m.because for m in about}
    if len(set(said.values())) == 1:
        return list(said.values())[:1]
    return [f"{title}: {sentence}" for title, sentence in said.items()]


def at_a_tablet(visit: Visit) -> str:
    if visit.tablet is None:
        return gettext("A code waits to be tapped on a tablet.")
    sentence = gettext("At %(tablet)s now.") if visit.last_seen_at else gettext("Sent to %(tablet)s.")
    return sentence % {"tablet": visit.tablet.name}


def sections(request: HttpRequest, new: list[Row], due: list[Row]) -> list[Section]:
    at = {name: Paginator(rows, PAGE).get_page(request.GET.get(name)) for name, rows in (("new", new), ("due", due))}
    return [
        Section(
            "new",
            gettext("New here"),
            gettext("Who came in the last three days: what cannot wait first, then the newest."),
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
