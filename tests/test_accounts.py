"""Accounts of staff: made, set up in one sitting, reset, closed; and what a person can do to their own keys."""

import io
import re
from datetime import datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client

from consent.models import NOBODY, AccessEvent
from consent.staff.accounts import opening
from tests.security_key import SecurityKey
from tests.staff import words
from tests.web_sessions import goes_by

pytestmark = pytest.mark.django_db
PASSWORD = "orchard kettle window"


@pytest.fixture(autouse=True)
def key_needed(settings):
    """As in production: nobody signs in by a password alone."""
    settings.SECOND_FACTOR_REQUIRED = True
    cache.clear()


def browser(**more):
    return Client(headers={"host": "localhost"}, **more)


def command(*args):
    out = io.StringIO()
    call_command("account", *args, stdout=out)
    return out.getvalue()


def address_in(said):
    return re.search(r"http://localhost:8000(/staff/set-up/\S+)", said)[1]


@pytest.fixture
def address():
    return address_in(command("add", "nadia", "--name", "Nadia Nurse"))


def chooses(client, address, password=PASSWORD, again=None):
    return client.post(address, {"password": password, "again": again or password})


def registers(client, key, path="/staff/set-up/key/", name="Blue key", **more):
    page = client.get(path).content.decode()
    return client.post(path, {"name": name, "credential": key.registers(page, **more)})


@pytest.fixture
def key():
    return SecurityKey()


@pytest.fixture
def nadia(address, key):
    """Nadia's browser, when she has set up her account with one key."""
    client = browser()
    chooses(client, address)
    assert registers(client, key).url == "/staff/account/"
    return client


def signs_in(key, password=PASSWORD, client=None):
    client = client or browser()
    asked = client.post("/staff/sign-in/", {"username": "nadia", "password": password}, follow=True)
    if b"key-options" not in asked.content:
        return client, asked
    return client, client.post("/staff/sign-in/key/", {"credential": key.touched(asked.content.decode())})


def is_in(client):
    return client.get("/staff/account/").status_code == 200


# ---------------------------------------------------------------- the set-up address


def test_an_address_that_was_never_printed_opens_nothing(address):
    for wrong in ("/staff/set-up/MQ/c0ffee-0123456789abcdef/", "/staff/set-up/%00/x/", address[:-3] + "xy/"):
        response = browser().get(wrong)
        assert response.status_code == 410
        assert "ask whoever looks after the accounts for a new set-up address" in words(response)
    assert browser().get("/staff/set-up/key/").status_code == 410
    assert browser().get("/staff/set-up/app/").status_code == 410


def test_the_address_is_good_once(address, key):
    first, second = browser(), browser()
    assert second.get(address).status_code == 200
    chooses(first, address)
    assert first.get(address).status_code == second.get(address).status_code == 410
    assert chooses(second, address, "another password entirely").status_code == 410
    assert User.objects.get(username="nadia").check_password(PASSWORD)


def test_to_open_it_uses_nothing_up(address):
    """Programs that look at links in messages open them too."""
    for _ in range(3):
        assert browser().get(address).status_code == 200


def test_the_address_dies_after_24_hours(address, monkeypatch):
    ahead = {"by": timedelta(hours=23, minutes=59)}
    monkeypatch.setattr(opening.SetUpTokens, "_now", lambda self: datetime.now() + ahead["by"])  # noqa: DTZ005
    assert browser().get(address).status_code == 200
    ahead["by"] = timedelta(hours=24, minutes=1)
    assert browser().get(address).status_code == 410
    assert chooses(browser(), address).status_code == 410
    assert not User.objects.get(username="nadia").has_usable_password()


def test_a_weak_password_or_two_different_ones_are_sent_back_and_use_nothing_up(address):
    client = browser()
    assert "too short" in words(chooses(client, address, "short"))
    assert "too common" in words(chooses(client, address, "password123456"))
    assert "The two are not the same" in words(chooses(client, address, PASSWORD, again="kettle orchard window"))
    assert client.get(address).status_code == 200


def test_the_password_alone_is_not_signed_in_and_registers_no_key_elsewhere(address, key):
    client = browser()
    chooses(client, address)
    assert not is_in(client)
    assert client.get("/staff/").status_code == 302
    # The password is right by now. In another browser it opens nothing, and no page that registers a key.
    other, response = signs_in(key)
    assert response.status_code == 422
    assert "No key is registered for this account yet" in words(response)
    assert other.get("/staff/set-up/key/").status_code == 410
    assert other.get("/staff/sign-in/key/").status_code == 302
    assert not is_in(other)


def test_the_sitting_ends_after_half_an_hour(address, key):
    client = browser()
    chooses(client, address)
    goes_by(client, minutes=31)
    assert registers_nothing(client, key)


