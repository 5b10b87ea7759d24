"""An answer on paper: what it says, what it never says, and that it says the same in ten years."""

import hashlib
import io
import logging
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import product

import pypdf
import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation

from consent import actions, content, ledger, publishing, staff_copy, summary
from consent.models import AccessEvent, Entry, Explanation, Presentation
from consent.policy import Answer
from registration import actions as registration
from registration.actions import NotPossible, patient_with
from registration.models import Prison
from registration.movements import Direction, Movement, Source

pytestmark = pytest.mark.django_db

ADMITTED = datetime(2025, 11, 16, 18, 0, tzinfo=UTC)
ANSWERED = datetime(2025, 11, 17, 10, 5, tzinfo=UTC)
GMS, GP = "gms-registration", "gp-record"
NEVER = ("remand", "sentence", "offence", "court", "recall", "immigration", "crime", "case")
answers = pytest.mark.parametrize(("question", "said"), list(product((GMS, GP), ("yes", "no", "later"))))


class Refuses(logging.Handler):
    """A letter that no font has is drawn as a box with no more than a warning: here it is a failure."""

    def emit(self, record):
        raise AssertionError(record.getMessage())


@pytest.fixture(autouse=True)
def nothing_to_warn_of():
    handler = Refuses(level=logging.WARNING)
    logging.getLogger("weasyprint").addHandler(handler)
    yield
    logging.getLogger("weasyprint").removeHandler(handler)


@pytest.fixture
def sam(patient):
    publishing.publish()
    Prison.objects.create(id="LEI", name="Leeds", country="England")
    actions.describe_patient(patient=patient, given_names="Sam Lee", family_name="Ashworth")
    admit(patient)
    return registration.survivor(patient)


def admit(person):
    came = Movement(ADMITTED, Direction.IN, "NEW_ADMISSION", prison="LEI", source=Source.SEARCH)
    actions.record_movement(patient=person, movement=came, by="test")


def show(person, question=GMS, *, sentences=(), not_shown=(), checks=None, text="normal", **situation):
    """What a tablet keeps of what was on its screens."""
    explanation = content.current_hashes("en-GB")[question]
    body = ledger.canonical(
        {
            "question": question,
            "explanation": explanation,
            "language": "en-GB",
            "sentences": list(sentences),
            "not_shown": list(not_shown),
            "form": {"text": text},
            "order": ["later", "yes", "no"],
            "situation": {
                "legal": "unknown",
                "home_gp": "unsure",
                "transferred": "no",
                "length": "whole",
                "held": "yes",
                **situation,
            },
            "checks": checks or {},
        }
    )
    Presentation.objects.get_or_create(
        hash=hashlib.sha256(body).hexdigest(),
        defaults={
            "chain": person.record_id,
            "explanation": Explanation.objects.get(hash=explanation),
            "body": body.decode(),
            "shown_at": ANSWERED,
        },
    )
    return hashlib.sha256(body).hexdigest()


def answer(person, said, question=GMS, *, by=actions.PERSON, route="tablet", at=ANSWERED, **details):
    return actions.decide(patient=person, question=question, answer=Answer(said), by=by, route=route, at=at, **details)


def on_tablet(person, said, question=GMS, **shown):
    return answer(person, said, question, presentation=show(person, question, **shown))


def read(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in read(pdf).pages).split())


def paper_words(entry, **axes):
    """Every sentence that the explanation has for this paper."""
    data = ledger.read(entry)["data"]
    words = content.words(content.current_hashes("en-GB")[data["question"]])
    held = "yes" if data["hold"] != "none" else "no"
    axes = {"home_gp": "unsure", "legal": "unknown", "held": held, "answer": data["answer"], **axes}
    return [text for card in words.on("paper", axes) for _, text in card.sentences]


def publish_other_words(question=GMS):
    """The same file with one sentence said differently, published after the first."""
    now = Explanation.objects.filter(question=question).latest()
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
    now = Explanation.objects.filter(question=GMS).latest()
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
        assert len(read(pdf).pages) == 1, (home_gp, size)


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
from consent import publishing, summary
from consent.models import Entry
entry = Entry(hash="ab" * 32, recorded_at=datetime.datetime(2025, 11, 17, tzinfo=datetime.UTC))
card = {"icons": summary.icons(publishing.drawn_picture("talk")), "sentences": ["Just ask health staff."]}
said = {"language": "en-GB", "direction": "ltr", "bigger": False, "title": "On paper.", "first_name": "Sam",
        "day": "Monday", "cards": [{**card, "is_answer": True}]}
print(hashlib.sha256(summary.pdf("summary", said, identifier=entry.hash, at=entry.recorded_at)).hexdigest())
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
            URLFetcher(allowed_protocols=summary.WITHIN_THE_PAGE).fetch(address)


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
    publishing.publish()
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
