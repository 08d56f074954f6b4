"""``python -m tools.screenshot``: takes the README's picture of the page Attack anew."""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from benchmarks import served
from facemask_core import paths

PATH = paths.ASSETS / "screenshots" / "attack.png"
_SIZE = {"width": 1440, "height": 862}
_COLOURS = 256
_PATIENCE = 240_000
"""Milliseconds for a server that has just been started."""


def take(address: str) -> bytes:
    """Takes the picture once the page is complete.

    Args:
        address: The lab's address.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        page = browser.new_page(viewport=_SIZE, color_scheme="light", locale="en")
        page.goto(f"{address}/Attack")
        page.locator(".lab[data-state=complete]").wait_for(timeout=_PATIENCE)
        page.locator("[data-test-script-state=notRunning]").wait_for(timeout=_PATIENCE)
        page.wait_for_timeout(1000)  # fonts and thumbnails
        picture = page.screenshot()
        browser.close()
    return picture


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, served.running(Path(folder) / "home") as lab:
        taken = Image.open(io.BytesIO(take(lab.address))).convert("RGB")
    taken.quantize(_COLOURS).save(PATH, optimize=True)
    print(PATH)  # noqa: T201
