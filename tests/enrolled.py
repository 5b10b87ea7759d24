"""Tablets of a prison, put into the database as enrolling would have left them."""

from django.utils import timezone

from consent.kiosk import cookie, tablets, visits
from consent.kiosk.visits import hashed
from consent.models import Tablet, Visit
from registration.models import Prison


def enrolled(prison="LEI", name=""):
    """A tablet in service at this prison, and its secret."""
    place, _ = Prison.objects.get_or_create(pk=prison, defaults={"name": prison})
    name = name or f"Reception {Tablet.objects.filter(prison=place).count() + 1}"
    tablet = Tablet.objects.create(prison=place, name=name, enrolled_at=timezone.now())
    return tablet, tablets.first_secret(tablet)


def take_up(code, *, says="me"):
    """The code is tapped on a tablet of the right prison, and whoever holds it says that it is them."""
    tablet, _secret = enrolled(Visit.objects.get(code=hashed(code), ended_at=None).prison_id)
    visit = visits.take_up(code=code, tablet=tablet)
    if says:
        press(visit, says)
    return visit


def press(visit, do, answer="", view=""):
    """One press on the tablet that has this visit."""
    from consent.kiosk import moves

    visit.refresh_from_db()
    screen = moves.press(visit=visit, do=do, turn=str(visit.turn), view=view, answer=answer)
    visit.refresh_from_db()
    return screen


def cookie_of(secret, site):
    """For a browser of playwright's."""
    return {"name": cookie.name(), "value": secret, "url": f"{site}/kiosk/", "httpOnly": True, "sameSite": "Strict"}


def enrol(page, site, code):
    """Where the browser is no tablet of the prison where this code is good, it becomes one."""
    prison = Visit.objects.get(code=hashed(code), ended_at=None).prison_id
    known = {one["value"] for one in page.context.cookies() if one["name"] == cookie.name()}
    mine = Tablet.objects.filter(secrets__hash__in=[hashed(secret) for secret in known], prison=prison)
    if not mine.exists():
        page.context.add_cookies([cookie_of(enrolled(prison)[1], site)])
        page.goto(f"{site}/kiosk/")
