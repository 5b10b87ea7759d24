"""Sounds for tests: read by espeak-ng once, and kept between runs beside what else is built."""

from collections.abc import Callable

import pytest

from consent.words import speaking
from consent.words.voices import spoken


@pytest.fixture
def voices(settings, tmp_path) -> Callable[..., int]:
    """Call it with tags, after publishing: ``voices("en-GB", "pl")`` makes what of their words has no sound yet.

    It returns how many it made: hundreds for a language the first time (10 to 20 seconds), none the next. Nobody has
    recorded anything: settings.VOICE_RECORDINGS is a folder of this test alone.
    """
    settings.VOICES = settings.BASE_DIR / "build" / "voices-for-tests"
    settings.VOICE_RECORDINGS = tmp_path / "recordings"

    def made(*tags: str) -> int:
        return speaking.make(spoken(tags).values())

    return made
