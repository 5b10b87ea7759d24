"""One sitting at a tablet: started by staff, taken up with a code, ended by the person, staff or silence."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from consent import actions, facts, ledger, telling
from consent.journey import BY_ID, Kind, Situation, Step, draw_order
from consent.models import Entry, ReceptionPolicy, ReceptionTakes, Visit
from consent.policy import Outcome
from consent.questions import GMS_REGISTRATION, QUESTIONS
from consent.standing import QuestionStanding, Standing
from consent.words import content
from consent.words.files import ENGLISH
from consent.words.local import general
from registration import actions as registration
from registration.actions import NotPossible
from registration.models import Patient, Prison

CODE_LASTS = timedelta(minutes=10)
# Asked after 3 minutes, cleared one minute later (content.md 2.3); the server gives a little more for a slow network.
IDLE = timedelta(minutes=4, seconds=30)


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def start(*, patient: Patient, place: str, user: User, reason: str = "", interpreter: str = "") -> tuple[Visit, str]:
    """Start a visit for a person whose identity staff vouch for; returns it with its six-digit code.

    Asking someone who need not be asked takes a reason, which goes into the record. Raises NotPossible.
    """
    person = registration.locked(patient)
    now = timezone.now()
    standing = facts.standing_of(person, now)
    outcomes = {q.id: facts.rule_for(standing, q.id, now)[1] for q in QUESTIONS}
    gms, asked = outcomes[GMS_REGISTRATION.id], standing.questions[GMS_REGISTRATION.id]
    if gms.outcome in (Outcome.STAFF_FIRST, Outcome.NOT_HERE, Outcome.CLOSED) or standing.state != "open":
        raise NotPossible(f"Not on a tablet now. {gms.because}")
    asks = [q.id for q in QUESTIONS if outcomes[q.id].outcome in telling.ASKED]
    if reason.strip() and GMS_REGISTRATION.id not in asks:
        actions.record_note(
            patient=person, kind="asked-anyway", by=actions.staff(user), question=GMS_REGISTRATION.id, reason=reason
        )
        asks.append(GMS_REGISTRATION.id)
    if interpreter.strip() and standing.interpreter_wanted:
        actions.record_note(
            patient=person, kind="interpreter-there", by=actions.staff(user), interpreter=interpreter.strip()
        )
    for live in Visit.objects.filter(patient__in=registration.family(person), ended_at=None):
        end(visit=live, how="started anew")
    takes = reception_takes(standing) if place == Visit.Place.RECEPTION else ReceptionTakes.ALL
    code = unused_code(now)
    visit = Visit.objects.create(
        patient=person,
        prison_id=standing.prison,
        place=place,
        started_by=user,
        started_at=now,
        code=hashed(code),
        code_expires_at=now + CODE_LASTS,
        state={
            "words": content.current_hashes(ENGLISH, standing.prison or ""),
            "language": ENGLISH,
            "opened_at": standing.opened_at.isoformat() if standing.opened_at else "",
            "length": "first-night" if takes == ReceptionTakes.SHORT else "whole",
            "takes": takes,
            "asks": asks,
            "outcome": gms.outcome.value,
            **telling.facts_told(person, standing),
            "decision": asked.decision or "",
            "line": asked.line,
            "explain": to_explain(asked.line),
            "said": said(asked),
            "order": draw_order(),
            "interpreter": interpreter.strip(),
            "seen": {},
            "checks": {},
        },
    )
    return visit, code


def said(asked: QuestionStanding) -> dict[str, str]:
    """When and where the answer that stands was given, for reading it back."""
    if asked.decided_at is None:
        return {}
    prison = Prison.objects.filter(pk=asked.decided_in).first()
    return {"at": asked.decided_at.isoformat(), "prison": prison.name if prison else ""}


def to_explain(line: str) -> list[str]:
    """What a person has to talk over before the yes in this line is acted on."""
    entry = Entry.objects.filter(hash=line).first() if line else None
    return list(ledger.read(entry)["data"].get("explain", [])) if entry else []


def speak(visit: Visit, language: str) -> None:
    """From here on in this language; what was seen in another one is seen anew."""
    state = visit.state
    state |= {"words": content.current_hashes(language, visit.prison_id), "language": language}
    state |= {
        "seen": {},
        "aloud": {},
        "heard": [],
        "checks": {},
        "tries": {},
        "resumed": False,
        "knows_cost_of_no": False,
    }
    words = content.words(state["words"][GMS_REGISTRATION.id])
    state["unchecked"] = bool(content.unchecked(words, words.texts))
    state |= taken_up_from(visit)


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
    return kept | {"aloud": last.state.get("aloud", {}), "knows_cost_of_no": knows_cost_of_no(last), "resumed": True}


def knows_cost_of_no(visit: Visit) -> bool:
    return "right" in visit.state["checks"].get("no-checks", {}).get("passes", [])


def tells_something(heard: list[str]) -> bool:
    return any(BY_ID[step].kind in (Kind.MINUTE, Kind.READ, Kind.MEANS) for step in heard if step in BY_ID)


def reception_takes(standing: Standing) -> str:
    policies = ReceptionPolicy.objects.filter(prison=standing.prison, legal_status__in=["", standing.legal_status])
    chosen = max(policies, key=lambda policy: policy.legal_status, default=None)
    return chosen.takes if chosen else ReceptionTakes.SHORT


def unused_code(now: datetime) -> str:
    while True:
        code = f"{secrets.randbelow(10**6):06d}"
        if not Visit.objects.filter(code=hashed(code), code_expires_at__gt=now, ended_at=None).exists():
            return code


def new_code(*, visit: Visit) -> str:
    """Another code for a visit that goes on, on this tablet or another one."""
    code = unused_code(timezone.now())
    visit.code, visit.code_expires_at, visit.token = hashed(code), timezone.now() + CODE_LASTS, ""
    visit.save(update_fields=["code", "code_expires_at", "token"])
    return code


@transaction.atomic
def take_up(*, code: str) -> tuple[Visit, str] | None:
    """Put the visit with this code on a tablet, once; returns it with the tablet's token."""
    visit = (
        Visit.objects.select_for_update()
        .filter(code=hashed(code), code_expires_at__gt=timezone.now(), ended_at=None)
        .first()
    )
    if visit is None:
        return None
    token = secrets.token_urlsafe(32)
    visit.code, visit.token, visit.last_seen_at = "", hashed(token), timezone.now()
    visit.save(update_fields=["code", "token", "last_seen_at"])
    return visit, token


