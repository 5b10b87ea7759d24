from hypothesis import given
from hypothesis import strategies as st

from registration.merging import Merge, survivors
from tests.conftest import after


def merged(kept, removed, day=0):
    return Merge(after(days=day), kept, removed)


def test_nobody_merged_nobody_concerned():
    assert survivors([]) == {}


def test_a_merge_told_the_other_way_round_later_counts():
    assert survivors([merged("A", "B"), merged("B", "A", day=1)]) == {"A": "B", "B": "B"}


def test_a_merge_of_a_merge_ends_at_one_number():
    assert survivors([merged("B", "C"), merged("A", "B", day=1)]) == dict.fromkeys("ABC", "A")


def test_the_kept_number_may_have_been_removed_before():
    assert survivors([merged("A", "B"), merged("B", "C", day=1)]) == dict.fromkeys("ABC", "A")


def test_two_people_stay_two():
    assert survivors([merged("A", "B"), merged("C", "D")]) == {"A": "A", "B": "A", "C": "C", "D": "C"}


merges = st.lists(
    st.tuples(st.permutations("ABCDEF"), st.integers(0, 4)).map(lambda m: merged(m[0][0], m[0][1], m[1])), max_size=7
)


@given(merges, st.randoms())
def test_any_order_and_any_repeats_join_the_same(told, random):
    again = told + told[:3]
    random.shuffle(again)
    assert survivors(again) == survivors(told)


@given(merges)
def test_who_was_joined_shares_one_number_and_who_was_not_does_not(told):
    groups = [{number} for number in "ABCDEF"]
    for merge in told:
        both = [group for group in groups if merge.kept in group or merge.removed in group]
        groups = [group for group in groups if group not in both] + [set().union(*both)]
    stands = survivors(told)
    for group in groups:
        numbers = {stands.get(number, number) for number in group}
        assert len(numbers) == 1
        assert numbers <= group
