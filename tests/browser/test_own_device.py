"""One's own picture on one's own device: the server's answers, and nothing sent or kept."""

from __future__ import annotations

import json

import numpy as np
import pytest
from accessibility import violations
from attack_page import complete, lab, saved, shown, to_stop
from lab import FIRST_VERDICT_MS, Visit, settle
from playwright.sync_api import Locator, Page, expect

from facemask_core import attacks
from facemask_core.data import samples
from facemask_core.labels import LABELS
from facemask_core.pictures import faces, images, model_input
from facemask_ui.choices import models
from facemask_ui.lab import sample_films
from facemask_ui.lab.stored_films import find_film

MODEL = "mobilenetv3"
SAMPLE = samples.gallery()[1]
_STORES = """async () => [{...localStorage}, {...sessionStorage}, document.cookie,
  await indexedDB.databases(), await caches.keys()]"""


class Wire:
    """All that leaves a page: requests, and messages on its websockets."""

    def __init__(self, page: Page) -> None:
        self.sent: list[str] = []
        page.context.on("request", lambda request: self.note(request.url))
        page.on("websocket", lambda socket: socket.on("framesent", lambda _: self.note("message")))

    def note(self, what: str) -> None:
        if not what.startswith(("blob:", "data:")):
            self.sent.append(what)


def own(page: Page) -> Locator:
    return page.locator(".own").first


def open_device(visit: Visit) -> tuple[Page, Wire]:
    """As a visitor does from Home, and all that is to be loaded is there."""
    page = visit()
    wire = Wire(page)
    page.reload()  # its websocket is to be watched from the beginning
    settle(page)
    page.get_by_role("button", name="Try your own face").click()
    expect(own(page)).to_have_attribute("data-state", "choose", timeout=FIRST_VERDICT_MS)
    settle(page)
    return page, wire


def computed(page: Page) -> None:
    """Waits until the film of what is chosen now is complete."""
    complete(page)
    expect(lab(page)).to_have_attribute("data-state", "complete", timeout=FIRST_VERDICT_MS)


def press(page: Page, name: str) -> None:
    own(page).get_by_role("button", name=name, exact=True).click()


def test_answers_are_the_servers_and_nothing_leaves_or_stays(visit: Visit) -> None:
    (question,) = sample_films.list_questions(
        models.on_demand(MODEL), attacks.make("fgsm"), [SAMPLE]
    )
    film = find_film(question)
    assert film is not None
    expected = {notch: answer for part in film for notch, answer in part.answers.items()}
    figures = {
        notch: values
        for part in film
        if part.kind == "figures"
        for notch, values in zip(part.header["levels"], part.header["figures"], strict=True)
    }
    lines = {part.header["name"]: part.header["values"] for part in film if part.kind == "line"}

    page, wire = open_device(visit)
    before = page.evaluate(_STORES)
    assert wire.sent
    wire.sent.clear()
    own(page).locator("input.file").set_input_files(SAMPLE.path)
    expect(own(page)).to_have_attribute("data-state", "mine")
    if own(page).locator(".framing").is_hidden():
        press(page, "Crop")
    press(page, "Whole picture")
    press(page, ("No", "Yes")[SAMPLE.label])
    computed(page)
    record = json.loads(saved(page, "Settings and results"))
    points = {point.pop("epsilon_levels"): point for point in record["points"]}
    assert record["computed_on"] == "device"
    assert record["true_class"] == LABELS[SAMPLE.label]
    assert len(points) == len(expected) == 33
    for notch, answer in expected.items():
        point = points[notch]
        np.testing.assert_allclose(point.pop("probabilities"), answer, atol=1e-4)
        for name, value in figures[notch].items():
            if value is None:
                assert point[name] is None
            else:
                assert point[name] == pytest.approx(value, abs=2e-3 * max(1, abs(value)))
    to_stop(page, 4)
    png = saved(page, "Attacked picture")
    attacked = images.decode(png)
    note = model_input.read_note(png).note
    assert note is not None
    assert (note.attack, note.frame, note.true_class) == ("fgsm", "whole", LABELS[SAMPLE.label])
    assert note.epsilon == pytest.approx(4 / 255)
    assert (attacked != film[1].attacked_at(4, question.face)).mean() < 1e-3
    np.testing.assert_array_equal(shown(page), attacked)
    drawn = page.evaluate(
        "() => Object.fromEntries([...globalThis[Symbol.for('facemask-lab.films')].values()]"
        ".at(-1).values().filter(p => p.kind === 'line').map(p => [p.name, p.values]))"
    )
    for name, values in lines.items():
        np.testing.assert_allclose(drawn[name], values, atol=1e-4)

    assert violations(page) == []
    press(page, "Find the smallest epsilon")
    first = min(notch for notch, shares in expected.items() if np.argmax(shares) != SAMPLE.label)
    expect(own(page).get_by_text(f"MobileNetV3-Small: {first}/255.")).to_be_visible()
    press(page, "Show it to the robust twin")
    expect(own(page).get_by_text("It says of the original")).to_be_visible()
    expect(own(page).get_by_text("nothing was sent")).to_contain_text("0 requests, 0 messages")
    assert wire.sent == []
    press(page, "Forget this picture")
    expect(own(page)).to_have_attribute("data-state", "choose")
    names = page.evaluate("[...globalThis[Symbol.for('facemask-lab.films')].keys()]")
    assert not [name for name in names if name.startswith("own ")]
    assert page.evaluate(_STORES) == before


def test_the_face_is_found_and_cut_as_the_server_does(visit: Visit) -> None:
    path = samples.get("astronaut").path
    pixels = images.decode(path.read_bytes())
    box = faces.find_faces(pixels)[0]
    page, wire = open_device(visit)
    wire.sent.clear()
    own(page).locator("input.file").set_input_files(path)
    computed(page)
    np.testing.assert_array_equal(shown(page, "original"), faces.crop(pixels, box))
    note = model_input.read_note(saved(page, "Attacked picture")).note
    assert note is not None
    assert (note.frame, note.box) == ("face", box.as_list())
    assert wire.sent == []


def test_the_camera_takes_a_photo_for_this_page_alone(visit: Visit) -> None:
    page, wire = open_device(visit)
    wire.sent.clear()
    press(page, "Take a photo")
    press(page, "Take the photo")
    computed(page)
    assert own(page).locator("video").evaluate("video => video.srcObject") is None
    assert wire.sent == []


def test_without_a_secure_address_the_camera_app_takes_the_photo(visit: Visit) -> None:
    page = visit()
    page.add_init_script("Object.defineProperty(globalThis, 'isSecureContext', { value: false })")
    page.reload()
    settle(page)
    page.get_by_role("button", name="Try your own face").click()
    expect(own(page).get_by_text("browsers allow that over HTTPS alone")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        press(page, "Take a photo with the camera app")
    assert chooser.value.element.get_attribute("capture") == "user"
    chooser.value.set_files(samples.get("astronaut").path)
    computed(page)


def test_a_file_that_is_no_picture_is_refused_and_the_last_picture_stays(visit: Visit) -> None:
    page, wire = open_device(visit)
    wire.sent.clear()
    pick = own(page).locator("input.file")
    pick.set_input_files(SAMPLE.path)
    computed(page)
    pick.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
    expect(own(page).get_by_role("alert")).to_contain_text("cannot read that file")
    computed(page)
    assert wire.sent == []
