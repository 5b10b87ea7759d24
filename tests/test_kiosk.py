"""The tablet: from a code to an answer that is stored once, and nothing left behind."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from consent import actions, facts, journey, ledger
from consent.kiosk import cookie, screens, visits
from consent.models import Entry, Presentation, PrisonPolicy, ReceptionPolicy, Visit
from consent.policy import Answer
from consent.proof import verify
from registration.actions import NotPossible, load_prisons, patient_with
from registration.legal_status import LegalStatus
from registration.movements import Direction, Movement
from tests.enrolled import enrolled
from tests.published import publish
from tests.staff import CARDIFF, GMS, GP, HULL, LEEDS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("checked_at_once")]


@pytest.fixture
def nurse():
    return User.objects.create_user("nurse")


@pytest.fixture
def sam(db):
    publish()
    load_prisons([LEEDS, HULL, CARDIFF])
    person = patient_with("A1234BC")
    actions.describe_patient(patient=person, given_names="Sam", family_name="Pell", home_gp="yes")
    moves(person, "NEW_ADMISSION", hours=2)
    actions.record_legal_status(
        patient=person, status=LegalStatus.REMAND, at=timezone.now() - timedelta(hours=2), source="reception list"
    )
    return person


def moves(person, reason, *, hours=0, prison="LEI", direction=Direction.IN):
    at = timezone.now() - timedelta(hours=hours)
    actions.record_movement(patient=person, movement=Movement(at, direction, reason, prison=prison), by="test")


class Tablet:
    """An enrolled browser without JavaScript, pressing buttons that are on the page."""

    def __init__(self, prison="LEI"):
        self.browser = Client(enforce_csrf_checks=True)
        self.tablet, secret = enrolled(prison)
        self.browser.cookies[cookie.name()] = secret
        self.page = ""
        self.response = None
        self.open()

    def open(self):
        return self.took(self.browser.get("/kiosk/"))

    def took(self, response):
        if response.status_code == 303:
            response = self.browser.get("/kiosk/")
        self.response = response
        self.page = response.content.decode()
        return self

    def post(self, **data):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        return self.browser.post("/kiosk/", {"csrfmiddlewaretoken": token and token[1], **data})

    def tap(self, code, *, says="me"):
        """The number that staff gave, and then who holds the tablet."""
        for digit in code:
            typed = re.search(r'name="digits" value="(\d*)"', self.page)
            self.took(self.post(digits=typed[1], digit=digit))
        if says and self.title == "Is this you?":
            self.press(says)
        return self

    def fields(self):
        hidden = dict(re.findall(r'<input type="hidden" name="(turn|view|answer)" value="([^"]*)"', self.page))
        return {"turn": hidden.get("turn", ""), "view": hidden.get("view", ""), "answer": hidden.get("answer", "")}

    def press(self, do, **more):
        assert f'value="{do}"' in self.page, f"there is no button {do} on {self.title}"
        return self.took(self.post(do=do, **{**self.fields(), **more}))

    def choose(self, answer):
        return self.press(f"choose:{answer}")

    def understood(self, given):
        """Answer an understanding question: right, wrong, unsure or skipped, wherever that stands on the page."""
        visit = Visit.objects.get(ended_at=None)
        step = screens.current(visit).step
        drawn = dict(zip(journey.drawn_answers(step, visit.state["order"]), ("first", "second"), strict=True))
        return self.press(f"check:{drawn.get(given, given)}")

    @property
    def title(self):
        return " ".join(re.sub("<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)</h1>", self.page, re.S)[1]).split())

    def __contains__(self, text):
        return text in self.page


def visit_for(person, nurse, place="reception", reason=""):
    visit, code = visits.start(patient=person, place=place, user=nurse, reason=reason)
    return Tablet(visit.prison_id).tap(code).press("language:en-GB")


def to_choice(tablet):
    """Through the whole without JavaScript: every page heard, every question answered right."""
    while tablet.title != "What do you want to do?":
        tablet.understood("right") if 'value="check:first"' in tablet else tablet.press("next")
    return tablet


def answers(person, question=GMS):
    said = ledger.opened(facts.entries_of([person]))
    return [
        line["data"]["answer"] for line in said if line["kind"] == "decision" and line["data"]["question"] == question
    ]


# -- codes ----------------------------------------------------------------------------------------


def test_a_wrong_code_says_what_to_do(sam):
    tablet = Tablet().tap("123456")
    assert "That number does not work." in tablet


def test_a_code_is_good_once(sam, nurse):
    _, code = visits.start(patient=sam, place="reception", user=nurse)
    assert Tablet().tap(code).title == "Touch your language."
    assert "That number does not work" in Tablet().tap(code)


def test_a_code_is_good_for_ten_minutes(sam, nurse):
    visit, code = visits.start(patient=sam, place="reception", user=nurse)
    Visit.objects.filter(pk=visit.pk).update(code_expires_at=timezone.now())
    assert "That number does not work" in Tablet().tap(code)


def test_codes_and_tokens_are_stored_only_as_hashes(sam, nurse):
    visit, code = visits.start(patient=sam, place="reception", user=nurse)
    assert code not in str(Visit.objects.values().get(pk=visit.pk))


def test_a_new_visit_ends_the_one_before(sam, nurse):
    first = visit_for(sam, nurse)
    visit_for(sam, nurse)
    assert first.open().title == "Touch the number that staff give you."


def test_the_keypad_has_no_text_box(sam):
    assert not re.search(r'<input(?![^>]*type="hidden")', Tablet().page)


# -- what is stored, and when ---------------------------------------------------------------------


def test_choosing_stores_nothing_until_it_is_confirmed(sam, nurse):
    tablet = to_choice(visit_for(sam, nurse, place="wing").choose("yes").press("confirm"))
    tablet.choose("yes")
    assert tablet.title == "Is this right?"
    assert answers(sam) == []
    assert "yes" not in str(Visit.objects.get().state.get("answer", ""))


def test_confirming_stores_the_answer_once_however_often_it_is_sent(sam, nurse):
    tablet = to_choice(visit_for(sam, nurse, place="wing").choose("no").press("confirm")).choose("yes")
    fields = {"do": "confirm", **tablet.fields()}
    sent = [tablet.post(**fields) for _ in range(5)]
    assert {response.status_code for response in sent} == {303}
    assert tablet.open().title == "Do you want this on paper?"
    tablet.press("paper:none")
    assert tablet.title == "Thank you."
    assert "We have not signed you up yet." in tablet
    assert answers(sam) == ["yes"]
    assert Presentation.objects.count() == 2


def test_a_form_from_an_earlier_screen_does_nothing(sam, nurse):
    tablet = visit_for(sam, nurse)
    old = tablet.fields()
    tablet.choose("yes").press("confirm").press("next")
    tablet.took(tablet.post(do="confirm-later", **old))
    assert tablet.title == "Did we tell you this well?"
    assert answers(sam) == []


@pytest.mark.parametrize(
    "do", ["confirm", "still", "change", "check:first", "choose:yes", "go", "paper:full", "dialect:0", "nonsense", ""]
)
def test_a_step_out_of_order_stores_nothing_and_shows_where_we_are(sam, nurse, do):
    _, code = visits.start(patient=sam, place="reception", user=nurse)
    tablet = Tablet().tap(code)
    tablet.took(tablet.post(do=do, **{**tablet.fields(), "answer": "yes"}))
    assert tablet.title == "Touch your language."
    assert not Entry.objects.filter(kind__in=["decision", "second-look"]).exists()


def test_a_tablet_without_a_visit_can_store_nothing(sam):
    tablet = Tablet()
    tablet.took(tablet.post(do="confirm", turn="0", view="right", answer="yes"))
    assert tablet.title == "Touch the number that staff give you."
    assert not Entry.objects.exists()


def test_another_day_in_reception_is_later_for_what_is_open(sam, nurse):
    tablet = visit_for(sam, nurse).choose("yes").press("confirm")
    assert tablet.title == "Your choice."
    tablet.press("later")
    assert tablet.title == "Is this right?"
    assert answers(sam) == []
    tablet.press("confirm-later").press("paper:none")
    assert tablet.title == "Thank you."
    assert answers(sam) == ["later"]
    assert answers(sam, GP) == ["yes"]
    tablet.press("finish")
    assert tablet.title == "Touch the number that staff give you."


def test_decide_later_at_once_leaves_both_questions_for_another_day(sam, nurse):
    visit_for(sam, nurse).press("later").press("confirm-later")
    assert answers(sam) == answers(sam, GP) == ["later"]


def test_changing_it_before_it_is_confirmed_stores_only_the_last(sam, nurse):
    tablet = visit_for(sam, nurse).choose("no").press("back")
    assert tablet.title == "Your health."
    tablet.choose("yes").press("confirm")
    assert answers(sam, GP) == ["yes"]


def test_what_was_shown_is_kept_with_the_answer(sam, nurse):
    tablet = to_choice(visit_for(sam, nurse, place="wing").choose("no").press("confirm"))
    tablet.choose("no").press("confirm")
    entry = Entry.objects.filter(kind="decision").latest("seq")
    shown = ledger.json.loads(Presentation.objects.get(hash=ledger.read(entry)["data"]["presentation"]).body)
    assert {"means.yes.gp.yes/list", "title:choose", "choice:later", "right.said.no/said"} <= set(shown["sentences"])
    assert shown["not_shown"] == []
    assert sorted(shown["order"]) == ["later", "no", "yes"]
    assert shown["situation"]["legal"] == "remand"
    assert shown["checks"]["voluntary"] == {"passes": ["right"]}


def test_who_knows_their_answer_goes_straight_to_it_and_what_was_not_shown_is_kept(sam, nurse):
    tablet = visit_for(sam, nurse).choose("no").press("confirm").press("choose-now")
    assert tablet.title == "What do you want to do?"
    tablet.choose("yes").press("confirm")
    said = ledger.read(Entry.objects.filter(kind="decision").latest("seq"))["data"]
    shown = ledger.json.loads(Presentation.objects.get(hash=said["presentation"]).body)
    assert "means-1" in shown["not_shown"]
    assert not any(name.startswith("means.") for name in shown["sentences"])


def test_a_missed_point_is_told_again_then_asked_again_then_carried_to_the_check_before_sending(sam, nurse):
    PrisonPolicy.objects.create(prison_id="LEI", hold="none")
    tablet = visit_for(sam, nurse, place="wing").choose("no").press("confirm")
    while 'value="check:first"' not in tablet:
        tablet.press("next")
    tablet.understood("wrong")
    assert "No one can make you sign up." in tablet
    tablet.understood("unsure")
    for _ in range(3):
        tablet.understood("right")
    assert tablet.title == "What do you want to do?"
    assert not Visit.objects.get().state.get("help_at")
    tablet.choose("yes").press("confirm").press("paper:none")
    assert "Health staff will check with you again within 7 days." in tablet
    said = ledger.read(Entry.objects.filter(kind="decision").latest("seq"))["data"]
    assert said["explain"] == ["check:voluntary"]
    assert said["hold"] == "second-look"
    assert answers(sam) == ["yes"]


def test_idle_leaves_no_answer_and_clears_the_screen(sam, nurse):
    tablet = to_choice(visit_for(sam, nurse, place="wing").choose("no").press("confirm")).choose("yes")
    Visit.objects.update(last_seen_at=timezone.now() - timedelta(minutes=5))
    tablet.took(tablet.post(do="confirm", **tablet.fields()))
    assert tablet.title == "Touch the number that staff give you."
    assert answers(sam) == []
    assert Visit.objects.get().ended_how == "nobody there"


@pytest.mark.parametrize("hours", [0, 1])
def test_when_the_person_is_released_meanwhile_nothing_is_stored_and_staff_are_called(sam, nurse, hours):
    tablet = visit_for(sam, nurse).choose("yes")
    moves(sam, "RELEASED", hours=hours, direction=Direction.OUT)
    tablet.press("confirm")
    assert tablet.title == "Sorry, this is not working."
    assert Visit.objects.get().state["help_at"]
    assert answers(sam, GP) == []


# -- on every screen ------------------------------------------------------------------------------


def test_back_help_bigger_words_and_decide_later_stand_on_every_screen_in_one_order(sam, nurse):
    tablet = visit_for(sam, nurse, place="wing")
    for _ in range(20):
        bar = re.findall(r'value="(back|listen|help|bigger|later)"', tablet.page.split('class="bar"')[1])
        assert bar == ["back", "listen", "help", "bigger", "later"], tablet.title
        if 'value="check:first"' in tablet:
            tablet.understood("skipped")
        elif 'value="paper:keep"' in tablet:
            tablet.press("paper:keep")
        elif 'value="choose:no"' in tablet:
            tablet.choose("no").press("confirm")
        elif tablet.title == "Thank you.":
            break
        else:
            tablet.press("next")
    assert tablet.title == "Thank you."


def test_bigger_words_lose_nothing(sam, nurse):
    tablet = visit_for(sam, nurse).choose("yes")
    tablet.press("bigger")
    assert 'class="bigger"' in tablet
    assert tablet.title == "Is this right?"
    tablet.press("confirm")
    assert answers(sam, GP) == ["yes"]


def test_help_says_that_someone_comes_and_staff_see_it(sam, nurse):
    tablet = visit_for(sam, nurse).press("help")
    assert "Health staff will come." in tablet
    assert Visit.objects.get().state["help_at"]
    assert tablet.press("back").title == "Your health."


def test_the_three_choices_differ_in_nothing_but_their_words(sam, nurse):
    tablet = visit_for(sam, nurse)
    buttons = re.findall(
        r'<button type="submit"\s+class="pick"\s+name="do"\s+value="choose:(?:yes|no|later)">(.*?)</button>',
        tablet.page,
        re.S,
    )
    assert len(buttons) == 3
    own = r">[^<]+<|<svg.*?</svg>|data-(sentence|voice)=\"[^\"]+\""
    assert len({re.sub(own, "", button, flags=re.S) for button in buttons}) == 1
    assert "checked" not in tablet.page


def test_htmx_gets_the_inside_of_the_page_only(sam, nurse):
    tablet = visit_for(sam, nurse)
    part = tablet.browser.get("/kiosk/", headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith("<main")
    assert "<html" not in part


def test_no_page_of_the_tablet_is_kept_by_a_cache(sam, nurse):
    tablet = visit_for(sam, nurse)
    assert tablet.response["Cache-Control"] == "no-store"
    assert "'unsafe" not in tablet.response["Content-Security-Policy"]
    before = tablet.browser.cookies["tablet"].value
    tablet.took(tablet.post(do="finish", **tablet.fields()))
    assert tablet.response["Clear-Site-Data"] == '"storage"'
    assert tablet.browser.cookies["tablet"].value not in ("", before)


def test_a_kiosk_page_takes_at_most_six_queries(sam, nurse, django_assert_max_num_queries):
    tablet = visit_for(sam, nurse)
    with django_assert_max_num_queries(6):
        tablet.open()
    fields = tablet.fields()
    with django_assert_max_num_queries(6):
        tablet.post(do="next", **fields)


# -- going on another day, and after a transfer ---------------------------------------------------


def test_a_visit_on_the_wing_goes_on_where_reception_stopped(sam, nurse):
    tablet = (
        visit_for(sam, nurse)
        .choose("no")
        .press("confirm")
        .press("next")
        .understood("right")
        .understood("right")
        .press("go")
    )
    assert tablet.title == "The same whatever you choose."
    tablet.press("next").press("help").press("finish")
    tablet = visit_for(sam, nurse, place="wing")
    assert tablet.title == "You have seen this."
    assert "The same whatever you choose." in tablet
    tablet.press("pick-up")
    assert tablet.title == "About you."


def test_what_was_chosen_and_not_confirmed_is_forgotten(sam, nurse):
    to_choice(visit_for(sam, nurse, place="wing").choose("no").press("confirm")).choose("yes")
    tablet = visit_for(sam, nurse, place="wing").press("pick-up")
    assert tablet.title == "What do you want to do?"
    assert answers(sam) == []


def test_after_a_transfer_nobody_is_asked_again(sam, nurse):
    actions.decide(patient=sam, question=GMS, answer=Answer.NO, by=actions.PERSON, route="tablet")
    actions.decide(patient=sam, question=GP, answer=Answer.NO, by=actions.PERSON, route="tablet")
    moves(sam, "TRANSFERRED", direction=Direction.OUT)
    moves(sam, "TRANSFERRED", prison="HLI")
    tablet = visit_for(sam, nurse)
    assert tablet.title == "You have already answered."
    assert "We are not asking again." in tablet
    assert answers(sam) == ["no"]


def test_a_held_yes_moved_twice_is_checked_with_one_tap_and_the_choice_is_not_shown_again(sam, nurse):
    actions.decide(patient=sam, question=GMS, answer=Answer.YES, by=actions.PERSON, route="tablet")
    actions.decide(patient=sam, question=GP, answer=Answer.NO, by=actions.PERSON, route="tablet")
    for prison in ("HLI", "LEI"):
        moves(sam, "TRANSFERRED", direction=Direction.OUT)
        moves(sam, "TRANSFERRED", prison=prison)
    tablet = visit_for(sam, nurse)
    assert tablet.title == "Is it still yes?"
    assert "Leeds (HMP)" in tablet
    tablet.press("still")
    assert tablet.title == "Thank you."
    assert answers(sam) == ["yes"]
    assert Entry.objects.filter(kind="second-look").count() == 1
    assert sam.registration_requests.get().state == "to-make"


def test_at_the_second_look_the_person_can_change_it(sam, nurse):
    actions.decide(patient=sam, question=GMS, answer=Answer.YES, by=actions.PERSON, route="tablet")
    actions.decide(patient=sam, question=GP, answer=Answer.NO, by=actions.PERSON, route="tablet")
    tablet = visit_for(sam, nurse).press("change")
    tablet.choose("no").press("confirm")
    assert answers(sam) == ["yes", "no"]
    assert not sam.registration_requests.exists()


def test_whoever_wants_more_time_at_the_second_look_is_asked_again_on_another_day(sam, nurse):
    actions.decide(patient=sam, question=GMS, answer=Answer.YES, by=actions.PERSON, route="tablet")
    actions.decide(patient=sam, question=GP, answer=Answer.NO, by=actions.PERSON, route="tablet")
    tablet = visit_for(sam, nurse).press("later").press("confirm-later").press("paper:none")
    assert tablet.title == "Thank you."
    assert "We will ask you again." in tablet
    assert answers(sam) == ["yes", "later"]


def test_back_from_changing_a_yes_leads_to_the_second_look(sam, nurse):
    actions.decide(patient=sam, question=GMS, answer=Answer.YES, by=actions.PERSON, route="tablet")
    actions.decide(patient=sam, question=GP, answer=Answer.NO, by=actions.PERSON, route="tablet")
    tablet = visit_for(sam, nurse).press("change").press("back")
    assert tablet.title == "Is it still yes?"
    tablet.press("still")
    assert answers(sam) == ["yes"]


def test_a_fresh_look_begins_with_what_was_said_before(sam, nurse):
    actions.decide(patient=sam, question=GMS, answer=Answer.NO, by=actions.PERSON, route="tablet")
    actions.decide(patient=sam, question=GP, answer=Answer.NO, by=actions.PERSON, route="tablet")
    actions.record_legal_status(patient=sam, status=LegalStatus.SENTENCED, at=timezone.now(), source="staff")
    tablet = visit_for(sam, nurse)
    assert "You said no to the prison GP." in tablet
    assert "Leeds (HMP)" in tablet


def test_who_helped_with_the_language_is_recorded(sam, nurse):
    visit, code = visits.start(patient=sam, place="reception", user=nurse)
    visit.state["interpreter"] = "Interpreter 1234"
    visit.save()
    Tablet().tap(code).press("language:en-GB").choose("yes").press("confirm")
    assert ledger.opened([Entry.objects.get(kind="decision")])[0]["data"]["interpreter"] == "Interpreter 1234"


def test_a_visit_that_ended_by_itself_says_so_and_one_that_was_finished_does_not(sam, nurse):
    tablet = visit_for(sam, nurse)
    visits.end(visit=Visit.objects.get(), how="ended by staff")
    assert "This screen is clear now." in tablet.open()
    assert "This screen is clear now." not in tablet.open()
    tablet = visit_for(sam, nurse).press("later").press("confirm-later").press("paper:none").press("finish")
    assert "This screen is clear now." not in tablet


def test_one_form_sent_twice_with_two_answers_is_refused(sam):
    said = {"patient": sam, "question": GP, "by": actions.PERSON, "route": "talk", "once": "one form"}
    actions.decide(answer=Answer.YES, **said)
    with pytest.raises(NotPossible, match="with another answer"):
        actions.decide(answer=Answer.NO, **said)
    assert answers(sam, GP) == ["yes"]


def test_decide_later_never_takes_an_answer_away(sam, nurse):
    actions.decide(patient=sam, question=GMS, answer=Answer.NO, by=actions.PERSON, route="tablet")
    actions.record_legal_status(patient=sam, status=LegalStatus.SENTENCED, at=timezone.now(), source="staff")
    visit_for(sam, nurse).press("later").press("confirm-later")
    assert answers(sam) == ["no"]
    assert Entry.objects.filter(kind="fresh-look-declined").count() == 1


def test_asking_someone_who_need_not_be_asked_takes_a_reason_that_is_recorded(sam, nurse):
    actions.decide(patient=sam, question=GMS, answer=Answer.NO, by=actions.PERSON, route="tablet")
    actions.decide(patient=sam, question=GP, answer=Answer.NO, by=actions.PERSON, route="tablet")
    tablet = visit_for(sam, nurse, place="wing", reason="She asked to choose again")
    assert tablet.title == "Your choice."
    assert ledger.opened([Entry.objects.get(kind="asked-anyway")])[0]["data"]["reason"] == "She asked to choose again"


@pytest.mark.parametrize(("prison", "why"), [("CFI", "outside England")])
def test_no_visit_starts_where_the_choice_does_not_apply(sam, nurse, prison, why):
    moves(sam, "TRANSFERRED", prison=prison)
    with pytest.raises(NotPossible, match=why):
        visits.start(patient=sam, place="reception", user=nurse)


def test_no_tablet_for_someone_under_eighteen(sam, nurse):
    actions.describe_patient(patient=sam, date_of_birth=timezone.localdate() - timedelta(days=17 * 365))
    with pytest.raises(NotPossible, match="Not for a tablet"):
        visits.start(patient=sam, place="reception", user=nurse)


# -- what reception takes -------------------------------------------------------------------------


def test_reception_may_take_only_the_gp_record(sam, nurse):
    ReceptionPolicy.objects.create(prison_id="LEI", legal_status="", takes="gp-record")
    tablet = visit_for(sam, nurse).choose("yes").press("confirm")
    assert tablet.title == "Not today."
    assert answers(sam) == []
    assert facts.rule_for(facts.standing_of(sam), GMS, timezone.now())[1].outcome == "offer"


def test_a_legal_status_can_have_its_own_setting(sam, nurse):
    ReceptionPolicy.objects.create(prison_id="LEI", legal_status="", takes="gp-record")
    ReceptionPolicy.objects.create(prison_id="LEI", legal_status="REMAND", takes="all")
    tablet = visit_for(sam, nurse).choose("yes").press("confirm").press("next")
    assert tablet.title == "The same whatever you choose."


def test_the_record_adds_up_after_it_all(sam, nurse):
    to_choice(visit_for(sam, nurse, place="wing").choose("no").press("confirm")).choose("yes").press("confirm")
    assert list(verify.faults()) == []
