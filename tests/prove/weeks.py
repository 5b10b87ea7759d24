"""Weeks in some prisons, told as a story: people are moved about, messages of it come late, twice and out of order, and
the staff of each prison do twice a day what their lists say, on the pages of those lists. One seed, one story.

What is true and what the system was told are kept apart: nobody can be asked who is not really there.
"""

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from unittest import mock

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from consent import actions, facts
from consent.journey import ANSWERS
from consent.kiosk import screens
from consent.models import Visit
from consent.policy import EXPLICIT
from consent.proof import verify
from consent.roles import Role
from consent.staff.doing import asked_now
from consent.staff.lists.row import List, Row
from consent.staff.lists.table import BY_SLUG, LISTS, SENSITIVE
from consent.staff.matters import everyone, matters, standing_matters
from consent.staff.person.describe import DescribeForm
from registration.custody import State
from registration.models import Patient, Prison, RegistrationRequest
from tests.conftest import MONDAY
from tests.enrolled import press, take_up
from tests.staff import GMS, give_posts, typed_moment

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SEARCH, EVENTS = "prisoner-offender-search", "prison-offender-events"
IN_PRISON, OUT_FOR_THE_DAY, ON_THE_WAY, FREE = "in prison", "out for the day", "on the way", "free"
# What happens to somebody, with the code that the later of the two message families tells beside it.
CODES = {
    "NEW_ADMISSION": ("ADMISSION", "N"),
    "RETURN_FROM_COURT": ("ADMISSION", "R"),
    "SENT_TO_COURT": ("SENT_TO_COURT", "CRT"),
    "RELEASED": ("RELEASED", "CR"),
}
AFTER_TRANSFER = {"received": ("ADMISSION", "INT"), "released": ("TRANSFERRED", "TRN")}


@dataclass(frozen=True, slots=True)
class Happened:
    at: datetime
    kind: str  # received or released
    reason: str
    prison: str


@dataclass(slots=True)
class Someone:
    """A person as they really are: where, and what they have said in this time in prison."""

    number: str
    life: list[Happened]
    language: str
    answered: dict[str, str] = field(default_factory=dict)

    def where(self, at: datetime) -> tuple[str, str]:
        state, prison = FREE, ""
        for one in self.life:
            if one.at <= at:
                prison = one.prison
                state = {
                    "SENT_TO_COURT": OUT_FOR_THE_DAY,
                    "RELEASED": FREE,
                    "TRANSFERRED": ON_THE_WAY if one.kind == "released" else IN_PRISON,
                }.get(one.reason, IN_PRISON)
        return state, prison


