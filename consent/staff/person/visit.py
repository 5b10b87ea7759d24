"""A visit at a tablet, as staff start it, send it, follow it and end it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from consent import actions, facts
from consent.kiosk import visits
from consent.models import Tablet, Visit
from consent.papers.spoken import offered
from consent.policy import Outcome
from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.doing import VISIT, answered, asked_now, instead_of_a_tablet, not_on_a_tablet
from consent.staff.matters import matters
from consent.staff.person.interpreted import noted_today
from consent.staff.person.visit_form import VisitForm
from consent.staff.spoken import by_tablet, is_checked, starts_with_an_interpreter
from consent.staff.tablets import Call, calls_of
from consent.words.publishing import drawn_picture
from registration.actions import NotPossible
from registration.models import Patient

# As staff say it to the person; the tablet shows the picture alone.
PICTURES = {
    "tree": _("a tree"),
    "fish": _("a fish"),
    "umbrella": _("an umbrella"),
    "boat": _("a boat"),
    "butterfly": _("a butterfly"),
    "apple": _("an apple"),
    "bell": _("a bell"),
    "bicycle": _("a bicycle"),
}


def live(person: Patient) -> Visit | None:
    own = Q(patient=person) | Q(patient__merged_into=person)
    going_on = Visit.objects.filter(own, ended_at=None)
    return going_on.select_related("started_by", "patient__merged_into", "tablet").first()


def last(person: Patient) -> Visit | None:
    """The live visit, or else the last one."""
    own = Visit.objects.filter(Q(patient=person) | Q(patient__merged_into=person))
    return own.select_related("patient__merged_into").order_by("-started_at").first()


@here.of_person("visit", Deed.VISITS, is_polled=True)
def visit(request: HttpRequest, person: Patient) -> HttpResponse:
    going_on = live(person)
    if request.htmx and request.method == "GET":
        seen = seen_now(request, going_on) if going_on else ended(person)
        return here.part(request, "visit_now", person=person, **seen)
    if going_on and request.method == "GET":
        return here.page(request, "visit", person=person, **seen_now(request, going_on))
    now = timezone.now()
    standing = facts.standing_of(person, now)
    about = matters(standing, now)
    if because := not_on_a_tablet(about):
        things = instead_of_a_tablet(person, about, standing.state_at(now))
        instead = here.allowed(here.deeds_about(request, person), things)
        status = 409 if request.method == "POST" else 200
        return here.page(request, "no_visit", status=status, person=person, because=because, instead=instead)
    asks = any(
        m.is_asked or (m.rule.outcome is Outcome.SECOND_LOOK and not actions.is_early(m.asked, now)) for m in about
    )
    tags = offered()
    form = VisitForm(
        request.POST or None,
        asks=asks,
        answered=answered(about),
        needs_interpreter=starts_with_an_interpreter(person, tags),
        noted=noted_today(person, standing, now),
        initial={"purpose": request.GET.get("purpose", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            started, code = visits.start(
                patient=person,
                place=form.cleaned_data["place"],
                user=request.user,
                **form.asked_again(),
                interpreter=form.cleaned_data["interpreter"],
                tablet=tablet_pressed(request),
            )
        except NotPossible as problem:
            form.add_error(None, gettext(str(problem)))
        else:
            if request.POST.get("back") == "today":
                messages.success(request, sent_to(started))
                return redirect("today")
            return show_code(request, person, code)
    questions = asked_now(about)
    tag = by_tablet(person, tags)
    return here.form_page(
        request,
        form,
        template="start_visit",
        title=str(VISIT[questions[0]]) if len(questions) == 1 else gettext("Start a visit"),
        lead=gettext(
            "You vouch for who this person is. Send the visit to a tablet, or get a six-digit code to tap on one."
        ),
        button=gettext("Start and get the code"),
        tablets=visits.free(standing.prison),
        call=call_about(person),
        person=person,
        back=reverse("person", args=[person.prison_number]),
        needs=wording.needs(person),
        language=wording.language(person.language) if person.language else "",
        is_spoken=bool(tag),
        is_other=person.language.partition("-")[0] not in ("", "en"),
        is_checked=bool(tag) and is_checked(tag, standing.prison or ""),
        starts_with_an_interpreter=form.needs_interpreter,
        may_put_off=any(m.may_be_put_off for m in about),
    )


def show_code(request: HttpRequest, person: Patient, code: str) -> HttpResponse:
    """The code waits in this member of staff's own session, so that looking again needs no new one. Blank: it was
    sent to a tablet."""
    request.session["code"] = code
    return redirect("visit", person.prison_number)


def sent_to(visit: Visit) -> str:
    """Which tablet to hand over, and how to tell that it is theirs."""
    who = f"{visit.patient.name} {visit.patient.prison_number}".strip()
    told = {"who": who, "tablet": visit.tablet, "picture": PICTURES[visit.state["picture"]]}
    return gettext("%(who)s: sent to %(tablet)s. It shows %(picture)s, and asks: is this you?") % told


def seen_now(request: HttpRequest, visit: Visit) -> dict[str, Any]:
    """What staff see of a live visit: its code while nobody took it up, then whether someone is there."""
    state = state_of(visit)
    code = request.session.get("code", "") if state == "waiting" else ""
    if visits.hashed(code) != visit.code:
        code = ""
    said_who = visit.state["is_them"]
    last_seen = wording.time_of(visit.last_seen_at) if visit.last_seen_at else ""
    call = calls_of(visit)
    return {
        "visit": visit,
        "state": state,
        "code": f"{code[:3]} {code[3:]}".strip(),
        "until": wording.time_of(visit.code_expires_at),
        "last_seen": last_seen,
        "call": call,
        "tablet": visit.tablet,
        "tablets": [tablet for tablet in visits.free(visit.prison_id) if tablet.pk != visit.tablet_id],
        "said_who": said_who,
        "drawing": drawn_picture(visit.state["picture"]),
        "picture": str(PICTURES[visit.state["picture"]]),
        "kiosk": address_of_the_tablets(request),
        "started": wording.time_of(visit.started_at),
        "interpreter": visit.state.get("interpreter", ""),
        "needs": wording.needs(visit.patient),
        "mark": here.mark_of(visit.pk, state, code, last_seen, call, visit.tablet_id, said_who),
    }


def state_of(visit: Visit) -> str:
    """Waiting for its code to be tapped or for its tablet, at one, left there, or with a code that has run out."""
    now = timezone.now()
    if visit.tablet_id is None:
        return "waiting" if visit.code and visit.code_expires_at > now else "run-out"
    if visits.is_silent(visit, now):
        return "left"
    return "taken-up" if visit.last_seen_at else "sent"


def ended(person: Patient) -> dict[str, Any]:
    call = call_about(person)
    return {"state": "ended", "call": call, "mark": here.mark_of("ended", person.pk, call)}


def call_about(person: Patient) -> Call | None:
    found = last(person)
    return calls_of(found) if found else None


def address_of_the_tablets(request: HttpRequest) -> str:
    """Where tablets have a host of their own, staff are on another one."""
    path = reverse("kiosk", urlconf=settings.ROOT_URLCONF)
    return f"https://{settings.KIOSK_HOST}{path}" if settings.KIOSK_HOST else request.build_absolute_uri(path)


def tablet_pressed(request: HttpRequest) -> Tablet | None:
    """The tablet on the button that was pressed; None for the button that gets a code. Raises NotPossible."""
    pressed = request.POST.get("tablet", "")
    if not pressed:
        return None
    found = Tablet.objects.filter(pk=pressed).first() if pressed.isdecimal() else None
    if found is None:
        raise NotPossible("There is no such tablet. Choose another one, or get a code.")
    return found


@require_POST
@here.of_person("visit", Deed.VISITS)
def new_code(request: HttpRequest, person: Patient) -> HttpResponse:
    going_on = live(person)
    if going_on is None:
        messages.error(request, gettext("The visit has ended. Start another one."))
        return redirect("visit", person.prison_number)
    return show_code(request, person, visits.new_code(visit=going_on))


@require_POST
@here.of_person("visit", Deed.VISITS)
def send(request: HttpRequest, person: Patient) -> HttpResponse:
    """The visit goes on at another tablet; the one that has it now is cleared."""
    going_on = live(person)
    try:
        if going_on is None or (tablet := tablet_pressed(request)) is None:
            raise NotPossible("The visit has ended. Start another one.")
        visits.move(visit=going_on, tablet=tablet)
    except NotPossible as problem:
        messages.error(request, gettext(str(problem)))
    return redirect("visit", person.prison_number)


@require_POST
@here.of_person("visit", Deed.VISITS)
def with_them(request: HttpRequest, person: Patient) -> HttpResponse:
    """Someone answers the call for help; the tablet may be pressed at the same moment, so the row is held."""
    called = last(person)
    if called is not None:
        held = Visit.objects.select_for_update().get(pk=called.pk)
        if held.state.pop("help_at", None):
            held.save(update_fields=["state"])
    if request.POST.get("back") == "today":
        return redirect("today")
    return redirect("visit", person.prison_number)


@require_POST
@here.of_person("visit", Deed.VISITS)
def end_visit(request: HttpRequest, person: Patient) -> HttpResponse:
    going_on = live(person)
    if going_on is not None:
        visits.end(visit=going_on, how="ended by staff")
    messages.success(request, gettext("The visit has ended. What was confirmed is kept; nothing else is."))
    return redirect("person", person.prison_number)
