"""One week in three prisons: sixty people, two hundred movements, and staff who do what their lists say.

The long one, six weeks in ten prisons, is `make prove ARGS="weeks"`.
"""

import pytest

from registration.actions import load_prisons
from tests.prove.weeks import Story
from tests.published import publish
from tests.staff import HULL, LEEDS

MOORLAND = {**LEEDS, "id": "MDI", "name": "Moorland (HMP)"}


@pytest.fixture(scope="module")
def seed():
    return 20260302


@pytest.mark.long
@pytest.mark.django_db
def test_at_the_end_every_list_is_empty_or_explained_nobody_is_lost_and_nobody_was_asked_again(seed):
    load_prisons([LEEDS, HULL, MOORLAND])
    publish("en-GB")
    story = Story(seed, prisons=["LEI", "HLI", "MDI"], people=60, movements=200)
    story.goes_by()
    assert sum(len(one.life) for one in story.people) >= 200
    assert {"visit", "second-look", "task-done", "request", "staff-check", "legal-status"} <= set(story.done)
    assert story.faults() == {kind: [] for kind in story.faults()}
