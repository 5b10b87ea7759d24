"""Who may do what: every address with every role, at the person's own prison, at another one, and with none."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config import urls
from consent import actions, ledger
from consent.models import NOBODY, AccessEvent, Entry, Post
from consent.roles import MAY, Deed, Posts, Role
from consent.staff.accounts.web_session import STAMPS
from registration.models import Message, RegistrationRequest
from tests.staff import GMS, GP, Reception, give_posts, typed_moment, words

pytestmark = pytest.mark.django_db

# What each address is for. An address that is not here fails the test: decide who may open it.
FOR = {
    Deed.PEOPLE: "lists list people person open-with-reason",
    Deed.ARRIVALS: "new-person describe legal-status movement reception-list reception-list-example expected-arrived "
    "expected-not-coming",
    Deed.VISITS: "visit new-code end-visit with-them interpreter papers blank-twin twin send-visit",
    Deed.SUPPORT: "support",
    Deed.CAPACITY: "capacity",
    Deed.ANSWERS: "answer paper not-possible withdraw fresh-look-declined",
    Deed.SECOND_LOOK: "second-look",
    Deed.CORRECTIONS: "staff-check conflict in-error",
    Deed.REGISTRATIONS: "task-done begin-request request confirm-many registration-details registration-form help-undo",
    Deed.MESSAGES: "messages message-dealt-with",
    Deed.COPIES: "keep summary staff-copy clinical-record",
    Deed.EXPORT: "record-file",
    Deed.LEAVING: "leaving leaving-done release-sheet preregistration",
    Deed.SCREENING: "screening",
    Deed.PRISONS: "prisons prison",
    Deed.SETTINGS: "prison-settings hold-exceptions changes",
    Deed.COUNTS: "counts counts-csv counts-of-all-csv",
    Deed.TABLETS: "tablets number-for-tablet revoke-tablet",
    Deed.POSTS: "staff post",
    Deed.LOOKS: "looks opening-checked",
    Deed.WORDS: "words words-screens words-sign-off words-pack words-bundle",
}
DEED = {name: deed for deed, names in FOR.items() for name in names.split()}
# For whoever is signed in, whatever their role, about themselves alone; or for signing in.
OPEN = {"sign-in", "sign-out", "choose-prison", "account", "today"}
NAME = "Zebedee Quillfeather"
# About Leeds or somebody there, without a person's number in the address.
OF_LEEDS = {"request", "prison-settings", "hold-exceptions"}
ANYWHERE = {"words", "words-screens", "words-sign-off", "words-pack", "words-bundle", "prisons", "prison", "looks"}


def staff_addresses():
    return [p for p in urls.urlpatterns if str(p.pattern).startswith("staff/")]


class Scene:
    """Somebody at Leeds with an answer of every kind to print, mark and go on with."""

    def __init__(self):
        self.reception = Reception()
        self.person = self.reception.comes("A1234BC", name=NAME)
        self.answer = self.reception.says(self.person, "yes", question=GP)
        self.reception.says(self.person, "yes", question=GMS)
        actions.second_look(
            patient=self.person,
            by=actions.staff(self.reception.nurse),
            decision=Entry.objects.filter(kind="decision").latest("pk").hash,
            prison="LEI",
            route="talk",
            reason="a test",
        )
        self.request = RegistrationRequest.objects.get()
        actions.receive_message(item={"eventType": "nobody.knows"}, raw='{"eventType": "nobody.knows"}')
        self.opening = actions.record_note(
            patient=self.person,
            kind="opened-with-reason",
            by=actions.staff(self.reception.doctor),
            prison="LEI",
            reason="a test",
        )

    def address(self, pattern):
        name = pattern.name
        known = {
            "number": self.person.prison_number,
            "entry": self.answer.hash,
            "question": GMS,
            "slug": "not-asked-yet",
            "prison_id": "LEI",
            "bundle": "nothing",
            "username": "doctor",
            "pk": {"request": self.request.pk, "opening-checked": self.opening.pk}.get(
                name, Message.objects.values_list("pk", flat=True).first()
            ),
        }
        return reverse(name, kwargs={k: known[k] for k in pattern.pattern.converters})


@pytest.fixture(autouse=True)
def blank_paper(monkeypatch):
    """Who may print is asked here, not what: to print everything that anybody may takes minutes."""
    monkeypatch.setattr("weasyprint.HTML.write_pdf", lambda page, **how: b"%PDF")


@pytest.fixture
def scene():
    return Scene()


def signed_in(*roles, prison="LEI"):
    user = User.objects.create_user(f"someone{User.objects.count()}")
    give_posts(user, *roles, prison=prison)
    browser = Client()
    browser.force_login(user)
    return browser


def asked(browser, method, address, **sent):
    """The reply; whatever it changed is taken back."""
    point = transaction.savepoint()
    response = (
        getattr(browser, method)(address, sent) if method in ("get", "post") else getattr(browser, method)(address)
    )
    body = response.getvalue() if response.streaming else response.content
    pressed = {ledger.read(e)["by"]["who"] for e in Entry.objects.filter(kind="decision")}
    events = set(AccessEvent.objects.values_list("what", "who"))
    transaction.savepoint_rollback(point)
    return response, body.decode(errors="replace"), pressed, events


def test_every_address_says_what_it_is_for():
    deeds = {p.name: getattr(p.callback, "deed", None) for p in staff_addresses()}
    assert {name: deed for name, deed in deeds.items() if deed} == {n: d for n, d in DEED.items() if n in deeds}
    without = {name for name, deed in deeds.items() if deed is None}
    own = {p.name for p in staff_addresses() if p.callback.__module__.startswith("consent.staff.accounts")}
    assert without - own <= OPEN


@pytest.mark.long
@pytest.mark.parametrize("role", [None, *Role])
def test_every_address_with_every_role_at_its_prison_and_at_another(scene, role):
    own = signed_in(*[role] if role else [])
    elsewhere = signed_in(*[role] if role else [], prison="HLI")
    for pattern in staff_addresses():
        deed = DEED.get(pattern.name)
        if deed is None:
            continue
        is_allowed = role in MAY[deed]
        address = scene.address(pattern)
        for method in ("get", "post"):
            response, body, pressed, _events = asked(own, method, address, by="person", who="person", route="tablet")
            assert (response.status_code not in (403, 405)) >= is_allowed or response.status_code == 405, address
            if not is_allowed:
                assert response.status_code in (403, 405), (method, address, response.status_code)
                assert NAME not in body
            assert "person" not in pressed
            response, body, _pressed, _events = asked(elsewhere, method, address)
            is_about_them = "/people/A1234BC/" in address or pattern.name in OF_LEEDS
            if not is_allowed or is_about_them:
                expected = (403, 405, 422) if pattern.name == "open-with-reason" and is_allowed else (403, 405)
                assert response.status_code in expected, (method, address, response.status_code)
            assert NAME not in body, (method, address)


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head", "options", "trace"])
def test_nobody_who_is_not_signed_in_gets_past_the_door(scene, method):
    browser = Client()
    for pattern in staff_addresses():
        if pattern.name not in DEED:
            continue
        response, body, _pressed, _events = asked(browser, method, scene.address(pattern))
        assert response.status_code in (302, 405), (method, pattern.name, response.status_code)
        assert NAME not in body
        if response.status_code == 302:
            assert response["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_no_other_method_does_anything(scene, method):
    browser = signed_in(*Role)
    for pattern in staff_addresses():
        if pattern.name not in DEED:
            continue
        before = Entry.objects.count()
        response, _body, _pressed, _events = asked(browser, method, scene.address(pattern))
        assert response.status_code < 500
        assert Entry.objects.count() == before


def last_line(person):
    return Entry.objects.filter(chain=person.record_id).latest("seq").hash


def test_no_form_of_staff_is_recorded_as_pressed_by_the_person(scene):
    """Every form that records what somebody said, filled in well, with all that might name the person as the hand."""
    person = scene.reception.comes("B1234BC", name="Una Well")
    browser, page = signed_in(*Role, prison="LEI"), "/staff/people/B1234BC/"
    at = typed_moment(timezone.now())
    forged = {"by": "person", "who": "person", "name": "", "route": "tablet", "tablet": "1", "once": "1"}
    said = {"question": GMS, "answer": "yes", "at": at, "interpreter": ""}
    before = Entry.objects.count()
    browser.post(f"{page}answer/", {**forged, **said})
    assert Entry.objects.count() == before  # staff cannot say that it was given on a tablet
    for address, form in (
        ("not-possible", {"reason": "No interpreter", "once": "2"}),
        ("answer", {**said, "route": "talk", "once": "3"}),
        ("check-before-sending", {"decision": lambda: last_line(person), "reason": "They leave tomorrow"}),
        ("taken-back", {"question": GMS, "at": at, "route": "paper", "interpreter": "", "once": "4"}),
    ):
        count = Entry.objects.filter(chain=person.record_id).count()
        typed = {name: value() if callable(value) else value for name, value in form.items()}
        browser.post(f"{page}{address}/", {**forged, **typed})
        lines = [ledger.read(e) for e in Entry.objects.filter(chain=person.record_id).order_by("seq")[count:]]
        assert lines, f"{address} recorded nothing"
        assert {(line["by"]["who"], line["data"].get("route") == "tablet") for line in lines} == {("staff", False)}


# -- what was refused -------------------------------------------------------------------------------------------------


def test_what_is_refused_is_recorded_with_who_and_about_whom(scene):
    reviewer = signed_in(Role.REVIEWER)
    assert reviewer.get("/staff/people/A1234BC/").status_code == 403
    event = AccessEvent.objects.latest("pk")
    assert (event.what, event.chain) == ("refused: people", NOBODY)
    registrar = signed_in(Role.REGISTRAR)
    assert registrar.get("/staff/people/A1234BC/answer/").status_code == 403
    assert AccessEvent.objects.latest("pk").what == "refused: answers"
    hull = signed_in(Role.RECEPTION, prison="HLI")
    assert hull.get("/staff/people/A1234BC/").status_code == 403
    event = AccessEvent.objects.latest("pk")
    assert (event.what, event.chain, event.prison) == ("refused: people", scene.person.record_id, "HLI")


@pytest.mark.parametrize("role", Role)
def test_everybody_begins_at_a_page_that_is_theirs(scene, role):
    first = signed_in(role).get("/staff/", follow=True)
    assert first.status_code == 200
    assert (NAME in words(first)) == (role in MAY[Deed.PEOPLE])


def test_a_role_that_is_taken_away_ends_with_the_next_page(scene):
    browser = signed_in(Role.RECEPTION)
    assert browser.get("/staff/").status_code == 200
    Post.objects.all().delete()
    page = browser.get("/staff/")
    assert page.status_code == 403
    assert "Your account has no role at any prison yet." in words(page)


def test_a_prison_that_is_not_ones_own_cannot_be_chosen(scene):
    browser = signed_in(Role.RECEPTION, prison="HLI")
    browser.post("/staff/prison/", {"prison": "LEI"})
    page = words(browser.get("/staff/"))
    assert "Hull (HMP)" in page
    assert NAME not in page


@pytest.mark.long
def test_the_menu_and_the_buttons_lead_nowhere_that_is_refused(scene):
    for role in Role:
        browser = signed_in(role)
        for page in ("/staff/people/A1234BC/", "/staff/", "/staff/lists/", "/staff/lists/registrations/"):
            response = browser.get(page)
            if response.status_code == 403:
                continue
            for address in sorted(set(re.findall(r'(?:href|action)="(/staff/[^"?#]*)', response.content.decode()))):
                if "/sign-out/" in address or "/prison/" in address:
                    continue
                assert browser.get(address).status_code != 403, (role, page, address)


def test_who_may_not_check_is_offered_no_check_where_there_is_no_visit(scene):
    """Not for a tablet, and known from before: only some of what can be done instead is for reception."""
    under_18 = timezone.localdate() - timedelta(days=17 * 365)
    young = scene.reception.comes("B1234BC", name="Una Young", date_of_birth=under_18)
    scene.reception.says(young, "yes", question=GMS, days=0.5)
    scene.reception.comes("C1234BC", name="Una Back", reason="TRANSFERRED")
    for page, what in (("B1234BC", "Check before sending"), ("C1234BC", "Say what the clinical system shows")):
        for role, is_offered in ((Role.RECEPTION, False), (Role.CLINICIAN, True)):
            browser = signed_in(role)
            response = browser.get(f"/staff/people/{page}/visit/")
            assert "No visit now" in words(response)
            assert (what in words(response)) == is_offered, (role, what)
            for address in re.findall(r'class="nhsuk-button[^"]*"\s+href="([^"?]*)', response.content.decode()):
                assert browser.get(address).status_code != 403, (role, address)


# -- somebody who is not here -----------------------------------------------------------------------------------------


def test_somebody_held_elsewhere_is_shown_only_with_a_reason_which_is_in_their_record(scene):
    hull = signed_in(Role.RECEPTION, prison="HLI")
    page = hull.get("/staff/people/A1234BC/")
    assert page.status_code == 403
    assert NAME not in words(page)
    assert "Leeds" not in words(page)
    assert "They have arrived here" in words(page)
    assert "Open the record with this reason" in words(page)

    without = hull.post("/staff/people/A1234BC/open/", {"why": "care", "reason": " "})
    assert without.status_code == 422
    assert NAME not in words(without)

    opened = hull.post("/staff/people/A1234BC/open/", {"why": "care", "reason": "chest pain in the van"}, follow=True)
    assert NAME in words(opened)
    assert "chest pain in the van" in words(opened)
    assert AccessEvent.objects.filter(what="opened-with-reason", prison="HLI").count() == 1


def test_what_was_opened_closes_again_after_an_hour_and_in_another_web_session_never_opened(scene):
    hull = signed_in(Role.RECEPTION, prison="HLI")
    hull.post("/staff/people/A1234BC/open/", {"why": "care", "reason": "chest pain"})
    assert hull.get("/staff/people/A1234BC/").status_code == 200
    other = Client()
    other.force_login(User.objects.get(pk=hull.session["_auth_user_id"]))
    assert other.get("/staff/people/A1234BC/").status_code == 403
    session = hull.session
    session["opened"] = dict.fromkeys(session["opened"], "2020-01-01T00:00:00+00:00")
    session.save()
    assert hull.get("/staff/people/A1234BC/").status_code == 403


def test_an_opened_record_still_needs_the_role_for_each_thing(scene):
    hull = signed_in(Role.RECEPTION, prison="HLI")
    hull.post("/staff/people/A1234BC/open/", {"why": "care", "reason": "chest pain"})
    assert hull.get("/staff/people/A1234BC/record.zip").status_code == 403


def test_whoever_is_on_the_way_is_shown_with_what_reception_needs_and_no_more(scene):
    actions.describe_patient(patient=scene.person, language="pl", needs_interpreter=True, nhs_number="9434765919")
    scene.reception.leaves(scene.person, "TRANSFERRED")
    hull = signed_in(Role.RECEPTION, prison="HLI")
    page = hull.get("/staff/people/A1234BC/")
    assert page.status_code == 200
    for shown in (NAME, "On the way between prisons", "Polish"):
        assert shown in words(page)
    for hidden in ("943 476 5919", "yes", "They said", "Leeds"):
        assert hidden not in words(page).replace("yes-", "")
    assert hull.get("/staff/people/A1234BC/answer/").status_code == 403
    assert AccessEvent.objects.filter(what="on the way", chain=scene.person.record_id).count() == 1
    scene.reception.arrives(scene.person, "TRANSFERRED", prison="HLI")
    assert "Everything on record" in words(hull.get("/staff/people/A1234BC/"))


def test_a_search_shows_those_here_on_the_way_and_in_no_prison_and_notes_each(scene):
    scene.reception.comes("B1234BC", name="Zebedee Two", prison="HLI")
    gone = scene.reception.comes("C1234BC", name="Zebedee Three", prison="HLI")
    scene.reception.leaves(gone, "TRANSFERRED", prison="HLI")
    leeds = signed_in(Role.RECEPTION)
    found = words(leeds.get("/staff/people/", {"find": "Zebedee"}))
    assert NAME in found
    assert "Zebedee Three" in found
    assert "Zebedee Two" not in found
    assert AccessEvent.objects.filter(what="search").count() == 2


# -- records on no list -----------------------------------------------------------------------------------------------


def test_a_sensitive_record_is_on_no_list_and_in_no_search_but_the_clinicians_own(scene):
    hidden = scene.reception.comes("D1234BC", name="Quentin Hushed", is_sensitive=True)
    nurse, clinician = signed_in(Role.RECEPTION, Role.REGISTRAR), signed_in(Role.CLINICIAN)
    for browser in (nurse, clinician):
        pages = ["/staff/", "/staff/people/?find=Quentin", "/staff/people/?find=D123"]
        pages += [f"/staff/lists/{slug}/" for slug in ("not-asked-yet", "staff-first", "ask-again", "legal-status")]
        for page in pages:
            assert "Hushed" not in words(browser.get(page)), page
    assert nurse.get("/staff/lists/sensitive/").status_code == 403
    assert "Hushed" in words(clinician.get("/staff/lists/sensitive/"))
    assert nurse.get("/staff/people/D1234BC/").status_code == 403
    assert "Hushed" in words(clinician.get("/staff/people/D1234BC/"))
    assert "Hushed" in words(
        nurse.post("/staff/people/D1234BC/open/", {"why": "care", "reason": "a fall"}, follow=True)
    )
    assert AccessEvent.objects.filter(chain=hidden.record_id, what="refused: people").exists()


def hushed(scene):
    """A sensitive record with a yes that was checked: the registration is to be made."""
    person = scene.reception.comes("D1234BC", name="Quentin Hushed", is_sensitive=True, days=9)
    said, by = scene.reception.says(person, "yes", days=8), actions.staff(scene.reception.doctor)
    actions.second_look(patient=person, by=by, decision=said.hash, prison="LEI", route="talk")
    return person, RegistrationRequest.objects.get(patient=person)


REGISTRATION = [name for name, deed in DEED.items() if deed is Deed.REGISTRATIONS and name != "confirm-many"]


def about(person, request, name):
    return reverse(name, args=[request.pk if name == "request" else person.prison_number])


@pytest.mark.parametrize("name", REGISTRATION)
def test_the_registration_of_a_sensitive_record_is_for_whoever_sees_it_there_and_for_nobody_else(scene, name):
    person, request = hushed(scene)
    clinician = signed_in(Role.CLINICIAN)
    for method in ("get", "post"):
        assert asked(clinician, method, about(person, request, name), reason="")[0].status_code != 403, method
        # Of anybody else they do no registration, nor of this one from another prison.
        assert asked(clinician, method, about(scene.person, scene.request, name))[0].status_code in (403, 405)
    others = [signed_in(role) for role in Role if role is not Role.CLINICIAN]
    for browser in (*others, signed_in(Role.CLINICIAN, prison="HLI"), signed_in(Role.REGISTRAR, prison="HLI")):
        for method in ("get", "post"):
            response, body, _pressed, _events = asked(browser, method, about(person, request, name))
            assert response.status_code in (403, 405)
            assert "Hushed" not in body


def test_a_clinician_takes_every_step_of_it_from_the_one_list_that_they_are_on(scene):
    person, request = hushed(scene)
    step, sensitive = about(person, request, "request"), "/staff/lists/sensitive/"
    clinician = signed_in(Role.CLINICIAN)
    page = clinician.get(sensitive).content.decode()
    for button in (step, about(person, request, "registration-details")):
        assert f'href="{button}"' in page
        assert f'href="{button}"' in clinician.get("/staff/people/D1234BC/").content.decode()
    made = clinician.post(step, {"to": "made", "still_here": "on"}, follow=True)
    assert made.redirect_chain == [(sensitive, 302)]
    assert "Confirm the registration" in words(made) and "Make the registration" not in words(made)
    clinician.post(step, {"to": "confirmed"})
    assert RegistrationRequest.objects.get(patient=person).state == "confirmed"


def test_who_opens_a_sensitive_record_elsewhere_with_a_reason_does_not_register_them(scene):
    person, request = hushed(scene)
    hull = signed_in(Role.CLINICIAN, prison="HLI")
    hull.post("/staff/people/D1234BC/open/", {"why": "care", "reason": "a fall"})
    page = hull.get("/staff/people/D1234BC/")
    assert "Hushed" in words(page)
    for name in REGISTRATION:
        assert hull.post(about(person, request, name)).status_code == 403
    assert about(person, request, "request") not in page.content.decode()


def test_why_somebody_could_not_be_asked_is_for_clinicians(scene):
    person = scene.reception.comes("E1234BC", name="Una Well")
    actions.could_not_ask(
        patient=person,
        questions=[GP, GMS],
        by=actions.staff(scene.reception.nurse),
        reason="Not well enough today",
        once="x",
    )
    nurse, clinician = signed_in(Role.RECEPTION), signed_in(Role.CLINICIAN)
    assert "Not well enough" not in words(nurse.get("/staff/people/E1234BC/"))
    assert "Not well enough" in words(clinician.get("/staff/people/E1234BC/"))
    line = Entry.objects.filter(kind="decision", chain=person.record_id).first()
    assert nurse.get(f"/staff/people/E1234BC/staff-copy/{line.hash}.pdf").status_code == 403
    assert clinician.get(f"/staff/people/E1234BC/staff-copy/{line.hash}.pdf").status_code == 200


# -- who looked, and who may ------------------------------------------------------------------------------------------


def test_the_auditor_sees_who_opened_what_first_and_somebody_else_checks_it(scene):
    hull = signed_in(Role.RECEPTION, prison="HLI")
    hull.post("/staff/people/A1234BC/open/", {"why": "other", "reason": "a solicitor rang"})
    auditor = signed_in(Role.AUDITOR)
    page = words(auditor.get("/staff/looks/"))
    assert "a solicitor rang" in page
    assert NAME not in page
    line = Entry.objects.filter(kind="opened-with-reason").latest("pk")
    checked = auditor.post(f"/staff/looks/{line.pk}/checked/", follow=True)
    assert "Checked by" in words(checked)


def test_an_auditor_of_a_third_prison_neither_sees_nor_checks_it(scene):
    auditor = signed_in(Role.AUDITOR, prison="HLI")
    assert "a test" not in words(auditor.get("/staff/looks/"))
    assert auditor.post(f"/staff/looks/{scene.opening.pk}/checked/").status_code == 403
    assert not AccessEvent.objects.filter(what="opening checked").exists()


def test_nobody_checks_what_they_opened_themselves(scene):
    both = signed_in(Role.RECEPTION, Role.AUDITOR, prison="HLI")
    both.post("/staff/people/A1234BC/open/", {"why": "other", "reason": "curious"})
    line = Entry.objects.filter(kind="opened-with-reason").latest("pk")
    assert both.post(f"/staff/looks/{line.pk}/checked/").status_code == 403
    assert not AccessEvent.objects.filter(what="opening checked").exists()


def test_the_auditor_finds_looks_by_person_by_staff_and_what_was_refused(scene):
    signed_in(Role.REVIEWER).get("/staff/people/A1234BC/")
    scene.reception.reads("/staff/people/A1234BC/")
    auditor = signed_in(Role.AUDITOR)
    assert "Looked at the record" in words(auditor.get("/staff/looks/?number=a1234bc"))
    assert "Nothing fits." in words(auditor.get("/staff/looks/?who=nobody"))
    refused = words(auditor.get("/staff/looks/?refused=on"))
    assert "Refused: people" in refused
    assert "Looked at the record" not in refused.partition("Every look")[2]


def test_a_list_looked_at_all_day_is_noted_once_for_each_person(scene):
    browser = signed_in(Role.RECEPTION)
    for _ in range(3):
        browser.get("/staff/")
    assert AccessEvent.objects.filter(what="today", chain=scene.person.record_id).count() == 1


def test_a_manager_gives_and_takes_roles_at_their_own_prison_and_never_their_own(scene):
    manager = signed_in(Role.MANAGER)
    User.objects.create_user("newcomer")
    assert "No open account" in words(manager.post("/staff/staff/", {"username": "nobody"}))
    manager.post("/staff/staff/newcomer/", {"roles": ["reception", "clinician"]})
    held = Posts.of(Post.objects.filter(user__username="newcomer").values_list("role", "prison"))
    assert held.may(Deed.SECOND_LOOK, "LEI")
    assert not held.may(Deed.SECOND_LOOK, "HLI")
    manager.post("/staff/staff/newcomer/", {"roles": ["reception"]})
    held = Posts.of(Post.objects.filter(user__username="newcomer").values_list("role", "prison"))
    assert not held.may(Deed.SECOND_LOOK)
    me = User.objects.get(pk=manager.session["_auth_user_id"])
    page = manager.post(f"/staff/staff/{me.username}/", {"roles": ["clinician"]}, follow=True)
    assert "Nobody changes their own roles." in words(page)
    assert not Post.objects.filter(user=me, role="clinician").exists()


def test_there_is_no_role_for_officers():
    assert {role.value for role in Role} == {"reception", "registrar", "clinician", "manager", "auditor", "reviewer"}
    assert set(MAY) == set(Deed)


# -- what asks for the key again --------------------------------------------------------------------------------------


def test_what_cannot_be_taken_back_asks_for_the_key_again(scene):
    """Proved who they are more than five minutes ago: good enough to look, not for this."""
    browser = signed_in(*Role, prison=None)
    browser.get("/staff/")
    session = browser.session
    proved = (timezone.now() - timedelta(minutes=6)).isoformat()
    begun = {"begun": proved, "used": timezone.now().isoformat(), "proved": proved, "by": "password"}
    session[STAMPS] = begun
    session.save()
    assert browser.get("/staff/").status_code == 200
    person = "/staff/people/A1234BC/"
    for method, address in (
        ("post", f"{person}open/"),
        ("get", f"{person}record.zip"),
        ("get", "/staff/staff/doctor/"),
        ("post", "/staff/staff/doctor/"),
        ("post", "/staff/tablets/"),
    ):
        response = getattr(browser, method)(address)
        assert response.status_code in (302, 303), address
        assert response["Location"].startswith("/staff/unlock/"), address
