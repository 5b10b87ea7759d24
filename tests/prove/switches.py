"""Each attack that software answers, its control, how that is switched off, and the tests that then see it succeed.

``off``: lines of the source as they would be without the control; where two layers stand behind each other, both.
``shows``: a pattern in what the failing test says, so that it failed because the attack got through, not on the way.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Off:
    file: str
    line: str  # there exactly once
    without: str


@dataclass(frozen=True, slots=True)
class Attack:
    """``numbers``: of reference/promises.md, or nothing; ``got``: what the attacker has without the control."""

    numbers: tuple[str, ...]
    control: str
    off: tuple[Off, ...]
    tests: tuple[str, ...]
    shows: str
    got: str
    behind: str = ""  # what stands behind it, and had to be switched off too
    side_by_side: bool = False  # on PostgreSQL, where writers truly run side by side

    @property
    def name(self) -> str:
        return f"{', '.join(self.numbers) or '—'} {self.control}"


def on(file: str, *names: str) -> tuple[str, ...]:
    return tuple(f"tests/test_{file}.py::test_{name}" for name in names)


PER_PERSON = "models.Q(('ended_at', None)), fields=('patient',)"
PER_TABLET = "models.Q(('ended_at', None)), fields=('tablet',)"
ATTACKS = (
    # -- the tablet ---------------------------------------------------------------------------------------------------
    Attack(
        ("T03",),
        "tablets and staff on two hosts",
        (Off("config/middleware.py", "request.urlconf = hosts.get", "hosts.get"),),
        on("walls", "on_the_tablet_s_host_no_staff_page_exists_by_any_address_method_or_header"),
        r"'/staff/sign-in/', 200",
        "staff pages on the tablet’s host",
    ),
    Attack(
        ("T03",),
        "no header says which host it is",
        (Off("config/settings.py", "DEBUG = False\n", "DEBUG = False\nUSE_X_FORWARDED_HOST = True\n"),),
        on("walls", "no_header_turns_the_tablet_s_page_into_another"),
        r"assert 404 == 200",
        "another host’s pages, by X-Forwarded-Host",
    ),
    Attack(
        ("T04",),
        "a visit’s screens are counted from a number that is drawn",
        (Off("consent/kiosk/visits.py", "turn=secrets.randbelow(10**9)", "turn=0"),),
        on("tablets", "a_form_of_one_person_does_nothing_in_the_visit_of_the_next"),
        r"assert 'Is this right\?' !=",
        "a form of one person, pressed on in the next one’s visit",
    ),
    Attack(
        ("T04", "T25"),
        "a press counts only on the tablet that has the visit",
        (
            Off("consent/kiosk/views.py", "visit = asks.row.visit\n", "visit = Visit.objects.get(ended_at=None)\n"),
            Off("consent/kiosk/views.py", "visit is None or visit.tablet_id != asks.tablet.pk", "visit is None"),
        ),
        on("never_lost", "sent_from_a_tablet_that_does_not_have_the_visit_it_stores_nothing"),
        r"AssertionError|assert \{'Permission'",
        "an answer stored from another tablet",
    ),
    Attack(
        ("T05",),
        "a new secret for every visit",
        (
            Off("consent/kiosk/tablets.py", "timezone.now(), next_secret(asks.secret, asks.row)", "0, asks.secret"),
            Off(
                "consent/kiosk/tablets.py",
                "replaced_at=None).update(replaced_at=now)",
                "used_at__isnull=False).update(used_at=None)",
            ),
            Off("consent/kiosk/tablets.py", "replaced_at__lt=now - REMEMBERED", "pk__lt=0"),
        ),
        on("tablets", "a_new_secret_for_every_visit_and_after_it_kept_only_as_hashes"),
        r"assert 1 == 3|assert 2 == 3",
        "one cookie, good in the visits of everybody",
    ),
    Attack(
        ("T05",),
        "a new web session at sign-in",
        (
            Off(
                "consent/staff/accounts/web_session.py", "    request.session.flush()\n    auth.login", "    auth.login"
            ),
            Off("consent/staff/accounts/half_way.py", "    request.session.flush()\n", ""),
        ),
        on("sign_in", "a_planted_session_key_is_worth_nothing"),
        r"assert '(?P<key>\w+)' != '(?P=key)'|'planted' not in",
        "what was planted comes along",
        behind="another one between password and key",
    ),
    Attack(
        ("T05",),
        "a new session key at unlocking",
        (Off("consent/staff/accounts/web_session.py", "    request.session.cycle_key()\n", ""),),
        on("sign_in", "unlocking_changes_the_session_key"),
        r"assert '(?P<key>\w+)' != '(?P=key)'",
        "a copied session key, unlocked by its owner",
    ),
    Attack(
        ("T06", "T07"),
        "an old secret that is seen again stops both copies",
        (Off("consent/kiosk/tablets.py", "if following is None or following.used_at:", "if False:"),),
        on(
            "tablets",
            "a_copied_cookie_stops_both_at_once_and_ends_the_visit_with_nothing_stored",
            "the_thief_who_moves_first_stops_both_as_well",
        ),
        r"assert 'Is this right\?|assert 'Is this you\?|assert 'Touch|assert '[^']+' == 'Ask staff to set this up",
        "the copy shows the visit",
    ),
    Attack(
        ("T11",),
        "nothing can be selected",
        (Off("static/kiosk/kiosk.css", "user-select: none; ", ""),),
        on("browser_kiosk", "a_long_press_or_double_tap_selects_no_words_and_opens_no_menu"),
        r"assert '\w+",
        "words selected, to search or share",
    ),
    Attack(
        ("T11",),
        "no context menu",
        (
            Off(
                "static/kiosk/kiosk.js",
                'document.addEventListener("contextmenu", (event) => event.preventDefault());',
                "// contextmenu",
            ),
        ),
        on("browser_kiosk", "a_long_press_or_double_tap_selects_no_words_and_opens_no_menu"),
        r"assert \[\] == \[True\]|assert \[False\] == \[True\]",
        "the browser’s menu",
    ),
    Attack(
        ("T13",),
        "no text box and no link on the tablet",
        (Off("templates/kiosk/lost.html", "<div ", '<input type="text"><a href="https://example.org/">x</a><div '),),
        on("walls", "no_page_of_the_tablet_has_a_text_box_a_way_out_or_an_address_elsewhere"),
        r"<input",
        "a text box and a way out",
    ),
    Attack(
        ("T14",),
        "no-store on every answer",
        (Off("config/middleware.py", 'response["Cache-Control"] = "no-store"', "pass"),),
        on("walls", "nothing_that_is_answered_is_kept_by_any_cache"),
        r"\('GET', '/kiosk/', 200\)",
        "pages that a cache may keep",
    ),
    Attack(
        ("T15",),
        "worker-src 'none', default-src 'none'",
        (
            Off("config/settings.py", '"worker-src": [NONE],', '"worker-src": [SELF],'),
            Off("config/settings.py", '"default-src": [NONE],', '"default-src": [SELF],'),
        ),
        on("browser_kiosk", "no_service_worker_can_be_put_between_the_tablet_and_the_server"),
        r"[Ff]ailed to|404|SecurityError|MIME|script",
        "the browser asks for the worker’s script",
        behind="default-src, where worker-src says nothing",
    ),
    Attack(
        ("T16",),
        "htmx keeps no history",
        (
            Off("templates/kiosk/page.html", '"historyCacheSize":0,"historyEnabled":false', '"historyCacheSize":10'),
            Off("templates/kiosk/page.html", 'hx-push-url="false"', 'hx-push-url="true"'),
            Off("consent/kiosk/views.py", """response["Clear-Site-Data"] = '"storage"'""", "pass"),
        ),
        on("browser_kiosk", "after_finish_nothing_is_left_in_the_browser"),
        r"htmx-history|<main|Your health",
        "pages of the person in the browser’s storage",
        behind="the address never changes; Clear-Site-Data",
    ),
    Attack(
        ("T16",),
        'Clear-Site-Data: "storage"',
        (Off("consent/kiosk/cookie.py", """response["Clear-Site-Data"] = '"storage"'""", "pass"),),
        on("tablets", "a_copied_cookie_stops_both_at_once_and_ends_the_visit_with_nothing_stored"),
        r"KeyError: 'clear-site-data'",
        "storage that outlives the tablet",
    ),
    Attack(
        ("T17", "T18", "T41"),
        "first name and one letter",
        (Off("consent/kiosk/screens.py", '[f"{family.upper()}."] if family', "[person.family_name] if family"),),
        on("tablets", "a_visit_that_is_sent_comes_by_itself_and_asks_who_it_is"),
        r"'Sam P\.' in|'Pell' not in",
        "the whole name on the screen",
    ),
    Attack(
        ("T19",),
        "“No, this is not me” ends the visit",
        (
            Off(
                "consent/kiosk/holding.py",
                "        visits.end(visit=visit, how=visits.NOT_THEM)",
                '        visit.state["is_them"] = True',
            ),
        ),
        on("tablets", "no_this_is_not_me_ends_it_and_calls_staff_until_somebody_is_there"),
        r"assert \('Touch your language\.' ==",
        "somebody else goes on in the visit",
    ),
    Attack(
        ("T19",),
        "nothing goes on before they say that it is them",
        (
            Off("consent/kiosk/moves.py", "if screen.step.kind is Kind.YOU and do not in", "if do == 1 and do not in"),
            Off("consent/journey.py", "if step.id == step_id and situation.is_them)", "if step.id == step_id)"),
        ),
        on("tablets", "before_they_say_that_it_is_them_nothing_goes_on_and_nothing_is_stored"),
        r"== 'Is this you\?'|assert \d == 0|assert \d == \d",
        "an answer from whoever holds it",
        behind="the journey shows no other step",
    ),
    Attack(
        ("T20",),
        "only the tablet writes “pressed by the person”",
        (
            Off(
                "consent/staff/person/answers.py",
                '"by": actions.staff(request.user),\n        "route": typed["route"],',
                '"by": {"who": request.POST.get("who", "staff"), "name": ""},\n        "route": typed["route"],',
            ),
        ),
        on("roles", "no_form_of_staff_is_recorded_as_pressed_by_the_person"),
        r"'person'",
        "an answer of staff that passes for the person’s",
    ),
    Attack(
        ("T21",),
        "an answer sooner than anybody reads is recorded as that",
        (Off("consent/kiosk/storing.py", "return bool(pace) and is_faster", "return False and is_faster"),),
        on(
            "pace",
            "whoever_taps_on_every_third_of_a_second_is_always_noticed_and_never_stopped",
            "a_yes_that_came_too_fast_is_held_and_talked_over_before_it_is_sent",
        ),
        r"KeyError: 'faster_than_reading'|assert 'none' == 'second-look'",
        "a yes tapped through, that looks like any other",
    ),
    Attack(
        ("T22",),
        "three equal choices",
        (
            Off(
                "static/kiosk/kiosk.css",
                ".choices.three { grid-template-columns: repeat(3",
                ".choices.three .choice:first-of-type .pick { background: #007f3b; }\n"
                ".choices.three { grid-template-columns: repeat(3",
            ),
        ),
        on("browser_kiosk", "the_choices_are_equal_on_every_size_and_none_is_chosen_already"),
        r"rgb\(0, 127, 59\)",
        "one of the three in green",
    ),
    Attack(
        ("T23",),
        "each screen has a number",
        (Off("consent/kiosk/moves.py", "if move is None or turn != str(visit.turn):", "if move is None:"),),
        (
            *on("kiosk", "a_form_from_an_earlier_screen_does_nothing"),
            *on(
                "never_lost", "the_first_confirmation_that_comes_once_more_at_the_second_question_does_not_answer_that"
            ),
        ),
        r"assert \['later'\] == \[\]|assert '[^']+' == 'Did we tell|assert '[^']+' == 'What do you want",
        "an old form that answers a later question",
    ),
    Attack(
        ("T23",),
        "one form is one line of the record",
        (Off("consent/actions/answers.py", "if once and (entry :=", "if False and (entry :="),),
        on("never_lost", "one_form_given_to_the_record_twice_is_one_line_in_it"),
        r"assert '\w{64}' == '\w{64}'",
        "one answer, stored twice",
    ),
    Attack(
        ("T23",),
        "a visit is held while a press is done",
        (
            Off(
                "consent/kiosk/visits.py",
                "rows = Visit.objects.select_for_update().filter(pk",
                "rows = Visit.objects.filter(pk",
            ),
            Off("consent/kiosk/moves.py", "            registration.locked(visit.patient)\n", "            pass\n"),
            Off("consent/actions/answers.py", "if once and (entry :=", "if False and (entry :="),
        ),
        on("races", "of_many_presses_on_this_is_right_one_counts_even_while_staff_start_the_visit_anew"),
        r"assert \d+ <= 1|assert \[.+\] == \[\]",
        "six presses at once store more than one answer",
        side_by_side=True,
        behind="one form is one line of the record",
    ),
    Attack(
        ("T24",),
        "the server knows the step",
        (
            Off(
                "consent/kiosk/moves.py",
                "if step.kind is not Kind.CHOOSE or answer not in ANSWERS:",
                'step = BY_ID["gp-record"]\n    visits.go_to(visit, step)\n    if answer not in ANSWERS:',
            ),
        ),
        on("kiosk", "a_step_out_of_order_stores_nothing_and_shows_where_we_are"),
        r"assert '[^']+' == 'Touch your language",
        "an answer from the first screen",
    ),
    Attack(
        ("T25",),
        "one live visit for each person",
        (
            Off("consent/kiosk/visits.py", '        end(visit=live, how="started anew")', "        pass"),
            Off("consent/migrations/0001_initial.py", PER_PERSON, PER_PERSON.replace("ended_at", "ended_how")),
        ),
        on("kiosk", "a_new_visit_ends_the_one_before"),
        r"assert ",
        "two tablets that ask one person",
        behind="a constraint of the database",
    ),
    Attack(
        ("T26",),
        "one live visit on each tablet",
        (
            Off("consent/kiosk/visits.py", "    if on_tablet(held):\n        raise", "    if not held:\n        raise"),
            Off("consent/migrations/0006_tablets.py", PER_TABLET, PER_TABLET.replace("ended_at", "ended_how")),
        ),
        on("tablets", "a_tablet_with_somebody_at_it_is_not_free"),
        r"DID NOT RAISE",
        "two people on one tablet",
        behind="a constraint of the database",
    ),
    Attack(
        ("T27",),
        "a tablet taken out of use is dead",
        (Off("consent/kiosk/tablets.py", "    if tablet.revoked_at:\n", "    if False:\n"),),
        on("tablets", "a_revoked_tablet_is_dead_at_its_next_request_and_says_so_once"),
        r"== 'Ask staff to set this up",
        "it goes on as a tablet",
    ),
    Attack(
        ("T27",),
        "its visit ends with it",
        (Off("consent/kiosk/tablets.py", "        visits.end(visit=visit, how=visits.TAKEN_AWAY)", "        pass"),),
        on("tablets", "whoever_broke_off_is_to_be_seen_until_a_later_visit_ends_well"),
        r"'See them' in",
        "a visit that goes on with nobody",
    ),
    Attack(
        ("T31",),
        "what was cut off on its way does nothing",
        (Off("config/middleware.py", "announced.isdecimal() and len", "False and len"),),
        on("never_lost", "a_press_of_which_only_a_part_arrives_changes_nothing_and_can_be_sent_again"),
        r"was taken for the whole",
        "half a form taken for the whole",
    ),
    Attack(
        ("T31", "T30"),
        "the tablet says what did not get through",
        (Off("static/kiosk/kiosk.js", "if (!byItself(event)) lost().hidden = false;", ""),),
        on("browser_kiosk", "a_touch_that_got_lost_says_so_and_the_same_button_works_afterwards"),
        r"Timeout",
        "a screen that looks as if it was saved",
    ),
    Attack(
        ("T33",),
        "names are escaped: the tablet",
        (Off("templates/kiosk/you.html", "{{ name }}", "{{ name|safe }}"),),
        (
            *on("tablets", "a_name_is_shown_as_it_is_and_never_run"),
            *on("hostile_names", "the_tablet_asks_is_this_you_in_letters"),
        ),
        r"&lt;script|on\w+=|javascript:",
        "a name that is a script",
    ),
    Attack(
        ("T33",),
        "names are escaped: staff",
        (
            Off(
                "templates/staff/person.html",
                "<h1>\n    {% firstof person.name",
                "<h1>{{ person.name|safe }}\n    {% firstof person.name",
            ),
        ),
        on("hostile_names", "every_page_that_shows_a_name_shows_it_as_letters"),
        r"<\w+ on\w+=|javascript:",
        "a name that is a script",
    ),
    Attack(
        ("T33",),
        "nothing inline runs: Content-Security-Policy",
        (Off("config/settings.py", '"script-src": [SELF],', '"script-src": [SELF, "\'unsafe-inline\'"],'),),
        on("walls", "the_tablet_s_headers"),
        r"unsafe-inline",
        "a policy that lets a script of a name run",
    ),
    Attack(
        ("T34",),
        "unsigned words are not published",
        (Off("consent/words/publishing.py", "            check_signed(said)\n", "            pass\n"),),
        on("content", "in_production_words_without_sign_off_are_refused"),
        r"DID NOT RAISE",
        "words nobody signed, published",
    ),
    Attack(
        ("T34",),
        "production does not start with unsigned words",
        (Off("consent/starting.py", "*of_the_guards(), *of_the_words()]", "*of_the_guards()]"),),
        on("production", "one_unsigned_sentence_stops_it"),
        r"have no sign-off",
        "production serves them",
    ),
    Attack(
        ("T35",),
        "ten requests a second from one tablet",
        (Off("consent/kiosk/flood.py", "return int(here.incr(key)) > settings.REQUESTS_A_SECOND", "return False"),),
        on(
            "tablets",
            "a_flood_from_one_tablet_is_refused_and_the_next_tablet_and_the_next_second_are_as_before",
            "a_browser_that_is_no_tablet_is_counted_by_its_address",
        ),
        r"assert \[200, (200,\s*)+.*== \[",
        "all of a flood is answered",
    ),
    Attack(
        ("T37",),
        "a visit that staff end leaves the glass by itself",
        (Off("consent/kiosk/views.py", "and asks.shows(visit) else left(request)", "else HttpResponse(status=204)"),),
        (
            *on("tablets", "a_visit_that_staff_take_from_a_tablet_makes_way_without_a_touch"),
            *on(
                "browser_kiosk",
                "a_visit_that_staff_end_leaves_the_glass_without_a_touch_and_a_lost_question_disturbs_nobody",
            ),
        ),
        r"assert not True|Locator expected to have text 'Touch the number",
        "the screen of somebody who is not there any more",
    ),
    Attack(
        ("T37",),
        "what a screen asks by itself is nobody’s touch",
        (
            Off(
                "consent/kiosk/views.py",
                "    return HttpResponse(status=204) if asks and visit",
                "    visit and visits.arrived(visit)\n    return HttpResponse(status=204) if asks and visit",
            ),
        ),
        on("tablets", "a_screen_that_asks_by_itself_is_nobody_s_touch"),
        r"last_seen_at",
        "a visit that never ends by itself",
    ),
    Attack(
        ("T37",),
        "a visit that nobody touches ends",
        (Off("consent/kiosk/visits.py", "return at - visit.last_seen_at > IDLE", "return False"),),
        on("kiosk", "idle_leaves_no_answer_and_clears_the_screen"),
        r"'Do you want this on paper\?' == 'Touch the nu",
        "the next one answers for the one before",
    ),
    Attack(
        ("T39",),
        "headphones are asked before anything is read",
        (
            Off(
                "consent/kiosk/hearing.py",
                'if "headphones" not in visit.state and step.kind',
                "if False and step.kind",
            ),
        ),
        on("hearing", "headphones_are_asked_before_anything_is_read_once_a_visit"),
        r"assert headphones_asked|assert False",
        "it is read out loud",
    ),
    Attack(
        ("T39",),
        "without headphones what is private stays silent",
        (
            Off(
                "consent/kiosk/screens.py",
                'quiet = self.private if self.visit.state.get("headphones") is False else set()',
                "quiet = set()",
            ),
        ),
        on(
            "hearing",
            "without_headphones_private_cards_stay_silent_until_they_are_touched",
            "without_headphones_the_second_look_does_not_tell_the_answer",
        ),
        r"AssertionError|assert not",
        "the answer, read out loud",
    ),
    Attack(
        ("T42",),
        "a code is good for ten minutes",
        (Off("consent/kiosk/visits.py", "code_expires_at__gt=now, ended_at=None, prison", "ended_at=None, prison"),),
        on("kiosk", "a_code_is_good_for_ten_minutes"),
        r"That number does not work",
        "a code, later, for a friend",
    ),
    Attack(
        ("T42",),
        "a code is good at one prison",
        (Off("consent/kiosk/visits.py", "ended_at=None, prison=held.prison_id\n", "ended_at=None\n"),),
        on("tablets", "a_code_is_wrong_on_a_tablet_of_another_prison"),
        r"That number does not work",
        "a code that works at another prison",
    ),
    Attack(
        ("T42",),
        "a code is good once",
        (Off("consent/kiosk/visits.py", '    visit.code = ""\n    put_on', "    put_on"),),
        on("kiosk", "a_code_is_good_once"),
        r"That number does not work",
        "a code tapped twice",
    ),
    Attack(
        ("T42",),
        "five wrong numbers",
        (
            Off(
                "consent/kiosk/tries.py",
                "    if WrongCode.objects.filter(place=place).count() > MOST:",
                "    if False:",
            ),
        ),
        on(
            "tablets",
            "after_five_wrong_numbers_the_pad_waits_for_ten_minutes",
            "wrong_codes_are_counted_for_each_tablet",
        ),
        r"Too many wrong numbers",
        "numbers tapped until one fits",
    ),
    # -- staff --------------------------------------------------------------------------------------------------------
    Attack(
        ("T36",),
        "wrong tries count for account and address together",
        (Off("consent/staff/accounts/limits.py", 'Try(key_of("pair", name, address)', 'Try(key_of("pair", name)'),),
        on("sign_in", "a_nurse_locked_in_the_prison_signs_in_from_elsewhere"),
        r"AssertionError|assert is_in|KeyError|assert False",
        "a nurse locked out everywhere",
    ),
    Attack(
        ("T36",),
        "wrong tries of an address lock nobody else there",
        (Off("consent/staff/accounts/limits.py", 'Try(key_of("pair", name, address)', 'Try(key_of("pair", address)'),),
        on("sign_in", "sixty_wrong_tries_for_many_names_in_the_prison_leave_another_nurse_her_sign_in"),
        r"assert is_in|assert False",
        "a whole prison locked out",
    ),
    Attack(
        (),
        "wrong passwords are counted",
        (Off("consent/staff/accounts/limits.py", "len(last) == allowed and", "False and"),),
        on("sign_in", "five_wrong_passwords_lock_the_account_here_and_the_page_says_until_when"),
        r"== 429",
        "passwords guessed without end",
    ),
    Attack(
        (),
        "a password alone opens nothing",
        (
            Off(
                "consent/staff/accounts/factors.py",
                "return not settings.SECOND_FACTOR_REQUIRED and not of(user)",
                "return True",
            ),
            Off("consent/staff/accounts/signing_in.py", "    if factors.of(user):\n", "    if False:\n"),
            Off(
                "consent/staff/accounts/web_session.py",
                "if settings.SECOND_FACTOR_REQUIRED and stamps[BY] == PASSWORD:",
                "if False:",
            ),
        ),
        on("sign_in", "a_password_alone_never_opens_a_staff_page"),
        r"assert",
        "in, with the password alone",
        behind="a web session that a password alone began is over",
    ),
    Attack(
        (),
        "production cannot switch the key off",
        (Off("config/settings.py", "if not IS_DEMONSTRATION and not SECOND_FACTOR_REQUIRED:", "if False:"),),
        on("sign_in", "production_refuses_to_do_without_the_key"),
        r"assert",
        "production with passwords alone",
    ),
    Attack(
        (),
        "a screen left alone is locked",
        (
            Off(
                "consent/staff/accounts/web_session.py",
                "return State.LOCKED if since(stamps[USED]) >= settings.LOCKED_AFTER else State.OPEN",
                "return State.OPEN",
            ),
        ),
        on("sign_in", "after_15_minutes_every_page_leads_to_unlocking_and_back"),
        r"AssertionError: /staff/",
        "a signed-in screen for whoever comes by",
    ),
    Attack(
        (),
        "what the page asks by itself is no activity",
        (
            Off(
                "consent/staff/accounts/web_session.py",
                "if stamps and not is_asked_by_the_page and",
                "if stamps and",
            ),
        ),
        on("sign_in", "a_page_that_asks_for_a_part_of_itself_is_no_activity_and_is_reloaded_when_locked"),
        r"HX-Refresh",
        "a page that keeps itself open",
    ),
    Attack(
        (),
        "a shift ends after 12 hours",
        (
            Off(
                "consent/staff/accounts/web_session.py",
                "    if since(stamps[BEGUN]) >= settings.SIGNED_IN_FOR:\n",
                "    if False:\n",
            ),
        ),
        on("sign_in", "a_shift_ends_after_12_hours_however_busy"),
        r"url",
        "signed in for days",
    ),
    Attack(
        (),
        "what cannot be taken back wants a touch within 5 minutes",
        (
            Off(
                "consent/staff/accounts/web_session.py",
                "return since(stamps[PROVED]) < settings.FRESH_FOR",
                "return True",
            ),
        ),
        (
            *on("sign_in", "a_dangerous_act_needs_a_touch_within_five_minutes"),
            *on("roles", "what_cannot_be_taken_back_asks_for_the_key_again"),
        ),
        r"AttributeError: 'HttpResponse' object has no attribute 'url'|in \(302, 303\)",
        "a dangerous act on a screen left open",
    ),
    Attack(
        (),
        "a password is changed only after a touch",
        (
            Off(
                "consent/staff/accounts/keys.py",
                '@needs_fresh_key\n@sensitive_post_parameters("old"',
                '@sensitive_post_parameters("old"',
            ),
        ),
        on("accounts", "keys_and_password_are_changed_only_after_a_touch"),
        r"assert \(?302 == 303",
        "an account taken over at an open screen",
    ),
    Attack(
        (),
        "a password is changed only with the old one",
        (
            Off(
                "consent/staff/accounts/proving.py",
                "    if not user.check_password(password):\n",
                "    if False:\n",
            ),
        ),
        on(
            "accounts",
            "a_password_is_not_changed_by_whoever_does_not_know_the_old_one_or_types_a_bad_one",
            "wrong_old_passwords_are_counted_with_all_other_tries",
        ),
        r"assert \(?302 == 422",
        "a password changed by whoever holds the key",
    ),
    Attack(
        (),
        "a table of roles: a page of any role",
        (Off("consent/roles.py", "role in MAY[deed] and", "True and"),),
        on("roles", "every_address_with_every_role_at_its_prison_and_at_another"),
        r"\('get', '/staff/[^']*', 200\)",
        "every page, with any role",
    ),
    Attack(
        (),
        "a table of roles: at one’s own prison",
        (Off("consent/roles.py", "(prison is None or at in (EVERYWHERE, prison))", "True"),),
        on("roles", "every_address_with_every_role_at_its_prison_and_at_another"),
        r"\('get', '/staff/[^']*', 200\)",
        "the people of every prison",
    ),
    Attack(
        (),
        "every address names its deed",
        (
            Off(
                "consent/staff/looks.py",
                "@here.may(Deed.LOOKS, anywhere=True)\ndef looks(",
                "@here.may(Deed.PEOPLE, anywhere=True)\ndef looks(",
            ),
        ),
        on("roles", "every_address_says_what_it_is_for"),
        r"looks",
        "a page under another deed, unnoticed",
    ),
    Attack(
        (),
        "nobody gets in who is not signed in",
        (Off("consent/staff/here.py", "guarded = login_required(view)", "guarded = view"),),
        on("roles", "nobody_who_is_not_signed_in_gets_past_the_door"),
        r"assert|Error",
        "pages for nobody",
    ),
    Attack(
        (),
        "somebody elsewhere is shown only with a reason",
        (
            Off(
                "consent/staff/here.py",
                "    if seen.sight is not Sight.WHOLE:\n        return",
                "    if False:\n        return",
            ),
        ),
        on("roles", "somebody_held_elsewhere_is_shown_only_with_a_reason_which_is_in_their_record"),
        r"assert",
        "the record of anybody anywhere",
    ),
    Attack(
        (),
        "what was opened closes after an hour",
        (Off("consent/staff/here.py", "return until > timezone.now().isoformat()", "return bool(until)"),),
        on("roles", "what_was_opened_closes_again_after_an_hour_and_in_another_web_session_never_opened"),
        r"assert 200 == 403",
        "opened once, open for ever",
    ),
    Attack(
        (),
        "nobody checks what they opened themselves",
        (Off("consent/staff/looks.py", 'if said["by"]["name"] == request.user.get_username():', "if False:"),),
        on("roles", "nobody_checks_what_they_opened_themselves"),
        r"== 403",
        "a reason checked by its own writer",
    ),
    Attack(
        (),
        "a sensitive record is on no list",
        (Off("consent/staff/matters.py", "if one[1].sensitive == sensitive]", "]"),),
        on("roles", "a_sensitive_record_is_on_no_list_and_in_no_search_but_the_clinicians_own"),
        r"AssertionError: /staff/",
        "a hidden person on a list",
    ),
    Attack(
        (),
        "a sensitive record is in no search",
        (Off("consent/staff/sight.py", "return Q(is_sensitive=False) & (stands | joined)", "return stands | joined"),),
        on("roles", "a_sensitive_record_is_on_no_list_and_in_no_search_but_the_clinicians_own"),
        r"/staff/people/\?find|Hushed",
        "a hidden person found by name",
    ),
    Attack(
        (),
        "a sensitive record is opened by clinicians",
        (
            Off(
                "consent/staff/sight.py",
                "is_sensitive=True).exists()",
                "is_sensitive=None).exists()",
            ),
        ),
        on("roles", "a_sensitive_record_is_on_no_list_and_in_no_search_but_the_clinicians_own"),
        r"assert 200 == 403",
        "a hidden person’s page",
    ),
    Attack(
        ("T40",),
        "no role for officers",
        (
            Off(
                "consent/roles.py",
                '    REVIEWER = "reviewer"\n',
                '    REVIEWER = "reviewer"\n    OFFICER = "officer"\n',
            ),
        ),
        on("roles", "there_is_no_role_for_officers"),
        r"officer",
        "a role that nobody decided on",
    ),
    Attack(
        ("T40",),
        "the paper to keep holds no answer",
        (
            Off(
                "consent/papers/keep.py",
                '            "first_name": name,',
                '            "first_name": name + " " + str(standing.questions["gms-registration"].decision or ""),',
            ),
        ),
        on("papers", "the_paper_to_keep_is_the_same_whatever_was_answered"),
        r"assert",
        "the answer, on a paper in a shared cell",
    ),
    Attack(
        (),
        "a look is noted",
        (Off("consent/staff/here.py", "                note_look(request, person, what)\n", ""),),
        on("staff_people", "every_look_is_noted"),
        r"DoesNotExist",
        "a look that nobody knows of",
    ),
    Attack(
        (),
        "what was refused is noted",
        (
            Off(
                "consent/actions/people.py",
                '    AccessEvent(chain=chain, who=who, what=f"refused: {what[:20]}", prison=prison).save()',
                "    pass",
            ),
        ),
        on("roles", "what_is_refused_is_recorded_with_who_and_about_whom"),
        r"DoesNotExist|assert",
        "tries that leave no trace",
    ),
    Attack(
        (),
        "nothing is printed that cannot be recorded",
        (
            Off(
                "consent/staff/person/prints.py",
                '    note_look(request, patient, "print slip" if is_late else "print keep")\n',
                "",
            ),
        ),
        on("papers", "nothing_is_printed_when_it_cannot_be_recorded"),
        r"assert|RAISE",
        "a paper that nobody knows of",
    ),
    # -- the server ---------------------------------------------------------------------------------------------------
    Attack(
        (),
        "a setting that is missing or unsafe stops it",
        (
            Off(
                "config/settings.py",
                "if not IS_DEMONSTRATION and (len(SECRET_KEY) < 50",
                "if False and (len(SECRET_KEY) < 50",
            ),
        ),
        on("production", "a_setting_that_is_missing_or_unsafe_stops_it_and_is_named"),
        r"assert 0 != 0|SECRET_KEY is too short",
        "production with a key anybody knows",
    ),
    Attack(
        (),
        "a guard that is gone stops it",
        (Off("consent/starting.py", "*of_the_guards(), *of_the_words()]", "*of_the_words()]"),),
        on("production", "a_guard_that_is_gone_stops_it"),
        r"lacks its guard",
        "a record without its guard",
    ),
    Attack(
        (),
        "SQLite takes a word",
        (Off("consent/starting.py", "        if settings.SQLITE_IS_MEANT:\n", "        if True:\n"),),
        on("production", "sqlite_takes_a_word"),
        r"The database is SQLite",
        "production on a file by mistake",
    ),
    Attack(
        (),
        "a role that could rewrite the record stops it",
        (Off("consent/starting.py", "    if not found:\n        return []", "    return []"),),
        on("production", "a_role_that_could_rewrite_the_record_stops_it"),
        r"The database role",
        "the application as the record’s owner",
        side_by_side=True,
    ),
    Attack(
        (),
        "the log holds no numbers",
        (
            Off(
                "config/logs.py",
                'return NHS_NUMBER.sub("[NHS number]", PRISON_NUMBER.sub("[prison number]", text))',
                "return text",
            ),
            Off("config/logs.py", "    if request is None:\n        return message", "    return message"),
        ),
        on("production", "the_log_of_a_day_names_nobody_and_tells_no_answer"),
        r"A1234BC|Quillfeather",
        "who was looked for, in the log",
    ),
    Attack(
        (),
        "exceptions are logged without their text",
        (Off("config/logs.py", "        if self.tells_all:\n", "        if True:\n"),),
        on("production", "the_log_of_a_day_names_nobody_and_tells_no_answer"),
        r"Zebedee",
        "a name and an answer, in the log",
    ),
    Attack(
        (),
        "the database refuses to change the record (SQLite)",
        (Off("consent/migrations/0002_append_only.py", 'for what in ("UPDATE", "DELETE"):', "for what in ():"),),
        on("record", "update_and_delete_are_refused"),
        r"DID NOT RAISE",
        "a line of the record, changed",
    ),
    Attack(
        (),
        "the database refuses to replace a row (SQLite)",
        (
            Off("consent/migrations/0002_append_only.py", 'f"WHEN EXISTS (SELECT 1', 'f"WHEN 0 AND EXISTS (SELECT 1'),
            Off(
                "consent/migrations/0002_append_only.py",
                'for what in ("UPDATE", "DELETE"):',
                'for what in ("UPDATE",):',
            ),
        ),
        on("record", "emptying_or_replacing_is_refused"),
        r"DID NOT RAISE",
        "a line of the record, replaced",
        behind="a trigger on what is removed, which fires for what is replaced",
    ),
    Attack(
        (),
        "the application’s role may only add",
        (
            Off(
                "consent/database_roles.py",
                "    if table in RECORD:\n        return ADD\n    return READ if table in PROOF",
                "    return READ if table in PROOF",
            ),
        ),
        on("application_role", "the_application_is_refused"),
        r"DID NOT RAISE|append-only",
        "rights that the application does not need",
        side_by_side=True,
    ),
)
