"""One thing to do for a person, by when, and why."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from consent.questions import BY_ID
from consent.staff import wording


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to do, for one question, for both, or about neither, and the sentence that says why."""

    codes: tuple[str, ...]
    questions: tuple[str, ...]
    what: str
    because: str
    due: date
    today: date
    # Shown as work for today as long as it stands; the date says when it is late.
    for_today: bool = False

    @property
    def about(self) -> str:
        if not self.questions:
            return ""
        return gettext("both questions") if len(self.questions) > 1 else gettext(BY_ID[self.questions[0]].staff_title)

    @property
    def is_overdue(self) -> bool:
        return self.due < self.today

    @property
    def is_now(self) -> bool:
        return self.for_today or self.due <= self.today

    @property
    def due_in_words(self) -> str:
        if self.is_overdue:
            return gettext("Overdue: was due on %(day)s") % {"day": wording.day(self.due)}
        if self.due == self.today:
            return gettext("Due today")
        return gettext("Due on %(day)s") % {"day": wording.day(self.due)}

    @property
    def rank(self) -> tuple[int, date]:
        """Overdue and due first, the oldest on top; then what else is for today; then what is still to come."""
        if self.due <= self.today:
            return 0, self.due
        return 1 if self.for_today else 2, self.due
