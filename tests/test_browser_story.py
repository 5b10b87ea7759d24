"""The stories the product is for, from reception list to printed summary, told through its pages in a real Chromium."""

import io
import json
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import expect

from consent.staff.wording import day
from tests.browser import PASSWORD
from tests.enrolled import cookie_of, enrol, enrolled
from tests.walk import awake, tap_in, tap_keys, touch_on

pytestmark = pytest.mark.usefixtures("checked_at_once")

TABLET = (800, 1280)
THANKS, RIGHT, PAPER = "Thank you.", "Is this right?", "Do you want this on paper?"
EXPLAINED = "Did we tell you this well?"
YES, NO = "Yes. Sign me up with the prison GP.", "No. Do not sign me up with the prison GP."


# ---------------------------------------------------------------- who is there


@pytest.fixture
def nurse(site, open_page):
    """A nurse at Leeds, signed in."""
    page = open_page()
    page.goto(f"{site}/staff/")
    page.get_by_label("User name").fill("nurse")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    works_at(page, "Leeds (HMP)")
    return page


@pytest.fixture
def tablet(site, open_page):
    """A tablet that waits for a code."""
    page = open_page(*TABLET)
    page.goto(f"{site}/kiosk/")
    return page


@pytest.fixture
def message(tmp_path):
    """The prison service sends a message; returns what became of it."""

    def sent(event):
        file = tmp_path / "event.json"
        file.write_text(event if isinstance(event, str) else json.dumps(event))
        out = io.StringIO()
        call_command("receive_events", str(file), "--json", stdout=out, stderr=io.StringIO())
        [outcome] = [name for name, count in json.loads(out.getvalue()).items() if count]
        return outcome

    return sent


def moved(direction, number, prison, reason="TRANSFERRED"):
    return {
        "eventType": f"prisoner-offender-search.prisoner.{direction}",
        "occurredAt": timezone.now().isoformat(),
        "additionalInformation": {"nomsNumber": number, "prisonId": prison, "reason": reason},
    }


def is_transferred(message, number, old, new):
    assert message(moved("released", number, old)) == "applied"
    assert message(moved("received", number, new)) == "applied"


# ---------------------------------------------------------------- what staff do


def works_at(nurse, prison):
    nurse.get_by_label("Prison", exact=True).select_option(label=prison)
    nurse.get_by_role("button", name="Go to this prison").click()
    expect(nurse.locator("h1")).to_contain_text(prison)


def goes_to(nurse, *links):
    for link in links:
        nurse.get_by_role("link", name=link, exact=True).first.click()


def adds(nurse, number, given, family, status):
    goes_to(nurse, "Add a person")
    nurse.get_by_label("Prison number").fill(number)
    nurse.get_by_label("Given names").fill(given)
    nurse.get_by_label("Family name").fill(family)
    nurse.get_by_label("Has a GP at home").check()
    nurse.get_by_label("Legal status").select_option(label=status)
    nurse.get_by_label("New admission").check()
    nurse.get_by_role("button", name="Add this person").click()
    says_done(nurse, f"{number} was added.")


def finds(nurse, number):
    nurse.get_by_label("Find a person").fill(number)
    nurse.get_by_role("button", name="Find").click()
    expect(nurse.locator("h1")).to_contain_text(number)


def starts_a_visit(nurse, place="Reception", show=False):
    """The nurse vouches for the person and reads the code from the screen."""
    if not nurse.locator("main").get_by_role("link", name="Start a visit").first.is_visible():
        nurse.get_by_text("Everything else you can do").click()
    nurse.get_by_role("link", name="Start a visit").locator("visible=true").first.click()
    nurse.get_by_label(place).check()
    if show:
        nurse.get_by_label("Show them what they answered").check()
    nurse.get_by_role("button", name="Start and get the code").click()
    return re.sub(r"\D", "", nurse.locator(".staff-code").inner_text())


def says_done(nurse, sentence):
    expect(nurse.locator(".nhsuk-notification-banner")).to_contain_text(sentence)


