"""Who changed the settings, the tablets and the roles of a prison: for its manager."""

from itertools import chain

from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from consent.models import HoldException, Post, PrisonPolicy, ReceptionPolicy, Tablet
from consent.roles import Deed, Role
from consent.staff import here, wording
from consent.staff.history import Change, changes, newest_first
from consent.staff.hold_exceptions import in_words
from consent.staff.posts import SHORT
from registration.models import Prison

PAGE = 100
# Said already by what the change is about, or by who changed it.
UNTOLD = {"prison", "legal_status", "user", "role", "enrolled_by", "revoked_by"}
# Fields whose own names are no words for staff.
LABELS = {
    "takes": _("It takes"),
    "enrolled_at": _("Enrolled"),
    "revoked_at": _("Out of use"),
    "why": _("Why"),
    "is_complete": _("Complete"),
    "hold": _("a yes is held"),
    "hold_hours": _("hours"),
}


@require_safe
@here.may(Deed.SETTINGS)
def who_changed_what(request: HttpRequest) -> HttpResponse:
    prison = here.chosen(request)
    rows = Paginator(changes_at(prison) if prison else [], PAGE).get_page(request.GET.get("page"))
    return here.page(request, "changes", rows=rows)


def changes_at(prison: Prison) -> list[Change]:
    at, anywhere = {"prison_id": prison.pk}, Q(prison_id=prison.pk) | Q(prison_id=None)
    people = dict(User.objects.values_list("pk", "username"))

    def role(row: Post) -> str:
        name = people.get(row.user_id, gettext("an account that is gone"))
        said = gettext("Role of %(name)s: %(role)s") % {"name": name, "role": SHORT[Role(row.role)]}
        return said if row.prison_id else gettext("%(role)s, at every prison") % {"role": said}

    exceptions = changes(
        HoldException.history.filter(**at),
        about=lambda row: gettext("Held otherwise: %(who)s") % {"who": in_words(row)["who"]},
        untold={*UNTOLD, "home_gp"},
        labels=LABELS,
        tells_first=True,
    )
    of_each = (
        (Prison.history.filter(id=prison.pk), lambda row: gettext("The prison")),
        (PrisonPolicy.history.filter(**at), lambda row: gettext("How a yes is held")),
        (ReceptionPolicy.history.filter(**at), reception),
        (Tablet.history.filter(**at), lambda row: gettext("Tablet %(name)s") % {"name": row.name}),
        (Post.history.filter(anywhere), role),
    )
    told = (changes(rows, about=about, untold=UNTOLD, labels=LABELS) for rows, about in of_each)
    return newest_first(chain(exceptions, *told))


def reception(row: ReceptionPolicy) -> str:
    who = wording.LEGAL_STATUS[row.legal_status] if row.legal_status else gettext("everyone not named")
    return gettext("What reception takes, for: %(who)s") % {"who": who}
