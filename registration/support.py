"""What makes talking and understanding easier, in the categories and codes that health records share. Pure.

The eleven categories are those of the Reasonable Adjustment Flag, by its numbers and names; the examples are ours. The
first four are also the groups of the Accessible Information Standard (DAPB1605, 2025), with the number of their SNOMED
CT reference set (FHIR value set ITK-AccessibleInformation-1). A foreign language alone is outside that standard, and
has a category of the flag. Only what helps is written down, and never why: no diagnosis. The flag is recorded with the
person's consent.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """``code``: the number of the Reasonable Adjustment Flag. ``refset``: of the Accessible Information Standard."""

    code: str
    name: str
    for_example: str
    refset: str = ""


CATEGORIES = (
    Category("001", "Communication support", "more time, short sentences, a hearing loop", "999002121000000109"),
    Category("002", "Communication professional", "a sign language interpreter", "999002151000000104"),
    Category("003", "Contact method", "in person, not by letter", "999002131000000106"),
    Category("004", "Information format", "large print, read aloud, easy read", "999002141000000102"),
    Category("005", "Additional communication needs", "says yes to most things: ask in another way too"),
    Category("006", "Community language support", "an interpreter"),
    Category("007", "Additional support", "someone they trust sits with them"),
    Category("008", "Individual care", "the same nurse each time"),
    Category("009", "Environment", "a quiet room, low light"),
    Category("010", "Additional needs", "breaks, food before a long talk"),
    Category("011", "Bespoke", ""),
)
BY_CODE = {category.code: category for category in CATEGORIES}