def registers_nothing(client, key):
    assert client.get("/staff/set-up/key/").status_code == 410
    assert client.post("/staff/set-up/key/", {"name": "x", "credential": "{}"}).status_code == 410
    return not Authenticator.objects.exists()


def test_a_reset_in_the_middle_of_the_sitting_ends_it(address, key):
    client = browser()
    chooses(client, address)
    command("reset", "nadia")
    assert registers_nothing(client, key)


def test_what_no_key_answered_registers_nothing(address):
    client = browser()
    chooses(client, address)
    page = client.get("/staff/set-up/key/").content.decode()
    other = SecurityKey(host="elsewhere.example")
    for junk in ("", "{}", "[]", "7", '"x"', "not json", '{"id": 1, "response": {}}', other.registers(page)):
        client.get("/staff/set-up/key/")
        response = client.post("/staff/set-up/key/", {"name": "x", "credential": junk})
        assert response.status_code == 422, junk
        assert "No key answered" in words(response)
    # Another site that hands on our challenge.
    assert registers(client, SecurityKey(), origin="https://elsewhere.example").status_code == 422
    assert not Authenticator.objects.exists()


def test_a_new_account_is_set_up_in_one_sitting_and_then_signs_in_with_the_key(address, key):
    client = browser()
    assert "Your user name is nadia" in words(client.get(address))
    assert chooses(client, address).url == "/staff/set-up/key/"
    response = registers(client, key, name="Blue key")
    page = words(client.get(response.url))
    assert "you are signed in" in page and "Blue key" in page and "You have one key" in page
    client.post("/staff/sign-out/")
    assert not is_in(client)
    client, response = signs_in(key)
    assert response.url == "/staff/"
    assert is_in(client)


def test_who_has_no_key_sets_up_an_app(address):
    client = browser()
    chooses(client, address)
    page = words(client.get("/staff/set-up/app/"))
    assert "Wait until the app shows a new one" in words(client.post("/staff/set-up/app/", {"code": "000000x"}))
    secret = re.search(r"type instead: ((?:[A-Z2-7]{4} ){8})", page)[1].replace(" ", "")
    assert client.post("/staff/set-up/app/", {"code": code_of(secret)}).url == "/staff/account/"
    assert is_in(client)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored  # a stolen database makes no codes


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


# ---------------------------------------------------------------- the command


def test_two_accounts_of_one_name_are_refused_and_so_is_an_unknown_one(address):
    for wrong in (
        ("add", "nadia", "--name", "Nadia Other"),
        ("add", "NADIA", "--name", "Nadia Other"),
        ("add", "na dia", "--name", "Nadia Other"),
        ("reset", "nobody"),
        ("close", "nobody"),
    ):
        with pytest.raises(CommandError, match="Nothing was changed"):
            command(*wrong)
    assert User.objects.count() == 1
    assert User.objects.get().get_full_name() == "Nadia Nurse"


def test_a_reset_takes_password_keys_and_web_sessions_and_prints_another_address(nadia, key, address):
    assert is_in(nadia)
    new = address_in(command("reset", "nadia"))
    assert new != address
    assert not is_in(nadia)
    assert not Authenticator.objects.exists()
    _, response = signs_in(key)
    assert "do not go together" in words(response)
    newer = address_in(command("reset", "nadia"))
    assert browser().get(new).status_code == 410
    assert browser().get(newer).status_code == 200


def test_a_closed_account_is_signed_out_at_once_and_stays_out(nadia, key):
    command("close", "nadia")
    assert not is_in(nadia)
    _, response = signs_in(key)
    assert "do not go together" in words(response)
    with pytest.raises(CommandError, match="closed"):
        command("reset", "nadia")


def test_closed_in_the_middle_of_setting_up(address, key):
    client = browser()
    chooses(client, address)
    command("close", "nadia")
    assert registers_nothing(client, key)
    assert client.get(address).status_code == 410


def test_switched_off_by_hand_in_the_middle_of_setting_up(address, key):
    client = browser()
    chooses(client, address)
    User.objects.update(is_active=False)
    assert registers_nothing(client, key)


# ---------------------------------------------------------------- my keys


def removes(client, name):
    return client.post(f"/staff/account/{key_named(name).pk}/remove/")


def key_named(name):
    return next(one for one in Authenticator.objects.filter(type="webauthn") if str(one) == name)


def test_the_last_key_cannot_be_removed(nadia, key):
    response = removes(nadia, "Blue key")
    assert response.status_code == 422
    assert "This is your only way to sign in. Add another key first" in words(response)
    nadia.post("/staff/account/recovery-codes/")
    assert removes(nadia, "Blue key").status_code == 422  # codes stand in for a key; they are none
    assert signs_in(key)[1].status_code == 302


