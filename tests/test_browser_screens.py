"""Every screen of the tablet in a real Chromium, as eyes, hands, ears and a keyboard meet it."""

import json
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from consent import actions, facts, ledger
from consent.kiosk.visits import Visit
from consent.words.files import languages
from registration.actions import patient_with
from registration.movements import Direction, Movement
from tests.voices_fixture import voices  # noqa: F401 - fixture
from tests.walk import WALKED, Walk, awake, later_visits, measured, name_of, onwards, touch_on, whole

pytestmark = pytest.mark.usefixtures("checked_at_once")

AXE = Path(settings.BASE_DIR, "node_modules", "axe-core", "axe.min.js")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BROKEN = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"],
    rules: { "color-contrast-enhanced": { enabled: true } }, preload: false });
  return found.violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 120)).slice(0, 3)]);
}"""
GMS = "gms-registration"


def newcomer(number):
    """Somebody received an hour ago whom nobody has asked anything."""
    person = patient_with(number)
    arrival = Movement(timezone.now() - timedelta(hours=1), Direction.IN, "NEW_ADMISSION", prison="LEI")
    actions.record_movement(patient=person, movement=arrival, by="test")
    actions.describe_patient(patient=person, given_names="Sam", family_name="Pell", home_gp="yes")
    return person


@pytest.fixture
def sam(site):
    return newcomer("A1234BC")


@pytest.fixture
def kim(site):
    return newcomer("A1235BC")


def said(person):
    """The answers about the prison GP that are stored, oldest first."""
    lines = ledger.opened(facts.entries_of([person]))
    return [e["data"]["answer"] for e in lines if e["kind"] == "decision" and e["data"]["question"] == GMS]


# -- every screen -----------------------------------------------------------------------------------------------------


def broken(page):
    """What axe-core finds against WCAG 2.2 AA, and contrast below 7:1."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    return page.evaluate(BROKEN, WCAG)


def faults(page, *, may_scroll=False):
    found = measured(page)
    if may_scroll:
        found["down"] = 0
    return {what: how for what, how in found.items() if how}


def each_screen(page, site, sam, kim, language):
    walk = Walk(page, site, sam, place="reception", says="")
    yield from whole(walk, language)
    yield from later_visits(page, site, sam, kim, language)


@pytest.mark.parametrize("language", ["en-GB", "ar", "lt"])
def test_every_screen_is_easy_to_hit_whole_and_follows_wcag(site, open_page, sam, kim, language):
    page, wrong, seen = open_page(), {}, Counter()
    for name in each_screen(page, site, sam, kim, language):
        seen[name] += 1
        if found := faults(page) | dict(broken(page)):
            wrong[name] = found
    print(language, sum(seen.values()), "screens with axe:", *seen)
    assert sum(seen.values()) >= 30, seen
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("language", ["en-GB", "ur"])
def test_every_screen_fits_a_small_tablet_held_upright_and_bigger_words(site, open_page, sam, kim, language):
    page, wrong, seen = open_page(), {}, Counter()

    def look(name, at):
        seen[at] += 1
        if found := faults(page, may_scroll=True):
            wrong[f"{name}, {at}"] = found

    for name in each_screen(page, site, sam, kim, language):
        page.set_viewport_size({"width": 600, "height": 1024})
        look(name, "upright")
        page.set_viewport_size({"width": 1280, "height": 800})
        # The words are made bigger as the button does it (test_bigger_words_...), without a press for every screen.
        page.evaluate("() => document.getElementById('kiosk').classList.add('bigger')")
        look(name, "bigger words")
        page.evaluate("() => document.getElementById('kiosk').classList.remove('bigger')")
    print(language, dict(seen))
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


def test_bigger_words_stay_bigger_until_they_are_made_smaller(site, open_page, sam):
    walk = Walk(page := open_page(), site, sam)
    sizes = []
    for do in ("bigger", "language:en-GB", "help", "back", "bigger"):
        walk.press(do)
        sizes.append(page.eval_on_selector("#kiosk", "main => getComputedStyle(main).fontSize"))
    assert sizes == ["44px"] * 4 + ["24px"]


@pytest.mark.parametrize("over", ["lost", "there"])
def test_what_comes_over_a_screen_follows_wcag_too(site, open_page, sam, over):
    walk = Walk(page := open_page(), site, sam)
    walk.press("language:ar")
    page.evaluate(
        "over => { const e = document.getElementById(over); e.showModal ? e.showModal() : e.hidden = false }", over
    )
    assert page.locator(f"#{over}").is_visible()
    assert broken(page) == []
    small = page.eval_on_selector_all(
        f"#{over} button",
        "all => all.map(b => b.getBoundingClientRect()).filter(b => b.width < 125.5 || b.height < 125.5)",
    )
    assert small == []


# -- the three choices ------------------------------------------------------------------------------------------------

