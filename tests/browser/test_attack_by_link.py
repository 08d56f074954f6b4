"""The attack lab by link: what one from Home sets, and what another language leaves as it is."""

from __future__ import annotations

import re

import pytest
from attack_page import complete, lab
from lab import FIRST_VERDICT_MS, Visit, settle
from playwright.sync_api import expect


def test_a_change_of_language_reaches_the_menus_and_leaves_the_faces(visit: Visit) -> None:
    page = complete(visit("Attack?sample=portrait-01"))
    page.get_by_text("Français", exact=True).click()
    attack = page.get_by_test_id("stSelectbox").filter(has_text="Attaque").locator("input")
    expect(attack).to_have_value(re.compile("un seul pas"))
    settle(page)  # until then the faces of both languages may be there
    expect(page.locator("input[name=sample]:checked")).to_have_value("portrait-01")
    page.locator("input[name=sample][value=portrait-02]").check(force=True)
    expect(page).to_have_url(re.compile("sample=portrait-02"))
    expect(page).to_have_url(re.compile("lang=fr"))


def test_a_link_from_home_opens_what_it_promises_whatever_was_chosen_before(visit: Visit) -> None:
    page = visit("Attack?attack=fgsm&norm=l2&guess=True&model=mobilenetv3-robust")
    page.get_by_role("link", name="Home").click()
    page.get_by_role("link", name=re.compile("One larger step")).click(timeout=FIRST_VERDICT_MS)
    expect(lab(page).locator(".stated")).to_contain_text(
        "FGSM, white box, untargeted, L∞, epsilon 8/255"
    )
    expect(lab(page).locator(".stated")).not_to_contain_text("robust")
    expect(lab(page).locator(".guess")).to_be_hidden()
    settle(page)
    assert page.url.split("?")[1] == "sample=portrait-14&epsilon=8&lang=en"


@pytest.mark.journey
def test_link_from_home_sets_everything(visit: Visit) -> None:
    page = visit()
    page.get_by_role("link", name=re.compile("Twenty small steps")).click()
    complete(page)
    for part in ("attack=pgd", "epsilon=2", "sample=portrait-05"):
        assert part in page.url
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", name="How often does it go wrong?")).to_be_visible()
    settle(page)
    assert "epsilon=2" in page.url
    page.reload()
    settle(page)
    expect(page.get_by_text("2/255", exact=True).first).to_be_visible()
