"""The rules that staff get wrong, one line each, shown on the page where each matters. Not more than two on a page.

To add one: a sentence and where it comes from, under the name of the page's address ("list:" and its slug for a list).
HSSIB: third report on healthcare provision in prisons, July 2025 (R/2025/067, R/2025/068). GMC: Decision making and
consent, 2020. Where a rule is our own it names the row of consent/policy.py.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import ResolverMatch
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Rule:
    sentence: Any
    source: str


ONE_PRACTICE = Rule(
    _("For this registration all prisons are one GP practice: after a transfer there is nothing to ask or to send."),
    "HSSIB: for GMS registration all prison healthcare departments are surgeries of one practice; policy rows 6g and 7",
)
LATER = Rule(
    _("“Later” is an answer. Nobody has to decide in reception."),
    "GMC: time, and the option to take no action; HSSIB R/2025/067: enough time; policy rows 12 and 13",
)
NO = Rule(
    _("A no is an answer too: care is the same, and nobody asks again. They can change their mind at any time."),
    "GMC: decisions are the patient's and may be changed; healthcare is commissioned for everyone detained (Nuffield "
    "Trust); policy row 8",
)
NOT_REGISTERED = Rule(
    _("“They said yes” is not “they are registered”. It is once the registration has been confirmed."),
    "PCSE: usually within 3 working days, up to 10; policy row 6g",
)
CONFIRM = Rule(
    _("Made at another prison and not confirmed? Confirm it; do not make it again."),
    "HSSIB: registered in one prison is registered in the next; one open request for each person",
)
CHECK = Rule(
    _("This goes on with the first talk; it is not a new question. If they want more time, that is “later”."),
    "GMC: decision making is an ongoing dialogue; policy row 10g",
)
UNWELL = Rule(
    _("Do not ask while somebody is unwell, withdrawing or very upset: “Not possible today”, and again tomorrow."),
    "Mental Capacity Act 2005 s.2 and s.3, an impairment may be temporary: delay; policy rows 12 and 13",
)
INTERPRETER = Rule(
    _("Another prisoner is not an interpreter, and no officer is."),
    "Brook House Inquiry, volume 2, D.4: over-reliance on other prisoners; officers have no role in consent/roles.py",
)
BACK = Rule(
    _("As easy as saying yes, and no reason is needed. Not sent yet: it stops. Sent: nobody can undo it from here."),
    "PDS: only registering with another practice ends a registration; GMC: deciding goes on; policy row 5",
)
PRIVATE = Rule(
    _("Nobody but healthcare sees the answer: no officer, no prison system, no list on a wall."),
    "HSSIB: prison and health systems share no data by themselves; officers have no role in consent/roles.py",
)

HELP: dict[str, tuple[Rule, ...]] = {
    "today": (ONE_PRACTICE, LATER),
    "person": (NO, ONE_PRACTICE),
    "second-look": (CHECK,),
    "visit": (UNWELL, INTERPRETER),
    "interpreter": (INTERPRETER,),
    "list:registrations": (NOT_REGISTERED, CONFIRM),
    "request": (NOT_REGISTERED, CONFIRM),
    "list:ask-again": (LATER, UNWELL),
    "withdraw": (BACK,),
    "answer": (NO, LATER),
    "staff": (PRIVATE,),
}


def lines(match: ResolverMatch | None) -> list[Any]:
    """What is said on this page; nothing on most."""
    if match is None:
        return []
    name = match.url_name or ""
    place = f"{name}:{match.kwargs['slug']}" if "slug" in match.kwargs else name
    return [rule.sentence for rule in HELP.get(place, ())]