LOOKS = """all => all.map(e => {
  const style = getComputedStyle(e), box = e.getBoundingClientRect();
  return [Math.round(box.width), Math.round(box.height), style.fontSize, style.fontWeight, style.color,
          style.backgroundColor, style.borderColor, style.borderWidth, style.borderStyle, style.opacity];
})"""


def not_alike(page):
    """Which of the three stands out, by its box, type, colour, background or border, or by its speaker's."""
    found = {}
    for what in (".pick", ".hear"):
        looks = page.eval_on_selector_all(f".choices.three .choice > {what}", LOOKS)
        if len(looks) != 3 or any(look != looks[0] for look in looks):
            found[what] = looks
    return found


HIDDEN = """all => {
  const [top, bottom] = ['.content', '.bar'].map(e => document.querySelector(e).getBoundingClientRect().top);
  return all.map(e => [e.value, e.getBoundingClientRect()])
    .filter(([_, box]) => box.top < top - 0.5 || box.bottom > bottom + 0.5)
    .map(([value, box]) => [value, Math.round(box.top - top), Math.round(bottom - box.bottom)]);
}"""


def below_the_fold(page):
    """Which of the three, or of their speakers, is to be seen in full only after scrolling."""
    return page.eval_on_selector_all(".choices.three button", HIDDEN)


def test_yes_no_and_later_look_alike_and_are_all_in_view_in_every_language(site, open_page):
    page, wrong = open_page(), {}
    assert len(languages()) == 9
    for place, language in enumerate(languages()):
        walk = Walk(page, site, newcomer(f"A{place}234BC"))
        walk.press(f"language:{language}")
        for name in ("gp-record", "choose"):
            if walk.has("next") and not walk.has("choose-now"):
                walk.press("next")  # nobody has checked these words
            if walk.has("choose-now"):
                walk.press("choose-now")
            assert name_of(walk) == name
            for width, height in ((1280, 800), (800, 1280), (600, 1024), (1024, 600)):
                page.set_viewport_size({"width": width, "height": height})
                if found := not_alike(page) or below_the_fold(page) or measured(page)["small"]:
                    wrong[f"{name}, {language}, {width}x{height}"] = found
            if name == "gp-record":
                walk.press("choose:later")
                walk.press("confirm")
        walk.press("help")
        walk.press("finish")
    assert not wrong, json.dumps(wrong, indent=1)


def test_yes_no_and_later_take_the_same_touches_to_the_end(site, open_page):
    page, ways = open_page(), {}
    for place, answer in enumerate(("yes", "no", "later")):
        person = newcomer(f"A{place}234BC")
        walk = Walk(page, site, person)
        for do in ("language:en-GB", "choose:later", "confirm", "choose-now"):
            walk.press(do)
        ways[answer] = []
        for do in (f"choose:{answer}", "confirm", "paper:none", "finish"):
            touch_on(page, do)
            ways[answer].append(walk.title)
        assert said(person) == [answer]
    assert ways["yes"] == ways["no"] == ways["later"], ways


# -- without a finger, without JavaScript -----------------------------------------------------------------------------


