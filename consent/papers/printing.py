"""From published words to a PDF: pictures, the language of each part, and the page itself.

What a person is given has two parts: their own language, and the same in English on pages of its own.
"""

import base64
import re
from bisect import bisect_right
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from babel import Locale
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from consent import ledger
from consent.models import Explanation
from consent.words import content
from consent.words.content import Card, Words
from consent.words.files import ENGLISH
from consent.words.local import general

STYLES = settings.BASE_DIR / "static" / "print"
# Nothing is fetched: only what stands in the page itself is let through.
WITHIN_THE_PAGE = {"data"}
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


# -- words ------------------------------------------------------------------------------------------------------------


def in_both(said: Words) -> list[Words]:
    """The words, and the English that they render; once where they are English."""
    return [said, content.in_english(said)] if said.translates else [said]


def part(said: Words, **shown: Any) -> dict[str, Any]:
    """A part of a paper that says which language it is in."""
    return {"language": general(said.language), "direction": locale_of(said.language).text_direction, **shown}


def line(said: Words, sentence_id: str) -> SafeString:
    """A sentence as it is printed. One that nobody has translated yet says that it is English.

    Not a template of its own: a space behind the last word breaks lines in the wrong place from right to left.
    """
    text = last_words_together(said.sentence(sentence_id))
    is_english = sentence_id in said.missing and general(said.language) != ENGLISH
    return format_html('<span lang="{}" dir="ltr">{}</span>' if is_english else "{1}", ENGLISH, text)


def card(said: Words, shown: Card, day: str = "") -> dict[str, Any]:
    """A picture with the words beside it, and under them a day on a line of its own."""
    lines = [line(said, sentence_id) for sentence_id, _ in shown.sentences]
    return {"icons": icons(shown.picture), "lines": lines, "day": day}


def last_words_together(text: str) -> str:
    """With a no-break space before the last word, so that no line holds "GP." alone."""
    start, _, last = text.rpartition(" ")
    return f"{start}{NO_BREAK_SPACE}{last}" if start and len(last) < 10 else text


def locale_of(language: str) -> Locale:
    return Locale.parse(general(language), sep="-")


def published_at(said: Words) -> datetime:
    """When these words were published: the one date that a paper about nobody can carry."""
    return Explanation.objects.values_list("published_at", flat=True).get(hash=said.hash)


# -- pictures ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def icons(picture: str) -> tuple[tuple[str, bool], ...]:
    """Each icon of a picture as a data URL for a CSS background, and whether it is mirrored from right to left.

    Decoration has to stay out of what a screen reader reads. WeasyPrint tags inline SVG as a figure and wants words
    for it; a background it leaves out of the reading order, as PDF/UA asks for.
    """
    found = re.findall(r"<svg .*?</svg>", picture, re.DOTALL)
    drawings = (icon.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) for icon in found)
    return tuple(
        (f"data:image/svg+xml;base64,{base64.b64encode(icon.encode()).decode()}", 'class="mirrored"' in icon)
        for icon in drawings
    )


# -- paper ------------------------------------------------------------------------------------------------------------


def pdf(name: str, said: dict[str, Any], *, identifier: str, at: datetime, style: str = "") -> bytes:
    """Print a template with a style: large print for the person, or, left out, its own on top of the plain sheet's.

    ``identifier`` and ``at`` stand in the file, so that it can be told apart.
    """
    from weasyprint import CSS, HTML  # half a second, so only where something is printed
    from weasyprint.urls import URLFetcher

    nothing_outside = URLFetcher(allowed_protocols=WITHIN_THE_PAGE)
    context = {
        **said,
        "recorded_at": ledger.stamp(at)[:19] + "Z",
        "is_demonstration": settings.IS_DEMONSTRATION,
    }
    # Whoever prints it, in whatever language their own screens are: the words of the paper are the same.
    with translation.override("en-gb"):
        page = render_to_string(f"print/{name}.html", context)
    spoken = [each["language"] for each in said.get("parts", [])]
    files = ("fonts", style) if style else ("fonts", "sheet", name)
    styles = [(STYLES / f"{file}.css").read_text(encoding="utf-8") for file in files]
    return HTML(string=page, url_fetcher=nothing_outside).write_pdf(  # type: ignore[no-any-return]
        stylesheets=[CSS(string=text, url_fetcher=nothing_outside) for text in styles],
        pdf_variant="pdf/ua-1",
        pdf_identifier=f"{name}-{identifier}",
        finisher=partial(tell_languages, spoken) if spoken else None,
    )


def tell_languages(spoken: list[str], document: Any, made: Any) -> None:
    """WeasyPrint says the language of the whole only; a screen reader has to change its voice where English begins.

    Each part begins with the one heading of the first rank that it has.
    """
    from pydyf import Dictionary, String

    starts = [page for _, (page, *_), *_ in document.make_bookmark_tree()]
    for element in made.objects:
        if isinstance(element, Dictionary) and element.get("S") == "/Part":
            page = made.page_references.index(element["Pg"])
            element["Lang"] = String(spoken[bisect_right(starts, page) - 1])
