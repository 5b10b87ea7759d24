"""`manage.py reconcile`: who is missing, who is elsewhere, who has left; and what is written to put it right."""

import json
import os
import random
import re
from collections import Counter
from datetime import UTC, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from consent import actions, facts
from consent.actions import people, reconciling
from consent.models import Entry, Status
from consent.policy import Answer
from consent.staff.person.timeline import movement_in_words
from registration.actions import NotPossible, patient_with, record_movement
from registration.feeds.roll import roll_of
from registration.feeds.table import NotATable
from registration.heard import last_heard
from registration.models import Movement, Patient, Prison, RegistrationRequest
from registration.movements import Direction, Source
from registration.movements import Movement as Told
from tests.conftest import MONDAY, after
from tests.test_commands import GMS, GP, OFFENDER, SEARCH, event, merged, received, released, row, run, status
from tests.test_custody import WHAT_CAN_HAPPEN
from tests.test_races import at_once, committed  # noqa: F401 - a fixture

NIGHT = after(days=30)
LISTS = ("missing", "elsewhere", "left")


def hear(*events):
    for told in events:
        assert actions.receive_message(item=told, raw=json.dumps(told)) == "applied"


def everything():
    models = (Patient, Movement, Entry, RegistrationRequest, Status, Prison)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.fixture
def reconcile(db, tmp_path):
    """Run the command over a list of who is where: a mapping, or the file's own text; returns what it says."""

    def with_list(where, *options, at=NIGHT, name="leeds.csv"):
        file = tmp_path / name
        if isinstance(where, dict):
            where = "prison_number,prison\n" + "".join(f"{number},{prison}\n" for number, prison in where.items())
        file.write_bytes(where if isinstance(where, bytes) else where.encode())
        when = [f"--at={at.isoformat()}"] if at else []
        out = run("reconcile", str(file), *when, *options)
        return json.loads(out) if "--json" in options else out

    return with_list


@pytest.fixture
def compared(reconcile):
    def numbers(where, *options, **more):
        told = reconcile(where, "--json", *options, **more)
        return {name: [found["prison_number"] for found in told[name]] for name in (*LISTS, "away")}

    return numbers


def found(missing=(), elsewhere=(), left=(), away=()):
    return {"missing": [*missing], "elsewhere": [*elsewhere], "left": [*left], "away": [*away]}


# -- a list that cannot be used ------------------------------------------------------------------------------


