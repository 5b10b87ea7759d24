"""Sign-off by name: the pack, the gravest first, and one bundle of it to read and to sign."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from consent.staff import here
from consent.staff.accounts.web_session import fresh, to_unlock
from consent.staff.forms import StaffForm, text
from consent.staff.words.bundles import Bundle
from consent.staff.words.claims import WHO, Sentence, Signatures
from consent.staff.words.matters import Matter, matter_of
from consent.staff.words.reading import Edition, reviewers_only
from consent.staff.words.screens import asked_as
from consent.words import signing
from consent.words.files import ENGLISH, languages

ROLE = "signing-role"  # in the web session: typed once, and offered again for the next bundle


class SignForm(StaffForm):
    """A signature under what is ticked. ``possible``: the keys of the words as they are now."""

    role = text(
        gettext_lazy("Your role"),
        required=True,
        most=120,
        help_text=gettext_lazy("As it is to stand beside your name, like: GP lead, Leeds"),
    )

    def __init__(self, *args: Any, possible: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.possible = possible

    @property
    def wanted(self) -> list[str]:
        """The keys that are ticked; with the tick for the whole, every key that stood on the page."""
        if not self.is_bound:
            return []
        return list(dict.fromkeys(self.data.getlist("shown" if self.data.get("whole") else "key")))

    def clean(self) -> None:
        if not self.wanted:
            raise forms.ValidationError(_("Nothing was ticked. Tick each sentence that you sign, or the whole."))
        if not self.possible.issuperset(self.wanted):
            raise forms.ValidationError(
                _("These words have changed since you opened the page. Nothing was signed. Read them again.")
            )


# -- the pack ---------------------------------------------------------------------------------------------------------


@require_safe
@reviewers_only
def sign_off(request: HttpRequest, now: Edition) -> HttpResponse:
    """Everything to sign, in the order in which it matters; each bundle with what is still open in it."""
    matter = matter_of(request)
    every = matter.bundles(now)
    signatures = matter.signatures(sentence for bundle in every for sentence in bundle.sentences)
    rows = [row_of(matter, bundle, signatures) for bundle in every]
    return here.page(
        request,
        "review/sign_off",
        matter=matter,
        languages=languages().values(),
        groups=[
            (_("Contested: settle these first"), [row for row in rows if row["bundle"].contested]),
            (_("What single prisons say instead"), [row for row in rows if row["bundle"].is_local]),
            (
                _("The rest, screen by screen") if matter.is_english else _("Screen by screen"),
                [row for row in rows if not row["bundle"].contested and not row["bundle"].is_local],
            ),
        ],
    )


def row_of(matter: Matter, bundle: Bundle, signatures: Signatures) -> dict[str, Any]:
    return {
        "bundle": bundle,
        "open": len(matter.open(bundle.sentences, signatures)),
        "all": len(bundle.sentences),
        "who": who_can_sign(bundle),
        "address": bundle_address(matter, bundle),
    }


def bundle_address(matter: Matter, bundle: Bundle) -> str:
    return matter.with_query(reverse("words-bundle", args=[bundle.id]))


def who_can_sign(bundle: Bundle) -> list[str]:
    """A contested question names somebody; the rest goes by what is claimed."""
    if bundle.contested:
        return [bundle.contested.who]
    return list(dict.fromkeys(str(WHO[sentence.claim.kind]) for sentence in bundle.sentences))


# -- one bundle -------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@reviewers_only
def one_bundle(request: HttpRequest, now: Edition, bundle: str) -> HttpResponse:
    matter = matter_of(request)
    every = matter.bundles(now)
    asked = next((one for one in every if one.id == bundle), None)
    if asked is None:
        raise here.NothingThere(_("There is nothing to sign by that name. The words may have changed."))
    possible = {matter.key(sentence) for sentence in asked.sentences if matter.can_sign(sentence)}
    form = SignForm(request.POST or None, possible=possible, initial={"role": request.session.get(ROLE, "")})
    if request.method == "POST" and not fresh(request):
        return to_unlock(request)
    if request.method == "POST" and form.is_valid():
        place = every.index(asked)
        return signed(request, form, matter, [*every[place:], *every[:place]])
    signatures = matter.signatures(asked.sentences)
    return here.page(
        request,
        "review/bundle",
        status=422 if form.is_bound else 200,
        form=form,
        matter=matter,
        bundle=asked,
        parts=parts_of(asked, matter, signatures, own_name(request)),
        who=who_can_sign(asked),
        name=own_name(request),
        sources=sources_of(now, asked.sentences),
        open=[sentence for sentence in asked.sentences if matter.can_sign(sentence)],
        language=languages()[matter.language],
    )


def signed(request: HttpRequest, form: SignForm, matter: Matter, following: list[Bundle]) -> HttpResponse:
    """Sign what is ticked, and go on to the next bundle in which something is open: perhaps this one."""
    role = form.cleaned_data["role"].strip()
    count = signing.sign(keys=form.wanted, user=request.user, role=role)
    request.session[ROLE] = role
    said = ngettext(
        "%(count)s sentence signed by %(name)s, %(role)s.", "%(count)s sentences signed by %(name)s, %(role)s.", count
    )
    messages.success(request, said % {"count": count, "name": own_name(request), "role": role})
    signatures = matter.signatures(sentence for bundle in following for sentence in bundle.sentences)
    waiting = next((bundle for bundle in following if matter.open(bundle.sentences, signatures)), None)
    return redirect(bundle_address(matter, waiting) if waiting else matter.address)


def own_name(request: HttpRequest) -> str:
    """As it will stand under the words."""
    return request.user.get_full_name() or request.user.get_username()


def parts_of(bundle: Bundle, matter: Matter, signatures: Signatures, own: str) -> list[dict[str, Any]]:
    """The sentences as they stand together on a card, each with its state and whether it can be ticked."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for sentence in bundle.sentences:
        name = sentence.claim.part or "titles"
        part = found.setdefault((sentence.question, name), {"claim": sentence.claim, "name": name, "lines": []})
        rows = signatures.get(matter.key(sentence), [])
        part["lines"].append(
            {
                "sentence": sentence,
                "key": matter.key(sentence),
                "label": asked_as(sentence.id) if name.startswith("check:") else "",
                "state": matter.state(sentence, signatures),
                "is_own": any(row.name == own for row in rows),
                "can_sign": matter.can_sign(sentence),
            }
        )
    return list(found.values())


def sources_of(now: Edition, sentences: Sequence[Sentence]) -> list[tuple[str, str]]:
    """What the sources named in these sentences are."""
    found: dict[str, str] = {}
    for sentence in sentences:
        listed = now.get(sentence.question, ENGLISH).words["sources"]
        found |= {key: listed[key] for key in sentence.claim.source}
    return sorted(found.items())
