"""The tablets of a prison: what each is doing, adding one, and taking one out of use."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from consent.kiosk import tablets as enrolled
from consent.kiosk import visits
from consent.models import Tablet, Visit
from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.accounts.web_session import fresh, needs_fresh_key, to_unlock
from consent.staff.forms import StaffForm, text
from registration.actions import NotPossible


class AddForm(StaffForm):
    name = text(_("Name"), required=True, most=40, help_text=_("As on its case, like Reception 2"))


@here.may(Deed.TABLETS)
def tablets(request: HttpRequest) -> HttpResponse:
    prison = here.chosen(request)
    if request.method == "POST" and not fresh(request):
        return to_unlock(request)
    form = AddForm(request.POST or None)
    if request.method == "POST" and prison is not None and form.is_valid():
        try:
            tablet, code = enrolled.add(prison=prison, name=form.cleaned_data["name"], user=request.user)
        except NotPossible as problem:
            form.add_error("name", gettext(str(problem)))
        else:
            return show_number(request, tablet, code)
    known = Tablet.objects.filter(prison=prison).select_related("enrolled_by", "revoked_by")
    return here.page(
        request,
        "tablets",
        status=422 if form.is_bound else 200,
        form=form,
        rows=[row(request, tablet) for tablet in known],
    )


def show_number(request: HttpRequest, tablet: Tablet, code: str) -> HttpResponse:
    """The number waits in this member of staff's own session, so that looking again needs no new one."""
    request.session["number"] = {"tablet": tablet.pk, "code": code}
    return redirect("tablets")


def row(request: HttpRequest, tablet: Tablet) -> dict[str, Any]:
    number = request.session.get("number", {})
    code = number.get("code", "") if number.get("tablet") == tablet.pk else ""
    is_waiting = tablet.code == visits.hashed(code) and tablet.code_expires_at > timezone.now()
    return {
        "tablet": tablet,
        "state": state_of(tablet),
        "why": tablet.get_why_display() if tablet.revoked_at else "",
        "revoked": wording.time_of(tablet.revoked_at) if tablet.revoked_at else "",
        "last_seen": wording.time_of(tablet.last_seen_at) if tablet.last_seen_at else "",
        "enrolled": wording.time_of(tablet.enrolled_at) if tablet.enrolled_at else "",
        "code": f"{code[:4]} {code[4:]}" if is_waiting else "",
        "until": wording.time_of(tablet.code_expires_at) if is_waiting else "",
    }


def state_of(tablet: Tablet) -> str:
    """Whether somebody is at it, and never who."""
    if tablet.revoked_at:
        return "out-of-use"
    if tablet.enrolled_at is None:
        return "to-enrol"
    now = timezone.now()
    live = Visit.objects.filter(tablet=tablet, ended_at=None).first()
    if live and not visits.is_silent(live, now):
        return "in-use"
    return "free" if tablet.last_seen_at and now - tablet.last_seen_at < visits.IDLE else "away"


@require_POST
@here.may(Deed.TABLETS)
@needs_fresh_key
def new_number(request: HttpRequest, pk: int) -> HttpResponse:
    tablet = tablet_with(request, pk)
    try:
        code = enrolled.new_number(tablet=tablet, user=request.user)
    except NotPossible as problem:
        messages.error(request, gettext(str(problem)))
        return redirect("tablets")
    return show_number(request, tablet, code)


@require_POST
@here.may(Deed.TABLETS)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    tablet = tablet_with(request, pk)
    enrolled.revoke(tablet=tablet, user=request.user)
    said = gettext("%(name)s is out of use. If somebody was at it, their visit has ended.")
    messages.success(request, said % {"name": tablet.name})
    return redirect("tablets")


def tablet_with(request: HttpRequest, pk: int) -> Tablet:
    tablet = Tablet.objects.filter(pk=pk, prison=here.chosen(request)).first()
    if tablet is None:
        raise here.NothingThere(gettext("There is no such tablet at this prison."))
    return tablet
