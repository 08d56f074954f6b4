"""Inspect by hand: heat that follows the finger, and a crop that follows the hand."""

from __future__ import annotations

import hashlib
import io
import re

import numpy as np
import pytest
from lab import FIRST_VERDICT_MS, OFFERED, Visit, settle
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from facemask_core import explain, load_classifier
from facemask_core.data import samples
from facemask_core.pictures import images

SAMPLE = "portrait-03"
ON_THE_GRID = """layers => Object.assign(layers.style, {
  position: "fixed", left: "200px", top: "200px", width: "224px", height: "224px",
  zIndex: 9, borderRadius: 0 })"""
"""A pixel of the screen for each of the picture."""


def explained(page: Page, count: int) -> Page:
    """Waits until every map is there."""
    expect(page.locator(".heat-map")).to_have_count(count, timeout=FIRST_VERDICT_MS)
    settle(page)
    return page


def heat(page: Page) -> Locator:
    return page.get_by_role("slider", name="Heat over the face")


def pixels(layers: Locator) -> NDArray[np.int16]:
    """What is on the screen there, int16 (height, width, 3)."""
    shown = Image.open(io.BytesIO(layers.screenshot())).convert("RGB")
    return np.asarray(shown).astype(np.int16)


def to_share(page: Page, share: int) -> None:
    heat(page).evaluate(
        "(input, value) => { input.value = value;"
        " input.dispatchEvent(new Event('input', { bubbles: true })); }",
        str(share),
    )


def box_of(element: Locator) -> dict[str, float]:
    element.scroll_into_view_if_needed()  # a mouse reaches what can be seen
    box = element.bounding_box()
    assert box is not None
    return dict(box)


def dragged(element: Locator, at: tuple[float, float], by: tuple[float, float]) -> None:
    """Drags an element, held at a share of its width and height, by so many pixels."""
    box, mouse = box_of(element), element.page.mouse
    x, y = box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + by[0], y + by[1], steps=8)
    mouse.up()


@pytest.mark.journey
def test_heat_follows_the_slider_on_every_map_and_asks_the_server_for_nothing(
    visit: Visit,
) -> None:
    sent: list[str] = []
    page = visit(f"Inspect?sample={SAMPLE}")
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append(socket.url)))
    page.reload()
    explained(page, len(OFFERED))
    assert sent  # the page did ask before
    before, maps = len(sent), page.locator(".heat-map .layers").all()
    shown = [pixels(layers) for layers in maps]
    dragged(heat(page), at=(0.5, 0.5), by=(box_of(heat(page))["width"], 0))
    expect(heat(page)).to_have_value("100")
    for layers, was in zip(maps, shown, strict=True):
        assert np.abs(pixels(layers) - was).mean() > 5
    heat(page).press("ArrowLeft")
    expect(heat(page)).to_have_attribute("aria-valuetext", "99 % heat, 1 % face")
    dragged(maps[-1], at=(0.9, 0.2), by=(-box_of(maps[-1])["width"] / 2, 0))
    value = int(heat(page).input_value())
    assert 40 <= value <= 60
    page.get_by_role("button", name="Face only").click()
    expect(heat(page)).to_have_value("0")
    settle(page)
    assert len(sent) == before
    plain = []
    for layers in maps:  # columns begin at fractions of a pixel and are narrower than a face
        layers.evaluate(ON_THE_GRID)
        plain.append(pixels(layers))
    assert all(np.abs(one - plain[0]).mean() < 1 for one in plain), "the same face everywhere"


def test_the_screen_shows_what_the_explain_command_draws(visit: Visit) -> None:
    name = OFFERED[0]
    face = images.resize(images.decode(samples.get(SAMPLE).path.read_bytes()))
    found = explain.make("saliency")(load_classifier(name), images.to_float(face)[None])[0]
    page = explained(visit(f"Inspect?sample={SAMPLE}&map=saliency"), len(OFFERED))
    layers = page.locator(".heat-map .layers").first
    layers.evaluate(ON_THE_GRID)
    for share in (0, 25, 50, 100):
        to_share(page, share)
        expected = explain.overlay(face, found, share / 100).astype(np.int16)
        difference = np.abs(pixels(layers) - expected)
        assert difference.mean() < 1, share


def test_a_map_says_verdict_and_place_and_its_kind_is_in_the_link(visit: Visit) -> None:
    page = explained(visit(f"Inspect?sample={SAMPLE}"), len(OFFERED))
    for layers in page.locator(".heat-map .layers").all():
        said = str(layers.get_attribute("aria-label"))
        assert re.search(r": with(out)? mask, [\d.<> ]+ %\. Grad-CAM: Hottest .*lower half", said)
    page.get_by_test_id("stButtonGroup").get_by_text("Saliency", exact=True).click()
    expect(page).to_have_url(re.compile("map=saliency"))
    explained(page, len(OFFERED))
    expect(page.locator(".heat-map .layers").first).to_have_attribute(
        "aria-label", re.compile("Saliency: ")
    )


def square(page: Page) -> Locator:
    """What the models see."""
    return page.get_by_alt_text("The part of the picture the model sees")


def address(page: Page) -> str:
    """Where the square lies: Streamlit names a picture by its content."""
    return str(square(page).get_attribute("src"))


def seen(page: Page) -> str:
    """Hash of the square."""
    return hashlib.sha256(page.request.get(address(page)).body()).hexdigest()


@pytest.mark.journey
def test_crop_is_dragged_pulled_moved_by_keys_and_put_back(visit: Visit) -> None:
    page = visit("Inspect?sample=astronaut&map=saliency")
    explained(page, len(OFFERED))
    found, start = seen(page), address(page)
    page.get_by_test_id("stButtonGroup").get_by_text("By hand", exact=True).click()
    frame = page.locator(".crop-box .box")
    expect(frame).to_be_visible()
    settle(page)
    expect(square(page)).to_have_attribute("src", start)  # it starts where the face was found
    assert seen(page) == found
    views, addresses = [found], [start]

    def moved() -> None:
        expect(square(page)).not_to_have_attribute("src", addresses[-1])
        settle(page)
        addresses.append(address(page))
        views.append(seen(page))
        assert views[-1] not in views[:-1]

    dragged(frame, at=(0.5, 0.5), by=(40, 30))
    moved()
    box = box_of(frame)
    dragged(frame, at=(0.98, 0.98), by=(25, 25))
    moved()
    after = box_of(frame)
    assert abs(after["x"] - box["x"]) < 1  # the corner opposite stayed
    assert after["width"] > box["width"] + 20
    page.get_by_role("slider", name="Left").press("ArrowLeft")
    moved()
    page.get_by_role("slider", name="Size").press("End")
    moved()
    assert page.get_by_role("slider", name="Top").is_disabled()  # the whole picture is in it
    page.get_by_role("link", name="Attack this face").click()
    expect(page.locator(".lab .verdict[data-outcome]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    page.get_by_role("link", name="Inspect").click()
    explained(page, len(OFFERED))
    expect(square(page)).to_have_attribute("src", addresses[-1])
    assert seen(page) == views[-1]
    page.get_by_role("button", name="Back to the found face").click()
    expect(square(page)).to_have_attribute("src", start)
    assert seen(page) == found
