"""The log: one JSON object a line, about what happened and never about whom.

Addresses of staff pages hold prison numbers, and the text of an exception may hold anything that was typed. So a page
is logged by its route, numbers are blotted out, and in production an exception is its kind and the places it passed.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

PRISON_NUMBER = re.compile(r"\b[A-Z][0-9]{4}[A-Z]{2}\b", re.IGNORECASE)
NHS_NUMBER = re.compile(r"\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b")


def without_numbers(text: str) -> str:
    return NHS_NUMBER.sub("[NHS number]", PRISON_NUMBER.sub("[prison number]", text))


def without_path(record: logging.LogRecord) -> str:
    """The message with the route in place of the address that was asked for: that may hold anything."""
    message, request = record.getMessage(), getattr(record, "request", None)
    if request is None:
        return message
    match = getattr(request, "resolver_match", None)
    return message.replace(request.path, f"/{match.route}" if match else "[no page of ours]")


class JsonLines(logging.Formatter):
    """``tells_all``: with the text of exceptions, for a demonstration on one's own machine."""

    def __init__(self, *, tells_all: bool = False) -> None:
        super().__init__()
        self.tells_all = tells_all

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_numbers(without_path(record)),
        }
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info and record.exc_info[1] is not None:
            line |= self.of_exception(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)

    def of_exception(self, problem: BaseException) -> dict[str, object]:
        frames = traceback.extract_tb(problem.__traceback__)
        told: dict[str, object] = {
            "exception": type(problem).__name__,
            "passed": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        if self.tells_all:
            told["text"] = without_numbers(str(problem))
        return told