NO_LIST = {
    "empty": (b"", "The file is empty"),
    "a header and nobody": (b"prison_number,prison\r\n", "nobody"),
    "only empty rows": (b"prison_number,prison\n,\n \n", "nobody"),
    "no prison column": (b"prison_number,cell\nA1234BC,LEI\n", "prison"),
    "no number column": (b"name,prison\nA1234BC,LEI\n", "prison_number"),
    "no header": (b"A1234BC,LEI\n", r"\(prison_number\) and the prison \(prison\)"),
    "a column twice": (b"prison_number,prison,Prison\nA1234BC,LEI,MDI\n", "twice"),
    "UTF-16": ("prison_number,prison\nA1234BC,LEI\n".encode("utf-16"), "UTF-8"),
    "a quotation mark never closed": (b'prison_number,prison,name\nA1234BC,LEI,"Sam\nA1234BD,LEI,Pat\n', "CSV"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
}


@pytest.mark.parametrize(("data", "said"), NO_LIST.values(), ids=NO_LIST)
def test_a_file_that_is_no_list_is_refused_with_what_to_do_and_nothing_is_written(reconcile, data, said):
    hear(received())
    before = everything()
    for options in ([], ["--json"], ["--repair"], ["--repair", "--everyone", "--json"]):
        with pytest.raises(CommandError, match=said) as error:
            reconcile(data, *options)
        assert error.value.returncode == 1
        assert "othing was written" in str(error.value) or "nothing was written" in str(error.value)
    assert everything() == before


@pytest.mark.parametrize("other", ["no-such.csv", ""])
def test_a_file_that_is_not_there_and_a_folder_are_refused(db, tmp_path, other):
    with pytest.raises(CommandError, match="cannot be read") as error:
        run("reconcile", str(tmp_path / other))
    assert error.value.returncode == 1


UNUSABLE_ROWS = {
    "no prison number": ("nonsense,LEI", "not a prison number"),
    "no number": (",LEI", "the prison number (prison_number) is blank"),
    "letters of another alphabet": ("А1234ВС,LEI", "not a prison number"),
    "no prison": ("A1234BD,", "not a prison"),
    "a row too short": ("A1234BD", "not a prison"),
    "a prison by its name": ("A1234BD,Leeds", "three letters"),
    "on the way": ("A1234BD,TRN", "no prison"),
    "out": ("A1234BD,OUT", "no prison"),
    "in two prisons": ("A1234BC,MDI", "line 2"),
    "a comma that should be in quotes": ("Pell, Sam,A1234BD,LEI", "more cells"),
}


@pytest.mark.parametrize(("bad", "said"), UNUSABLE_ROWS.values(), ids=UNUSABLE_ROWS)
def test_a_row_that_cannot_be_used_is_named_by_its_line_and_nothing_is_repaired(reconcile, bad, said):
    hear(received(number="A1234BD"))
    before = everything()
    text = f"prison_number,prison\nA1234BC,LEI\n\n{bad}\nA1234BE,LEI\n"
    for options in ([], ["--repair"], ["--repair", "--json"]):
        with pytest.raises(CommandError) as error:
            reconcile(text, *options)
        assert error.value.returncode == 1
        (line,) = [line for line in str(error.value).splitlines() if line.startswith("line ")]
        assert line.startswith("line 4: ")
        assert said in line
    assert everything() == before


def test_a_person_listed_in_two_prisons_under_two_numbers_that_were_joined_is_named_too(reconcile):
    hear(received(), received(number="A1234BD"), merged("A1234BC", "A1234BD"))
    before = everything()
    with pytest.raises(CommandError, match=r"line 3: A1234BC, who is also A1234BD,.*MDI.*line 2"):
        reconcile({"A1234BD": "LEI", "A1234BC": "MDI"}, "--repair")
    assert everything() == before


def test_of_very_many_unusable_rows_the_first_are_named_and_the_rest_are_counted(reconcile):
    with pytest.raises(CommandError) as error:
        reconcile("prison_number,prison\n" + "x,y\n" * 1000)
    assert len(str(error.value).splitlines()) < 30
    assert "1000 rows" in str(error.value)
    assert "980 more" in str(error.value)


@pytest.mark.parametrize("at", ["tomorrow", "0001-01-01", "2199-01-01T00:00", "2026-02-30"])
def test_a_time_ahead_or_no_time_at_all_is_refused(reconcile, at):
    hear(received())
    with pytest.raises(CommandError, match=at) as error:
        reconcile({"A1234BC": "MDI"}, f"--at={at}", "--repair", at=None)
    assert error.value.returncode == 2
    assert status()["custody"]["prison"] == "LEI"


# -- a list that can -----------------------------------------------------------------------------------------


def test_capitals_spaces_order_other_columns_and_a_byte_order_mark_do_not_matter(reconcile):
    hear(received(), received(number="A1234BD"))
    text = '\ufeffName, PRISON ,Cell,Prison_Number\r\n"Pell, Sam",lei,A1, a1234bc \r\n\r\n"Roe\nPat",LEI,,A1234BD,,\r\n'
    told = reconcile(text, "--json")
    assert (told["agree"], told["columns_not_read"]) == (2, ["Name", "Cell"])
    assert "Name, Cell" in reconcile(text)


def test_a_row_told_twice_is_one_person():
    roll = roll_of("prison_number,prison\nA1234BC,LEI\na1234bc,lei\n")
    assert [(row.line, row.number, row.prison) for row in roll.rows] == [(2, "A1234BC", "LEI")]
    assert roll.problems == ()


def test_a_list_says_what_it_lacks():
    with pytest.raises(NotATable, match="prison"):
        roll_of("prison_number\nA1234BC\n")


def test_a_list_that_leaves_out_very_many_repairs_nothing_until_somebody_says_that_it_is_complete(reconcile):
    numbers = [f"A{n:04d}BC" for n in range(30)]
    hear(*(received(number=number) for number in numbers))
    with pytest.raises(CommandError, match="29 people would be recorded as having left"):
        reconcile({numbers[0]: "LEI"}, "--repair")
    assert not Movement.objects.filter(source=Source.ROLL).exists()
    assert reconcile({numbers[0]: "LEI"}, "--repair", "--even-so", "--json")["repaired"] == 29


def test_a_prison_in_no_file_is_pointed_out_and_waits_for_staff_once_someone_is_put_there(reconcile):
    assert "ZZI" in reconcile({"A1234BC": "ZZI"})
    assert not Prison.objects.filter(pk="ZZI").exists()
    assert reconcile({"A1234BC": "ZZI"}, "--repair", "--json")["not_known_as_a_prison"] == ["ZZI"]
    assert not Prison.objects.get(pk="ZZI").is_complete


# -- the three lists -----------------------------------------------------------------------------------------


def test_who_is_where_the_list_says_agrees(compared, reconcile):
    hear(received(), received(number="A1234BD", prison="MDI"))
    where = {"A1234BC": "LEI", "A1234BD": "MDI"}
    assert compared(where) == found()
    assert reconcile(where, "--json")["agree"] == 2


def test_never_seen_or_released_is_missing_here(compared):
    hear(received(), released(at=after(days=2)))
    assert compared({"A1234BC": "LEI", "A1234BD": "LEI"}) == found(missing=["A1234BC", "A1234BD"])


GONE = {
    "in another prison": [received("TRANSFERRED", after(days=2), "MDI")],
    "on the way": [released("TRANSFERRED", after(days=2))],
    "at court from another prison": [
        received("TRANSFERRED", after(days=2), "MDI"),
        released("SENT_TO_COURT", after(days=3), "MDI"),
    ],
    "in hospital to stay": [released("RELEASED_TO_HOSPITAL", after(days=2))],
    "escaped": [released(at=after(days=2), family=OFFENDER, nomisMovementReasonCode="UAL")],
    "being released from another prison": [
        received("TRANSFERRED", after(days=2), "MDI"),
        released(at=NIGHT - timedelta(minutes=20), prison="MDI"),
    ],
}


@pytest.mark.parametrize("story", GONE.values(), ids=GONE)
def test_who_is_on_the_list_and_known_somewhere_else_is_elsewhere_and_is_here_after_the_repair(
    compared, reconcile, story
):
    hear(received(), *story)
    assert compared({"A1234BC": "LEI"}) == found(elsewhere=["A1234BC"])
    assert reconcile({"A1234BC": "LEI"}, "--repair", "--json")["repaired"] == 1
    custody = status(at=NIGHT)["custody"]
    assert (custody["state"], custody["prison"]) == ("open", "LEI")
    assert compared({"A1234BC": "LEI"}) == found()


COUNTED = {
    "court": [released("SENT_TO_COURT", after(days=2))],
    "temporary absence": [released("TEMPORARY_ABSENCE_RELEASE", after(days=2))],
    "a release that is not certain yet": [released(at=NIGHT - timedelta(minutes=20))],
}


@pytest.mark.parametrize("story", COUNTED.values(), ids=COUNTED)
def test_a_roll_counts_who_is_out_at_court_or_just_being_released(compared, story):
    hear(received(), *story)
    assert compared({"A1234BC": "LEI"}) == found()


AWAY = {**COUNTED, **{name: GONE[name] for name in ("on the way", "in hospital to stay", "escaped")}}


@pytest.mark.parametrize("story", AWAY.values(), ids=AWAY)
def test_who_is_away_and_on_no_row_has_not_left(compared, reconcile, story):
    hear(received(), *story)
    assert compared({"A1234BD": "LEI"})["left"] == []
    reconcile({"A1234BD": "LEI"}, "--repair")
    assert not Movement.objects.filter(patient__prison_number="A1234BC", source=Source.ROLL).exists()


def test_who_is_out_at_court_and_on_no_row_is_named_and_left_as_they_are(compared, reconcile):
    hear(received(), released("SENT_TO_COURT", after(days=2)), received(number="A1234BD"))
    assert compared({"A1234BD": "LEI"}) == found(away=["A1234BC"])
    assert compared({"A1234BD": "MDI"})["away"] == []
    told = reconcile({"A1234BD": "LEI"}, "--repair")
    assert "A1234BC" in told
    assert "Nothing to repair." in told


def test_who_is_in_a_prison_of_the_list_and_on_no_row_has_left_it(compared):
    hear(received(), received(number="A1234BD"), received(number="A1234BE", prison="MDI"))
    assert compared({"A1234BD": "LEI"}) == found(left=["A1234BC"])
    assert compared({"A1234BD": "LEI"}, "--everyone") == found(left=["A1234BC", "A1234BE"])


def test_on_a_list_of_everyone_those_on_the_way_and_on_no_row_have_left_too(compared):
    hear(received(), released("TRANSFERRED", after(days=2)), received(number="A1234BD"))
    assert compared({"A1234BD": "LEI"}) == found()
    assert compared({"A1234BD": "LEI"}, "--everyone") == found(left=["A1234BC"])


def test_a_list_of_everyone_without_a_row_for_a_prison_asks_whether_it_is_complete(reconcile):
    hear(received(), received(number="A1234BD", prison="MDI"))
    assert "MDI (1" in reconcile({"A1234BC": "LEI"}, "--everyone")
    told = reconcile({"A1234BE": "LEI"})
    assert "A1234BC" in told
    assert "complete?" not in told


def test_someone_in_a_prison_that_nobody_named_is_elsewhere_or_on_a_list_of_everyone_has_left(compared, reconcile):
    hear(received(prison="OUT"))
    assert compared({"A1234BC": "LEI"}) == found(elsewhere=["A1234BC"])
    assert compared({"A1234BD": "LEI"})["left"] == []
    assert "a prison not known" in reconcile({"A1234BD": "LEI"}, "--everyone", "--repair")
    assert status()["custody"]["state"] == "closed"


def test_a_number_that_was_joined_into_another_counts_for_the_person(compared, reconcile):
    hear(received(), received(number="A1234BD"), merged("A1234BC", "A1234BD", after(days=1)))
    assert compared({"A1234BD": "LEI"}) == found()
    assert compared({"A1234BD": "MDI"}) == found(elsewhere=["A1234BC"])
    reconcile({"A1234BD": "MDI"}, "--repair")
    assert status("A1234BC")["custody"]["prison"] == "MDI"
    assert reconcile({"A1234BC": "MDI", "A1234BD": "MDI"}, "--json")["agree"] == 1


def test_the_list_is_held_against_what_we_knew_at_its_time_and_not_against_what_came_after(compared):
    """Read at eight in the morning, true at two: whoever came in, left or answered in between is no difference."""
    later = NIGHT + timedelta(hours=5)
    hear(received(), released(at=later), received(number="A1234BD"))
    hear(received("TRANSFERRED", later, "MDI", number="A1234BD"))
    hear(received(number="A1234BE", at=later), merged("A1234BC", "A1234BF", later))
    hear(received(number="A1234BH"), merged("A1234BG", "A1234BH", after(days=1)))
    hear(received("TRANSFERRED", later, "MDI", number="A1234BG"))
    where = {"A1234BC": "LEI", "A1234BD": "LEI", "A1234BG": "LEI"}
    assert compared(where) == found()
    assert compared(where, at=NIGHT + timedelta(days=1)) == found(
        missing=["A1234BC"], elsewhere=["A1234BD", "A1234BG"], left=["A1234BE"]
    )


def test_someone_who_died_after_the_time_of_the_list_had_not_died_then(reconcile):
    died = released(at=NIGHT + timedelta(hours=5), family=OFFENDER, nomisMovementReasonCode="DEC")
    hear(received(), released(at=after(days=2)), died)
    assert [one["state"] for one in reconcile({"A1234BC": "LEI"}, "--json")["missing"]] == ["closed"]


def test_without_repair_nothing_is_written_and_the_last_line_says_so(reconcile):
    hear(received(), received(number="A1234BE"))
    before = everything()
    told = reconcile({"A1234BC": "MDI", "A1234BD": "LEI"}, "--everyone")
    assert "3 to repair. Nothing was written" in told.splitlines()[-1]
    assert everything() == before


def test_people_are_named_by_prison_number_only_and_in_order(reconcile):
    for number in ("A1234BE", "A1234BC", "A1234BD"):
        hear(received(number=number))
        actions.describe_patient(patient=patient_with(number), given_names="Sam", family_name="Pell")
    told = reconcile({"Z1234ZZ": "LEI"})
    assert re.findall(r"^  (\w+)", told, re.MULTILINE) == ["Z1234ZZ", "A1234BC", "A1234BD", "A1234BE"]
    assert "Pell" not in told + json.dumps(reconcile({"Z1234ZZ": "LEI"}, "--json"))


def test_the_shape_of_the_answer_in_json(reconcile):
    hear(received(), received(number="A1234BE"))
    told = reconcile({"A1234BC": "MDI", "A1234BD": "LEI"}, "--json")
    assert told.pop("at") == NIGHT.astimezone(UTC).isoformat()
    known = {"state": "open", "prison": "LEI", "since": MONDAY.isoformat()}
    assert told == {
        "people": 2,
        "prisons": ["LEI", "MDI"],
        "not_known_as_a_prison": ["LEI", "MDI"],
        "columns_not_read": [],
        "agree": 0,
        "missing": [{"prison_number": "A1234BD", "listed": "LEI", "state": "none", "prison": None, "since": None}],
        "elsewhere": [{"prison_number": "A1234BC", "listed": "MDI", **known}],
        "left": [{"prison_number": "A1234BE", "listed": None, **known}],
        "away": [],
        "repaired": 0,
        "not_repaired": {},
    }


@pytest.mark.parametrize("story", [*GONE.values(), *COUNTED.values(), [], [released(at=after(days=2))]])
def test_every_state_is_put_in_words(reconcile, story):
    hear(received(), *story)
    for where in ({"A1234BC": "BXI"}, {"A1234BD": "LEI"}):
        assert not re.search(r"[{}]|None|State", reconcile(where, "--everyone"))


def test_without_a_time_the_list_is_taken_as_true_now_and_that_is_said(reconcile):
    hear(received())
    assert "no --at" in reconcile({"A1234BC": "MDI"}, "--repair", at=None)
    assert timezone.now() - Movement.objects.get(source=Source.ROLL).at < timedelta(minutes=1)
    assert "days ago" in reconcile({"A1234BC": "LEI"})


def test_comparing_takes_the_same_few_queries_however_many_people(reconcile, django_assert_num_queries):
    def on_the_list(many):
        numbers = [f"{'AB'[many > 9]}{n:04}BC" for n in range(many)]
        for number in numbers[::2]:
            hear(received(number=number))
            if int(number[1:5]) % 4:
                hear(received("TRANSFERRED", after(days=40), "MDI", number=number))
        return reconciling.TheirList("x", NIGHT, dict.fromkeys(numbers, "LEI"), frozenset({"LEI"}))

    for many in (4, 40):
        their = on_the_list(many)
        with django_assert_num_queries(4):
            told = reconciling.compare(their)
        assert (told.agree, len(told.of(reconciling.Found.MISSING))) == (many // 2, many // 2)


# -- repairing -----------------------------------------------------------------------------------------------


def movements_of(number):
    rows = Movement.objects.filter(patient__prison_number=number, source=Source.ROLL)
    return [(m.at, m.direction, m.reason, m.prison_id, m.told_by) for m in rows]


def test_what_is_recorded_says_what_the_list_says_and_where_it_comes_from(reconcile):
    hear(received(number="A1234BD"), received(number="A1234BE"))
    told = reconcile({"A1234BC": "LEI", "A1234BD": "MDI"}, "--repair")
    assert told.splitlines()[-1] == "3 of 3 repaired."
    assert movements_of("A1234BC") == [(NIGHT, "seen", "", "LEI", "roll leeds.csv")]
    assert movements_of("A1234BD") == [(NIGHT, "seen", "", "MDI", "roll leeds.csv")]
    assert movements_of("A1234BE") == [(NIGHT, "out", "TRANSFERRED", "LEI", "roll leeds.csv")]
    assert [status(f"A1234B{n}", NIGHT)["custody"]["state"] for n in "CDE"] == ["open", "open", "in-transit"]
    for patient in Patient.objects.all():
        assert Status.objects.get(patient=patient).body == facts.projected(facts.history_of(patient))["body"]


def test_on_a_list_of_everyone_they_were_released_and_it_settles_like_any_release(reconcile):
    hear(received(), received(number="A1234BD"))
    reconcile({"A1234BD": "LEI"}, "--repair", "--everyone")
    assert movements_of("A1234BC") == [(NIGHT, "out", "RELEASED", "LEI", "roll leeds.csv")]
    assert status(at=NIGHT + timedelta(minutes=44))["custody"]["state"] == "settling"
    assert status(at=NIGHT + timedelta(minutes=46))["custody"]["state"] == "closed"


@pytest.mark.parametrize("everyone", [[], ["--everyone"]])
def test_a_second_run_writes_nothing_with_the_same_time_or_a_later_one(reconcile, everyone):
    hear(received(), received(number="A1234BD"), received(number="A1234BE", prison="MDI"))
    hear(received(number="A1234BF"), released("TRANSFERRED", after(days=2), number="A1234BF"))
    where = {"A1234BC": "MDI", "A1234BG": "LEI"}
    assert reconcile(where, "--repair", "--json", *everyone)["repaired"] == (5 if everyone else 4)
    before = everything()
    for at in (NIGHT, NIGHT + timedelta(hours=1), NIGHT + timedelta(days=1)):
        again = reconcile(where, "--repair", "--json", *everyone, at=at)
        assert (again["agree"], again["repaired"], *(again[name] for name in LISTS)) == (2, 0, [], [], [])
    assert everything() == before


def test_a_file_name_of_any_length_and_of_any_letters_is_kept(reconcile):
    reconcile({"A1234BC": "LEI"}, "--repair", name="ä" * 100 + ".csv")
    reconcile({"A1234BC": "MDI"}, "--repair", name="x" * 240 + ".csv", at=NIGHT + timedelta(days=1))
    reconcile({"A1234BC": "LEI"}, "--repair", name=os.fsdecode(b"z\xfcrich.csv"), at=NIGHT + timedelta(days=2))
    assert len(movements_of("A1234BC")) == 3
    assert all(told.startswith("roll ") and len(told) <= 150 for *_, told in movements_of("A1234BC"))


def test_someone_recorded_as_dead_is_named_and_not_brought_back_by_a_list(reconcile):
    hear(received(), released(at=after(days=2), family=OFFENDER, nomisMovementReasonCode="DEC"))
    told = reconcile({"A1234BC": "LEI", "A1234BD": "LEI"}, "--repair")
    assert re.search(r"A1234BC  on the list at LEI; here: died", told)
    assert "Not repaired: A1234BC" in told
    assert told.splitlines()[-1] == "1 of 2 repaired."
    assert status()["custody"]["state"] == "deceased"


def test_two_lists_of_the_very_same_time_that_say_two_things_leave_it_to_a_person(reconcile):
    reconcile({"A1234BC": "MDI"}, "--repair")
    before = everything()
    told = reconcile({"A1234BC": "LEI"}, "--repair", "--json")
    assert (told["repaired"], list(told["not_repaired"])) == (0, ["A1234BC"])
    assert everything() == before


def test_two_lists_of_the_same_time_one_without_the_person_one_with_in_either_order(reconcile):
    lists = [{"A1234BD": "LEI"}, {"A1234BC": "MDI"}]
    for number, night in enumerate((NIGHT, NIGHT + timedelta(days=1))):
        hear(received("TRANSFERRED", night - timedelta(hours=3), "LEI"))
        for where in lists[:: -1 if number else 1]:
            reconcile(where, "--repair", at=night)
        custody = status(at=night)["custody"]
        assert (custody["state"], custody["prison"]) == ("open", "MDI")


def meanwhile(monkeypatch, happens):
    """Something that comes in after the lists were compared and before the first repair."""
    compare = reconciling.compare

    def and_then(their):
        told = compare(their)
        happens()
        return told

    monkeypatch.setattr(reconciling, "compare", and_then)


def test_who_moved_between_comparing_and_repairing_is_compared_again_and_left_alone(reconcile, monkeypatch):
    hear(received(), received(number="A1234BD"), received(number="A1234BE"))
    late = [
        received("TRANSFERRED", NIGHT - timedelta(hours=2), "MDI"),
        released("SENT_TO_COURT", NIGHT - timedelta(hours=2), number="A1234BD"),
        received(number="A1234BF", at=NIGHT - timedelta(hours=2)),
    ]
    meanwhile(monkeypatch, lambda: hear(*late))
    told = reconcile({"A1234BC": "MDI", "A1234BF": "LEI"}, "--repair", "--json")
    assert [[one["prison_number"] for one in told[name]] for name in LISTS] == [
        ["A1234BF"],
        ["A1234BC"],
        ["A1234BD", "A1234BE"],
    ]
    assert told["repaired"] == 1
    assert sorted(told["not_repaired"]) == ["A1234BC", "A1234BD", "A1234BF"]
    assert Movement.objects.get(source=Source.ROLL).patient.prison_number == "A1234BE"


def test_who_was_joined_meanwhile_with_somebody_on_the_list_has_not_left(reconcile, monkeypatch):
    hear(received(), received(number="A1234BD"))
    meanwhile(monkeypatch, lambda: hear(merged("A1234BD", "A1234BC", NIGHT - timedelta(hours=2))))
    told = reconcile({"A1234BD": "LEI"}, "--repair", "--json")
    assert ([one["prison_number"] for one in told["left"]], told["repaired"]) == (["A1234BC"], 0)
    assert not Movement.objects.filter(source=Source.ROLL).exists()


def test_two_records_listed_in_two_prisons_and_joined_meanwhile_are_left_to_a_person(reconcile, monkeypatch):
    hear(received(), received(number="A1234BD"))
    meanwhile(monkeypatch, lambda: hear(merged("A1234BC", "A1234BD", NIGHT - timedelta(hours=2))))
    told = reconcile({"A1234BC": "MDI", "A1234BD": "BXI"}, "--repair", "--json")
    assert (told["repaired"], sorted(told["not_repaired"])) == (0, ["A1234BC", "A1234BD"])


def test_one_person_that_cannot_be_repaired_stops_no_other_and_leaves_nothing_half_done(reconcile, monkeypatch):
    follow = people.follow

    def fails(held, at):
        if held.person.prison_number == "A1234BD":
            raise NotPossible("No.")
        follow(held, at=at)

    monkeypatch.setattr(people, "follow", fails)
    told = reconcile(dict.fromkeys(("A1234BC", "A1234BD", "A1234BE"), "LEI"), "--repair", "--json")
    assert (told["repaired"], told["not_repaired"]) == (2, {"A1234BD": "No."})
    assert sorted(Movement.objects.values_list("patient__prison_number", flat=True)) == ["A1234BC", "A1234BE"]
    assert not Patient.objects.filter(prison_number="A1234BD").exists()


def test_where_two_writers_wait_for_each_other_it_is_tried_again(reconcile, monkeypatch):
    repair, tries = actions.repair_from_roll, []

    def locked_twice(**how):
        tries.append(how)
        if len(tries) < 3:
            raise OperationalError("database is locked")
        return repair(**how)

    monkeypatch.setattr(actions, "repair_from_roll", locked_twice)
    assert reconcile({"A1234BC": "LEI"}, "--repair", "--json")["repaired"] == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
@pytest.mark.usefixtures("committed")
def test_two_lists_and_messages_at_the_same_time_leave_one_story_and_one_status():
    for number in range(8):
        names = [f"{letter}000{number}RC" for letter in "ABC"]
        hear(*(received(number=name) for name in names[:2]))
        roll = reconciling.TheirList("x", NIGHT, {names[0]: "MDI", names[2]: "MDI"}, frozenset({"LEI", "MDI"}))

        def repairs(name, roll=roll):
            return lambda: actions.repair_from_roll(number=name, their=roll)

        def comes(*told):
            return lambda: hear(*told)

        moved = received("TRANSFERRED", after(days=2), "BXI", number=names[1])
        joined = merged(names[0], names[2], after(days=3))
        assert at_once(*map(repairs, names), *map(repairs, names[::-1]), comes(moved), comes(joined)) == []
        people = Patient.objects.filter(prison_number__in=names, merged_into=None)
        assert [person.prison_number for person in people.order_by("prison_number")] == names[:2]
        for person in people:
            status = Status.objects.get(patient=person)
            assert status.body == facts.projected(facts.history_of(person))["body"]


# -- what is asked next --------------------------------------------------------------------------------------


@pytest.fixture
def nurse(db):
    return User.objects.create_user("nurse")


def says(number, answer, question=GMS, at=None):
    how = {"by": actions.PERSON, "route": "talk"}
    return actions.decide(
        patient=patient_with(number), question=question, answer=Answer(answer), at=at or after(days=1), **how
    )


def test_someone_first_known_by_a_list_is_for_staff_first_and_gets_no_offer(reconcile, nurse):
    reconcile({"A1234BC": "LEI"}, "--repair")
    assert [row(question=question) for question in (GMS, GP)] == ["15", "15"]
    actions.check_by_staff(patient=patient_with("A1234BC"), user=nurse, registered=False, seen="nothing found")
    assert row() == "17"


def test_someone_back_after_a_release_of_whom_only_the_list_tells_is_for_staff_first(reconcile):
    hear(received(), received(number="A1234BD"))
    says("A1234BC", "yes")
    hear(released(at=after(days=2)), released(at=after(days=2), number="A1234BD"))
    reconcile({"A1234BC": "LEI", "A1234BD": "LEI"}, "--repair")
    assert [row("A1234BC"), row("A1234BC", GP), row("A1234BD")] == ["14g", "15", "15"]


@pytest.mark.parametrize(("answer", "rule"), [("yes", "10g"), ("no", "8"), ("later", "13")])
def test_an_answer_stands_wherever_a_list_moves_the_person_and_nobody_asks_again(reconcile, answer, rule):
    hear(received())
    line = says("A1234BC", answer).hash
    due = status()["questions"][GMS]["due"]
    reconcile({"A1234BC": "MDI"}, "--repair")
    assert row() == rule
    reconcile({"A1234BD": "MDI"}, "--repair", at=NIGHT + timedelta(days=1))
    assert row() == "4"
    reconcile({"A1234BC": "BXI"}, "--repair", at=NIGHT + timedelta(days=2))
    told = status()
    assert (told["custody"]["prison"], told["questions"][GMS]["rule"]) == ("BXI", rule)
    assert told["questions"][GMS]["due"] == due
    assert facts.standing_of(patient_with("A1234BC")).questions[GMS].line == line


def test_a_held_yes_of_someone_on_no_row_of_a_list_of_everyone_is_dropped_and_never_sent(reconcile, nurse):
    hear(received(), received(number="A1234BD"))
    yes = says("A1234BC", "yes")
    reconcile({"A1234BD": "LEI"}, "--repair", "--everyone")
    assert (row(), status()["questions"][GMS]["held"]) == ("1", False)
    with pytest.raises(NotPossible):
        actions.second_look(
            patient=patient_with("A1234BC"), by=actions.staff(nurse), decision=yes.hash, prison="LEI", route="talk"
        )
    assert not RegistrationRequest.objects.exists()


def test_a_request_that_waits_is_not_sent_once_a_list_has_them_nowhere_and_stops_when_they_come_back(reconcile, nurse):
    hear(received(at=timezone.now() - timedelta(days=3)))
    yes = says("A1234BC", "yes", at=timezone.now() - timedelta(days=2))
    person = patient_with("A1234BC")
    actions.second_look(
        patient=person,
        by=actions.staff(nurse),
        decision=yes.hash,
        prison="LEI",
        route="talk",
        reason="they leave tomorrow",
    )
    request = RegistrationRequest.objects.get()
    hours_ago = [timezone.now() - timedelta(hours=hours) for hours in (5, 1)]
    reconcile({"A1234BD": "LEI"}, "--repair", "--everyone", at=hours_ago[0])
    # Nothing is stopped for good by a release, which a late message may undo; nothing can be sent either.
    with pytest.raises(NotPossible, match="have left prison"):
        actions.move_request(request=request, to="made", user=nurse)
    reconcile({"A1234BC": "LEI", "A1234BD": "LEI"}, "--repair", at=hours_ago[1])
    request.refresh_from_db()
    assert (request.state, row()) == ("stopped", "14g")


def test_only_a_list_that_ours_was_put_right_by_counts_as_having_heard_of_a_prison(reconcile):
    reconcile({"A1234BC": "LEI"})
    assert last_heard("LEI") is None
    reconcile({"A1234BC": "LEI"}, "--repair")
    assert last_heard("LEI") == NIGHT
    reconcile({"A1234BC": "LEI"}, "--repair", at=NIGHT - timedelta(days=1))  # an older one changes nothing
    assert last_heard("LEI") == NIGHT


def test_a_true_message_that_comes_late_undoes_what_a_list_made_of_its_absence(reconcile):
    """On no row because they were moved in the evening, as the message says that comes at noon."""
    hear(received(), received(number="A1234BD"))
    yes = says("A1234BC", "yes")
    reconcile({"A1234BD": "LEI"}, "--repair", "--everyone")
    assert row() == "1"
    hear(released("TRANSFERRED", NIGHT - timedelta(hours=9)))
    hear(received("TRANSFERRED", NIGHT - timedelta(hours=5), "MDI"))
    assert (row(), status()["custody"]["prison"]) == ("10g", "MDI")
    assert facts.standing_of(patient_with("A1234BC")).questions[GMS].line == yes.hash


def test_the_page_of_the_person_says_that_it_was_a_roll_that_told_it(reconcile):
    prisons = {prison.pk: prison for prison in Prison.objects.all()}

    def last_words():
        return movement_in_words(Movement.objects.filter(patient__prison_number="A1234BC").last(), prisons)[1]

    reconcile({"A1234BC": "LEI"}, "--repair")
    assert last_words() == "On the roll of this prison: LEI (roll leeds.csv)"
    reconcile({"A1234BD": "LEI"}, "--repair", at=NIGHT + timedelta(days=1))
    assert last_words() == "Not on the roll any more; where to is not known: LEI (roll leeds.csv)"
    reconcile({"A1234BD": "LEI"}, "--repair", "--everyone", at=NIGHT + timedelta(days=2))
    assert last_words() == "On no prison's roll any more: LEI (roll leeds.csv)"
    by_staff = Told(NIGHT + timedelta(days=3), Direction.OUT, "RELEASED", prison="LEI")
    record_movement(patient=patient_with("A1234BC"), movement=by_staff, by="nurse")
    assert last_words() == "Released: LEI (nurse)"


# -- promise P61 ---------------------------------------------------------------------------------------------

PRISONS = ("LEI", "MDI", "BXI")


def true_stories(chance, people):
    """{number: [(when, step, prison)]}: what truly happened to each, all of it over long before the night."""
    stories = {}
    for n in range(people):
        state, prison, at, story = "none", chance.choice(PRISONS), MONDAY, []
        most = chance.randint(1, 7)
        # Nobody is on the way at two in the night.
        while WHAT_CAN_HAPPEN[state] and (len(story) < most or state == "in-transit"):
            step = chance.choice(WHAT_CAN_HAPPEN[state])
            if step.elsewhere or step.new_stay:
                prison = chance.choice([other for other in PRISONS if not step.elsewhere or other != prison])
            story.append((at, step, prison))
            state = step.leads_to
            at += timedelta(hours=chance.randint(5, 60))
        stories[f"A{n:04}TS"] = story
    return stories


def as_told(number, at, step, prison, chance):
    """Told with its movement code, and now and then by the early family too; to lose the movement is to lose both."""
    what = "received" if step.direction is Direction.IN else "released"
    late, code = at + timedelta(minutes=45), chance.choice(step.codes)
    if chance.random() < 0.3:
        yield event(what, at, number, SEARCH, reason=step.search, prisonId=prison)
    yield event(what, late, number, OFFENDER, reason=step.offender, prisonId=prison, nomisMovementReasonCode=code)


def where_known():
    """{number: prison} of everyone whom we have in a prison, or out at court from it."""
    return {
        patient.prison_number: prison
        for prison in PRISONS
        for patient, standing in facts.in_prison(prison, NIGHT)
        if standing.state_at(NIGHT) in ("open", "away")
    }


@pytest.mark.long
def test_of_a_twentieth_of_all_movements_lost_every_gap_is_found_and_repaired_and_nobody_else_is_named(
    compared, reconcile
):
    chance = random.Random(61)
    stories = true_stories(chance, 400)
    movements = [(number, *told) for number, story in stories.items() for told in story]
    lost = set(chance.sample(range(len(movements)), len(movements) // 20))
    lost_of = {movements[n][0] for n in lost}
    told = [one for n, movement in enumerate(movements) if n not in lost for one in as_told(*movement, chance)]
    chance.shuffle(told)
    hear(*told)

    ends = {number: story[-1] for number, story in stories.items()}
    roll = {n: prison for n, (_, step, prison) in ends.items() if step.leads_to in ("open", "away")}
    known = where_known()
    gaps = {n for n in stories if known.get(n) != roll.get(n)}
    assert len(gaps) > 9

    for everyone in ([], ["--everyone"]):
        with transaction.atomic():
            differ = compared(roll, *everyone)
            named = Counter(number for numbers in differ.values() for number in numbers)
            assert lost_of >= set(named) >= gaps
            assert max(named.values()) == 1
            assert all(differ[name] for name in LISTS)

            repaired = reconcile(roll, "--repair", "--json", *everyone)
            assert repaired["repaired"] == sum(len(differ[name]) for name in LISTS)
            assert repaired["not_repaired"] == {}
            # Known to be out at court and on no row: for a person to look at, as no list can say what is true.
            assert {n: prison for n, prison in where_known().items() if n not in differ["away"]} == roll

            before = everything()
            assert compared(roll, "--repair", *everyone) == found(away=differ["away"])
            assert everything() == before
            transaction.set_rollback(True)
