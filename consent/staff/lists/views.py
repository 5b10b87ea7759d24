"""What lists there are at the prison chosen, and one of them; and the messages that nobody understood."""

from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from consent import facts
from consent.roles import Deed
from consent.staff import here, wording
from consent.staff.doing import Do
from consent.staff.lists import overdue
from consent.staff.lists.overdue import Waiting
from consent.staff.lists.row import Row
from consent.staff.lists.table import BY_SLUG, OVERDUE
from consent.staff.matters import everyone
from consent.staff.need import Need
from consent.standing import local_date
from registration.models import Message

PAGE = 100


@here.may(Deed.PEOPLE)
def lists(request: HttpRequest) -> HttpResponse:
    """What lists there are, why, and how much work waits on each."""
    prison, now = here.chosen(request), timezone.now()
    deeds = here.posts(request).deeds(prison.pk if prison else "")
    shown = [listed for listed in BY_SLUG.values() if listed.deed in deeds]
    unread = messages_waiting(now) if Deed.MESSAGES in deeds else ""
    return here.page(request, "lists", lists=overdue.waiting(shown, prison, now), messages_waiting=unread)


@here.may(Deed.PEOPLE)
def one_list(request: HttpRequest, slug: str) -> HttpResponse:
    listed = BY_SLUG.get(slug)
    if listed is None:
        raise here.NothingThere(gettext("There is no such list."))
    prison, now = here.chosen(request), timezone.now()
    if not here.posts(request).may(listed.deed, prison.pk if prison else ""):
        raise here.Refused(listed.deed)
    rows: list[Row] = []
    if prison is not None:
        people = everyone(prison, now, sensitive=listed.is_sensitive, among=listed.among(prison))
        rows = sorted(listed.rows(people, prison, now), key=lambda row: row.rank)
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    here.note_list(request, [row.person for row in shown], f"list {slug}")
    deeds = here.posts(request).deeds(prison.pk if prison else "", sensitive=listed.is_sensitive)
    for row in shown:
        row.buttons[:] = here.allowed(deeds, row.buttons)
    name, does, deed = listed.at_once or ("", "", None)
    at_once = [Do(str(does), reverse(name))] if deed in deeds else []
    unread = messages_overdue(now) if listed is OVERDUE and Deed.MESSAGES in deeds else ""
    return here.page(request, "list", listed=listed, rows=shown, at_once=at_once, messages_overdue=unread)


@here.may(Deed.MESSAGES)
def messages(request: HttpRequest) -> HttpResponse:
    """Messages that nobody understood, whole: from all prisons, for they may not even name one."""
    shown = Paginator(not_understood(), PAGE).get_page(request.GET.get("page"))
    for message in shown:
        message.received = wording.time_of(message.received_at)
        message.need = need_of(message, timezone.now())
    return here.page(request, "messages", rows=shown)


def not_understood() -> QuerySet[Message]:
    unread = Message.objects.filter(outcome=Message.Outcome.NOT_UNDERSTOOD, dealt_with_at=None)
    return unread.order_by("received_at")


def need_of(message: Message, at: datetime) -> Need:
    due = local_date(message.received_at) + timedelta(days=facts.INTERVALS.read_message)
    return Need((), (), gettext("Read it, and record the movement if there is one"), "", due, local_date(at))


def messages_wait(at: datetime) -> Waiting:
    """How many nobody has read, of all prisons."""
    over = [(local_date(at) - need_of(message, at).due).days for message in not_understood().only("received_at")]
    return Waiting(len(over), tuple(days for days in over if days > 0))


def messages_waiting(at: datetime) -> str:
    waits = messages_wait(at)
    if not waits.people:
        return gettext("None.")
    how_many = ngettext("%(count)d message", "%(count)d messages", waits.people) % {"count": waits.people}
    return overdue.with_overdue(how_many, len(waits.days_over))


def messages_overdue(at: datetime) -> str:
    """Beside the people who are overdue; blank where no message is."""
    count = len(messages_wait(at).days_over)
    said = ngettext(
        "Overdue too, of all prisons: %(count)d message that was not understood",
        "Overdue too, of all prisons: %(count)d messages that were not understood",
        count,
    )
    return said % {"count": count} if count else ""
