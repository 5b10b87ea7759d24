"""The paper to keep, which tells nobody anything, and the kiosk on paper: in every language, with the right letters."""

import re
import unicodedata
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import permutations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from consent import actions, facts
from consent.journey import ANSWERS, KIOSK, Kind, Situation, drawn_answers, path
from consent.kiosk import screens, visits
from consent.models import AccessEvent, Hold, PrisonPolicy, Visit
from consent.papers import keep, printing, situations, twin
from consent.papers.paper_code import code_of
from consent.papers.spoken import language_of
from consent.roles import Role
from consent.words import content
from consent.words.files import languages
from registration.actions import NotPossible
from registration.legal_status import LegalStatus
from registration.models import RegistrationRequest
from tests.printed import (  # noqa: F401 - fixtures
    ADMITTED,
    GMS,
    GP,
    admit,
    answer,
    as_line,
    assert_comes_back,
    every_warning_fails,
    letters_in,
    pages_back,
    poppler,
    read,
)
from tests.published import publish
from tests.staff import Reception, ago, give_posts, words

pytestmark = pytest.mark.django_db

NEXT_DAY = ADMITTED + timedelta(days=1)
ORDER = ["later", "yes", "no"]
PAGE = "/staff/people/A1234BC/"
each_language = pytest.mark.parametrize("language", list(languages()))
QUESTIONS = (KIOSK, GP, GMS)


@pytest.fixture
def reception(db):
    """With the words in every language; elsewhere English alone is enough."""
    found = Reception()
    publish(*(tag for tag in languages() if tag != "en-GB"))
    return found


def kept(person, **asked):
    return keep.keep_paper(person, **{"at": NEXT_DAY, **asked})


def said_in(language):
    return {question: content.current(question, language) for question in QUESTIONS}


def whole(**known):
    return Situation(**{"length": "whole", "takes": "all", **known})


def sentences_of(part):
    """Every sentence of a part, in the order in which it is printed."""
    yield part["heading"]
    for screen in (part, *part.get("screens", [])):
        if screen is not part and screen["heading"]:
            yield screen["heading"]
        for card in (*screen["cards"], *screen.get("choices", [])):
            yield from (line for line in (*card["lines"], card["day"]) if line)
        if screen.get("ask"):
            yield from (screen["ask"]["ask"], *screen["ask"]["answers"])


def text_on(part):
    return as_line(strip_tags(" ".join(map(str, sentences_of(part))))).replace("&quot;", '"').replace("&#x27;", "'")


@contextmanager
def watched():
    """While this lasts, the boxes of what is printed, by the class of their element, as they lie on its pages."""
    import weasyprint

    boxes = {}

    def write_pdf(self, *, finisher, **options):
        document = self.render(**options)
        for number, page in enumerate(document.pages):
            for box in page._page_box.descendants():
                if type(box).__name__ in ("BlockBox", "AbsolutePlaceholder") and box.element is not None:
                    for name in (box.element.get("class") or "").split():
                        boxes.setdefault(name, []).append((number, box))
        return document.write_pdf(finisher=finisher, **options)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(weasyprint.HTML, "write_pdf", write_pdf)
        yield boxes


@cache
def whole_paper(language):
    """The whole in one language, its PDF and its boxes: drawn once, looked at by many tests."""
    with watched() as boxes:
        return twin.twin(language=language, order=ORDER), boxes


# -- the paper to keep ------------------------------------------------------------------------------------------------


def test_the_paper_to_keep_is_the_same_whatever_was_answered(sam):
    before = kept(sam)
    for number, said in enumerate(("later", "not-possible", "no", "yes")):
        for question in (GP, GMS):
            answer(sam, said, question, route="talk", at=ADMITTED + timedelta(hours=number + 1))
            assert kept(sam) == before, (question, said)
    for question in (GP, GMS):
        answer(sam, "withdrawn", question, route="talk", at=ADMITTED + timedelta(hours=6))
        assert kept(sam) == before, (question, "withdrawn")


def test_it_says_no_name_no_number_no_answer_and_not_what_was_asked(sam):
    pdf = kept(sam)
    everything = f"{pages_back(pdf)} {read(pdf).metadata} {read(pdf).xmp_metadata.stream.get_data().decode()}"
    for never in ("Sam", "Ashworth", "A1234BC", "Leeds", "prison", "GMS", "You said", "yes", "sign you up"):
        assert never.lower() not in everything.lower(), never


