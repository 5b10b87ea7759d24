"""Sign what the record holds now."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from consent.proof import keys
from consent.proof.check_record import checkpoint
from consent.proof.checkpoints import Refused, make


class Command(BaseCommand):
    help = (
        "Gives what was recorded since the last time its place in the tree, and signs the tree. Prints the checkpoint: "
        "keep copies where nobody who runs this database can reach them. Run it every minute, by one process only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--make-key", metavar="NAME", help="make a new signing key of a log with this name first")
        parser.add_argument(
            "--everything", action="store_true", help="look through all rows for one without a place (once a night)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.CHECKPOINT_KEY
        try:
            if options["make_key"]:
                self.new_key(path, options["make_key"])
            elif settings.IS_DEMONSTRATION and not path.exists():
                self.new_key(path, "demonstration.invalid/record")
            note, placed = make(path, everything=options["everything"])
        except (keys.KeyProblem, Refused) as problem:
            raise CommandError(str(problem)) from None
        if not options["verbosity"]:
            return
        self.stdout.write(note, ending="")
        size = checkpoint(note, [keys.read_key(path).public]).size
        self.stderr.write(f"{placed} new rows, {size} in all.")

    def new_key(self, path: Path, name: str) -> None:
        public = settings.CHECKPOINT_PUBLIC_KEYS
        public.parent.mkdir(parents=True, exist_ok=True)
        with public.open("a+") as file:  # before the key is made: a key without its public half proves nothing
            file.seek(0)
            if any(line.startswith(f"{name}+") for line in file):
                raise keys.KeyProblem(f"{name} has signed with another key already. Choose a new name.")
            signer = keys.make_key(path, name)
            file.write(f"{keys.verifier_line(signer.public)}\n")
        self.stderr.write(
            f"A new signing key is in {path}; its public key was added to {public}. Give the public key to those who "
            "may check the record one day, and note when and by whom it was made."
        )
