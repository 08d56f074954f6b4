"""Starting the lab's server, and waiting for a page to come to rest."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

_PIXELS = """canvas => Array.from(
  canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data)"""
Visit = Callable[..., Page]
ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-dev-shm-usage")
FIRST_VERDICT_MS = 180_000
"""The first page of a process imports TensorFlow and compiles the model."""


def chromium_path() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("Chromium is missing; install Debian's package: apt-get install chromium")
    return path


@contextmanager
def running_server() -> Iterator[str]:
    """Starts the lab on a free port, and stops it and its worker afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        server = Server(Path(home))
        try:
            yield server.address
        finally:
            server.stop()
            for pid in workers(Path(home)):
                os.kill(pid, signal.SIGKILL)


class Server:
    """The lab on a free port, with its reports in a folder.

    Args:
        home: The folder.
        entry: What Python is told to run, instead of Streamlit as it is.
        **more: Further variables of its environment.
    """

    def __init__(self, home: Path, entry: Sequence[str] = ("-m", "streamlit"), **more: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, *entry, "run", "app.py", "--server.port", str(port)]
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "FACEMASK_HOME": str(home)} | more
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
        )
        self.address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(self.process, self.address)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)


def workers(home: Path) -> list[int]:
    """The processes that compute the reports of a folder; they outlive their server."""
    found, variable = [], f"FACEMASK_HOME={home}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile, or is another user's
        if words[2:4] == [b"facemask_core", b"work"] and variable in variables:
            found.append(int(entry.name))
    return found


def _wait_until_healthy(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert process.poll() is None, "The server stopped while starting."
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.3)
    process.kill()
    pytest.fail("The server did not become healthy in 90 seconds.")


def settle(page: Page) -> None:
    """Waits until the last run of the page has ended, and has begun at all."""
    page.wait_for_timeout(400)  # a change is sent after a moment without another
    idle = "[data-testid='stApp'][data-test-connection-state='CONNECTED']"
    expect(page.locator(f"{idle}[data-test-script-state='notRunning']")).to_be_attached(
        timeout=FIRST_VERDICT_MS
    )


def pixels(canvas: Locator) -> NDArray[np.uint8]:
    """What one of the lab's canvases shows, uint8 (224, 224, 3)."""
    canvas.page.wait_for_timeout(60)  # it is drawn with the next frame
    return np.array(canvas.evaluate(_PIXELS), np.uint8).reshape(224, 224, 4)[..., :3]