def stands(nurse):
    """What the person's page says of signing up."""
    return nurse.locator(".staff-stands").filter(has_text="prison GP").first


def on_list(nurse, name, number):
    goes_to(nurse, "Lists", name)
    return nurse.locator("tbody tr", has_text=number)


def opened_papers(nurse):
    """Every paper of the person's page, opened."""
    links = nurse.get_by_role("link", name=re.compile(r"\(PDF\)"))
    addresses = [link.get_attribute("href") for link in links.all()]
    for address in addresses:
        answer = nurse.context.request.get(nurse.url.partition("/staff/")[0] + address)
        assert answer.status == 200, (address, answer.text()[:500])
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.body().startswith(b"%PDF")
    return len(addresses)


# ---------------------------------------------------------------- what is done on the tablet


def takes_up(tablet, code):
    tap_in(tablet, code)
    expect(tablet.locator("h1")).to_have_text("Touch your language.")
    return ["Touch your language."]


def touches(tablet, words, then, screens=None):
    """Touch a button; the screen with this title comes."""
    awake(tablet)
    tablet.locator("#kiosk button", has_text=words).first.click()
    expect(tablet.locator("h1")).to_have_text(then)
    if screens is not None:
        screens.append(then)


def answers_about_the_gp_at_home(tablet, words, then):
    touches(tablet, "English", "Your health.")
    touches(tablet, words, RIGHT)
    touches(tablet, "This is right", then)


def answers_questions(tablet, *given):
    """The questions about how well we explained it, each answered so: the words of an answer, or of passing on."""
    for words in given:
        expect(tablet.locator("h1")).to_have_text(EXPLAINED)
        touch_on(tablet, tablet.locator(".answers .pick", has_text=words).get_attribute("value"))


def hears_it_all(tablet):
    """From the minute to the choice: every page and every question about how well we explained it."""
    touches(tablet, "Next", EXPLAINED)
    answers_questions(tablet, "Yes. It can be hard to undo.", "No. They may not call me.")
    expect(tablet.locator("h1")).to_have_text("What now?")
    touches(tablet, "Go on with it", "The same whatever you choose.")
    touches(tablet, "Next", "About you.")
    for _panel in range(3):
        before = tablet.locator("h1").inner_text()
        touch_on(tablet, "next")
        expect(tablet.locator("h1")).not_to_have_text(before)
    touches(tablet, "Next", EXPLAINED)
    # Whoever knew on the first night what a no costs is not asked that again.
    answers_questions(tablet, "No. It is my choice.", "Yes. I still get health care.", "I come off their list.")
    expect(tablet.locator("h1")).to_have_text("What do you want to do?")


def says(tablet, answer):
    """Straight to the choice, and this is right."""
    touches(tablet, "I know my answer", "What do you want to do?")
    touches(tablet, answer, RIGHT)
    touches(tablet, "This is right", PAPER)
    touches(tablet, "No paper.", THANKS)


def finishes(tablet):
    touches(tablet, "Finish", "Touch the number that staff give you.")


def status(number, at):
    out = io.StringIO()
    call_command("consent_status", number, "--at", at.isoformat(), "--json", stdout=out)
    return json.loads(out.getvalue())["questions"]["gms-registration"]


# ---------------------------------------------------------------- the stories


