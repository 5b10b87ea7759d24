"""Nothing of a person is left in the tablet's browser: a sample of `make prove ARGS="left"`."""

import pytest
from django.db import connection  # noqa: F401 - the mark below names it

from tests.prove import left

# It serves a database of its own, so once is enough: not again where the suite runs on PostgreSQL.
pytestmark = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="makes its own database; run with SQLite only")


@pytest.fixture(scope="module")
def found():
    return left.campaign(visits=3)


def test_this_browser_remembers_pages_so_that_the_rest_could_have_failed(found):
    assert found["control"]["open"] > 0
    assert found["control"]["store"] > 0, "no-store alone does not keep a page from coming back"


def test_a_page_comes_never_back_from_memory_once_the_cookie_has_changed(found):
    assert found["control"]["rotated"] == 0


def test_nothing_of_anybody_is_in_pages_storages_or_history_after_30_steps(found):
    assert found["found"] == []
    assert found["steps"] == 3 * left.STEPS


def test_nothing_of_anybody_is_on_the_disk_where_a_page_that_may_be_stored_is(found):
    assert found["control"]["disk"] > 0
    assert found["on_disk"] == []
