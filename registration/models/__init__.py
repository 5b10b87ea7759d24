"""Who is here and where they are registered. Knows nothing of consent."""

from registration.models.movements import Expected, Message, Movement, RollRead
from registration.models.people import HomeGP, LegalStatusRecord, MergeRecord, Notice, Patient, Prison, ScreeningOutcome
from registration.models.work import Forces, RegistrationDetails, RegistrationRequest

__all__ = [
    "Expected",
    "Forces",
    "HomeGP",
    "LegalStatusRecord",
    "MergeRecord",
    "Message",
    "Movement",
    "Notice",
    "Patient",
    "Prison",
    "RegistrationDetails",
    "RegistrationRequest",
    "RollRead",
    "ScreeningOutcome",
]
