"""Measures how long a visitor of the attack lab waits, from a click on a sample to the whole lab.

    python -m benchmarks.lab_start
    python -m benchmarks.lab_start --model vgg19 --turns 3 --json elsewhere.json

The lab's server runs in this process and Chromium asks it for one sample after the other, each for
the first time, with everything compiled. Beside every wait stands its floor, taken right before and
after it with the very same model: one gradient and 33 answers, which is the least an FGSM sweep can
ask. Where other programs keep the cores busy, both grow, and their ratio still means something.
Films that are shipped are left aside: what is timed is how long one takes to compute.
Needs Debian's Chromium, like the browser tests.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright
from streamlit.web import bootstrap

from benchmarks.served import wait_until_healthy
from facemask_core import backend
from facemask_core.attacks.fgsm import FGSM
from facemask_core.data import samples
from facemask_core.epsilons import LINF
from facemask_core.pictures import images
from facemask_ui.choices import models
from facemask_ui.lab import stored_films

ROOT = Path(__file__).resolve().parents[1]
RESULT = Path(__file__).with_suffix(".json")
MODELS = ("mobilenetv3", "inceptionv3", "vgg19")
LONGEST_MS = 600_000
STAGES = {"face": "first picture and verdict", "answered": "attacked", "complete": "complete"}
"""What the lab says of itself, and what it means."""

TIMER = """(lab, stages) => {
  globalThis.waits = {};
  const before = lab.dataset.film;
  const clock = (event) => (globalThis.clicked = event.timeStamp);
  addEventListener("click", clock, { capture: true, once: true });
  const watch = new MutationObserver(() => {
    const { film, state } = lab.dataset;
    if (film === before) return;
    for (const stage of stages.slice(0, stages.indexOf(state) + 1)) {
      globalThis.waits[stage] ??= performance.now() - globalThis.clicked;
    }
    if (state === stages.at(-1)) watch.disconnect();
  });
  watch.observe(lab, { attributes: true });
}"""


def measure(address: str, names: list[str], turns: int) -> dict[str, Any]:
    """Measures every model.

    Args:
        address: Where the lab answers; its server has to run in this process.
        names: The models.
        turns: Samples clicked for each.

    Returns:
        By model: the waits of every turn and the floor beside it, in milliseconds.
    """
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(LONGEST_MS)
        found = {name: _waits(page, address, name, turns) for name in names}
        browser.close()
    return found


def _waits(page: Page, address: str, name: str, turns: int) -> list[dict[str, float]]:
    shown, *others = samples.gallery()
    page.goto(f"{address}/Attack?model={name}&sample={shown.id}")
    _rest(page)
    return [_wait(page, name, sample) for sample in others[:turns]]


def _wait(page: Page, name: str, sample: samples.Portrait) -> dict[str, float]:
    before = floor(name)
    page.locator(".lab").first.evaluate(TIMER, list(STAGES))
    page.locator(f"input[name=sample][value='{sample.id}']").click()
    page.wait_for_function("globalThis.waits.complete")
    waits: dict[str, float] = page.evaluate("globalThis.waits")
    _rest(page)
    return {**waits, "floor": statistics.mean((before, floor(name)))}


def _rest(page: Page) -> None:
    """Waits until the page's last run has ended, so that it takes nothing from what is timed."""
    page.locator(".lab[data-state=complete]").first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(500)


def floor(name: str) -> float:
    """Milliseconds of one gradient and as many answers as the slider has notches.

    Args:
        name: A model that is loaded and compiled.
    """
    classifier = models.load(name, to_attack=True)
    portrait = samples.gallery()[0]
    face = images.to_float(images.resize(images.decode(portrait.path.read_bytes())))[None]
    every = np.repeat(face, len(LINF.notches), axis=0)
    start = time.perf_counter()
    FGSM().steepest(classifier, face, np.array([portrait.label]))
    classifier.predict(every)
    return 1000 * (time.perf_counter() - start)


def table(found: dict[str, list[dict[str, float]]]) -> str:
    """Writes the medians as Markdown, in milliseconds, and the whole wait over its floor."""
    heads = ["model", *STAGES.values(), "floor", "complete over floor"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name, turns in found.items():
        medians = [statistics.median(turn[key] for turn in turns) for key in (*STAGES, "floor")]
        ratio = statistics.median(turn["complete"] / turn["floor"] for turn in turns)
        cells = [name, *(f"{value:.0f}" for value in medians), f"{ratio:.2f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _drive(address: str, asked: argparse.Namespace) -> None:
    """Runs beside the server, which needs the main thread for itself."""
    try:
        wait_until_healthy(address)
        found = measure(address, asked.model or list(MODELS), asked.turns)
        print(table(found))
        result = {"device": str(backend.device()), "unit": "ms", "models": found}
        asked.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    finally:
        os.kill(os.getpid(), signal.SIGTERM)  # which the server takes as a wish to end


def main() -> None:
    """Serves the lab in the main thread while another one visits it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", action="append", choices=models.shipped())
    parser.add_argument("--turns", type=int, default=5, help="samples clicked for each model")
    parser.add_argument("--json", type=Path, default=RESULT, help="where every turn is written")
    asked = parser.parse_args()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # What is measured here is how long computing takes, as for a picture without a film.
    stored_films.find_film = lambda question: None  # noqa: ARG005  (its name is part of the type)
    bootstrap.load_config_options({"server_port": port})
    visitor = threading.Thread(target=_drive, args=(f"http://127.0.0.1:{port}", asked))
    visitor.start()
    bootstrap.run(str(ROOT / "app.py"), False, [], {})
    visitor.join()


if __name__ == "__main__":
    main()
