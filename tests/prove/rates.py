"""How fast decisions are stored and lines are checked, each over the plainest thing that does the same to the disk."""

import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from consent import actions
from consent.ledger import START, canonical, digest, stamp
from consent.models import Entry, Remark
from consent.policy import Answer
from consent.proof import verify
from consent.proof.check_record import sealed
from consent.words import publishing
from registration.actions import patient_with
from registration.models import Patient
from registration.movements import Direction, Movement
from tests.proving import unguarded

WRITERS = 16
EACH = 20  # decisions of one writer in one round
ROUNDS = 5
SALT = "0" * 32
FORK = multiprocessing.get_context("fork")


# -- decisions a second -----------------------------------------------------------------------------------------------


def decisions() -> dict[str, float]:
    """Decisions a second of 16 writers, and the same rows through Django without chain, triggers and projection."""
    publishing.publish()
    people = prepared(WRITERS * EACH * (ROUNDS + 1))
    ours: list[float] = []
    plain: list[float] = []
    for turn in range(ROUNDS + 1):
        mine = people[turn * WRITERS * EACH : (turn + 1) * WRITERS * EACH]
        told = rate(decide, mine)
        rows = list(Entry.objects.order_by("-pk").values("chain", "kind", "at", "recorded_at", "body")[: len(mine)])
        with unguarded():
            connection.close()
            bare = rate(insert, rows)
        if turn:  # the first round warms up
            ours.append(told)
            plain.append(bare)
    return {"ours": statistics.median(ours), "plain": statistics.median(plain)}


def prepared(count: int) -> list[Patient]:
    """People who came in, each with a movement and a status."""
    people = []
    with transaction.atomic():
        for n in range(count):
            person = patient_with(f"{chr(66 + n // 9000)}{n % 9000:04d}RT")
            at = timezone.now() - timedelta(hours=1)
            movement = Movement(at, Direction.IN, "NEW_ADMISSION", prison="LEI")
            actions.record_movement(patient=person, movement=movement, by="rates")
            people.append(person)
    return people


def decide(person: Patient) -> None:
    actions.decide(
        patient=person,
        question="gp-record",
        answer=Answer.NO,
        by=actions.PERSON,
        route="talk",
    )


def insert(row: dict[str, Any]) -> None:
    """The same row again, to the same table, by the same library, in a transaction of its own."""
    with transaction.atomic():
        mark = f"{time.perf_counter_ns()}{row['chain']}".encode()
        Entry(seq=time.perf_counter_ns() % 2_000_000_000, hash=digest(mark), **row).save()


def rate(deed: Callable[[Any], None], things: list[Any]) -> float:
    """Deeds a second when 16 processes share them out and begin at once."""
    connection.close()
    begin, wrong = FORK.Barrier(WRITERS + 1), FORK.Queue()
    writers = [FORK.Process(target=write, args=(deed, things[n::WRITERS], begin, wrong)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    begin.wait()
    begun = time.perf_counter()
    problems = [wrong.get() for _ in writers]
    taken = time.perf_counter() - begun
    for writer in writers:
        writer.join()
    assert not any(problems), problems
    return len(things) / taken


def write(deed: Callable[[Any], None], things: list[Any], begin: Any, wrong: Any) -> None:
    problem = ""
    connection.ensure_connection()
    begin.wait()
    try:
        for thing in things:
            deed(thing)
    except Exception as failure:
        problem = repr(failure)
    wrong.put(problem)
    connection.close()


# -- lines checked a second -------------------------------------------------------------------------------------------


def checks(count: int = 200_000, length: int = 8) -> dict[str, float]:
    """Lines verified a second, over reading the same columns of them through Django and hashing their bytes."""
    fill(count, length)
    ours, plain = [], []
    for turn in range(4):
        told = timed(lambda: list(verify.chain_faults({})))
        read = timed(read_and_hash)
        if turn:
            ours.append(count / told)
            plain.append(count / read)
    return {"ours": statistics.median(ours), "plain": statistics.median(plain)}


def timed(deed: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    assert not deed()
    return time.perf_counter() - begun


def read_and_hash() -> int:
    rows = Entry.objects.order_by("chain", "seq").values_list(*verify.READ).iterator(5000)
    return sum(sha256(bytes(row[5])).hexdigest() != row[6] for row in rows)


def fill(count: int, length: int) -> None:
    """Whole chains as the record holds them, put in many at a time."""
    rows = lines(count, length)
    while batch := list(islice(rows, 2000)):
        Entry.objects.bulk_create(batch)
        # Whose chain it is, sealed in its first line.
        first = [entry for entry in batch if entry.seq == 1]
        Remark.objects.bulk_create(
            Remark(seal=sealed(SALT, entry.chain.hex), chain=entry.chain, salt=SALT, text=entry.chain.hex)
            for entry in first
        )


def lines(count: int, length: int) -> Iterator[Entry]:
    import uuid

    at = timezone.now()
    for chain in range(count // length):
        name, previous = uuid.UUID(int=chain + 1), START
        for seq in range(1, length + 1):
            body = canonical(
                {
                    "v": 1,
                    "chain": str(name),
                    "seq": seq,
                    "previous": previous,
                    "kind": "decision",
                    "at": stamp(at),
                    "recorded_at": stamp(at),
                    "by": {"who": "person", "name": ""},
                    "data": {
                        "question": "gms-registration",
                        "answer": "later",
                        "prison": "LEI",
                        "route": "talk",
                        "hold": "none",
                        "once": "",
                        "refers": [],
                    }
                    | ({"about": {"seal": sealed(SALT, name.hex)}} if seq == 1 else {}),
                }
            )
            previous = digest(body)
            yield Entry(chain=name, seq=seq, kind="decision", at=at, recorded_at=at, body=body, hash=previous)


def main() -> None:
    """On the empty database that DATABASE_URL names; prints what was measured."""
    import json

    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    # In this order: the plain rows of the other are no chains.
    checked = checks()
    print(json.dumps({"checks": checked, "decisions": decisions()}))
