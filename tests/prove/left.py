"""What is left of a person in the browser of a tablet: looked for in pages, storages, history and on the disk.

A Chromium as it comes (its memory of pages proved on) is a tablet. Person after person comes, by being sent or by a
code, with JavaScript and without, presses their way to an answer or not so far, and leaves: by Finish, by stopping, as
nobody is there, "this is not me", ended by staff, taken out of use. After each, 30 steps at random: back, forward,
reload, any entry of the history, the address opened again. Nothing of the person may come back.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests import PRESSES_FAST
from tests.cluster import free_port
from tests.devtools import Chromium

ROOT = Path(__file__).resolve().parent.parent.parent
STEPS, TRIES = 30, 5
# In the name and number of everyone who comes, and words that stand only on pages of a visit.
NAME, NUMBER = "Quillibet", re.compile(r"A\d{4}QZ")
OF_A_VISIT = ("prison GP", "Thank you", "Is this right", "Is this you", "your GP")
WAYS = ("finish", "stop", "nobody-there", "not-me", "staff", "revoked")
KEPT = """(async () => ({
  session: Object.entries(sessionStorage), local: Object.entries(localStorage), cookies: document.cookie,
  caches: await (window.caches ? caches.keys() : []), window: window.name, state: history.state,
  databases: (await indexedDB.databases()).map((one) => one.name),
  workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
}))()"""


def campaign(visits: int, seed: int | None = None) -> dict[str, Any]:
    """Runs in which something was left, with what and where; and what the control shows."""
    seed = random.randrange(10**6) if seed is None else seed
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/left.sqlite3"}
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", **PRESSES_FAST}
        environment.pop("TEST_AS_APPLICATION", None)
        subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=environment, check=True, stdout=2)
        serve = [sys.executable, "-m", "gunicorn", "tests.prove.left_site", "--bind", f"127.0.0.1:{port}"]
        server = subprocess.Popen(
            [*serve, "--workers", "2", "--no-control-socket"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
        )
        code = "import django; django.setup(); from tests.prove import left; left.main()"
        try:
            done = subprocess.run(
                [sys.executable, "-c", code, str(port), str(visits), str(seed)],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        finally:
            server.terminate()
            server.wait()
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def main() -> None:
    from tests.pictures import wait_for

    port, how_many, seed = map(int, sys.argv[1:4])
    site = f"http://127.0.0.1:{port}"
    wait_for(f"{site}/kiosk/")
    with tempfile.TemporaryDirectory() as folder:
        browser = Chromium(Path(folder))
        version = browser.ask("Browser.getVersion", session="")["product"]
        control = {kind: came_back(browser, site, kind) for kind in ("open", "store", "rotated")}
        trial = Trial(browser, site, random.Random(seed))
        for number in range(how_many):
            trial.one(number)
        browser.close()
        on_disk = found_in(Path(folder), OF_SOMEBODY)
        control["disk"] = len(found_in(Path(folder), re.compile(b"CANARY OF THE CONTROL")))
    found = {"visits": how_many, "seed": seed, "browser": version, "control": control, "on_disk": on_disk}
    print(json.dumps(found | {"found": trial.found, "ways": trial.ways, "steps": trial.steps, "modes": trial.modes}))


def came_back(browser: Chromium, site: str, kind: str) -> int:
    """How often of so many tries a page that was left was shown again from the browser's memory, by going back."""
    times = 0
    for _ in range(TRIES):
        browser.open(f"{site}/control/{kind}")
        browser.js("document.body.append('LEFT BY HAND')")
        browser.open(f"{site}/control/{kind}/next")
        at, _ = browser.history()
        browser.to_entry(at - 1)
        browser.until("!!document.getElementById('who') && document.readyState === 'complete'")
        times += browser.js("window.persisted === true && document.body.textContent.includes('LEFT BY HAND')")
    return times


