"""Never lost, never doubled: answers are confirmed on tablets while the server, the database or the wire is killed.

    python -m tests.prove.kills [--kills 200] [--cuts N] [--limit SECONDS] [--seed N]

The product is served as `make run` serves it, by two gunicorn workers on a loopback port, on a database of its own: a
SQLite file, then a durable PostgreSQL cluster. A few tablets at a time walk to "Is this right?" and press at once;
somewhere between that press and half as long again as it takes,

    server    every process of gunicorn gets SIGKILL,
    cluster   every process of PostgreSQL gets SIGKILL,
    cut       the connection of each tablet breaks after so many bytes of its request or of the reply.

Then all is started again in place, and each tablet sends the very same form again, or looks what is there and chooses
anew. What was acknowledged must be stored, nothing stored twice, and everyone must come to "Thank you".
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import io
import json
import os
import random
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests import PRESSES_FAST
from tests.cluster import free_port, own_cluster, why_none

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
TABLETS = 4
GP, GMS = "gp-record", "gms-registration"
# Of the kills: a server on SQLite, a server on PostgreSQL, and the rest a PostgreSQL cluster.
SHARES = (0.4, 0.2)
# Seconds until whatever does not answer is taken for dead.
PATIENCE = 30.0
FIELD = re.compile(r'name="(csrfmiddlewaretoken|turn|view|answer)" value="([^"]*)"')


@dataclasses.dataclass
class Counts:
    """What came of the answers at stake. The aim of ``lost``, ``doubled``, ``wrong``, ``stuck``, ``faults``: none."""

    kills: dict[str, int] = dataclasses.field(default_factory=dict)  # by kind: of processes, and of connections
    answers: int = 0  # whose confirming request was disturbed
    acknowledged: int = 0  # the tablet got its reply all the same
    # Stored, and the tablet was not told, by kind: kills and cuts that hit the window that matters.
    committed_unacknowledged: dict[str, int] = dataclasses.field(default_factory=dict)
    sent_again: int = 0  # the same form once more
    sent_again_well: int = 0  # and the next screen came
    lost: int = 0  # acknowledged and not stored, or not stored even after it was sent again
    doubled: int = 0
    wrong: int = 0  # another answer than the one pressed, or one of two that belong together
    stuck: int = 0  # a tablet that did not come to the next screen
    faults: list[str] = dataclasses.field(default_factory=list)  # of the record as a whole, and what got stuck
    left_out: str = ""
    seed: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.wrong or self.stuck or self.faults)

    def killed(self, kind: str, times: int = 1) -> None:
        self.kills[kind] = self.kills.get(kind, 0) + times


# -- the desk: staff who start visits, and whoever looks into the record ----------------------------------------------


def at_the_desk() -> None:
    """A process of its own, for it must not share a database connection with anyone: a JSON line in, a line out."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from consent import actions, ledger
    from consent.facts import entries_of
    from consent.kiosk import visits
    from consent.models import Entry, Visit
    from consent.proof import verify
    from registration.actions import patient_with
    from registration.models import Patient, Prison, RegistrationRequest
    from registration.movements import Direction, Movement
    from tests.enrolled import enrolled

    call_command("prepare", stdout=io.StringIO())
    nurse = User.objects.create_user("nurse")
    # At Hull a yes is not held: the same press opens the work of registering.
    actions.set_prison_policy(prison=Prison.objects.get(pk="HLI"), hold="none", hold_hours=0, takes={})

    def start(number: str) -> list[str]:
        """A person comes in, and staff start a visit; the code to tap, and the secret of the tablet it is tapped on."""
        even = int(number[1:5]) % 2 == 0
        person = patient_with(number)
        arrival = Movement(timezone.now(), Direction.IN, "NEW_ADMISSION", prison="HLI" if even else "LEI")
        actions.record_movement(patient=person, movement=arrival, by="prove")
        visit, code = visits.start(patient=person, place="reception" if even else "wing", user=nurse)
        return [number, code, enrolled(visit.prison_id)[1]]

    def stored(number: str) -> list[list[str]]:
        lines = [ledger.read(entry) for entry in entries_of([Patient.objects.get(prison_number=number)])]
        return [[line["data"]["question"], line["data"]["answer"]] for line in lines if line["kind"] == "decision"]

    def faults() -> Iterator[str]:
        yield from verify.faults()  # chains, words, what was shown, and the status of everyone worked out anew
        said = [(entry, ledger.read(entry)["data"]) for entry in Entry.objects.filter(kind="decision")]
        # Nobody here is asked twice. Counted once more, for a first request may have come in after the second.
        for (chain, question), times in Counter((entry.chain, data["question"]) for entry, data in said).items():
            if times > 1:
                yield f"{question} is stored {times} times in chain {chain}."
        yes_at_once = {e.hash for e, d in said if (d["question"], d["answer"], d["hold"]) == (GMS, "yes", "none")}
        if yes_at_once != set(RegistrationRequest.objects.values_list("asked_by", flat=True)):
            yield "The work of registering is not open for just those who said yes where none is held."
        if live := Visit.objects.filter(ended_at=None).count():
            yield f"{live} visits were never finished."
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                if (found := cursor.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
                    yield f"SQLite: {found}"

    does: dict[str, Callable[..., Any]] = {
        "start": lambda *numbers: [start(number) for number in numbers],
        "stored": lambda *numbers: [stored(number) for number in numbers],
        "faults": lambda: list(faults()),
    }
    said: Any = "ready"
    while True:
        # A new connection for each look: nothing of the killed database is held, and no file kept open.
        connection.close()
        print(json.dumps(said), flush=True)
        if not (line := sys.stdin.readline()):
            return
        asked, *numbers = json.loads(line)
        said = does[asked](*numbers)


class Desk:
    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.prove.kills", "--desk"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )
        self.log = log
        self.people = 0
        self.answered()

    def answered(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The desk is gone:\n{self.log.read_text()[-3000:]}")
        return json.loads(line)

    def asked(self, what: str, *numbers: str) -> Any:
        assert self.process.stdin
        print(json.dumps([what, *numbers]), file=self.process.stdin, flush=True)
        return self.answered()

    def start(self, how_many: int) -> list[list[str]]:
        """Start so many visits, each for a person who has just come in: prison numbers, codes, secrets of tablets."""
        numbers = [f"A{n:04d}BC" for n in range(self.people, self.people + how_many)]
        self.people += how_many
        return self.asked("start", *numbers)

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


# -- what is killed ---------------------------------------------------------------------------------------------------


class Site:
    """The product as `make run` serves it."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log, self.port = environment, log, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        serve = ["gunicorn", "config.wsgi", "--bind", f"{HOST}:{self.port}", "--workers", "2", "--no-control-socket"]
        with self.log.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *serve],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,  # a process group of its own, to be killed as one
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(Lost):
                if request(self.port, b"GET /kiosk/ HTTP/1.1\r\nHost: %s\r\n\r\n" % HOST.encode())[0] == 200:
                    return
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"The server does not answer:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@dataclasses.dataclass(frozen=True)
class Cut:
    """Where a connection breaks: after so many bytes of what the tablet sends, or of what comes back."""

    part: str  # "request" or "reply"
    after: int  # bytes that still get through
    boosted: bool  # the tablet sends as htmx does, and gets a screen; or as a plain form, and gets a 303
    hard: bool  # it is reset (RST), not closed (FIN)


class Wire:
    """A connection from a tablet to the server, to be cut."""

    def __init__(self, port: int, cut: Cut) -> None:
        self.cut, self.server_port = cut, port
        self.listener = socket.create_server((HOST, 0))
        self.listener.settimeout(PATIENCE)
        self.port: int = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.carry)

    def __enter__(self) -> Wire:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join()
        self.listener.close()

    def carry(self) -> None:
        # OSError: one end went away by itself, which is as good as a cut.
        with (
            contextlib.suppress(OSError),
            self.listener.accept()[0] as tablet,
            socket.create_connection((HOST, self.server_port), PATIENCE) as server,
        ):
            self.between(tablet, server)
            if self.cut.hard:
                for end in (tablet, server):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def between(self, tablet: socket.socket, server: socket.socket) -> None:
        counted = tablet if self.cut.part == "request" else server
        left = self.cut.after
        while ready := select.select([tablet, server], [], [], PATIENCE)[0]:
            for end in ready:
                data = end.recv(65536)
                passed = data[:left] if end is counted else data
                (server if end is tablet else tablet).sendall(passed)
                left -= len(data) if end is counted else 0
                if not data or (left <= 0 and end is counted):
                    return


# -- a tablet ---------------------------------------------------------------------------------------------------------


class Lost(Exception):
    """No whole reply came back."""


class Stuck(Exception):
    """Another screen came than the one that should; the message says which."""


def request(port: int, sent: bytes) -> tuple[int, list[str], str, int]:
    """Status, cookies, page and bytes of the whole reply. Raises Lost.

    Our own, for every byte counts: what was sent, and the moment at which the last of the reply is here.
    """
    reply = b""
    try:
        with socket.create_connection((HOST, port), PATIENCE) as connection:
            connection.sendall(sent)
            while True:
                head, end, body = reply.partition(b"\r\n\r\n")
                length = re.search(rb"^content-length: (\d+)\r?$", head, re.I | re.M) if end else None
                if (length and len(body) >= int(length[1])) or (end and head.split()[1] == b"204"):
                    break
                if not (more := connection.recv(65536)):
                    raise Lost
                reply += more
    except OSError as error:
        raise Lost from error
    cookies = re.findall(r"^set-cookie: ([^;\r]*)", head.decode("latin-1"), re.I | re.M)
    return int(head.split()[1]), cookies, body.decode(), len(reply)


class Tablet:
    """A browser at one visit. It chooses, and can be told when to press "This is right"."""

    def __init__(self, port: int, number: str, code: str, secret: str, rng: random.Random) -> None:
        self.port, self.number = port, number
        self.open = [GP, GMS]
        self.answers = {question: rng.choice(["yes", "no", "later"]) for question in self.open}
        self.decides_later_at = rng.choice([None, None, GP, GMS])
        # How it sends the confirming request: as htmx does, or as a plain form; and once more after a failure.
        self.boosted = rng.random() < 0.5
        self.sends_again = rng.random() < 0.7
        self.cookies = {"tablet": secret}
        self.form: dict[str, str] = {}
        self.pressed: dict[str, str] = {}
        self.sizes = (0, 0)  # bytes of the last request and of its reply
        self.page = ""
        self.send()
        self.took(self.send({**self.fields(), "digits": code[:5], "digit": code[5]}))
        self.press("me")

    def send(self, form: dict[str, str] | None = None, port: int = 0, boosted: bool = True) -> tuple[int, str]:
        """One request; the status and the page that came, which is kept. Raises Lost."""
        body = urlencode(form or {})
        head = [
            f"{'POST' if form else 'GET'} /kiosk/ HTTP/1.1",
            f"Host: {HOST}",
            *(["HX-Request: true"] if boosted else []),
            "Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
        sent = "\r\n".join([*head, "", body]).encode()
        status, cookies, page, size = request(port or self.port, sent)
        self.sizes = (len(sent), size)
        self.cookies |= dict(cookie.split("=", 1) for cookie in cookies)
        self.page = page or self.page
        return status, page

    def took(self, came: tuple[int, str]) -> None:
        """Follow to the screen that comes. Raises Stuck where there is none."""
        status, _ = came if came[0] not in (204, 303) else self.send()
        if status != 200:
            raise Stuck(f"{self.number} got status {status}")

    def fields(self) -> dict[str, str]:
        return dict(FIELD.findall(self.page))

    def press(self, do: str, **more: str) -> None:
        if f'value="{do}"' not in self.page:
            raise Stuck(f"{self.number} finds no button {do} on {self.title}")
        self.took(self.send({**self.fields(), **more, "do": do}))

    @property
    def title(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.page, re.S)
        return " ".join(re.sub("<[^>]+>", "", found[1]).split()) if found else "a page without a title"

    def to_confirmation(self) -> None:
        """Walk on to the next "Is this right?"; it is not pressed yet."""
        for _ in range(20):
            if found := re.search(r'value="(confirm|confirm-later)"', self.page):
                self.form = {**self.fields(), "do": found[1]}
                whole = found[1] == "confirm-later"
                self.pressed = (
                    dict.fromkeys(self.open, "later") if whole else {self.open[0]: self.answers[self.open[0]]}
                )
                return
            if 'value="choose:yes"' in self.page:
                self.choose()
            elif 'value="language:en-GB"' in self.page:
                self.press("language:en-GB")
            else:
                self.press("choose-now" if 'value="choose-now"' in self.page else "next")
        raise Stuck(f"{self.number} walks in circles at {self.title}")

    def choose(self) -> None:
        if self.decides_later_at == self.open[0]:
            self.press("later")
        else:
            self.press(f"choose:{self.answers[self.open[0]]}")

    def confirm(self, port: int = 0) -> bool:
        """Press "This is right". Is it acknowledged, by the next screen or by the way to it?"""
        try:
            status, page = self.send(self.form, port, self.boosted)
        except Lost:
            return False
        return status == 303 or (status == 200 and came_on(page, self.form))

    def carry_on(self, told: bool, again: bool) -> None:
        """Go on from an acknowledgement; or send the same form again; or look, and choose anew if nothing came of it.

        Raises Stuck where that does not lead to the next screen.
        """
        try:
            self.took(self.send(self.form, boosted=self.boosted) if again else self.send())
            if told and not came_on(self.page, self.form):
                raise Stuck(f"{self.number} was told that it is stored, and is back at {self.title}")
            if not again and not came_on(self.page, self.form):
                self.choose()
                # A first request that was still at work may have come through by now.
                if not came_on(self.page, self.form):
                    self.took(self.send(self.form, boosted=self.boosted))
        except Lost as error:
            raise Stuck(f"{self.number} got no reply") from error
        if not came_on(self.page, self.form):
            raise Stuck(f"{self.number} stays at {self.title}")
        self.open = [question for question in self.open if question not in self.pressed]
        if not self.open:
            if self.title == "Do you want this on paper?":
                self.press("paper:none")
            if self.title != "Thank you.":
                raise Stuck(f"{self.number} ends at {self.title}")
            self.press("finish")


def came_on(page: str, form: dict[str, str]) -> bool:
    """A later screen than the one the form stood on."""
    return any(name == "turn" and int(value) > int(form["turn"]) for name, value in FIELD.findall(page))


# -- the trial --------------------------------------------------------------------------------------------------------


class Trial:
    """One product on one database, and what is done to it."""

    def __init__(self, site: Site, desk: Desk, counts: Counts, rng: random.Random, deadline: float) -> None:
        self.site, self.desk, self.counts, self.rng, self.deadline = site, desk, counts, rng, deadline
        self.pool = ThreadPoolExecutor(TABLETS)
        self.tablets: list[Tablet] = []
        self.span = 0.0  # seconds from the press on all tablets to the last reply
        self.sizes = {False: (0, 0), True: (0, 0)}  # of a confirming request and its reply, plain and boosted

    def ready(self) -> list[Tablet]:
        """Tablets on which "This is right" waits to be pressed."""
        if not self.tablets:
            seeds = [random.Random(self.rng.random()) for _ in range(TABLETS)]
            started = self.desk.start(TABLETS)
            self.tablets = list(self.pool.map(lambda p, r: Tablet(self.site.port, *p, r), started, seeds))
        list(self.pool.map(Tablet.to_confirmation, self.tablets))
        return self.tablets

    def undisturbed(self) -> None:
        """Everyone confirms in peace; it is known then how long that takes, and how many bytes."""
        tablets = self.ready()
        for n, tablet in enumerate(tablets):
            tablet.boosted = n % 2 == 0
        begun = time.monotonic()
        acknowledged = list(self.pool.map(Tablet.confirm, tablets))
        self.span = time.monotonic() - begun
        for tablet in tablets:
            self.sizes[tablet.boosted] = max(self.sizes[tablet.boosted], tablet.sizes)
        if not all(acknowledged):
            raise RuntimeError(f"With nothing killed, only {acknowledged} were acknowledged: {self.site.log}")
        list(self.pool.map(lambda tablet: tablet.carry_on(told=True, again=False), tablets))
        self.tablets = [tablet for tablet in tablets if tablet.open]

    def kill(self, kind: str, kill: Callable[[], None], again: Callable[[], None]) -> None:
        """Kill something while the tablets confirm, and start it again."""
        tablets = self.ready()
        pressed = [self.pool.submit(tablet.confirm) for tablet in tablets]
        time.sleep(self.rng.uniform(0, 1.5 * self.span))  # the instant, drawn; nothing waits for it
        kill()
        acknowledged = [press.result() for press in pressed]
        # What is too early for everyone, or too late, moves the aim: other work on this machine comes and goes.
        self.span *= 1.1 if not any(acknowledged) else 0.9 if all(acknowledged) else 1.0
        again()
        self.counts.killed(kind)
        self.settle(kind, tablets, acknowledged, look=True)

    def cut(self, cuts: list[Cut]) -> None:
        """Cut the connections of the tablets while they confirm."""
        tablets = self.ready()
        todo = [(tablet, cuts.pop()) for tablet in tablets if cuts]

        def press(tablet: Tablet, cut: Cut) -> bool:
            tablet.boosted = cut.boosted
            with Wire(self.site.port, cut) as wire:
                return tablet.confirm(wire.port)

        acknowledged = list(self.pool.map(press, *zip(*todo, strict=True)))
        self.counts.killed("cut", len(todo))
        # The server may be at work on the first request still: every other time, none looks before it comes again.
        self.settle("cut", [tablet for tablet, _ in todo], acknowledged, look=self.rng.random() < 0.5)

    def settle(self, kind: str, tablets: list[Tablet], acknowledged: list[bool], look: bool) -> None:
        """Look into the record, let everyone go on, look again."""
        numbers = [tablet.number for tablet in tablets]
        before = self.desk.asked("stored", *numbers) if look else [None] * len(numbers)
        at_stake = [tablet.pressed for tablet in tablets]
        # Who has a reply goes on from there: sent again, a lost answer would be stored and the loss not be seen.
        again = [tablet.sends_again and not told for tablet, told in zip(tablets, acknowledged, strict=True)]
        well = list(self.pool.map(self.carried_on, tablets, acknowledged, again))
        after = self.desk.asked("stored", *numbers)
        for pressed, told, was, now in zip(at_stake, acknowledged, before, after, strict=True):
            unheard = judge(self.counts, pressed, told, was, now)
            self.counts.committed_unacknowledged[kind] = self.counts.committed_unacknowledged.get(kind, 0) + unheard
        self.counts.stuck += well.count(False)
        self.counts.sent_again += again.count(True)
        self.counts.sent_again_well += sum(a and w for a, w in zip(again, well, strict=True))
        gone_on = {tablet.number for tablet, went in zip(tablets, well, strict=True) if went and tablet.open}
        self.tablets = [t for t in self.tablets if t.number in gone_on or t.number not in numbers]

    def carried_on(self, tablet: Tablet, told: bool, again: bool) -> bool:
        try:
            tablet.carry_on(told, again)
        except Stuck as problem:
            self.counts.faults.append(f"Stuck: {problem}")
            return False
        return True

    def in_time(self) -> bool:
        return time.monotonic() < self.deadline

    def end(self) -> None:
        """Everyone who is still at a tablet goes to the end; then the record as a whole must add up."""
        while self.tablets:
            self.undisturbed()
        self.counts.faults += self.desk.asked("faults")


def judge(
    counts: Counts, pressed: dict[str, str], acknowledged: bool, before: list[list[str]] | None, after: list[list[str]]
) -> int:
    """Was what one person pressed stored once, and as it was pressed? ``before`` it was sent again, where looked.

    Returns how many answers were stored and not acknowledged.
    """
    counts.answers += len(pressed)
    counts.acknowledged += acknowledged * len(pressed)
    stored = 0
    for question, answer in pressed.items():
        was = None if before is None else [said for asked, said in before if asked == question]
        now = [said for asked, said in after if asked == question]
        counts.lost += not now or (acknowledged and was == [])
        counts.doubled += len(now) > 1 or len(was or []) > 1
        counts.wrong += not {*now, *(was or [])} <= {answer}
        stored += bool(was)
    counts.wrong += stored not in (0, len(pressed))
    return 0 if acknowledged else stored


# -- the campaign -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def trial(url: str | None, counts: Counts, rng: random.Random, deadline: float) -> Iterator[Trial]:
    """The product served on this database (None: a SQLite file of its own); at the end it must add up."""
    unset = {"MODE", "SECRET_KEY", "ALLOWED_HOSTS"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        environment["DATABASE_URL"] = url or f"sqlite:///{home}/kiosk.sqlite3"
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", **PRESSES_FAST}
        desk = Desk(environment, home / "desk.log")
        stack.callback(desk.close)
        site = Site(environment, home / "site.log")
        stack.callback(site.kill)
        site.start()
        one = Trial(site, desk, counts, rng, deadline)
        stack.callback(one.pool.shutdown)
        for _ in range(2):  # the first warms up
            one.undisturbed()
        yield one
        one.end()


def on_sqlite(counts: Counts, *, servers: int, cuts: int | None, rng: random.Random, deadline: float) -> None:
    """So many kills of the server on a SQLite file, then so many cut connections (None: every byte)."""
    with trial(None, counts, rng, deadline) as one:
        kill_servers(one, servers)
        cut_connections(one, cuts)


def on_postgresql(
    counts: Counts, *, servers: int, clusters: int, cuts: int | None, rng: random.Random, deadline: float
) -> None:
    """The same on a durable PostgreSQL cluster of our own, and so many kills of the cluster. Raises Unavailable."""
    with own_cluster(durable=True) as cluster, trial(cluster.url, counts, rng, deadline) as one:
        for _ in range(clusters):
            if one.in_time():
                one.kill("cluster", cluster.kill, cluster.start)
        kill_servers(one, servers)
        cut_connections(one, cuts)


def kill_servers(one: Trial, times: int) -> None:
    for _ in range(times):
        if one.in_time():
            one.kill("server", one.site.kill, one.site.start)


def cut_connections(one: Trial, how_many: int | None) -> None:
    places = list(cut_places(one.sizes, one.rng))
    one.rng.shuffle(places)
    cuts = places[:how_many]
    while cuts and one.in_time():
        one.cut(cuts)


def cut_places(sizes: dict[bool, tuple[int, int]], rng: random.Random) -> Iterator[Cut]:
    """Every byte of a request and of its reply; where the reply is a whole screen (boosted), every fiftieth of it."""
    for boosted, (request_size, reply_size) in sizes.items():
        # A few more than were measured: "confirm-later" is a longer word than "confirm".
        for part, size, step in (("request", request_size + 10, 1), ("reply", reply_size, 50 if boosted else 1)):
            yield from (Cut(part, after, boosted, rng.random() < 0.5) for after in range(0, size + 1, step))


def campaign(*, kills: int = 200, cuts: int | None = None, limit: float = 1800.0, seed: int | None = None) -> Counts:
    """So many kills of servers and clusters, and so many cut connections on either database (None: at every byte).

    ``limit``: seconds after which no further kill is begun. Only loopback addresses, and databases of its own.
    """
    begun = time.monotonic()
    counts = Counts(seed=random.SystemRandom().randrange(10**6) if seed is None else seed)
    rng = random.Random(counts.seed)
    first, second = (round(kills * share) for share in SHARES)
    if reason := why_none():
        counts.left_out, first = f"PostgreSQL, because {reason}", kills
    else:
        clusters, half = kills - first - second, begun + limit / 2
        on_postgresql(counts, servers=second, clusters=clusters, cuts=cuts, rng=rng, deadline=half)
    on_sqlite(counts, servers=first, cuts=cuts, rng=rng, deadline=begun + limit)
    counts.seconds = round(time.monotonic() - begun, 1)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description="Kill what serves the tablets while answers are confirmed; count.")
    parser.add_argument("--kills", type=int, default=200, help="of servers and clusters (default 200)")
    parser.add_argument("--cuts", type=int, help="connections cut on each database (default: at every byte)")
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds after which no kill is begun")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--desk", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.desk:
        at_the_desk()
        return 0
    for number in (signal.SIGTERM, signal.SIGHUP):  # ended like this, it tidies up as after an error
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    counts = campaign(kills=asked.kills, cuts=asked.cuts, limit=asked.limit, seed=asked.seed)
    print(json.dumps(dataclasses.asdict(counts), indent=2))
    return 0 if counts.good else 1


if __name__ == "__main__":
    sys.exit(main())
