"""Guess first: nothing tells the answer at an epsilon before the visitor has guessed there."""

from __future__ import annotations

import re

import pytest
from attack_page import lab, slider
from lab import FIRST_VERDICT_MS, Visit, settle
from playwright.sync_api import Page, expect


@pytest.mark.journey
def test_a_guess_comes_before_the_answer_at_every_epsilon_anew(visit: Visit) -> None:
    page = visit("Attack?sample=portrait-01&epsilon=16&guess=True")
    guess, verdict = lab(page).locator(".guess"), lab(page).locator(".verdict")
    expect(guess).to_be_visible(timeout=FIRST_VERDICT_MS)
    expect(lab(page)).to_have_attribute("data-state", "complete", timeout=FIRST_VERDICT_MS)
    settle(page)
    silent(page)
    guess.get_by_role("button", name="Fooled").click()
    expect(verdict).to_have_attribute("data-outcome", "fooled")
    expect(guess).to_contain_text("You guessed right.")
    expect(page.get_by_text("Look further")).to_be_visible()
    expect(lab(page).locator(".strip [class]:not([class=''])")).to_have_count(2)  # at 0 and here
    slider(page).press("ArrowLeft")
    expect(page).to_have_url(re.compile("epsilon=14"))
    settle(page)
    silent(page)
    guess.get_by_role("button", name="Just show me").click()
    expect(verdict).to_have_attribute("data-outcome", "fooled")
    expect(guess).to_be_hidden()
    lab(page).get_by_text("Figures and threat model").click()
    expect(lab(page).locator(".curve")).to_be_visible()
    expect(lab(page).get_by_role("button", name="Settings and results")).to_be_visible()


def silent(page: Page) -> None:
    """Nothing on the page tells the answer, to the eye or the ear; nor a download, nor a link."""
    expect(lab(page).locator(".verdict")).to_have_text("What will the model say?")
    expect(page.get_by_text("Look further")).to_have_count(0)
    for hidden in (".flag", ".folded", ".curve", ".takeaway", ".again"):
        expect(lab(page).locator(hidden)).to_be_hidden()
    expect(lab(page).locator(".bar").nth(1).locator(".part")).to_have_count(0)
    spoken = lab(page).locator("[data-role=attacked] canvas").get_attribute("aria-label")
    assert "With" not in f"{spoken} {slider(page).get_attribute('aria-valuetext')}"
    assert "ooled" not in page.url


def test_a_guess_by_keyboard_keeps_its_place_while_parts_are_coming(visit: Visit) -> None:
    page = visit("Attack?attack=pgd&steps=2&sample=portrait-01&epsilon=16&guess=True")
    button = lab(page).locator(".guess").get_by_role("button", name="Fooled")
    button.focus(timeout=FIRST_VERDICT_MS)
    expect(lab(page).locator(".key")).not_to_contain_text(
        "still computing", timeout=FIRST_VERDICT_MS
    )
    expect(button).to_be_focused()
    assert "What will the model say?" in str(slider(page).get_attribute("aria-valuetext"))
    page.keyboard.press("Enter")
    expect(lab(page).locator(".guess")).to_contain_text("You guessed")
