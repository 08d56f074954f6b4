"""Measures a room: thirty phone-sized pages of Chromium's and a projector on this machine.

    python -m benchmarks.room_of_thirty
    python -m benchmarks.room_of_thirty --pupils 3 --lesson 10 --pace 1 --hurry --json short.json

A lab is started with a room. All pupils open its link at once, as when a code is shown. Then the
teacher goes through the whole lesson, each step for its share of the lesson's minutes: every pupil
guesses, at a moment of their own, the teacher reveals, and moves on. On the way a page is reloaded,
another loses its network for half a minute, and a pupil joins late. What is recorded: seconds until
all have joined, from each guess to its count on the projector, from each move to the last pupil's
page, and every error. The file is written even where a page fails.
Pupils take no pictures here: thirty phones have processors of their own, and this machine has not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Error, Page, async_playwright

from benchmarks import served
from benchmarks.room_of_thirty import lab
from facemask_core.models.checkpoints import write_atomically

RESULT = Path(__file__).resolve().parents[1] / "room_of_thirty.json"
_PHONE = {"width": 390, "height": 844}
_WALL = {"width": 1920, "height": 1080}
_PATIENCE_MS = 60_000
_LOOK_SECONDS = 0.05
_LOST_SECONDS = 30.0
_LATEST_GUESS = 10.0
"""Seconds after the last guess within which the projector has counted all."""
_MISHAPS = {3: "reloaded", 5: "lost", 7: "late"}
"""What happens at which step of the lesson."""
_WATCH_SCENES = """() => {
  window.scenes = [];
  new MutationObserver(() => window.scenes.push(Date.now()))
    .observe(document.querySelector("main"), { childList: true }); }"""
_WATCH_COUNTS = """() => {
  window.counts = [];
  const part = document.querySelector("[data-part=answered]");
  const read = () => Number(part.textContent.match(/[0-9]+/)?.[0]);
  const note = () => window.counts.push([Date.now(), read()]);
  const changes = { childList: true, characterData: true, subtree: true };
  new MutationObserver(note).observe(part, changes); }"""
_CLICK = """place => {
  const all = [...document.querySelectorAll("main .choices > button")];
  const buttons = all.filter((it) => it.offsetParent);
  if (!buttons.length || document.querySelector("main .own")) return null;
  const at = Date.now();
  buttons[place % buttons.length].click();
  return at; }"""


class Lesson:
    """A lesson under way, and what was recorded.

    Attributes:
        wall: The projector's page.
        phones: The pupils' pages.
        joined: Seconds until the projector had counted all pupils.
        guesses: Seconds from each guess to its count on the projector.
        moves: Seconds from each move to the last pupil's page.
        mishaps: Seconds until a page that was reloaded, cut off or late was in the lesson.
        errors: Whatever a page complained of.
        steps: How many steps were gone through.
    """

    def __init__(self, browser: Browser, link: str, asked: argparse.Namespace) -> None:
        """Begins with nobody there.

        Args:
            browser: Where the pages are opened.
            link: The pupils' link.
            asked: The command's options.
        """
        self.wall: Page
        self.phones: list[Page] = []
        self.joined: float | None = None
        self.guesses: list[float] = []
        self.moves: list[float] = []
        self.mishaps: dict[str, float] = {}
        self.errors: list[str] = []
        self.steps = 0
        self._browser, self._link, self._asked = browser, link, asked
        self._chance = random.Random(asked.seed)  # noqa: S311  (no secret)
        self._cut_off: set[Page] = set()

    async def open_page(self, address: str, viewport: dict[str, int]) -> Page:
        """Opens a page in a profile of its own."""
        context = await self._browser.new_context(viewport=viewport)  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self._note(page, line.type, line.text))
        await page.goto(address)
        return page

    def _note(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and page not in self._cut_off:
            self.errors.append(text)

    async def join_all(self) -> None:
        """Opens all pupils' pages at once, and waits until the projector counts them."""
        start, count = time.monotonic(), self._asked.pupils
        opened = (self.open_page(self._link, _PHONE) for _ in range(count))
        self.phones = [*await asyncio.gather(*opened)]
        await self._wait_for_joined(count)
        self.joined = time.monotonic() - start
        for phone in self.phones:
            await _watch_phone(phone)
        await self.wall.evaluate(_WATCH_COUNTS)

    async def _wait_for_joined(self, count: int) -> None:
        text = "document.querySelector('[data-part=joined]').textContent"
        await _wait_until(self.wall, f"parseInt({text}) >= {count}")

    async def guess(self) -> None:
        """Has every pupil guess, each at a moment of their own."""
        await self.wall.evaluate("window.counts = []")
        clicks = await asyncio.gather(*(self._guess_once(phone) for phone in [*self.phones]))
        clicked = sorted(at for at in clicks if at is not None)
        end = time.monotonic() + _LATEST_GUESS
        counts: list[tuple[int, int]] = []
        while clicked and time.monotonic() < end and not _has_counted(counts, len(clicked)):
            await asyncio.sleep(_LOOK_SECONDS)
            counts = await self.wall.evaluate("window.counts")
        for row, at in enumerate(clicked, 1):
            seen = next((when for when, count in counts if count >= row), None)
            if seen is None:
                self.errors.append(f"a guess was not counted within {_LATEST_GUESS:.0f} seconds")
            else:
                self.guesses.append(max(0.0, seen - at) / 1000)

    async def _guess_once(self, phone: Page) -> int | None:
        await asyncio.sleep(self._chance.uniform(0, self._asked.pace))
        try:
            at: int | None = await phone.evaluate(_CLICK, self._chance.randrange(4))
        except Error as error:
            self._give_up(phone, error)
            return None
        return at

    def _give_up(self, phone: Page, error: Exception) -> None:
        """Goes on without a page that has failed, which counts as an error."""
        self.errors.append(f"a pupil's page failed: {error}")
        self.phones.remove(phone)

    async def move_on(self) -> None:
        """Moves to the next step, and waits until every pupil's page has followed."""
        for phone in self.phones:
            await phone.evaluate("window.scenes = []")
        at: int = await self.wall.evaluate(
            "() => { document.querySelector('[data-part=next]').click(); return Date.now(); }"
        )
        arrived = [at]
        for phone in [*self.phones]:
            try:
                await _wait_until(phone, "window.scenes.length > 0")
                arrived.append(await phone.evaluate("window.scenes[0]"))
                if not await phone.evaluate("document.querySelector('#name').textContent"):
                    self.errors.append("a pupil's page has left the room")
            except (Error, TimeoutError) as error:
                self._give_up(phone, error)
        self.moves.append((max(arrived) - at) / 1000)

    async def walk(self) -> None:
        """Goes through the whole lesson."""
        label = await self.wall.locator("[data-part=step]").inner_text()
        count = int(re.findall(r"[0-9]+", label)[1])
        share = 0.0 if self._asked.hurry else 60 * self._asked.lesson / count
        while True:
            until = time.monotonic() + share
            await self.guess()
            if (mishap := _MISHAPS.get(self.steps)) is not None:
                await self._suffer(mishap)
            if await self.wall.locator("[data-part=reveal]").is_enabled():
                await self.wall.locator("[data-part=reveal]").click()
                await asyncio.sleep(self._asked.pace / 2)
            await asyncio.sleep(max(0.0, until - time.monotonic()))
            self.steps += 1
            if await self.wall.locator("[data-part=next]").is_disabled():
                return
            await self.move_on()

    async def _suffer(self, mishap: str) -> None:
        """Has something happen to a pupil, and notes after how many seconds all is well again."""
        phone = self._chance.choice(self.phones)
        if mishap == "lost":
            self._cut_off.add(phone)
            await phone.context.set_offline(True)
            await asyncio.sleep(_LOST_SECONDS)
        start = time.monotonic()
        if mishap == "late":
            phone = await self.open_page(self._link, _PHONE)
            self.phones.append(phone)
            await self._wait_for_joined(len(self.phones))
        elif mishap == "lost":
            await phone.context.set_offline(False)
            await _wait_until(phone, "document.querySelector('#lost').hidden")
            self._cut_off.discard(phone)
        else:
            name = await phone.locator("#name").inner_text()
            await phone.reload()
            await _wait_until(phone, f"document.querySelector('#name').textContent === {name!r}")
        self.mishaps[mishap] = round(time.monotonic() - start, 2)
        if mishap != "lost":
            await _watch_phone(phone)


