"""A walk through every screen of the tablet in a real browser, in one language: what is found there is looked at."""

from collections.abc import Iterator

from django.contrib.auth.models import User

from consent.kiosk import visits
from tests.enrolled import enrol

SETTLED = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
WALKED = "() => document.getElementById('kiosk').setAttribute('data-walked', 'yes')"


def awake(page) -> None:
    """A new screen is deaf for 300 ms: whoever presses with a hand waits for that."""
    page.wait_for_selector("#kiosk:not([data-deaf])", state="attached")


def touch(page, do) -> None:
    """Press a button as a hand does, and wait for nothing."""
    awake(page)
    page.locator(f"main button[value='{do}']:visible:enabled").first.click()


def touch_on(page, *presses) -> None:
    """Press one button after another as a hand does, each on the screen that came."""
    for do in presses:
        page.evaluate(WALKED)
        touch(page, do)
        page.wait_for_selector("#kiosk:not([data-walked])", state="attached")
    awake(page)


def tap_in(page, code, *, says="me") -> None:
    """The number from staff, on a tablet of the right prison; then who holds it."""
    enrol(page, page.url.partition("/kiosk/")[0], code)
    tap_keys(page, code)
    if says:
        page.wait_for_selector("button[value=me]")
        touch_on(page, says)


def tap_keys(page, code) -> None:
    for number, digit in enumerate(code, start=1):
        page.click(f"button[name=digit][value='{digit}']")
        if number < len(code):
            page.wait_for_selector(f"input[name=digits][value='{code[:number]}']", state="attached")


class Walk:
    """One visit at a tablet, pressed on by hand."""

    def __init__(
        self, page, site, person, *, place="wing", interpreter="Interpreter 1234", tap=tap_keys, says="me", reason=""
    ):
        self.page, self.person = page, person
        nurse = User.objects.get(username="nurse")
        self.visit, code = visits.start(patient=person, place=place, user=nurse, interpreter=interpreter, reason=reason)
        page.goto(f"{site}/kiosk/")
        enrol(page, site, code)
        tap(page, code)
        page.wait_for_selector(".you")
        if says:
            self.press(says)

    def has(self, do):
        return self.page.query_selector(f"button[value='{do}']:not([disabled])") is not None

    def press(self, do):
        """Press the button that does this, and wait for the screen that comes. The deaf time is not waited for."""
        self.page.evaluate(WALKED)
        self.page.evaluate(
            "([value]) => [...document.querySelectorAll('button')].find(b => b.value === value && !b.disabled).click()",
            [do],
        )
        self.page.wait_for_selector("#kiosk:not([data-walked])")
        self.page.wait_for_function(SETTLED)

    @property
    def title(self):
        return self.page.inner_text("h1")


def whole(walk: Walk, language: str, *, beside: bool = True) -> Iterator[str]:
    """Every screen of the journey, by name; ``beside``: with the pages beside the way. Leaves a yes that is stored."""
    if walk.has("me"):
        yield "you"
        walk.press("me")
    yield "language"
    walk.press(f"language:{language}")
    seen: dict[str, int] = {}
    for _ in range(60):
        name = name_of(walk)
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}-{seen[name]}"
        if beside and seen[name] == 1:
            yield from beside_the_way(walk, name, is_first=sum(seen.values()) == 1)
        if walk.has("finish") and not walk.has("back"):
            walk.press("finish")
            yield "keypad"
            return
        on(walk, name, first=seen[name] == 1)


def name_of(walk: Walk) -> str:
    said = walk.page.get_attribute("h1 [data-sentence]", "data-sentence") or ""
    return said.removeprefix("title:")


def beside_the_way(walk: Walk, name: str, *, is_first: bool) -> Iterator[str]:
    if is_first:
        for press, named in (("help", "help"), ("listen", "headphones")):
            walk.press(press)
            yield named
            walk.press("back")
        if walk.has("interpreter"):
            walk.press("interpreter")
            yield "dialect"
            if walk.has("dialect:other"):
                walk.press("dialect:other")
                yield "interpreter"
            walk.press("back")
    if name in ("gp-record", "choose"):
        answers = ("yes", "no", "later") if name == "choose" else ("no",)
        for answer in answers:
            walk.press(f"choose:{answer}")
            yield f"{name}-right-{answer}"
            walk.press("back")
        walk.press("later")
        yield f"{name}-later"
        walk.press("back")


def on(walk: Walk, name: str, *, first: bool) -> None:
    for do in onwards(walk, name, first=first):
        walk.press(do)


def onwards(walk: Walk, name: str, *, first: bool) -> list[str]:
    """What a person who says yes presses here; the first understanding question is missed once, the others passed."""
    if name == "checks":
        return ["check:unsure" if first else "check:skipped"]
    if walk.has("choose:yes"):
        return ["choose:yes", "confirm"]
    if walk.has("finish"):
        return ["finish"]
    return [next(do for do in ("next", "go", "pick-up", "still", "paper:keep") if walk.has(do))]


def later_visits(page, site, sam, kim, language: str) -> Iterator[str]:
    """Screens that only a later visit has. Sam has said yes in an earlier one; Kim was never asked, and stops halfway.

    Kim has no interpreter, so in a language that nobody checked a yes waits for one.
    """
    walk = Walk(page, site, sam)
    walk.press(f"language:{language}")
    for do in ("still", "finish"):
        if walk.has("next"):  # nobody has checked these words
            walk.press("next")
        yield name_of(walk)
        walk.press(do)
    for _visit in ("stops halfway", "comes back"):
        walk = Walk(page, site, kim, interpreter="")
        walk.press(f"language:{language}")
        while walk.has("choose:yes") or (walk.has("next") and not walk.has("choose-now")):
            for do in ("choose:later", "confirm") if walk.has("choose:yes") else ("next",):
                walk.press(do)
        if walk.has("pick-up"):
            yield name_of(walk)
        if walk.has("next"):
            walk.press("next")
            walk.press("help")
            walk.press("finish")
            yield "keypad-after"
    walk.press("choose-now")
    walk.press("choose:yes")
    yield f"last-{name_of(walk)}"
    walk.press("back")
    walk.press("help")
    walk.press("finish")


# -- what is measured -------------------------------------------------------------------------------------------------

MEASURE = """() => {
  const shown = (e) => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden';
  const box = (e) => { const b = e.getBoundingClientRect(); return [b.width, b.height]; };
  const small = [];
  for (const button of document.querySelectorAll('main button')) {
    if (!shown(button) || button.closest('dialog')) continue;
    const [width, height] = box(button);
    const least = button.matches('.choices:not(.answers) .pick') ? 188.9 : 125.5;
    if (height < least || width < least) small.push([button.value || button.id, Math.round(width), Math.round(height)]);
  }
  const cut = [...document.querySelectorAll('main button, main .card')].filter((e) => shown(e)
    && !e.closest('dialog') && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
    .map((e) => [e.value || e.className || e.tagName, e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]);
  const pages = [document.documentElement, ...document.querySelectorAll('.content')];
  const over = (of) => Math.max(...pages.map(of));
  const [down, aside] = [over((e) => e.scrollHeight - e.clientHeight), over((e) => e.scrollWidth - e.clientWidth)];
  return { small, cut, down, aside };
}"""


def measured(page) -> dict:
    """Targets too small (px), words cut off, and how far the page scrolls down and aside (px)."""
    return page.evaluate(MEASURE)
