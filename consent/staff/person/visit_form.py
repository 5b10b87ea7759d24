"""What staff say as a visit begins: where, what for, and who interprets."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.models import Visit
from consent.questions import GMS_REGISTRATION, GP_RECORD
from consent.staff import wording
from consent.staff.forms import StaffForm, one_of, text

SHOW = _("Show them what they answered; nothing is asked")
OPEN = _("Ask what is still open")
ASK = _("Ask again anyway")
CHANGE = {
    GP_RECORD.id: _("They asked to change it: asking their GP"),
    GMS_REGISTRATION.id: _("They asked to change it: signing up with the prison GP"),
}
# Kept in the record in place of a reason of ours.
BY_THEMSELVES = "They asked to change it"


class VisitForm(StaffForm):
    place = one_of(_("Where"), Visit.Place.choices, initial=Visit.Place.RECEPTION)
    purpose = one_of(_("What for"), [], required=False)
    reason = text(_("Why they are asked again"), help_text=_("It is kept in the record."))
    interpreter = text(_("Interpreter (name or number, service)"), help_text=_("Leave it blank when there is none."))
    reads_english = forms.BooleanField(label=_("They read English well enough"), required=False)

    def __init__(
        self,
        *args: Any,
        asks: bool,
        answered: list[str],
        needs_interpreter: bool,
        noted: tuple[dict[str, Any], datetime] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.needs_interpreter = needs_interpreter
        self.asks = asks
        if asks and not answered:
            del self.fields["purpose"], self.fields["reason"]
        else:
            changes = [(f"change:{question}", CHANGE[question]) for question in answered]
            first = ("open", OPEN) if asks else ("show", SHOW)
            last = [] if asks else [("ask", ASK)]
            self.fields["purpose"].choices = [first, *changes, *last]
            self.initial["purpose"] = self.initial["purpose"] or ("open" if asks else "")
        if needs_interpreter:
            self.fields["interpreter"].help_text = gettext("Who puts the words on the tablet into their language.")
        else:
            del self.fields["reads_english"]
        if noted:
            data, at = noted
            self.fields["interpreter"].initial = data["interpreter"]
            self.fields["interpreter"].help_text = gettext(
                "Written down on %(time)s. Clear it when they are not there now."
            ) % {"time": wording.time_of(at)}

    def clean(self) -> None:
        typed = self.cleaned_data
        if self.needs_interpreter and not typed.get("interpreter") and not typed.get("reads_english"):
            sentence = gettext("Write who interprets, or tick that they read English well enough.")
            self.add_error("interpreter", sentence)
        if "purpose" not in self.fields:
            return
        if not typed.get("purpose") and not self.asks:
            self.add_error("purpose", gettext("There is nothing to ask this person. Choose what the visit is for."))
        elif typed["purpose"] == "ask" and not typed.get("reason"):
            self.add_error("reason", gettext("Asking again needs a reason. Write why."))

    def asked_again(self) -> dict[str, str]:
        """Which question they are asked although it is answered, and why. Who changes their mind needs no reason."""
        purpose, _colon, question = self.cleaned_data.get("purpose", "").partition(":")
        if purpose == "change":
            return {"reason": BY_THEMSELVES, "again": question}
        return {"reason": self.cleaned_data["reason"]} if purpose == "ask" else {}
