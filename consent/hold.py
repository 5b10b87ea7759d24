"""How long a yes to signing up is held before it may be sent, by what a prison has set. Pure.

No setting sends the yes of somebody who may be on remand, or a yes that was given without the whole explanation, before
a person has looked at it again: HSSIB R/2025/067 (time, advice and support) and 068 (people on remand).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from consent.history import HOLD_SECOND_LOOK
from registration.legal_status import ON_REMAND, LegalStatus

# Both may go home from court; and whoever's status nobody knows may be one of them.
SEEN_FIRST = {*ON_REMAND, LegalStatus.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Setting:
    """What one prison has set for one legal status, for a GP at home or none, for both, or (blank) for all others.

    ``hold``: "second-look", "none", or a number of hours.
    """

    hold: str
    legal_status: str = ""
    home_gp: str = ""

    def fits(self, legal_status: LegalStatus, home_gp: str) -> bool:
        return self.legal_status in ("", legal_status) and self.home_gp in ("", home_gp)

    @property
    def closeness(self) -> tuple[bool, bool]:
        return bool(self.legal_status), bool(self.home_gp)


def hold_of(settings: Iterable[Setting], *, legal_status: LegalStatus, home_gp: str, is_explained: bool) -> str:
    """The hold for this yes; of two settings that fit, the closer one, and legal status before GP at home."""
    if legal_status in SEEN_FIRST or not is_explained:
        return HOLD_SECOND_LOOK
    fitting = [setting for setting in settings if setting.fits(legal_status, home_gp)]
    return max(fitting, key=lambda setting: setting.closeness).hold if fitting else HOLD_SECOND_LOOK
