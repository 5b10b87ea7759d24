"""When somebody is expected to leave, as staff were told, and by when the papers for it are due. Pure.

No feed has these dates. They choose lists and papers, and never whether a person is asked. Every number of days here is
ours, not anybody's rule, but the month before release in which a GP may register somebody (domain.md, section 7).
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

LISTED = timedelta(days=28)  # before the expected release
COURT_LISTED = timedelta(days=7)  # before the next court date
FORM_DUE = timedelta(days=14)  # before release: the practice needs time to answer
SHEET_DUE = timedelta(days=7)  # before release
COURT_DUE = timedelta(days=1)  # the day before court
LEFT_DUE = timedelta(days=7)  # after somebody left whose registration was sent
# A paper given longer before the date than this is given again: what it says of the registration may have changed.
STILL_RIGHT = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates that count today: those that lie ahead and were told in this stay in prison."""

    release: date | None = None
    court: date | None = None


def dates_ahead(
    release: date | None, court: date | None, told_at: datetime | None, opened_at: datetime | None, today: date
) -> Dates:
    """A date in the past is none. Nor is one told before they came in: it was of another stay."""
    if told_at is None or opened_at is None or told_at < opened_at:
        return Dates()
    return Dates(release if release and release >= today else None, court if court and court >= today else None)


def month_before(day: date) -> date:
    """The same day of the month before; its last day where it has none such."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def sheet_due(dates: Dates, on_remand: bool, given: date | None, today: date) -> date | None:
    """By when the release sheet is to be given; nothing where it is not yet time, or it was given lately enough.

    Whoever is on remand may leave from court.
    """
    wanted = []
    if dates.release and today >= dates.release - LISTED:
        wanted.append((dates.release, dates.release - SHEET_DUE))
    if dates.court and on_remand and today >= dates.court - COURT_LISTED:
        wanted.append((dates.court, dates.court - COURT_DUE))
    return min((due for day, due in wanted if given is None or given < day - STILL_RIGHT), default=None)


def form_due(dates: Dates, made: date | None, today: date) -> date | None:
    """By when a GP outside is to be asked to register them; nothing where it is not yet time, or it was done."""
    if dates.release is None or today < dates.release - LISTED:
        return None
    return None if made and made >= month_before(dates.release) else dates.release - FORM_DUE
