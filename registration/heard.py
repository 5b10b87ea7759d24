"""When we last heard who is in a prison: by a message of the prison service, or by its own list."""

from datetime import datetime

from registration.models import Message, Movement, RollRead


def is_ever_heard() -> bool:
    """Whether any message or list ever came. Where none did there is no feed, and staff alone say who is here."""
    return Message.objects.exists() or RollRead.objects.exists()


def last_heard(prison_id: str) -> datetime | None:
    """When a message last told of a movement at this prison, or as of when its list was last compared with ours."""
    told = Movement.objects.filter(prison=prison_id).exclude(message=None).order_by("-pk").values_list("received_at")
    listed = RollRead.objects.filter(prison=prison_id).order_by("-at").values_list("at")
    return max((row[0] for row in (told.first(), listed.first()) if row), default=None)