class Story:
    """``people`` and ``movements``: at least so many; ``prisons``: their ids, which have to be known already."""

    def __init__(self, seed: int, *, prisons: list[str], people: int, movements: int, weeks: int = 1) -> None:
        self.dice = random.Random(seed)
        self.prisons, self.weeks = prisons, weeks
        self.people = [self.someone(nth) for nth in range(people)]
        by_number = {one.number: one for one in self.people}
        while sum(len(one.life) for one in self.people) < movements:
            self.goes_on(self.dice.choice(self.people))
        self.by_number = by_number
        self.post = sorted(self.messages(), key=lambda sent: sent[0])
        self.done: Counter[str] = Counter()
        self.asked_again: list[str] = []
        self.refused: list[str] = []
        self.left_out: list[str] = []
        self.now = MONDAY

    # -- what really happens ------------------------------------------------------------------------------------------

    def someone(self, nth: int) -> Someone:
        number = f"A{nth:04d}{'ABCDEFGH'[nth % 8]}W"
        at = MONDAY + DAY * self.dice.randrange(self.weeks * 7 - 2) + HOUR * self.dice.uniform(5, 9)
        # Of some we hear first when they are brought from a prison that tells us nothing.
        reason = "TRANSFERRED" if self.dice.random() < 0.08 else "NEW_ADMISSION"
        language = self.dice.choice(["en", "en", "en", "pl", ""])
        return Someone(number, [Happened(at, "received", reason, self.dice.choice(self.prisons))], language)

    def goes_on(self, one: Someone) -> None:
        """The next thing after the last one: out for a day, to another prison, or free; and the way back."""
        last = one.life[-1]
        morning = last.at.replace(hour=8, minute=0) + DAY * self.dice.randint(1, 2)
        if morning > MONDAY + DAY * (self.weeks * 7 - 1) or one.where(morning)[0] != IN_PRISON:
            return
        other = self.dice.choice([prison for prison in self.prisons if prison != last.prison])
        drawn = self.dice.random()
        if drawn < 0.55:
            back = last.prison if self.dice.random() < 0.85 else other
            one.life += [
                Happened(morning, "released", "SENT_TO_COURT", last.prison),
                Happened(morning + 9 * HOUR, "received", "RETURN_FROM_COURT", back),
            ]
        elif drawn < 0.85:
            one.life += [
                Happened(morning, "released", "TRANSFERRED", last.prison),
                Happened(morning + 5 * HOUR, "received", "TRANSFERRED", other),
            ]
        else:
            one.life.append(Happened(morning, "released", "RELEASED", last.prison))
            if self.dice.random() < 0.2:
                one.life.append(Happened(morning + DAY, "received", "NEW_ADMISSION", self.dice.choice(self.prisons)))

    # -- what the system is told --------------------------------------------------------------------------------------

    def messages(self) -> Iterator[tuple[datetime, str, dict[str, Any]]]:
        """When each message comes, and the message: late, twice, from both families, and so in no order."""
        for one in self.people:
            for happened in one.life:
                told = self.event(one, happened, SEARCH, happened.at, happened.reason)
                delay = HOUR * (self.dice.uniform(3, 30) if self.dice.random() < 0.15 else self.dice.uniform(0, 0.3))
                yield happened.at + delay, one.number, told
                if self.dice.random() < 0.15:
                    yield happened.at + delay + HOUR * self.dice.uniform(0, 20), one.number, told
                if self.dice.random() < 0.4:
                    is_transfer = happened.reason == "TRANSFERRED"
                    reason, code = AFTER_TRANSFER[happened.kind] if is_transfer else CODES[happened.reason]
                    later = happened.at + timedelta(seconds=self.dice.randrange(120))
                    yield (
                        happened.at + HOUR * self.dice.uniform(0.75, 5),
                        one.number,
                        self.event(one, happened, EVENTS, later, reason, nomisMovementReasonCode=code),
                    )

    def event(
        self, one: Someone, happened: Happened, family: str, at: datetime, reason: str, **more: str
    ) -> dict[str, Any]:
        about = {"nomsNumber": one.number, "reason": reason, "prisonId": happened.prison, **more}
        return {
            "eventType": f"{family}.prisoner.{happened.kind}",
            "version": 1,
            "occurredAt": at.isoformat(),
            "additionalInformation": about,
        }

    def deliver(self) -> None:
        while self.post and self.post[0][0] <= self.now:
            _at, number, event = self.post.pop(0)
            is_new = not actions.is_known(number)
            outcome = actions.receive_message(item=event, raw=json.dumps(event))
            assert outcome in ("applied", "repeated"), (outcome, event)
            if is_new:
                language = self.by_number[number].language
                actions.describe_patient(patient=Patient.objects.get(prison_number=number), language=language)

    # -- time passes --------------------------------------------------------------------------------------------------

    def goes_by(self) -> None:
        for day in range(self.weeks * 7):
            for hours in (4, 12):  # one o'clock, and nine in the evening
                self.at(MONDAY + DAY * day + HOUR * hours)
                self.compare()
                self.shift()
        # Whatever is still on its way comes; and a few more shifts, in which nobody is moved.
        self.at(max([self.now, *(sent[0] for sent in self.post)]) + HOUR)
        for _ in range(4):
            self.shift()
            self.at(self.now + HOUR)

    def compare(self) -> None:
        """Notes what a list leaves out."""
        with self.clock():
            for prison in self.prisons:
                list(self.rows(prison))

    def at(self, at: datetime) -> None:
        """The clock goes on; people who were released forget what they said inside."""
        for one in self.people:
            if any(self.now < happened.at <= at and happened.reason == "NEW_ADMISSION" for happened in one.life):
                one.answered.clear()
        self.now = at
        with self.clock():
            self.deliver()

    @contextmanager
    def clock(self) -> Iterator[None]:
        """The time of the story, and its dice where the tablet draws the order of the answers."""
        order = mock.patch("consent.kiosk.visits.draw_order", side_effect=lambda: self.dice.sample(ANSWERS, 3))
        with mock.patch("django.utils.timezone.now", side_effect=self.tick), order:
            yield

    def tick(self) -> datetime:
        """No two things happen at the very same moment."""
        self.now += timedelta(milliseconds=1)
        return self.now

    # -- staff --------------------------------------------------------------------------------------------------------

    def desk(self, prison: str, role: Role) -> Client:
        """Somebody comes on duty, and signs in."""
        user, is_new = User.objects.get_or_create(username=f"{role}-{prison}".lower())
        if is_new:
            give_posts(user, role, prison=prison)
        browser = Client()
        browser.force_login(user)
        return browser

    def shift(self) -> None:
        """At each prison each list is gone through by the role that owns it."""
        with self.clock():
            for prison in self.prisons:
                on_duty = {role: self.desk(prison, role) for role in {listed.owner for listed in (*LISTS, SENSITIVE)}}
                index = self.get(on_duty[Role.CLINICIAN], "/staff/lists/")
                for listed in (*LISTS, SENSITIVE):
                    waits = index.partition(f"/staff/lists/{listed.slug}/")[2].partition("</span>")[0]
                    if "Nobody." not in waits:
                        self.go_through(on_duty[listed.owner], prison, listed)

    def go_through(self, browser: Client, prison: str, listed: List) -> None:
        page = self.get(browser, f"/staff/lists/{listed.slug}/")
        for row in re.findall(r"<tr class=\"nhsuk-table__row\">.*?</tr>", page, re.DOTALL):
            number = re.search(r"/staff/people/(\w+)/", row)[1]  # type: ignore[index]
            one = self.by_number[number]
            if one.where(self.now) == (IN_PRISON, prison) and self.is_for_today(listed, row):
                self.do_first(browser, one, row)

    def is_for_today(self, listed: List, row: str) -> bool:
        """What has a date that lies ahead can wait; busy staff leave some of it for the next shift."""
        if "Due on" not in row:
            return True
        return listed.slug != "ask-again" and self.dice.random() < 0.6

    def do_first(self, browser: Client, one: Someone, row: str) -> None:
        """The first thing that can be done: on the row, or on the person's page that it leads to."""
        first = first_button(row)
        if first is None:
            page = self.get(browser, f"/staff/people/{one.number}/")
            first = first_button(page.partition('class="staff-now"')[2].partition("</details>")[0])
        if first is None:
            self.refused.append(f"{one.number}: nothing can be done, though a list has them")
            return
        url, sent = first
        name = resolve(url.partition("?")[0]).url_name or ""
        do = getattr(self, name.replace("-", "_"), None)
        if do is None:
            raise AssertionError(f"Nobody in this story knows how staff do “{name}”. Teach it to tests/prove/weeks.py.")
        do(browser, one, url, sent)
        self.done[name] += 1

    def get(self, browser: Client, url: str) -> str:
        response = browser.get(url)
        assert response.status_code == 200, (url, response.status_code)
        return response.content.decode()

    def send(self, browser: Client, url: str, **typed: str) -> HttpResponse:
        response = browser.post(url, typed)
        if response.status_code not in (302, 303):
            self.refused.append(f"{url} {typed}: {response.status_code}")
        return response

    # -- what they do, by the name of the page ------------------------------------------------------------------------

    def visit(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        """Too unwell, on a tablet, by talking or on paper; a visit that was left is ended first."""
        ending = f"{url.partition('?')[0]}end/"
        if ending in self.get(browser, url):
            self.send(browser, ending)
            return
        drawn = self.dice.random()
        if drawn < 0.12:
            self.not_possible(browser, one)
        elif drawn < 0.35:
            self.on_a_tablet(browser, one, url)
        else:
            self.talk(browser, one)

    def answer(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        self.talk(browser, one)

    def talk(self, browser: Client, one: Someone) -> None:
        person = Patient.objects.get(prison_number=one.number)
        about = standing_matters(person)
        for question in asked_now(about) or [m.question.id for m in about if m.is_undecided]:
            said = self.asks(one, question)
            self.says(browser, one, question, said, self.dice.choice(["talk", "talk", "paper"]))

    def says(self, browser: Client, one: Someone, question: str, said: str, route: str) -> None:
        self.send(
            browser,
            f"/staff/people/{one.number}/answer/",
            question=question,
            answer=said,
            at=typed_moment(timezone.now()),
            route=route,
            no_code="on",
            once=f"{self.dice.random()}",
        )

    def asks(self, one: Someone, question: str) -> str:
        """They are asked this. Whoever has said yes or no in this time in prison is not."""
        if one.answered.get(question) in EXPLICIT:
            self.asked_again.append(f"{one.number} on {self.now:%A}, {question}")
        one.answered[question] = self.dice.choice(["yes", "yes", "no", "later"])
        return one.answered[question]

    def not_possible(self, browser: Client, one: Someone) -> None:
        page = self.get(browser, f"/staff/people/{one.number}/not-possible/")
        reasons = re.findall(r'name="reason"[^>]*?value="([^"]+)"', page)
        reason = unescape(self.dice.choice(reasons))
        self.send(browser, f"/staff/people/{one.number}/not-possible/", reason=reason, once=f"{self.dice.random()}")

    def on_a_tablet(self, browser: Client, one: Someone, url: str) -> None:
        page = self.get(browser, url)
        typed = {"place": self.dice.choice(["reception", "wing"])}
        if 'name="interpreter"' in page and one.language not in ("", "en"):
            typed["interpreter"] = "An interpreter by phone"
        code = re.search(r"\b(\d{3}) ?(\d{3})\b", browser.post(url, typed, follow=True).content.decode())
        assert code, f"{one.number} got no code"
        self.press_through(take_up(code[1] + code[2]), one, leaves=self.dice.random() < 0.2)

    def press_through(self, visit: Visit, one: Someone, *, leaves: bool) -> None:
        for _ in range(40):
            visit.refresh_from_db()
            if visit.ended_at or (leaves and self.dice.random() < 0.2):
                return
            step = screens.current(visit).step
            do, said = "next", ""
            if step.id in ("choose", "gp-record"):
                do, said = "confirm", self.asks(one, step.question)
            elif step.id == "second-look":
                do = "still"
            elif step.id.startswith("check-"):
                do = f"check:{self.dice.choice(['first', 'second', 'unsure', 'skipped'])}"
            elif step.kind == "end":
                do = "finish"
            else:
                do = {"language": "language:en-GB", "on-paper": "paper:none", "onward": self.onward(one)}.get(
                    step.id, do
                )
            press(visit, do, said)

    def onward(self, one: Someone) -> str:
        """Hear it all now, or decide another day."""
        if self.dice.random() < 0.5:
            return "go"
        one.answered[GMS] = "later"
        return "confirm-later"

    def second_look(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        """Mostly it is still yes; some want to change it."""
        line = re.search(r'name="decision" value="(\w+)"', self.get(browser, url))
        assert line, url
        page = self.get(browser, url)
        if self.dice.random() < 0.8:
            typed = dict.fromkeys(re.findall(r'name="([\w:-]+)"\s+value="understood"', page), "understood")
            if 'name="reason"' in page:
                typed["reason"] = "They leave tomorrow"
            self.send(browser, url, decision=line[1], **typed)
            return
        one.answered[GMS] = self.dice.choice(["no", "later"])
        self.says(browser, one, GMS, one.answered[GMS], "talk")

    def task_done(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        self.send(browser, url, **sent)

    begin_request = fresh_look_declined = leaving_done = task_done

    def describe(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        person = Patient.objects.get(prison_number=one.number)
        known = {name: value for name, value in DescribeForm.of(person).items() if value}
        born = f"{self.dice.randint(1950, 2000)}-05-14"
        self.send(browser, url, **known | {"date_of_birth": born, "sex": self.dice.choice(["male", "female"])})

    def screening(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        offered = re.findall(r'name="([\w-]+)"\s+value="declined"', self.get(browser, url))
        outcomes = {name: self.dice.choice(["referred", "declined"]) for name in offered}
        self.send(browser, url, on=f"{timezone.localdate():%Y-%m-%d}", **outcomes)

    def leaving(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        """The release sheet is printed there, and given to them."""
        self.send(browser, f"{url}done/", what="release-sheet-given")

    def help_undo(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        self.send(browser, url, reason="Told them how to sign up with another GP")

    def clinical_record(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        lines = re.search(r'name="lines"\s+value="([^"]+)"', self.get(browser, url))
        assert lines, url
        self.send(browser, url, lines=lines[1])

    def request(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        """Made, where the page offers it: not on a yes that is held again. Confirmed from the day after, or sometimes
        rejected."""
        work = RegistrationRequest.objects.get(pk=resolve(url).kwargs["pk"])
        if work.state == "to-make":
            if re.search(r'name="to"\s+value="made"', self.get(browser, url)):
                self.send(browser, url, to="made", still_here="on")
        elif self.now - work.changed_at > DAY / 2:
            to = self.dice.choice(["confirmed"] * 9 + ["rejected"])
            self.send(browser, url, to=to, reason="" if to == "confirmed" else "Another date of birth")

    def staff_check(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        self.send(browser, url, found="nothing")

    def conflict(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        self.send(browser, url, answer="later", reason="Asked them again today")

    def legal_status(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        status = self.dice.choice(["REMAND", "SENTENCED", "RECALL"])
        self.send(browser, url, status=status, at=typed_moment(timezone.now()), source="the warrant")

    def interpreter(self, browser: Client, one: Someone, url: str, sent: dict[str, str]) -> None:
        self.send(browser, url, now="there", interpreter="An interpreter by phone")

    # -- how it ends --------------------------------------------------------------------------------------------------

    def rows(self, prison: str) -> Iterator[tuple[List, Row]]:
        """Of everyone there; and a list that is made of those alone whom it reads is to be the same."""
        place = Prison.objects.get(pk=prison)
        people = {sensitive: everyone(place, self.now, sensitive=sensitive) for sensitive in (True, False)}
        for listed in BY_SLUG.values():
            found = list(listed.rows(people[listed.is_sensitive], place, self.now))
            read = everyone(place, self.now, sensitive=listed.is_sensitive, among=listed.among(place))
            if list(listed.rows(read, place, self.now)) != found:
                self.left_out.append(f"{self.now}, {prison}, {listed.slug}: {found}")
            yield from ((listed, row) for row in found)

    def unexplained(self) -> list[str]:
        """Rows left on a list without a date that lies ahead, and without anybody outside being waited for."""
        with self.clock():
            return [
                f"{prison}, {listed.slug}: {row.person}, {[need.what for need in row.needs]} {row.lines}"
                for prison in self.prisons
                for listed, row in self.rows(prison)
                if not (row.needs and all(need.due and not need.is_now for need in row.needs))
                and not any("it is not confirmed yet" in line for line in row.lines)
            ]

    def lost(self) -> list[str]:
        """Whom we have elsewhere than they are; who has not decided and is on no list with an owner and a date."""
        with self.clock():
            listed = {prison: [row for _listed, row in self.rows(prison)] for prison in self.prisons}
            return [fault for one in self.people for fault in self.lost_of(one, listed)]

    def lost_of(self, one: Someone, listed: dict[str, list[Row]]) -> Iterator[str]:
        truth, prison = one.where(self.now)
        person = Patient.objects.get(prison_number=one.number)
        standing = facts.standing_of(person, self.now)
        state = standing.state_at(self.now)
        known = {State.OPEN: IN_PRISON, State.AWAY: OUT_FOR_THE_DAY, State.IN_TRANSIT: ON_THE_WAY}.get(state, FREE)
        if known != truth or (truth != FREE and standing.prison != prison):
            yield f"{one.number}: really {truth}, {prison}; known as {known}, {standing.prison}"
        if truth != IN_PRISON:
            return
        own = [need for row in listed[prison] if row.person == person for need in row.needs if need.due]
        for matter in matters(standing, self.now):
            dated = [need for need in own if matter.question.id in need.questions]
            if matter.is_undecided and not dated:
                yield f"{one.number}: has not decided on {matter.question.id} and is on no list with a date"

    def faults(self) -> dict[str, list[str]]:
        """Everything that must not be; each empty in a story that ends well."""
        return {
            "unexplained": self.unexplained(),
            "lost": self.lost(),
            "asked again": self.asked_again,
            "refused": self.refused,
            "left out of a list": self.left_out,
            "record": [str(fault) for fault in verify.faults()],
        }


def first_button(page: str) -> tuple[str, dict[str, str]] | None:
    """The address of the first button, and what its form sends."""
    found = re.search(
        r'<form method="post"\s+action="([^"]+)".*?</form>|<a class="nhsuk-button[^>]*?href="([^"]+)"', page, re.DOTALL
    )
    if found is None:
        return None
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0]))
    sent.pop("csrfmiddlewaretoken", None)
    return unescape(found[1] or found[2]), sent


def main() -> None:
    """So many weeks in ten prisons with so many people and movements, on a database of its own."""
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("prepare", verbosity=0)
    prisons = ["LEI", "HLI", "MDI", "BXI", "WWI", "PVI", "BMI", "DNI", "HEI", "NMI"]
    seed, weeks, people, movements = map(int, sys.argv[1:])
    story = Story(seed, prisons=prisons, people=people, movements=movements, weeks=weeks)
    story.goes_by()
    movements = sum(len(one.life) for one in story.people)
    print(json.dumps({"movements": movements, "done": story.done, "faults": story.faults()}))
