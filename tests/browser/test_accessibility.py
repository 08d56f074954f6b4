"""axe-core finds nothing serious on any page: either theme, both languages, desk and phone."""

from __future__ import annotations

import pytest
from accessibility import violations
from lab import FIRST_VERDICT_MS, Visit, settle
from playwright.sync_api import expect


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.journey), "dark"])
@pytest.mark.parametrize(
    "path", ["", "Inspect", "Attack", "Report", "Models", "Learn", "Paper", "Class"]
)
def test_no_serious_fault(visit: Visit, path: str, scheme: str) -> None:
    language = "en" if scheme == "light" else "fr"
    page = visit(f"{path}?lang={language}", width=1440, scheme=scheme)
    expect(page.locator(".st-key-footer").get_by_text("Keras")).to_be_visible(
        timeout=FIRST_VERDICT_MS
    )
    settle(page)
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    settle(page)
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_in_what_opens_on_the_attack_page(visit: Visit, scheme: str) -> None:
    page = visit("Attack?attack=pgd&steps=1&guess=True", scheme=scheme)
    expect(page.locator(".lab[data-state=complete]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_text("Link for a class", exact=True).click()
    expect(page.get_by_text("Hide from the class:")).to_be_visible()
    settle(page)
    assert violations(page) == []


@pytest.mark.parametrize("place", ["[data-testid=stMain]", ".lab"])
def test_axe_looks_at_the_page_and_into_the_component(visit: Visit, place: str) -> None:
    page = visit("Attack")
    page.locator(place).first.evaluate("e => e.append(document.createElement('button'))")
    assert any("button-name" in fault for fault in violations(page))
