"""Pictures of visitors in the browser: upload, webcam, and two visitors at once."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from lab import FIRST_VERDICT_MS, Visit, pixels, settle
from playwright.sync_api import Page, expect

from facemask_core.data import samples
from facemask_core.pictures import images

ASTRONAUT = {
    "name": "somebody.png",
    "mimeType": "image/png",
    "buffer": samples.get("astronaut").path.read_bytes(),
}


def choose(page: Page, source: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(source, exact=True).click()
    settle(page)


def upload(page: Page, file: dict) -> None:
    choose(page, "Upload")
    page.locator("input[type=file]").set_input_files(file)
    settle(page)


def hashes(page: Page) -> set[str]:
    """Hashes of all pictures the page shows, other than the gallery's own."""
    address = page.url.split("/")[2]
    sources = page.locator("[data-testid=stImage] img").evaluate_all("all => all.map(i => i.src)")
    assert all(source.startswith(f"http://{address}/media/") for source in sources)
    return {hashlib.sha256(page.request.get(source).body()).hexdigest() for source in sources}


@pytest.mark.journey
def test_upload_is_judged_and_stays_on_the_next_page(visit: Visit) -> None:
    page = visit("Inspect")
    upload(page, ASTRONAUT)
    expect(page.get_by_text("The part in use is framed")).to_be_visible()
    settle(page)
    assert "sample=" not in page.url
    page.get_by_role("link", name="Attack this face").click()
    verdict = page.locator(".lab .verdict[data-outcome]")
    expect(verdict).to_be_visible(timeout=FIRST_VERDICT_MS)
    expect(page.get_by_text("Still using somebody.png")).to_be_visible()


def test_a_file_that_the_browser_refuses_takes_the_last_verdict_away(visit: Visit) -> None:
    """What is too large never reaches the server, which has to hear of it all the same."""
    page = visit("Inspect")
    upload(page, ASTRONAUT)
    framed = page.get_by_text("The part in use is framed")
    expect(framed).to_be_visible()
    large = {"name": "large.png", "mimeType": "image/png", "buffer": bytes(images.MAX_BYTES + 1)}
    page.locator("input[type=file]").set_input_files(large)
    expect(
        page.get_by_text("large.png is larger than 20 MB; choose a smaller one.")
    ).to_be_visible()
    settle(page)
    expect(framed).not_to_be_attached()
    expect(page.get_by_test_id("stFileChip")).to_have_count(0)
    assert not hashes(page)
    expect(page.locator(".stMain")).to_have_js_property("scrollLeft", 0)
    page.locator("input[type=file]").set_input_files(ASTRONAUT)
    expect(framed).to_be_visible()
    expect(page.get_by_text("large.png")).to_have_count(0)


def test_what_the_visitor_says_is_the_truth_counts(visit: Visit) -> None:
    page = visit("Attack?epsilon=0")
    upload(page, ASTRONAUT)
    verdict = page.locator(".lab .verdict")
    expect(verdict).to_have_attribute("data-outcome", "untouched")
    page.get_by_test_id("stButtonGroup").get_by_text("Yes", exact=True).click()
    expect(verdict).to_have_attribute("data-outcome", "wrong")
    expect(page.get_by_text("is already wrong without an attack")).to_be_visible()
    expect(page.locator(".lab .flag")).to_be_hidden()


@pytest.mark.journey
def test_broken_upload_gives_one_sentence(visit: Visit) -> None:
    page = visit("Attack")
    upload(page, {"name": "broken.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8 no picture"})
    alerts = page.get_by_test_id("stAlertContainer")
    expect(alerts).to_have_count(1)
    expect(alerts).to_contain_text("picture")
    expect(page.locator(".st-key-footer").get_by_text("Keras")).to_be_visible()


@pytest.mark.journey
def test_webcam_asks_only_when_chosen_and_is_judged(visit: Visit) -> None:
    page = visit("Inspect")
    assert page.get_by_test_id("stCameraInput").count() == 0
    choose(page, "Webcam")
    page.wait_for_timeout(1500)  # the camera warms up
    page.get_by_test_id("stCameraInputButton").click()
    expect(page.get_by_text("What the model sees")).to_be_visible()
    settle(page)
    expect(page.get_by_text("No face was found")).to_have_count(0)


def test_two_visitors_at_once_never_see_each_other(visit: Visit) -> None:
    one, other = visit("Inspect"), visit("Inspect?sample=portrait-02")
    upload(one, ASTRONAUT)
    expect(one.get_by_text("What the model sees")).to_be_visible()
    choose(other, "Upload")
    expect(other.locator("[data-testid=stImage] img")).to_have_count(0)
    assert "somebody" not in other.content()
    choose(other, "Samples")
    expect(other.get_by_text("What the model sees")).to_be_visible()
    settle(other)
    settle(one)
    assert hashes(one)
    assert not hashes(one) & hashes(other)


@pytest.mark.journey
def test_two_visitors_of_the_lab_at_once_never_see_each_other(visit: Visit) -> None:
    faces = [sample.path.read_bytes() for sample in samples.gallery()[:2]]
    pages = [visit("Attack"), visit("Attack")]
    for page in pages:
        choose(page, "Upload")
    for number, (page, face) in enumerate(zip(pages, faces, strict=True)):
        file = {"name": f"visitor-{number}.png", "mimeType": "image/png", "buffer": face}
        page.locator("input[type=file]").set_input_files(file)  # the other is still computing
    for page in pages:
        choose(page, "Whole picture")
        expect(page.locator(".lab[data-state=complete]")).to_be_visible(timeout=FIRST_VERDICT_MS)
        settle(page)
    for number, (page, face) in enumerate(zip(pages, faces, strict=True)):
        shown = pixels(page.locator(".lab [data-role=original] canvas"))
        np.testing.assert_array_equal(shown, images.resize(images.decode(face)))
        assert f"visitor-{number}" in page.content()
        assert f"visitor-{1 - number}" not in page.content()
        assert "visitor" not in page.url
