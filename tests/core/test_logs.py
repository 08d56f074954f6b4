"""Log lines in JSON bear the request's number, and neither addresses nor names of pictures."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from facemask_core import logs


def line(message: str, *args: object, exc_info: Any = None) -> dict[str, Any]:
    record = logging.LogRecord("lab", logging.WARNING, "x.py", 1, message, args, exc_info)
    text = logs.JsonFormatter().format(record)
    assert "\n" not in text
    return dict(json.loads(text))


@pytest.mark.parametrize(
    "secret",
    [
        "203.0.113.7",
        "203.0.113.7:51234",
        "2001:db8::7",
        "[2001:db8::7]:443",
        "::1",
        "face.png",
        "/home/me/My Photos/face.JPEG",
        "'a photo of me.heic'",
        '"class 5b.zip"',
        "holidays.tar.zip",
    ],
)
def test_addresses_and_names_of_pictures_are_left_out(secret: str) -> None:
    found = line("from %s came 3 of 20 at 12:34:56, TensorFlow 2.21.0", secret)
    kept = secret.strip("'\"[]").split("/")[-1].split(":443")[0]
    assert kept not in found["message"]
    assert "12:34:56, TensorFlow 2.21.0" in found["message"]


def test_a_trace_is_in_its_line_with_the_number_of_the_request() -> None:
    number = logs.begin_request()
    try:
        raise OSError(2, "no such file", "me and you.png")
    except OSError:
        found = line("failed", exc_info=sys.exc_info())
    assert found["request"] == number
    assert "test_logs.py" in found["trace"]
    assert "me and you" not in found["trace"]
    assert logs.begin_request() != number


def test_every_logger_of_the_process_writes_json_if_the_operator_wants_it() -> None:
    code = (
        "import logging; early = logging.getLogger('early')\n"
        "early.addHandler(logging.StreamHandler())\n"
        "early.propagate = False\n"
        "from facemask_core import logs; logs.set_up()\n"
        "late = logging.getLogger('late'); late.addHandler(logging.StreamHandler())\n"
        "late.propagate = False\n"
        "for name in ('early', 'late', 'plain'): logging.getLogger(name).warning('a "
        '"quoted" word\\nand another\')\n'
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"FACEMASK_LOG": "json"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(text) for text in io.StringIO(run.stderr)]
    assert [entry["logger"] for entry in lines] == ["early", "late", "plain"]
    assert {entry["message"] for entry in lines} == {'a "quoted" word\nand another'}
