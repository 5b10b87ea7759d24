"""How much of a person somebody may see: all; what reception needs of who is on the way; nothing without a reason."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consent import facts
from consent.roles import Deed, Posts
from consent.staff.forms import StaffForm, one_of, text
from registration.custody import State
from registration.models import Patient, Prison

REASONS = [
    ("care", _("They need care now, and I am giving it")),
    ("asked", _("The healthcare team where they are asked me to")),
    ("person", _("The person asked for it")),
    ("other", _("Another reason")),
]
IN_TRANSIT = f'"state":"{State.IN_TRANSIT}"'


class ReasonForm(StaffForm):
    """Why somebody opens the record of a person who is not theirs to see."""

    why = one_of(_("Why you need it"), REASONS)
    reason = text(_("What it is about"), required=True, help_text=_("It is kept in the record, with your name."))


class Sight(Enum):
    WHOLE = "whole"
    ON_THE_WAY = "on-the-way"  # between prisons: where to is not told, so every reception sees who may come
    ELSEWHERE = "elsewhere"
    SENSITIVE = "sensitive"  # whose record is on no list; for clinicians


@dataclass(frozen=True, slots=True)
class Seen:
    """``prison``: where they are, were last, or left from; blank where nobody has them. ``sensitive``: their record is,
    and it may be seen."""

    sight: Sight
    prison: str
    sensitive: bool = False


def seen_by(posts: Posts, person: Patient, at: datetime) -> Seen:
    """``person`` is the record that stands for them."""
    row = getattr(person, "status", None)
    standing = facts.standing_in(row, at) if row else None
    prison = (standing.prison if standing else None) or ""
    own = posts.may(Deed.PEOPLE, prison or None)
    family = Q(pk=person.pk) | Q(merged_into=person)
    sensitive = Patient.objects.filter(family, is_sensitive=True).exists()
    if sensitive and not posts.may(Deed.SENSITIVE, prison or None):
        return Seen(Sight.SENSITIVE if own else Sight.ELSEWHERE, prison)
    if own:
        return Seen(Sight.WHOLE, prison, sensitive)
    is_on_the_way = standing is not None and standing.state_at(at) is State.IN_TRANSIT
    return Seen(Sight.ON_THE_WAY if is_on_the_way else Sight.ELSEWHERE, prison)


def found_by(posts: Posts, prisons: list[Prison]) -> Q:
    """Patients whom a search may show: here, on the way, or known to be in no prison; never a sensitive record."""
    own = [prison.pk for prison in prisons if posts.may(Deed.PEOPLE, prison.pk)]

    def shown(status: str) -> Q:
        near = Q(**{f"{status}__prison__in": own}) | Q(**{f"{status}__prison": None})
        return near | Q(**{f"{status}__body__contains": IN_TRANSIT})

    stands = Q(merged_into=None) & shown("status")
    joined = Q(merged_into__isnull=False, merged_into__is_sensitive=False) & shown("merged_into__status")
    return Q(is_sensitive=False) & (stands | joined)
