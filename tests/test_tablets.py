"""Enrolled tablets: who is one, what a copied cookie leads to, how a visit comes to one, moves on and breaks off."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from consent import actions, facts, ledger
from consent.kiosk import cookie, moves, tablets, tries, visits
from consent.models import AccessEvent, Entry, Tablet, TabletSecret, Visit, WrongCode
from consent.papers import staff_copy
from registration import actions as registration
from registration.actions import NotPossible
from registration.movements import Direction
from tests.enrolled import enrolled
from tests.staff import PASSWORD, Reception, words
from tests.test_kiosk import Tablet as Browser
from tests.test_kiosk import answers, nurse, sam, visit_for  # noqa: F401 - two are fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checked_at_once")]

KEYPAD, ASK_STAFF, YOU = "Touch the number that staff give you.", "Ask staff to set this up.", "Is this you?"
PAGE = "/staff/people/A1234BC/"


@pytest.fixture
def reception(sam):  # noqa: F811
    """The nurse of these tests on the staff pages, with every role."""
    from consent.roles import Role
    from tests.staff import give_posts

    desk = object.__new__(Reception)
    desk.nurse = User.objects.create_user("desk", password=PASSWORD)
    give_posts(desk.nurse, *Role)
    desk.browser = Client()
    desk.browser.force_login(desk.nurse)
    return desk


class Stranger(Browser):
    """A browser that is no tablet."""

    def __init__(self, **headers):
        self.browser = Client(enforce_csrf_checks=True, **headers)
        self.page, self.response = "", None
        self.open()


def secret_of(tablet):
    return tablet.browser.cookies[cookie.name()].value


def with_secret(secret):
    """Another browser that was given a copy of a cookie."""
    copy = object.__new__(Browser)
    copy.browser = Client(enforce_csrf_checks=True)
    copy.browser.cookies[cookie.name()] = secret
    return copy


def later(**how_long):
    """So much time goes by for the secrets that have been replaced."""
    for secret in TabletSecret.objects.exclude(replaced_at=None):
        secret.replaced_at -= timedelta(**how_long)
        secret.save()


def refusals():
    return list(AccessEvent.objects.filter(what__startswith="refused").values_list("who", "what"))


def send(person, user, tablet, place="wing"):
    return visits.start(patient=person, place=place, user=user, tablet=tablet)[0]


# -- a browser that is no tablet --------------------------------------------------------------------------------------


def test_a_browser_that_is_no_tablet_sees_nothing_but_ask_staff(sam, nurse):  # noqa: F811
    _, code = visits.start(patient=sam, place="wing", user=nurse)
    stranger = Stranger()
    assert stranger.title == ASK_STAFF
    assert stranger.tap(code).title == ASK_STAFF  # six digits of eight
    stranger.took(stranger.post(do="confirm", turn="0", view="right", answer="yes"))
    assert stranger.title == ASK_STAFF
    assert cookie.name() not in stranger.browser.cookies
    assert not Visit.objects.exclude(tablet=None).exists()


@pytest.mark.parametrize("secret", ["", "x", "0" * 64, "' OR 1=1 --", "é" * 200])
def test_a_made_up_secret_is_none(sam, secret):  # noqa: F811
    enrolled()
    forger = with_secret(secret)
    assert forger.open().title == ASK_STAFF
    assert Tablet.objects.get().is_in_service


def test_a_number_enrols_one_browser_once_for_ten_minutes(sam, nurse):  # noqa: F811
    tablet, number = tablets.add(prison=sam.movements.get().prison, name="Reception 2", user=nurse)
    assert number not in str(Tablet.objects.values().get())
    first, second = Stranger(), Stranger()
    assert first.tap(number).title == KEYPAD
    assert "Reception 2" in first
    assert second.tap(number).title == ASK_STAFF
    assert "That number does not work." in second
    number = tablets.add(prison=tablet.prison, name="Reception 3", user=nurse)[1]
    Tablet.objects.update(code_expires_at=timezone.now())
    assert Stranger().tap(number).title == ASK_STAFF


def test_the_cookie_is_read_by_no_script_and_sent_by_no_other_site(sam, settings):  # noqa: F811
    response = Browser().browser.get("/kiosk/")
    number = tablets.add(prison=sam.movements.get().prison, name="New", user=User.objects.create_user("m"))[1]
    stranger = Stranger().tap(number)
    given = stranger.browser.cookies["tablet"]
    assert (given["httponly"], given["samesite"], given["path"]) == (True, "Strict", "/kiosk/")
    assert int(given["max-age"]) == 400 * 24 * 60 * 60
    assert "tablet" not in response.cookies  # the same one is not given again
    settings.IS_DEMONSTRATION = False
    answer = Client().get("/kiosk/", headers={"Cookie": "__Host-tablet=gone"}, secure=True).cookies["__Host-tablet"]
    assert (answer["secure"], answer["httponly"], answer["samesite"], answer["path"]) == (True, True, "Strict", "/")
    assert not answer["domain"]


def test_the_address_for_demonstrations_makes_no_tablet_in_production(sam, settings):  # noqa: F811
    enrolled(name="Reception 1")
    settings.IS_DEMONSTRATION = False
    response = Client().get("/kiosk/?demonstration=1", secure=True)
    assert ASK_STAFF in response.content.decode() and not response.cookies.get("__Host-tablet")
    settings.IS_DEMONSTRATION = True
    assert Client().get("/kiosk/?demonstration=1").cookies["tablet"].value
    assert not Client().get("/kiosk/?demonstration=7").cookies.get("tablet")


def test_after_five_wrong_numbers_the_pad_waits_for_ten_minutes(sam, nurse):  # noqa: F811
    number = tablets.add(prison=sam.movements.get().prison, name="New", user=nurse)[1]
    stranger = Stranger()
    for _ in range(5):
        assert "That number does not work." in stranger.tap("00000000")
    assert "Too many wrong numbers." in stranger.tap(number)
    assert not Tablet.objects.get().is_in_service
    elsewhere = Stranger(REMOTE_ADDR="10.0.0.7")
    assert "That number does not work." in elsewhere.tap("00000000")
    assert len(refusals()) == 6
    WrongCode.objects.update(at=timezone.now() - tries.WITHIN)
    assert stranger.tap(number).title == KEYPAD
    assert WrongCode.objects.count() == 0  # the old ones are gone


def test_wrong_codes_are_counted_for_each_tablet(sam, nurse):  # noqa: F811
    _, code = visits.start(patient=sam, place="wing", user=nurse)
    guessing, other = Browser(), Browser()
    for _ in range(5):
        guessing.tap("000000" if code != "000000" else "000001")
    assert "Too many wrong numbers." in guessing.tap(code)
    assert refusals() == [(f"tablet {guessing.tablet.name}", "refused: wrong number")] * 5
    assert other.tap(code).title == "Touch your language."


# -- its secret -------------------------------------------------------------------------------------------------------


def test_a_new_secret_for_every_visit_and_after_it_kept_only_as_hashes(sam, nurse):  # noqa: F811
    tablet = Browser()
    seen = [secret_of(tablet)]
    _, code = visits.start(patient=sam, place="wing", user=nurse)
    tablet.tap(code)
    seen.append(secret_of(tablet))
    tablet.press("language:en-GB").press("help")
    assert secret_of(tablet) == seen[-1]
    tablet.press("finish")
    seen.append(secret_of(tablet))
    assert len(set(seen)) == 3
    assert tablet.open().title == KEYPAD and secret_of(tablet) == seen[-1]
    assert not any(secret in str(list(TabletSecret.objects.values())) for secret in seen)


def test_a_new_secret_every_day(sam):  # noqa: F811
    tablet = Browser()
    before = secret_of(tablet)
    TabletSecret.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert secret_of(tablet.open()) != before
    assert tablet.open().title == KEYPAD


def test_a_reply_that_was_lost_is_given_again(sam, nurse):  # noqa: F811
    tablet = Browser()
    before = secret_of(tablet)
    send(sam, nurse, tablet.tablet)
    given = secret_of(tablet.open())
    for _ in range(3):
        again = with_secret(before)  # the tablet never saw that reply
        assert again.open().title == YOU
        assert secret_of(again) == given
    assert again.press("me").title == "Touch your language."
    assert Tablet.objects.get().is_in_service


def test_a_press_with_a_secret_whose_successor_was_lost_does_nothing_but_show_what_is_there(sam, nurse):  # noqa: F811
    tablet = Browser()
    before, page = secret_of(tablet), tablet.page
    _, code = visits.start(patient=sam, place="wing", user=nurse)
    visits.take_up(code=code, tablet=tablet.tablet)
    tablet.open()
    lost = with_secret(before)
    lost.page = page
    lost.browser.cookies["csrftoken"] = tablet.browser.cookies["csrftoken"].value
    assert lost.took(lost.post(digits="00000", digit="0")).title == YOU
    assert not WrongCode.objects.exists()


def test_a_copied_cookie_stops_both_at_once_and_ends_the_visit_with_nothing_stored(sam, nurse, reception):  # noqa: F811
    tablet = Browser()
    copied = secret_of(tablet)
    _, code = visits.start(patient=sam, place="wing", user=nurse)
    tablet.tap(code).press("language:en-GB").choose("yes")
    later(minutes=1)
    thief = with_secret(copied)
    assert thief.open().title == ASK_STAFF
    assert secret_of(thief) == ""
    tablet.took(tablet.post(do="confirm", **tablet.fields()))
    assert tablet.title == ASK_STAFF and "Sam" not in tablet
    assert secret_of(tablet) == ""
    assert tablet.response["Clear-Site-Data"] == '"storage"'
    assert answers(sam, "gp-record") == []
    assert Visit.objects.get().ended_how == "tablet taken away"
    assert ("tablet Reception 1", "refused: copied cookie") in refusals()
    assert "used from two places: its cookie was copied" in words(reception.browser.get("/staff/tablets/"))


def test_the_thief_who_moves_first_stops_both_as_well(sam, nurse):  # noqa: F811
    tablet = Browser()
    thief = with_secret(secret_of(tablet))
    send(sam, nurse, tablet.tablet)
    assert thief.open().title == YOU  # it was there at the right moment, with the right secret ...
    thief.open()
    later(minutes=1)
    assert tablet.open().title == ASK_STAFF  # ... until the real one asks
    assert thief.open().title == ASK_STAFF


def test_a_request_that_was_overtaken_on_its_way_is_no_copy(sam, nurse):  # noqa: F811
    tablet = Browser()
    late = secret_of(tablet)
    send(sam, nurse, tablet.tablet)
    tablet.open()
    tablet.press("me")
    answer = with_secret(late).browser.get("/kiosk/")
    assert (answer.status_code, answer["Location"]) == (303, "/kiosk/?again")
    assert "Sam" not in answer.content.decode() and not answer.cookies
    # The browser follows with the secret that it has by now.
    assert YOU not in tablet.browser.get("/kiosk/?again").content.decode()
    assert Tablet.objects.get().is_in_service
    # Whoever comes again with the old one has no other.
    assert with_secret(late).browser.get("/kiosk/", follow=True).status_code == 200
    assert Tablet.objects.get().why == Tablet.Why.TWO_PLACES


def test_a_tablet_that_was_cut_off_too_long_while_its_secret_changed_is_enrolled_anew(sam, nurse):  # noqa: F811
    tablet = Browser()
    before = secret_of(tablet)
    send(sam, nurse, tablet.tablet)
    tablet.open()
    later(minutes=11)
    assert with_secret(before).open().title == ASK_STAFF
    assert Tablet.objects.get().why == Tablet.Why.OUT_OF_TOUCH


def test_a_secret_from_before_it_was_enrolled_anew_is_nobodys(sam, nurse):  # noqa: F811
    tablet = Browser()
    before = secret_of(tablet)
    tablets.revoke(tablet=tablet.tablet, user=nurse)
    number = tablets.new_number(tablet=tablet.tablet, user=nurse)
    assert Stranger().tap(number).title == KEYPAD
    assert with_secret(before).open().title == ASK_STAFF
    assert Tablet.objects.get().is_in_service


def test_a_revoked_tablet_is_dead_at_its_next_request_and_says_so_once(sam, nurse):  # noqa: F811
    tablet = visit_for(sam, nurse).choose("yes")
    tablets.revoke(tablet=tablet.tablet, user=nurse)
    tablet.took(tablet.post(do="confirm", **tablet.fields()))
    assert tablet.title == ASK_STAFF and "Sam" not in tablet
    assert answers(sam, "gp-record") == []
    stale = tablet.browser
    stale.get("/kiosk/")
    assert refusals() == [(f"tablet {tablet.tablet.name}", "refused: revoked tablet")]
    with pytest.raises(NotPossible, match="not in use"):
        send(sam, nurse, tablet.tablet)


def test_when_it_was_last_seen_is_written_at_most_once_a_minute(sam, django_assert_num_queries):  # noqa: F811
    tablet = Browser()
    seen = Tablet.objects.get().last_seen_at
    tablet.open()
    assert Tablet.objects.get().last_seen_at == seen
    Tablet.objects.update(last_seen_at=seen - timedelta(minutes=2))
    tablet.open()
    assert Tablet.objects.get().last_seen_at >= seen
    assert tablet.tablet.history.count() == 1


# -- a visit comes to a tablet ----------------------------------------------------------------------------------------


def test_a_visit_that_is_sent_comes_by_itself_and_asks_who_it_is(sam, nurse):  # noqa: F811
    tablet = Browser()
    polls = {"HX-Request": "true", "HX-Trigger": "waiting"}
    assert tablet.browser.get("/kiosk/", headers=polls).status_code == 204
    visit = send(sam, nurse, tablet.tablet)
    part = tablet.browser.get("/kiosk/", headers=polls).content.decode()
    assert part.strip().startswith("<main") and "Sam P." in part and "Pell" not in part
    assert "A1234BC" not in part
    tablet.open()
    assert tablet.title == YOU
    visit.refresh_from_db()
    assert visit.last_seen_at and visit.state["picture"] in visits.PICTURES


def test_without_javascript_the_page_asks_again_but_not_while_somebody_taps(sam):  # noqa: F811
    tablet = Browser()
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in tablet
    tablet.tap("123")
    assert 'http-equiv="refresh"' not in tablet
    assert 'http-equiv="refresh"' not in Stranger()


@pytest.mark.parametrize(
    "do",
    ["next", "language:en-GB", "later", "confirm-later", "confirm", "choose-now", "interpreter", "missing", "still"],
)
def test_before_they_say_that_it_is_them_nothing_goes_on_and_nothing_is_stored(sam, nurse, do):  # noqa: F811
    tablet = Browser()
    send(sam, nurse, tablet.tablet)
    before = Entry.objects.count()
    tablet.open()
    tablet.took(tablet.post(do=do, **{**tablet.fields(), "answer": "yes", "view": "later"}))
    assert tablet.open().title == YOU
    assert Entry.objects.count() == before


def test_no_this_is_not_me_ends_it_and_calls_staff_until_somebody_is_there(sam, nurse, reception):  # noqa: F811
    tablet = Browser()
    visit = send(sam, nurse, tablet.tablet)
    tablet.open().press("not-me")
    assert tablet.title == KEYPAD and "Sam" not in tablet
    visit.refresh_from_db()
    assert visit.ended_how == "not this person"
    assert not Entry.objects.filter(kind="decision").exists()
    told = "“No, this is not me” was pressed at the tablet"
    for page in ("/staff/", PAGE, f"{PAGE}visit/"):
        assert told in words(reception.browser.get(page)), page
    reception.browser.post(f"{PAGE}visit/with-them/", {"back": "today"})
    calls = reception.browser.get("/staff/", headers={"HX-Request": "true"})
    assert told not in words(calls)


def test_a_name_is_shown_as_it_is_and_never_run(sam, nurse):  # noqa: F811
    actions.describe_patient(patient=sam, given_names="<script>alert(1)</script>", family_name='"><img src=x>')
    tablet = Browser()
    send(sam, nurse, tablet.tablet)
    page = tablet.open().page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &quot;." in page and "<img" not in page


def test_somebody_whose_name_is_not_known_is_asked_by_the_picture_alone(sam, nurse):  # noqa: F811
    actions.describe_patient(patient=sam, given_names="", family_name="")
    tablet = Browser()
    send(sam, nurse, tablet.tablet)
    assert tablet.open().title == YOU
    assert 'class="name"' not in tablet
    assert tablet.press("me").title == "Touch your language."


def test_staff_see_the_picture_by_its_name_and_where_the_visit_is(reception, sam, nurse):  # noqa: F811
    tablet = Browser()
    page = words(reception.browser.get(f"{PAGE}visit/"))
    assert f"Send to {tablet.tablet.name}" in page
    reception.browser.post(f"{PAGE}visit/", {"place": "wing", "tablet": tablet.tablet.pk})
    visit = Visit.objects.get(ended_at=None)
    visit.state["picture"] = "umbrella"
    visit.save()
    assert f"Sent to {tablet.tablet.name}." in words(reception.browser.get(f"{PAGE}visit/"))
    tablet.open()
    page = words(reception.browser.get(f"{PAGE}visit/"))
    assert "The tablet shows the person an umbrella, and asks: is this you?" in page
    assert "On a tablet." in page and "They said yes." not in page
    tablet.press("me")
    assert "They said yes." in words(reception.browser.get(f"{PAGE}visit/"))


@pytest.mark.parametrize("tablet", ["0", "99999", "x", "-1"])
def test_a_tablet_that_is_not_there_starts_no_visit(reception, tablet):
    response = reception.browser.post(f"{PAGE}visit/", {"place": "wing", "tablet": tablet})
    assert "Choose another one, or get a code." in words(response)
    assert not Visit.objects.exists()


def test_a_code_is_wrong_on_a_tablet_of_another_prison(sam, nurse):  # noqa: F811
    _, code = visits.start(patient=sam, place="wing", user=nurse)
    assert "That number does not work." in Browser("HLI").tap(code)
    with pytest.raises(NotPossible, match="not in use at the prison"):
        send(sam, nurse, enrolled("HLI")[0])
    assert Browser("LEI").tap(code).title == "Touch your language."


def test_a_tablet_with_somebody_at_it_is_not_free(sam, nurse, reception):  # noqa: F811
    tablet, other = Browser(), Browser()
    send(sam, nurse, tablet.tablet)
    assert [one.name for one in visits.free("LEI")] == [other.tablet.name]
    from registration.actions import patient_with
    from tests.test_kiosk import moves as moves_in

    kim = patient_with("A1235BC")
    moves_in(kim, "NEW_ADMISSION", hours=1)
    with pytest.raises(NotPossible, match="Somebody else is at this tablet"):
        send(kim, nurse, tablet.tablet)
    visit = send(kim, nurse, other.tablet)
    Tablet.objects.filter(pk=other.tablet.pk).update(last_seen_at=timezone.now() - timedelta(hours=1))
    assert visits.free("LEI") == []
    page = words(reception.browser.get("/staff/tablets/"))
    assert "Somebody is at it" in page and "Sam" not in page and visit.patient.prison_number not in page


# -- it moves, and it ends --------------------------------------------------------------------------------------------


def test_a_visit_goes_on_on_another_tablet_with_the_steps_done_and_the_first_is_cleared(sam, nurse, reception):  # noqa: F811
    first = visit_for(sam, nurse).choose("no").press("confirm")
    second = Browser()
    reception.browser.post(f"{PAGE}visit/send/", {"tablet": second.tablet.pk})
    first.took(first.post(do="next", **first.fields()))
    assert first.title == KEYPAD and "This screen is clear now." in first
    assert "Sam" not in first
    assert second.open().title == YOU
    assert second.press("me").title == "Your choice."
    second.press("choose-now").choose("yes").press("confirm")
    data = ledger.read(Entry.objects.filter(kind="decision").latest("seq"))["data"]
    assert data["tablet"] == str(second.tablet.pk)
    assert answers(sam) == ["yes"]


def test_a_form_of_one_person_does_nothing_in_the_visit_of_the_next(sam, nurse):  # noqa: F811
    from registration.actions import patient_with
    from tests.test_kiosk import moves as moves_in

    kim = patient_with("A1235BC")
    moves_in(kim, "NEW_ADMISSION", hours=1)
    tablet = visit_for(sam, nurse)
    left_over = {"do": "choose:yes", **tablet.fields()}
    visits.end(visit=Visit.objects.get(), how="ended by staff")
    tablet.open()
    send(kim, nurse, tablet.tablet)
    tablet.open().press("me").press("language:en-GB")
    before = tablet.page
    tablet.took(tablet.post(**left_over))
    assert tablet.title != "Is this right?"
    assert tablet.open().title in before


def test_a_visit_that_no_tablet_came_for_does_not_wait_for_ever(sam, nurse):  # noqa: F811
    tablet = Browser()
    send(sam, nurse, tablet.tablet)
    Visit.objects.update(code_expires_at=timezone.now() - timedelta(seconds=1))
    assert tablet.open().title == KEYPAD
    assert visits.free("LEI") == [tablet.tablet]


@pytest.mark.parametrize(
    ("breaks_off", "told"),
    [
        ("left", "The tablet was left before the end."),
        ("asleep", "The tablet was left before the end."),
        ("revoked", "The tablet was taken out of use before the end."),
        ("not-me", "“No, this is not me” was pressed at the tablet."),
    ],
)
def test_whoever_broke_off_is_to_be_seen_until_a_later_visit_ends_well(sam, nurse, reception, breaks_off, told):  # noqa: F811
    listed = "/staff/lists/broke-off/"
    tablet = Browser()
    visit = send(sam, nurse, tablet.tablet)
    tablet.open()
    assert "A1234BC" not in words(reception.browser.get(listed))
    if breaks_off == "left":
        tablet.press("me").press("language:en-GB").press("help")
        tablet.took(tablet.post(do="nobody-there", **tablet.fields()))
    elif breaks_off == "asleep":  # the tablet's battery is empty: nothing ever asks again
        Visit.objects.update(last_seen_at=timezone.now() - visits.IDLE)
    elif breaks_off == "revoked":
        tablets.revoke(tablet=tablet.tablet, user=nurse)
    else:
        tablet.press("not-me")
    assert not Entry.objects.filter(kind="decision").exists()
    for page in (listed, "/staff/"):
        assert "See them" in words(reception.browser.get(page)) and told in words(reception.browser.get(page))
    visit_for(sam, nurse).press("help").press("finish")
    assert "A1234BC" not in words(reception.browser.get(listed))
    assert visit.patient == sam


@pytest.mark.parametrize("broke_off_under", ["kept", "removed", "a second removed"])
def test_of_joined_numbers_the_last_visit_counts_whichever_it_was_under(sam, nurse, reception, broke_off_under):  # noqa: F811
    listed = "/staff/lists/broke-off/"
    others = [reception.comes(number) for number in ("A2222AA", "A3333AA")]
    broke, ended = {"kept": (sam, others[0]), "removed": (others[0], sam), "a second removed": others}[broke_off_under]
    send(broke, nurse, enrolled()[0])
    visits.end(visit=Visit.objects.get(), how=visits.NOBODY_THERE)
    visit_for(ended, nurse).press("help").press("finish")
    for removed in others:
        registration.merge(kept=sam, removed=removed, at=timezone.now())
    facts.refresh([sam])
    left = "The tablet was left before the end."
    assert left not in words(reception.browser.get(listed))
    send(broke, nurse, enrolled()[0])
    visits.end(visit=Visit.objects.get(ended_at=None), how=visits.NOBODY_THERE)
    assert words(reception.browser.get(listed)).count(left) == 1


def test_nobody_is_to_be_seen_again_who_has_answered_since_or_was_released(sam, nurse, reception):  # noqa: F811
    from consent.policy import Answer
    from tests.test_kiosk import moves as moves_in

    listed = "/staff/lists/broke-off/"
    send(sam, nurse, enrolled()[0])
    visits.end(visit=Visit.objects.get(), how=visits.NOBODY_THERE)
    assert "A1234BC" in words(reception.browser.get(listed))
    for question in ("gp-record", "gms-registration"):
        actions.decide(patient=sam, question=question, answer=Answer.LATER, by=actions.staff(nurse), route="talk")
    assert "A1234BC" not in words(reception.browser.get(listed))
    moves_in(sam, "RELEASED", hours=1, direction=Direction.OUT)
    moves_in(sam, "NEW_ADMISSION")
    assert "A1234BC" not in words(reception.browser.get(listed))


def test_the_record_the_person_s_page_and_the_staff_copy_name_the_tablet(sam, nurse, reception):  # noqa: F811
    tablet = visit_for(sam, nurse).choose("no").press("confirm")
    entry = Entry.objects.get(kind="decision")
    assert ledger.read(entry)["data"]["tablet"] == str(tablet.tablet.pk)
    assert f"tablet: {tablet.tablet.name}" in words(reception.browser.get(PAGE))
    said = ledger.opened([entry])[0]
    assert ("How", f"On a tablet: {tablet.tablet.name}") in staff_copy.facts_of(entry, said)


# -- staff ------------------------------------------------------------------------------------------------------------


def test_staff_add_a_tablet_get_its_number_and_take_it_out_of_use(reception):
    page = words(reception.browser.post("/staff/tablets/", {"name": "Reception 2"}, follow=True))
    number = re.search(r"(\d{4}) (\d{4})", page)
    assert "Not enrolled yet" in page
    assert "There is a tablet of this name here already." in words(
        reception.browser.post("/staff/tablets/", {"name": "Reception 2"})
    )
    tablet = Stranger().tap(number[1] + number[2])
    assert tablet.title == KEYPAD
    page = words(reception.browser.get("/staff/tablets/"))
    assert "Free" in page and number[0] not in page
    pk = Tablet.objects.get().pk
    assert "Take it out of use first" in words(reception.browser.post(f"/staff/tablets/{pk}/number/", follow=True))
    assert "Out of use: taken out of use by staff" in words(
        reception.browser.post(f"/staff/tablets/{pk}/revoke/", follow=True)
    )
    assert tablet.open().title == ASK_STAFF
    assert [row.history_user.username for row in Tablet.objects.get().history.filter(why="taken-away")] == ["desk"]


def test_a_tablet_of_another_prison_is_not_there(reception):
    other, _secret = enrolled("HLI")
    assert reception.browser.post(f"/staff/tablets/{other.pk}/revoke/").status_code == 404
    other.refresh_from_db()
    assert other.is_in_service


def test_only_one_press_counts_when_a_visit_moves_while_it_is_pressed(sam, nurse):  # noqa: F811
    tablet = visit_for(sam, nurse).choose("yes")
    before = Visit.objects.get()
    visits.move(visit=before, tablet=enrolled()[0])
    assert moves.press(visit=before, do="confirm", turn=str(before.turn), view="right", answer="yes") is None
    assert answers(sam, "gp-record") == []
    assert tablet.open().title == KEYPAD


# -- a flood ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch, settings):
    """The limit of production, and a clock that stands until the test moves it."""
    settings.REQUESTS_A_SECOND = 10
    caches["process"].clear()  # what the test before counted in a second that it had moved its clock to
    now = [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: now[0])

    def goes_by(**how_long):
        now[0] += timedelta(**how_long)

    return goes_by


def test_a_flood_from_one_tablet_is_refused_and_the_next_tablet_and_the_next_second_are_as_before(sam, nurse, clock):  # noqa: F811
    tablet, other = Browser(), Browser()
    clock(seconds=1)
    tablet.tap(visits.start(patient=sam, place="wing", user=nurse)[1], says="")
    assert tablet.title == YOU  # six digits in one second: as fast as hands are
    clock(seconds=1)
    statuses = [tablet.browser.get("/kiosk/").status_code for _ in range(100)]
    assert statuses == [200] * 10 + [429] * 90
    refused = tablet.post(do="me", **tablet.fields())
    assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (429, "1", "no-store")
    assert "Please wait a moment, then touch again." in refused.content.decode()
    assert "Sam" not in refused.content.decode()
    assert other.open().title == KEYPAD
    clock(seconds=1)
    assert tablet.press("me").title == "Touch your language."  # the same touch, and nothing was lost


def test_a_browser_that_is_no_tablet_is_counted_by_its_address(sam, clock):  # noqa: F811
    tablet, floods = Browser(), Client()
    made_up = [floods.get("/kiosk/", headers={"Cookie": f"tablet={n}"}).status_code for n in range(30)]
    assert made_up == [200] * 10 + [429] * 20
    assert Client(REMOTE_ADDR="10.0.0.7").get("/kiosk/").status_code == 200
    assert tablet.open().title == KEYPAD  # at the same address


# -- a screen asks whether it still has its visit ---------------------------------------------------------------------

STILL = {"HX-Request": "true", "HX-Trigger": "still"}


def still(tablet):
    """Whether the screen stays, and nothing but that is said."""
    reply = tablet.browser.get("/kiosk/", headers=STILL, follow=True)
    assert (reply.status_code, reply.content, reply["Cache-Control"]) == (204, b"", "no-store")
    return reply.get("HX-Trigger") != "left"


@pytest.mark.parametrize("how", ["ended", "moved", "revoked", "copied"])
def test_a_visit_that_staff_take_from_a_tablet_makes_way_without_a_touch(sam, nurse, how):  # noqa: F811
    tablet = visit_for(sam, nurse).choose("yes")
    visit = Visit.objects.get()
    assert still(tablet)
    if how == "ended":
        visits.end(visit=visit, how="ended by staff")
    elif how == "moved":
        visits.move(visit=visit, tablet=enrolled()[0])
    else:
        tablets.revoke(
            tablet=tablet.tablet, user=nurse, why=Tablet.Why.TAKEN_AWAY if how == "revoked" else "two-places"
        )
    assert not still(tablet)
    assert tablet.open().title == (KEYPAD if how in ("ended", "moved") else ASK_STAFF)
    assert answers(sam, "gp-record") == []


def test_a_screen_that_asks_by_itself_is_nobody_s_touch(sam, nurse):  # noqa: F811
    tablet = visit_for(sam, nurse).choose("yes")
    Visit.objects.update(last_seen_at=timezone.now() - visits.IDLE + timedelta(seconds=30))
    before = Visit.objects.values().get()
    assert all(still(tablet) for _ in range(5))
    assert Visit.objects.values().get() == before
    Visit.objects.update(last_seen_at=timezone.now() - visits.IDLE - timedelta(seconds=1))
    assert not still(tablet)
    assert Visit.objects.get().ended_how == visits.NOBODY_THERE


def test_a_secret_that_is_a_day_old_clears_no_screen(sam, nurse):  # noqa: F811
    tablet = visit_for(sam, nurse)
    TabletSecret.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert still(tablet)


def test_a_browser_that_is_no_tablet_learns_nothing_by_asking(sam):  # noqa: F811
    assert not still(Stranger())
