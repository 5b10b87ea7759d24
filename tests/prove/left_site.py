"""The product, and beside it three pages of a control: what this browser keeps where nothing is done about it.

/control/open    a page that may be stored, with a cookie that never changes
/control/store   the same with "no-store", as all our pages have
/control/rotated that, and a cookie out of reach of scripts that changes with every reply: what a tablet does
"""

import os
import secrets
from collections.abc import Callable, Iterable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.wsgi import application as product

PAGE = b"""<!doctype html><title>control</title><p id="who">CANARY OF THE CONTROL</p>
<script>window.persisted = false; addEventListener("pageshow", (event) => { window.persisted = event.persisted; });
</script>"""
NEXT = b"<!doctype html><title>control</title><p>Nothing is here.</p>"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    _, _, which = environ["PATH_INFO"].partition("/control/")
    if not which:
        return product(environ, start_response)  # type: ignore[no-any-return]
    kind, _, part = which.partition("/")
    headers = [("Content-Type", "text/html"), ("Cache-Control", "max-age=60" if kind == "open" else "no-store")]
    if kind == "rotated" or "control=" not in environ.get("HTTP_COOKIE", ""):
        headers.append(("Set-Cookie", f"control={secrets.token_hex(8)}; Path=/control/; HttpOnly; SameSite=Strict"))
    start_response("200 OK", headers)
    return [NEXT if part == "next" else PAGE]
