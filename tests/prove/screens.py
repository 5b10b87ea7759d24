"""Every screen of the tablet in every language and state, in Chromium: axe-core, targets, words cut off, scrolling.

States: 1280 x 800 (the tablet), the same with bigger words, on its side (800 x 1280), and the smallest, 600 x 1024, in
both sizes of words. Journeys: the whole one on the wing with the pages beside the way, the first night, and the one of
somebody who asks to change a yes that was sent.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests import PRESSES_FAST

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RUN_AXE = """() => axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  rules: { 'color-contrast-enhanced': { enabled: true } },
}).then(r => r.violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 120)))"""
STATES = {
    "1280 x 800": (1280, 800, False),
    "1280 x 800, bigger words": (1280, 800, True),
    "800 x 1280": (800, 1280, False),
    "600 x 1024": (600, 1024, False),
    "600 x 1024, bigger words": (600, 1024, True),
}
AFTER_SENT = "after it was sent"
JOURNEYS = ("wing", "reception", AFTER_SENT)
PORT = 8797


def campaign() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/screens.sqlite3"}
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        environment |= PRESSES_FAST
        subprocess.run([sys.executable, "manage.py", "prepare"], cwd=ROOT, env=environment, check=True, stdout=2)
        serve = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{PORT}", "--no-control-socket"]
        server = subprocess.Popen(serve, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        code = "import django; django.setup(); from tests.prove import screens; screens.main()"
        try:
            done = subprocess.run(
                [sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
            )
        finally:
            server.terminate()
            server.wait()
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def main() -> None:
    from django.contrib.auth.models import User
    from playwright.sync_api import sync_playwright

    from consent.roles import Role
    from consent.words.files import languages
    from tests.pictures import wait_for
    from tests.staff import give_posts

    wait_for(f"http://127.0.0.1:{PORT}/kiosk/")
    give_posts(User.objects.create_user("nurse"), *Role)
    screens: Counter[str] = Counter()
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for number, tag in enumerate(languages()):
            for state, (width, height, bigger) in STATES.items():
                page = browser.new_page(viewport={"width": width, "height": height})
                for journey in JOURNEYS:
                    person = somebody(f"A{number}{len(screens):03d}A{'BCD'[JOURNEYS.index(journey)]}")
                    if journey == AFTER_SENT:
                        says_yes_and_it_is_sent(person)
                    for name in walked(page, person, tag, journey, bigger=bigger):
                        screens[f"{tag}, {state}"] += 1
                        fits = state == "1280 x 800"
                        faults += [f"{tag}, {state}, {name}: {fault}" for fault in faults_on(page, fits=fits)]
                page.close()
        browser.close()
    print(json.dumps({"screens": screens, "faults": faults}))


def somebody(number: str) -> Any:
    from django.utils import timezone

    from consent import actions
    from registration.actions import patient_with
    from registration.legal_status import LegalStatus
    from registration.movements import Direction, Movement

    person, at = patient_with(number), timezone.now() - timedelta(hours=2)
    actions.describe_patient(patient=person, given_names="Sam", family_name="Pell", home_gp="yes")
    arrival = Movement(at, Direction.IN, "NEW_ADMISSION", prison="LEI")
    actions.record_movement(patient=person, movement=arrival, by="test")
    actions.record_legal_status(patient=person, status=LegalStatus.REMAND, at=at, source="test")
    return person


def says_yes_and_it_is_sent(person: Any) -> None:
    from django.contrib.auth.models import User

    from consent import actions
    from consent.policy import Answer
    from consent.questions import GMS_REGISTRATION
    from registration.models import RegistrationRequest

    nurse = User.objects.get(username="nurse")
    by = {"patient": person, "by": actions.staff(nurse), "route": "talk"}
    entry = actions.decide(**by, question=GMS_REGISTRATION.id, answer=Answer.YES)
    actions.second_look(**by, decision=entry.hash, prison="LEI", reason="they leave tomorrow")
    request = RegistrationRequest.objects.get(patient=person)
    actions.move_request(request=request, to="made", user=nurse, still_here=True)


def walked(page: Any, person: Any, tag: str, journey: str, *, bigger: bool) -> Iterator[str]:
    from tests import walk

    place, reason = ("wing", "They asked to change it") if journey == AFTER_SENT else (journey, "")
    visit = walk.Walk(page, f"http://127.0.0.1:{PORT}", person, place=place, says="", reason=reason)
    if bigger:
        visit.press("bigger")
    yield from walk.whole(visit, tag, beside=journey == "wing")


def faults_on(page: Any, *, fits: bool) -> list[str]:
    from tests.walk import measured

    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = list(page.evaluate(RUN_AXE))
    size = measured(page)
    found += [f"target of {width} x {height} px: {name}" for name, width, height in size["small"]]
    found += [f"cut off: {what} by {aside} x {down} px" for what, aside, down in size["cut"]]
    found += [f"scrolls sideways by {size['aside']} px"] if size["aside"] > 0 else []
    found += [f"scrolls down by {size['down']} px"] if fits and size["down"] > 0 else []
    return found
