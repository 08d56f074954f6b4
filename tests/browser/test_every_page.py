"""What holds on every page: narrow screens, both themes, words for pictures, headings, targets."""

from __future__ import annotations

import itertools
from itertools import pairwise

import pytest
from lab import Visit, settle
from playwright.sync_api import Page, expect

from facemask_ui.base import palette
from facemask_ui.choices import attack_setup

PAGES = ("", "Inspect", "Attack", "Report", "Models", "Learn", "Paper", "Class")
PHONE = 390

# Streamlit's question marks are 16 px wide and its switches 21 px high, with free space of 24 px
# around the middle of each, which is as good (WCAG 2.2, 2.5.8).
SMALL_TARGETS = """() => [...document.querySelectorAll("main button, main a, section a, label")]
  .filter(e => e.offsetParent !== null)
  .filter(e => !e.closest("p, [data-testid=stTooltipIcon], [data-testid=stCheckbox]"))
  .map(e => [e.innerText || e.title, e.getBoundingClientRect()])
  .filter(([, box]) => box.height > 0 && (box.height < 24 || box.width < 24))
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""


# The scheme changes colours alone: every other page is looked at in the dark.
@pytest.mark.parametrize(
    ("path", "scheme"),
    [
        pytest.param(path, scheme, marks=[pytest.mark.journey] * (path == "Report"))
        for path, scheme in zip(PAGES, itertools.cycle(["light", "dark"]), strict=False)
    ],
)
def test_phone_needs_no_sideways_scrolling_and_no_sight(
    visit: Visit, path: str, scheme: str
) -> None:
    page = visit(path, width=PHONE, scheme=scheme)
    expect(page.locator(".st-key-footer").get_by_text("Keras")).to_be_visible()
    for element in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
        assert page.evaluate(f"{element}.scrollWidth") <= PHONE
    background = page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    assert background == {"light": "rgb(252, 251, 249)", "dark": "rgb(16, 22, 29)"}[scheme]
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert all(len(label or "") > len("Probabilities. ") for label in labels(page))
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate(SMALL_TARGETS) == []


def labels(page: Page) -> list[str | None]:
    charts = page.locator("[data-testid=stPlotlyChart]")
    return charts.evaluate_all(
        "all => all.map(c => (c.closest('[aria-label]') || c.querySelector('[aria-label]'))"
        "?.getAttribute('aria-label'))"
    )


def test_charts_follow_when_a_page_turns_dark_and_light_again(visit: Visit) -> None:
    page = visit("Models", scheme="light")
    label = page.locator(".st-key-under-attack .xtick text").first
    for scheme in ("dark", "light", "dark"):
        page.emulate_media(color_scheme=scheme)
        ink = palette.DARK.text if scheme == "dark" else palette.LIGHT.text
        expect(label).to_have_css("fill", rgb(ink))


def rgb(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgb({red}, {green}, {blue})"


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("epsilon=999", marks=pytest.mark.journey),
        "model=../../etc",
        "sample=<script>alert(1)</script>",
        "attack=%00&seed=-1",
    ],
)
def test_hostile_link_opens_the_page_as_it_is(visit: Visit, query: str) -> None:
    page = visit(f"Attack?{query}")
    slider = page.locator(".lab").get_by_role("slider", name="Epsilon")
    expect(slider).to_have_value(str(attack_setup.DEFAULT_LEVELS))
    assert page.get_by_test_id("stAlertContainer").count() == 0
    settle(page)
