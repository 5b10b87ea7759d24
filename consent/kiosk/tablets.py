"""Enrolled tablets: which one is asking, by a secret that changes with every visit, and when one is dead.

The secret just replaced stays good until the new one has come back, for a reply can be lost on the network; any older
one was copied.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from consent import actions
from consent.kiosk import visits
from consent.kiosk.visits import hashed
from consent.models import Tablet, TabletSecret, Visit
from registration.actions import NotPossible
from registration.models import Prison

DIGITS = 8
CODE_LASTS = timedelta(minutes=10)
SECRET_LASTS = timedelta(days=1)
# How long a tablet that never got its new secret may come with the old one.
LOST_REPLY = timedelta(minutes=10)
# A request that left before the reply with the new secret came, and was overtaken by the next one.
OVERTAKEN = timedelta(seconds=15)
# So long an old secret that is seen again is known for a copy; after that it is as dead, and nothing more.
REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Asking:
    """A tablet that asks, with the secret it came with, and whether that has been overtaken by a later one."""

    tablet: Tablet
    row: TabletSecret
    secret: str
    is_overtaken: bool = False

    def shows(self, visit: Visit | None) -> bool:
        """Whether it has this visit on its screen already."""
        return self.row.visit_id == (visit.pk if visit else None)

    def wants_a_new_secret(self, visit: Visit | None) -> bool:
        is_old = self.row.replaced_at is not None or timezone.now() - self.row.made_at > SECRET_LASTS
        return is_old or not self.shows(visit)


def asking(secret: str, *, again: bool = False) -> Asking | None:
    """The tablet with this secret; None where there is none, or it is dead.

    ``again``: it was overtaken, and sent back to come with the secret it has by now.
    """
    rows = TabletSecret.objects.select_related("tablet", "visit")
    row = rows.filter(hash=hashed(secret)).first() if secret else None
    if row is None:
        return None
    tablet, now = row.tablet, timezone.now()
    if tablet.revoked_at:
        row.delete()  # it is told, and recorded, once
        actions.refused(who=f"tablet {tablet.name}", what="revoked tablet", prison=tablet.prison_id)
        return None
    if row.replaced_at:
        following = tablet.secrets.filter(hash=hashed(next_secret(secret, row))).first()
        if following is None or following.used_at:
            if now - row.replaced_at < OVERTAKEN and not again:
                return Asking(tablet, row, secret, is_overtaken=True)
            suspend(tablet, Tablet.Why.TWO_PLACES)
            return None
        if now - row.replaced_at > LOST_REPLY:
            suspend(tablet, Tablet.Why.OUT_OF_TOUCH)
            return None
    elif row.used_at is None:
        TabletSecret.objects.filter(pk=row.pk).update(used_at=now)
    if tablet.last_seen_at is None or now - tablet.last_seen_at > timedelta(minutes=1):
        Tablet.objects.filter(pk=tablet.pk).update(last_seen_at=now)
    return Asking(tablet, row, secret)


def next_secret(secret: str, row: TabletSecret) -> str:
    """Worked out from the one before, which only the tablet has, and a salt, which only we have: we keep neither."""
    return hmac.new(secret.encode(), row.salt.encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def new_secret(asks: Asking, visit: Visit | None) -> str:
    """The secret under which the tablet shows this visit, or none. Asked for twice, it is the same one."""
    now, new = timezone.now(), next_secret(asks.secret, asks.row)
    TabletSecret.objects.filter(pk=asks.row.pk, replaced_at=None).update(replaced_at=now)
    row, _ = TabletSecret.objects.get_or_create(hash=hashed(new), defaults=made(asks.tablet))
    TabletSecret.objects.filter(pk=row.pk, used_at=None).update(visit=visit)
    asks.tablet.secrets.filter(replaced_at__lt=now - REMEMBERED).delete()
    return new


def made(tablet: Tablet) -> dict[str, object]:
    return {"tablet": tablet, "salt": secrets.token_hex(16), "made_at": timezone.now()}


def first_secret(tablet: Tablet) -> str:
    """Whatever had been this tablet before is not it any more."""
    tablet.secrets.all().delete()
    secret = secrets.token_hex(32)
    TabletSecret.objects.create(hash=hashed(secret), **made(tablet))
    Tablet.objects.filter(pk=tablet.pk).update(last_seen_at=timezone.now())
    return secret


# -- enrolling and taking away ----------------------------------------------------------------------------------------


@transaction.atomic
def add(*, prison: Prison, name: str, user: User) -> tuple[Tablet, str]:
    """A tablet that is to be enrolled, with the number for it. Raises NotPossible where the name is taken."""
    try:
        with transaction.atomic():
            tablet = Tablet.objects.create(prison=prison, name=name, enrolled_by=user)
    except IntegrityError:
        raise NotPossible("There is a tablet of this name here already. Give it another name.") from None
    return tablet, new_number(tablet=tablet, user=user)


@transaction.atomic
def new_number(*, tablet: Tablet, user: User) -> str:
    """Another number for a tablet that is not in service. Raises NotPossible."""
    held = visits.hold(tablet)
    if held.is_in_service:
        raise NotPossible("This tablet is in use. Take it out of use first.")
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    held.code, held.code_expires_at, held.enrolled_by = hashed(code), timezone.now() + CODE_LASTS, user
    held.save(update_fields=["code", "code_expires_at", "enrolled_by"])
    return code


@transaction.atomic
def enrol(*, code: str) -> str | None:
    """The first secret of the tablet that this number is for, once; None where it is for none."""
    waiting = Tablet.objects.select_for_update(no_key=True).filter(
        code=hashed(code), code_expires_at__gt=timezone.now()
    )
    tablet = waiting.first()
    if tablet is None:
        return None
    tablet.code, tablet.enrolled_at = "", timezone.now()
    tablet.revoked_at, tablet.revoked_by, tablet.why = None, None, ""
    tablet.save()
    return first_secret(tablet)


@transaction.atomic
def revoke(*, tablet: Tablet, user: User | None, why: str = Tablet.Why.TAKEN_AWAY) -> None:
    """Dead at its next request. Its visit ends, and nothing of that is stored."""
    held = visits.hold(tablet)
    if not held.is_in_service:
        return
    held.revoked_at, held.revoked_by, held.why = timezone.now(), user, why
    held.save(update_fields=["revoked_at", "revoked_by", "why"])
    for visit in Visit.objects.select_for_update().filter(tablet=held, ended_at=None):
        visits.end(visit=visit, how=visits.TAKEN_AWAY)


def suspend(tablet: Tablet, why: Tablet.Why) -> None:
    """Both copies are dead; staff see why, and enrol it anew."""
    revoke(tablet=tablet, user=None, why=why)
    what = "copied cookie" if why == Tablet.Why.TWO_PLACES else "out of touch"
    actions.refused(who=f"tablet {tablet.name}", what=what, prison=tablet.prison_id)