def test_the_first_name_stands_on_it_when_staff_ask_for_it_and_nothing_more(sam):
    text = as_line(pages_back(kept(sam, with_name=True))[0])
    assert text.startswith("Sam For you to keep.") and "Lee" not in text and "Ashworth" not in text


def test_a_day_that_has_passed_is_left_out_with_the_words_about_it(sam):
    last = pages_back(kept(sam, at=ADMITTED + timedelta(days=7)))[0]
    assert "They will see you by this day." in last and "Sunday 23 November 2025" in last
    passed = pages_back(kept(sam, at=ADMITTED + timedelta(days=8)))[0]
    assert "by this day" not in passed and "2025" not in passed
    assert "Health staff will see you." in passed


def test_of_whoever_is_not_known_to_be_in_prison_no_day_is_said(patient):
    publish()
    assert "by this day" not in pages_back(kept(patient))[0]


def test_the_day_is_seven_days_after_reception_and_the_same_after_a_transfer(sam):
    admit(sam, at=ADMITTED + timedelta(days=2))
    assert "Sunday 23 November 2025" in pages_back(kept(sam, at=ADMITTED + timedelta(days=3)))[0]


@each_language
def test_it_is_one_page_a_language_with_every_sentence(sam, language):
    pages = pages_back(kept(sam, language=language))
    assert len(pages) == (1 if language == "en-GB" else 2)
    by = keep.seen_by(ADMITTED, NEXT_DAY)
    for page, told in zip(pages, printing.in_both(content.current(KIOSK, language)), strict=True):
        part = keep.to_keep(told, by)
        assert len(list(sentences_of(part))) == 13
        assert_comes_back(page, text_on(part), part["language"])


@pytest.mark.parametrize("language", ["en-GB", "ar", "lt"])
def test_the_slip_says_that_we_are_late_and_tells_no_more_than_the_paper_to_keep(sam, language):
    before = kept(sam, language=language, is_late=True)
    answer(sam, "yes", GMS, route="talk", at=ADMITTED + timedelta(hours=1))
    slip = kept(sam, language=language, is_late=True)
    assert slip == before
    assert read(slip).metadata.title == content.current(KIOSK, language).titles["slip"]
    pages = pages_back(slip)
    assert len(pages) == (1 if language == "en-GB" else 2)
    for page, told in zip(pages, printing.in_both(content.current(KIOSK, language)), strict=True):
        part = keep.slip(told)
        assert len(list(sentences_of(part))) == 9
        assert_comes_back(page, text_on(part), part["language"])
    for never in ("yes", "no ", "Sam", "prison", "sign you up"):
        assert never.lower() not in pages[-1].lower(), never


def test_the_slip_is_offered_once_staff_are_late_and_not_before(reception):
    person = reception.comes(days=5)
    reception.says(person, "yes", days=4)
    assert "Slip: we are late" not in reception.reads(PAGE)
    late = reception.comes("A1111AA", days=10)
    reception.says(late, "yes", days=9)
    assert "Slip: we are late" in reception.reads("/staff/people/A1111AA/")
    assert reception.browser.get("/staff/people/A1111AA/keep.pdf?language=en-GB&late=1").status_code == 200
    assert AccessEvent.objects.filter(what="print slip").count() == 1


def test_no_slip_says_that_nothing_is_chosen_to_whoever_is_registered_or_about_to_be(reception):
    """Late with confirming, or with making it, is our work and not a choice of theirs."""
    person = reception.comes(days=40)
    said = reception.says(person, "yes", days=39)
    by = actions.staff(reception.nurse)
    actions.second_look(patient=person, by=by, decision=said.hash, prison="LEI", route="talk")
    RegistrationRequest.objects.update(opened_at=ago(30), changed_at=ago(30))
    reception.says(person, "no", question="gp-record", days=39)
    assert "Overdue" in reception.reads("/staff/lists/registrations/")
    assert "Slip: we are late" not in reception.reads(PAGE)
    actions.move_request(request=RegistrationRequest.objects.get(), to="made", user=reception.nurse, still_here=True)
    RegistrationRequest.objects.update(changed_at=ago(30))
    assert "Overdue" in reception.reads("/staff/lists/registrations-to-confirm/")
    reception.says(person, "later", question="gp-record", days=20)  # late with asking that again, too
    for page in (PAGE, "/staff/lists/ask-again/", "/staff/lists/overdue/"):
        assert "Overdue" in reception.reads("/staff/lists/ask-again/")
        assert "Slip: we are late" not in reception.reads(page), page


