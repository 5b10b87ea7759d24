"""Compare our list of who is in which prison with a prison's own, and put ours right."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from consent import actions
from consent.actions import reconciling
from consent.actions.reconciling import Comparison, Difference, Found, Known, TheirList
from consent.management.commands.consent_status import moment
from consent.staff.wording import time_of
from registration import actions as registration
from registration.actions import NotPossible
from registration.custody import State
from registration.feeds.roll import COLUMNS, Roll, roll_of
from registration.feeds.table import NotATable, NotText, Problem, text_of

NOTHING_DONE = "Nothing was compared, and nothing was written."
TO_REPAIR = (Found.MISSING, Found.ELSEWHERE, Found.LEFT)
HEADINGS = {
    Found.MISSING: "Missing: on the list, and not known here to be in prison",
    Found.ELSEWHERE: "Elsewhere: on the list, and known here to be somewhere else",
    Found.LEFT: "Left: known here to be in prison, and not on the list",
    Found.AWAY: "Away: known here to be out at court or on temporary absence, and not on the list; left as they are",
}
HERE = {
    State.NONE: "never known to be in prison",
    State.OPEN: "in {prison} since {when}",
    State.AWAY: "out from {prison} since {when}",
    State.IN_TRANSIT: "left {prison} on {when}, not known to have arrived anywhere",
    State.CARE_ELSEWHERE: "in hospital or care elsewhere since {when}, from {prison}",
    State.SUSPENDED: "missing from {prison} since {when}",
    State.SETTLING: "released from {prison} on {when}",
    State.CLOSED: "left prison on {when}",
    State.DECEASED: "died on {when}",
}
SHOWN = 20
MANY = 20  # fewer than this may well have left in one night


class Command(BaseCommand):
    help = (
        f"Compares who is in which prison with a list: a CSV file with the columns {' and '.join(COLUMNS)}. "
        "Says who is missing here, who is elsewhere and who has left. Writes nothing without --repair. Exit code 1 "
        "where the file or a row of it cannot be used, 2 for a wrong --at, else 0."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="ROLL.csv")
        parser.add_argument(
            "--at",
            metavar="TIME",
            help="when the list was true, like 2026-11-21T02:00 (local time without an offset); now when left out",
        )
        parser.add_argument("--repair", action="store_true", help="record what the list says, as told by this file")
        parser.add_argument(
            "--everyone",
            action="store_true",
            help="the file lists everybody in every prison: whoever is not on it was released",
        )
        parser.add_argument(
            "--even-so", action="store_true", help="repair although the list leaves out many of those we know"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object on one line")

    def handle(self, *args: Any, **options: Any) -> None:
        at = time_of_the_list(options["at"])
        roll = read(Path(options["file"]))
        where = {row.number: row.prison for row in roll.rows}
        name = Path(options["file"]).name.encode("utf-8", "backslashreplace").decode()
        their = TheirList(name, at, where, frozenset(where.values()), options["everyone"])
        compared = reconciling.compare(their)
        if not options["json"]:
            self.say(opening(their, roll, is_now=not options["at"]))
            self.say(report(their, compared))
        if options["repair"] and not options["even_so"]:
            check_complete(compared)
        done, not_done = self.repair(their, compared) if options["repair"] else (0, {})
        if options["repair"]:
            registration.roll_was_read(prisons=their.prisons, at=their.at)
        if options["json"]:
            told = in_json(their, roll, compared)
            self.stdout.write(json.dumps({**told, "repaired": done, "not_repaired": not_done}))
        else:
            self.say(closing(compared, done, not_done, repairs=options["repair"]))

    def say(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line)

    def repair(self, their: TheirList, compared: Comparison) -> tuple[int, dict[str, str]]:
        """How many were put right, and why the others were not."""
        done, not_done = 0, {}
        for difference in compared.differences:
            if difference.found not in TO_REPAIR:
                continue
            try:
                if repaired(difference.number, their):
                    done += 1
                else:
                    not_done[difference.number] = "It agrees by now: something was recorded meanwhile."
            except NotPossible as problem:
                not_done[difference.number] = str(problem)
        return done, not_done


def check_complete(compared: Comparison) -> None:
    """A list cut short would send many people out of prison here. Raises CommandError."""
    left = len(compared.of(Found.LEFT))
    if left > max(MANY, (compared.agree + left) // 10):
        raise CommandError(
            f"{left} people would be recorded as having left, more than a tenth of those we know there. The list may "
            "be incomplete. Nothing was written. If it is complete, say so with --even-so."
        )


def time_of_the_list(text: str | None) -> datetime:
    now = timezone.now()
    at = moment(text) if text else now
    if at > now:
        raise CommandError(f"{text} lies ahead. Give the time at which the list was true.", returncode=2)
    return at


def read(path: Path) -> Roll:
    """The list. Raises CommandError, with every row that cannot be used, and what to do about it."""
    try:
        roll = roll_of(text_of(path.read_bytes()))
    except OSError as problem:
        raise CommandError(f"{path} cannot be read: {problem.strerror}. {NOTHING_DONE}") from problem
    except (NotText, NotATable) as problem:
        raise CommandError(f"{path} cannot be used: {problem} {NOTHING_DONE}") from problem
    if problems := list(roll.problems) or reconciling.in_two_prisons(roll.rows):
        raise CommandError("\n".join(refusal(path, problems)))
    if not roll.rows:
        raise CommandError(f"{path} lists nobody. Ask for the list again. {NOTHING_DONE}")
    return roll


def refusal(path: Path, problems: list[Problem]) -> Iterator[str]:
    yield f"{path}: {counted(len(problems), 'row', 'rows')} cannot be used."
    yield from (str(problem) for problem in problems[:SHOWN])
    if len(problems) > SHOWN:
        yield f"... and {len(problems) - SHOWN} more."
    yield f"Put these rows right and run it again. {NOTHING_DONE}"


def repaired(number: str, their: TheirList) -> bool:
    """One person; where another writer and this one waited for each other, once more."""
    for _ in range(4):
        try:
            return actions.repair_from_roll(number=number, their=their)
        except OperationalError:
            continue
    return actions.repair_from_roll(number=number, their=their)


# -- what it says -----------------------------------------------------------------------------------------------------


def opening(their: TheirList, roll: Roll, is_now: bool) -> Iterator[str]:
    prisons = sorted(their.prisons)
    scope = "everybody in every prison" if their.everyone else ", ".join(prisons)
    people, places = counted(len(their.where), "person", "people"), counted(len(prisons), "prison", "prisons")
    yield f"{their.name}: {people} in {places} ({scope})."
    if is_now:
        yield "Taken as true now, because no --at says when it was. If the list is older, give its time."
    else:
        yield f"Taken as true on {time_of(their.at)}{age(timezone.now() - their.at)}."
    if roll.not_read:
        yield f"Columns that were not read: {', '.join(roll.not_read)}."
    if unknown := reconciling.not_in_any_file(prisons):
        yield f"Not a prison we know: {', '.join(unknown)}. Check the spelling; --repair adds it for staff to complete."


def age(old: timedelta) -> str:
    """Said from two days on: a wrong day or year is soon typed."""
    return f", {old.days} days ago" if old.days > 1 else ""


def report(their: TheirList, compared: Comparison) -> Iterator[str]:
    yield f"{counted(compared.agree, 'person agrees', 'people agree')}."
    for found, heading in HEADINGS.items():
        if differences := compared.of(found):
            yield ""
            yield f"{heading} ({len(differences)}):"
            yield from (f"  {in_words(difference)}" for difference in differences)
    left = Counter(difference.known.prison for difference in compared.of(Found.LEFT) if difference.known.prison)
    if unlisted := {prison: many for prison, many in sorted(left.items()) if prison not in their.prisons}:
        yield ""
        yield f"Is the list complete? It has no row for {', '.join(f'{p} ({n} left)' for p, n in unlisted.items())}."


def in_words(difference: Difference) -> str:
    there = f"on the list at {difference.listed}; " if difference.listed else ""
    return f"{difference.number}  {there}here: {place(difference.known)}"


def place(known: Known) -> str:
    when = time_of(known.since) if known.since else ""
    return HERE[known.state].format(prison=known.prison or "a prison not known", when=when)


def closing(compared: Comparison, done: int, not_done: dict[str, str], repairs: bool) -> Iterator[str]:
    differ = sum(len(compared.of(found)) for found in TO_REPAIR)
    yield ""
    if not differ:
        yield "Nothing to repair."
    elif not repairs:
        yield f"{differ} to repair. Nothing was written: run it again with --repair to record what the list says."
    else:
        yield from (f"Not repaired: {number}: {why}" for number, why in not_done.items())
        yield f"{done} of {differ} repaired."


def counted(many: int, one: str, more: str) -> str:
    return f"{many} {one if many == 1 else more}"


def in_json(their: TheirList, roll: Roll, compared: Comparison) -> dict[str, Any]:
    """How many agree, and each list with where the file (``listed``) and where we (``prison``) have the person.

    ``repaired`` (how many) and ``not_repaired`` (prison number: why) are added once that is done.
    """
    return {
        "at": their.at.isoformat(),
        "people": len(their.where),
        "prisons": sorted(their.prisons),
        "not_known_as_a_prison": reconciling.not_in_any_file(their.prisons),
        "columns_not_read": list(roll.not_read),
        "agree": compared.agree,
        **{found.value: [in_short(difference) for difference in compared.of(found)] for found in Found},
    }


def in_short(difference: Difference) -> dict[str, Any]:
    known = difference.known
    return {
        "prison_number": difference.number,
        "listed": difference.listed,
        "state": known.state.value,
        "prison": known.prison,
        "since": known.since.isoformat() if known.since else None,
    }
