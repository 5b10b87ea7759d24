"""Days as people say them, in their own language: in words and in full, for reading aloud."""

from datetime import datetime

from babel import Locale
from babel.dates import format_date

from consent.standing import LONDON


def day(at: datetime | str, language: str) -> str:
    """Tuesday 17 November 2026, from a time or its ISO text; the digits are those that their papers use, 0 to 9."""
    locale = Locale.parse(language, sep="-")
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    form = "EEEE d MMMM y" if locale.language == "en" else "full"
    return format_date(at.astimezone(LONDON).date(), form, locale)
