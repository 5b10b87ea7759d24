"""A file as somebody's own spreadsheet saves it is read in one way, whatever it is about: or what it is not is said."""

import pytest

from registration.feeds.confirmations import confirmations_of
from registration.feeds.reception_list import list_of
from registration.feeds.roll import roll_of
from registration.feeds.table import PRISON_NUMBER, Column, NotATable, NotText, table_of, text_of

COLUMNS = {"prison_number": PRISON_NUMBER, "name": Column("the name", "name surname")}
# What each kind of file has to say of one person.
FILES = {
    "reception list": (["prison_number", "how", "expected"], ["A1234BC", "court", "17/11/2026"]),
    "confirmations": (["prison_number", "nhs_number", "registered_on"], ["A1234BC", "999 000 0018", "17/11/2026"]),
    "roll": (["prison_number", "prison"], ["A1234BC", "LEI"]),
}
READS = {
    "reception list": lambda text: list_of(text, {}).rows,
    "confirmations": lambda text: confirmations_of(text)[0],
    "roll": lambda text: roll_of(text).rows,
}


def cells(text):
    return [told for _line, told in table_of(text, COLUMNS).lines]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n \r\n"])
def test_an_empty_file_is_said_to_be_empty(data):
    with pytest.raises(NotText, match="The file is empty"):
        text_of(data)


@pytest.mark.parametrize(
    "data",
    [
        "prison_number\tname\nA1234BC\tPell\n".encode("utf-16"),  # "Unicode text"
        "prison_number\tname\nA1234BC\tPell\n".encode("utf-16-le"),
        b"PK\x03\x04\x14\x00\x06\x00",  # a workbook
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"prison_number,name\nA1234BC,\x81",
    ],
)
def test_what_is_no_text_of_a_spreadsheet_says_how_to_save_it(data):
    with pytest.raises(NotText, match=r"not a CSV file in UTF-8 or Windows-1252\. In the spreadsheet, save it as CSV"):
        text_of(data)


def test_what_the_first_line_lacks_is_said_as_staff_call_it_and_as_the_file_does():
    with pytest.raises(NotATable, match=r"does not name the prison number \(prison_number\)\."):
        table_of("name\nPell\n", COLUMNS)
    with pytest.raises(NotATable, match=r"names the name \(name\) twice"):
        table_of("NOMS no,name,Surname\n", COLUMNS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_encodings_of_spreadsheets(encoding):
    data = "prison_number,name\nA1234BC,Müller’s".encode(encoding)
    assert cells(text_of(data)) == [{"prison_number": "A1234BC", "name": "Müller’s"}]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_is_read_with_any_encoding_separator_and_heading(kind, sign):
    header, row = FILES[kind]
    [plainly] = READS[kind]("\n".join([",".join(header), ",".join(row)]))
    heading = sign.join(f" {name.replace('_', ' ').title()} " for name in header)
    cell = sign.join(f'"{cell.lower()}"' if cell == "LEI" else f'"{cell}"' for cell in row)
    for encoding in ("utf-8-sig", "cp1252"):
        [kindly] = READS[kind](text_of(f"{heading}{sign}Näme\r\n{cell}{sign}Zoë\r\n\r\n".encode(encoding)))
        assert kindly == plainly


def test_a_mark_in_front_of_what_was_pasted_and_blank_lines_do_not_matter_and_lines_keep_their_numbers():
    table = table_of('\ufeff\r\n;;\r\nPrison number;Name\r\n\r\n;\r\na 1234 bc;"Pell; ""Sam"""\r\n', COLUMNS)
    assert table.lines == ((6, {"prison_number": "a 1234 bc", "name": 'Pell; "Sam"'}),)