async def _watch_phone(phone: Page) -> None:
    await phone.wait_for_selector("main .scene h1")
    await phone.evaluate(_WATCH_SCENES)


def _has_counted(counts: Sequence[tuple[int, int]], wanted: int) -> bool:
    return any(count >= wanted for _, count in counts)


async def _wait_until(page: Page, expression: str) -> None:
    """Waits until an expression is true in a page, whose policy forbids Playwright's own way."""
    end = time.monotonic() + _PATIENCE_MS / 1000
    while not await page.evaluate(expression):
        if time.monotonic() > end:
            raise TimeoutError(expression)
        await asyncio.sleep(_LOOK_SECONDS)


async def attend(
    server: served.Server, room: lab.Room, asked: argparse.Namespace
) -> dict[str, Any]:
    """Holds a lesson in a room, and returns what was recorded.

    Args:
        server: The lab.
        room: The room.
        asked: The command's options.
    """
    start = time.monotonic()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        lesson, before = Lesson(browser, room.join, asked), server.processor
        try:
            lesson.wall = await lesson.open_page(room.projector, _WALL)
            await lesson.wall.wait_for_selector(".big-code")
            before = server.processor
            await lesson.join_all()
            await lesson.walk()
        except (Error, TimeoutError) as error:
            lesson.errors.append(f"the lesson broke off: {error}")
        spent = server.processor - before
        await browser.close()
    return {
        "pupils": asked.pupils,
        "lesson_minutes": asked.lesson,
        "steps": lesson.steps,
        "seconds": round(time.monotonic() - start, 1),
        "joined_s": None if lesson.joined is None else round(lesson.joined, 2),
        "guess_s": summarise(lesson.guesses),
        "move_s": summarise(lesson.moves),
        "mishaps_s": lesson.mishaps,
        "errors": lesson.errors,
        "server_processor_s": round(spent, 2),
        "server_memory_mib": round(server.memory),
    }


