"""When somebody is expected to leave, as staff were told, and by when the papers for it are due. Pure.

No feed has these dates. They choose lists and papers, and never whether a person is asked. Every number of days here is
ours, not anybody's rule, but the month before release in which a GP may register somebody (domain.md, section 7).
"""

import calendar
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

LISTED = timedelta(days=28)  # before the expected release
COURT_LISTED = timedelta(days=7)  # before the next court date
FORM_DUE = timedelta(days=14)  # before release: the practice needs time to answer
SHEET_DUE = timedelta(days=7)  # before release
COURT_DUE = timedelta(days=1)  # the day before court
NEW_DATE_DUE = timedelta(days=1)  # after a release date that is over
LEFT_DUE = timedelta(days=7)  # after somebody left whose registration was sent
# After they came in: with the second-stage health assessment (Intervals.offer in consent/policy.py).
OFFER_DUE = timedelta(days=7)
# A paper given longer before the release than this is given again: what it says of the registration may have changed.
STILL_RIGHT = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates that count today: those that were told in this stay in prison, and lie ahead or ask for another."""

    release: date | None = None
    court: date | None = None
    over: date | None = None  # the day on which they were expected to leave: it has passed, and they are here
    told: date = field(default=date.min, compare=False)  # nothing was due before anybody knew


def dates_ahead(
    release: date | None, court: date | None, told_at: datetime | None, opened_at: datetime | None, today: date
) -> Dates:
    """A date in the past is none, and a release date that is over asks for another: papers may be due for that one.
    Nor is one told before they came in: it was of another stay."""
    if told_at is None or opened_at is None or told_at < opened_at:
        return Dates()
    ahead = Dates(court=court if court and court >= today else None)
    return replace(ahead, over=release) if release and release < today else replace(ahead, release=release)


def date_due(dates: Dates) -> date | None:
    """By when the new release date is to be entered; nothing where none is over."""
    return dates.over + NEW_DATE_DUE if dates.over else None


def month_before(day: date) -> date:
    """The same day of the month before; its last day where it has none such."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def sheet_due(dates: Dates, on_remand: bool, given: date | None, today: date) -> date | None:
    """By when the release sheet is to be given; nothing where it is not yet time, or it was given lately enough.

    Whoever is on remand may leave from court: they have it again the day before, however lately they were given it.
    """
    wanted = []
    if dates.release and today >= dates.release - LISTED and (given is None or given < dates.release - STILL_RIGHT):
        wanted.append(max(dates.release - SHEET_DUE, dates.told))
    if dates.court and on_remand:
        day_before = dates.court - COURT_DUE
        listed = dates.court - COURT_LISTED if given is None else day_before
        if today >= listed and (given is None or given < day_before):
            wanted.append(max(day_before, dates.told))
    return min(wanted, default=None)


def offer_due(came: date, asked: date | None, given: date | None) -> date | None:
    """By when whoever is on remand has the sheet first, for a day of court that nobody knows: from the first visit on,
    and so not before they were asked anything; nothing where they were given one in this stay."""
    return None if asked is None or given else max(came + OFFER_DUE, asked)


def form_due(dates: Dates, made: date | None, today: date) -> date | None:
    """By when a GP outside is to be asked to register them; nothing where it is not yet time, or it was done."""
    if dates.release is None or today < dates.release - LISTED:
        return None
    return None if made and made >= month_before(dates.release) else max(dates.release - FORM_DUE, dates.told)
