"""Starting the lab's server, and waiting for a page to come to rest."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np
import pytest
from numpy.typing import NDArray
from offline_server import offline_server
from playwright.sync_api import Browser, Error, Locator, Page, expect

# What was asked for is drawn with the next frame, so before the one after it.
_PIXELS = """async canvas => {
  await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return Array.from(
    canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data); }"""
Visit = Callable[..., Page]
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-dev-shm-usage")
OFFERED = ("mobilenetv3", "mobilenetv3-robust")
"""Models that the tests' common server offers. Inspect, a chapter of the lesson and other places
ask every model; tests without a browser ask all that are shipped."""
FIRST_VERDICT_MS = 180_000
"""The first page of a process imports TensorFlow and compiles the model."""

_MOST_TEXT = 1500
BACK_SECONDS = 12
"""How long a server of these tests waits for a closed tab to come back, instead of 40 s."""
_SOON_OVER = (
    "-c",
    "import sys; from facemask_ui.server import closed_tabs; "
    f"closed_tabs.BACK_SECONDS = {BACK_SECONDS}; "
    "from streamlit.web.cli import main; sys.exit(main())",
)


def chromium_path() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.fail("Chromium is missing; install Debian's package: apt-get install chromium")
    return path


@contextmanager
def running_server(**more: str) -> Iterator[str]:
    """Starts the lab on a free port, and stops it and its worker afterwards.

    From there no other machine can be reached, and an attempt fails.

    Args:
        **more: Further variables of its environment.
    """
    with offline_server(_SOON_OVER, **more) as lab:
        yield lab.address


def settle(page: Page) -> None:
    """Waits until the last run of the page has ended, and has begun at all."""
    page.wait_for_timeout(400)  # a change is sent after a moment without another
    idle = "[data-testid='stApp'][data-test-connection-state='CONNECTED']"
    expect(page.locator(f"{idle}[data-test-script-state='notRunning']")).to_be_attached(
        timeout=FIRST_VERDICT_MS
    )


def pixels(canvas: Locator) -> NDArray[np.uint8]:
    """What one of the lab's canvases shows, uint8 (224, 224, 3)."""
    return np.array(canvas.evaluate(_PIXELS), np.uint8).reshape(224, 224, 4)[..., :3]


def read_open_pages(browser: Browser) -> list[tuple[str, str]]:
    """Addresses of all open pages, and the beginning of what can be read on each."""
    pages = [page for context in browser.contexts for page in context.pages]
    texts = []
    for page in pages:
        text = "(it cannot be read)"
        with suppress(Error):  # it has crashed, or is being closed
            text = page.locator("body").inner_text(timeout=2_000)
        texts.append((page.url, text[:_MOST_TEXT]))
    return texts