def on_tablet(token: str, *, lock: bool = False) -> Visit | None:
    """The live visit of a tablet. One that nobody touched for too long is ended, and stores nothing."""
    if not token:
        return None
    rows = Visit.objects.select_for_update() if lock else Visit.objects
    try:
        visit = rows.get(token=hashed(token), ended_at=None)
    except Visit.DoesNotExist:
        return None
    if visit.last_seen_at and timezone.now() - visit.last_seen_at > IDLE:
        end(visit=visit, how="nobody there")
        return None
    return visit


def end(*, visit: Visit, how: str) -> None:
    """End a visit. What was confirmed is in the record already; nothing else is kept but the steps done."""
    # Its token opens nothing any more; it is kept so that the tablet can say goodbye in the language it spoke.
    visit.ended_at, visit.ended_how, visit.code = timezone.now(), how, ""
    visit.save(update_fields=["ended_at", "ended_how", "code"])


def language_of(token: str) -> str:
    """The language of the visit that was last on a tablet."""
    visit = Visit.objects.filter(token=hashed(token)).first() if token else None
    return general(visit.state["language"]) if visit else ENGLISH


def go_to(visit: Visit, step: Step | None) -> None:
    if step is not None:
        visit.state["step"] = step.id


def situation(visit: Visit) -> Situation:
    """What chooses the words and the steps. Kept with the visit, so that a screen needs no look at the record."""
    state = visit.state
    return Situation(
        legal=state["legal"],
        home_gp=state["home_gp"],
        registered=state["registered"],
        transferred=state["transferred"],
        length=state["length"],
        takes=state["takes"],
        asks=frozenset(state["asks"]),
        outcome=state["outcome"],
        decision=state["decision"],
        held=state["held"],
        resumed=bool(state.get("resumed")),
        unchecked=bool(state.get("unchecked")),
        knows_cost_of_no=bool(state.get("knows_cost_of_no")),
    )
