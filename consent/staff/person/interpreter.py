"""Who interprets: named before the visit, while it goes on, or when nobody is needed any more."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions, facts
from consent.models import Visit
from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.forms import one_of
from consent.staff.person.interpreted import InterpreterFields
from consent.staff.person.visit import live
from registration.models import Patient


class InterpreterForm(InterpreterFields):
    now = one_of(
        _("What is so now"),
        [("there", _("An interpreter is there, or on the phone")), ("none", _("They need no interpreter any more"))],
    )
    field_order = ("now",)

    def clean(self) -> None:
        if self.cleaned_data.get("now") == "there" and not self.cleaned_data.get("interpreter"):
            self.add_error("interpreter", gettext("Write who interprets: it is kept with every answer they help with."))

    def recorded(self) -> dict[str, str]:
        """What the line in the record keeps; of nobody, nothing."""
        typed = self.cleaned_data
        if typed["now"] != "there":
            return {}
        apart = {name: typed[name] for name in ("how", "language") if typed[name]}
        return {"interpreter": self.interpreted_by(), **apart}


@here.of_person("visit", Deed.VISITS)
def interpreter(request: HttpRequest, person: Patient) -> HttpResponse:
    form = InterpreterForm(request.POST or None, initial={"language": person.language})
    going_on = live(person)
    if request.method == "POST" and form.is_valid():
        recorded = form.recorded()
        if going_on is not None:
            named(going_on, recorded.get("interpreter", ""))
        actions.record_note(patient=person, kind="interpreter-there", by=actions.staff(request.user), **recorded)
        messages.success(request, gettext("Recorded."))
        return redirect("visit" if going_on else "person", person.prison_number)
    wanted = facts.standing_of(person, timezone.now()).interpreter_wanted
    return here.form_page(
        request,
        form,
        title=gettext("Interpreter"),
        lead=gettext("They asked for: %(language)s") % {"language": wording.wanted(wanted)} if wanted else "",
        button=gettext("Record it"),
        person=person,
        back=reverse("visit" if going_on else "person", args=[person.prison_number]),
    )


def named(visit: Visit, name: str) -> None:
    """From here on this person interprets, or nobody where the name is blank.

    The tablet may be pressed at the same moment, so the row is held.
    """
    held = Visit.objects.select_for_update().get(pk=visit.pk)
    for answered in ("interpreter_wanted", "help_at"):
        held.state.pop(answered, None)
    held.state["interpreter"] = name
    held.save(update_fields=["state"])
