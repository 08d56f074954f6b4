"""One's own picture on one's own device: the server's answers, and nothing sent or kept."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from accessibility import violations
from attack_page import complete, lab, saved, shown, to_stop
from lab import FIRST_VERDICT_MS, Visit, settle
from playwright.sync_api import Locator, Page, expect

from benchmarks.ondevice.varied_files import write
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


_CHOOSE_TWO = """(input, files) => {
  for (const text of files) {
    const choice = new DataTransfer();
    const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    choice.items.add(new File([bytes], "a.png"));
    input.files = choice.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}"""
_REFUSE_CAMERA = """() => {
  const devices = navigator.mediaDevices;
  devices.real ??= devices.getUserMedia.bind(devices);
  devices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
}"""
_DELAY_CAMERA = """() => {
  let give;
  const wait = new Promise((resume) => { give = resume; });
  navigator.mediaDevices.getUserMedia = () => wait;
  globalThis.openCamera = async () => {
    const stream = await navigator.mediaDevices.real({ video: true });
    give(stream);
    await new Promise((resume) => setTimeout(resume, 300));
    return stream.getTracks();
  };
}"""


def encode(file: bytes) -> str:
    return base64.b64encode(file).decode()


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
    expect(own(page).get_by_role("alert")).to_contain_text("not a picture the lab can read")
    computed(page)
    assert wire.sent == []


def test_odd_pictures_and_hasty_visitors(visit: Visit) -> None:
    page, wire = open_device(visit)
    wire.sent.clear()
    pick = own(page).locator("input.file")
    wall = write(np.full((300, 400, 3), 120, np.uint8), "PNG")
    pick.set_input_files({"name": "wall.png", "mimeType": "image/png", "buffer": wall})
    expect(own(page).get_by_text("No face was found")).to_be_visible()
    computed(page)
    five = np.hstack([images.decode(one.path.read_bytes()) for one in samples.gallery()[:5]])
    pick.set_input_files({"name": "5.png", "mimeType": "image/png", "buffer": write(five, "PNG")})
    boxes = faces.left_to_right(faces.find_faces(five))
    assert len(boxes) == 5
    expect(own(page).locator(".regions button")).to_have_count(len(boxes) + 2)
    press(page, "Face 4")
    expect(own(page).get_by_role("button", name="Face 4")).to_have_attribute("aria-pressed", "true")
    computed(page)
    np.testing.assert_array_equal(shown(page, "original"), faces.crop(five, boxes[3]))
    last = images.decode(SAMPLE.path.read_bytes())
    pick.evaluate(
        _CHOOSE_TWO, [encode(write(np.tile(five, (2, 1, 1)), "PNG")), encode(write(last, "PNG"))]
    )
    expect(own(page).locator(".mine")).to_be_visible()
    box = faces.find_faces(last)[0]
    expected = faces.crop(last, box)
    page.wait_for_function("() => globalThis[Symbol.for('facemask-lab.mine')].photo.width < 1000")
    page.wait_for_timeout(1_500)  # in which the large one would have come
    computed(page)
    np.testing.assert_array_equal(shown(page, "original"), expected)
    assert wire.sent == []


def test_a_device_with_one_core_is_left_in_the_middle_and_found_again(visit: Visit) -> None:
    page = visit()
    page.add_init_script("Object.defineProperty(navigator, 'hardwareConcurrency', { value: 1 })")
    page.reload()
    settle(page)
    page.get_by_role("button", name="Try your own face").click()
    expect(own(page)).to_have_attribute("data-state", "choose", timeout=FIRST_VERDICT_MS)
    own(page).locator("input.file").set_input_files(SAMPLE.path)
    expect(own(page)).to_have_attribute("data-state", "mine")
    page.get_by_role("link", name="Learn").click()
    settle(page)
    expect(page.get_by_role("link", name="Take the lesson home")).to_be_visible()
    page.get_by_role("link", name="Attack").click()
    settle(page)
    computed(page)


def test_a_camera_that_is_refused_or_left_stays_off(visit: Visit) -> None:
    page, _ = open_device(visit)
    page.evaluate(_REFUSE_CAMERA)
    press(page, "Take a photo")
    expect(own(page).get_by_role("alert")).to_contain_text("may not use the camera")
    page.evaluate(_DELAY_CAMERA)
    press(page, "Take a photo")
    page.get_by_role("link", name="Learn").click()
    settle(page)
    state = page.evaluate(
        "async () => (await globalThis.openCamera()).map((track) => track.readyState)"
    )
    assert state == ["ended"]


def test_a_browser_without_the_engines_instructions_is_told_so(visit: Visit) -> None:
    page = visit()
    page.add_init_script("WebAssembly.validate = () => false")
    page.reload()
    settle(page)
    page.get_by_role("button", name="Try your own face").click()
    expect(own(page).get_by_role("alert")).to_contain_text("too old", timeout=FIRST_VERDICT_MS)
    expect(own(page).get_by_text("Loading the model")).to_be_hidden()
