"""A PostgreSQL cluster of our own: in a temporary directory, on a free loopback port, thrown away at the end.

`.ci/both-databases` runs the suite on one; the tests of what survives a crash kill one and start it again in place.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONFIGURATION = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = {careful}
synchronous_commit = {careful}
full_page_writes = {careful}
"""


class Unavailable(Exception):
    """No PostgreSQL to test on; the message says why."""


def newest_programs() -> Path:
    """The folder of the newest PostgreSQL server programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found = [folder for folder in found if (folder / "pg_ctl").exists() and (folder / "postgres").exists()]
    if not found:
        raise Unavailable("no PostgreSQL server programs are installed under /usr/lib/postgresql")
    return max(found, key=lambda folder: [int(part) for part in re.findall(r"\d+", folder.parent.name)])


def unprivileged() -> str | None:
    """The user to run PostgreSQL as, which refuses to run as root; None: whoever we are."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = next((name for name in ("postgres", "nobody") if name in names), None)
    if user is None:
        raise Unavailable("PostgreSQL refuses to run as root and there is no user postgres")
    return user


def why_none() -> str:
    """Why no cluster can be made on this machine; empty when one can."""
    try:
        newest_programs(), unprivileged()
    except Unavailable as reason:
        return str(reason)
    return ""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass(frozen=True)
class Cluster:
    programs: Path
    home: Path
    user: str | None
    port: int

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        return self.home / "data"

    def call(self, program: str, *arguments: str | Path) -> None:
        log = self.home / "log"
        with log.open("ab") as output:
            done = subprocess.run(
                [self.programs / program, "-D", self.data, *arguments],
                cwd=self.home,
                user=self.user,
                extra_groups=[] if self.user else None,
                group=pwd.getpwnam(self.user).pw_gid if self.user else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        if done.returncode:
            lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
            raise Unavailable(f"{program} failed: {' / '.join(lines[-3:])}")

    def make(self, durable: bool) -> None:
        if self.user:
            shutil.chown(self.home, self.user)
        self.call("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8")
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(CONFIGURATION.format(port=self.port, careful="on" if durable else "off"))

    def start(self) -> None:
        """Start it, after a crash too, and wait until it serves."""
        self.call("pg_ctl", "-w", "-t", "30", "-l", self.home / "server.log", "start")

    def kill(self) -> None:
        """SIGKILL to every process of it, as when the machine runs out of memory; returns when all are gone."""
        lock = self.data / "postmaster.pid"
        postmaster = int(lock.read_text().split()[0])
        # Stopped first: it neither starts another process meanwhile nor tidies up after those that die.
        os.kill(postmaster, signal.SIGSTOP)
        gone = [postmaster, *(pid for pid, parent, _ in processes() if parent == postmaster)]
        for pid in gone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while alive := {pid for pid, _, state in processes() if state != "Z"} & set(gone):
            if time.monotonic() > deadline:
                raise RuntimeError(f"These processes of the cluster do not end: {alive}")
            time.sleep(0.002)
        # Where nobody collects the dead postmaster, its number would pass for a server that still runs.
        lock.unlink()

    def stop(self) -> None:
        """Stop it at once, without a shutdown checkpoint. Nothing happens where it does not run."""
        if (self.data / "postmaster.pid").exists():
            with contextlib.suppress(Unavailable):
                self.call("pg_ctl", "-w", "-m", "immediate", "stop")


def processes() -> Iterator[tuple[int, int, str]]:
    """Every process: its number, its parent's, and its state (Z: dead, not yet collected)."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = path.read_text(errors="replace").rpartition(")")[2].split()[:2]
            yield int(path.parent.name), int(parent), state


@contextlib.contextmanager
def own_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A PostgreSQL cluster of our own, for as long as the block runs. Raises Unavailable.

    ``durable``: what is committed survives a crash. Without, it is faster, and fit only for what is thrown away.
    """
    programs, user = newest_programs(), unprivileged()
    cluster = Cluster(programs, Path(tempfile.mkdtemp(prefix="own-cluster-")), user, free_port())
    try:
        cluster.make(durable)
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home, ignore_errors=True)
