"""The arrows run one way, what is pure stays pure, and no module grows past what can be read at once."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("config", "consent", "registration")
# Which rooms each room may know: config -> consent -> registration.
MAY_IMPORT = {
    "config": {"config", "consent", "registration"},
    "consent": {"consent", "registration"},
    "registration": {"registration"},
}
PURE = {
    "consent.hold",
    "consent.counts.suppressing",
    "consent.counts.weekly",
    "consent.policy",
    "consent.questions",
    "consent.history",
    "consent.standing",
    "consent.journey",
    "consent.waiting",
    "consent.proof.check_record",
    "consent.proof.merkle",
    "registration.custody",
    "registration.feeds.confirmations",
    "registration.feeds.prison_events",
    "registration.feeds.reception_list",
    "registration.feeds.roll",
    "registration.feeds.table",
    "registration.identifiers",
    "registration.leaving",
    "registration.legal_status",
    "registration.merging",
    "registration.movements",
    "registration.screening",
}
# The one package beside the standard library that a pure module may need.
PURE_WITH = {"consent.proof.check_record": "cryptography"}
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
}
# Modules that may be longer than 300 lines, each with its reason. Keep it as short as this.
LONGER_BECAUSE = {"consent.proof.check_record": "auditors carry this one file to machines without the project"}


def imported(name):
    """Every module that this one names in an import, wherever in it the import stands."""
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports by dots; write the whole name"
            yield node.module
            # `from consent import facts` names a module of ours.
            yield from (whole for alias in node.names if (whole := f"{node.module}.{alias.name}") in MODULES)


def test_the_modules_are_found():
    assert set(MODULES) > PURE | set(ROOMS)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_run_from_config_to_consent_to_registration(name):
    rooms = {module.partition(".")[0] for module in imported(name)} & set(ROOMS)
    assert rooms <= MAY_IMPORT[name.partition(".")[0]]


@pytest.mark.parametrize("name", sorted(PURE & set(MODULES)))
def test_pure_modules_import_the_standard_library_and_each_other(name):
    for module in imported(name):
        room = module.partition(".")[0]
        known = room in sys.stdlib_module_names or module in PURE or room == PURE_WITH.get(name)
        assert known, f"{name} imports {module}"
        assert room not in {"sqlite3", "socket", "urllib", "http", "subprocess", "os"}


def test_policy_is_the_standard_library_only():
    assert {module.partition(".")[0] for module in imported("consent.policy")} <= sys.stdlib_module_names


@pytest.mark.parametrize("name", sorted(PURE & set(MODULES)))
def test_pure_modules_do_not_look_at_the_clock(name):
    tree = ast.parse(MODULES[name].read_text())
    asked = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not asked & {"now", "utcnow", "today", "monotonic", "time_ns"}


@pytest.mark.parametrize("name", sorted(name for name in MODULES if ".migrations" not in name))
def test_no_module_is_longer_than_300_lines(name):
    lines = len(MODULES[name].read_text().splitlines())
    assert lines <= 300 or name in LONGER_BECAUSE, f"{name} has {lines} lines: split it by concept"


def test_every_exception_to_that_is_still_needed():
    for name, reason in LONGER_BECAUSE.items():
        assert reason
        assert len(MODULES[name].read_text().splitlines()) > 300


def test_there_is_no_room_for_odds_and_ends():
    rooms = {part for name in MODULES for part in name.split(".")}
    assert not rooms & {"core", "utils", "util", "helpers", "services", "common", "signals", "misc", "lib"}


def test_no_rule_hides_in_a_signal():
    modules = {module for name in MODULES for module in imported(name)}
    assert not [module for module in modules if module.endswith(".signals") or ".dispatch" in module]
