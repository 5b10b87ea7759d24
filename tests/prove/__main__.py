"""``make prove``: the long campaigns. Everything runs on databases of its own; docs/benchmarks.md says what came of it.

python -m tests.prove [tampers] [kills] [rates] [growth] [crowd] [screens] [left] [attacks] [weeks]
                      [arrivals]   (none named: all)
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import PRESSES_FAST
from tests.cluster import Unavailable, own_cluster
from tests.prove import report

ROOT = Path(__file__).resolve().parent.parent.parent
TAMPERS, CLEANS, KILLS, PEOPLE, VISITS = 1_000, 1_000, 200, 1_000_000, 200
ARRIVALS = 14
# Seed, weeks, people, movements.
STORY = 20260302, 6, 300, 1_000


def child(module: str, url: str, *arguments: str) -> Any:
    """Run a campaign in a process of its own on a database of its own; the JSON it prints."""
    code = f"import django; django.setup(); from tests.prove import {module}; {module}.main()"
    command = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment |= PRESSES_FAST
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def on_both(module: str, *arguments: str) -> dict[str, Any]:
    """The same on SQLite, and on a PostgreSQL cluster that keeps what it says it keeps."""
    with tempfile.TemporaryDirectory() as folder:
        found = {"SQLite": child(module, f"sqlite:///{folder}/prove.sqlite3", *arguments)}
    with own_cluster(durable=True) as cluster:
        found["PostgreSQL"] = child(module, cluster.url, *arguments)
    return found


def tampers() -> tuple[str, list[str]]:
    found = on_both("tampers", str(TAMPERS), str(CLEANS))
    lines = [
        "Rows changed, removed, added and swapped, projections and checkpoints altered, by somebody with every right",
        "to the database who knows the code and makes hashes, chains, leaves and projections fit again",
        "(tests/prove/tampers.py).",
        "",
        "| database | tampers | found (aim: all) | clean records | false alarms (aim 0) |",
        "|---|---|---|---|---|",
    ]
    for name, one in found.items():
        caught = one["tampers"] - len(one["missed"])
        lines.append(f"| {name} | {one['tampers']:,} | {caught:,} | {one['cleans']:,} | {len(one['alarms'])} |")
        lines += [f"\nMissed: {', '.join(one['missed'])}"] if one["missed"] else []
    return "Tampers", lines


def kills() -> tuple[str, list[str]]:
    from tests.prove.kills import campaign

    found = campaign(kills=KILLS)
    return "Never lost, never doubled", [
        "Tablets confirm answers while the server or a durable PostgreSQL cluster is killed with SIGKILL, or the",
        "connection is cut after each byte of request and reply; then every tablet sends the same form again.",
        "",
        "| what | count |",
        "|---|---|",
        *(f"| kills: {kind} | {count:,} |" for kind, count in found.kills.items()),
        f"| answers at stake | {found.answers:,} |",
        f"| acknowledged before that | {found.acknowledged:,} |",
        f"| stored, but not acknowledged: the moment was hit | {sum(found.committed_unacknowledged.values()):,} |",
        f"| lost (aim 0) | {found.lost} |",
        f"| doubled (aim 0) | {found.doubled} |",
        f"| stored with another answer (aim 0) | {found.wrong} |",
        f"| tablets that could not go on (aim 0) | {found.stuck} |",
        f"| faults of the record afterwards (aim 0) | {len(found.faults)} |",
    ]


def rates() -> tuple[str, list[str]]:
    found = on_both("rates")
    lines = [
        "A decision: guards, chain, triggers and projection in one transaction, against an entry of the same bytes",
        "inserted through Django without any of them (triggers dropped), in turns, 16 processes. A line checked: hash,",
        "chain and columns, against reading the same columns through Django and hashing their bytes.",
        "",
        "| what | aim | SQLite | PostgreSQL |",
        "|---|---|---|---|",
    ]
    for what, title in (
        ("decisions", "decisions a second over plain inserts, 16 writers"),
        ("checks", "entries verified a second over reading and hashing them"),
    ):
        cells = [f"{one[what]['ours'] / one[what]['plain']:.2f} ({one[what]['ours']:,.0f}/s)" for one in found.values()]
        lines.append(f"| {title} | at least 0.5 | {' | '.join(cells)} |")
    return "Decisions and checks", lines


def growth() -> tuple[str, list[str]]:
    from tests.prove.growth import campaign

    found = campaign(PEOPLE)
    counts = found["counts"]
    return "Growth", [
        f"PostgreSQL with {counts['registration_patient']:,} people and {counts['consent_entry']:,} entries, over",
        "the same with 1,000 people; the same people looked at, in turns, medians.",
        "",
        "| what | aim | measured |",
        "|---|---|---|",
        *(
            f"| {title} | at most 1.2 | {found['ratios'][what]:.2f} |"
            for what, title in (
                ("person", "the person's page"),
                ("today", "today's list"),
                ("decision", "one decision"),
            )
        ),
    ]


def crowd() -> tuple[str, list[str]]:
    from tests.prove.crowd import AT_WORK, campaign

    found = campaign()
    return "A large prison", [
        f"PostgreSQL with {found['here']:,} people in the prison and {found['estate']:,} in the estate, over the same",
        f"with {AT_WORK}, in turns, medians. The same {AT_WORK} people need something in both; all others answered.",
        "",
        "| page | aim | time | queries, few and many |",
        "|---|---|---|---|",
        *(
            f"| {page} | at most 1.5 | {one['ratio']:.2f} | {one['queries']['few']}, {one['queries']['many']} |"
            for page, one in found["pages"].items()
        ),
    ]


def screens() -> tuple[str, list[str]]:
    from tests.prove.screens import STATES, campaign

    found = campaign()
    languages = list(dict.fromkeys(key.partition(", ")[0] for key in found["screens"]))
    return "Screens", [
        "Every screen of the whole journey, of the first night, after a yes was sent and beside the way, in Chromium,",
        "in each language and state (tests/prove/screens.py): axe-core (WCAG 2.2 A and AA, and contrast of 7:1),",
        "targets of at least 20 mm (choices 30 mm), words cut off, scrolling sideways; and down, on 1280 x 800 at",
        "normal size.",
        "",
        f"Screens looked at: {sum(found['screens'].values()):,}, in {len(languages)} languages and {len(STATES)} "
        f"states; faults: {len(found['faults'])}.",
        "",
        f"| state | {' | '.join(languages)} |",
        f"|---|{'---|' * len(languages)}",
        *(
            f"| {state} | {' | '.join(str(found['screens'][f'{tag}, {state}']) for tag in languages)} |"
            for state in STATES
        ),
        "",
        *(f"- {fault}" for fault in found["faults"][:40]),
    ]


def left() -> tuple[str, list[str]]:
    from tests.prove.left import STEPS, TRIES, campaign

    found = campaign(VISITS)
    control = found["control"]
    return "Left behind", [
        f"{found['browser']}, started without playwright (which switches its memory of pages off), is a tablet:",
        "people come by being sent or by a code, with JavaScript and without, and leave in six ways; after each, steps",
        "at random through history, reloads and the address again (tests/prove/left.py). Looked at after every step:",
        "the page, its title, the entries of the history, session and local storage, caches, databases, workers,",
        "cookies for scripts; at the end every file of the browser's profile.",
        "",
        "| what | count |",
        "|---|---|",
        *(f"| visits that ended by {way} | {count:,} |" for way, count in found["ways"].items()),
        *(f"| {mode} | {count:,} |" for mode, count in found["modes"].items()),
        f"| steps, {STEPS} after each | {found['steps']:,} |",
        f"| visits after which something was found (aim 0 of {found['visits']}) | {len(found['found'])} |",
        f"| files of the profile with a name or number (aim 0) | {len(found['on_disk'])} |",
        f"| control: a page that may be stored came back from memory | {control['open']} of {TRIES} |",
        f"| control: a page with no-store alone came back from memory | {control['store']} of {TRIES} |",
        f"| control: with no-store and a changed cookie, as on a tablet (aim 0) | {control['rotated']} of {TRIES} |",
        f"| control: files of the profile with the page that may be stored | {control['disk']} |",
        "",
        *(f"- {what}" for what in found["found"][:20]),
    ]


def attacks() -> tuple[str, list[str]]:
    from tests.prove.attacks import campaign

    found = campaign()
    refused = sum(not one.not_refused for one in found)
    seen = sum(not one.not_seen for one in found)
    tests = len({test for one in found for test in one.row.tests})
    return "Attacks", [
        "Each control is switched off in a copy of the tree, by the lines that tests/prove/switches.py names, and the",
        "tests that hold it must then fail, saying what the attacker has (tests/prove/attacks.py). What is left on a",
        'tablet (T01, T02, T14 to T16) is tried in "Left behind" as well, what changes the record in "Tampers".',
        "",
        "| what | count |",
        "|---|---|",
        f"| controls | {len(found)} |",
        f"| tests that hold them | {tests} |",
        f"| attacks refused with the control on (aim: all) | {refused} |",
        f"| attacks seen to succeed with it off (aim: all) | {seen} |",
        f"| controls behind which another had to be switched off too | {sum(bool(one.row.behind) for one in found)} |",
        "",
        "| attack | control | without it | on | off |",
        "|---|---|---|---|---|",
        *(
            f"| {', '.join(one.row.numbers) or '—'} "
            f"| {one.row.control}{f' (behind it: {one.row.behind})' if one.row.behind else ''} | {one.row.got} "
            f"| {'NOT refused' if one.not_refused else 'refused'} | {'NOT seen' if one.not_seen else 'succeeds'} |"
            for one in found
        ),
    ]


def weeks() -> tuple[str, list[str]]:
    found = on_both("weeks", *map(str, STORY))
    one = next(iter(found.values()))
    kinds, movements = list(one["faults"]), one["movements"]
    return "Six weeks in ten prisons", [
        f"{movements:,} movements of {STORY[2]} people, told late, twice and out of order; twice",
        "a day the staff of each prison do what their lists say, on the pages of those lists (tests/prove/weeks.py).",
        "",
        f"| at the end (aim 0) | {' | '.join(found)} |",
        f"|---|{'---|' * len(found)}",
        *(f"| {kind} | {' | '.join(str(len(one['faults'][kind])) for one in found.values())} |" for kind in kinds),
        f"| things done from a list | {' | '.join(format(sum(one['done'].values()), ',') for one in found.values())} |",
        "",
        *(f"- {fault}" for one in found.values() for kind in kinds for fault in one["faults"][kind][:10]),
    ]


def arrivals() -> tuple[str, list[str]]:
    tests = (
        "many_arrivals_two_tablets_one_nurse",
        "both_answers_of_a_paper_are_written_down_with_four_taps_and_no_typing",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-s", "-p", "no:cacheprovider"]
        + [f"tests/test_browser_reception.py::test_{test}" for test in tests],
        cwd=ROOT,
        env={**os.environ, "TEST_ARRIVALS": str(ARRIVALS)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    said = ("Taps of staff", "Seconds of staff", "Seconds to enter a paper")
    found = [line for line in done.stdout.splitlines() if line.startswith(said)]
    return f"{ARRIVALS} arrivals", [
        "Two tablets and one nurse in Chromium: the list uploaded, everybody received, sent to a tablet, through the",
        "first night there; one is known already, and one has no English. Nobody is lost (asserted).",
        "Then a paper that somebody filled in is entered, both answers.",
        "",
        *(f"- {line}" for line in found),
    ]


GROWING = {"person": "the person's page", "today": "today's list", "decision": "one decision"}
CAMPAIGNS: dict[str, Callable[[], tuple[str, list[str]]]] = {
    "tampers": tampers,
    "rates": rates,
    "growth": growth,
    "crowd": crowd,
    "kills": kills,
    "screens": screens,
    "left": left,
    "attacks": attacks,
    "weeks": weeks,
    "arrivals": arrivals,
}


def main(names: list[str]) -> int:
    for name in names or CAMPAIGNS:
        begun = time.perf_counter()
        try:
            heading, lines = CAMPAIGNS[name]()
        except Unavailable as reason:
            print(f"{name}: left out, because {reason}")
            return 1
        report.write(heading, ["Written by `make prove`.", *lines])
        print(f"\n## {heading} ({(time.perf_counter() - begun) / 60:.0f} minutes)\n", *lines, sep="\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
