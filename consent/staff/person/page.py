"""The person's page: what stands, what can be done now, who they are, and everything that happened."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from consent import facts
from consent.leaving import Leaving, done_in, is_on_remand, left_after_sent, plan_of
from consent.papers.spoken import visits_of
from consent.roles import MAY, Deed, Role
from consent.staff import here, wording
from consent.staff.doing import NOBODY_HERE, Do, first_things, other_things
from consent.staff.lists.asking import interpreters
from consent.staff.lists.capacity import to_look_again
from consent.staff.lists.leaving import to_do
from consent.staff.lists.legal_status import legal_status as legal_status_to_find_out
from consent.staff.lists.row import Row
from consent.staff.matters import Matter, Need, last_request, matters, needs_entering
from consent.staff.person import support, timeline
from consent.staff.person.on_paper import on_paper
from consent.staff.posts import SHORT
from consent.staff.tablets import calls_of, left_before_the_end, see_again
from consent.standing import Standing, local_date
from registration import actions as registration
from registration.custody import State
from registration.models import Movement, Patient, Prison


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
    entries = facts.entries_of(family)
    told = timeline.timeline(entries, prisons, is_told_why_not=Deed.CAPACITY in deeds)
    lines = {matter.asked.line for matter in about if matter.need}
    plan = plan_of(patient, standing, done_in(entries), now)
    besides = waiting_besides(patient, standing, about, prisons, now)
    looks = Deed.CAPACITY in deeds and standing.state_at(now) not in NOBODY_HERE
    reviews = {need.questions[0]: need for need in to_look_again(entries, standing, now)} if looks else {}
    again = see_again(left_before_the_end(visits, now), standing, about, now)
    things = [
        *first_things(patient, about, going_on is not None),
        *(do for row in besides for do in row.buttons),
        *for_leaving(patient, standing, plan, now),
    ]
    return here.page(
        request,
        "person",
        person=patient,
        also_known=[p.prison_number for p in family[1:]],
        custody=wording.custody(standing, now, prisons),
        matters=[in_words(matter, prisons, reviews.get(matter.question.id)) for matter in about],
        besides=[*([again] if again else []), *(need for row in besides for need in row.needs)],
        odd_admission=wording.time_of(standing.odd_admission_at) if standing.odd_admission_at else "",
        now=here.allowed(deeds, things),
        whose=whose_work(things),
        others=here.allowed(deeds, other_things(patient, about, standing.state_at(now))),
        about_them=[deed.value for deed in deeds],
        visit=going_on,
        call=calls_of(visits[0]) if visits else None,
        needs=wording.needs(patient),
        explain_again=[point for one in told if one.hash in lines for point in one.explain_again],
        paper=on_paper(patient, about, visits),
        support=support.in_words(patient),
        sheet_on=wording.day(plan.sheet) if plan.sheet else "",
        may_leave_from_court=is_on_remand(standing) and standing.state_at(now) not in NOBODY_HERE,
        described=described(patient, standing, plan),
        movements=[timeline.movement_in_words(m, prisons) for m in movements_of(family)],
        timeline=told,
        changes=timeline.changes(family),
    )


def movements_of(family: list[Patient]) -> list[Movement]:
    return list(Movement.objects.filter(patient__in=family).order_by("-at", "-pk"))


def in_words(matter: Matter, prisons: Mapping[str, Prison], review: Need | None) -> dict[str, str]:
    """``review``: where a clinician wanted to look again whether they can decide about this."""
    said = wording.said(matter.asked, prisons)
    follows = wording.follows(matter.asked, matter.rule.code, matter.due, matter.request, matter.work.sent)
    need, says_when = matter.need, "{due}" in str(wording.FOLLOWS.get(matter.rule.code, ""))
    if need and need.for_today:
        follows = f"{follows} {need.due_in_words}."
    elif need and not says_when:
        follows = f"{follows} {need.what}. {need.due_in_words}."
    return {
        "title": matter.title,
        "sentence": f"{said} {follows}",
        "because": matter.because,
        "code": matter.rule.code,
        "review": f"{review.what}. {review.due_in_words}." if review else "",
        "entered": entered(matter),
    }


def waiting_besides(
    patient: Patient, standing: Standing, about: list[Matter], prisons: Mapping[str, Prison], at: datetime
) -> list[Row]:
    """What waits for them besides the two questions, as on the lists: an interpreter, a legal status not known."""
    prison = prisons.get(standing.prison or "")
    if prison is None or standing.state_at(at) in NOBODY_HERE:
        return []
    people = [(patient, standing, about)]
    return [*interpreters(people, prison, at), *legal_status_to_find_out(people, prison, at)]


def whose_work(things: list[Do]) -> str:
    """The roles that may do something of what there is to do now."""
    deeds = {here.deed_of(do) for do in things}
    return ", ".join(str(SHORT[role]) for role in Role if any(role in MAY[deed] for deed in deeds))


def entered(matter: Matter) -> str:
    """Whether the answer that stands was entered in the clinical record; blank where there is none to enter."""
    if matter.asked.entered:
        return gettext("Entered in the clinical record.")
    return gettext("Not entered in the clinical record yet.") if needs_entering([matter]) else ""


def for_leaving(patient: Patient, standing: Standing, plan: Leaving, at: datetime) -> list[Do]:
    """The way to the papers, when one of them is due; or to what is left to look into, once they have left."""
    url = reverse("leaving", args=[patient.prison_number])
    if to_do(plan, local_date(at)):
        return [Do(gettext("Papers for leaving"), url)]
    has_left = standing.state_at(at) is State.CLOSED and standing.prison
    if has_left and left_after_sent(standing.prison or "", at, patient):
        return [Do(gettext("Look into it: they left after it was sent"), url)]
    return []


def described(patient: Patient, standing: Standing, plan: Leaving) -> list[tuple[str, str]]:
    unknown = gettext("Not known")
    dates = plan.dates
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
        (gettext("Expected release date"), wording.birthday(dates.release) if dates.release else unknown),
        (gettext("Next court date"), wording.birthday(dates.court) if dates.court else unknown),
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
