"""Which member of staff has which role at a prison: for its manager."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent import actions
from consent.models import Post
from consent.roles import Deed, Role
from consent.staff import here
from consent.staff.accounts.web_session import needs_fresh_key
from consent.staff.forms import StaffForm, text
from registration.models import Prison

ROLES = {
    Role.RECEPTION: _("Reception: starts visits, writes down answers"),
    Role.REGISTRAR: _("Registrar: asks GPs, makes registrations, settles records that disagree"),
    Role.CLINICIAN: _("Clinician: checks before sending, sensitive records, why somebody could not be asked"),
    Role.MANAGER: _("Manager: tablets, roles, settings; sees no record"),
    Role.AUDITOR: _("Auditor: who looked at whom"),
    Role.REVIEWER: _("Content reviewer: reads and signs the words"),
}
SHORT = {
    Role.RECEPTION: _("Reception"),
    Role.REGISTRAR: _("Registrar"),
    Role.CLINICIAN: _("Clinician"),
    Role.MANAGER: _("Manager"),
    Role.AUDITOR: _("Auditor"),
    Role.REVIEWER: _("Content reviewer"),
}


class NameForm(StaffForm):
    username = text(_("User name"), required=True, most=150)


class RolesForm(StaffForm):
    roles = forms.MultipleChoiceField(
        label=_("Roles at this prison"),
        required=False,
        choices=[(role.value, name) for role, name in ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
    )


@here.may(Deed.POSTS)
def staff(request: HttpRequest) -> HttpResponse:
    """Everyone with a role here; and a way to somebody who has none yet, by the user name they were given."""
    prison = here.chosen(request)
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = User.objects.filter(username=form.cleaned_data["username"].strip(), is_active=True).first()
        if found:
            return redirect("post", found.username)
        form.add_error(
            "username", gettext("No open account has this user name. Whoever runs the service opens accounts.")
        )
    held: dict[str, list[str]] = {}
    for post in Post.objects.filter(prison=prison).select_related("user").order_by("user__username", "role"):
        held.setdefault(post.user.username, []).append(str(SHORT[Role(post.role)]))
    status = 422 if form.errors else 200
    return here.page(request, "staff", status=status, held=list(held.items()), form=form)


@here.may(Deed.POSTS)
@needs_fresh_key
def post(request: HttpRequest, username: str) -> HttpResponse:
    prison = here.chosen(request)
    whose = User.objects.filter(username=username, is_active=True).first()
    if whose is None or prison is None:
        raise here.NothingThere(gettext("No open account has this user name."))
    if whose == request.user:
        messages.error(request, gettext("Nobody changes their own roles. Ask another manager."))
        return redirect("staff")
    now = set(Post.objects.filter(user=whose, prison=prison).values_list("role", flat=True))
    form = RolesForm(request.POST or None, initial={"roles": sorted(now)})
    if request.method == "POST" and form.is_valid():
        actions.set_posts(user=whose, prison=prison, roles=form.cleaned_data["roles"])
        messages.success(request, gettext("Saved for %(name)s.") % {"name": whose.username})
        return redirect("staff")
    return here.form_page(request, form, **in_words(whose, prison))


def in_words(whose: User, prison: Prison) -> dict[str, Any]:
    return {
        "title": gettext("Roles of %(name)s") % {"name": whose.get_full_name() or whose.username},
        "lead": gettext("At %(prison)s. What is taken away ends with their next page.") % {"prison": prison.name},
        "button": gettext("Save"),
        "back": reverse("staff"),
    }
