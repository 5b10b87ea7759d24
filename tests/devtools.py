"""Debian's Chromium spoken to over a pipe in its own DevTools protocol: playwright switches off the memory of pages
(the back/forward cache) that a tablet has."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import time
from pathlib import Path
from typing import Any

PATIENCE = 30.0


class Chromium:
    """A browser with a profile of its own, one tab, and nothing switched off."""

    def __init__(self, profile: Path) -> None:
        commands, self.out = os.pipe()
        self.answers, events = os.pipe()
        # It reads from 3 and writes to 4: https://chromium.googlesource.com, --remote-debugging-pipe.
        self.process = subprocess.Popen(
            [
                *("bash", "-c", f'exec "$@" 3<&{commands} 4>&{events}', "-", "/usr/bin/chromium", "--headless=new"),
                *("--no-sandbox", "--no-first-run", "--remote-debugging-pipe", f"--user-data-dir={profile}"),
                # Pages that say "no-store" go into the memory of pages too, as they do where Google switches that on.
                "--enable-features=CacheControlNoStoreEnterBackForwardCache:level/restore-unless-http-only-cookie-change",
                *("--window-size=1280,800", "about:blank"),
            ],
            pass_fds=(commands, events),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(commands)
        os.close(events)
        self.number, self.read = 0, b""
        self.happened: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank", session="")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True, session="")["sessionId"]
        self.ask("Page.enable")

    def close(self) -> None:
        """In order, so that everything it keeps is on the disk."""
        with contextlib.suppress(OSError, TimeoutError):
            self.ask("Browser.close", session="")
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.out)
        os.close(self.answers)

    # -- the wire

    def ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self.number += 1
        sent = {"id": self.number, "method": method, "params": params}
        session = getattr(self, "session", "") if session is None else session
        os.write(self.out, json.dumps(sent | ({"sessionId": session} if session else {})).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while (answer := self.next_message(deadline - time.monotonic())) is not None:
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]  # type: ignore[no-any-return]
            self.happened.append(answer)
        raise TimeoutError(method)

    def next_message(self, within: float) -> dict[str, Any] | None:
        deadline = time.monotonic() + within
        while b"\0" not in self.read:
            if not select.select([self.answers], [], [], max(0.0, deadline - time.monotonic()))[0]:
                return None
            if not (data := os.read(self.answers, 1 << 20)):
                raise RuntimeError("Chromium is gone.")
            self.read += data
        message, _, self.read = self.read.partition(b"\0")
        return json.loads(message)  # type: ignore[no-any-return]

    # -- a tab

    def js(self, expression: str) -> Any:
        """What an expression gives in the page that is there, promises awaited. Pages come and go, so it asks again."""
        for _ in range(50):
            with contextlib.suppress(RuntimeError):
                said = self.ask(
                    "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
                )
                if "exceptionDetails" not in said:
                    return said["result"].get("value")
            time.sleep(0.05)
        raise RuntimeError(f"The page never said: {expression}")

    def until(self, expression: str, within: float = PATIENCE) -> bool:
        deadline = time.monotonic() + within
        while not self.js(expression):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def goes(self, method: str, **params: Any) -> None:
        """A step through the history, or to an address; returns when a page stands."""
        self.happened.clear()
        self.ask(method, **params)
        deadline = time.monotonic() + 2
        while not any(event["method"] == "Page.frameNavigated" for event in self.happened):
            if (event := self.next_message(max(0.0, deadline - time.monotonic()))) is None:
                break  # the same page: there was nowhere to go
            self.happened.append(event)
        self.until("document.readyState === 'complete'", within=5)

    def open(self, address: str) -> None:
        self.goes("Page.navigate", url=address)

    def history(self) -> tuple[int, list[dict[str, Any]]]:
        said = self.ask("Page.getNavigationHistory")
        return said["currentIndex"], said["entries"]

    def to_entry(self, place: int) -> None:
        _, entries = self.history()
        if 0 <= place < len(entries):
            self.goes("Page.navigateToHistoryEntry", entryId=entries[place]["id"])
