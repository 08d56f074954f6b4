"""Measures a room: thirty phone-sized pages of Chromium's and a projector on this machine.

    python -m benchmarks.room_of_thirty
    python -m benchmarks.room_of_thirty --pupils 3 --lesson 10 --pace 1 --json short.json

A lab is started with a room. All pupils open its link at once, as when a code is shown. Then the
teacher goes through the whole lesson: at each question every pupil guesses, at a moment of their
own, the teacher reveals, and moves on. What is recorded: seconds until all have joined, from each
guess to its count on the projector, from each move to the last pupil's page, and every error.
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

from playwright.async_api import Browser, Page, async_playwright

from benchmarks import served
from benchmarks.room_of_thirty import lab
from facemask_core.models.checkpoints import write_atomically

RESULT = Path(__file__).resolve().parents[1] / "room_of_thirty.json"
_PHONE = {"width": 390, "height": 844}
_WALL = {"width": 1920, "height": 1080}
_PATIENCE_MS = 60_000
_LOOK_SECONDS = 0.05
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
        guesses: Seconds from each guess to its count on the projector.
        moves: Seconds from each move to the last pupil's page.
        errors: Whatever a page complained of.
    """

    def __init__(self, pace: float, seed: int) -> None:
        """Begins with nobody there.

        Args:
            pace: Seconds within which all guess.
            seed: Seed of all choices.
        """
        self.wall: Page
        self.phones: list[Page] = []
        self.guesses: list[float] = []
        self.moves: list[float] = []
        self.errors: list[str] = []
        self._pace, self._chance = pace, random.Random(seed)  # noqa: S311  (no secret)

    async def open_page(self, browser: Browser, address: str, viewport: dict[str, int]) -> Page:
        """Opens a page in a profile of its own."""
        context = await browser.new_context(viewport=viewport)  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console", lambda line: self.errors.append(line.text) if line.type == "error" else None
        )
        await page.goto(address)
        return page

    async def join_all(self, browser: Browser, link: str, count: int) -> float:
        """Opens all pupils' pages at once; returns the seconds until the projector counts them."""
        start = time.monotonic()
        opened = (self.open_page(browser, link, _PHONE) for _ in range(count))
        self.phones = [*await asyncio.gather(*opened)]
        text = "document.querySelector('[data-part=joined]').textContent"
        await _wait_until(self.wall, f"parseInt({text}) >= {count}")
        joined = time.monotonic() - start
        for phone in self.phones:
            await phone.wait_for_selector("main .scene h1")
            await phone.evaluate(_WATCH_SCENES)
        await self.wall.evaluate(_WATCH_COUNTS)
        return joined

    async def guess(self) -> None:
        """Has every pupil guess, each at a moment of their own."""
        await self.wall.evaluate("window.counts = []")
        clicks = await asyncio.gather(*(self._guess_once(phone) for phone in self.phones))
        clicked = sorted(at for at in clicks if at is not None)
        await asyncio.sleep(1.0)
        counts: list[tuple[int, int]] = await self.wall.evaluate("window.counts")
        for row, at in enumerate(clicked, 1):
            seen = next((when for when, count in counts if count >= row), None)
            if seen is None:
                self.errors.append("a guess did not arrive within a second of the last")
            else:
                self.guesses.append(max(0.0, seen - at) / 1000)

    async def _guess_once(self, phone: Page) -> int | None:
        await asyncio.sleep(self._chance.uniform(0, self._pace))
        at: int | None = await phone.evaluate(_CLICK, self._chance.randrange(4))
        return at

    async def move_on(self) -> None:
        """Moves to the next step, and waits until every pupil's page has followed."""
        for phone in self.phones:
            await phone.evaluate("window.scenes = []")
        at: int = await self.wall.evaluate(
            "() => { document.querySelector('[data-part=next]').click(); return Date.now(); }"
        )
        arrived = []
        for phone in self.phones:
            await _wait_until(phone, "window.scenes.length > 0")
            arrived.append(await phone.evaluate("window.scenes[0]"))
        self.moves.append((max(arrived) - at) / 1000)

    async def walk(self) -> int:
        """Goes through the whole lesson; returns the number of steps."""
        steps = 0
        while True:
            steps += 1
            await self.guess()
            if await self.wall.locator("[data-part=reveal]").is_enabled():
                await self.wall.locator("[data-part=reveal]").click()
                await asyncio.sleep(self._pace / 2)
            if await self.wall.locator("[data-part=next]").is_disabled():
                return steps
            await self.move_on()


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
    lesson, start = Lesson(asked.pace, asked.seed), time.monotonic()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        lesson.wall = await lesson.open_page(browser, room.projector, _WALL)
        await lesson.wall.wait_for_selector(".big-code")
        before = server.processor
        joined = await lesson.join_all(browser, room.join, asked.pupils)
        steps = await lesson.walk()
        spent = server.processor - before
        await browser.close()
    return {
        "pupils": asked.pupils,
        "lesson_minutes": asked.lesson,
        "steps": steps,
        "seconds": round(time.monotonic() - start, 1),
        "joined_s": round(joined, 2),
        "guess_s": summarise(lesson.guesses),
        "move_s": summarise(lesson.moves),
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
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, default=RESULT)
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        log = Path(home) / "server.log"
        with lab.start(Path(home), log, asked.lesson) as server:
            values = asyncio.run(attend(server, lab.read_room(log), asked))
    values |= {"load_before": round(load, 1), "cores": os.cpu_count()}
    write_atomically(asked.json, (json.dumps(values, indent=1) + "\n").encode())
    print(re.sub(r"\n\s+", " ", json.dumps(values, indent=1)))


if __name__ == "__main__":
    main()
