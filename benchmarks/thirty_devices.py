"""Measures what a class that computes on its own devices costs the lab's server.

    make thirty-devices

Thirty pages of one browser load the engine and MobileNetV3 from the lab, and then each computes ten
FGSM sweeps at once, as ten pupils' photographs one after another. Results go to
``thirty_devices.json`` beside this file. One machine plays the server and all devices, so the times
of the clock are no device's; what the server spends of a processor is what counts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.served import Server, running
from facemask_core.models.checkpoints import write_atomically

RESULT = Path(__file__).with_name("thirty_devices.json")
MODEL = "mobilenetv3"
PAGES = 30
SWEEPS = 10
_LOAD = """async (model) => {
  const read = async (name, kind) => (await fetch(`/device/${name}`))[kind]();
  const [engine, script, described, plan, weights] = await Promise.all([
    read("engine.wasm", "arrayBuffer"), read("worker.js", "text"), read("attacks.json", "json"),
    read(`models/${model}/plan.json`, "json"),
    read(`models/${model}/weights.safetensors`, "arrayBuffer"),
  ]);
  window.device = new Device({ engine, script, described, most: 1 });
  device.addModel(plan, weights);
}"""
_SWEEP = """([model, sweeps, page]) => {
  window.answers = (async () => {
    let notches = 0;
    for (let at = 0; at < sweeps; at += 1) {
      const picture = new Uint8Array(224 * 224 * 3).map((_, i) => (i * (page + 7 * at + 3)) % 251);
      const film = await device.sweep(model, { picture, attack: "fgsm" });
      notches += film.answers.length;
    }
    return notches;
  })();
}"""


def measure(server: Server, pages: list[Page], engine: str) -> dict[str, Any]:
    """Loads the engine into pages, and has all of them sweep at once.

    Args:
        server: The lab.
        pages: Pages of a browser.
        engine: The text of the engine's script.
    """
    before, begun = server.processor, time.perf_counter()
    for page in pages:
        page.goto(f"{server.address}/join")
        page.evaluate(f"{engine}\nwindow.Device = Device;\nnull")
        page.evaluate(_LOAD, MODEL)
    loaded, ready = server.processor, time.perf_counter()
    for number, page in enumerate(pages):
        page.evaluate(_SWEEP, [MODEL, SWEEPS, number])
    notches = sum(int(page.evaluate("answers")) for page in pages)
    return {
        "pages": len(pages),
        "sweeps": len(pages) * SWEEPS,
        "answers": notches,
        "loading_server_seconds": round(loaded - before, 2),
        "loading_seconds": round(ready - begun, 1),
        "sweeping_server_seconds": round(server.processor - loaded, 2),
        "sweeping_seconds": round(time.perf_counter() - ready, 1),
    }


def describe(found: dict[str, Any]) -> str:
    """Writes the result as a sentence of Markdown."""
    return (
        f"{found['pages']} pages of one browser that computed {found['sweeps']} sweeps of "
        f"{found['answers'] // found['sweeps']} answers cost the server "
        f"{found['sweeping_server_seconds']:g} s of a processor while they computed, and "
        f"{found['loading_server_seconds']:g} s while they loaded the engine and the model."
    )


def main() -> None:
    """Measures and prints the sentence."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.thirty_devices", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--result", type=Path, default=RESULT, help="elsewhere for a mere try")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as home,
        running(Path(home), FACEMASK_FILM_MEGABYTES="0") as server,
        sync_playwright() as playwright,
    ):
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        engine = browser.new_context().request.get(f"{server.address}/device/engine.js").text()
        pages = [browser.new_context().new_page() for _ in range(chosen.pages)]
        for page in pages:
            page.set_default_timeout(600_000)
        found = measure(server, pages, engine)
        browser.close()
    write_atomically(chosen.result, json.dumps(found, indent=1).encode())
    print(describe(found))


if __name__ == "__main__":
    main()
