"""An answer on paper: what it says, what it never says, and that it says the same in ten years."""

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pypdf
import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation

from consent import actions, ledger
from consent.models import AccessEvent, Entry, Explanation
from consent.papers import answers as answers_of_papers
from consent.papers import printing, staff_copy, summary
from consent.roles import Role
from consent.words import content, dates
from consent.words.files import languages
from registration import actions as registration
from registration.actions import NotPossible, patient_with
from tests.printed import (  # noqa: F401 - fixtures
    ANSWERED,
    GMS,
    GP,
    admit,
    answer,
    as_line,
    assert_comes_back,
    every_warning_fails,
    letters_in,
    on_tablet,
    pages_back,
    read,
    show,
    text_of,
)
from tests.published import publish
from tests.staff import give_posts

pytestmark = pytest.mark.django_db

NEVER = ("remand", "sentence", "offence", "court", "recall", "immigration", "crime", "case")
answers = pytest.mark.parametrize(("question", "said"), list(product((GMS, GP), ("yes", "no", "later"))))
others = pytest.mark.parametrize("language", [tag for tag in languages() if tag != "en-GB"])


def paper_words(entry, **axes):
    """Every sentence that the explanation has for this paper."""
    data = ledger.read(entry)["data"]
    words = content.words(content.current_hashes("en-GB")[data["question"]])
    held = "yes" if data["hold"] != "none" else "no"
    axes = {
        "home_gp": "unsure",
        "legal": "unknown",
        "registered": "unknown",
        "held": held,
        "answer": data["answer"],
    } | axes
    return [text for card in words.on("paper", axes) for _, text in card.sentences]


def publish_other_words(question=GMS):
    """The same file with one sentence said differently, published after the first."""
    now = Explanation.objects.filter(question=question, language="en-GB").latest()
    source = now.source.replace("You want to sign up with the prison GP.", "These words are new.")
    Explanation(
        hash=hashlib.sha256(source.encode()).hexdigest(),
        question=question,
        language=now.language,
        source=source,
        rendered=now.rendered.replace("You want to sign up with the prison GP.", "These words are new."),
    ).save()


# -- where there is nothing to print -------------------------------------------------------------------------


def test_nothing_is_printed_for_an_answer_without_words(sam):
    entry = answer(sam, "not-possible", route="talk")
    with pytest.raises(NotPossible, match="nothing to print for this answer"):
        summary.patient_summary(entry)


def test_nothing_is_printed_for_an_answer_taken_back_while_no_words_say_so(sam):
    answer(sam, "yes")
    entry = answer(sam, "withdrawn", at=ANSWERED + timedelta(days=1))
    with pytest.raises(NotPossible, match="nothing to print for this answer"):
        summary.patient_summary(entry)
    assert "Yes taken back" in text_of(staff_copy.staff_copy(entry))


def test_an_answer_taken_back_is_printed_once_words_say_so(sam):
    now = Explanation.objects.filter(question=GMS, language="en-GB").latest()
    rendered = now.rendered.replace('"answer": ["later"]', '"answer": ["later", "withdrawn"]')
    rendered = rendered.replace("You said later.", "You took back your answer.")
    Explanation(hash="f" * 64, question=GMS, language="en-GB", source=now.source, rendered=rendered).save()
    answer(sam, "yes")
    entry = answer(sam, "withdrawn", at=ANSWERED + timedelta(days=1))
    assert "You took back your answer." in text_of(summary.patient_summary(entry))


@pytest.mark.parametrize("draw", [summary.patient_summary, staff_copy.staff_copy])
def test_a_line_of_the_record_that_is_no_answer_has_no_paper(sam, draw):
    entry = actions.record_note(patient=sam, kind="staff-check", by=actions.PERSON, seen="looked")
    with pytest.raises(NotPossible, match="not an answer"):
        draw(entry)


