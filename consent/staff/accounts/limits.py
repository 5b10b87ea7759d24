"""How often somebody may guess: counted by account and address together, so that nobody can be locked out by others.

A prison is usually one address. Wrong tries there, whatever their number, lock only the accounts they were for, and
those only there; elsewhere their owners sign in. Very many wrong tries for one account from everywhere, or from one
address for every account, lock nobody: fewer are then allowed to each.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from allauth.core.internal.ratelimit import cache_lock, get_ip
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

QUARTER = timedelta(minutes=15)
TRIES = 5  # wrong, of one account from one address within a quarter of an hour: then locked for as long
TRIES_WHEN_MANY = 2
MANY_FOR_ACCOUNT = (50, timedelta(hours=1))
MANY_FROM_ADDRESS = (100, QUARTER)
KEPT = 100  # of one list, the newest


class TooMany(Exception):
    """This account cannot be tried from this address before ``until``."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


@dataclass(frozen=True, slots=True)
class Try:
    """One try. It counts as wrong until it is known to be right: two at once are two."""

    pair: str
    account: str
    address: str
    at: float

    def was_right(self) -> None:
        """Not to be counted; earlier wrong ones still are."""
        for key in (self.pair, self.account, self.address):
            change(key, take=self.at)

    def signed_in(self) -> None:
        """It was they: what went wrong before is forgotten, for this account at this address."""
        self.was_right()
        with cache_lock(self.pair):
            cache.delete(self.pair)


def begin(request: HttpRequest, account: str) -> Try:
    """Count a try for an account, known or not; raises TooMany where there were too many."""
    address = get_ip(request)
    name = account.strip().casefold()
    now = timezone.now().timestamp()
    one = Try(key_of("pair", name, address), key_of("account", name), key_of("address", address), now)
    allowed = TRIES_WHEN_MANY if is_many(one.account, *MANY_FOR_ACCOUNT) else TRIES
    if is_many(one.address, *MANY_FROM_ADDRESS):
        allowed = TRIES_WHEN_MANY
    change(one.pair, add=now, allowed=allowed)
    change(one.account, add=now)
    change(one.address, add=now)
    return one


def key_of(*what: str) -> str:
    """Nobody's name or address stands in the database; people type passwords where the name goes."""
    return f"tries:{salted_hmac('consent.staff.accounts.limits', repr(what), algorithm='sha256').hexdigest()}"


def is_many(key: str, many: int, within: timedelta) -> bool:
    since = timezone.now().timestamp() - within.total_seconds()
    return sum(1 for at in cache.get(key, []) if at > since) >= many


def change(key: str, *, add: float | None = None, take: float | None = None, allowed: int | None = None) -> None:
    """One list of times, by one process at a time."""
    with cache_lock(key) as is_ours:
        if not is_ours:
            raise TooMany(timezone.now() + timedelta(minutes=1))
        times: list[float] = cache.get(key, [])
        if allowed is not None:
            refuse_if_locked(times, allowed)
        if take in times:
            times.remove(take)
        if add is not None:
            times = [*times, add][-KEPT:]
        cache.set(key, times, timeout=int(timedelta(hours=1).total_seconds()))


def refuse_if_locked(times: list[float], allowed: int) -> None:
    last = times[-allowed:]
    quarter = QUARTER.total_seconds()
    if len(last) == allowed and last[-1] - last[0] <= quarter and timezone.now().timestamp() < last[-1] + quarter:
        raise TooMany(datetime.fromtimestamp(last[-1] + quarter, UTC))
