"""The lesson as one file, from disk with the network off: every chapter, and one's own face."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from facemask_core import attacks
from facemask_core.data import samples
from facemask_core.pictures import faces, images, model_input
from facemask_ui.choices import models
from facemask_ui.lab import sample_films
from facemask_ui.lab.stored_films import find_film
from facemask_ui.language import read_texts
from facemask_ui.lesson import subjects
from facemask_ui.lesson_file import write_files

MODEL = "mobilenetv3"
WIDTHS = (390, 1440)
FIRST_VERDICT_SECONDS = 15
"""A second or two on an idle core; tests run on busy ones."""
_WATCH = """
  window.violations = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    violations.push(`${violatedDirective} ${blockedURI}`));
"""
_KEPT = """async () => (await (await caches.open("facemask-lesson")).keys()).length === 1"""
_STORES = """async () => [localStorage.length, sessionStorage.length, document.cookie,
  (await indexedDB.databases()).length]"""


@pytest.fixture(scope="module", params=["en", "fr"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("stick") / f"lesson-{request.param}.html"
    if request.param == "en":
        command = ["export-lesson", "--language", "en", "--output", str(output)]
        subprocess.run([sys.executable, "-m", "facemask_core", *command], check=True)
    else:  # without a process of its own, which takes longer than the lesson
        write_files(request.param, output)
    return output


@pytest.fixture
def page(file: Path, chromium: Browser) -> Iterator[Page]:
    """The file in a browser without a network; in the end nothing was asked for or kept."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page, requests, complaints = context.new_page(), [], []
    page.add_init_script(_WATCH)
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(file.as_uri())
    yield page
    assert [it for it in requests if not it.startswith(("blob:", "data:"))] == [file.as_uri()]
    assert complaints == []
    assert page.evaluate("violations") == []
    assert not any(page.evaluate(_STORES))
    assert page.locator("#trouble").is_hidden()
    context.close()


def test_a_file_on_disk_is_the_whole_lesson(page: Page, file: Path) -> None:
    texts = read_texts(file.stem[-2:])
    begin = time.monotonic()
    verdict = page.locator(".before .chip")
    expect(verdict).to_be_visible()
    assert time.monotonic() - begin < FIRST_VERDICT_SECONDS
    before, answers = _read_film(subjects.BARE)
    assert plain(verdict.inner_text()).endswith(plain(texts.percent(max(before))))
    for number in range(1, 9):
        _answer_chapter(page, number)
        if number == 2:
            _check_slider(page.locator("#lesson .lab"), texts.classes, answers)
    page.evaluate("location.hash = '#worksheet'")
    sheet = page.locator("#worksheet .sheet")
    title = texts.say("lesson.handout.worksheet_title")
    expect(sheet.get_by_role("heading", level=1)).to_have_text(title)
    assert sheet.locator("section.task").count() == 8
    _fits(page, "worksheet")
    _attack_own_picture(page, texts.say("lab.words.save.picture"))


def test_a_browser_keeps_the_page_of_a_host(chromium: Browser, tmp_path: Path) -> None:
    """The host goes away, and the lesson opens all the same."""
    write_files("fr", tmp_path / "lesson.html", installable=True)
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(_WATCH)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as host:
        thread = threading.Thread(target=host.serve_forever)
        thread.start()
        page.goto(f"http://127.0.0.1:{host.server_port}/lesson.html")
        expect(page.locator(".before .chip")).to_be_visible()
        page.wait_for_function(_KEPT)
        host.shutdown()
        thread.join()
    page.reload()
    expect(page.locator(".before .chip")).to_be_visible()
    assert page.evaluate("violations") == []
    context.close()


def _read_film(sample: str) -> tuple[list[float], dict[int, list[float]]]:
    """What the lab itself has computed of a sample: before the attack, and at each notch."""
    (question, *_) = sample_films.list_questions(
        models.on_demand(MODEL), attacks.make("fgsm"), [samples.get(sample)]
    )
    film = find_film(question)
    assert film is not None
    return film[0].header["before"], {notch: list(it) for notch, it in film[1].answers.items()}


def plain(text: str) -> str:
    """A text with plain spaces alone."""
    return re.sub(r"\s", " ", text)


def _answer_chapter(page: Page, number: int) -> None:
    """Guesses, looks at the answer, and looks whether everything fits, on a phone, too."""
    page.evaluate(f"location.hash = '#chapter-{number}'")
    expect(page.locator("#lesson h1")).to_have_text(re.compile(rf"^{number}\. "))
    for group in page.locator("#lesson fieldset").all():
        group.locator("input").first.check()
    page.locator("#lesson button.primary").click()
    expect(page.locator("#lesson .formula")).to_be_attached()
    expect(page.locator("#lesson .answer").first).to_be_visible()
    assert "{" not in page.locator("#lesson").inner_text()
    _fits(page, f"chapter {number}")


def _fits(page: Page, part: str) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (part, width)


def _check_slider(
    stage: Locator, classes: tuple[str, str], answers: dict[int, list[float]]
) -> None:
    """The slider shows the answers that the lab computes, at the notches it stops at."""
    slider = stage.locator("input.slider")
    for notch in range(5):
        slider.fill(str(notch))
        expect(stage.locator(".verdict")).to_contain_text(
            classes[answers[notch].index(max(answers[notch]))]
        )


def _attack_own_picture(page: Page, save: str) -> None:
    """A photograph is cropped to the very face that the core finds, and attacked."""
    page.evaluate("location.hash = '#try'")
    stage = page.locator("#try .lab")
    expect(stage).to_have_attribute("data-state", "complete")
    file = samples.get("astronaut").path
    photograph = images.decode(file.read_bytes())
    (face,) = faces.find_faces(photograph)
    page.locator("#try input[type=file]").first.set_input_files(file)
    name = f"{MODEL} own 1 {face.left},{face.top},{face.width},{face.height} null fgsm"
    expect(stage).to_have_attribute("data-film", name)
    expect(stage).to_have_attribute("data-state", "complete")
    _fits(page, "try")
    with page.expect_download() as download:
        page.get_by_role("button", name=save).click()
    reading = model_input.read_note(Path(download.value.path()).read_bytes())
    assert reading.note is not None
    assert (reading.note.model, reading.note.attack, reading.note.frame) == (MODEL, "fgsm", "face")