def test_without_published_words_the_message_says_what_to_do(patient):
    admit(patient)
    entry = answer(registration.survivor(patient), "no", route="talk")
    with pytest.raises(NotPossible, match="prepare"):
        summary.patient_summary(entry)
    assert "By talking" in text_of(staff_copy.staff_copy(entry))


def test_an_answer_recorded_in_error_is_not_given_to_the_person(sam):
    entry = on_tablet(sam, "yes")
    mark(entry)
    with pytest.raises(NotPossible, match="recorded in error"):
        summary.patient_summary(entry)


def mark(entry):
    first, second = (User.objects.create_user(name) for name in ("amara.okoye", "jo.price"))
    actions.record_in_error(entry=entry, user=first, second=second, reason="Someone else held the tablet.")


def test_a_letter_that_no_font_has_is_a_failure(sam):
    actions.describe_patient(patient=sam, given_names="Sam\ue000")
    with pytest.raises(AssertionError, match="notdef"):
        summary.patient_summary(on_tablet(sam, "no"))


# -- the person's summary ------------------------------------------------------------------------------------


@answers
def test_the_summary_says_every_sentence_for_this_answer_and_situation_on_one_page(sam, question, said):
    for home_gp, size in product(("yes", "no", "unsure"), ("normal", "bigger")):
        entry = on_tablet(sam, said, question, home_gp=home_gp, text=size)
        pdf = summary.patient_summary(entry)
        expected = paper_words(entry, home_gp=home_gp)
        assert len(expected) >= 6
        assert [sentence for sentence in expected if sentence not in text_of(pdf)] == []
        assert len(read(pdf).pages) <= (1 if size == "normal" else 2), (home_gp, size)


@answers
def test_the_summary_never_says_why_someone_is_in_prison(sam, question, said):
    for legal in ("sentenced", "remand", "recalled", "immigration", "unknown"):
        pdf = summary.patient_summary(on_tablet(sam, said, question, legal=legal))
        metadata = read(pdf).xmp_metadata.stream.get_data().decode()
        everything = f"{text_of(pdf)} {read(pdf).metadata} {metadata}".lower()
        assert [word for word in NEVER if word in everything] == []


def test_the_day_is_a_line_of_its_own(sam):
    lines = read(summary.patient_summary(on_tablet(sam, "yes"))).pages[0].extract_text().splitlines()
    assert "Monday 17 November 2025" in [line.strip() for line in lines]


def test_the_day_is_the_day_in_england(sam):
    near_midnight = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    entry = answer(sam, "no", at=near_midnight, presentation=show(sam))
    assert "Tuesday 2 June 2026" in text_of(summary.patient_summary(entry))


def test_the_first_name_is_all_that_says_whose_it_is(sam):
    text = text_of(summary.patient_summary(on_tablet(sam, "no")))
    assert text.startswith("Sam Signing up")
    assert "A1234BC" not in text and "Ashworth" not in text and "Leeds" not in text


def test_without_a_name_the_paper_has_none(sam):
    actions.describe_patient(patient=sam, given_names="")
    assert text_of(summary.patient_summary(on_tablet(sam, "no"))).startswith("Signing up")


def test_an_answer_by_talking_gets_the_widest_words(sam):
    entry = answer(sam, "no", route="talk", interpreter="Amina Yusuf, telephone")
    assert "If you had a GP, ask if you are still on their list." in text_of(summary.patient_summary(entry))


def test_a_held_yes_and_one_that_is_not_held_say_different_things(sam):
    assert "We do not sign you up at once." in text_of(summary.patient_summary(answer(sam, "yes", route="talk")))
    at_once = on_tablet(sam, "yes", held="no")
    assert "We can sign you up soon." in text_of(summary.patient_summary(at_once))


def test_whoever_wanted_bigger_words_gets_them_on_paper(sam):
    def largest(pdf):
        sizes = []
        read(pdf).pages[0].extract_text(visitor_text=lambda text, cm, tm, font, size: sizes.append(size))
        return max(sizes)

    normal = summary.patient_summary(on_tablet(sam, "no"))
    bigger = summary.patient_summary(on_tablet(sam, "no", text="bigger"))
    assert largest(bigger) > largest(normal)


