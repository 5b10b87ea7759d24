"""The reception list: read, shown with what each row will do, and only then taken in. And: they came, or will not.

Nothing is stored between the two: the list stands on the page, and is read anew when it is taken in.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from consent import actions
from consent.roles import Deed
from consent.staff import here
from consent.staff.arrivals import movement_told
from consent.staff.expected.plan import Planned, described, languages, planned
from registration.actions import NotPossible
from registration.feeds.reception_list import ReceptionList, list_of
from registration.feeds.table import NotATable, NotText, Problem, text_of
from registration.models import Expected, Prison

MOST_BYTES = 500_000
# Columns, and what they may hold: the page shows it as a table, and the example is made of it.
EXAMPLE = {
    "prison_number": ("A1234BC", "A2345BC"),
    "family_name": ("Sandbox", "Mockup"),
    "given_names": ("Sam", "Mehari"),
    "date_of_birth": ("31/12/1985", "1990-02-01"),
    "sex": ("male", "male"),
    "how": ("new admission", "transfer"),
    "from": ("Leeds Crown Court", "Hull (HMP)"),
    "legal_status": ("remand", "sentenced"),
    "language": ("English", "Tigrinya"),
    "interpreter": ("no", "yes"),
}


@here.may(Deed.ARRIVALS)
def reception_list(request: HttpRequest) -> HttpResponse:
    prison = here.chosen(request)
    if request.method != "POST" or prison is None:
        return shown(request)
    text, wrong = sent(request)
    try:
        listed = list_of(text, languages()) if not wrong else None
    except NotATable as problem:
        wrong, listed = gettext("The list cannot be read: %(why)s") % {"why": problem}, None
    if listed is None:
        return shown(request, status=422, text=text, wrong=wrong)
    rows, mark = plan_of(request, listed, prison)
    is_taken = request.POST.get("do") == "take"
    is_changed, not_taken = is_taken and request.POST.get("seen") != mark, []
    if is_taken and not is_changed:
        not_taken = take_in(request, rows, prison)
        if not not_taken:
            return redirect("today")
        rows, mark = plan_of(request, listed, prison)
    known = [row.person for row in rows if row.person is not None]
    actions.looked_at_many(people=known, who=request.user.get_username(), what="reception list", prison=prison.pk)
    status = 409 if is_changed or not_taken else 200
    told = {"is_changed": is_changed, "not_taken": not_taken}
    return shown(request, status=status, text=text, listed=listed, rows=rows, mark=mark, **told)


def plan_of(request: HttpRequest, listed: ReceptionList, prison: Prison) -> tuple[list[Planned], str]:
    """What each row will do, and a short name for that: what was seen before the button is what it must still be."""
    rows = planned(listed, prison, here.posts(request), here.prisons(request), timezone.now())
    return rows, here.mark_of([(row.row, row.does, row.is_certain) for row in rows])


def sent(request: HttpRequest) -> tuple[str, str]:
    """The words of the list, from a file or from the page; and what is wrong with it."""
    file = request.FILES.get("file")
    if file is None:
        text = request.POST.get("list", "")
        return text, "" if text.strip() else gettext("Choose the file, or paste the list.")
    if file.size > MOST_BYTES:
        return "", gettext("The file is too large to be a reception list. Save the list alone, as CSV.")
    try:
        return text_of(file.read()), ""
    except NotText as problem:
        return "", gettext(str(problem))


def take_in(request: HttpRequest, rows: list[Planned], prison: Prison) -> list[str]:
    """Each row by itself, so that one that cannot be taken in keeps back no other; what is wrong with those."""
    not_taken, taken = [], 0
    for row in (row for row in rows if row.writes):
        try:
            actions.expect(
                number=row.row.number,
                prison=prison,
                way=row.row.how,
                on=row.row.on,
                at=row.row.at,
                comes_from=row.row.comes_from,
                is_certain=row.is_certain,
                legal_status=row.row.legal_status,
                described=described(row.row),
                user=request.user,
            )
            taken += 1
        except NotPossible as problem:
            not_taken.append(str(Problem(row.row.line, gettext(str(problem)))))
    if taken:
        said = ngettext("%(n)s person is expected.", "%(n)s people are expected.", taken) % {"n": taken}
        messages.success(request, said)
    return not_taken


def shown(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    nothing: dict[str, Any] = {"text": "", "wrong": "", "rows": [], "mark": "", "is_changed": False, "not_taken": []}
    told = {**nothing, "listed": ReceptionList((), (), ()), **context}
    told["is_read"] = bool(context.get("mark"))
    told["problems"] = [str(problem) for problem in told["listed"].problems]
    told["takes"] = sum(row.writes for row in told["rows"])
    return here.page(request, "reception_list", status=status, **told)


@here.may(Deed.ARRIVALS)
def example(request: HttpRequest) -> HttpResponse:
    """A small list that can be taken in as it is, today."""
    today = timezone.localdate()
    expected = (f"{today:%d/%m/%Y} 16:30", today.isoformat())
    lines = [[*EXAMPLE, "expected"], *([*(cells[n] for cells in EXAMPLE.values()), expected[n]] for n in (0, 1))]
    text = "".join(",".join(line) + "\r\n" for line in lines)
    # The mark in front tells spreadsheets that it is UTF-8.
    return HttpResponse(
        text.encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="reception-list-example.csv"'},
    )


@require_POST
@here.may(Deed.ARRIVALS)
def arrived(request: HttpRequest, pk: int) -> HttpResponse:
    """The van is there: one press records how they came, now."""
    row = expected_here(request, pk)
    arrival = movement_told(row.way, timezone.now(), row.prison_id)
    return answered(request, row, actions.expected_came, gettext("%(who)s has arrived."), movement=arrival)


@require_POST
@here.may(Deed.ARRIVALS)
def not_coming(request: HttpRequest, pk: int) -> HttpResponse:
    return answered(request, expected_here(request, pk), actions.not_coming, gettext("%(who)s is not expected."))


def expected_here(request: HttpRequest, pk: int) -> Expected:
    row = Expected.objects.select_related("patient__merged_into").filter(pk=pk, prison=here.chosen(request)).first()
    if row is None:
        raise here.NothingThere(gettext("Nobody is expected here under that number."))
    return row


def answered(request: HttpRequest, row: Expected, action: Any, said: str, **more: Any) -> HttpResponse:
    try:
        action(expected=row, user=request.user, **more)
    except NotPossible as problem:
        messages.info(request, gettext(str(problem)))
    else:
        person = row.patient.merged_into or row.patient
        messages.success(request, said % {"who": f"{person.name} {person.prison_number}".strip()})
    return redirect("today")
