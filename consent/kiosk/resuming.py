"""A visit begins in the language chosen, and where the last one of this time in prison stopped."""

from typing import Any

from consent import telling
from consent.journey import BY_ID, Kind
from consent.kiosk import visits
from consent.models import Visit
from consent.questions import GMS_REGISTRATION, GP_RECORD
from consent.words import content
from registration import actions as registration


def speak(visit: Visit, language: str) -> None:
    """From here on in this language; what was seen in another one is seen anew."""
    state = visit.state
    state |= {"words": content.current_hashes(language, visit.prison_id), "language": language}
    state |= {
        "seen": {},
        "took": {},
        "aloud": {},
        "heard": [],
        "checks": {},
        "tries": {},
        "resumed": False,
        "knows_cost_of_no": False,
    }
    state |= taken_up_from(visit)
    state["unchecked"] = nobody_checked(visit)


def nobody_checked(visit: Visit) -> bool:
    """Whether a yes or no in this visit may be given in view of a translation that no person has checked."""
    now, state = visits.situation(visit), visit.state
    asked = [GP_RECORD.id] if GP_RECORD.id in now.asks else []
    if now.asks_gms or now.outcome == "second-look" or not now.asks:
        asked.append(GMS_REGISTRATION.id)
    said = [content.words(state["words"][question]) for question in asked]
    return any(
        content.unchecked(words, [*state["seen"].get(words.question, []), *telling.may_be_told(words, now)])
        for words in said
    )


def taken_up_from(visit: Visit) -> dict[str, Any]:
    """Where the last visit of this time in prison stopped, and what was heard in it; never an answer."""
    people = registration.family(visit.patient)
    since = visit.state["opened_at"]
    before = Visit.objects.filter(patient__in=people, started_at__gte=since).exclude(pk=visit.pk) if since else []
    last = before.order_by("-started_at").first() if since else None
    if (
        last is None
        or GMS_REGISTRATION.id not in visit.state["asks"]
        or not tells_something(last.state.get("heard", []))
    ):
        return {}
    if last.state["words"] != visit.state["words"]:
        return {}  # the words have changed since, or are in another language: they are heard anew
    kept = {name: last.state[name] for name in ("seen", "checks", "order", "heard")}
    kept |= {"took": last.state.get("took")}
    return kept | {"aloud": last.state.get("aloud", {}), "knows_cost_of_no": knows_cost_of_no(last), "resumed": True}


def knows_cost_of_no(visit: Visit) -> bool:
    return "right" in visit.state["checks"].get("no-checks", {}).get("passes", [])


def tells_something(heard: list[str]) -> bool:
    return any(BY_ID[step].kind in (Kind.MINUTE, Kind.READ, Kind.MEANS) for step in heard if step in BY_ID)
