"""What a person may be asked. Pure: to add a question, add a row here, its words and a step of the journey."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """``holds_yes``: a yes waits for a second look before anything leaves the prison. ``task``: what a yes makes."""

    id: str
    staff_title: str
    holds_yes: bool
    task: str


GP_RECORD = Question(
    id="gp-record",
    staff_title="Asking their GP for health information",
    holds_yes=False,
    task="Ask the GP at home for health information tonight",
)
GMS_REGISTRATION = Question(
    id="gms-registration",
    staff_title="Signing up with the prison GP (GMS registration)",
    holds_yes=True,
    task="Register with the prison GP practice",
)
# In the order in which they are asked.
QUESTIONS = (GP_RECORD, GMS_REGISTRATION)
BY_ID = {question.id: question for question in QUESTIONS}
