"""Who may do what: the one table. Pure.

A role is held at one prison or at every prison (Post, consent/models.py). There is none for prison officers: nothing
here is theirs to see. To let a role do something, put it in MAY; to add a deed, add a row, and name it at its pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    RECEPTION = "reception"
    REGISTRAR = "registrar"
    CLINICIAN = "clinician"
    MANAGER = "manager"
    AUDITOR = "auditor"
    REVIEWER = "reviewer"


class Deed(StrEnum):
    PEOPLE = "people"  # today, the lists, finding a person, their page
    ARRIVALS = "arrivals"  # who somebody is, where they are, their legal status
    VISITS = "visits"  # tablets in use, interpreters, papers to fill in
    ANSWERS = "answers"  # writing down what a person said
    SECOND_LOOK = "second-look"
    CORRECTIONS = "corrections"  # records that disagree, earlier registrations, lines recorded in error
    REGISTRATIONS = "registrations"
    MESSAGES = "messages"  # of the prison service, that nobody understood
    COPIES = "copies"  # printing for a person: their answer, the paper to keep, the slip
    EXPORT = "export"  # a person's whole record, for the person
    CAPACITY = "capacity"  # why somebody could not be asked, and a clinician's view of it
    SUPPORT = "support"  # what makes talking with them easier
    LEAVING = "leaving"  # release dates, and the papers for whoever goes
    SCREENING = "screening"  # who is not called to screening by themselves
    SENSITIVE = "sensitive"  # people whose record is on no general list
    PRISONS = "prisons"  # completing those that only a message named
    SETTINGS = "settings"  # what a prison's reception takes, how long a yes is held
    TABLETS = "tablets"  # enrolling and revoking
    POSTS = "posts"  # who has which role
    COUNTS = "counts"  # how many, by week; nobody by name
    LOOKS = "looks"  # who looked at whom
    WORDS = "words"  # reviewing and signing


R = Role
CARE = {R.RECEPTION, R.REGISTRAR, R.CLINICIAN}
MAY: dict[Deed, set[Role]] = {
    Deed.PEOPLE: CARE,
    Deed.ARRIVALS: CARE,
    Deed.VISITS: {R.RECEPTION, R.CLINICIAN},
    Deed.ANSWERS: {R.RECEPTION, R.CLINICIAN},
    Deed.SECOND_LOOK: {R.CLINICIAN},
    Deed.CORRECTIONS: {R.REGISTRAR, R.CLINICIAN},
    Deed.REGISTRATIONS: {R.REGISTRAR},
    Deed.MESSAGES: {R.REGISTRAR},
    Deed.COPIES: CARE,
    Deed.EXPORT: {R.CLINICIAN},
    Deed.CAPACITY: {R.CLINICIAN},
    Deed.SUPPORT: CARE,
    Deed.LEAVING: CARE,
    Deed.SCREENING: {R.REGISTRAR, R.CLINICIAN},
    Deed.SENSITIVE: {R.CLINICIAN},
    Deed.PRISONS: {R.REGISTRAR, R.MANAGER},
    Deed.SETTINGS: {R.MANAGER},
    Deed.TABLETS: {R.MANAGER},
    Deed.POSTS: {R.MANAGER},
    Deed.COUNTS: {R.MANAGER},
    Deed.LOOKS: {R.AUDITOR},
    Deed.WORDS: {R.REVIEWER},
}
# What whoever may see sensitive records does for those people too: nobody else has them on a list.
FOR_SENSITIVE = {Deed.REGISTRATIONS}
EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Posts:
    """The roles that one member of staff holds, each with the prison it is held at, or EVERYWHERE."""

    held: tuple[tuple[Role, str], ...] = ()

    @classmethod
    def of(cls, held: Iterable[tuple[str, str | None]]) -> "Posts":
        return cls(tuple((Role(role), prison or EVERYWHERE) for role, prison in held))

    def may(self, deed: Deed, prison: str | None = None, *, sensitive: bool = False) -> bool:
        """Whether they may do it at this prison; left out, at any prison at all. ``sensitive``: for such a record."""
        if sensitive and deed in FOR_SENSITIVE and self.may(Deed.SENSITIVE, prison):
            return True
        return any(role in MAY[deed] and (prison is None or at in (EVERYWHERE, prison)) for role, at in self.held)

    def deeds(self, prison: str | None, *, sensitive: bool = False) -> frozenset[Deed]:
        """Everything they may do at this prison; without one, at any."""
        return frozenset(deed for deed in Deed if self.may(deed, prison, sensitive=sensitive))

    def is_at(self, prison: str) -> bool:
        return any(at in (EVERYWHERE, prison) for _role, at in self.held)
