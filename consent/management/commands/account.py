"""Accounts of staff: added, reset and closed by whoever runs the kiosk."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.staff.accounts import opening


class Command(BaseCommand):
    help = "Adds, resets or closes the account of a member of staff. Prints a set-up address to give to that person."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        add = what.add_parser("add", help="a new account")
        add.add_argument("username", help="what they type to sign in; it stands beside what they do, for ever")
        add.add_argument("--name", required=True, help='"First Last", as colleagues know them')
        reset = what.add_parser("reset", help="forgotten password or lost keys: drops both, ends their web sessions")
        reset.add_argument("username")
        close = what.add_parser("close", help="left: nobody signs in to it any more")
        close.add_argument("username")

    def handle(self, *args: Any, what: str, username: str, **options: Any) -> None:
        try:
            if what == "close":
                opening.close(username=username)
                self.stdout.write(f"{username} is closed, and signed out everywhere.")
                return
            if what == "add":
                address = opening.add(username=username, name=options["name"])
            else:
                address = opening.reset(username=username)
        except opening.NotDone as problem:
            raise CommandError(f"{problem} Nothing was changed.") from None
        self.stdout.write(f"Give this address to {username}, and to nobody else. It is good once, for 24 hours:\n")
        self.stdout.write(f"  {address}\n")
        self.stdout.write("There they choose a password and register a security key: they need the key in hand.")
