import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.identifiers import NotAnIdentifier, nhs_number, prison_id, prison_number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A1234B",
        "A1234BCD",
        "A123BC",
        "11234BC",
        "A1234B1",
        "A 1234 BC",
        "A1234BC A1234BD",
        "A1234BC\nX",
        "A١٢٣٤BC",  # digits, but not ours
        "Ａ1234BC",  # a wide A
        "a1234bı",  # a dotless i has a capital I, and is none
        "a1234ß",  # a sharp s has the capitals SS, and is none
        "a1234ſs",  # a long s
        "A123456",  # a probation number
        None,
        1234,
        ["A1234BC"],
    ],
)
def test_what_is_not_a_prison_number_is_refused_with_an_example(text):
    with pytest.raises(NotAnIdentifier, match="A1234BC"):
        prison_number(text)


@pytest.mark.parametrize("text", ["A1234BC", " a1234bc ", "A1234bc\n"])
def test_a_prison_number_is_kept_in_capitals(text):
    assert prison_number(text) == "A1234BC"


@given(st.from_regex(r"[A-Z][0-9]{4}[A-Z]{2}", fullmatch=True))
def test_every_prison_number_is_accepted_as_it_is(number):
    assert prison_number(number) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "943476591",
        "94347659190",
        "9434765918",
        "943476591X",
        "９４３４７６５９１９",
        None,
        9434765919,
        "+943476591",
    ],
)
def test_what_is_not_an_nhs_number_is_refused(text):
    with pytest.raises(NotAnIdentifier):
        nhs_number(text)


@pytest.mark.parametrize("text", ["9434765919", "943 476 5919", "943-476-5919", " 9434765919 "])
def test_an_nhs_number_may_be_typed_in_groups(text):
    assert nhs_number(text) == "9434765919"


def test_the_check_digit_may_be_nought():
    # NHS data dictionary: a remainder of 11 is written 0.
    assert nhs_number("4010232137") == "4010232137"
    assert nhs_number("9000000009") == "9000000009"


@given(st.from_regex(r"[1-9][0-9]{8}", fullmatch=True))
def test_nine_digits_have_the_one_check_digit_that_modulus_11_gives_or_none(nine):
    adds_up = [
        f"{nine}{last}"
        for last in range(10)
        if sum(int(digit) * weight for digit, weight in zip(f"{nine}{last}", range(10, 0, -1), strict=True)) % 11 == 0
    ]
    assert [number for last in range(10) if accepted(number := f"{nine}{last}")] == adds_up
    assert len(adds_up) <= 1


@given(st.from_regex(r"[1-9][0-9]{8}", fullmatch=True), st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_is_always_found(nine, place, digit):
    for number in (f"{nine}{last}" for last in range(10)):
        if accepted(number) and number[place] != str(digit):
            assert not accepted(number[:place] + str(digit) + number[place + 1 :])


def accepted(number):
    try:
        return nhs_number(number) == number
    except NotAnIdentifier:
        return False


@pytest.mark.parametrize(("text", "prison"), [("LEI", "LEI"), (" lei ", "LEI"), ("STC3", "STC3")])
def test_a_prison_is_known_by_its_letters(text, prison):
    assert prison_id(text) == prison


@pytest.mark.parametrize("text", ["OUT", "TRN", "", None, 7, "L", "LE I", "L\x00I", "lß"])
def test_outside_on_the_road_and_nothing_are_no_prison(text):
    assert prison_id(text) is None
