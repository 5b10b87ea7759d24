"""The kiosk's steps as data: order, back, and who is shown what."""

import itertools

from consent.journey import ANSWERS, STEPS, Kind, Situation, after, before, draw_order, path, step_at

GP, GMS = "gp-record", "gms-registration"
SITUATIONS = [
    Situation(length=length, takes=takes, asks=frozenset(asks), outcome=outcome, talk=talk, resumed=resumed)
    for length, takes, asks, outcome, talk, resumed in itertools.product(
        ("first-night", "whole"),
        ("short", "all", "gp-record"),
        ((), (GP,), (GMS,), (GP, GMS)),
        ("offer", "ask-again", "second-look", "nothing-to-ask", "fresh-look"),
        (True, False),
        (True, False),
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
            assert before(situation, later) is (earlier if later.kind is not Kind.END else None)


def test_the_first_night_has_six_screens():
    # language, GP now, is it right, the minute with its two buttons, is it right, thank you
    assert ids(Situation()) == ["language", "gp-record", "minute", "next"]
    confirmations = 2
    assert len(ids(Situation())) + confirmations == 6


def test_the_whole_tells_each_answer_before_it_asks():
    whole = ids(Situation(length="whole"))
    assert whole.index("means-3") < whole.index("check-1") < whole.index("choose")
    assert whole.index("gp-record") < whole.index("minute")


def test_who_answered_already_is_told_so_and_not_asked():
    assert ids(Situation(asks=frozenset(), outcome="nothing-to-ask")) == ["language", "answered"]


def test_a_second_look_repeats_no_explanation():
    assert ids(Situation(asks=frozenset(), outcome="second-look")) == ["language", "second-look", "second-look-done"]


def test_where_reception_takes_only_the_gp_record_nothing_else_is_asked():
    assert ids(Situation(takes="gp-record")) == ["language", "gp-record", "waiting"]


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
