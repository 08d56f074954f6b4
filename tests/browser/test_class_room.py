"""A class in one room, from making it to the tables: a teacher at 1440, two pupils at 390."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from accessibility import violations
from lab import FIRST_VERDICT_MS, Visit, settle
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from facemask_core.data import samples
from facemask_ui.classroom import programme
from facemask_ui.language import read_texts

CONTENT_MS = 60_000
_NEXT, _REVEAL = "[data-part=next]", "[data-part=reveal]"
_LARGEST = 200
"""Bytes of a message of a pupil's; a face has 150,528."""


class Class:
    """A teacher's projector and some pupils, whose requests are watched."""

    def __init__(self, chromium: Browser, link: str, scheme: str = "light") -> None:
        self._chromium, self._scheme = chromium, scheme
        self.contexts: list[BrowserContext] = []
        self.sent: list[Request] = []
        self.complaints: list[str] = []
        self.teacher: Page
        self.lab, _, rest = link.partition("/room/")
        self.code = rest.partition("/")[0]
        self.wall = self.open_page(link, 1440, 900)

    def open_page(self, address: str, width: int, height: int) -> Page:
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=self._scheme,  # type: ignore[arg-type]
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(CONTENT_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("websocket", lambda it: self.complaints.append(f"websocket {it.url}"))
        page.on("request", self.note_request)
        page.goto(address)
        return page

    def note_request(self, request: Request) -> None:
        self.sent.append(request)

    def join(self) -> Page:
        page = self.open_page(f"{self.lab}/join/{self.code}", 390, 844)
        expect(page.locator("main .scene h1")).to_be_visible()
        return page

    @property
    def kind(self) -> str:
        names = (self.wall.locator("[data-part=stage]").get_attribute("class") or "").split()
        return names[-1]

    def move(self, part: str) -> None:
        """Presses a button, and waits until the projector shows its effect."""
        stage = self.wall.locator("[data-part=step]")
        before = stage.inner_text()
        self.wall.locator(part).click()
        if part == _NEXT:
            expect(stage).not_to_have_text(before)
        else:
            expect(self.wall.locator(_REVEAL)).to_be_disabled()

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def made_room(visit: Visit, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Class]:
    """A room as a teacher makes it on the page Class."""
    language, minutes, scheme = request.param
    texts = read_texts(language)
    page = visit(f"Class?lang={language}&minutes={minutes}", width=1440, scheme=scheme)
    page.get_by_role("button", name=texts.say("class.make")).click()
    button = page.get_by_role("link", name=texts.say("class.projector"))
    expect(button).to_be_visible(timeout=FIRST_VERDICT_MS)
    settle(page)
    link = str(button.get_attribute("href"))
    code = link.partition("/room/")[2].partition("/")[0]
    expect(page.locator(".room-code")).to_have_text(f"{code[:3]} {code[3:]}")
    held = Class(chromium, link, scheme)
    held.teacher = page
    yield held
    held.close()
    assert not held.complaints


def answer(pupil: Page, kind: str, place: int) -> None:
    """Answers as a pupil does at a kind of step."""
    if kind == "slider":
        pupil.locator("main input[type=range]").fill(str(3 + place))
        pupil.locator("main .choices .choice.main").click()
    elif kind in {"guess", "question", "game"}:
        choice = pupil.locator("main .choices .choice").nth(place)
        choice.click()
        expect(choice).to_have_attribute("aria-pressed", "true")


def show_face(pupil: Page, photograph: bytes) -> None:
    """Gives the page a file that is no picture, and a photograph, and waits for its number."""
    bad = {"name": "me.png", "mimeType": "image/png", "buffer": b"no picture"}
    pupil.locator("input[data-take=file]").set_input_files(bad)  # type: ignore[arg-type]
    spoken = read_texts(str(pupil.locator("html").get_attribute("lang")))
    refusal = spoken.strings["refusals.no_picture"]
    expect(pupil.locator(".own .complaint")).to_contain_text(refusal.partition("{")[0])
    file = {"name": "me.png", "mimeType": "image/png", "buffer": photograph}
    pupil.locator("input[data-take=file]").set_input_files(file)  # type: ignore[arg-type]
    pupil.locator(".own .choice.main").click()
    expect(pupil.locator(".number").first).to_be_visible(timeout=120_000)


@pytest.fixture(scope="module")
def photograph() -> bytes:
    buffer = io.BytesIO()
    with Image.open(samples.get("portrait-06").path) as picture:
        picture.convert("RGB").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "made_room",
    [
        pytest.param(("en", 10, "light"), marks=pytest.mark.journey),
        ("fr", 10, "dark"),
    ],
    indirect=True,
    ids=["en", "fr"],
)
def test_a_class_walks_the_lesson_from_the_room_to_the_tables(
    made_room: Class, photograph: bytes
) -> None:
    held = made_room
    pupils = [held.join(), held.join()]
    joined = held.wall.locator("[data-part=joined]")
    expect(joined).to_have_text(re.compile(r"^2\D"))
    kinds = []
    while True:
        kind = held.kind
        kinds.append(kind)
        for place, pupil in enumerate(pupils):
            answer(pupil, kind, place)
        if kind == "own":
            show_face(pupils[0], photograph)
        elif kind in {"guess", "question", "slider"}:
            answered = held.wall.locator("[data-part=answered]")
            expect(answered).to_have_text(re.compile(r"^2\D+2"))
        if held.wall.locator(_REVEAL).is_enabled():
            assert not pupils[0].locator(".verdict").count()  # nobody knows before the reveal
            held.move(_REVEAL)
            if kind in {"guess", "slider"}:
                expect(pupils[0].locator(".reveal p, .live p").first).to_be_visible()
        if held.wall.locator(_NEXT).is_disabled():
            break
        held.move(_NEXT)
    assert kinds == [step.kind for step in programme.steps(10, "en")]
    expect(held.wall.locator(".changed")).to_have_count(6)
    check_tables(held)
    check_messages(held, photograph)
    check_stores(pupils[0])