@pytest.mark.parametrize(
    ("listed", "says"), [("check-before-sending", "yes"), ("ask-again", "later"), ("not-asked-yet", "")]
)
def test_the_slip_is_a_button_beside_whoever_was_not_seen_in_time_and_for_the_registrar_too(reception, listed, says):
    for number, came in (("A1234BC", 20), ("A1111AA", 2)):
        person = reception.comes(number, days=came)
        if says:
            reception.says(person, says, days=came - 1)
    registrar = Client()
    registrar.force_login(reception.doctor)
    reception.doctor.posts.all().delete()
    give_posts(reception.doctor, Role.REGISTRAR, prison="LEI")
    for browser in (reception.browser, registrar):
        for page in (f"/staff/lists/{listed}/", "/staff/lists/overdue/"):
            found = browser.get(page).content.decode()
            assert f"{PAGE}keep.pdf?late=1" in found, page
            assert "/staff/people/A1111AA/keep.pdf" not in found
            assert f'href="{PAGE}"' in found
        assert "Slip: we are late" in words(browser.get(PAGE))
    assert registrar.get(f"{PAGE}keep.pdf?late=1").status_code == 200
    assert "The whole on paper" in reception.reads(PAGE) or says == "yes"
    assert "The whole on paper" not in words(registrar.get(PAGE))


# -- in which language ------------------------------------------------------------------------------------------------


def spoke(person, language, step, days=0):
    visit, _ = visits.start(
        patient=person, place="wing", user=User.objects.get_or_create(username="nurse")[0], interpreter=""
    )
    visit.state |= {"language": language, "step": step}
    visit.started_at += timedelta(days=days)
    visits.end(visit=visit, how="stopped")
    visit.save()


def test_a_visit_in_which_no_language_was_touched_says_nothing_about_it(sam):
    actions.describe_patient(patient=sam, language="lt")
    sam.refresh_from_db()
    spoke(sam, "en-GB", "language")
    assert language_of(sam) == "lt"


def test_the_language_of_the_last_visit_comes_before_the_one_that_staff_know_of(sam):
    actions.describe_patient(patient=sam, language="lt")
    spoke(sam, "ur", "minute")
    spoke(sam, "pl-x-LEI", "minute", days=1)
    assert language_of(sam) == "pl"


@pytest.mark.parametrize(("known", "printed"), [("", "en-GB"), ("ti", "en-GB"), ("pt", "pt-PT"), ("en", "en-GB")])
def test_the_language_that_staff_know_of_is_printed_where_there_are_words_in_it(sam, known, printed):
    actions.describe_patient(patient=sam, language=known)
    sam.refresh_from_db()
    assert language_of(sam) == printed


# -- the kiosk on paper -----------------------------------------------------------------------------------------------


def test_only_the_three_answers_in_some_order_are_an_order():
    for wrong in ("", "yes", "yes,no", "yes,no,later,yes", "yes,no,maybe", "yes,yes,no"):
        assert twin.read_order(wrong) is None
    assert [twin.read_order(",".join(order)) for order in permutations(ANSWERS)] == list(
        map(list, permutations(ANSWERS))
    )


SITUATIONS = [
    whole(),
    whole(legal="remand", home_gp="yes", registered="no"),
    whole(legal="recalled", home_gp="no", registered="yes"),
    whole(legal="immigration", transferred="yes"),
    whole(legal="sentenced", transferred="yes", registered="yes", asks=frozenset({GMS})),
]


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("order", [["later", "yes", "no"], ["no", "yes", "later"]])
def test_it_has_the_words_of_the_tablet_in_the_order_of_the_tablet(sam, situation, order, monkeypatch):
    told = said_in("pl")
    part = twin.in_one(told, replace(situation, unchecked=True), order, is_marked=True)
    printed = list(sentences_of(part))[4:]  # after how to fill it in
    assert [as_line(strip_tags(text)) for text in printed] == on_the_tablet(sam, situation, order, monkeypatch)


