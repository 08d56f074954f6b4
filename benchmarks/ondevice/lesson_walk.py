"""The lesson's file from disk in each browser: every chapter, and one's own photograph."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser

from benchmarks.ondevice.table import LESSON
from benchmarks.result_file import ResultFile
from facemask_core.data import samples
from facemask_ui.language import LANGUAGES
from facemask_ui.lesson_file import write_files

WALK = (Path(__file__).parent / "walk.js").read_text(encoding="utf-8")
WIDTHS = (1440, 390)
_PHOTOGRAPH = "astronaut"
_SAME = ("verdict", "answers", "film", "saved", "tasks")
"""What every browser has to give alike."""


class Visitor(Protocol):
    """A browser that opens a page and runs a script in it."""

    def visit(self, address: str, width: int) -> None:
        """Opens an address in a window of a width."""

    def run(self, function: str, *arguments: str) -> Any:
        """Runs an asynchronous function of JavaScript in the page."""


class Playwright:
    """Chromium, with the network off."""

    def __init__(self, browser: Browser) -> None:
        """Opens a blank page.

        Args:
            browser: A browser of Playwright.
        """
        self.page = browser.new_context(offline=True).new_page()

    def visit(self, address: str, width: int) -> None:
        """Opens an address in a window of a width."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto(address)

    def run(self, function: str, *arguments: str) -> Any:
        """Runs an asynchronous function of JavaScript in the page."""
        return self.page.evaluate(f"(all) => ({function})(...all)", list(arguments))


def walk_everywhere(
    results: ResultFile,
    browser: Browser,
    others: dict[str, Callable[[], Any]],
    asked: dict[str, Any],
) -> None:
    """Walks through both languages in all browsers, at both widths.

    Args:
        results: The result file.
        browser: Chromium.
        others: What starts each other browser.
        asked: What the figures depend on.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{language}.html" for language in LANGUAGES]
        for file in files:
            write_files(file.stem, file)
        known = [walk(Playwright(browser), file, width) for file, width in _pairs(files)]
        name = f"Chromium {browser.version}"
        results.once(f"Chromium{LESSON}", asked | {"runtime": name}, lambda: _sum_up(known, known))
        for kind, start in others.items():
            with start() as other:
                measure = partial(_walk_all, other, files, known)
                results.once(f"{kind}{LESSON}", asked | {"runtime": other.name}, measure)


def walk(visitor: Visitor, file: Path, width: int) -> dict[str, Any]:
    """Walks through a file, and says what was there.

    Args:
        visitor: The browser.
        file: The lesson's file.
        width: The window's width in pixels.
    """
    photograph = samples.get(_PHOTOGRAPH).path
    visitor.visit(file.as_uri(), width)
    text = base64.b64encode(photograph.read_bytes()).decode()
    found: dict[str, Any] = visitor.run(WALK, text, photograph.name)
    return found


def _pairs(files: list[Path]) -> list[tuple[Path, int]]:
    return [(file, width) for file in files for width in WIDTHS]


def _walk_all(visitor: Visitor, files: list[Path], known: list[dict[str, Any]]) -> dict[str, Any]:
    return _sum_up([walk(visitor, *pair) for pair in _pairs(files)], known)


def _sum_up(found: list[dict[str, Any]], known: list[dict[str, Any]]) -> dict[str, Any]:
    pairs = list(zip(found, known, strict=True))
    return {
        "walks": len(found),
        "alike": sum(all(one[key] == other[key] for key in _SAME) for one, other in pairs),
        "complaints": sorted({one["trouble"] for one in found} - {""}),
        "too_wide": sorted({part for one in found for part in one["too_wide"]}),
        "refused": sum(len(one["refused"]) for one in found),
        "asked_for": sorted({address for one in found for address in one["asked_for"]}),
        "stored": sum(one["stored"] for one in found),
        "seconds": [one["seconds"] for one in found],
    }