def by_keyboard(page, value):
    """Tab to the button, see that the ring is around it and nothing is in front of it, and press Enter."""
    awake(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == value:
            break
    assert page.evaluate(
        """value => {
        const button = document.activeElement, box = button.getBoundingClientRect(), style = getComputedStyle(button);
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        return button.value === value && style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 3
          && button.contains(top); }""",
        value,
    ), value
    page.evaluate(WALKED)
    page.keyboard.press("Enter")
    page.wait_for_selector("#kiosk:not([data-walked])", state="attached")


def goes_through(walk, press):
    """From the first screen after the language to the number again, each button pressed so; the screens' names."""
    names = []
    while walk.page.locator("form.bar").count():
        name = name_of(walk)
        for do in onwards(walk, name, first=name not in names):
            press(do)
        names.append(name)
        assert len(names) < 40, names
    return names


def test_the_whole_with_the_keyboard_alone(site, open_page, sam):
    page = open_page()
    keys = partial(map, partial(by_keyboard, page))
    walk = Walk(page, site, sam, place="reception", tap=lambda page, code: list(keys(code)), says="")
    by_keyboard(page, "me")
    by_keyboard(page, "language:en-GB")
    names = goes_through(walk, partial(by_keyboard, page))
    assert {"gp-record", "minute", "onward", "situation", "choose", "on-paper", "next"} <= set(names)
    assert said(sam) == ["yes"]


def test_the_whole_in_polish_without_javascript_with_a_named_interpreter(site, open_page, sam, voices):  # noqa: F811
    voices("pl")
    walk = Walk(page := open_page(javascript=False), site, sam, place="reception", interpreter="Interpreter 1234")
    touch_on(page, "language:pl")
    touch_on(page, "next", "listen", "no-headphones")
    audio = page.locator("noscript audio")
    assert audio.count() == 1
    sound = page.context.request.get(site + audio.get_attribute("src"))
    assert (sound.status, sound.headers["content-type"]) == (200, "audio/mpeg")
    names = goes_through(walk, partial(touch_on, page))
    assert {"gp-record", "minute", "onward", "situation", "choose", "on-paper", "next"} <= set(names)
    assert said(sam) == ["yes"]
    assert Visit.objects.get().state["language"] == "pl"


# -- sound ------------------------------------------------------------------------------------------------------------

LISTENING = """() => {
  const Real = window.Audio;
  window.heard = [];
  window.Audio = function (source) {
    const sound = new Real(source);
    window.heard.push(source.match(/[0-9a-f]{32}/)[0]);
    sound.playbackRate = window.speed ?? 1;
    sound.addEventListener("timeupdate", () => { window.went = Math.max(window.went ?? 0, sound.currentTime); });
    return sound;
  };
}"""


@pytest.fixture
def listener(site, open_page, sam, voices):  # noqa: F811
    """Sam at a tablet that can be heard, in English; what is played is noted in ``heard``."""
    voices("en-GB")
    page = open_page()
    page.add_init_script(f"({LISTENING})()")
    walk = Walk(page, site, sam)
    touch_on(page, "language:en-GB")
    return walk


def voices_on(page, where):
    return set(page.eval_on_selector_all(f"{where} [data-voice]", "all => all.map(e => e.dataset.voice)"))


def heard(page):
    return set(page.evaluate("heard"))


def heard_out(page):
    """Until nothing more is read."""
    page.wait_for_function("() => !sound.isPlaying()", timeout=60_000)


def test_listening_asks_about_headphones_once_and_marks_what_is_read(listener):
    page = listener.page
    touch_on(page, "listen")
    expect(page.locator("h1")).to_have_text("Are your headphones on?")
    touch_on(page, "headphones")
    page.wait_for_selector(".speaking")
    assert page.locator(".speaking").count() == 1
    page.wait_for_function("() => window.went > 0", timeout=10_000)  # it is heard, not only marked
    page.wait_for_function("() => heard.length > 1", timeout=20_000)  # one sentence after another
    assert page.evaluate("sound.isPlaying()")
    touch_on(page, "listen")
    expect(page.locator("h1")).to_have_text("Your health.")
    assert page.evaluate("sound.isPlaying()")


def test_a_new_screen_cuts_the_sound_of_the_old_one(listener):
    page = listener.page
    touch_on(page, "listen", "headphones")
    page.wait_for_selector(".speaking")
    touch_on(page, "choose:no")
    assert not page.evaluate("sound.isPlaying()")
    assert page.locator(".speaking").count() == 0
    so_far = page.evaluate("heard.length")
    page.wait_for_timeout(3000)
    assert page.evaluate("heard.length") == so_far


def test_without_headphones_what_is_private_is_heard_only_when_it_is_touched(listener, site):
    page = listener.page
    for do in ("choose:no", "confirm", "choose-now", "choose:yes", "confirm", "paper:none", "finish"):
        listener.press(do)
    Walk(page, site, listener.person)
    page.evaluate("() => { window.speed = 8; }")
    touch_on(page, "language:en-GB", "listen", "no-headphones")
    expect(page.locator("h1")).to_have_text("Is it still yes?")
    # Whatever stands on this page tells the answer.
    private = voices_on(page, ".content")
    assert private
    heard_out(page)
    assert not private & heard(page), "what is private was read aloud"
    page.evaluate("() => { heard.length = 0; }")
    touch_on(page, page.locator(".card[data-private] .hear").first.get_attribute("value"))
    heard_out(page)
    assert heard(page)
    assert heard(page) < private
    expect(page.locator("h1")).to_have_text("Is it still yes?")


def test_the_next_person_hears_it_as_loud_as_the_one_before_began(listener):
    page = listener.page
    start = page.evaluate("sound.volume()")
    touch_on(page, "listen", "headphones")
    awake(page)
    page.locator("#louder").click()
    assert page.evaluate("sound.volume()") > start
    page.locator("#louder").click()
    page.locator("#louder").click()
    assert page.evaluate("sound.volume()") == 1
    page.locator("#quieter").click()
    assert start < page.evaluate("sound.volume()") < 1
    touch_on(page, "help", "finish")
    assert page.evaluate("sound.volume()") == start


def test_stop_and_again(listener):
    page = listener.page
    touch_on(page, "listen", "headphones")
    page.locator("#stop-sound").click()
    assert not page.evaluate("sound.isPlaying()")
    assert page.locator(".speaking").count() == 0
    page.locator("#again").click()
    assert page.evaluate("sound.isPlaying()")
    assert page.evaluate("heard.at(-1) === heard[0]")