def on_the_tablet(person, situation, order, monkeypatch):
    """What the screens show, from the language to the choice."""
    monkeypatch.setattr(screens, "situation", lambda visit: replace(situation, unchecked=True))
    state = {
        "language": "pl",
        "order": order,
        "words": {question: words.hash for question, words in said_in("pl").items()},
        "checks": {},
        "outcome": "offer",
        "said": {},
    }
    found, titles = [], set()
    for step in path(replace(situation, unchecked=True)):
        if step.kind in (Kind.LANGUAGE, Kind.PAPER, Kind.END):
            continue
        screen = screens.current(Visit(patient=person, state={**state, "step": step.id}))
        for name in screen.shown:
            # The understanding questions have one heading on paper, and on the tablet one each.
            if name != "title:checks" or name not in titles:
                found.append(screen.words.sentence(name))
            titles.add(name)
    return found


def test_whoever_said_no_is_reminded_of_it_where_they_may_look_again(sam):
    part = twin.in_one(
        said_in("en-GB"), whole(outcome="fresh-look", decision="no", asks=frozenset({GMS})), ORDER, is_marked=True
    )
    assert "You said no to the prison GP." in text_on(part)
    assert "You said no to the prison GP." not in text_on(twin.in_one(said_in("en-GB"), whole(), ORDER, is_marked=True))


def test_nothing_on_it_tells_which_answer_to_a_question_is_right(sam, monkeypatch):
    pages = []
    draw = printing.render_to_string
    monkeypatch.setattr(printing, "render_to_string", lambda *said: pages.append(draw(*said)) or pages[-1])
    twin.twin(language="en-GB", order=ORDER)
    answers = pages[0].split('<div class="answer">')[1:]
    assert len(answers) == 12
    marks = {re.sub(r">[^<]*", ">", each.partition("</p>")[0]) for each in answers}
    assert len(marks) == 1, marks


def test_the_right_answer_stands_first_as_often_as_the_wrong_one():
    checks = [step for step in path(whole()) if step.kind is Kind.CHECK]
    for order in permutations(ANSWERS):
        first = [drawn_answers(step, order)[0] for step in checks]
        assert sorted(first) == ["right", "right", "wrong", "wrong"]


def test_what_happens_next_is_not_on_it(sam):
    text = as_line(" ".join(pages_back(whole_paper("en-GB")[0])))
    assert "Thank you." not in text and "Is this right?" not in text


@pytest.mark.parametrize("order", [["later", "yes", "no"], ["no", "later", "yes"]])
def test_the_three_answers_stand_in_the_order_drawn_and_the_foot_says_it(sam, order):
    told = said_in("en-GB")
    pdf = twin.twin(language="en-GB", order=order)
    text = as_line(poppler("pdftotext", pdf, "-", "-"))
    for question in (GP, GMS):
        places = [text.index(told[question].sentence(f"choice:{name}")) for name in order]
        assert places == sorted(places)
    foot = f"English. Order: {', '.join(order)}. Code: {code_of(order, [told[GP], told[GMS]])}"
    assert text.count(foot) == len(read(pdf).pages)
    assert "Page 1 of 10." in text


def test_the_same_address_prints_the_same_bytes(sam):
    first = twin.twin(language="en-GB", order=ORDER)
    assert twin.twin(language="en-GB", order=ORDER) == first
    assert twin.twin(language="en-GB", order=ORDER[::-1]) != first


@each_language
def test_it_is_whole_in_every_language_and_then_in_english(sam, language):
    pages = pages_back(whole_paper(language)[0])
    both = twin.each_language(said_in(language))
    situation = whole(unchecked=language != "en-GB")
    parts = [twin.in_one(said, situation, ORDER, is_marked=is_first) for said, is_first in both]
    second = next((n for n, page in enumerate(pages) if n and "Your choice, on paper." in page), len(pages))
    assert len(parts) == (1 if language == "en-GB" else 2)
    for page, part in zip((" ".join(pages[:second]), " ".join(pages[second:])), parts, strict=False):
        assert_comes_back(page.split("For health staff")[0], text_on(part), part["language"])


@pytest.mark.parametrize("language", ["en-GB", "ar", "pl"])
def test_only_their_own_language_has_boxes_to_mark(sam, language):
    both = twin.each_language(said_in(language))
    assert [is_marked for _, is_marked in both] == ([True] if language == "en-GB" else [True, False])


def test_a_language_that_nobody_has_checked_says_so_on_paper_too(sam):
    assert "A person has not checked these words in your language yet." in as_line(
        " ".join(pages_back(whole_paper("pl")[0]))
    )
    assert "has not checked" not in as_line(" ".join(pages_back(whole_paper("en-GB")[0])))


