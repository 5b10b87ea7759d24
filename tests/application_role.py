"""Tests under the role that the application has in production: it owns nothing, and adds only.

With TEST_AS_APPLICATION=1, on PostgreSQL, every connection of a test is that role's; what a deployment does as the
owner of the tables (prepare), the tests do as the owner too. `.ci/both-databases` runs some tests once more like this.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

ROLE = "kiosk_application_in_tests"
IS_ON = os.environ.get("TEST_AS_APPLICATION") == "1"


def becomes(role: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}" if role else "RESET ROLE")


def new_connection(connection: object, **signal: object) -> None:
    """Threads of the live server connect by themselves."""
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"SET ROLE {ROLE}")


@contextmanager
def as_owner() -> Iterator[None]:
    """What only the owner of the tables may do: migrate, publish, take triggers away."""
    if not IS_ON or not is_the_application():
        yield
        return
    becomes(None)
    try:
        yield
    finally:
        becomes(ROLE)


def is_the_application() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone() == (ROLE,)


def given_its_rights(role: str = ROLE, to: str = "application") -> None:
    """The role, made where it is missing, with its rights on this test's database."""
    from consent.database_roles import give_rights

    # Outside the test's transaction: roles belong to the whole server, and other test runs use this one too.
    server = connection.copy()
    try:
        with server.cursor() as cursor:
            # As of a test that has begun, each new connection is the application's; and only the owner makes roles.
            cursor.execute("RESET ROLE")
            cursor.execute("SELECT pg_advisory_lock(20250710)")
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if not cursor.fetchone():
                cursor.execute(f"CREATE ROLE {role} LOGIN")
    finally:
        server.close()
    give_rights(role=role, to=to)


@pytest.fixture(autouse=True)
def as_the_application(request: pytest.FixtureRequest) -> Iterator[None]:
    names = {"db", "transactional_db", "live_server"} & set(request.fixturenames)
    marked = request.node.get_closest_marker("django_db")
    if not IS_ON or not (names or marked):
        yield
        return
    request.getfixturevalue("transactional_db" if "transactional_db" in request.fixturenames else "db")
    given_its_rights()
    becomes(ROLE)
    connection_created.connect(new_connection)
    yield
    connection_created.disconnect(new_connection)
    # A test that rolls back takes its SET ROLE back with it, and may have left its transaction broken.
    if not connection.in_atomic_block:
        becomes(None)
