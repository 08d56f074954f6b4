"""What the tests do on the page Attack: find its parts, wait for them, move the slider."""

from __future__ import annotations

import numpy as np
from lab import FIRST_VERDICT_MS, pixels, settle
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from facemask_core.epsilons import LINF

STOPS = LINF.stops
"""The notches where the slider stops."""


def lab(page: Page) -> Locator:
    return page.locator(".lab").first


def slider(page: Page) -> Locator:
    return lab(page).get_by_role("slider", name="Epsilon")


def complete(page: Page) -> Page:
    """Waits until every point of the curve is there."""
    expect(lab(page).locator(".verdict[data-outcome]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    expect(lab(page).get_by_text("still computing")).to_have_count(0, timeout=FIRST_VERDICT_MS)
    settle(page)
    return page


def shown(page: Page, role: str = "attacked") -> NDArray[np.uint8]:
    """The pixels of a canvas, uint8 (224, 224, 3)."""
    return pixels(lab(page).locator(f"[data-role={role}] canvas"))


def saved(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        lab(page).get_by_role("button", name=name).click()
    return download.value.path().read_bytes()


def to_stop(page: Page, notch: int) -> None:
    """Moves the slider to one of the notches where it stops."""
    slider(page).evaluate(
        "(input, value) => { input.value = value;"
        " input.dispatchEvent(new Event('input', { bubbles: true })); }",
        str(STOPS.index(notch)),
    )
