"""The clock of a web session, moved: as if that much time had gone by since."""

from datetime import datetime, timedelta

TIMES = {"begun", "used", "proved", "at"}


def goes_by(client, **how_long):
    """So much time goes by without a touch of this browser."""
    session = client.session
    for name in ("signed-in", "signing-in", "setting-up"):
        if stamps := session.get(name):
            session[name] = {
                what: earlier(value, how_long) if what in TIMES else value for what, value in stamps.items()
            }
    session.save()


def earlier(stamp, how_long):
    return (datetime.fromisoformat(stamp) - timedelta(**how_long)).isoformat()
