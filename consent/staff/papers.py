"""Papers about nobody in particular: the kiosk on paper, in any language, for when there is no tablet."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from consent.journey import draw_order
from consent.papers.spoken import offered
from consent.papers.twin import read_order, twin
from consent.roles import Deed
from consent.staff import here
from consent.words.files import languages


@here.may(Deed.VISITS)
def papers(request: HttpRequest) -> HttpResponse:
    """One link a language."""
    return here.page(request, "papers", languages=[languages()[tag] for tag in offered()])


@here.may(Deed.VISITS)
@require_GET
def twin_pdf(request: HttpRequest) -> HttpResponse:
    language, order = language_asked(request), read_order(request.GET.get("order", ""))
    if order is None:
        return with_an_order(request)
    prison = here.chosen(request)
    return as_pdf(twin(language=language or offered()[0], order=order, prison=prison.pk if prison else ""), "paper.pdf")


def language_asked(request: HttpRequest) -> str:
    """The tag in the address; blank where it has none."""
    language = request.GET.get("language", "")
    if language and language not in offered():
        raise Http404
    return language


def with_an_order(request: HttpRequest) -> HttpResponse:
    """The same address with an order drawn for it: from there the same paper can be printed again."""
    asked = {name: request.GET[name] for name in request.GET if name != "order"}
    return redirect(f"{request.path}?{urlencode({**asked, 'order': ','.join(draw_order())}, safe=',')}")


def as_pdf(data: bytes, file_name: str) -> HttpResponse:
    """To open in the browser. It prints when somebody says so, and not before."""
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{file_name}"', "X-Content-Type-Options": "nosniff"},
    )
