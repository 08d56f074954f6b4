"""Starting the lab's server, and waiting for a page to come to rest."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
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
FIRST_VERDICT_MS = 180_000
"""The first page of a process imports TensorFlow and compiles the model."""


@contextmanager
def running_server() -> Iterator[str]:
    """Starts the lab on a free port, and stops it afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(process, address)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


def _wait_until_healthy(process: subprocess.Popen[bytes], address: str) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        assert process.poll() is None, "The server stopped while starting."
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):  # noqa: S310
                return
        except OSError:
            time.sleep(0.3)
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
