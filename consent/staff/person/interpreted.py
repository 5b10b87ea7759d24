"""Who interprets, as staff type it: on a page of its own, and with an answer or a check that they interpret."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from consent import ledger
from consent.models import Entry
from consent.papers.answers import mark_of_error
from consent.staff import wording
from consent.staff.forms import StaffForm, languages, text
from consent.standing import Standing
from registration import actions as registration
from registration.models import Patient

HOW = {"person": _("in person"), "phone": _("by phone"), "video": _("on video")}
REFERENCE = "reference "


class InterpreterFields(StaffForm):
    interpreter = text(
        _("Interpreter (name or number)"),
        most=60,
        help_text=_("Never family, friends, other prisoners or officers."),
    )
    service = text(_("Service"), most=60, help_text=_("For example the telephone interpreting service"))
    reference = text(_("Booking reference"), most=30)
    how = forms.ChoiceField(label=_("How"), required=False, choices=[("", _("Not said")), *HOW.items()])
    language = forms.ChoiceField(label=_("Language they speak together"), choices=languages, required=False)

    def is_with(self, person: Patient, standing: Standing) -> bool:
        """Whether somebody may be interpreting now; who was written down today stands in the fields."""
        noted = noted_today(person, standing, timezone.now())
        if noted:
            data, at = noted
            self.initial |= typed_before(data)
            self.fields["interpreter"].help_text = gettext(
                "Written down on %(time)s. Clear it when they are not there now."
            ) % {"time": wording.time_of(at)}
        else:
            self.initial |= {"language": person.language}
        return bool(noted or standing.interpreter_wanted or not wording.reads_english(person))

    def interpreted_by(self) -> str:
        """As it stands with every answer they help with; blank where nobody does."""
        return ", ".join(self.in_words()) if self.cleaned_data.get("interpreter") else ""

    def in_words(self) -> Iterator[str]:
        """In English, whatever language the screen has."""
        typed = self.cleaned_data
        with override("en-gb"):
            yield typed["interpreter"]
            if typed.get("service"):
                yield typed["service"]
            if typed.get("reference"):
                yield f"{REFERENCE}{typed['reference']}"
            if typed.get("how"):
                yield str(HOW[typed["how"]])
            if typed.get("language"):
                yield wording.language(typed["language"])


def typed_before(data: dict[str, Any]) -> dict[str, str]:
    """What was typed, from the line that keeps it in words (``in_words``)."""
    how, language = data.get("how", ""), data.get("language", "")
    words = data["interpreter"]
    with override("en-gb"):
        for last in (wording.language(language) if language else "", str(HOW[how]) if how else ""):
            words = words.removesuffix(f", {last}")
    words, _comma, reference = words.partition(f", {REFERENCE}")
    name, _comma, service = words.partition(", ")
    return {"interpreter": name, "service": service, "reference": reference, "how": how, "language": language}


def noted_today(person: Patient, standing: Standing, now: datetime) -> tuple[dict[str, Any], datetime] | None:
    """What staff last wrote of who interprets for this person, and when: today, and in this time in prison."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = max(midnight, standing.opened_at or midnight)
    chains = [each.record_id for each in registration.family(person)]
    noted = Entry.objects.filter(chain__in=chains, kind="interpreter-there", at__gte=since)
    note = noted.order_by("at", "seq").last()
    data = ledger.opened([note])[0]["data"] if note and not mark_of_error(note) else {}
    return (data, note.at) if note and data.get("interpreter") else None