# -- letters, room, sides ---------------------------------------------------------------------------------------------


def without_marks(told):
    plain = "".join
    return replace(
        told,
        texts={
            name: unicodedata.normalize(
                "NFC", plain(c for c in unicodedata.normalize("NFD", text) if not "\u064b" <= c <= "\u0652")
            )
            for name, text in told.texts.items()
        },
    )


def test_arabic_prints_each_letter_and_no_other_in_its_place(sam):
    """Without vowel marks poppler gives every letter back; with them it loses track of some, though all are printed."""
    said = {question: without_marks(told) for question, told in said_in("ar").items()}
    part = twin.in_one(said, whole(unchecked=True), ORDER, is_marked=False)
    context = {"title": "twin", "parts": [part], "who": "", "foot": "Arabic. Order: none."}
    pages = pages_back(printing.pdf("twin", context, identifier="test", at=ADMITTED, style="person"))
    assert letters_in("".join(pages)) == letters_in(text_on(part))


@each_language
def test_only_whole_fonts_of_the_script_are_used(sam, language):
    fonts = set(re.findall(r"\w+\+(\S+)", poppler("pdffonts", kept(sam, language=language), "-")))
    latin, arabic = {"Noto-Sans", "Noto-Sans-Bold"}, {"Noto-Sans-Arabic", "Noto-Sans-Arabic-Bold"}
    assert fonts
    assert fonts <= latin | (arabic if languages()[language].direction == "rtl" else set()), fonts


@each_language
def test_nothing_runs_over_the_edge_of_a_page(sam, language):
    box = re.compile(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)<')
    for pdf in (kept(sam, language=language), whole_paper(language)[0]):
        told = [(*(float(edge) / 72 * 25.4 for edge in found[:4]), found[4]) for found in box.findall(bboxes(pdf))]
        assert len(told) > 80
        assert [one for one in told if not (17 < one[0] <= one[2] < 193 and 11 < one[1] < one[3] < 292)] == []


def bboxes(pdf):
    return poppler("pdftotext", pdf, "-bbox", "-", "-")


def test_from_right_to_left_the_arrow_and_the_door_are_mirrored_and_nobody_else(sam):
    pictures = [content.current(KIOSK, "ar").card(name).picture for name in ("keep.leaving", "keep.who", "keep.day")]
    assert [[is_mirrored for _, is_mirrored in printing.icons(picture)] for picture in pictures] == [
        [True],
        [False, False, False],
        [False],
    ]


@each_language
def test_the_three_answers_are_boxes_of_one_size_on_one_page(sam, language):
    _, found = whole_paper(language)
    choices = found["choice"]
    assert len(choices) == (6 if language == "en-GB" else 12)
    for three in (choices[n : n + 3] for n in range(0, len(choices), 3)):
        assert len({number for number, _ in three}) == 1
        assert len({(round(box.width, 1), round(box.height, 1), box.position_x) for _, box in three}) == 1
    assert len({(round(box.width), round(box.height)) for _, box in found["box"]}) == 2  # to answer, to show one knows


def test_they_are_of_one_size_when_one_of_them_has_more_to_say(sam):
    told = said_in("en-GB")
    longer = {"choice:no": "No. " + "Do not sign me up with the prison GP. " * 3}
    told[GMS] = replace(told[GMS], texts={**told[GMS].texts, **longer})
    part = twin.in_one(told, whole(), ORDER, is_marked=True)
    context = {"title": "twin", "parts": [part], "who": "", "foot": ""}
    with watched() as found:
        printing.pdf("twin", context, identifier="test", at=ADMITTED, style="person")
    heights = [round(box.height) for _, box in found["choice"]]
    assert heights[3] == heights[4] == heights[5] > heights[0] == heights[1] == heights[2]


@each_language
def test_each_panel_fills_a_page_of_its_own(sam, language):
    _, found = whole_paper(language)
    pages = [number for number, _ in found["means"]]
    assert len(pages) == len(set(pages)) == (3 if language == "en-GB" else 6)
    assert not {number for name in ("read", "check", "choose") for number, _ in found[name]} & set(pages)


@pytest.mark.parametrize("language", ["pl", "ur"])
def test_a_sentence_stands_at_the_edge_where_its_language_begins(sam, language):
    with watched() as found:
        kept(sam, language=language)
    assert len(found["picture"]) == 12
    for (number, picture), (_, beside) in zip(found["picture"], found["words"], strict=True):
        is_on_the_right = picture.content_box_x() > beside.content_box_x() + beside.width
        assert is_on_the_right == (language == "ur" and number == 0)


