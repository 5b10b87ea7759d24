"""The kiosk's steps as data: order, back, and who is shown what."""

import itertools

from consent.journey import ANSWERS, DONE, STEPS, Kind, Situation, after, before, draw_order, path, step_at

GP, GMS = "gp-record", "gms-registration"
SITUATIONS = [
    Situation(
        length=length,
        takes=takes,
        asks=frozenset(asks),
        outcome=outcome,
        unchecked=unchecked,
        resumed=resumed,
        registered=registered,
    )
    for length, takes, asks, outcome, unchecked, resumed, registered in itertools.product(
        ("first-night", "whole"),
        ("short", "all", "gp-record"),
        ((), (GP,), (GMS,), (GP, GMS)),
        ("offer", "ask-again", "second-look", "nothing-to-ask", "fresh-look"),
        (True, False),
        (True, False),
        ("unknown", "yes", "sent"),
    )
    if (outcome in ("second-look", "nothing-to-ask")) == (GMS not in asks)
]


def ids(situation):
    return [step.id for step in path(situation)]


def test_every_journey_begins_with_language_and_ends():
    for situation in SITUATIONS:
        steps = path(situation)
        assert steps[0].id == "language"
        assert steps[-1].kind is Kind.END
        assert sum(step.kind is Kind.END for step in steps) == 1


def test_back_undoes_next():
    for situation in SITUATIONS:
        steps = path(situation)
        for earlier, later in itertools.pairwise(steps):
            assert after(situation, earlier) is later
            assert before(situation, later) is (earlier if later.kind not in DONE else None)


def test_the_first_night_tells_checks_two_points_and_leaves_the_rest_to_whoever_wants_it():
    first_night = ["language", "gp-record", "minute", "check-undo", "check-fewer", "onward", "on-paper", "next"]
    assert ids(Situation()) == first_night


def test_whoever_knew_the_cost_of_no_on_the_first_night_is_not_asked_it_twice():
    assert "check-no" in ids(Situation(length="whole"))
    assert "check-no" not in ids(Situation(length="whole", knows_cost_of_no=True))


def test_words_that_nobody_checked_say_so_before_anything_is_asked():
    assert ids(Situation(unchecked=True))[:3] == ["language", "unchecked", "gp-record"]


def test_the_whole_tells_each_answer_before_it_asks():
    whole = ids(Situation(length="whole"))
    assert whole.index("means-3") < whole.index("check-free") < whole.index("choose")
    assert whole.index("gp-record") < whole.index("minute")


def test_who_answered_already_is_told_so_and_not_asked():
    assert ids(Situation(asks=frozenset(), outcome="nothing-to-ask")) == ["language", "answered"]


def test_a_second_look_repeats_no_explanation():
    assert ids(Situation(asks=frozenset(), outcome="second-look")) == ["language", "second-look", "second-look-done"]


def test_where_reception_takes_only_the_gp_record_nothing_else_is_asked():
    assert ids(Situation(takes="gp-record")) == ["language", "gp-record", "waiting"]


def test_whoever_takes_back_what_was_sent_hears_what_that_cannot_undo_and_chooses():
    for length in ("first-night", "whole"):
        situation = Situation(length=length, registered="sent", asks=frozenset({GMS}))
        assert ids(situation) == ["language", "sent", "choose", "on-paper", "next"]


def test_a_stored_answer_is_not_gone_back_into():
    situation = Situation(asks=frozenset({GP, GMS}), length="whole")
    minute = step_at(situation, "minute")
    assert before(situation, minute, done=["gp-record"]).id == "language"


def test_a_step_that_has_no_place_on_this_journey_leads_to_the_first():
    assert step_at(Situation(), "choose").id == "language"
    assert step_at(Situation(), "no-such-step").id == "language"


def test_every_order_of_the_three_answers_is_drawn():
    assert {tuple(draw_order()) for _ in range(500)} == set(itertools.permutations(ANSWERS))


def test_step_ids_are_unique():
    assert len({step.id for step in STEPS}) == len(STEPS)
