"""The line before the models, as visitors see it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab import FIRST_VERDICT_MS, running_server
from playwright.sync_api import Browser, Page, expect

# A place may be told for less time than lies between two looks from here.
LISTEN = """() => {
  globalThis.heard = [];
  new MutationObserver(() => {
    for (const place of document.querySelectorAll("[role=status]")) heard.push(place.innerText);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""
TOLD = "() => heard.some((text) => text.includes('The lab is busy: 1 visitor before you.'))"
SLOW = "Attack?model=vgg19&attack=pgd&steps=30"


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """A server of its own: what is asked here would keep others waiting."""
    with running_server() as address:
        yield address


@pytest.mark.long
def test_place_in_line_is_told_until_the_visitor_before_has_left(
    own_server: str, chromium: Browser
) -> None:
    def opened(path: str) -> Page:
        page = chromium.new_context().new_page()
        page.set_default_timeout(FIRST_VERDICT_MS)
        page.goto(f"{own_server}/{path}")
        return page

    second = opened("Attack?attack=pgd&steps=3")  # no film of it is shipped
    expect(second.locator(".lab[data-state=complete]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    first = opened(SLOW)
    expect(first.locator(".lab[data-state=face]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    second.evaluate(LISTEN)
    place = second.get_by_role("status").filter(has_text="The lab is busy")
    second.locator("input[name=sample]").nth(5).click(force=True)
    second.wait_for_function(TOLD, timeout=FIRST_VERDICT_MS)
    first.context.close()
    expect(place).to_have_count(0, timeout=FIRST_VERDICT_MS)
    expect(second.locator(".lab[data-state=complete]")).to_be_visible()
    second.context.close()
