"""Numbers tapped at random: after five wrong ones from one place its pad has to wait."""

from datetime import timedelta

from django.utils import timezone

from consent.models import WrongCode

MOST = 5
WITHIN = timedelta(minutes=10)


class TooMany(Exception):
    """The pad has to wait; the number was not looked at."""


def begin(place: str) -> WrongCode:
    """A number from this place: wrong until ``was_right`` says otherwise, so that many at once count too.

    Raises TooMany.
    """
    now = timezone.now()
    WrongCode.objects.filter(at__lt=now - WITHIN).delete()
    this = WrongCode.objects.create(place=place, at=now)
    if WrongCode.objects.filter(place=place).count() > MOST:
        this.delete()
        raise TooMany
    return this


def was_right(this: WrongCode) -> None:
    this.delete()