def test_every_line_is_large_print(sam):
    _, found = whole_paper("en-GB")
    points = {name: {round(box.style["font_size"] * 0.75) for _, box in found[name]} for name in ("words", "answer")}
    assert points == {"words": {18}, "answer": {18}}


# -- the situation of one person --------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["yes", "no"])
def test_an_answer_that_stands_is_not_asked_for_again_on_paper(sam, said):
    answer(sam, said, GP, route="talk")
    answer(sam, said, GMS, route="talk")
    with pytest.raises(NotPossible, match="nothing to fill in"):
        situation_now(sam)


def situation_now(person, at=NEXT_DAY):
    return situations.situation_of(person, facts.standing_of(person, at), at)


def test_a_question_that_was_answered_is_left_out(sam):
    answer(sam, "no", GP, route="talk")
    assert situation_now(sam).asks == {GMS}
    assert "Your health." not in text_on(twin.in_one(said_in("en-GB"), situation_now(sam), ORDER, is_marked=True))


def test_whoever_is_not_for_a_tablet_can_be_asked_on_paper(sam):
    actions.describe_patient(patient=sam, is_sensitive=True)
    sam.refresh_from_db()
    assert situation_now(sam).asks == {GMS, GP}
    answer(sam, "later", GP, route="talk")
    assert situation_now(sam).asks == {GMS, GP}
    answer(sam, "yes", GMS, route="talk")  # held, and not asked for a second time
    assert situation_now(sam).asks == {GP}


@pytest.mark.parametrize("status", list(LegalStatus))
@pytest.mark.parametrize("home_gp", ["yes", "no", "unsure"])
def test_the_words_are_for_the_same_situation_as_on_a_tablet(reception, status, home_gp):
    person = reception.comes(status=status, home_gp=home_gp)
    visit, _ = visits.start(patient=person, place="wing", user=reception.nurse)
    on_paper = situations.situation_of(person, facts.standing_of(person), visit.started_at)
    assert on_paper.axes() == visits.situation(visit).axes()
    assert on_paper.asks == visits.situation(visit).asks


def test_the_same_after_a_transfer_and_where_a_prison_holds_nothing(reception):
    person = reception.comes(prison="HLI", days=3)
    reception.leaves(person, "TRANSFERRED", days=2, prison="HLI")
    reception.arrives(person, "TRANSFERRED", days=1.9)
    PrisonPolicy.objects.create(prison_id="LEI", hold=Hold.NONE)
    reception.is_sentenced(person)
    visit, _ = visits.start(patient=person, place="wing", user=reception.nurse)
    on_paper = situations.situation_of(person, facts.standing_of(person), visit.started_at)
    assert (on_paper.transferred, on_paper.held) == ("yes", "no")
    assert on_paper.axes() == visits.situation(visit).axes()


# -- the pages of staff -----------------------------------------------------------------------------------------------

PAPERS = [("keep", "print keep"), ("twin", "print twin")]
each_paper = pytest.mark.parametrize(("name", "what"), PAPERS)


@each_paper
def test_whoever_is_not_signed_in_gets_no_paper(reception, name, what, client):
    reception.comes()
    response = client.get(f"{PAGE}{name}.pdf?order=yes,no,later")
    assert response.status_code == 302 and response.url.startswith(reverse("sign-in"))
    assert not AccessEvent.objects.exists()


def test_papers_about_nobody_are_for_staff_too(client):
    for address in (reverse("papers"), reverse("blank-twin")):
        assert client.get(address).url.startswith(reverse("sign-in"))


@each_paper
@pytest.mark.parametrize("language", ["xx", "pl-x-LEI", "../en-GB"])
def test_a_language_without_words_is_not_found(reception, name, what, language):
    reception.comes()
    assert reception.browser.get(f"{PAGE}{name}.pdf?order=yes,no,later&language={language}").status_code == 404
    assert not AccessEvent.objects.exists()


@each_paper
def test_someone_unknown_has_no_paper(reception, name, what):
    assert reception.browser.get(f"/staff/people/A9999ZZ/{name}.pdf?order=yes,no,later").status_code == 404


