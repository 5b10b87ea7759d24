"""Names come from other systems: whatever is in one is shown as letters, and never run (promises.md, T33)."""

from html.parser import HTMLParser
from itertools import product

import pytest
from django.contrib.auth.models import User

from consent import actions
from consent.kiosk import visits
from consent.roles import Role
from registration.models import Patient
from registration.movements import Direction, Movement
from tests.staff import Reception, ago, give_posts
from tests.test_kiosk import Tablet

pytestmark = pytest.mark.django_db

TAGS = "script img svg iframe object embed video audio math details marquee body style link base form input a".split()
TRIGGERS = ("onerror=alert(1)", "onload=alert(1)", "onfocus=alert(1) autofocus", "href=javascript:alert(1)", "")
BREAKERS = ("", '"', "'", "'>", '">', "</title>", "</script>", "-->", "{{7*7}}", "{% load x %}")
NAMES = list(dict.fromkeys(f"{b}<{tag} {t}>"[:80] for b, tag, t in product(BREAKERS, TAGS, TRIGGERS)))[:500]
NEVER = {"iframe", "object", "embed", "marquee", "math", "base", "video", "style"}


class Ran(HTMLParser):
    """What of a page would do something that no page of ours does."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag in NEVER or any(name.startswith("on") or "javascript:" in (value or "") for name, value in attributes):
            self.found.append(self.get_starttag_text())


def test_there_are_500_of_them_and_unescaped_each_but_plain_tags_would_be_noticed():
    assert len(NAMES) == 500
    noticed = [name for name in NAMES if Ran(f"<p>{name}</p>").found]
    assert len(noticed) > 300


def test_every_page_that_shows_a_name_shows_it_as_letters():
    reception = Reception()
    reception.comes("A0000AA", name="First Person")
    rows = [
        Patient(prison_number=f"B{n:04d}BB", family_name=name, given_names=name[:80], aliases=name)
        for n, name in enumerate(NAMES)
    ]
    Patient.objects.bulk_create(rows)
    for n in range(0, 500, 25):
        came = Movement(ago(0.1), Direction.IN, "NEW_ADMISSION", prison="LEI")
        actions.record_movement(patient=Patient.objects.get(prison_number=f"B{n:04d}BB"), movement=came, by="test")
    browser = reception.browser
    pages = ["/staff/", "/staff/lists/not-asked-yet/", "/staff/lists/legal-status/"]
    pages += [f"/staff/people/?find={start}" for start in ("B0", "%3Cimg", "%22%3E%3Cscript")]
    for n in range(0, 500, 25):
        number = f"B{n:04d}BB"
        pages += [f"/staff/people/{number}/", f"/staff/people/{number}/visit/", f"/staff/people/{number}/answer/"]
    for page in pages:
        response = browser.get(page)
        assert response.status_code == 200, page
        assert Ran(response.content.decode()).found == [], page


# The tablet shows the first word alone; a tag needs no space to be one.
@pytest.mark.parametrize("name", [name.replace(" ", "/") for name in NAMES if "alert" in name][::40])
def test_the_tablet_asks_is_this_you_in_letters(name):
    reception = Reception()
    person = reception.comes("A1234BC", name="Sam Pell")
    actions.describe_patient(patient=person, given_names=name, family_name=name)
    tablet = Tablet()
    _visit, code = visits.start(patient=person, place="wing", user=reception.nurse)
    tablet.tap(code, says="")
    assert tablet.title == "Is this you?"
    assert Ran(tablet.page).found == []


def test_user_names_too():
    reception = Reception()
    for n, name in enumerate(NAMES[::50]):
        user = User.objects.create_user(f"{n}{name}"[:150], first_name=name, last_name=name)
        give_posts(user, Role.RECEPTION, prison="LEI")
    assert Ran(reception.browser.get("/staff/staff/").content.decode()).found == []
    assert Ran(reception.browser.get("/staff/looks/").content.decode()).found == []
