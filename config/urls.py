"""The site map."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from consent.kiosk.sound import sound
from consent.kiosk.views import kiosk
from consent.staff import (
    arrivals,
    changes,
    counts,
    doors,
    enrolment,
    finding,
    hold_exceptions,
    leaving,
    looks,
    opened,
    papers,
    posts,
    prisons,
    screening,
    today,
)
from consent.staff.accounts import keys, setting_up, signing_in, unlocking
from consent.staff.expected import views as expected
from consent.staff.lists import views as lists
from consent.staff.person import (
    answers,
    capacity,
    checks,
    clinical_record,
    describe,
    interpreter,
    page,
    paper,
    prints,
    second_look,
    support,
    visit,
)
from consent.staff.registrations import bulk, details, helping, steps
from consent.staff.registrations import form as registration_form
from consent.staff.words import overview, pack, screens, signing

PERSON = "staff/people/<str:number>"

handler403 = "consent.staff.doors.not_allowed"
handler404 = "consent.staff.doors.not_found"
handler500 = "config.middleware.broken"

tablet = [path("kiosk/", kiosk, name="kiosk")]
both = [path("kiosk/voice/<str:names>.mp3", sound, name="voice")]
staff = [
    path("", doors.home, name="home"),
    path("language/", set_language, name="set_language"),
    # Signing in, and one's own keys.
    path("staff/sign-in/", signing_in.sign_in, name="sign-in"),
    path("staff/sign-in/key/", signing_in.second_factor, name="second-factor"),
    path("staff/sign-out/", LogoutView.as_view(), name="sign-out"),
    path("staff/unlock/", unlocking.unlock, name="unlock"),
    path("staff/set-up/key/", setting_up.first_key, name="first-key"),
    path("staff/set-up/app/", setting_up.first_app, name="first-app"),
    path("staff/set-up/<str:who>/<str:token>/", setting_up.choose_password, name="set-up"),
    path("staff/account/", keys.account, name="account"),
    path("staff/account/password/", keys.change_password, name="change-password"),
    path("staff/account/key/", keys.add_key, name="add-key"),
    path("staff/account/app/", keys.add_app, name="add-app"),
    path("staff/account/<int:pk>/remove/", keys.remove, name="remove-key"),
    path("staff/account/recovery-codes/", keys.recovery_codes, name="recovery-codes"),
    path("staff/", today.first_page, name="today"),
    path("staff/prison/", doors.choose_prison, name="choose-prison"),
    # Who is expected.
    path("staff/reception-list/", expected.reception_list, name="reception-list"),
    path("staff/reception-list/example.csv", expected.example, name="reception-list-example"),
    path("staff/expected/<int:pk>/arrived/", expected.arrived, name="expected-arrived"),
    path("staff/expected/<int:pk>/not-coming/", expected.not_coming, name="expected-not-coming"),
    # Lists, and the work on them.
    path("staff/lists/", lists.lists, name="lists"),
    path("staff/lists/messages/", lists.messages, name="messages"),
    path("staff/lists/<slug:slug>/", lists.one_list, name="list"),
    path("staff/messages/<int:pk>/dealt-with/", steps.message_dealt_with, name="message-dealt-with"),
    path("staff/registrations/confirm/", bulk.confirm_many, name="confirm-many"),
    path("staff/registrations/<int:pk>/", steps.request_step, name="request"),
    # Who works here, and who looked.
    path("staff/staff/", posts.staff, name="staff"),
    path("staff/staff/<str:username>/", posts.post, name="post"),
    path("staff/changes/", changes.who_changed_what, name="changes"),
    path("staff/looks/", looks.looks, name="looks"),
    path("staff/looks/<int:pk>/checked/", looks.opening_checked, name="opening-checked"),
    # How many.
    path("staff/counts/", counts.counts, name="counts"),
    path("staff/counts.csv", counts.as_csv, name="counts-csv"),
    path("staff/counts-of-all.csv", counts.all_as_csv, name="counts-of-all-csv"),
    # Prisons.
    path("staff/prisons/", prisons.prisons, name="prisons"),
    path("staff/prisons/<str:prison_id>/", prisons.complete, name="prison"),
    path("staff/prisons/<str:prison_id>/settings/", prisons.policy, name="prison-settings"),
    path("staff/prisons/<str:prison_id>/settings/held/", hold_exceptions.hold_exceptions, name="hold-exceptions"),
    # Tablets.
    path("staff/tablets/", enrolment.tablets, name="tablets"),
    path("staff/tablets/<int:pk>/number/", enrolment.new_number, name="number-for-tablet"),
    path("staff/tablets/<int:pk>/revoke/", enrolment.revoke, name="revoke-tablet"),
    # The words: what still has to be signed, to look at, to sign.
    path("staff/words/", overview.overview, name="words"),
    path("staff/words/screens/", screens.screens, name="words-screens"),
    path("staff/words/sign-off/", signing.sign_off, name="words-sign-off"),
    path("staff/words/sign-off.pdf", pack.printed, name="words-pack"),
    path("staff/words/sign-off/<str:bundle>/", signing.one_bundle, name="words-bundle"),
    # Papers about nobody.
    path("staff/papers/", papers.papers, name="papers"),
    path("staff/papers/twin.pdf", papers.twin_pdf, name="blank-twin"),
    # One person.
    path("staff/people/", finding.people, name="people"),
    path("staff/people/new/", arrivals.new_person, name="new-person"),
    path(f"{PERSON}/", page.person, name="person"),
    path(f"{PERSON}/open/", opened.open_with_reason, name="open-with-reason"),
    path(f"{PERSON}/describe/", describe.describe, name="describe"),
    path(f"{PERSON}/support/", support.support, name="support"),
    path(f"{PERSON}/capacity/", capacity.capacity, name="capacity"),
    path(f"{PERSON}/legal-status/", describe.legal_status, name="legal-status"),
    path(f"{PERSON}/movement/", arrivals.movement, name="movement"),
    path(f"{PERSON}/visit/", visit.visit, name="visit"),
    path(f"{PERSON}/visit/new-code/", visit.new_code, name="new-code"),
    path(f"{PERSON}/visit/send/", visit.send, name="send-visit"),
    path(f"{PERSON}/visit/end/", visit.end_visit, name="end-visit"),
    path(f"{PERSON}/visit/with-them/", visit.with_them, name="with-them"),
    path(f"{PERSON}/interpreter/", interpreter.interpreter, name="interpreter"),
    path(f"{PERSON}/answer/", answers.answer, name="answer"),
    path(f"{PERSON}/paper/", paper.paper, name="paper"),
    path(f"{PERSON}/not-possible/", answers.not_possible, name="not-possible"),
    path(f"{PERSON}/taken-back/", answers.withdraw, name="withdraw"),
    path(f"{PERSON}/check-before-sending/", second_look.second_look, name="second-look"),
    path(f"{PERSON}/fresh-look-declined/", answers.fresh_look_declined, name="fresh-look-declined"),
    path(f"{PERSON}/staff-check/", checks.staff_check, name="staff-check"),
    path(f"{PERSON}/conflict/<slug:question>/", checks.conflict, name="conflict"),
    path(f"{PERSON}/in-error/<str:entry>/", checks.in_error, name="in-error"),
    path(f"{PERSON}/gp-asked/", steps.task_done, name="task-done"),
    path(f"{PERSON}/begin-registration/", steps.begin_request, name="begin-request"),
    path(f"{PERSON}/registration-details/", details.details, name="registration-details"),
    path(f"{PERSON}/registration-form/", registration_form.form, name="registration-form"),
    path(f"{PERSON}/help-after-taking-back/", helping.help_undo, name="help-undo"),
    path(f"{PERSON}/clinical-record/", clinical_record.clinical_record, name="clinical-record"),
    path(f"{PERSON}/leaving/", leaving.leaving, name="leaving"),
    path(f"{PERSON}/leaving/done/", leaving.leaving_done, name="leaving-done"),
    path(f"{PERSON}/leaving.pdf", leaving.release_sheet_pdf, name="release-sheet"),
    path(f"{PERSON}/gp-outside.pdf", leaving.preregistration_pdf, name="preregistration"),
    path(f"{PERSON}/screening/", screening.screening, name="screening"),
    path(f"{PERSON}/record.zip", prints.record_file, name="record-file"),
    path(f"{PERSON}/keep.pdf", prints.keep_pdf, name="keep"),
    path(f"{PERSON}/twin.pdf", prints.twin_pdf, name="twin"),
    path(f"{PERSON}/summary/<str:entry>.pdf", prints.summary_pdf, name="summary"),
    path(f"{PERSON}/staff-copy/<str:entry>.pdf", prints.staff_copy_pdf, name="staff-copy"),
]
urlpatterns = [*tablet, *both, *staff]


class Host:
    """What there is on one host, and what it says of everything else."""

    handler403, handler404, handler500 = handler403, "consent.kiosk.enrolling.nothing_here", handler500

    def __init__(self, *patterns: object, handler404: str = "") -> None:
        self.urlpatterns = patterns
        if handler404:
            self.handler404 = handler404


# Where KIOSK_HOST and STAFF_HOST are set (config/middleware.py, walls); else everything is on one.
TABLETS, STAFF, NOWHERE = Host(*tablet, *both), Host(*staff, *both, handler404=handler404), Host()
