"""``make pictures``: a picture of every screen, taken in Chromium from the demonstration.

Two go into docs/ for the README; all of them go into var/pictures/, to be looked at.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import django
from playwright.sync_api import Page, sync_playwright

from tests import PRESSES_FAST

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "var" / "pictures"
PORT = os.environ.get("PORT", "8765")
SITE = f"http://127.0.0.1:{PORT}"
# How many pages of one kind are pictured: of persons (True) all, of any other form (False) one.
SO_MANY = {True: 100, False: 1}
LANGUAGES = ("en-GB", "pl", "ar", "ur")
IN_README = {"kiosk-choose": "kiosk.png", "staff-today": "today.png"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3", "PORT": PORT}
        environment |= PRESSES_FAST
        for command in ("prepare", "demo"):
            told = subprocess.run(
                [sys.executable, "manage.py", command],
                cwd=ROOT,
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        password = re.search(r"password is: (.+)", told)
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{PORT}", "--no-control-socket"],
            cwd=ROOT,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_for(SITE)
            shutil.rmtree(PICTURES, ignore_errors=True)
            PICTURES.mkdir(parents=True)
            take(password[1] if password else "")
        finally:
            server.terminate()
            server.wait()


def wait_for(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(address)
            return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise SystemExit(f"{address} does not answer.")


def take(password: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        staff = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        people = staff_pages(staff, password)
        tablet = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        kiosk_pages(tablet, staff, people)
        browser.close()


def snap(page: Page, name: str) -> None:
    page.wait_for_timeout(150)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=name.startswith("staff") and name not in IN_README)
    if name in IN_README:
        shutil.copy(PICTURES / f"{name}.png", ROOT / "docs" / IN_README[name])
    print(name)


def staff_pages(page: Page, password: str) -> list[str]:
    """Every staff page that a link leads to; returns the addresses of the people."""
    page.goto(f"{SITE}/staff/")
    snap(page, "staff-sign-in")
    page.fill("input[name=username]", "nurse")
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    snap(page, "staff-today")
    people: list[str] = []
    todo, done, kinds = [f"{SITE}/staff/"], set(), list[str]()
    while todo:
        address = todo.pop(0)
        # A few of each kind are enough: every prison has the same settings page.
        if (
            address in done
            or address.endswith((".pdf", ".zip", ".csv", ".json"))
            or kinds.count(kind_of(address)) >= SO_MANY[is_person(address)]
        ):
            continue
        done.add(address)
        page.goto(address)
        name = "staff-" + (address.removeprefix(f"{SITE}/staff/").strip("/").replace("/", "-") or "today")
        if name != "staff-today":
            snap(page, name[:90])
        if is_person(address):
            people.append(address)
        kinds.append(kind_of(address))
        links = page.eval_on_selector_all("a[href]", "links => links.map(a => a.href.split('#')[0].split('?')[0])")
        todo += [link for link in links if link.startswith(f"{SITE}/staff/") and link not in done]
    return people


def kind_of(address: str) -> str:
    """The page's address without whom it is about: lists differ, forms of two people do not."""
    return re.sub(r"/[A-Z0-9]+/|/[0-9a-f]{64}/", "/*/", address)


def is_person(address: str) -> bool:
    return re.fullmatch(rf"{SITE}/staff/people/[A-Z0-9]+/", address) is not None


def code_for(staff: Page, person: str) -> str | None:
    """Start a visit as staff do, and read the code from the screen."""
    staff.goto(f"{person}visit/")
    start = staff.get_by_role("button", name="Start and get the code")
    if not start.count():
        return None
    if staff.query_selector("[name=interpreter]"):
        staff.fill("[name=interpreter]", "Interpreter 1234")
    start.click()
    code = re.search(r"\b(\d{3}) ?(\d{3})\b", staff.inner_text("main"))
    return code[1] + code[2] if code else None


def kiosk_pages(page: Page, staff: Page, people: list[str]) -> None:
    """Every screen of the whole journey, in languages of both directions, each by somebody who can be asked it all."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from tests.walk import Walk, tap_keys, whole

    page.goto(f"{SITE}/kiosk/")
    snap(page, "kiosk-ask-staff")
    page.goto(f"{SITE}/kiosk/?demonstration=1")
    snap(page, "kiosk-keypad")
    waiting = list(people)
    for language in LANGUAGES:
        while waiting:
            person = waiting.pop(0)
            code = code_for(staff, person)
            if code is None:
                continue
            page.goto(f"{SITE}/kiosk/")
            tap_keys(page, code)
            page.wait_for_selector(".you")
            if language == "en-GB":
                snap(page, "kiosk-you")
            walk = object.__new__(Walk)
            walk.page = page
            walk.press("me")
            names = whole(walk, language)
            first = [next(names), next(names)]
            if walk.has("choose:yes") or first[1] == "unchecked":
                break
            staff.goto(f"{person}visit/")
            staff.get_by_role("button", name="End the visit").click()
        else:
            raise SystemExit("Nobody in the demonstration can be asked both questions.")
        mark = "" if language == "en-GB" else f"-{language}"
        snap(staff, f"staff-visit-code{mark}")
        snap(page, f"kiosk-{first[1]}{mark}")
        for name in names:
            snap(page, f"kiosk-{name}{mark}")


if __name__ == "__main__":
    main()