def test_a_demonstration_says_so(sam, settings):
    entry = on_tablet(sam, "no")
    note = "Demonstration. These words have not been signed off."
    assert note in text_of(summary.patient_summary(entry)) and note in text_of(staff_copy.staff_copy(entry))
    settings.IS_DEMONSTRATION = False
    assert note not in text_of(summary.patient_summary(entry)) and note not in text_of(staff_copy.staff_copy(entry))


# -- the words of that day, and the same bytes ---------------------------------------------------------------


@pytest.mark.parametrize("route", ["tablet", "talk"])
def test_the_words_are_those_published_then(sam, route):
    entry = on_tablet(sam, "yes") if route == "tablet" else answer(sam, "yes", route="talk")
    before = summary.patient_summary(entry)
    publish_other_words()
    assert summary.patient_summary(entry) == before
    later = on_tablet(sam, "yes", legal="remand")
    assert "These words are new." in text_of(summary.patient_summary(later))


@pytest.mark.parametrize("draw", [summary.patient_summary, staff_copy.staff_copy])
def test_the_same_decision_prints_the_same_bytes(sam, draw):
    entry = on_tablet(sam, "yes", sentences=["title:minute", "minute.care/care"])
    first = draw(entry)
    with translation.override("cy"):
        assert draw(Entry.objects.get(pk=entry.pk)) == first


def test_the_same_bytes_in_another_process():
    script = """
import django, hashlib, datetime
django.setup()
from consent.papers import printing
from consent.words import publishing
at = datetime.datetime(2025, 11, 17, tzinfo=datetime.UTC)
icons = printing.icons(publishing.drawn_picture("talk"))
parts = [{"language": language, "direction": direction, "heading": "On paper.",
          "cards": [{"icons": icons, "lines": [words], "day": "Monday"}]}
         for language, direction, words in (("ar", "rtl", "يمكنك تغيير رأيك."), ("en-GB", "ltr", "Just ask staff."))]
said = {"bigger": False, "title": "On paper.", "first_name": "Sam", "parts": parts}
print(hashlib.sha256(printing.pdf("summary", said, identifier="ab", at=at, style="person")).hexdigest())
"""
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "config.settings"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


# -- in the person's language and in English -----------------------------------------------------------------


def test_a_sentence_that_is_not_translated_yet_says_that_it_is_english(sam):
    words = replace(content.current(GMS, "ar"), missing=frozenset({"paper.asked/asked"}))
    assert printing.line(words, "paper.asked/asked").startswith('<span lang="en-GB" dir="ltr">')
    assert "<span" not in printing.line(words, "paper.change/ask")
    assert "<span" not in printing.line(content.current(GMS), "paper.asked/asked")


def test_without_words_in_their_language_on_that_day_the_paper_is_in_english(sam, monkeypatch):
    entry = answer(sam, "no", route="talk")
    monkeypatch.setattr(answers_of_papers, "known_then", lambda person, entry: {"language": "pl"})
    assert answers_of_papers.words_of(entry, ledger.read(entry)["data"], {}).language == "pl"
    entry.recorded_at = Explanation.objects.get(question=GMS, language="pl").published_at - timedelta(days=1)
    assert answers_of_papers.words_of(entry, ledger.read(entry)["data"], {}).language == "en-GB"


def test_where_the_language_is_english_it_is_said_once(sam):
    text = text_of(summary.patient_summary(on_tablet(sam, "yes")))
    assert text.count("We asked: do you want to sign up with the prison GP?") == 1


