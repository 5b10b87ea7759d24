"""The person's page: what stands, what can be done now, who they are, and everything that happened."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from consent import facts
from consent.papers.spoken import visits_of
from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.doing import first_things, other_things
from consent.staff.matters import Matter, in_turn, matters
from consent.staff.person import timeline
from consent.staff.person.on_paper import on_paper
from consent.staff.tablets import calls_of
from consent.standing import Standing
from registration import actions as registration
from registration.models import Movement, Patient, Prison, RegistrationRequest


@here.of_person("page", Deed.PEOPLE)
def person(request: HttpRequest, patient: Patient) -> HttpResponse:
    now = timezone.now()
    family = registration.family(patient)
    prisons = here.prisons(request)
    standing = facts.standing_of(patient, now)
    about = matters(standing, now, last_request(family))
    visits = visits_of(family)
    going_on = next((visit for visit in visits if visit.ended_at is None), None)
    deeds = here.deeds_about(request, patient)
    told = timeline.timeline(facts.entries_of(family), prisons, is_told_why_not=Deed.CAPACITY in deeds)
    lines = {matter.asked.line for matter in about if matter.need}
    return here.page(
        request,
        "person",
        person=patient,
        also_known=[p.prison_number for p in family[1:]],
        custody=wording.custody(standing, now, prisons),
        matters=[in_words(matter, prisons) for matter in about],
        odd_admission=wording.time_of(standing.odd_admission_at) if standing.odd_admission_at else "",
        now=here.allowed(deeds, first_things(patient, about, going_on is not None)),
        others=here.allowed(deeds, other_things(patient, about, standing.state_at(now))),
        about_them=[deed.value for deed in deeds],
        visit=going_on,
        call=calls_of(visits[0]) if visits else None,
        needs=wording.needs(patient),
        explain_again=[point for one in told if one.hash in lines for point in one.explain_again],
        paper=on_paper(patient, about, visits),
        described=described(patient, standing),
        movements=[timeline.movement_in_words(m, prisons) for m in movements_of(family)],
        timeline=told,
        changes=timeline.changes(patient),
    )


def movements_of(family: list[Patient]) -> list[Movement]:
    return list(Movement.objects.filter(patient__in=family).order_by("-at", "-pk"))


def last_request(family: list[Patient]) -> RegistrationRequest | None:
    return next(reversed(in_turn(RegistrationRequest.objects.filter(patient__in=family))), None)


def in_words(matter: Matter, prisons: Mapping[str, Prison]) -> dict[str, str]:
    said = wording.said(matter.asked, prisons)
    follows = wording.follows(matter.asked, matter.rule.code, matter.due, matter.request)
    return {
        "title": matter.title,
        "sentence": f"{said} {follows}",
        "because": matter.because,
        "code": matter.rule.code,
    }


def described(patient: Patient, standing: Standing) -> list[tuple[str, str]]:
    unknown = gettext("Not known")
    born = wording.birthday(patient.date_of_birth) if patient.date_of_birth else unknown
    return [
        (gettext("Name"), patient.name or unknown),
        (gettext("Other names"), patient.aliases or gettext("None recorded")),
        (gettext("NHS number"), wording.nhs_number(patient.nhs_number) if patient.nhs_number else unknown),
        (gettext("Date of birth"), born),
        (gettext("Sex"), patient.get_sex_display() if patient.sex else unknown),
        (gettext("Language"), wording.language(patient.language) if patient.language else unknown),
        (gettext("Interpreter"), gettext("Needed") if patient.needs_interpreter else gettext("Not asked for")),
        (gettext("Communication needs"), patient.communication_needs or gettext("None recorded")),
        (gettext("GP at home"), patient.get_home_gp_display()),
        (gettext("Legal status"), legal_status(patient, standing)),
        (
            gettext("Sensitive record"),
            gettext("Yes: not for a tablet") if patient.is_sensitive else gettext("No"),
        ),
    ]


def legal_status(patient: Patient, standing: Standing) -> str:
    """What it is, since when, and from where staff or a message have it."""
    name = str(wording.LEGAL_STATUS[standing.legal_status])
    told = registration.last_legal_status(patient)
    if told is None:
        return name
    since = gettext("since %(when)s, from: %(source)s") % {"when": wording.time_of(told.at), "source": told.source}
    return f"{name}; {since}"
