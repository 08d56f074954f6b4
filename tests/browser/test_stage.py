"""The stage: pictures, slider, verdict and bars on one screen, at every size and in every view."""

from __future__ import annotations

from itertools import product
from typing import Any
from urllib.parse import urlencode

import pytest
from lab import FIRST_VERDICT_MS, Visit, pixels
from playwright.sync_api import Page, expect

from facemask_ui.choices import class_link
from facemask_ui.page import presets

SIZES = ((1920, 1080), (1440, 900), (1366, 768), (1280, 720), (768, 1024), (390, 844))
VIEWS = ("Side by side", "Wipe", "Blink")
MOST_TAB_STOPS = 8
SMALLEST = 90
"""Pixels of a picture's side, on the screen."""
PARTS = (".verdict", ".pictures canvas", ".slider", ".level", ".bars")
PLACES = """async (lab, parts) => {
  const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const places = [];
  for (const view of ["Side by side", "Wipe", "Blink", "Side by side"]) {
    [...lab.querySelectorAll("[role=radio]")].find(it => it.textContent === view).click();
    await drawn();
    for (const part of parts) for (const node of lab.querySelectorAll(part)) {
      const { left, top, right, bottom } = node.getBoundingClientRect();
      if (right > left) places.push({ view, part, left, top, right, bottom });
    }
  }
  return places;
}"""
"""Where the parts that are drawn lie in the window, in one view after the other."""
FOCUS = """() => { let node = document.activeElement;
    while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    return node.className; }"""


@pytest.mark.journey
def test_everything_that_moves_is_on_one_screen(visit: Visit) -> None:
    query = next(one.query for one in presets.PRESETS if one.query["epsilon"] == "32")
    page = open_lab(visit, query)
    assert count_tab_stops(page) <= MOST_TAB_STOPS
    check_every_size(page)  # it ends on a phone
    check_a_face_is_seen_at_once(page)
    hidden = ",".join(class_link.GROUPS)
    page = open_lab(visit, query | {"guess": "True", "hide": hidden})
    check_every_size(page)
    page.locator(".guess").get_by_role("button", name="Just show me").click()
    expect(page.locator(".verdict[data-outcome]")).to_be_visible()
    check_every_size(page)  # with a sentence where the face is right again


def open_lab(visit: Visit, query: dict[str, str]) -> Page:
    page = visit(f"Attack?{urlencode(query)}")
    expect(page.locator(".lab")).to_have_attribute(
        "data-state", "complete", timeout=FIRST_VERDICT_MS
    )
    return page


def count_tab_stops(page: Page) -> int:
    """Presses the tab key from the top of the page until a link leads to the slider."""
    for stop in range(1, 40):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUS) == "skip":
            page.keyboard.press("Enter")
            assert page.evaluate(FOCUS) == "slider"
            return stop
    pytest.fail("No link leads to the slider.")


def check_every_size(page: Page) -> None:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for link in ("Home", "Paper"):
            page.get_by_role("link", name=link).click(trial=True, timeout=5_000)
        places = measure(page)
        assert {(it["view"], it["part"]) for it in places} == set(product(VIEWS, PARTS))
        assert not [it for it in places if not is_inside(it, width, height)], (width, height)
        pictures = [it for it in places if it["part"] == ".pictures canvas"]
        assert min(it["right"] - it["left"] for it in pictures) >= SMALLEST, pictures
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def measure(page: Page) -> list[dict[str, Any]]:
    page.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")
    places: list[dict[str, Any]] = page.locator(".lab").evaluate(PLACES, PARTS)
    return places


def is_inside(place: dict[str, Any], width: int, height: int) -> bool:
    return bool(
        place["left"] >= 0
        and place["top"] >= 0
        and place["right"] <= width
        and place["bottom"] <= height
    )


def check_a_face_is_seen_at_once(page: Page) -> None:
    """A face chosen on a phone changes the picture on the screen, and nothing scrolls."""
    picture = page.locator(".lab [data-role=original] canvas")
    before = pixels(picture)
    film = page.locator(".lab").get_attribute("data-film")
    page.locator("input[name=sample]:not(:checked)").nth(17).check(force=True)
    expect(page.locator(".lab")).not_to_have_attribute("data-film", str(film))
    assert (pixels(picture) != before).any()
    assert page.locator(".stMain").evaluate("main => main.scrollTop") == 0
    width, height = SIZES[-1]
    assert all(is_inside(place, width, height) for place in measure(page))
