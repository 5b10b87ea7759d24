"""Prison numbers and NHS numbers: checked once, here. Pure."""

import re

# Checked before it is capitalised: some letters of other alphabets become A to Z when they are.
PRISON_NUMBER = re.compile(r"[A-Za-z][0-9]{4}[A-Za-z]{2}")
PRISON_ID = re.compile(r"[A-Za-z]{3}[0-9]?")


class NotAnIdentifier(ValueError):
    """The text is not the identifier it was given as; the message says what one looks like."""


def prison_number(text: object) -> str:
    """A prison number (NOMIS number, format A1234BC) in capitals.

    Raises NotAnIdentifier. Source of the format: HMPPS domain events schema, ``^[A-Z]\\d{4}[A-Z]{2}$``.
    """
    number = text.strip() if isinstance(text, str) else ""
    if not PRISON_NUMBER.fullmatch(number):
        raise NotAnIdentifier(
            f"{shown(text)} is not a prison number. "
            "A prison number is a letter, four digits and two letters, like A1234BC."
        )
    return number.upper()


def nhs_number(text: object) -> str:
    """An NHS number: ten digits, the last a modulus 11 check digit; spaces and hyphens are dropped.

    Raises NotAnIdentifier. Source: NHS Data Model and Dictionary, NHS NUMBER (modulus 11: weights 10 to 2).
    """
    digits = re.sub(r"[\s-]", "", text) if isinstance(text, str) else ""
    if not re.fullmatch(r"[0-9]{10}", digits) or digits == "0000000000" or check_digit(digits) != int(digits[9]):
        raise NotAnIdentifier(
            f"{shown(text)} is not an NHS number. "
            "It has 10 digits, like 999 000 0018, and the last one checks the others."
        )
    return digits


def check_digit(digits: str) -> int:
    """The tenth digit that the first nine ask for; 10 means that no NHS number starts so."""
    left_over = 11 - sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return 0 if left_over == 11 else left_over


def prison_id(text: object) -> str | None:
    """The prison service's id of a prison (three letters), or None where the text names none (OUT, TRN, nothing)."""
    if not isinstance(text, str):
        return None
    name = text.strip()
    return name.upper() if PRISON_ID.fullmatch(name) and name.upper() not in {"OUT", "TRN"} else None


def shown(text: object) -> str:
    """What was typed, short enough for an error message."""
    words = repr(text)
    return words if len(words) <= 40 else words[:37] + "...'"
