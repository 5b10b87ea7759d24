"""What stands for a person, in sentences for staff: dates, places, answers, and what follows from them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_datetime
from django.utils import timezone
from django.utils.translation import get_language, gettext, to_locale
from django.utils.translation import gettext_lazy as _

from consent.history import HOLD_NONE
from consent.policy import EXPLICIT, Answer
from consent.questions import GMS_REGISTRATION, GP_RECORD
from consent.sent import NEEDS_HELP, Sent
from consent.standing import QuestionStanding, Standing, is_held, local_date
from registration.custody import State
from registration.legal_status import LegalStatus
from registration.models import Patient, Prison, RegistrationRequest

ANSWERS = {
    Answer.YES: _("Yes"),
    Answer.NO: _("No"),
    Answer.LATER: _("Decide later"),
    Answer.NOT_POSSIBLE: _("Not possible today"),
    Answer.WITHDRAWN: _("Took back their answer"),
}
# "{when}" and "{place}" are filled in.
SAID = {
    Answer.YES: _("Said yes on {when} at {place}."),
    Answer.NO: _("Said no on {when} at {place}."),
    Answer.LATER: _("Chose to decide later on {when} at {place}."),
    Answer.NOT_POSSIBLE: _("Could not be asked on {when} at {place}."),
    Answer.WITHDRAWN: _("Took back their answer on {when} at {place}."),
}
# What follows, by the row of the policy table; rows 1 and 7 are worked out below.
FOLLOWS = {
    "0": _("Nothing is asked."),
    "2": _("Choose which answer stands; ask nothing until then."),
    "3": _("Nothing is asked in this prison."),
    "4": _("Do not ask now."),
    "5": _("Do not ask again."),
    "6g": _("Registered with the prison GP. Do not ask again."),
    "8": _("Do not ask again. They can change their mind at any time."),
    "9": _("A member of staff talks with them; not on a tablet."),
    "10g": _("Not sent yet: check before sending is due on {due}. Do not ask again."),
    "11g": _("Offer once to look at it again."),
    "12": _("Ask again on {due}."),
    "13": _("Ask again now: it is due today."),
    "14g": _("Staff check first whether an earlier registration still stands."),
    "15": _("Staff look in the clinical system before anything is asked."),
    "16": _("Answered during an earlier time in prison. Offer it afresh by {due}."),
    "17": _("Offer it by {due}."),
}
FIRST_CHECK = _("Before it is begun again they are asked whether it is still yes: that is due on {due}.")
# The same once that day is over.
WAS_DUE = {
    "10g": _("Not sent yet: check before sending was due on {due}. Do not ask again."),
    "13": _("Ask again now; it was due on {due}."),
    "16": _("Answered during an earlier time in prison. Offer it afresh; it was due on {due}."),
    "17": _("Offer it now; it was due on {due}."),
}
FIRST_CHECK_WAS_DUE = _("Before it is begun again they are asked whether it is still yes: that was due on {due}.")
LEGAL_STATUS = {
    LegalStatus.REMAND: _("On remand"),
    LegalStatus.CONVICTED_UNSENTENCED: _("Convicted, not sentenced yet"),
    LegalStatus.SENTENCED: _("Sentenced"),
    LegalStatus.INDETERMINATE_SENTENCE: _("Sentenced, no end date"),
    LegalStatus.RECALL: _("Recalled"),
    LegalStatus.IMMIGRATION_DETAINEE: _("Held under immigration powers"),
    LegalStatus.CIVIL_PRISONER: _("Civil prisoner"),
    LegalStatus.OTHER: _("Other"),
    LegalStatus.UNKNOWN: _("Not known"),
}
LEGAL_CHOICES = [(status.value, name) for status, name in LEGAL_STATUS.items()]
REQUESTS = {
    "to-make": _("The registration is still to be made."),
    "to-confirm": _("Check whether the registration was made."),
    "made": _("Made at {place} on {day}, not confirmed: confirm, do not make again."),
    "made-somewhere": _("Made on {day}, not confirmed: confirm, do not make again."),
    "confirmed": _("The registration was confirmed on {day}."),
    "rejected": _("The registration was rejected on {day}: {reason}"),
    "stopped": _("The registration was stopped on {day}: {reason}"),
    "ended": _("The registration ended on {day}: {reason}"),
}
# What taking back a yes does and does not undo, for staff: before it is recorded (True) and after (False).
ONLY_ELSEWHERE = _(
    "Only registering with another GP ends it, and a GP outside may not be able to take them while they are in "
    "prison. The health record stays with the practice until then. The registrar helps them with what comes next."
)
TAKEN_BACK = {
    (GMS_REGISTRATION.id, Sent.NOTHING): _("Nothing was sent for registration: the yes is dropped."),
    (GMS_REGISTRATION.id, Sent.MADE): _("A registration was made. Taking back the yes does not undo it."),
    (GMS_REGISTRATION.id, Sent.CONFIRMED): _("They are registered. Taking back the yes does not undo it."),
    (GMS_REGISTRATION.id, Sent.NOT_KNOWN): _(
        "It is not known whether a registration was made. The registrar looks in the clinical system."
    ),
    (GMS_REGISTRATION.id, Sent.ENDED): _("The registration has ended: there is nothing left to undo."),
    (GP_RECORD.id, Sent.NOTHING): _("Their GP was not asked: the yes is dropped."),
    (GP_RECORD.id, Sent.GP_ASKED): _("Their GP was asked already. What came stays in the record; nobody asks again."),
    (GP_RECORD.id, Sent.NOT_KNOWN): _("It is not known whether their GP was asked. Look in the clinical system."),
}
CUSTODY = {
    State.NONE: _("Not known to be in prison."),
    State.OPEN: _("In {place} since {when}."),
    State.AWAY: _("Out from {place} since {when}, at court or on temporary absence."),
    State.IN_TRANSIT: _("Left {place} on {when}. Not known to have arrived anywhere yet."),
    State.CARE_ELSEWHERE: _("In hospital or care elsewhere since {when}, from {place}."),
    State.SUSPENDED: _("Missing from {place} since {when}."),
    State.SETTLING: _("Released from {place} on {when}. It counts as ended 45 minutes later."),
    State.CLOSED: _("Left prison on {when}."),
    State.DECEASED: _("Died; recorded for {when}."),
}


def locale() -> Locale:
    return Locale.parse(to_locale(get_language() or "en-gb"))


def day(on: date | datetime) -> str:
    """Tuesday 17 November; with the year when it is another one."""
    on = local_date(on) if isinstance(on, datetime) else on
    pattern = "EEEE d MMMM" if on.year == timezone.localdate().year else "EEEE d MMMM y"
    return format_date(on, pattern, locale())


def birthday(on: date) -> str:
    return format_date(on, "d MMMM y", locale())


def nhs_number(digits: str) -> str:
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def short_time(at: datetime) -> str:
    """Tue 17 Nov, 14:05: for lists of what is recent."""
    pattern = "EEE d MMM, HH:mm" if at.year == timezone.localdate().year else "EEE d MMM y, HH:mm"
    return format_datetime(timezone.localtime(at), pattern, locale=locale())


def time_of(at: datetime) -> str:
    """Tuesday 17 November 2026, 14:05."""
    return format_datetime(timezone.localtime(at), "EEEE d MMMM y, HH:mm", locale=locale())


def place(prison_id: str | None, prisons: Mapping[str, Prison]) -> str:
    if not prison_id:
        return gettext("a prison not known")
    return prisons[prison_id].name if prison_id in prisons else prison_id


def language(code: str) -> str:
    try:
        return Locale.parse(code, sep="-").get_display_name(locale()) or code
    except ValueError:
        return code


def wanted(text: str) -> str:
    """The language, and the dialect in its own script, of an interpreter who was asked for."""
    tag, _tab, dialect = text.partition("\t")
    name = language(tag) if tag else gettext("a language that is not on the tablet")
    return f"{name}: {dialect}" if dialect else name


def reads_english(person: Patient) -> bool:
    """As far as we know: a language that is not recorded may be English."""
    is_english = person.language.partition("-")[0] in ("", "en")
    return is_english and not person.needs_interpreter


def needs(person: Patient) -> str:
    """What to have ready before talking with them; blank where nothing is known."""
    known = []
    if person.language.partition("-")[0] not in ("", "en"):
        known.append(language(person.language))
    if person.needs_interpreter:
        known.append(gettext("needs an interpreter"))
    if person.communication_needs:
        known.append(person.communication_needs)
    known.extend(person.support.values())
    return "; ".join(known)


def custody(standing: Standing, at: datetime, prisons: Mapping[str, Prison]) -> str:
    state = standing.state_at(at)
    when = standing.left_at if state is State.CLOSED else standing.since
    said = str(CUSTODY[state])
    return said.format(place=place(standing.prison, prisons), when=time_of(when) if when else "")


def said(asked: QuestionStanding, prisons: Mapping[str, Prison]) -> str:
    """The answer that stands in this time in prison, with day and place."""
    if asked.conflict:
        return gettext("Records disagree, or a booking was moved or deleted.")
    if not asked.decision or not asked.decided_at:
        return gettext("No answer on record for this time in prison.")
    sentence = str(SAID[Answer(asked.decision)])
    return sentence.format(when=day(asked.decided_at), place=place(asked.decided_in, prisons))


def do_not_ask(asked: QuestionStanding, code: str, prisons: Mapping[str, Prison]) -> str:
    """For whoever is about to ask: what was answered, and that nobody asks again. Blank where somebody will."""
    code = as_if_here(asked, code)
    if code == "6g":
        return str(FOLLOWS[code])
    if code not in ("5", "7", "8", "10g") and not (code == "9" and asked.decision in EXPLICIT):
        return ""
    return f"{said(asked, prisons)} {gettext('Do not ask again.')}"


def as_if_here(asked: QuestionStanding, code: str) -> str:
    """For whoever is away just now: the row that fits their answer all the same; without an answer, row 4."""
    if code != "4":
        return code
    if asked.registered:
        return "6g"
    if asked.decision == Answer.YES:
        return "10g" if is_held(asked, timezone.now()) else "7"
    if asked.decision == Answer.NO:
        return "4" if asked.legal_status_changed_at else "8"
    return "5" if asked.decision == Answer.WITHDRAWN else "4"


def follows(
    asked: QuestionStanding, code: str, due: date | None, request: RegistrationRequest | None, sent: Sent = Sent.NOTHING
) -> str:
    """What is still to come of it, and whether anyone may ask; ``sent``: what became of a yes they have taken back."""
    if code == "1":
        over = gettext("That time in prison has ended.")
        return f"{over} {after_leaving(asked, request)}"
    held, is_made = asked.decision == Answer.YES and asked.hold != HOLD_NONE, request and request.state == "made"
    is_away, code = code == "4", as_if_here(asked, code)
    if code == "7" or (code in ("9", "10g") and held and is_made):
        return f"{after_yes(asked, request, is_away)} {gettext('Do not ask again.')}"
    if code == "9" and held:
        return f"{follows(asked, '10g', due, request, sent)} {FOLLOWS['9']}"
    is_over = due is not None and due < timezone.localdate()
    is_of_this_yes = request and request.asked_by == asked.line
    if code == "10g" and request and is_of_this_yes and request.state in ("confirmed", "rejected", "ended"):
        first = str(FIRST_CHECK_WAS_DUE if is_over else FIRST_CHECK).format(due=day(due) if due else "")
        return f"{step_reached(request)} {first}"
    if code == "10g" and (due is None or asked.hold.isdecimal()):
        return f"{not_sent_yet(asked)} {gettext('Do not ask again.')}"
    said = str((WAS_DUE if is_over and code in WAS_DUE else FOLLOWS)[code]).format(due=day(due) if due else "")
    if request and asked.decision == Answer.LATER and sent in NEEDS_HELP and code in ("12", "13"):
        return f"{step_reached(request)} {said}"
    is_undone = asked.decision == Answer.WITHDRAWN or (asked.decision == Answer.NO and sent in NEEDS_HELP)
    return f"{taken_back(asked.question, sent)} {said}" if is_undone and code in ("5", "6g", "8", "11g") else said


def not_sent_yet(asked: QuestionStanding) -> str:
    if asked.hold.isdecimal() and asked.decided_at:
        moment = time_of(asked.decided_at + timedelta(hours=int(asked.hold)))
        return gettext("Not sent yet: it may be sent from %(moment)s, checked or not.") % {"moment": moment}
    return gettext("Not sent yet: they are asked first whether it is still yes.")


def taken_back(question: str, sent: Sent) -> str:
    """What taking back a yes to this question does, and what it cannot undo."""
    said = str(TAKEN_BACK[question, sent])
    return f"{said} {ONLY_ELSEWHERE}" if sent in (Sent.MADE, Sent.CONFIRMED) else said


def after_leaving(asked: QuestionStanding, request: RegistrationRequest | None) -> str:
    if asked.question == "gp-record" or asked.decision != Answer.YES or asked.imported:
        return gettext("Nothing is asked.")
    is_theirs = request and (request.asked_by == asked.line or request.state == "made" or asked.registered)
    if request and is_theirs and request.state not in ("to-make", "stopped"):
        return step_reached(request)
    return gettext("The yes was never sent.")


def after_yes(asked: QuestionStanding, request: RegistrationRequest | None, is_away: bool) -> str:
    if asked.question == "gp-record":
        if asked.imported and not asked.task_done:
            return gettext("They said so before this system: check whether their GP was asked.")
        if asked.task_done:
            return gettext("Their GP has been asked.")
        if is_away:
            return gettext("Their GP has not been asked yet: that waits until they are back.")
        return gettext("Their GP has not been asked yet: that is tonight’s task.")
    if request is None or (request.asked_by != asked.line and request.state not in ("to-make", "made")):
        if is_away:
            return gettext("Nothing has been sent yet: the registration waits until they are back.")
        return gettext("Nothing has been sent yet: the registration can be begun.")
    return step_reached(request)


def step_reached(request: RegistrationRequest) -> str:
    state, place = str(request.state), request.made_in.name if request.made_in else ""
    if state == "to-make" and request.to_confirm:
        state = "to-confirm"
    elif state == "made" and not place:
        state = "made-somewhere"
    return str(REQUESTS[state]).format(day=day(request.changed_at), place=place, reason=request.reason)