def summarise(seconds: Sequence[float]) -> dict[str, float] | None:
    """Median, 95th percentile and most of some seconds."""
    if len(seconds) < 2:
        return None
    return {
        "count": len(seconds),
        "median": round(statistics.median(seconds), 3),
        "p95": round(statistics.quantiles(seconds, n=20, method="inclusive")[-1], 3),
        "most": round(max(seconds), 3),
    }


def main() -> None:
    """Measures, writes the file and prints it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pupils", type=int, default=30)
    parser.add_argument("--lesson", type=int, default=25, choices=(10, 25, 45))
    parser.add_argument("--pace", type=float, default=6.0, help="seconds within which all guess")
    parser.add_argument("--hurry", action="store_true", help="do not wait out the lesson's minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=RESULT)
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        log = Path(home) / "server.log"
        with lab.start(Path(home), log, asked.lesson) as server:
            values = asyncio.run(attend(server, lab.read_room(log), asked))
    values |= {"load_before": round(load, 1), "load_after": round(os.getloadavg()[0], 1)}
    values |= {"cores": os.cpu_count()}
    write_atomically(asked.json, (json.dumps(values, indent=1) + "\n").encode())
    print(re.sub(r"\n\s+", " ", json.dumps(values, indent=1)))


if __name__ == "__main__":
    main()