class Trial:
    def __init__(self, browser: Chromium, site: str, dice: random.Random) -> None:
        from django.contrib.auth.models import User

        from tests.enrolled import enrolled

        self.browser, self.site, self.dice = browser, f"{site}/kiosk/", dice
        self.nurse = User.objects.create_user("nurse")
        self.tablet, secret = enrolled()
        self.becomes_the_tablet(secret)
        self.found: list[str] = []
        self.ways: Counter[str] = Counter()
        self.modes: Counter[str] = Counter()
        self.steps = 0

    def becomes_the_tablet(self, secret: str) -> None:
        where = {"url": self.site, "path": "/kiosk/", "httpOnly": True, "sameSite": "Strict"}
        self.browser.ask("Network.setCookie", name="tablet", value=secret, **where)

    # -- one person

    def one(self, number: int) -> None:
        has_scripts, way = self.dice.random() < 0.5, WAYS[number % len(WAYS)]
        self.browser.ask("Emulation.setScriptExecutionDisabled", value=not has_scripts)
        self.browser.open(self.site)
        person = self.somebody(number)
        self.comes(person, is_sent=self.dice.random() < 0.5)
        if not self.left():
            raise RuntimeError(f"{person} is at the tablet, and whoever looks finds nothing.")
        self.goes_through(way)
        self.leaves(way)
        self.ways[way] += 1
        self.modes["with JavaScript" if has_scripts else "without JavaScript"] += 1
        wrong = list(dict.fromkeys(self.looks_around()))
        if wrong:
            self.found.append(f"{person}, {way}, {'with' if has_scripts else 'without'} JavaScript: {'; '.join(wrong)}")

    def somebody(self, number: int) -> Any:
        from django.utils import timezone

        from consent import actions
        from registration.actions import patient_with
        from registration.movements import Direction, Movement

        person = patient_with(f"A{number:04d}QZ")
        actions.describe_patient(patient=person, given_names=f"{NAME}{number}", family_name="Zanderson", home_gp="yes")
        arrival = Movement(timezone.now(), Direction.IN, "NEW_ADMISSION", prison="LEI")
        actions.record_movement(patient=person, movement=arrival, by="prove")
        return person

    def comes(self, person: Any, *, is_sent: bool) -> None:
        from consent.kiosk import visits

        place = self.dice.choice(["wing", "reception"])
        tablet = self.tablet if is_sent else None
        self.visit, code = visits.start(patient=person, place=place, user=self.nurse, tablet=tablet)
        for digit in code:
            self.presses(digit, name="digit")
        if is_sent:
            self.browser.open(self.site)
        self.browser.until("!!document.querySelector('.you')")

    def presses(self, value: str, name: str = "do") -> None:
        """Press the button, and wait for the page that comes."""
        button = f"""[...document.querySelectorAll('button[name="{name}"]')]
            .find((one) => one.value === '{value}' && !one.disabled)"""
        if not self.browser.until(f"!!{button}", within=10):
            raise RuntimeError(f"There is no button {value} on: {self.browser.js('document.body.textContent')[:300]}")
        self.browser.js("document.getElementById('kiosk').setAttribute('data-seen', '')")
        self.browser.js(f"{button}.click()")
        self.browser.until("!!document.querySelector('#kiosk:not([data-seen])')", within=10)

    def goes_through(self, way: str) -> None:
        """To the answer where it ends with Finish; else anywhere before it."""
        if way == "not-me":
            return
        self.presses("me")
        self.presses("language:en-GB")
        presses = ["choose:no", "confirm", "choose-now", "choose:yes", "confirm", "paper:none"]
        for press in presses if way == "finish" else presses[: self.dice.randrange(5)]:
            self.presses(press)

    def leaves(self, way: str) -> None:
        from consent.kiosk import tablets, visits
        from consent.models import Visit

        if way == "stop":
            self.presses("help")
        if way in ("finish", "stop"):
            self.presses("finish")
        elif way in ("not-me", "nobody-there"):
            self.presses(way)
        elif way == "staff":
            visits.end(visit=Visit.objects.get(pk=self.visit.pk), how="ended by staff")
            self.browser.goes("Page.reload")
        else:
            tablets.revoke(tablet=self.tablet, user=self.nurse)
            self.browser.goes("Page.reload")
        if not self.browser.until("!!document.querySelector('.keypad')", within=10):
            self.found.append(f"{way}: the screen is not cleared")
        if way == "revoked":
            self.becomes_the_tablet(tablets.enrol(code=tablets.new_number(tablet=self.tablet, user=self.nurse)) or "")

    # -- and what is left

    def looks_around(self) -> list[str]:
        wrong = self.left()
        for _ in range(STEPS):
            at, entries = self.browser.history()
            step = self.dice.choice(["back", "back", "back", "forward", "reload", "entry", "again"])
            if step == "back":
                self.browser.to_entry(at - 1)
            elif step == "forward":
                self.browser.to_entry(at + 1)
            elif step == "reload":
                self.browser.goes("Page.reload")
            elif step == "entry":
                self.browser.to_entry(self.dice.randrange(len(entries)))
            else:
                self.browser.open(self.site)
            self.steps += 1
            wrong += [f"after {step}: {what}" for what in self.left()]
        return wrong

    def left(self) -> list[str]:
        """Where something of a visit is, or of anybody: in the page, what the browser keeps for it, or its history."""
        page = str(self.browser.js("document.documentElement.outerHTML + document.title + location.href"))
        entries = json.dumps(self.browser.history()[1])
        kept = json.dumps(self.browser.js(KEPT)) if "/kiosk/" in self.browser.js("location.href") else ""
        places = {"page": page, "history": entries, "kept": kept}
        found = [where for where, text in places.items() if NAME in text or NUMBER.search(text)]
        return found + [f"page: {words}" for words in OF_A_VISIT if words in page]


# A name or a number, in either of the forms in which a browser keeps text.
OF_SOMEBODY = re.compile(
    b"|".join([NAME.encode(), NAME.encode("utf-16-le"), rb"A\d{4}QZ", rb"A\0(\d\0){4}Q\0Z\0"]),
)


def found_in(folder: Path, held: re.Pattern[bytes]) -> list[str]:
    """Files of the browser's profile that hold this."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return [str(path.relative_to(folder)) for path in files if held.search(path.read_bytes())]


if __name__ == "__main__":
    begun = time.perf_counter()
    print(json.dumps(campaign(int(sys.argv[1])), indent=1), f"{time.perf_counter() - begun:.0f} s")