@others
@pytest.mark.parametrize("said", ["yes", "no", "later"])
@pytest.mark.parametrize("question", [GMS, GP])
def test_their_language_comes_first_and_english_on_a_page_of_its_own(sam, language, question, said):
    entry = on_tablet(sam, said, question, language=language)
    pdf = summary.patient_summary(entry)
    theirs, english = pages_back(pdf)
    words = content.current(question, language)
    axes = {"home_gp": "unsure", "held": "yes", "registered": "unknown", "answer": said}
    on_it = [text for card in words.on("paper", axes) for _, text in card.sentences]
    day = dates.day(entry.at, language)
    assert_comes_back(theirs, " ".join(["Sam", words.titles["paper"], *on_it, day]), language)
    assert [text for text in paper_words(entry) if text not in as_line(english)] == []
    assert "Monday 17 November 2025" in english
    assert part_languages(pdf) == [language, "en-GB"]


def part_languages(pdf):
    """The language of each part, as the PDF tells a screen reader."""
    (document,) = read(pdf).trailer["/Root"]["/StructTreeRoot"]["/K"]
    return [part.get_object()["/Lang"] for part in document.get_object()["/K"]]


def test_an_answer_by_talking_is_printed_in_their_language_as_it_was_known_then(sam):
    actions.describe_patient(patient=sam, language="pt")
    entry = answer(sam, "no", route="talk")
    first = summary.patient_summary(entry)
    assert part_languages(first) == ["pt-PT", "en-GB"]
    actions.describe_patient(patient=sam, language="pl")
    assert summary.patient_summary(entry) == first


def test_a_language_without_words_is_answered_in_english(sam):
    actions.describe_patient(patient=sam, language="ti")
    assert part_languages(summary.patient_summary(answer(sam, "no", route="talk"))) == ["en-GB"]


def test_what_one_prison_says_instead_is_printed_there(sam):
    general = Explanation.objects.get(question=GMS, language="pl")
    local = {"question": GMS, "source": general.source, "rendered": general.rendered}
    Explanation.objects.create(hash="e" * 64, language="pl-x-LEI", **local)
    actions.describe_patient(patient=sam, language="pl")
    entry = answer(sam, "no", route="talk")
    assert answers_of_papers.words_of(entry, ledger.read(entry)["data"], {}).language == "pl-x-LEI"
    assert part_languages(summary.patient_summary(entry)) == ["pl", "en-GB"]


# -- for screen readers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "title"),
    [
        (summary.patient_summary, "Signing up with the prison GP."),
        (staff_copy.staff_copy, "Staff copy of an answer"),
    ],
)
def test_the_paper_is_tagged_and_says_its_language_and_title(sam, draw, title):
    entry = on_tablet(sam, "yes", sentences=["title:minute"])
    pdf = read(draw(entry))
    catalogue = pdf.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalogue
    assert catalogue["/Lang"] == "en-GB"
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == title
    assert pdf.metadata.creation_date == entry.recorded_at.replace(microsecond=0)
    assert b"pdfuaid:part" in pdf.xmp_metadata.stream.get_data()


def test_pictures_stay_out_of_the_reading_order(sam):
    def tags(node):
        if isinstance(node, pypdf.generic.ArrayObject):
            return [tag for child in node for tag in tags(child.get_object())]
        if not isinstance(node, pypdf.generic.DictionaryObject):
            return []
        return [node.get("/S"), *(tags(node["/K"].get_object()) if "/K" in node else [])]

    found = tags(read(summary.patient_summary(on_tablet(sam, "yes"))).trailer["/Root"]["/StructTreeRoot"])
    assert "/H1" in found and "/P" in found
    assert "/Figure" not in found


def test_nothing_is_fetched(sam, tmp_path):
    from weasyprint.urls import URLFetcher

    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    for address in (secret.as_uri(), "http://127.0.0.1:1/", "https://example.org/"):
        with pytest.raises(ValueError, match="disallowed"):
            URLFetcher(allowed_protocols=printing.WITHIN_THE_PAGE).fetch(address)


# -- the staff copy ------------------------------------------------------------------------------------------


