"""The paper's page by hand: links to its points, the sliders by keyboard, small screens."""

from __future__ import annotations

import re

import pytest
from accessibility import violations
from lab import FIRST_VERDICT_MS, Visit, running_server, settle
from playwright.sync_api import Browser, Page, expect

from facemask_ui.paper.points import POINTS

PHONE = 390
NUMBERS = range(1, len(POINTS) + 1)


def point(number: int, **more: str) -> str:
    """The link to a point, on the model that answers soonest."""
    query = {"part": "odd", "point": str(number), "backbone": "mobilenetv3", **more}
    return "Paper?" + "&".join(f"{name}={value}" for name, value in query.items())


def title(page: Page, number: int) -> None:
    # By its words: while another page leaves, that one's headings stand here too.
    name = f"{number}. {POINTS[number - 1].title}"
    heading = page.get_by_role("heading", level=2, name=name, exact=True)
    expect(heading).to_be_visible(timeout=FIRST_VERDICT_MS)


def test_a_point_may_be_the_very_first_request_of_a_server(chromium: Browser) -> None:
    with running_server() as address:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{address}/{point(3)}")
        settle(page)
        title(page, 3)
        expect(page.get_by_text("Page not found")).to_have_count(0)
        expect(page.locator(".st-key-footer").get_by_text("Keras")).to_be_visible()
        context.close()


@pytest.mark.parametrize("number", NUMBERS)
def test_every_point_fits_a_phone_and_has_no_serious_fault(visit: Visit, number: int) -> None:
    page = visit(point(number), width=PHONE, scheme="dark" if number % 2 else "light")
    title(page, number)
    expect(page.locator(".st-key-footer").get_by_text("Keras")).to_be_visible(
        timeout=FIRST_VERDICT_MS
    )
    settle(page)
    for element in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
        assert page.evaluate(f"{element}.scrollWidth") <= PHONE
    assert violations(page) == []


@pytest.mark.parametrize(
    ("number", "slider", "name", "expected"),
    [(1, "Steps of PGD", "climb", "14"), (2, "Kept for validation", "kept", "11")],
)
def test_a_slider_follows_the_arrow_keys_into_the_link(
    visit: Visit, number: int, slider: str, name: str, expected: str
) -> None:
    page = visit(point(number, **{name: "10"}))
    thumb = page.get_by_role("slider", name=re.compile(slider))
    thumb.focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    expect(page).to_have_url(re.compile(rf"[?&]{name}={expected}(&|$)"))
    page.reload()
    settle(page)
    title(page, number)
    expect(page).to_have_url(re.compile(rf"[?&]{name}={expected}(&|$)"))


@pytest.mark.journey
def test_what_is_chosen_stays_while_another_page_is_open(visit: Visit) -> None:
    page = visit(point(5))
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What are these models?")
    settle(page)
    page.get_by_role("link", name="Paper").click()
    title(page, 5)
    expect(page).to_have_url(re.compile("point=5"))
