"""The sign-off pack on paper: to be read, talked over and signed in ink, the gravest questions first."""

from typing import Any

from babel.dates import format_datetime
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from consent.papers.printing import pdf
from consent.staff.words.bundles import Bundle
from consent.staff.words.claims import Signatures
from consent.staff.words.matters import Matter, matter_of
from consent.staff.words.reading import Edition, reviewers_only
from consent.staff.words.signing import parts_of, sources_of, who_can_sign
from consent.words.files import hash_of, languages


@require_safe
@reviewers_only
def printed(request: HttpRequest, now: Edition) -> HttpResponse:
    """Of English, or of a translation with the English beside it. A voice is not to be read."""
    matter = Matter(matter_of(request).language)
    with translation.override("en-gb"):  # whatever language the staff pages are in: it is about the English
        data = pack(now, matter)
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="sign-off.pdf"', "X-Content-Type-Options": "nosniff"},
    )


def pack(now: Edition, matter: Matter) -> bytes:
    every = matter.bundles(now)
    sentences = [sentence for bundle in every for sentence in bundle.sentences]
    signatures = matter.signatures(sentences)
    words = hash_of("".join(sorted({matter.key(sentence) for sentence in sentences})))
    at = timezone.now()
    return pdf(
        "sign_off",
        {
            "matter": matter,
            "language": languages()[matter.language],
            "words": words[:16],
            "printed": format_datetime(timezone.localtime(at), "d MMMM y, HH:mm", locale="en_GB"),
            "contested": [section(matter, bundle, signatures) for bundle in every if bundle.contested],
            "rest": [section(matter, bundle, signatures) for bundle in every if not bundle.contested],
            "sources": sources_of(now, sentences),
        },
        identifier=words,
        at=at,
    )


def section(matter: Matter, bundle: Bundle, signatures: Signatures) -> dict[str, Any]:
    """One bundle, card by card: what a card claims is printed once."""
    parts = parts_of(bundle, matter, signatures, own="")
    return {"bundle": bundle, "who": who_can_sign(bundle), "parts": parts}