def test_the_staff_copy_says_who_what_when_where_and_in_view_of_which_words(sam):
    words = content.words(content.current_hashes("en-GB")[GMS])
    shown = ["title:minute", *(name for card in words.on("minute", {"length": "whole"}) for name, _ in card.sentences)]
    entry = answer(
        sam,
        "no",
        presentation=show(
            sam,
            sentences=shown,
            not_shown=["situation", "means-1"],
            checks={"voluntary": {"passes": ["wrong", "right"]}},
            text="bigger",
        ),
        interpreter="Amina Yusuf, telephone",
        vouched_by="jo.price",
    )
    text = re.sub(r" \d\. ", " ", text_of(staff_copy.staff_copy(entry)))
    for part in (
        "Sam Lee Ashworth",
        "A1234BC",
        "Signing up with the prison GP (GMS registration)",
        "Monday 17 November 2025, 10:05",
        "Leeds (LEI)",
        "On a tablet",
        "Amina Yusuf, telephone",
        "Who pressed The person",
        "Vouched by jo.price",
        "English (United Kingdom) (en-GB)",
        "Bigger words",
        "Later. Ask me again on another day. Yes. Sign me up with the prison GP. No.",
        "About you. (situation)",
        "If you decide later. (means-1)",
        "Do you have to sign up with the prison GP? Yes. I have to sign up. (wrong) No. It is my choice. (right)",
        "Page 1 of 2",
        "Staff copy A1234BC",
        words.hash,
        entry.hash,
    ):
        assert part in text, part
    places = [text.index(words.sentence(name), text.index("The exact words")) for name in shown]
    assert places == sorted(places)
    assert "in error" not in text


@others
def test_words_in_another_language_have_the_english_beside_them(sam, language):
    shown = {
        "language": language,
        "sentences": ["title:minute", "minute.care/care"],
        "not_shown": ["situation"],
        "checks": {"voluntary": {"passes": ["wrong"]}},
    }
    text = as_line(" ".join(pages_back(staff_copy.staff_copy(on_tablet(sam, "yes", **shown)))))
    theirs, english = content.current(GMS, language), content.current(GMS)
    for name in ("title:minute", "minute.care/care", "title:situation", "check:voluntary/ask", "check:voluntary/wrong"):
        assert english.sentence(name) in text, name
    if language != "ar":
        assert letters_in(theirs.sentence("minute.care/care")) <= letters_in(text)
    for name in ("yes", "no", "later"):
        assert english.sentence(f"choice:{name}") in text


def test_english_words_are_printed_once_on_the_staff_copy(sam):
    text = text_of(staff_copy.staff_copy(on_tablet(sam, "yes", sentences=["minute.care/care"])))
    assert text.count("You get care whatever you choose.") == 1


def test_an_answer_recorded_in_error_says_so_first(sam):
    entry = on_tablet(sam, "yes")
    mark(entry)
    text = text_of(staff_copy.staff_copy(entry))
    assert "Recorded in error This answer does not count." in text
    assert text.index("Recorded in error") < text.index("Staff copy of an answer")
    assert "by amara.okoye and jo.price. Reason: Someone else held the tablet." in text


def test_a_mark_on_another_answer_is_not_said_of_this_one(sam):
    entry = on_tablet(sam, "yes")
    mark(on_tablet(sam, "no", legal="remand"))
    assert "in error" not in text_of(staff_copy.staff_copy(entry)).lower()


def test_words_that_cannot_be_found_are_named_and_the_rest_is_printed(sam):
    entry = on_tablet(sam, "yes", sentences=["gone.card/word", "title:minute"], checks={"gone": {"passes": ["right"]}})
    text = text_of(staff_copy.staff_copy(entry))
    assert "not in the explanation" in text and "gone.card/word" in text and "Your choice." in text


def test_a_presentation_missing_from_the_record_is_said(sam):
    entry = answer(sam, "yes", presentation="0" * 64)
    assert "What was shown is missing from the record." in text_of(staff_copy.staff_copy(entry))