def test_a_remand_prisoner_says_another_day_and_is_asked_a_week_later(nurse, tablet):
    adds(nurse, "A1111AA", "Sam", "Pell", "On remand")
    expect(stands(nurse)).to_contain_text("No answer on record for this time in prison.")
    screens = takes_up(tablet, starts_a_visit(nurse))
    touches(tablet, "English", "Your health.", screens)
    touches(tablet, "No. Do not ask.", RIGHT, screens)
    touches(tablet, "This is right", "Your choice.", screens)
    touches(tablet, "Next", EXPLAINED, screens)
    answers_questions(tablet, "Skip this.", "Skip this.")
    screens += [EXPLAINED, "What now?"]
    expect(tablet.locator("h1")).to_have_text("What now?")
    touches(tablet, "On another day", RIGHT, screens)
    touches(tablet, "This is right", PAPER, screens)
    touches(tablet, "Paper without my answer.", THANKS, screens)
    assert len(screens) <= 10, screens
    expect(tablet.locator("main")).to_contain_text("We will ask you again.")
    finishes(tablet)

    due = timezone.localdate() + timedelta(days=7)
    finds(nurse, "A1111AA")
    expect(stands(nurse)).to_contain_text("Chose to decide later on")
    expect(stands(nurse)).to_contain_text(f"Ask again on {day(due)}.")
    expect(on_list(nurse, "Ask again", "A1111AA")).to_contain_text(f"Due on {day(due)}")
    now = timezone.localtime()
    assert status("A1111AA", now + timedelta(days=6))["rule"] == "12"
    on_the_day = status("A1111AA", now + timedelta(days=7))
    assert (on_the_day["outcome"], on_the_day["rule"], on_the_day["due"]) == ("ask-again", "13", due.isoformat())


def test_a_yes_is_held_checked_in_the_next_prison_and_only_then_registered(nurse, tablet, message):
    number = "A2222BB"
    adds(nurse, number, "Terry", "Tell", "Sentenced")
    takes_up(tablet, starts_a_visit(nurse))
    answers_about_the_gp_at_home(tablet, "No. Do not ask.", "Your choice.")
    hears_it_all(tablet)
    touches(tablet, YES, RIGHT)
    touches(tablet, "This is right", PAPER)
    touches(tablet, "Paper with my answer.", THANKS)
    expect(tablet.locator("main")).to_contain_text("We have not signed you up yet.")
    finishes(tablet)
    said = f"Said yes on {day(timezone.localdate())} at Leeds (HMP)."

    # Held: nothing is to be made.
    due = day(timezone.localdate() + timedelta(days=7))
    finds(nurse, number)
    expect(stands(nurse)).to_contain_text(f"{said} Not sent yet: check before sending is due on {due}.")
    expect(on_list(nurse, "Registrations to make", number)).to_have_count(0)

    # Transferred: the check is due where they are now, and no longer where they were.
    is_transferred(message, number, "LEI", "MDI")
    expect(on_list(nurse, "Check before sending", number)).to_have_count(0)
    works_at(nurse, "Moorland (HMP & YOI)")
    expect(on_list(nurse, "Check before sending", number)).to_contain_text(f"Due on {due}")
    finds(nurse, number)
    goes_to(nurse, "Check before sending")
    read_back = nurse.locator("main")
    for words in (said, "Is it still yes?", "Signing up is hard to undo.", "If you say yes.", YES, NO):
        expect(read_back).to_contain_text(words)
    nurse.get_by_role("button", name="It is still yes: send it").click()
    says_done(nurse, "It is still yes. The registration is on the list to be made.")
    expect(stands(nurse)).to_contain_text(f"{said} The registration is still to be made. Do not ask again.")

    # To make -> made -> confirmed, and the page says so truthfully each time.
    today = day(timezone.localdate())
    made, confirmed = "The registration was made", "The registration is confirmed"
    for listed, step, truth in (
        ("Registrations to make", made, f"on {today}, not confirmed: confirm, do not make again."),
        ("Registrations to confirm", confirmed, "Registered with the prison GP. Do not ask again."),
    ):
        row = on_list(nurse, listed, number)
        row.get_by_role("link", name="Record the next step").click()
        nurse.get_by_label(step).check()
        if step == made:
            nurse.get_by_label("They are still here: I have checked").check()
        nurse.get_by_role("button", name="Record", exact=True).click()
        says_done(nurse, "Recorded.")
        finds(nurse, number)
        expect(stands(nurse)).to_contain_text(truth)
    expect(on_list(nurse, "Registrations to confirm", number)).to_have_count(0)
    finds(nurse, number)
    assert opened_papers(nurse) >= 4  # their own and the staff copy of both answers, and what is printed for anybody


