"""The key that signs checkpoints, and what it signed last.

The key file holds the signing key as one line, in the form Go's note package writes (PRIVATE+KEY+name+id+key). Beside
it, ``<key file>.last`` holds the last checkpoint signed. That file belongs to the key and not to the database: after
a restore from backup it still says what was promised, which is how a contradiction is found before it is signed.
"""

import base64
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.proof.check_record import ED25519, PublicKey, key_id

PREFIX = "PRIVATE+KEY+"


class KeyProblem(Exception):
    """The key cannot be used; the message says what to do."""


class Signer:
    """Signs notes with one Ed25519 key."""

    def __init__(self, name: str, seed: bytes) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._key.public_key().public_bytes_raw()
        self.public = PublicKey(name, key_id(name, public), public)

    def sign(self, text: str) -> str:
        """The note: the text, and under it one signature line (C2SP signed-note)."""
        line = base64.b64encode(self.public.id + self._key.sign(text.encode())).decode()
        return f"{text}\n\N{EM DASH} {self.name} {line}\n"


def verifier_line(key: PublicKey) -> str:
    """The public key as one line (C2SP vkey)."""
    return f"{key.name}+{key.id.hex()}+{base64.b64encode(ED25519 + key.key).decode()}"


def read_key(path: Path) -> Signer:
    """Raises KeyProblem."""
    try:
        text = path.read_text().strip()
    except OSError as problem:
        raise KeyProblem(
            f"The signing key {path} cannot be read ({problem.strerror}). "
            "Set CHECKPOINT_KEY to its file, or make one: manage.py checkpoint --make-key NAME."
        ) from None
    name, _, rest = text.removeprefix(PREFIX).partition("+")
    short, _, encoded = rest.partition("+")
    try:
        data = base64.b64decode(encoded, validate=True)
    except ValueError:
        data = b""
    if not text.startswith(PREFIX) or data[:1] != ED25519 or len(data) != 33:
        raise KeyProblem(f"{path} holds no Ed25519 signing key. Restore the right file, or make a new key.")
    signer = Signer(name, data[1:])
    if signer.public.id.hex() != short:
        raise KeyProblem(f"The signing key in {path} was damaged: name, id and key do not belong together.")
    return signer


def make_key(path: Path, name: str) -> Signer:
    """A new key, in a file that nobody else may read. Raises KeyProblem rather than overwrite one."""
    if not name or any(c.isspace() or c == "+" or not c.isprintable() for c in name):
        raise KeyProblem("The name of a log has no spaces and no plus sign, like kiosk.example.nhs.uk/record.")
    seed = os.urandom(32)
    signer = Signer(name, seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyProblem(f"{path} exists already. A key is never overwritten: name another file.") from None
    with os.fdopen(handle, "w") as file:
        short = signer.public.id.hex()
        file.write(f"{PREFIX}{name}+{short}+{base64.b64encode(ED25519 + seed).decode()}\n")
        file.flush()
        os.fsync(file.fileno())
    return signer


def last_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.last")


def last_signed(path: Path) -> str:
    """The last note signed with the key in this file; empty when there is none."""
    try:
        return last_file(path).read_text()
    except FileNotFoundError:
        return ""


def keep_last(path: Path, note: str) -> None:
    """Put a note down as signed, so that it survives a power cut, before anybody is shown it."""
    new = path.with_name(f"{path.name}.new")
    with new.open("w") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    new.replace(last_file(path))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """One signer at a time. Raises KeyProblem while another one is at work."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeyProblem("Another checkpoint is being made with this key. Wait until it has ended.") from None
        yield
