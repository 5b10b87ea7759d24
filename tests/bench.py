"""``make bench``: what pages and papers cost, as ratios measured in one run. Writes docs/benchmarks.md.

A ratio carries over to another machine; an absolute figure does not. Each pair is measured in turns, so that whatever
else the machine does meets both.
"""

import gzip
import io
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import PRESSES_FAST

FOLDER = tempfile.TemporaryDirectory()
os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER.name}/bench.sqlite3"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ |= PRESSES_FAST

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from config import urls as site  # noqa: E402
from consent import actions  # noqa: E402
from consent.kiosk import visits  # noqa: E402
from consent.papers import summary  # noqa: E402
from consent.policy import Answer  # noqa: E402
from consent.roles import Role  # noqa: E402
from registration.actions import patient_with  # noqa: E402
from registration.models import Patient  # noqa: E402
from registration.movements import Direction, Movement  # noqa: E402
from tests.enrolled import enrolled  # noqa: E402
from tests.prove import report  # noqa: E402
from tests.staff import give_posts  # noqa: E402

ROUNDS = 400
SIZE = [0]


def bare(request: HttpRequest) -> HttpResponse:
    """What a page costs before it does anything: the same middleware, the same number of bytes."""
    return HttpResponse(b"x" * SIZE[0])


urlpatterns = [*site.urlpatterns, path("bare/", bare)]


def arrive(number: str, prison: str = "LEI") -> Patient:
    patient = patient_with(number)
    movement = Movement(timezone.now(), Direction.IN, "NEW_ADMISSION", prison=prison)
    actions.record_movement(patient=patient, movement=movement, by="bench")
    actions.describe_patient(patient=patient, given_names="Sam", family_name="Pell", home_gp="yes")
    return patient


class Tablet:
    """A browser that keeps its cookies and reads the hidden fields of its page."""

    def __init__(self, patient: Patient, user: User, place: str) -> None:
        visit, code = visits.start(patient=patient, place=place, user=user)
        self.client = Client()
        self.client.cookies["tablet"] = enrolled(visit.prison_id)[1]
        self.client.post("/kiosk/", {"digits": code[:5], "digit": code[5]})
        self.page = self.open()
        self.press("me")

    def open(self) -> bytes:
        return self.client.get("/kiosk/").content

    def press(self, do: str, answer: str = "") -> None:
        turn = re.search(rb'name="turn" value="(\d+)"', self.page)
        assert turn
        self.client.post("/kiosk/", {"do": do, "turn": turn[1].decode(), "answer": answer})
        self.page = self.open()

    @property
    def title(self) -> str:
        return re.sub(r"<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)</h1>", self.page.decode(), re.S)[1]).strip()  # type: ignore[index]


def request_for(url: str, cookies: str = "") -> Callable[[], int]:
    """A request straight into the WSGI application: no test client, no network, on either side of a ratio."""
    application = get_wsgi_application()

    def send() -> int:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": url,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": cookies,
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }
        response = application(environ, lambda status, headers, exc_info=None: None)
        size = sum(len(part) for part in response)
        response.close()
        return size

    return send


