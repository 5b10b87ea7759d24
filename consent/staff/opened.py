"""Opening with a reason ("break glass"): somebody at another prison, or whose record is on no list.

It is loud: a line of the person's record names who and why, and the auditor's page puts it first.
"""

from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from consent import actions
from consent.roles import Deed
from consent.staff.accounts.web_session import needs_fresh_key
from consent.staff.here import chosen, may, not_here, note_look, person_with, seen_of
from consent.staff.sight import ReasonForm

OPENED = "opened-with-reason"
LASTS = timedelta(hours=1)


@require_POST
@may(Deed.PEOPLE, anywhere=True)
@needs_fresh_key
def open_with_reason(request: HttpRequest, number: str) -> HttpResponse:
    found = person_with(number)
    person = found.merged_into or found
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return not_here(request, person, seen_of(request, person).sight, Deed.PEOPLE, form)
    why = dict(form.fields["why"].choices)[form.cleaned_data["why"]]
    at = chosen(request)
    with transaction.atomic():
        actions.record_note(
            patient=person,
            kind=OPENED,
            by=actions.staff(request.user),
            prison=at.pk if at else "",
            reason=f"{why}: {form.cleaned_data['reason']}",
        )
        note_look(request, person, OPENED)
    opened = {key: until for key, until in request.session.get("opened", {}).items() if until > moment()}
    request.session["opened"] = {**opened, str(person.record_id): (timezone.now() + LASTS).isoformat()}
    return redirect("person", person.prison_number)


def moment() -> str:
    return timezone.now().isoformat()
