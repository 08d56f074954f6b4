"""Log lines for an operator's tools: one JSON object a line, with the number of its request.

A visitor who meets a fault reads the number on the page, and the operator finds its trace by it.
The lines hold no address and no name of a picture or zip, from this lab or from a package.
"""

from __future__ import annotations

import contextvars
import ipaddress
import json
import logging
import os
import re
import secrets
import time

VARIABLE = "FACEMASK_LOG"
_NUMBER: contextvars.ContextVar[str | None] = contextvars.ContextVar("number", default=None)
_FILE = r"\.(?:png|jpe?g|jfif|jpe|webp|gif|bmp|tiff?|hei[cf]|avif|zip)"
_QUOTED_FILE = re.compile(rf"(['\"])(?:(?!\1)[^\n])*{_FILE}\1", re.IGNORECASE)
_BARE_FILE = re.compile(rf"[^\s'\"]+{_FILE}(?![\w])", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\w.:])[\[]?[0-9a-f:.]{3,}[\]]?(?![\w])", re.IGNORECASE)
_ADDRESS_AND_PORT = re.compile(r"(.+\..+):\d+")


def begin_request() -> str:
    """Gives the calling thread's work a number, which its log lines bear from now on.

    Returns:
        The number, eight hexadecimal digits.
    """
    number = secrets.token_hex(4)
    _NUMBER.set(number)
    return number


def hide_names(text: str) -> str:
    """Replaces network addresses, and names of picture and zip files, in a text."""
    text = _QUOTED_FILE.sub("[file]", text)
    text = _BARE_FILE.sub("[file]", text)
    return _ADDRESS.sub(_hide_address, text)


def _hide_address(match: re.Match[str]) -> str:
    text = match.group().strip("[]").rstrip(".:")
    with_port = _ADDRESS_AND_PORT.fullmatch(text)
    try:
        ipaddress.ip_address(with_port.group(1) if with_port else text)
    except ValueError:
        return match.group()
    return "[address]"


class JsonFormatter(logging.Formatter):
    """Writes a log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "time": f"{seconds}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": hide_names(record.getMessage()),
            "request": _NUMBER.get(),
        }
        if record.exc_info:
            line["trace"] = hide_names(self.formatException(record.exc_info))
        return json.dumps({key: value for key, value in line.items() if value is not None})


class _JsonLogger(logging.Logger):
    """A logger all of whose handlers write JSON, also those that a library gives it."""

    def addHandler(self, hdlr: logging.Handler) -> None:  # noqa: N802  (the library's name)
        hdlr.setFormatter(JsonFormatter())
        super().addHandler(hdlr)


def set_up() -> None:
    """Lets this process log in JSON if ``FACEMASK_LOG`` is ``json``; else nothing changes."""
    if os.environ.get(VARIABLE) != "json":
        return
    logging.setLoggerClass(_JsonLogger)
    known = [logging.getLogger(), *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    if not logging.getLogger().handlers:
        logging.getLogger().addHandler(logging.StreamHandler())
    for logger in known:
        for handler in logger.handlers:
            handler.setFormatter(JsonFormatter())
