"""A tab that is closed in the middle of a computation costs nobody else anything."""

from __future__ import annotations

from lab import FIRST_VERDICT_MS, Visit
from playwright.sync_api import expect


def test_a_tab_closed_amid_an_attack_leaves_the_lab_to_the_others(visit: Visit) -> None:
    leaving = visit()
    leaving.goto(f"{leaving.url}Attack?attack=pgd&steps=100&sample=portrait-01")
    expect(leaving.locator(".lab[data-state]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    assert leaving.locator(".lab[data-state=complete]").count() == 0, "it is amid its sweep"
    leaving.context.close()
    other = visit("Attack?attack=fgsm&sample=portrait-02")
    expect(other.locator(".lab[data-state=complete]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    assert other.get_by_test_id("stException").count() == 0


def test_a_tab_closed_amid_live_stills_leaves_the_lab_to_the_others(visit: Visit) -> None:
    leaving = visit("Inspect?view=live")
    leaving.locator(".live .switch").click(timeout=FIRST_VERDICT_MS)
    expect(leaving.locator(".live[data-state=running]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    leaving.context.close()
    other = visit("Inspect?view=live")
    other.locator(".live .switch").click(timeout=FIRST_VERDICT_MS)
    expect(other.locator(".live[data-state=running]")).to_be_visible(timeout=FIRST_VERDICT_MS)