def test_the_person_may_say_on_a_tablet_that_it_is_still_yes(nurse, tablet, message):
    adds(nurse, "A2223BB", "Toni", "Tell", "Sentenced")
    takes_up(tablet, starts_a_visit(nurse))
    answers_about_the_gp_at_home(tablet, "No. Do not ask.", "Your choice.")
    says(tablet, YES)
    finishes(tablet)
    is_transferred(message, "A2223BB", "LEI", "MDI")
    is_transferred(message, "A2223BB", "MDI", "HLI")
    finds(nurse, "A2223BB")
    takes_up(tablet, starts_a_visit(nurse, "On the wing"))
    touches(tablet, "English", "Is it still yes?")
    for words in ("You said yes to the prison GP.", "Leeds (HMP)", "We have not signed you up yet."):
        expect(tablet.locator("main")).to_contain_text(words)
    touches(tablet, "It is still yes.", THANKS)
    finishes(tablet)
    finds(nurse, "A2223BB")
    expect(stands(nurse)).to_contain_text("The registration is still to be made.")
    assert nurse.get_by_text("Answer: Yes.").count() == 1


def test_more_time_at_the_check_before_sending_is_an_answer_and_ends_there(nurse, tablet):
    """ "Decide later" is a full answer on every screen, at the second look too: a change, as the staff page says."""
    adds(nurse, "A2224BB", "Tony", "Tell", "Sentenced")
    takes_up(tablet, starts_a_visit(nurse))
    answers_about_the_gp_at_home(tablet, "No. Do not ask.", "Your choice.")
    says(tablet, YES)
    finishes(tablet)
    finds(nurse, "A2224BB")
    takes_up(tablet, starts_a_visit(nurse, "On the wing"))
    touches(tablet, "English", "Is it still yes?")
    touches(tablet, "Decide later", RIGHT)
    touches(tablet, "This is right", PAPER)
    touches(tablet, "No paper.", THANKS)
    finds(nurse, "A2224BB")
    expect(stands(nurse)).to_contain_text("Chose to decide later on")


def test_back_from_changing_a_yes_leads_to_the_check_again(nurse, tablet):
    adds(nurse, "A2225BB", "Tina", "Tell", "Sentenced")
    takes_up(tablet, starts_a_visit(nurse))
    answers_about_the_gp_at_home(tablet, "No. Do not ask.", "Your choice.")
    says(tablet, YES)
    finishes(tablet)
    finds(nurse, "A2225BB")
    takes_up(tablet, starts_a_visit(nurse, "On the wing"))
    touches(tablet, "English", "Is it still yes?")
    touches(tablet, "I want to change", "What do you want to do?")
    touches(tablet, "Back", "Is it still yes?")


def test_a_no_is_not_asked_again_after_a_transfer(nurse, tablet, message):
    number = "A3333CC"
    adds(nurse, number, "Kim", "Nay", "Sentenced")
    takes_up(tablet, starts_a_visit(nurse))
    answers_about_the_gp_at_home(tablet, "No. Do not ask.", "Your choice.")
    says(tablet, NO)
    expect(tablet.locator("main")).to_contain_text("We will not sign you up with the prison GP.")
    finishes(tablet)
    is_transferred(message, number, "LEI", "MDI")

    works_at(nurse, "Moorland (HMP & YOI)")
    row = nurse.locator("tbody tr", has_text=number)  # new here, and nothing to do
    expect(row).to_contain_text(f"Said no on {day(timezone.localdate())} at Leeds (HMP). Do not ask again.")
    for listed in ("Ask again", "Not asked yet", "Check before sending"):
        expect(on_list(nurse, listed, number)).to_have_count(0)
    finds(nurse, number)
    expect(stands(nurse)).to_contain_text(f"Said no on {day(timezone.localdate())} at Leeds (HMP).")
    expect(stands(nurse)).to_contain_text("They were asked and said no. Do not ask again")
    takes_up(tablet, starts_a_visit(nurse, show=True))
    touches(tablet, "English", "You have already answered.")
    expect(tablet.locator("main")).to_contain_text("You said no to the prison GP.")
    expect(tablet.locator("main")).to_contain_text("We are not asking again.")
    finishes(tablet)
    finds(nurse, number)
    assert opened_papers(nurse) >= 4