def test_an_imported_answer_says_where_it_comes_from(sam):
    actions.import_decision(
        number="A1234BC",
        question=GMS,
        answer="no",
        at=ANSWERED,
        prison_id="LEI",
        recorded_by="Night nurse",
        source="SystmOne list",
    )
    text = text_of(staff_copy.staff_copy(Entry.objects.get(kind="decision")))
    assert "An import" in text and "Recorded by Night nurse" in text and "Source SystmOne list" in text


def test_the_record_outlives_what_is_known_of_the_person():
    publish()
    person = patient_with("A9999AA")
    admit(person)
    entry = answer(person, "no", route="talk")
    unknown = Entry(chain="00000000-0000-4000-8000-000000000000", seq=1, kind="decision", at=entry.at)
    unknown.recorded_at, unknown.body, unknown.hash = entry.recorded_at, entry.body, entry.hash
    assert "Name Not known" in text_of(staff_copy.staff_copy(unknown))
    assert text_of(summary.patient_summary(unknown)).startswith("Signing up")


# -- the pages -----------------------------------------------------------------------------------------------

PAGES = [("summary", "print summary", "summary.pdf"), ("staff-copy", "print staff copy", "staff-copy.pdf")]
NAMES = [name for name, _, _ in PAGES]


@pytest.fixture
def nurse(client):
    user = User.objects.create_user("nurse")
    give_posts(user, *Role)
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", NAMES)
def test_whoever_is_not_signed_in_gets_no_paper(sam, client, name):
    response = client.get(reverse(name, args=["A1234BC", on_tablet(sam, "no").hash]))
    assert response.status_code == 302 and response.url.startswith(reverse("sign-in"))
    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("number", ["A0000ZZ", "nonsense", "B1111BB"])
def test_someone_elses_number_finds_nothing(sam, nurse, name, number):
    patient_with("B1111BB")
    response = nurse.get(reverse(name, args=[number, on_tablet(sam, "no").hash]))
    assert response.status_code == 404
    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_that_is_not_there_is_not_found(sam, nurse, name):
    assert nurse.get(reverse(name, args=["A1234BC", "0" * 64])).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_only_looking_is_possible(sam, nurse, name):
    assert nurse.post(reverse(name, args=["A1234BC", on_tablet(sam, "no").hash])).status_code == 405


def test_where_there_is_nothing_to_print_the_page_says_so(sam, nurse):
    response = nurse.get(reverse("summary", args=["A1234BC", answer(sam, "not-possible", route="talk").hash]))
    assert response.status_code == 409
    assert response.content.decode() == "There is nothing to print for this answer."
    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize(("name", "what", "file_name"), PAGES)
def test_the_paper_opens_in_the_browser_and_who_printed_it_is_recorded(sam, nurse, name, what, file_name):
    response = nurse.get(reverse(name, args=["A1234BC", on_tablet(sam, "no").hash]))
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'inline; filename="{file_name}"'
    assert response.headers["Cache-Control"] == "no-store"
    assert response.content.startswith(b"%PDF-1.7")
    event = AccessEvent.objects.get()
    assert (event.chain, event.who, event.what) == (sam.record_id, "nurse", what)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_printed_when_it_cannot_be_recorded(sam, nurse, name, monkeypatch):
    def fails(**what):
        raise RuntimeError("no more room")

    address = reverse(name, args=["A1234BC", on_tablet(sam, "no").hash])
    monkeypatch.setattr(actions, "looked", fails)
    with pytest.raises(RuntimeError, match="no more room"):
        nurse.get(address)


@pytest.mark.parametrize("number", ["A1234BC", "B2222BB"])
def test_joined_records_are_one_person(sam, nurse, number):
    other = patient_with("B2222BB")
    admit(other)
    entry = answer(other, "no", route="talk")
    registration.merge(kept=sam, removed=other, at=ANSWERED + timedelta(days=1))
    response = nurse.get(reverse("staff-copy", args=[number, entry.hash]))
    text = text_of(response.content)
    assert "Sam Lee Ashworth" in text and "A1234BC" in text
