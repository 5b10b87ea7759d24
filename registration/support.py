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
    refset: str = ""


CATEGORIES = (
    Category("001", "Communication support", "999002121000000109"),
    Category("002", "Communication professional", "999002151000000104"),
    Category("003", "Contact method", "999002131000000106"),
    Category("004", "Information format", "999002141000000102"),
    Category("005", "Additional communication needs"),
    Category("006", "Community language support"),
    Category("007", "Additional support"),
    Category("008", "Individual care"),
    Category("009", "Environment"),
    Category("010", "Additional needs"),
    Category("011", "Bespoke"),
)
BY_CODE = {category.code: category for category in CATEGORIES}
