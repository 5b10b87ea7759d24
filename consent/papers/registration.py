"""What registering with the prison GP takes, as a page to sign and as a file. Not a copy of the form GMS1."""

import csv
import io
import json
from datetime import datetime
from typing import Any

from babel.dates import format_date

from consent.papers.printing import pdf
from consent.papers.staff_copy import STAFF_LOCALE

UNKNOWN, NOT_CONFIGURED = "Not known", "not configured"
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SECTIONS = (
    (
        "The person",
        (
            ("Title", "title"),
            ("Family name", "family_name"),
            ("Given names", "given_names"),
            ("Earlier family names", "previous_family_names"),
            ("Other names", "other_names"),
            ("Date of birth", "date_of_birth"),
            ("Sex", "sex"),
            ("NHS number", "nhs_number"),
            ("Town of birth", "birth_town"),
            ("Country of birth", "birth_country"),
            ("Ethnic group", "ethnic_group"),
            ("Interpreter needed", "interpreter_needed"),
        ),
    ),
    (
        "Armed forces",
        (
            ("Served", "forces"),
            ("Service number", "forces_number"),
            ("Enlisted", "forces_from"),
            ("Left", "forces_until"),
            ("Address before enlisting", "forces_address"),
        ),
    ),
    (
        "Addresses",
        (
            ("Now: the prison", "prison_name"),
            ("Address of the prison", "prison_address"),
            ("Code of this site", "prison_ods_code"),
            ("Prison number", "prison_number"),
            ("Before prison", "address_before"),
            ("Postcode", "postcode_before"),
            ("In the UK before that", "previous_address"),
            ("Postcode", "previous_postcode"),
        ),
    ),
    (
        "GP before",
        (
            ("Last GP", "last_gp"),
            ("Address", "last_gp_address"),
            ("First GP in the UK", "first_uk_gp_address"),
            ("Came to the UK", "came_to_uk"),
            ("Left the UK", "left_uk"),
        ),
    ),
)
SCR = {
    "additional": "Core and additional information",
    "core": "Core information only",
    "none": "No Summary Care Record",
    "": "Not asked",
}


def as_page(fields: dict[str, Any], *, identifier: str, at: datetime) -> bytes:
    """The page to sign, as PDF."""
    return pdf(
        "registration",
        {
            "number": fields["prison_number"],
            "made_on": format_date(at.date(), "d MMMM y", STAFF_LOCALE),
            "practice": fields["practice_ods_code"] or NOT_CONFIGURED,
            "scr": SCR[fields["scr"]],
            "sections": [
                (title, [(label, in_words(name, fields[name])) for label, name in rows]) for title, rows in SECTIONS
            ],
        },
        identifier=identifier,
        at=at,
    )


def in_words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name in ("prison_ods_code", "prison_address"):
        return str(value) or NOT_CONFIGURED
    if not value or value == "unknown":
        return UNKNOWN
    if name == "date_of_birth":
        return format_date(datetime.fromisoformat(value), "d MMMM y", STAFF_LOCALE)
    if name == "nhs_number":
        return f"{value[:3]} {value[3:6]} {value[6:]}"
    return str(value).capitalize() if name in ("sex", "forces") else str(value)


def as_json(fields: dict[str, Any]) -> bytes:
    """One object; what its names mean stands at registration.details.as_fields."""
    return json.dumps(fields, ensure_ascii=False, indent=2).encode()


def as_csv(fields: dict[str, Any]) -> bytes:
    """The same names on the first line, and one line for the person. An apostrophe stands before what a spreadsheet
    would work out as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(fields)
    writer.writerow(f"'{value}" if str(value).startswith(FORMULA) else value for value in fields.values())
    return out.getvalue().encode("utf-8-sig")