def test_asking_again_anyway_needs_a_reason_that_is_kept(nurse, tablet):
    adds(nurse, "A3334CC", "Kit", "Nay", "Sentenced")
    takes_up(tablet, starts_a_visit(nurse))
    answers_about_the_gp_at_home(tablet, "Yes. You can ask.", "Your choice.")
    says(tablet, NO)
    finishes(tablet)
    finds(nurse, "A3334CC")
    nurse.get_by_text("Everything else you can do").click()
    goes_to(nurse, "Start a visit")
    nurse.get_by_label("Ask again anyway").check()
    nurse.get_by_role("button", name="Start and get the code").click()
    expect(nurse.locator(".nhsuk-error-summary")).to_contain_text("Asking again needs a reason. Write why.")
    nurse.get_by_label("Why they are asked again").fill("They asked to think it over again")
    nurse.get_by_role("button", name="Start and get the code").click()
    expect(nurse.locator(".staff-code")).to_be_visible()
    finds(nurse, "A3334CC")
    expect(nurse.locator("main")).to_contain_text("reason: They asked to think it over again")


def test_recorded_in_error_by_two_people_strikes_the_answer_through_and_asks_anew(nurse, tablet):
    number = "A4444DD"
    adds(nurse, number, "Lee", "Double", "On remand")
    takes_up(tablet, starts_a_visit(nurse))
    answers_about_the_gp_at_home(tablet, "No. Do not ask.", "Your choice.")
    says(tablet, NO)
    finishes(tablet)
    finds(nurse, number)
    line = nurse.locator(".staff-line li", has_text="Answer: No.").filter(has_text="prison GP")
    line.get_by_role("link", name="Recorded in error").click()
    for second, password, outcome in (
        ("second", "a wrong password", "This user name and password do not go together. Nothing was changed."),
        ("nurse", PASSWORD, "There is a problem"),  # one person is not two
    ):
        nurse.get_by_label("Why", exact=True).fill("The tablet was held by another person")
        nurse.get_by_label("User name of the second member of staff").fill(second)
        nurse.get_by_label("Their password").fill(password)
        nurse.get_by_role("button", name="Mark as recorded in error").click()
        expect(nurse.locator(".nhsuk-error-summary")).to_contain_text(outcome)
    nurse.get_by_label("User name of the second member of staff").fill("second")
    nurse.get_by_label("Their password").fill(PASSWORD)
    nurse.get_by_role("button", name="Mark as recorded in error").click()
    says_done(nurse, "Marked as recorded in error. It stays visible, struck through.")

    struck = nurse.locator(".staff-line li", has=nurse.locator("del"))
    expect(struck.locator("del")).to_contain_text("Answer: No.")
    expect(struck).to_contain_text("Recorded in error, say nurse and second: The tablet was held by another person")
    expect(stands(nurse)).to_contain_text("No answer on record for this time in prison. Offer it by")
    takes_up(tablet, starts_a_visit(nurse, "On the wing"))
    touch_on(tablet, "language:en-GB")
    expect(tablet.get_by_role("button", name="I know my answer")).to_be_visible()
    touches(tablet, "I know my answer", "What do you want to do?")


def test_a_prison_nobody_knows_is_listed_to_be_completed(nurse, message):
    assert message(moved("received", "A5555EE", "XQX", "NEW_ADMISSION")) == "applied"
    goes_to(nurse, "Lists", "Prisons to complete", "Complete XQX")
    nurse.get_by_role("button", name="Save").click()
    expect(nurse.locator(".nhsuk-error-summary")).to_contain_text("Country: Choose one.")
    nurse.get_by_label("Name", exact=True).fill("Newton (HMP)")
    nurse.get_by_label("England").check()
    nurse.get_by_label("Men", exact=True).check()
    nurse.get_by_role("button", name="Save").click()
    says_done(nurse, "Newton (HMP) is complete.")
    expect(nurse.locator("main")).to_contain_text("Every prison is complete.")
    works_at(nurse, "Newton (HMP)")
    expect(nurse.locator("tbody tr", has_text="A5555EE")).to_contain_text("They have not been asked yet.")


