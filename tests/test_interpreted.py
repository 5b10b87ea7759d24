"""Who interprets is typed in the same fields wherever somebody answers, and kept with the answer and with the check."""

import pytest

from consent import ledger
from consent.models import Entry
from consent.papers.staff_copy import facts_of
from tests.staff import GMS, Reception, ago, typed_moment, words

PAGE = "/staff/people/A1234BC/"
WHO = {"interpreter": "Ms Line", "service": "Big Word", "reference": "77-1", "how": "phone", "language": "pl"}
IN_WORDS = "Ms Line, Big Word, reference 77-1, by phone, Polish"


@pytest.fixture
def reception(db):
    return Reception()


def field(reception, page, name):
    form = reception.browser.get(f"{PAGE}{page}/").context["form"]
    return form[name].value() if name in form.fields else None


@pytest.mark.parametrize("page", ["check-before-sending", "answer"])
def test_who_was_written_down_today_stands_in_the_fields(reception, page):
    one = reception.comes(days=3, language="pl", needs_interpreter=True)
    reception.says(one, "yes", days=2)
    assert not field(reception, page, "interpreter")
    reception.sends(f"{PAGE}interpreter/", now="there", **WHO)
    assert {name: field(reception, page, name) for name in WHO} == WHO


def test_whoever_interprets_at_the_check_is_kept_with_it_and_printed(reception):
    one = reception.comes(days=3, language="pl", needs_interpreter=True)
    answer = reception.says(one, "yes", days=2)
    page = words(reception.sends(f"{PAGE}check-before-sending/", decision=answer.hash, **WHO))
    look = Entry.objects.get(kind="second-look")
    assert "seal" in ledger.read(look)["data"]["interpreter"]
    assert ledger.opened([look])[0]["data"]["interpreter"] == IN_WORDS
    assert f"interpreter: {IN_WORDS}" in page
    told = dict(facts_of(answer, ledger.opened([answer])[0]))
    assert told["Interpreter"] == "None recorded"
    assert told["Checked before sending"].endswith(f"Interpreter: {IN_WORDS}")


def test_an_answer_by_talking_keeps_the_service_and_the_reference(reception):
    reception.comes(days=3, language="pl", needs_interpreter=True)
    typed = {"question": GMS, "answer": "no", "at": typed_moment(ago(0)), "route": "talk", "once": "x"}
    reception.sends(f"{PAGE}answer/", **typed, **WHO)
    (answer,) = Entry.objects.filter(kind="decision")
    assert ledger.opened([answer])[0]["data"]["interpreter"] == IN_WORDS


def test_somebody_who_reads_english_is_checked_without_a_word_about_interpreters(reception):
    one = reception.comes(days=3)
    reception.says(one, "yes", days=2)
    assert field(reception, "check-before-sending", "interpreter") is None
    assert field(reception, "answer", "service") is None
    assert "interpreter" in reception.browser.get(f"{PAGE}answer/").context["form"].fields
    assert "Interpreter" not in reception.reads(f"{PAGE}check-before-sending/")