def in_turns(one: Callable[[], Any], other: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Median seconds of each, measured alternately."""
    times: tuple[list[float], list[float]] = ([], [])
    for action in (one, other) * 5:
        action()
    for _ in range(rounds):
        for action, taken in zip((one, other), times, strict=True):
            begun = time.perf_counter()
            action()
            taken.append(time.perf_counter() - begun)
    return statistics.median(times[0]), statistics.median(times[1])


def page_ratio(tablet: Tablet) -> float:
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in tablet.client.cookies.items())
    page = request_for("/kiosk/", cookies)
    SIZE[0] = page()
    ours, plain = in_turns(page, request_for("/bare/", cookies), ROUNDS)
    return ours / plain


def queries(action: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        action()
    return len([q for q in seen if not q["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))])


def kiosk_pages(user: User) -> tuple[list[tuple[str, float, int, int]], int]:
    """Each page of the whole journey: its time over the bare view, queries and compressed bytes."""
    tablet = Tablet(arrive("A0001BB"), user, "wing")
    rows = []
    first = weight_of_the_first_page(tablet.page)
    presses = [("language:en-GB", "")]
    for _ in range(40):
        part = tablet.client.get("/kiosk/", headers={"HX-Request": "true"}).content
        rows.append((tablet.title, page_ratio(tablet), queries(tablet.open), len(gzip.compress(part, 9))))
        if tablet.title == "Thank you.":
            break
        if b'value="check:first"' in tablet.page:
            presses = [("check:skipped", "")]
        elif b'value="paper:none"' in tablet.page:
            presses = [("paper:none", "")]
        elif b'value="choose:no"' in tablet.page:
            presses = [("confirm", "no")]
        else:
            presses = [("next", "")]
        for do, answer in presses:
            tablet.press(do, answer)
    return rows, first


def weight_of_the_first_page(page: bytes) -> int:
    """Compressed bytes of the page with its styles and scripts, fonts left out."""
    loaded = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page.decode())
    files = [Path(settings.STATIC_ROOT) / name for name in loaded]
    assert files, "the page loads no styles?"
    return len(gzip.compress(page, 9)) + sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def staff_pages(user: User) -> list[tuple[str, int]]:
    client = Client()
    client.force_login(user)
    for n in range(60):
        arrive(f"B{n:04d}CC")
    client.get("/staff/")
    return [(url, queries(lambda url=url: client.get(url))) for url in ("/staff/", "/staff/people/B0001CC/")]


def paper_ratio(patient: Patient) -> float:
    from weasyprint import HTML

    entry = actions.decide(
        patient=patient, question="gms-registration", answer=Answer.YES, by=actions.PERSON, route="talk"
    )
    ours, empty = in_turns(
        lambda: summary.patient_summary(entry), lambda: HTML(string="<p></p>").write_pdf(pdf_variant="pdf/ua-1"), 25
    )
    return ours / empty


def main() -> None:
    settings.ROOT_URLCONF = "tests.bench"
    call_command("prepare", stdout=io.StringIO())
    user = User.objects.create_user("bench")
    give_posts(user, *Role)
    pages, first = kiosk_pages(user)
    staff = staff_pages(user)
    paper = paper_ratio(arrive("A0002BB"))
    lines = written(pages, first, staff, paper)
    report.write("Pages and papers", lines)
    print("\n".join(lines))


def written(
    pages: list[tuple[str, float, int, int]], first: int, staff: list[tuple[str, int]], paper: float
) -> list[str]:
    slowest = max(ratio for _, ratio, _, _ in pages)
    later = max(size for _, _, _, size in pages)
    return [
        "Written by `make bench` in one run; run it again rather than quote it. SQLite, one process. Times are",
        f"ratios of medians over {ROUNDS} requests measured in turns; bytes are compressed (gzip 9).",
        "",
        "| what | aim | measured |",
        "|---|---|---|",
        f"| a kiosk page over a bare view, same middleware, same bytes: median page | under 8 | "
        f"{statistics.median(ratio for _, ratio, _, _ in pages):.1f} |",
        f"| the same, slowest page | under 8 | {slowest:.1f} |",
        f"| queries of a kiosk page, most | at most 6 | {max(count for _, _, count, _ in pages)} |",
        *(f"| queries of {url} with 60 people | at most 6 | {count} |" for url, count in staff),
        f"| bytes of the first kiosk page with all it loads, without fonts | under 40,000 | {first:,} |",
        f"| bytes of a later page, largest | under 6,000 | {later:,} |",
        f"| a summary PDF over WeasyPrint on an empty page | under 12 | {paper:.1f} |",
        "",
        "| kiosk page | time over a bare view | queries | bytes |",
        "|---|---|---|---|",
        *(f"| {title} | {ratio:.1f} | {count} | {size:,} |" for title, ratio, count, size in pages),
    ]


if __name__ == "__main__":
    main()
