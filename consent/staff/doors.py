"""The way in, and what stands where there is none: a page that is not there, or that is not for you."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from consent import actions
from consent.staff.here import NothingThere, chosen, layout, posts, prisons


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page of an address that leads nowhere: with the menu and the search for staff who are signed in."""
    is_staff = request.user.is_authenticated
    ours = isinstance(exception, NothingThere)
    context = {
        "layout": "staff/page.html" if is_staff else "base_staff.html",
        "sentence": str(exception) if ours and is_staff else "",
        "number": exception.number if ours else "",
        **(layout(request) if is_staff else {}),
    }
    return render(request, "404.html", context, status=404)


def home(request: HttpRequest) -> HttpResponse:
    """Two doors: the tablet and the staff pages. Where tablets have a host of their own there is one."""
    return redirect("today") if settings.STAFF_HOST else render(request, "home.html")


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is refused is recorded too."""
    prison = None
    if request.user.is_authenticated:
        prison = chosen(request)
        what, patient = getattr(exception, "what", ""), getattr(exception, "patient", None)
        actions.refused(who=request.user.get_username(), what=what, prison=prison.pk if prison else "", patient=patient)
    context = {"has_role": request.user.is_authenticated and bool(posts(request).held)}
    layout_of = "staff/page.html" if context["has_role"] else "base_staff.html"
    more = layout(request) if context["has_role"] else {}
    return render(request, "403.html", {"layout": layout_of, **context, **more}, status=403)


@login_required
@require_POST
def choose_prison(request: HttpRequest) -> HttpResponse:
    if request.POST.get("prison") in prisons(request):
        request.session["prison"] = request.POST["prison"]
    return redirect("today")
