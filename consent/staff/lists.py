"""The lists: who is to be asked, checked, registered or looked at first. To add one, add a row to LISTS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import F, Max, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.doing import Do, start_a_visit
from consent.staff.matters import Matter, Need, everyone, needs, requests_at
from consent.staff.tablets import broke_off_at, see_again
from consent.standing import Standing
from registration.custody import State
from registration.legal_status import LegalStatus
from registration.models import LegalStatusRecord, Message, Notice, Patient, Prison

PAGE = 100
Person = tuple[Patient, Standing, list[Matter]]


@dataclass(frozen=True, slots=True)
class Row:
    person: Patient
    needs: list[Need] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    buttons: list[Do] = field(default_factory=list)

    @property
    def rank(self) -> tuple[object, ...]:
        return min((need.rank for need in self.needs), default=(3,))


@dataclass(frozen=True, slots=True)
class List:
    slug: str
    title: str
    owner: str
    why: str
    empty: str
    rows: Callable[[list[Person], Prison, datetime], Iterator[Row]]
    # Whose record is sensitive is on this list, and on no other.
    is_sensitive: bool = False


def with_rules(*codes: str) -> Callable[[list[Person], Prison, datetime], Iterator[Row]]:
    """Everyone for whom one of these rows of the policy table fits."""

    def rows(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
        for person, _standing, about in people:
            if found := needs(m for m in about if m.rule.code in codes):
                yield Row(person, found)

    return rows


def everything_due(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, _standing, about in people:
        if found := needs(about):
            yield Row(person, found)


def gp_record(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, _standing, about in people:
        for matter in (m for m in about if m.wants_task):
            url = reverse("task-done", args=[person.prison_number])
            hidden = (("line", matter.asked.line), ("list", "gp-record"))
            yield Row(person, needs([matter]), buttons=[Do(gettext("Done"), url, True, hidden)])


def interpreters(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, standing, _about in people:
        if standing.interpreter_wanted:
            button = Do(gettext("An interpreter is there"), reverse("interpreter", args=[person.prison_number]))
            yield Row(person, lines=[wording.wanted(standing.interpreter_wanted)], buttons=[button])


def registrations(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    for person, _standing, about in people:
        for matter in about:
            work = matter.request
            if matter.wants_request:
                url = reverse("begin-request", args=[person.prison_number])
                button = Do(gettext("Begin the registration"), url, True, (("list", "registrations"),))
                yield Row(person, lines=[wording.after_yes(matter.asked, work)], buttons=[button])
            elif work is not None and work.state in ("to-make", "made"):
                line = wording.after_yes(matter.asked, work)
                if work.asked_by != matter.asked.line or matter.asked.conflict:
                    line = gettext("Stop: the yes behind this registration does not stand any more.")
                button = Do(gettext("Record the next step"), reverse("request", args=[work.pk]))
                yield Row(person, lines=[line], buttons=[button])


def broke_off(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    last = broke_off_at(prison, at)
    for person, standing, about in people:
        if need := see_again(last.get(person.pk), standing, about, at):
            visit = start_a_visit(person, about)
            yield Row(person, [need], buttons=[visit] if visit else [])


def legal_status(people: list[Person], prison: Prison, at: datetime) -> Iterator[Row]:
    here_now = Q(patient__status__prison=prison) | Q(patient__merged_into__status__prison=prison)
    told = Notice.objects.filter(here_now, kind=Notice.Kind.STATUS_CHANGED)
    typed = LegalStatusRecord.objects.filter(here_now, convicted=None)
    of = {"joined": F("patient__merged_into_id"), "own": F("patient_id")}
    newest = {r["joined"] or r["own"]: r["told"] for r in told.values(**of).annotate(told=Max("at"))}
    known = {r["joined"] or r["own"]: r["typed"] for r in typed.values(**of).annotate(typed=Max("recorded_at"))}
    for person, standing, _about in people:
        lines = []
        if person.pk in newest and (person.pk not in known or known[person.pk] < newest[person.pk]):
            lines.append(
                gettext("The prison service said on %(day)s that it changed, not to what.")
                % {"day": wording.day(newest[person.pk])}
            )
        if standing.legal_status is LegalStatus.UNKNOWN and standing.state_at(at) is not State.SETTLING:
            lines.append(gettext("Not known. They see the widest wording until it is."))
        if lines:
            url = reverse("legal-status", args=[person.prison_number])
            yield Row(person, lines=lines, buttons=[Do(gettext("Record it"), url)])


LISTS = (
    List(
        "check-before-sending",
        _("Check before sending"),
        _("Clinicians, at the second-stage health assessment"),
        _("Reception is no place to be final: a yes given there goes out only after a second look."),
        _("Nobody is waiting for a check before sending."),
        with_rules("10g"),
    ),
    List(
        "ask-again",
        _("Ask again"),
        _("Healthcare staff on the wing"),
        _("These people have not decided, or could not be asked. The date goes with them from prison to prison."),
        _("Nobody has to be asked again."),
        with_rules("11g", "12", "13"),
    ),
    List(
        "broke-off",
        _("Tablet left before the end"),
        _("Healthcare staff who started the visit"),
        _("What was not confirmed is not stored. See them, and go on where they stopped, on a tablet or by talking."),
        _("Nobody left a tablet before the end."),
        broke_off,
    ),
    List(
        "not-asked-yet",
        _("Not asked yet"),
        _("Reception, then healthcare staff on the wing"),
        _("Whoever was missed on the first night is offered the choice within 7 days."),
        _("Everybody here has been asked."),
        with_rules("16", "17"),
    ),
    List(
        "gp-record",
        _("Ask their GP tonight"),
        _("The registrar"),
        _("They said that we may ask their GP at home for health information. It is of use tonight."),
        _("No GP has to be asked."),
        gp_record,
    ),
    List(
        "registrations",
        _("Registrations with the prison GP"),
        _("The registrar"),
        _("A yes is not a registration: each is begun, made and confirmed, one step at a time."),
        _("There is no registration to begin, make or confirm."),
        registrations,
    ),
    List(
        "interpreter",
        _("Interpreter wanted"),
        _("Healthcare staff who asked them, and whoever books interpreters"),
        _("They pressed for someone who speaks their language. Yes and no wait for it; “later” never does."),
        _("Nobody is waiting for an interpreter."),
        interpreters,
    ),
    List(
        "staff-first",
        _("Staff must look first"),
        _("Clinicians and the registrar"),
        _("Records disagree, an earlier answer may still stand, or a tablet is not right for them."),
        _("Nobody has to be looked at first."),
        with_rules("2", "9", "14g", "15"),
    ),
    List(
        "legal-status",
        _("Legal status to check"),
        _("Reception"),
        _("It chooses the words that people see. Messages say that it changed, not what it is now."),
        _("Everybody’s legal status is known."),
        legal_status,
    ),
)
SENSITIVE = List(
    "sensitive",
    _("Sensitive records"),
    _("Clinicians"),
    _("These people are on no other list and in no search. They are not for a tablet: talk with them."),
    _("Nobody here has a sensitive record with something to be done."),
    everything_due,
    is_sensitive=True,
)
BY_SLUG = {listed.slug: listed for listed in (*LISTS, SENSITIVE)}


@here.may(Deed.PEOPLE)
def lists(request: HttpRequest) -> HttpResponse:
    """What lists there are, and why. No counts: nobody is to be measured by how many said yes."""
    prison = here.chosen(request)
    is_for_clinicians = here.posts(request).may(Deed.SENSITIVE, prison.pk if prison else "")
    return here.page(request, "lists", lists=(*LISTS, SENSITIVE) if is_for_clinicians else LISTS)


@here.may(Deed.PEOPLE)
def one_list(request: HttpRequest, slug: str) -> HttpResponse:
    listed = BY_SLUG.get(slug)
    if listed is None:
        raise here.NothingThere(gettext("There is no such list."))
    prison, now = here.chosen(request), timezone.now()
    if listed.is_sensitive and not here.posts(request).may(Deed.SENSITIVE, prison.pk if prison else ""):
        raise here.Refused(Deed.SENSITIVE)
    rows: list[Row] = []
    if prison is not None:
        people = everyone(prison, now, requests_at(prison), sensitive=listed.is_sensitive)
        rows = sorted(listed.rows(people, prison, now), key=lambda row: row.rank)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    here.note_list(request, [row.person for row in shown], f"list {slug}")
    deeds = here.posts(request).deeds(prison.pk if prison else "")
    for row in shown:
        row.buttons[:] = here.allowed(deeds, row.buttons)
    return here.page(request, "list", listed=listed, rows=shown)


@here.may(Deed.MESSAGES)
def messages(request: HttpRequest) -> HttpResponse:
    """Messages that nobody understood, whole: from all prisons, for they may not even name one."""
    rows = Message.objects.filter(outcome=Message.Outcome.NOT_UNDERSTOOD, dealt_with_at=None).order_by("received_at")
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for message in shown:
        message.received = wording.time_of(message.received_at)
    return here.page(request, "messages", rows=shown)
