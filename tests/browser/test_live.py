"""The live camera: answers while one looks on, one at a time, and nothing left when it ends."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from accessibility import violations
from lab import CHROMIUM_FLAGS, FIRST_VERDICT_MS, Visit, chromium_path, settle
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

LIVE = "Inspect?view=live&computed=server"
REMEMBER_TRACKS = """() => {
  const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  globalThis.tracks = [];
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await asked(wanted);
    tracks.push(...stream.getTracks());
    return stream;
  }; }"""
STATES = "() => globalThis.tracks.map(track => track.readyState)"
HIDE = """() => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange")); }"""
INSECURE = """() => {
  Object.defineProperty(globalThis, "isSecureContext", { value: false });
  Object.defineProperty(navigator, "mediaDevices", { value: undefined }); }"""
COURSES = """live => ["clean", "attacked"].map(
  name => live.querySelector(`polyline.${name}`).getAttribute("points"))"""
LARGE = 8000
"""Bytes; only a message with a picture has more."""


def live(page: Page) -> Locator:
    return page.locator(".live")


def switch(page: Page) -> Locator:
    return live(page).get_by_role("button")


def started(page: Page) -> Page:
    switch(page).click(timeout=FIRST_VERDICT_MS)
    expect(live(page)).to_have_attribute("data-state", "running", timeout=FIRST_VERDICT_MS)
    return page


def rate(page: Page) -> float:
    """Stills a second, as the page tells it."""
    return float(str(live(page).get_attribute("data-rate") or 0))


def answered(page: Page) -> int:
    return int(str(live(page).get_attribute("data-answered")))


def courses(page: Page) -> list[list[float]]:
    """Heights of the clean and of the attacked line at one moment, as stills go on coming."""
    lines = live(page).evaluate(COURSES)
    return [[float(point.split(",")[1]) for point in points.split()] for points in lines]


@pytest.mark.journey
def test_a_class_sees_its_confidence_fall_while_it_looks_on(
    visit: Visit, record_testsuite_property: Callable[[str, object], None]
) -> None:
    page = started(visit(LIVE))
    clean, attacked = (live(page).locator(f"[data-role={r}]") for r in ("clean", "attacked"))
    expect(clean.locator(".verdict")).to_have_text(re.compile(r"With(out)? mask [><\d. ]+%"))
    expect(attacked.locator(".verdict")).to_have_text(re.compile("(Changed|Unchanged):"))
    for figure in (clean, attacked):
        expect(figure.get_by_role("img")).to_have_attribute("alt", re.compile("mask"))
    measured = []
    for _ in range(6):
        page.wait_for_timeout(2500)
        measured.append(rate(page))
    record_testsuite_property("stills a second", measured)
    # How many is for whoever reads the record; it depends on what else this machine has to do.
    assert max(measured) >= 0.5, measured
    expect(live(page).locator(".rate")).to_have_text(
        re.compile(r"[\d.]+ stills a second; an answer takes \d+ ms\.")
    )
    above, below = courses(page)
    assert len(above) == len(below) > 2
    assert below[-1] > above[-1], "the attack lowers confidence"
    settle(page)
    assert violations(page) == []


def test_epsilon_by_keyboard_moves_the_answers_and_the_link(visit: Visit) -> None:
    page = visit(f"{LIVE}&epsilon=0")
    switch(page).focus(timeout=FIRST_VERDICT_MS)
    page.keyboard.press("Enter")
    expect(live(page)).to_have_attribute("data-state", "running", timeout=FIRST_VERDICT_MS)
    expect(live(page).locator("[data-role=attacked] .verdict")).to_contain_text("Unmoved:")
    slider = live(page).get_by_role("slider", name="Epsilon")
    for _ in range(8):
        slider.press("ArrowRight")
    expect(page).to_have_url(re.compile("epsilon=8"))
    expect(live(page).locator("[data-role=attacked] .verdict")).to_contain_text("Changed:")
    assert str(slider.get_attribute("aria-valuetext")).startswith("8/255")
    switch(page).press("Space")
    expect(live(page)).to_have_attribute("data-state", "off")


def test_stills_are_sent_one_at_a_time(visit: Visit) -> None:
    page, course = visit(LIVE), list[str]()
    page.on("websocket", lambda socket: _follow(socket, course))
    page.reload()
    settle(page)
    started(page)
    del course[:]
    page.wait_for_timeout(4000)
    switch(page).click()
    assert len(course) > 6
    assert not re.search("sent sent", " ".join(course)), "a still left before the last was answered"


def _follow(socket: WebSocket, course: list[str]) -> None:
    socket.on("framesent", lambda data: len(data) > LARGE and course.append("sent"))
    socket.on("framereceived", lambda data: len(data) > LARGE and course.append("came"))


def test_another_model_answers_without_a_stop(visit: Visit) -> None:
    page = started(visit(LIVE))
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="MobileNetV3-Small (robust)").click()
    expect(page).to_have_url(re.compile("model=mobilenetv3-robust"), timeout=FIRST_VERDICT_MS)
    before = answered(page)
    expect(live(page)).not_to_have_attribute("data-answered", str(before), timeout=FIRST_VERDICT_MS)


