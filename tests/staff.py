"""What the tests of the staff pages share: two prisons, a nurse who is signed in, and people who came in."""

from datetime import UTC, timedelta

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from consent import actions
from consent.models import Post
from consent.policy import Answer
from consent.roles import Role
from registration.actions import load_prisons
from registration.legal_status import LegalStatus
from registration.movements import Direction, Movement, Source
from tests.published import publish

GMS, GP = "gms-registration", "gp-record"
PASSWORD = "not a real password"
LEEDS = {
    "id": "LEI",
    "name": "Leeds (HMP)",
    "sex": "male",
    "type": "HMP",
    "country": "England",
    "active": "true",
    "site_ods_code": "",
}
HULL = {**LEEDS, "id": "HLI", "name": "Hull (HMP)"}
CARDIFF = {**LEEDS, "id": "CFI", "name": "Cardiff (HMP)", "country": "Wales"}


def give_posts(user, *roles, prison=None):
    """Roles at one prison, or at every prison."""
    Post.objects.bulk_create(Post(user=user, role=role, prison_id=prison) for role in roles)


class Reception:
    """Someone with every role at every prison, with a browser that has no JavaScript."""

    def __init__(self):
        load_prisons([LEEDS, HULL, CARDIFF])
        publish("en-GB")
        self.nurse = User.objects.create_user("nurse")
        self.doctor = User.objects.create_user("doctor")
        give_posts(self.nurse, *Role)
        give_posts(self.doctor, *Role)
        self.browser = Client()
        self.browser.force_login(self.nurse)

    def comes(self, number="A1234BC", *, days=1.0, prison="LEI", reason="NEW_ADMISSION", name="Sam Pell", **more):
        given, _, family = name.rpartition(" ")
        at = ago(days)
        movement = Movement(at, Direction.IN, reason, prison=prison)
        if not reason:
            movement = Movement(at, Direction.SEEN, prison=prison, source=Source.ROLL)
        person = actions.receive_person(
            number=number,
            movement=movement,
            user=self.nurse,
            legal_status=more.pop("status", LegalStatus.REMAND),
            described={
                "given_names": given,
                "family_name": family,
                "date_of_birth": None,
                "home_gp": "yes",
                "language": "en",
            },
        )
        if more:
            actions.describe_patient(patient=person, **more)
        person.refresh_from_db()
        return person

    def leaves(self, person, reason, *, days=0.0, prison="LEI", code=""):
        movement = Movement(ago(days), Direction.OUT, reason, code, prison)
        actions.record_movement(patient=person, movement=movement, by="nurse")

    def arrives(self, person, reason, *, days=0.0, prison="LEI"):
        movement = Movement(ago(days), Direction.IN, reason, prison=prison)
        actions.record_movement(patient=person, movement=movement, by="nurse")

    def is_sentenced(self, person):
        """Not on remand: a prison's own setting for how a yes is held counts for them."""
        told = {"status": LegalStatus.SENTENCED, "at": ago(0), "source": "warrant"}
        actions.record_legal_status(patient=person, **told)

    def says(self, person, answer, *, question=GMS, days=0.0, **more):
        return actions.decide(
            patient=person,
            question=question,
            answer=Answer(answer),
            by=actions.staff(self.nurse),
            route="talk",
            at=ago(days),
            **more,
        )

    def reads(self, path, status=200):
        response = self.browser.get(path)
        assert response.status_code == status, response.content.decode()[:2000]
        return words(response)

    def sends(self, path, follow=True, **typed):
        return self.browser.post(path, typed, follow=follow)


def words(response):
    """The page without its tags, as one line."""
    import re
    from html import unescape

    text = response.content.decode()
    text = re.sub(r"<(head|svg|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def ago(days=0.0, **more):
    """That long ago: days by the clock on the wall, or it is one more after midnight once the clocks went back."""
    return (timezone.localtime() - timedelta(days=days, **more)).astimezone(UTC)


def typed_moment(at):
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")
