"""Measures what the first visitor of a fresh server waits for: heading, first verdict, whole page.

    python -m benchmarks.first_page

Each turn starts a server, opens Home in Chromium as soon as it is healthy, and ends it. Beside
every wait stands the processor time the server had until then, which other programs hardly change.
Needs Debian's Chromium, like the browser tests.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks import served
from facemask_core import backend

RESULT = Path(__file__).with_name("first_page.json")
STAGES = {
    "heading": ("heading", "h1"),
    "verdict": ("first verdict", "text=Before"),
    "page": ("whole page", ".st-key-footer"),
}
"""By name: what it means, and what in the page shows it."""
_LONGEST_MS = 600_000


def measure(turns: int) -> dict[str, Any]:
    """Measures several fresh servers.

    Args:
        turns: How many.
    """
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        found = [_turn(browser) for _ in range(turns)]
        browser.close()
    return {"device": str(backend.device()), "load": os.getloadavg()[1], "turns": found}


def _turn(browser: Browser) -> dict[str, tuple[float, float]]:
    """Seconds to each stage, and the server's processor time until then."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        served.running(Path(home)) as lab,
    ):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_LONGEST_MS)
        start, waits = time.perf_counter(), {}
        page.goto(lab.address)
        for name, (_, shown) in STAGES.items():
            page.locator(shown).first.wait_for()
            waits[name] = (round(time.perf_counter() - start, 2), round(lab.processor, 2))
        page.close()
    return waits


def table(values: dict[str, Any]) -> str:
    """The medians as Markdown.

    Args:
        values: What the result file holds.
    """
    lines = ["| first visitor of a fresh server | after | processor time |", "|---|---|---|"]
    for name, (meaning, _) in STAGES.items():
        wait, spent = (
            statistics.median(turn[name][which] for turn in values["turns"]) for which in (0, 1)
        )
        lines.append(f"| {meaning} | {wait:.1f} s | {spent:.1f} s |")
    return "\n".join(lines)


def main() -> None:
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=3)
    values = measure(parser.parse_args().turns)
    RESULT.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    print(table(values))


if __name__ == "__main__":
    main()
