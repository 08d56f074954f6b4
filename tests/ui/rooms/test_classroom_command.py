"""``facemask app --classroom`` as a teacher starts it, stops it, and starts it once more."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from served_rooms import Browser

from benchmarks.served import Server
from facemask_ui.rooms import reach
from facemask_ui.rooms.streams import HEARTBEAT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="sends the signals of a terminal"),
]
ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def started(port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Starts the lab for a class, and waits until the terminal shows how to join."""
    command = [sys.executable, "-m", "facemask_core", "app", "--classroom", "--minutes", "10"]
    with subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env=os.environ | Server.environment,
        text=True,
    ) as lab:
        assert lab.stdout is not None
        try:
            lines = []
            while "show nobody" not in (line := lab.stdout.readline()):
                assert line or lab.poll() is None, "the lab ended"
                lines.append(line)
            yield lab, "".join(lines)
        finally:
            lab.kill()


def test_one_command_lets_a_class_in_and_ctrl_c_ends_it_for_everyone() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    browser = Browser(port)
    with started(port) as (lab, text):
        links = re.findall(r"(http://\S+)/join/([A-Z]{6})", text)
        assert [host for host, _ in links] == [
            f"http://{host}:{port}" for host in reach.list_own_addresses()
        ]
        code, secret = re.findall(r"room/([A-Z]{6})/projector#(\S+)", text)[0]
        assert f"{code[:3]} {code[3:]}" in text
        for host, _ in links:
            name = host.removeprefix("http://")
            assert browser.ask("GET", f"/join/{code}", Host=name)[0] == 200
        assert browser.ask("GET", f"/join/{code}", Host="evil.example")[0] == 403
        pupil = browser.join(code)
        streams = [
            browser.follow(f"/room/{code}/events?pupil={pupil}"),
            browser.follow(f"/room/{code}/watch", secret),
        ]
        assert all(stream.read() for stream in streams)
        lab.send_signal(signal.SIGINT)
        begin = time.monotonic()
        for stream in streams:
            stream.wait_for_end()
        assert time.monotonic() - begin < HEARTBEAT, "they were ended, and did not just time out"
        lab.wait(30)
    with started(port) as (_, text):
        assert code not in text
        status, answer = browser.ask("GET", f"/room/{code}/events?pupil={pupil}")
        assert (status, answer["error"]) == (404, "unknown")
        ended = subprocess.run(
            [sys.executable, "-m", "facemask_core", "rooms", "end", "--all"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert ended.stdout == "No room is open any more.\n"
        (new,) = set(re.findall(r"/join/([A-Z]{6})", text)) or {""}
        assert browser.ask("GET", f"/room/{new}/watch")[1]["error"] == "ended"
