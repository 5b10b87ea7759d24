"""How many, by week, at the prison chosen and at all of a manager's: as a page and as a CSV. Nobody by name."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from consent import facts
from consent.counts import keeping, weekly
from consent.counts.suppressing import Number
from consent.counts.weekly import Counted
from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.lists.overdue import as_shown, in_bands, waiting
from consent.staff.lists.table import CAPACITY, LISTS, SENSITIVE
from consent.staff.lists.views import messages_wait
from consent.words.files import languages
from registration.models import Prison

# The columns, under the headings they stand under.
COLUMNS: tuple[tuple[Any, dict[Counted, Any]], ...] = (
    (
        _("Asked"),
        {
            Counted.OFFERED: _("Offered the choice"),
            Counted.LATER: _("Chose to decide later"),
            Counted.SPARED: _("Moved here, not asked again"),
        },
    ),
    (
        _("By the date, in ten"),
        {Counted.ASKED_IN_TIME: _("Asked"), Counted.CHECKED_IN_TIME: _("Checked before sending")},
    ),
    (
        _("Support"),
        {
            Counted.UNDERSTOOD: _("Understood at once, in ten"),
            Counted.HELP: _("Pressed Help"),
            Counted.INTERPRETER: _("Had an interpreter"),
        },
    ),
    (
        _("How, in ten"),
        {Counted.TABLET: _("On a tablet"), Counted.TALK: _("By talking"), Counted.PAPER: _("On paper")},
    ),
    (
        _("Could not be asked"),
        {
            Counted.NO_TIME: _("No time or private place"),
            Counted.NO_INTERPRETER: _("No interpreter"),
            Counted.NOT_TODAY: _("Another reason"),
        },
    ),
)
WHATS = [what for _heading, columns in COLUMNS for what in columns]
NOT_SHOWN = "–"
WAITED_FOR = (*LISTS, CAPACITY, SENSITIVE)
MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: list[tuple[str, list[str]]]


@require_safe
@here.may(Deed.COUNTS)
def counts(request: HttpRequest) -> HttpResponse:
    prison = here.chosen(request)
    its_own = sections(prison) if prison else []  # counted now, where nobody did before, and then among the others
    return here.page(
        request,
        "counts",
        headings=[(heading, len(columns)) for heading, columns in COLUMNS],
        columns=[title for _heading, columns in COLUMNS for title in columns.values()],
        sections=[*by_prison(own(request)), *its_own],
        has_more=len(own(request)) > 1,
        late=late(prison) if prison else [],
        bands=bands(),
    )


@require_safe
@here.may(Deed.COUNTS)
def as_csv(request: HttpRequest) -> HttpResponse:
    prison = here.chosen(request)
    if prison is None:
        raise here.NothingThere(gettext("No prison is known yet"))
    response, writer = file(prison.pk)
    write(writer, prison, sections(prison))
    writer.writerow([])
    writer.writerow([gettext("Prison"), gettext("Waiting too long, now"), gettext("List"), *bands()])
    writer.writerows([prison.name, "", name, *row] for name, row in late(prison))
    return response


@require_safe
@here.may(Deed.COUNTS)
def all_as_csv(request: HttpRequest) -> HttpResponse:
    """Each prison at which they manage: its weeks, or that nobody has counted them yet."""
    response, writer = file("all")
    mondays, prisons = weekly.weeks_before(timezone.localdate()), own(request)
    counted = keeping.counted_weeks(prisons, mondays)
    for prison in prisons:
        if prison.pk in counted:
            write(writer, prison, sections_of(counted[prison.pk], mondays))
        else:
            writer.writerow([prison.name, not_counted()])
    return response


def file(name: str) -> tuple[HttpResponse, Any]:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="counts-{name}-{timezone.localdate()}.csv"'
    response.write("\ufeff")  # spreadsheets take it for UTF-8 then
    writer = csv.writer(response)
    titles = [f"{heading}: {title}" for heading, columns in COLUMNS for title in columns.values()]
    writer.writerow([gettext("Prison"), gettext("By"), gettext("Row"), *titles])
    return response, writer


def write(writer: Any, prison: Prison, sections: list[Section]) -> None:
    for section in sections:
        writer.writerows([prison.name, section.title, name, *row] for name, row in section.rows)


def own(request: HttpRequest) -> list[Prison]:
    """The prisons with people whose numbers are for whoever is signed in."""
    posts = here.posts(request)
    known = [prison for prison in here.choices(request) if prison.has_people and posts.may(Deed.COUNTS, prison.pk)]
    return sorted(known, key=lambda prison: prison.name)


def not_counted() -> str:
    return gettext("Not counted yet: choose this prison above")


def by_prison(prisons: list[Prison]) -> list[Section]:
    """What stands as "together" on the page of each; nothing where there is one prison alone."""
    if len(prisons) < 2:
        return []
    mondays = weekly.weeks_before(timezone.localdate())
    counted = keeping.counted_weeks(prisons, mondays)
    rows = []
    for prison in prisons:
        if prison.pk in counted:
            table = weekly.table(counted[prison.pk], mondays, list(languages()))
            rows.append((prison.name, in_words(table[weekly.TOGETHER][weekly.TOGETHER])))
        else:
            rows.append((f"{prison.name}. {not_counted()}", [""] * len(WHATS)))
    return [Section(gettext("%(weeks)s weeks from %(day)s, by prison") % since(mondays), rows)]


def since(mondays: Sequence[date]) -> dict[str, Any]:
    return {"weeks": weekly.WEEKS, "day": wording.birthday(mondays[0])}


def sections(prison: Prison) -> list[Section]:
    mondays = weekly.weeks_before(timezone.localdate())
    return sections_of(keeping.weeks(prison, mondays, facts.INTERVALS), mondays)


def sections_of(happened: list[weekly.Event], mondays: Sequence[date]) -> list[Section]:
    begun = since(mondays)
    kinds = {
        "week": (gettext("Week from Monday"), {monday.isoformat(): wording.birthday(monday) for monday in mondays}),
        weekly.TOGETHER: (gettext("%(weeks)s weeks from %(day)s") % begun, {weekly.TOGETHER: gettext("Together")}),
        "language": (gettext("%(weeks)s weeks from %(day)s, by language") % begun, language_names()),
        "legal": (
            gettext("%(weeks)s weeks from %(day)s, by legal status at the time") % begun,
            {status.value: str(name) for status, name in wording.LEGAL_STATUS.items()},
        ),
    }
    return [
        Section(kinds[kind][0], [(kinds[kind][1][name], in_words(row)) for name, row in rows.items()])
        for kind, rows in weekly.table(happened, mondays, list(languages())).items()
    ]


def language_names() -> dict[str, str]:
    others = {weekly.OTHER: gettext("Another language"), weekly.UNKNOWN: gettext("Not known")}
    return {tag: wording.language(tag.partition("-")[0]) for tag in languages()} | others


def in_words(row: dict[Counted, Number]) -> list[str]:
    return [shown(row[what]) for what in WHATS]


def shown(number: Number) -> str:
    return NOT_SHOWN if number is None else str(number)


def late(prison: Prison) -> list[tuple[str, list[str]]]:
    """What waits too long, by list and by how long, without names: as it was when it was first looked at today. A
    message may name no prison."""
    titles = {listed.slug: str(listed.title) for listed in WAITED_FOR}
    titles[MESSAGES] = gettext("Messages not understood, of all prisons")
    counted = keeping.today(prison, lambda: how_late(prison))
    told = [(title, as_shown(counted[slug])) for slug, title in titles.items() if slug in counted]
    return [(title, [shown(number) for number in (*by_days, total)]) for title, (total, by_days) in told]


def how_late(prison: Prison) -> dict[str, list[int]]:
    now = timezone.now()
    found = {listed.slug: in_bands(waits) for listed, waits in waiting(WAITED_FOR, prison, now)}
    return {**found, MESSAGES: in_bands(messages_wait(now))}


def bands() -> list[str]:
    return [gettext("1 to 7 days over"), gettext("8 to 28 days over"), gettext("Over 28 days"), gettext("Together")]
