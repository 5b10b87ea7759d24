"""A sample of a campaign of `make prove`: what is changed by force is found, and nothing where nobody did."""

import pytest

from tests.prove.tampers import campaign
from tests.published import publish

pytestmark = pytest.mark.django_db


@pytest.mark.long
def test_every_tamper_is_found_and_no_clean_record_is_suspected(key):
    publish("en-GB")
    found = campaign(key=key, tampers=60, cleans=40)
    assert (found["tampers"], found["cleans"]) == (60, 40)
    assert found["missed"] == []
    assert found["alarms"] == []