def test_a_message_not_understood_is_shown_whole_until_it_is_dealt_with(nurse, message):
    told = json.dumps(moved("received", "A6666FF", "LEI", "ARRIVED_BY_BALLOON") | {"note": "<b>ünread</b>"}, indent=1)
    assert message(told) == "not_understood"
    goes_to(nurse, "Lists", "Messages not understood")
    expect(nurse.locator("pre")).to_have_count(1)
    assert nurse.locator("pre").inner_text() == told
    nurse.get_by_role("button", name="Dealt with").click()
    says_done(nurse, "Dealt with. The message is kept.")
    expect(nurse.locator("pre")).to_have_count(0)


def test_a_wrong_code_and_a_used_one_open_nothing(nurse, tablet, open_page, site):
    adds(nurse, "A7777GG", "Alex", "Any", "On remand")
    code = starts_a_visit(nurse)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    enrol(tablet, site, code)
    tap_keys(tablet, wrong)
    expect(tablet.get_by_role("alert").first).to_contain_text("That number does not work. Ask staff for a new one.")
    takes_up(tablet, code)
    other = open_page(*TABLET)
    other.goto(f"{site}/kiosk/")
    other.context.add_cookies([cookie_of(enrolled("LEI")[1], site)])
    other.reload()
    tap_keys(other, code)
    expect(other.get_by_role("alert").first).to_contain_text("That number does not work. Ask staff for a new one.")
    # A new code takes the visit to another tablet, and away from the first.
    nurse.reload()
    nurse.get_by_role("button", name="New code").click()
    takes_up(other, re.sub(r"\D", "", nurse.locator(".staff-code").inner_text()))
    tablet.reload()
    expect(tablet.locator("h1")).to_have_text("Touch the number that staff give you.")


def test_a_form_with_mistakes_says_what_is_wrong_and_keeps_what_was_typed(nurse):
    adds(nurse, "A8888HH", "Pat", "Place", "Sentenced")
    goes_to(nurse, "Change who they are")
    nurse.get_by_label("Other names").fill("Patsy")
    nurse.get_by_label("NHS number").fill("999 000 0019")
    nurse.get_by_role("button", name="Save").click()
    expect(nurse.locator(".nhsuk-error-summary")).to_contain_text("NHS number:")
    expect(nurse.get_by_label("NHS number")).to_have_value("999 000 0019")
    expect(nurse.get_by_label("Other names")).to_have_value("Patsy")
    nurse.get_by_label("NHS number").fill("999 000 0018")
    nurse.get_by_role("button", name="Save").click()
    says_done(nurse, "Saved.")
    expect(nurse.locator("main")).to_contain_text("999 000 0018")

    # A time that lies ahead, and a number that is not one.
    nurse.get_by_text("Everything else you can do").click()
    goes_to(nurse, "Record a movement")
    nurse.get_by_label("Left for court").check()
    ahead = timezone.localtime() + timedelta(days=1)
    nurse.locator("#id_at").fill(ahead.strftime("%Y-%m-%dT%H:%M"))
    nurse.get_by_role("button", name="Record the movement").click()
    expect(nurse.locator(".nhsuk-error-summary")).to_contain_text("That time lies ahead.")
    expect(nurse.get_by_label("Left for court")).to_be_checked()
    goes_to(nurse, "Add a person")
    nurse.get_by_label("Prison number").fill("12345")
    nurse.get_by_label("Family name").fill("Kept")
    nurse.get_by_role("button", name="Add this person").click()
    expect(nurse.locator(".nhsuk-error-summary")).to_contain_text("Prison number:")
    expect(nurse.get_by_label("Family name")).to_have_value("Kept")