def leave(page: Page) -> None:
    page.get_by_role("link", name="Attack").click()
    expect(page.locator(".lab")).to_be_visible(timeout=FIRST_VERDICT_MS)


ENDS: dict[str, Callable[[Page], None]] = {
    "the button": lambda page: switch(page).click(),
    "a tab out of sight": lambda page: page.evaluate(HIDE),
    "the other view": lambda page: page.get_by_text("One picture").click(),
    "another page": leave,
}


@pytest.mark.parametrize("way", ENDS)
def test_every_end_switches_the_camera_off_and_drops_the_pictures(visit: Visit, way: str) -> None:
    page = visit(LIVE)
    page.evaluate(REMEMBER_TRACKS)
    started(page)
    assert page.evaluate(STATES) == ["live"]
    ENDS[way](page)
    page.wait_for_function("() => tracks.every(track => track.readyState === 'ended')")
    settle(page)
    expect(live(page).locator("img[src]")).to_have_count(0)
    if way == "a tab out of sight":
        expect(live(page).get_by_text("out of sight")).to_be_visible()
        page.wait_for_timeout(1500)
        assert page.evaluate(STATES) == ["ended"], "it does not start by itself"
    if way in ("the button", "a tab out of sight"):
        started(page)  # and can be started again
        assert page.evaluate(STATES) == ["ended", "live"]
    else:
        expect(live(page)).to_have_count(0)


def test_a_camera_that_is_pulled_out_is_one_sentence(visit: Visit) -> None:
    page = visit(LIVE)
    page.evaluate(REMEMBER_TRACKS)
    started(page)
    page.evaluate("() => tracks[0].dispatchEvent(new Event('ended'))")
    expect(live(page).get_by_role("alert")).to_contain_text("The camera has ended")
    assert page.evaluate(STATES) == ["ended"]


def test_less_motion_is_one_still_a_second(visit: Visit) -> None:
    page = started(visit(LIVE, motion="reduce"))
    began, before = time.monotonic(), answered(page)
    page.wait_for_timeout(4500)
    expect(live(page)).not_to_have_attribute("data-answered", str(before))
    stills = answered(page) - before
    # One may have been under way, and one is asked for at once.
    assert 0 < stills <= time.monotonic() - began + 2
    expect(live(page).get_by_text("asks for less motion")).to_be_visible()
    assert live(page).evaluate("e => e.getAnimations({ subtree: true }).length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_both_pictures_side_by_side(visit: Visit, scheme: str) -> None:
    page = started(visit(LIVE, width=390, scheme=scheme))
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    boxes = [live(page).locator("img").nth(number).bounding_box() for number in (0, 1)]
    assert len({(round(box["y"]), round(box["width"])) for box in boxes if box is not None}) == 1
    switch(page).click()
    settle(page)
    assert violations(page) == []


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--use-fake-device-for-media-stream"], "may not use the camera"),
        ([], "No camera was found"),
    ],
)
def test_a_camera_denied_or_absent_is_one_sentence(
    server: str, chromium: Browser, flags: list[str], words: str
) -> None:
    """Real browsers: one that is not allowed, one that has none."""
    browser = chromium.browser_type.launch(
        executable_path=chromium_path(), args=[*CHROMIUM_FLAGS, *flags]
    )
    try:
        page = browser.new_page()
        if not flags:
            page.context.grant_permissions(["camera"])
        page.goto(f"{server}/{LIVE}")
        settle(page)
        switch(page).click(timeout=FIRST_VERDICT_MS)
        expect(live(page).get_by_role("alert")).to_contain_text(words)
        expect(live(page)).to_have_attribute("data-state", "off")
        if flags:  # a photo is refused in a sentence as well, Streamlit's own
            page.goto(f"{server}/Attack")
            page.get_by_test_id("stButtonGroup").get_by_text("Webcam", exact=True).click()
            expect(page.get_by_text("would like to use your camera")).to_be_visible()
    finally:
        browser.close()


def test_an_insecure_address_is_one_sentence(visit: Visit) -> None:
    page = visit(LIVE)
    page.evaluate(INSECURE)
    switch(page).click(timeout=FIRST_VERDICT_MS)
    expect(live(page).get_by_role("alert")).to_contain_text("only over HTTPS or on this computer")
    expect(live(page)).to_have_attribute("data-state", "off")


def test_this_device_answers_stills_and_none_is_sent(visit: Visit) -> None:
    page, sent = visit(), list[str]()
    page.on("websocket", lambda socket: socket.on("framesent", lambda _: sent.append("message")))
    page.context.on("request", lambda request: sent.append(request.url))
    page.goto(f"{page.url.partition('?')[0].rstrip('/')}/{LIVE.partition('&')[0]}")
    settle(page)
    started(page)
    before = answered(page)
    sent.clear()
    expect(live(page).locator("[data-role=attacked] .verdict")).to_have_text(
        re.compile("(Changed|Unchanged|Unsure):")
    )
    live(page).locator("#epsilon").fill("0")
    expect(live(page).locator("[data-role=attacked] .verdict")).to_contain_text("Unmoved")
    assert answered(page) > before
    switch(page).click()
    expect(live(page)).to_have_attribute("data-state", "off")
    assert [it for it in sent if not it.startswith(("blob:", "data:"))] == []