def test_a_removed_key_does_not_work_any_more(nadia, key):
    spare = SecurityKey()
    registers(nadia, spare, "/staff/account/key/", name="Spare")
    assert signs_in(spare)[1].status_code == 302
    assert removes(nadia, "Blue key").status_code == 302
    client, response = signs_in(key)
    assert response.status_code == 422 and "That is not a key of this account" in words(response)
    assert not is_in(client)
    assert signs_in(spare)[1].status_code == 302


def test_somebody_elses_key_is_not_found(nadia):
    other = User.objects.create_user("other", password=PASSWORD)
    theirs = Authenticator.objects.create(user=other, type="totp", data={"secret": "x"})
    assert nadia.get(f"/staff/account/{theirs.pk}/remove/").status_code == 404
    assert nadia.post(f"/staff/account/{theirs.pk}/remove/").status_code == 404
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


# ---------------------------------------------------------------- one's own password

OTHER = "lantern gravel teapot"


def changes(client, old=PASSWORD, password=OTHER, again=None):
    return client.post("/staff/account/password/", {"old": old, "password": password, "again": again or password})


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"old": "not it"}, "The password is wrong."),
        ({"old": ""}, "Fill this in."),
        ({"again": "lantern gravel teapots"}, "The two are not the same."),
        ({"password": "short"}, "at least 12 characters"),
        ({"password": PASSWORD}, "That is the password you have now."),
    ],
)
def test_a_password_is_not_changed_by_whoever_does_not_know_the_old_one_or_types_a_bad_one(nadia, key, typed, said):
    response = changes(nadia, **typed)
    assert response.status_code == 422 and said in words(response)
    assert PASSWORD not in response.content.decode() and OTHER not in response.content.decode()
    assert signs_in(key)[1].status_code == 302
    assert not AccessEvent.objects.exists()


def test_wrong_old_passwords_are_counted_with_all_other_tries(nadia):
    for _ in range(5):
        assert changes(nadia, old="not it").status_code == 422
    assert changes(nadia).status_code == 429
    assert User.objects.get().check_password(PASSWORD)


def test_a_changed_password_signs_out_everywhere_else_and_is_on_record(nadia, key):
    elsewhere = signs_in(key)[0]
    before = nadia.session.session_key
    assert is_in(elsewhere)
    response = changes(nadia)
    assert response.url == "/staff/account/"
    assert "Everywhere else you are signed out." in words(nadia.get("/staff/account/"))
    assert is_in(nadia) and nadia.session.session_key != before
    assert not is_in(elsewhere)
    assert signs_in(key)[1].status_code == 422
    assert signs_in(key, OTHER)[1].status_code == 302
    event = AccessEvent.objects.get(what="password changed")
    assert (event.who, event.chain) == ("nadia", NOBODY)


@pytest.mark.parametrize(
    "path",
    ["/staff/account/key/", "/staff/account/app/", "/staff/account/recovery-codes/", "/staff/account/password/"],
)
def test_keys_and_password_are_changed_only_after_a_touch(nadia, key, path):
    """Not by whoever finds the screen open."""
    goes_by(nadia, minutes=6)
    before = Authenticator.objects.count()
    typed = {"old": PASSWORD, "password": OTHER, "again": OTHER}
    response = nadia.post(path, {"name": "Thief", "credential": "{}", "code": "123456", **typed})
    assert response.status_code == 303 and response.url.startswith("/staff/unlock/?next=")
    assert Authenticator.objects.count() == before
    assert User.objects.get().check_password(PASSWORD)
    page = nadia.get(response.url)
    assert "was not saved" in words(page)
    touched = nadia.post(response.url, {"credential": key.touched(page.content.decode())})
    assert touched.status_code == 302
    assert nadia.get("/staff/account/key/").status_code == 200


def test_recovery_codes_are_shown_once_and_each_is_good_once(nadia, key):
    page = words(nadia.post("/staff/account/recovery-codes/"))
    codes = re.findall(r"\b\d{4} \d{4}\b", page)
    assert len(codes) == 10
    assert codes[0] not in words(nadia.get("/staff/account/"))
    client = browser()
    client.post("/staff/sign-in/", {"username": "nadia", "password": PASSWORD})
    assert client.post("/staff/sign-in/key/", {"code": codes[0]}).status_code == 302
    assert is_in(client)
    again = browser()
    again.post("/staff/sign-in/", {"username": "nadia", "password": PASSWORD})
    assert again.post("/staff/sign-in/key/", {"code": codes[0]}).status_code == 422
    # New ones put an end to those from before.
    nadia.post("/staff/account/recovery-codes/")
    assert again.post("/staff/sign-in/key/", {"code": codes[1]}).status_code == 422


def test_secrets_under_another_secret_key_fit_no_code(nadia, settings):
    nadia.post("/staff/account/recovery-codes/")
    settings.SECRET_KEY = "another"
    from allauth.mfa.utils import decrypt

    stored = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert decrypt(stored) != decrypt(stored)
