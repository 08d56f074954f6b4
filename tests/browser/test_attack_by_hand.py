"""The attack page by hand: what moves when epsilon does, and what can be taken home."""

from __future__ import annotations

import io
import re

import numpy as np
from lab import FIRST_VERDICT_MS, Visit, running_server, settle
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect


def attacked(page: Page) -> Locator:
    return page.locator("img[alt^='The attacked picture']")


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def shown(page: Page, alt: str) -> np.ndarray:
    picture = page.locator(f"[data-testid=stImage] img[alt^='{alt}']")
    source = picture.evaluate("image => image.src")
    assert source.endswith(".png")
    return pixels(page.request.get(source).body())


def test_attack_page_may_be_the_very_first_request_of_a_server(chromium: Browser) -> None:
    with running_server() as address:
        page = chromium.new_context().new_page()
        page.goto(f"{address}/Attack?epsilon=3&sample=portrait-01&attack=fgsm")
        expect(attacked(page)).to_be_visible(timeout=FIRST_VERDICT_MS)
        settle(page)
        largest = page.get_by_test_id("stMetric").filter(has_text="Largest change")
        expect(largest).to_contain_text("3 / 255")
        assert "epsilon=3" in page.url
        assert page.get_by_test_id("stException").count() == 0
        page.context.close()


def test_epsilon_by_keyboard_moves_picture_link_and_words(visit: Visit) -> None:
    page = visit("Attack?sample=portrait-01")
    before = attacked(page).get_attribute("src")
    assert before.endswith(".png")
    slider = page.get_by_role("slider", name="Epsilon")
    slider.press("ArrowRight")
    expect(page).to_have_url(re.compile("epsilon=5"))
    settle(page)
    assert attacked(page).get_attribute("src") not in {None, before}
    expect(page.get_by_text("at most 5/255").first).to_be_visible()
    slider.press("ArrowLeft")
    expect(page).not_to_have_url(re.compile("epsilon="))
    settle(page)
    expect(attacked(page)).to_have_attribute("src", before)


def test_download_is_the_attacked_picture_and_exactly_epsilon_away(visit: Visit) -> None:
    page = visit("Attack?sample=portrait-08&epsilon=5")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the attacked picture").click()
    saved = pixels(download.value.path().read_bytes())
    original = shown(page, "Rendered portrait")
    assert saved.shape == (224, 224, 3)
    assert np.abs(saved - original).max() == 5
    assert (saved == shown(page, "The attacked picture")).all()


def test_gallery_by_keyboard(visit: Visit) -> None:
    page = visit("Attack?sample=portrait-01")
    before = attacked(page).get_attribute("src")
    page.get_by_role("radio", checked=True).first.focus()
    page.locator("input[name=sample]:checked").press("ArrowRight")
    expect(page).to_have_url(re.compile("sample=portrait-02"))
    settle(page)
    assert attacked(page).get_attribute("src") != before


def test_link_from_home_sets_everything(visit: Visit) -> None:
    page = visit()
    page.get_by_role("link", name=re.compile("Twenty small steps")).click()
    expect(attacked(page)).to_be_visible()
    settle(page)
    for part in ("attack=pgd", "epsilon=2", "sample=portrait-10"):
        assert part in page.url
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", name="How often does it go wrong?")).to_be_visible()
    settle(page)
    assert "epsilon=2" in page.url
    page.reload()
    settle(page)
    expect(page.get_by_text("at most 2/255").first).to_be_visible()