def check_tables(held: Class) -> None:
    """The teacher saves both tables; the guesses of both pupils are in the first."""
    held.wall.locator("[data-part=pupils]").click()
    for part, rows in (("answers", 4), ("questions", 1 + 4 + 4 + 3 + 4 + 3 + 3)):
        with held.wall.expect_download() as download:
            held.wall.locator(f"[data-part={part}]").click()
        text = Path(download.value.path()).read_text("utf-8-sig")
        assert len(text.strip().splitlines()) == rows


def check_messages(held: Class, photograph: bytes) -> None:
    """Nothing of a picture is in any message to the server: all are short, and say nothing else."""
    bodies = [it.post_data_buffer for it in held.sent if it.post_data_buffer]
    assert bodies
    numbers = []
    for body in bodies:
        assert len(body) < _LARGEST
        message = json.loads(body)
        allowed = {"pupil", "step", "ask", "answer", "name", "value", "move"}
        assert message.keys() <= allowed
        assert all(len(str(value)) <= 40 for value in message.values())
        numbers += [message["value"]] if "name" in message else []
    assert len(numbers) == 1
    assert numbers[0] == "none" or 0 <= numbers[0] <= 255
    assert all(len(it.url) < _LARGEST for it in held.sent if not it.url.startswith("blob:"))
    assert photograph[:64] not in b"".join(bodies)


def check_stores(pupil: Page) -> None:
    """The browser keeps the way back into the room, for this tab, and nothing else."""
    assert pupil.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    kept = json.loads(pupil.evaluate("sessionStorage.getItem('facemask-room')"))
    assert pupil.evaluate("sessionStorage.length") == 1
    assert kept.keys() == {"code", "pupil", "name"}


@pytest.mark.parametrize("made_room", [("en", 10, "light")], indirect=True)
def test_a_pupil_comes_back_and_everybody_hears_of_the_end(made_room: Class) -> None:
    held = made_room
    pupil = held.join()
    expect(pupil.locator("#name")).not_to_be_empty()
    name = pupil.locator("#name").inner_text()
    held.move(_NEXT)
    answer(pupil, "question", 1)
    expect(held.wall.locator("[data-part=answered]")).to_have_text(re.compile(r"^1\D+1"))
    pupil.reload()
    expect(pupil.locator("main .choice").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(pupil.locator("#name")).to_have_text(name)
    pupil.context.set_offline(True)
    held.move(_NEXT)
    expect(pupil.locator("#lost")).to_be_visible()
    pupil.context.set_offline(False)
    expect(pupil.locator("#lost")).to_be_hidden()
    heading = held.wall.locator("main h1").inner_text()
    expect(pupil.locator("main h1")).to_have_text(heading)  # where the class is by now
    late = held.join()
    expect(late.locator("main h1")).to_have_text(heading)
    freeze = held.wall.locator("[data-part=freeze]")
    freeze.click()
    expect(late.locator("#notice")).to_contain_text("stopped")
    expect(freeze).to_have_attribute("aria-pressed", "true")
    freeze.click()
    held.wall.context.set_offline(True)
    expect(late.locator("#notice")).to_contain_text("away")
    held.wall.context.set_offline(False)
    expect(late.locator("#notice")).to_be_empty()
    held.wall.locator("[data-part=pupils]").click()
    held.wall.locator("[data-part=list] button").first.click()
    expect(pupil.locator("#code")).to_be_visible()
    held.wall.on("dialog", lambda dialog: dialog.accept())
    held.wall.locator("[data-part=finish]").click()
    expect(late.locator(".complaint")).to_contain_text("ended")
    expect(held.wall.locator("main h1")).to_contain_text("ended")
    expect(held.teacher.get_by_text("The room has ended")).to_be_visible()


@pytest.mark.parametrize(
    "made_room", [("en", 45, "light"), ("fr", 45, "dark")], indirect=True, ids=["light", "dark"]
)
def test_both_pages_have_no_serious_fault_and_fit_their_screens(made_room: Class) -> None:
    held = made_room
    pupil = held.join()
    seen: set[str] = set()
    while True:
        if held.kind not in seen:
            seen.add(held.kind)
            answer(pupil, held.kind, 0)
            if held.wall.locator(_REVEAL).is_enabled():
                held.move(_REVEAL)
            assert [*violations(held.wall), *violations(pupil)] == []
            for page in (held.wall, pupil):
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if held.wall.locator(_NEXT).is_disabled():
            return
        held.move(_NEXT)


@pytest.mark.parametrize("made_room", [("en", 10, "light")], indirect=True)
def test_without_the_code_or_the_secret_a_stranger_sees_nothing(made_room: Class) -> None:
    held = made_room
    stranger = held.open_page(f"{held.lab}/room/{held.code}/projector", 1440, 900)
    expect(stranger.locator("main h1")).to_contain_text("secret")
    wrong = held.open_page(f"{held.lab}/room/{held.code}/projector#{'x' * 32}", 1440, 900)
    expect(wrong.locator("main h1")).to_contain_text("teacher")
    lost = held.open_page(f"{held.lab}/join/BBBBBB", 390, 844)
    expect(lost.locator(".complaint")).to_contain_text("no room")
