"""In which language a person is given a paper."""

from consent.models import Visit
from consent.words import content
from consent.words.files import ENGLISH
from consent.words.local import general
from registration import actions as registration
from registration.models import Patient


def offered() -> list[str]:
    """The tags of the languages that a paper can be printed in, in the order in which the tablet offers them."""
    return [tablet.language for tablet in content.offered()]


def visits_of(people: list[Patient]) -> list[Visit]:
    """Every visit of one person, the last one first."""
    told = Visit.objects.filter(patient__in=people).select_related("started_by", "patient__merged_into")
    return list(told.order_by("-started_at"))


def language_of(person: Patient) -> str:
    return spoken_by(person, visits_of(registration.family(person)), offered())


def spoken_by(person: Patient, visits: list[Visit], tags: list[str]) -> str:
    """The language that they chose on a tablet last; else the one that staff know of; else English."""
    for visit in visits:
        # Until a language is touched the screens are in English: that was nobody's choice.
        if visit.state.get("step", "language") != "language":
            return general(visit.state.get("language", ENGLISH))
    return tag_for(person.language, tags)


def tag_for(code: str, tags: list[str]) -> str:
    """The language that staff chose from their list ("pt") as words are published in it ("pt-PT"); else English."""
    return next((tag for tag in tags if code and tag.partition("-")[0] == code.partition("-")[0]), ENGLISH)
