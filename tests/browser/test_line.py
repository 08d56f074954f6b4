"""The line before the models, as visitors see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab import FIRST_VERDICT_MS, running_server
from playwright.sync_api import Browser, Page, expect

SLOW = "Attack?model=vgg19&attack=pgd&steps=30"


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """A server of its own: what is asked here would keep others waiting."""
    with running_server() as address:
        yield address


def test_place_in_line_is_told_until_the_visitor_before_has_left(
    own_server: str, chromium: Browser
) -> None:
    def opened(path: str) -> Page:
        page = chromium.new_context().new_page()
        page.set_default_timeout(FIRST_VERDICT_MS)
        page.goto(f"{own_server}/{path}")
        return page

    second = opened("Attack")
    expect(second.locator(".lab[data-state=complete]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    first = opened(SLOW)
    expect(first.locator(".lab[data-state=face]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    place = second.get_by_role("status").filter(has_text="The lab is busy")
    second.locator("input[name=sample]").nth(5).click(force=True)
    expect(place).to_contain_text("1 visitor before you", timeout=FIRST_VERDICT_MS)
    first.context.close()
    expect(place).to_have_count(0, timeout=FIRST_VERDICT_MS)
    expect(second.locator(".lab[data-state=complete]")).to_be_visible()
    second.context.close()
