"""Measures how many stills of the live camera are answered a second, each with its attack.

    python -m benchmarks.live_camera

A server of its own, and Chromium before whose pretended camera a sample sits; on the same machine,
so that both share the cores. What is recorded is what the page tells its visitor, every two
seconds. Needs Debian's Chromium, like the browser tests.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from benchmarks import served
from facemask_core import backend
from facemask_core.data import samples
from facemask_core.models import checkpoints

RESULT = Path(__file__).with_suffix(".json")
MODELS = ("mobilenetv3", "inceptionv3")
SITTER = "portrait-04"
LONGEST_MS = 600_000
_WARM_MS, _LOOK_MS = 5_000, 2_000


def measure(address: str, models: list[str], looks: int) -> dict[str, Any]:
    """Watches the page with every model.

    Args:
        address: Where the lab answers.
        models: Names of shipped models.
        looks: How often the page's figure is read for each.

    Returns:
        By model: its hash and the stills a second, as often as was looked.
    """
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = Path(folder) / "sitter.mjpeg"
        film.write_bytes(sitter())
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=[
                *("--no-sandbox", "--disable-dev-shm-usage"),
                *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(LONGEST_MS)
        found = {name: _watched(page, address, name, looks) for name in models}
        browser.close()
    return found


def sitter() -> bytes:
    """A film of a sample who sits before the camera, as Chromium takes it for one (MJPEG)."""
    frame = Image.new("RGB", (640, 480), "grey")
    with Image.open(samples.get(SITTER).path) as picture:
        frame.paste(picture.convert("RGB").resize((480, 480)), (80, 0))
    buffer = io.BytesIO()
    frame.save(buffer, format="JPEG", quality=92)
    return 3 * buffer.getvalue()


def _watched(page: Page, address: str, name: str, looks: int) -> dict[str, Any]:
    page.goto(f"{address}/Inspect?view=live&computed=server&model={name}")
    page.locator(".live .switch").click()
    page.locator(".live[data-rate]").wait_for()
    page.wait_for_timeout(_WARM_MS)
    rates = []
    for _ in range(looks):
        page.wait_for_timeout(_LOOK_MS)
        rates.append(float(page.locator(".live").get_attribute("data-rate") or 0))
    sha256 = checkpoints.read_card(checkpoints.locate(name)).weights_sha256
    return {"model_sha256": sha256, "stills_a_second": rates}


def table(values: dict[str, Any]) -> str:
    """The result as Markdown."""
    lines = ["| model | stills a second, median | lowest to highest |", "|---|---|---|"]
    for name, found in values["models"].items():
        rates = found["stills_a_second"]
        between = f"{min(rates):.1f} to {max(rates):.1f}"
        lines.append(f"| {name} | {statistics.median(rates):.1f} | {between} |")
    return "\n".join(lines)


def main() -> None:
    """Measures, writes the result and prints it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.live_camera", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--looks", type=int, default=10)
    parser.add_argument("--json", type=Path, default=RESULT)
    chosen = parser.parse_args()
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,
        served.running(Path(home)) as lab,
    ):
        found = measure(lab.address, chosen.models, chosen.looks)
    values = {"device": str(backend.device()), "load_before": round(load, 1), "models": found}
    chosen.json.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    print(table(values))


if __name__ == "__main__":
    main()
