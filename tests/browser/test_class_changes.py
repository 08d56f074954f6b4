"""A class whose lab is started anew, and one that brought its own model along."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from detector_files import write_teachable_machine
from lab import FIRST_VERDICT_MS, OFFERED, Visit, pixels, settle
from playwright.sync_api import Browser, BrowserContext, Page, expect

from benchmarks.served import Server, running
from facemask_core.data import samples
from facemask_ui.classroom import programme
from facemask_ui.classroom.page import FOLDER

_NEXT = "[data-part=next]"


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[[str, int], Page]]:
    """Opens pages in profiles of their own."""
    contexts: list[BrowserContext] = []

    def opened(address: str, width: int) -> Page:
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


def make_room(teacher: Page) -> str:
    """Makes a room on the page Class; returns the projector's link."""
    teacher.get_by_role("button", name="Make the room").click()
    link = teacher.get_by_role("link", name="Open the projector")
    expect(link).to_be_visible(timeout=FIRST_VERDICT_MS)
    settle(teacher)
    return str(link.get_attribute("href"))


def lose_for_a_while(lab: Server, pupil: Page) -> None:
    """Has the lab say nothing for a while, which no browser is told of, and then go on."""
    lab.process.send_signal(signal.SIGSTOP)
    expect(pupil.locator("#lost")).to_be_visible()
    lab.process.send_signal(signal.SIGCONT)
    expect(pupil.locator("#lost")).to_be_hidden()


def measure_a_face_without_a_disk(lab: Server, link: str, pupil: Page) -> None:
    """Has a pupil measure a face while the kernel refuses the server every write to any file."""
    import resource  # Windows has none

    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.prlimit(lab.process.pid, resource.RLIMIT_FSIZE, (0, hard))
    address, _, secret = link.partition("/projector#")
    own = [step.kind for step in programme.steps(10, "en")].index("own")
    headers = {"Authorization": f"Bearer {secret}"}
    assert pupil.request.post(
        f"{address}/move", data={"move": "go", "value": own}, headers=headers
    ).ok
    measure_face(pupil)


def measure_face(pupil: Page) -> None:
    """Has a pupil's device measure a face."""
    face = samples.get("portrait-06").path
    pupil.locator("input[data-take=file]").set_input_files(face)
    pupil.locator(".own .choice.main").click()
    expect(pupil.locator(".number").first).to_be_visible(timeout=120_000)


def be_impatient(page: Page) -> None:
    """Has a pupil's page take four seconds of silence for a lost connection, instead of 25."""
    script = (FOLDER / "stream.js").read_text(encoding="utf-8")
    body = script.replace("SILENCE = 25000", "SILENCE = 4000")
    assert body != script
    page.route("**/stream.js", lambda it: it.fulfill(body=body, content_type="text/javascript"))


def test_a_lab_that_is_started_anew_has_lost_its_room_and_every_page_says_so(
    open_page: Callable[[str, int], Page], tmp_path: Path
) -> None:
    models = {"FACEMASK_MODELS": ",".join(OFFERED)}
    with running(tmp_path / "home", **models) as lab:
        teacher = open_page(f"{lab.address}/Class?minutes=10", 1440)
        settle(teacher)
        link = make_room(teacher)
        code = link.partition("/room/")[2][:6]
        wall = open_page(link, 1440)
        pupil = open_page(f"{lab.address}/join", 390)
        be_impatient(pupil)
        pupil.goto(f"{lab.address}/join/{code.lower()}")
        expect(wall.locator("[data-part=joined]")).to_have_text(re.compile(r"^1\D"))
        wall.locator(_NEXT).click()
        expect(pupil.locator("main .choice").first).to_be_visible()
        measure_a_face_without_a_disk(lab, link, pupil)
        lose_for_a_while(lab, pupil)
        lab.kill()
        expect(pupil.locator("#lost")).to_be_visible()
        expect(wall.locator("[data-part=lost]")).to_be_visible()
        again = Server(tmp_path / "home", port=lab.port, **models)
    try:
        expect(pupil.locator(".complaint")).to_contain_text("Your teacher opens another one")
        expect(pupil.locator("#code")).to_be_visible()
        expect(wall.locator("main h1")).to_contain_text("There is no such room any more")
        expect(wall.locator(_NEXT)).to_be_disabled()
        gone = teacher.get_by_text(f"The room {code[:3]} {code[3:]} is gone")
        expect(gone).to_be_visible(timeout=FIRST_VERDICT_MS)
        expect(teacher.get_by_role("button", name="Make the room")).to_be_visible()
    finally:
        again.stop()


def test_a_class_guesses_about_the_model_that_its_teacher_dropped(
    visit: Visit, open_page: Callable[[str, int], Page], tmp_path: Path
) -> None:
    content = write_teachable_machine(tmp_path, side=224)
    teacher = visit("Models", width=1440)
    teacher.get_by_text("A model of your own", exact=True).click()
    file = {"name": "converted_keras.zip", "mimeType": "application/zip", "buffer": content}
    teacher.locator("input[type=file]").first.set_input_files(file)  # type: ignore[arg-type]
    used = teacher.get_by_role("heading", name="How it is used")
    expect(used).to_be_visible(timeout=FIRST_VERDICT_MS)
    settle(teacher)
    teacher.get_by_role("link", name="Class", exact=True).click()
    settle(teacher)
    teacher.get_by_test_id("stButtonGroup").get_by_text("10", exact=True).click()
    settle(teacher)
    teacher.get_by_role("combobox", name="Model that the class guesses about").click()
    teacher.get_by_role("option", name="keras-model (yours)").click()
    settle(teacher)
    link = make_room(teacher)
    wall = open_page(link, 1440)
    lab, _, rest = link.partition("/room/")
    pupil = open_page(f"{lab}/join/{rest[:6]}", 390)
    expect(pupil.locator("#name")).not_to_be_empty()
    while "guess" not in (wall.locator("[data-part=stage]").get_attribute("class") or "").split():
        step = wall.locator("[data-part=step]").inner_text()
        wall.locator(_NEXT).click()
        expect(wall.locator("[data-part=step]")).not_to_have_text(step)
    for page in (wall, pupil):
        expect(page.locator(".whose")).to_have_text(
            "The model here is your class’s own: keras-model."
        )
        face = page.locator("canvas.face")
        expect(face).to_have_attribute("data-drawn", "portrait-06 1")
        attacked = pixels(face).astype(int)
    pupil.locator("[data-choice=masked]").click()
    wall.locator("[data-part=reveal]").click()
    expect(wall.locator(".truth h2")).to_have_text("keras-model says")
    expect(pupil.locator(".reveal .verdict")).to_be_visible()
    wall.locator(_NEXT).click()
    expect(pupil.locator("main input[type=range]")).to_be_visible()
    expect(pupil.locator("canvas.face")).to_have_attribute("data-drawn", "portrait-06 0")
    assert np.abs(attacked - pixels(pupil.locator("canvas.face"))).max() == 1
    wall.locator(_NEXT).click()
    expect(pupil.locator(".whose")).to_contain_text("keras-model")
    measure_face(pupil)
