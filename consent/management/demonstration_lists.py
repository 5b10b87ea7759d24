"""People of the demonstration who make the lists of arrivals and the manager's counts worth looking at."""

from datetime import date, time
from string import ascii_uppercase
from typing import Any

from django.utils import timezone

from consent import actions
from consent.policy import Answer
from consent.questions import GMS_REGISTRATION
from registration.legal_status import LegalStatus
from registration.models import Prison
from registration.movements import Direction

LEEDS, MOORLAND = "LEI", "MDI"


def gone_again(story: Any) -> None:
    """People of the weeks before, who have left: they are on no list, and make the manager's counts."""
    answers = (Answer.LATER, Answer.NO, Answer.YES, Answer.NO, Answer.LATER, Answer.YES)
    languages, legal = ("en", "en", "pl", "en", "ro", ""), (LegalStatus.REMAND, LegalStatus.SENTENCED)
    for nth in range(36):
        days = 20 + nth * 2
        names, language = f"Person {ascii_uppercase[nth % 26]}{nth} Bygone", languages[nth % len(languages)]
        person = story.comes(f"A2{nth:03d}DA", names, days, legal[nth % 3 % 2], language=language)
        answer, route = answers[nth % len(answers)], "paper" if nth % 4 == 0 else "talk"
        story.says(person, GMS_REGISTRATION.id, answer, days - 1 if nth % 5 else days - 9, route=route)
        story.moves(person, days - 12, Direction.OUT, "RELEASED", LEEDS)


def expected_today_one_of_them_not_to_be_asked_again(story: Any) -> None:
    person = story.comes("A1050DA", "Sasha Placeholder", 9, LegalStatus.REMAND, prison=MOORLAND)
    story.says(person, GMS_REGISTRATION.id, Answer.YES, 5)
    there = {"prison": Prison.objects.get(pk=LEEDS), "on": timezone.localdate(story.now), "at": time(16, 50)}
    for number, given, family, language, way, comes_from in (
        ("A1050DA", "Sasha", "Placeholder", "en", "transfer", "Moorland (HMP)"),
        ("A1051DA", "Noor", "Novel", "", "new", "Leeds Crown Court"),
        ("A1052DA", "Jakub", "Wzorowy", "pl", "new", "Bradford Crown Court"),
    ):
        who = {"given_names": given, "family_name": family, "language": language}
        actions.expect(
            **there,
            number=number,
            way=way,
            comes_from=comes_from,
            is_certain=way == "transfer",
            legal_status=LegalStatus.REMAND,
            described={**who, "date_of_birth": date(1988, 5, 14), "needs_interpreter": language == "pl"},
            user=story.nurse,
        )


CHAPTERS = (gone_again, expected_today_one_of_them_not_to_be_asked_again)
