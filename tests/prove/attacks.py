"""Every attack that software answers, tried twice: with its control, and with the control switched off.

A test says something of a control only where it fails without it. So each row of tests/prove/switches.py names a
control, the lines that take it away, and the tests that then must fail, saying that the attack succeeded. Lines are
replaced in a copy of the tree, made anew for each row; one that is not there exactly once is an error.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree  # nosec B405: what our own pytest wrote

from tests.cluster import own_cluster
from tests.prove.switches import ATTACKS, Attack

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_COPIED = (".git", ".venv", "node_modules", "build", "var", "__pycache__", ".*_cache", ".hypothesis")
LINKED = ("build", "node_modules")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What went otherwise than it should, with the control and without it."""

    row: Attack
    not_refused: list[str]
    not_seen: list[str]

    def __str__(self) -> str:
        wrong = [*self.not_refused, *self.not_seen]
        return "\n".join([f"{'NOT' if wrong else 'refused, and seen without it'}: {self.row.name}", *wrong])


@contextlib.contextmanager
def copy_of_the_tree() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        for name in LINKED:
            (copy / name).symlink_to(ROOT / name)
        yield copy


def switch_off(attack: Attack, tree: Path) -> None:
    for off in attack.off:
        file = tree / off.file
        file.write_text(file.read_text(encoding="utf-8").replace(off.line, off.without), encoding="utf-8")


def out_of_date(attack: Attack) -> list[str]:
    """What of a row is not in the tree any more as it says: a line to replace, or a test."""
    found = []
    for off in attack.off:
        times = (ROOT / off.file).read_text(encoding="utf-8").count(off.line)
        if times != 1:
            found.append(f"{attack.name}: {off.file} has this {times} times, not once: {off.line!r}")
    for test in attack.tests:
        file, _, name = test.partition("::")
        if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8"):
            found.append(f"{attack.name}: there is no {test}")
    return found


def run(tree: Path, tests: Iterable[str], database: str) -> dict[str, list[str | None]]:
    """What each named test said, case by case: None where it passed, else its failure."""
    report = tree / "var" / "report.xml"
    named = list(tests)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", "--tb=short", "-vvv"]
    environment = {**os.environ, "DATABASE_URL": database, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("TEST_AS_APPLICATION", None)
    ended = subprocess.run([*command, *named], cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if not report.exists():
        return {name: [f"error: no report: {ended.stdout[-2000:]}{ended.stderr[-2000:]}"] for name in named}
    said: dict[str, list[str | None]] = {name: [] for name in named}
    for case in ElementTree.parse(report).iter("testcase"):  # nosec B314
        name = f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"
        for asked in named:
            if name == asked or name.startswith(f"{asked}["):
                said[asked].append(what_it_said(case))
    return said


def what_it_said(case: ElementTree.Element) -> str | None:
    for kind in ("error", "failure", "skipped"):
        if (found := case.find(kind)) is not None:
            return f"{kind}: {found.get('message', '')}\n{found.text or ''}"
    return None


def not_refused(said: dict[str, list[str | None]]) -> list[str]:
    """With the control on every case passes, and none is left out."""
    return [
        f"{name}: {next((one for one in cases if one), 'no such test')}"
        for name, cases in said.items()
        if not cases or any(cases)
    ]


def not_seen(attack: Attack, said: dict[str, list[str | None]]) -> list[str]:
    """Without it each named test fails, saying what the attack came to; an error on the way to it proves nothing."""
    wrong = []
    for name, cases in said.items():
        failures = [one for one in cases if one]
        if not failures:
            wrong.append(f"{name}: passes without the control" if cases else f"{name}: no such test")
        elif not any(one.startswith("failure") and re.search(attack.shows, one, re.DOTALL) for one in failures):
            wrong.append(f"{name}: fails, but not with {attack.shows!r}: {failures[0][:3000]}")
    return wrong


def campaign(wanted: Sequence[str] = ()) -> list[Outcome]:
    """``wanted``: only the rows with this number, or with a control that begins so."""
    if lost := [what for row in ATTACKS for what in out_of_date(row)]:
        raise ValueError("\n".join(lost))
    rows = [a for a in ATTACKS if not wanted or any(w in a.numbers or a.control.startswith(w) for w in wanted)]
    found = []
    with contextlib.ExitStack() as stack:
        cluster = stack.enter_context(own_cluster()) if any(row.side_by_side for row in rows) else None
        for side_by_side in (False, True):
            some = [row for row in rows if row.side_by_side is side_by_side]
            database = cluster.url if side_by_side and cluster else "sqlite:///var/test.sqlite3"
            tests = list(dict.fromkeys(name for row in some for name in row.tests))
            with copy_of_the_tree() as tree:
                refused = run(tree, tests, database) if tests else {}
            for row in some:
                with copy_of_the_tree() as tree:
                    switch_off(row, tree)
                    seen = run(tree, row.tests, database)
                found.append(
                    Outcome(row, not_refused({name: refused[name] for name in row.tests}), not_seen(row, seen))
                )
                print(found[-1], file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    campaign(sys.argv[1:])