@each_paper
def test_nothing_is_printed_when_it_cannot_be_recorded(reception, name, what, monkeypatch):
    reception.comes()
    monkeypatch.setattr(actions, "looked", lambda **what: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reception.browser.get(f"{PAGE}{name}.pdf?order=yes,no,later")


def test_where_nothing_is_to_be_asked_there_is_nothing_to_fill_in(reception):
    person = reception.comes()
    for question in (GP, GMS):
        reception.says(person, "no", question=question)
    response = reception.browser.get(f"{PAGE}twin.pdf?order=yes,no,later")
    assert response.status_code == 409
    assert response.content.decode().startswith("There is nothing to fill in.")
    assert "to fill in by hand" not in reception.reads(PAGE)


@each_paper
def test_the_paper_opens_in_the_browser_and_who_printed_it_is_recorded(reception, name, what):
    person = reception.comes()
    response = reception.browser.get(f"{PAGE}{name}.pdf?order=yes,no,later&language=lt")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["Cache-Control"] == "no-store"
    assert languages()["lt"].tag in read(response.content).trailer["/Root"]["/Lang"]
    event = AccessEvent.objects.get()
    assert (event.chain, event.who, event.what) == (person.record_id, "nurse", what)


def test_the_name_is_on_the_paper_to_keep_only_when_it_was_ticked(reception):
    reception.comes()
    assert "Sam" not in pages_back(reception.browser.get(f"{PAGE}keep.pdf").content)[0]
    assert "Sam" not in pages_back(reception.browser.get(f"{PAGE}keep.pdf?name=0").content)[0]
    ticked = pages_back(reception.browser.get(f"{PAGE}keep.pdf?name=1").content)[0]
    assert "Sam" in ticked and "Pell" not in ticked


@pytest.mark.parametrize("address", [f"{PAGE}twin.pdf", "/staff/papers/twin.pdf"])
@pytest.mark.parametrize("order", ["", "&order=yes,no", "&order=yes,no,nonsense"])
def test_an_order_is_drawn_where_the_address_has_none_and_stands_in_it_then(reception, address, order):
    reception.comes()
    response = reception.browser.get(f"{address}?language=en-GB{order}")
    assert response.status_code == 302
    where, _, asked = response.url.partition("?language=en-GB&order=")
    assert where == address and twin.read_order(asked)
    assert reception.browser.get(response.url).headers["Content-Type"] == "application/pdf"


def test_the_whole_about_nobody_is_recorded_about_nobody(reception):
    response = reception.browser.get("/staff/papers/twin.pdf?language=en-GB&order=no,later,yes")
    assert read(response.content).trailer["/Root"]["/Lang"] == "en-GB"
    assert not AccessEvent.objects.exists()


def test_every_language_is_offered_on_paper_from_the_first_page_of_staff(reception):
    assert 'href="/staff/papers/"' in reception.browser.get("/staff/").content.decode()
    page = reception.browser.get("/staff/papers/").content.decode()
    for language in languages().values():
        assert f"twin.pdf?language={language.tag}" in page and language.name in page


def test_the_persons_page_says_what_each_paper_is(reception):
    person = reception.comes(language="ro")
    page = reception.reads(PAGE)
    for label in (
        "Paper to keep (no answer on it)",
        "The whole on paper, to fill in by hand",
        "Nothing prints by itself.",
    ):
        assert label in page
    assert "Their answer on paper" not in page
    chosen = re.findall(r'<option value="(\S+)"[^>]* selected', reception.browser.get(PAGE).content.decode())
    assert chosen == ["LEI", "ro"]
    entry = reception.says(person, "later", question=GP)
    page = reception.browser.get(PAGE)
    assert "Their answer on paper: Asking their GP for health information" in words(page)
    assert f"summary/{entry.hash}.pdf" in page.content.decode()


@pytest.mark.parametrize(
    ("touched", "sentence"),
    [
        ("keep", "They asked for the paper to keep, with no answer on it."),
        ("full", "They asked for their answer on paper."),
        ("none", "They want no paper."),
        (None, ""),
        ("nonsense", ""),
    ],
)
def test_what_they_asked_for_on_the_tablet_stands_beside_the_papers(reception, touched, sentence):
    person = reception.comes()
    visit, _ = visits.start(patient=person, place="wing", user=reception.nurse)
    if touched:
        visit.state["paper"] = touched
        visit.save()
    page = reception.reads(PAGE)
    assert sentence in page
    assert ("They asked for" in page) == sentence.startswith("They asked for")
    assert ("They want no paper" in page) == sentence.startswith("They want")
