"""Measures how long a visitor waits for the lab's own pictures, whose films are made beforehand.

    python -m benchmarks.sample_films
    python -m benchmarks.sample_films --home FOLDER
    python -m benchmarks.sample_films --model vgg19 --json elsewhere.json

A fresh server is asked for every picture of the gallery with every model, each once, by clicks in
Chromium: first under FGSM, whose films are shipped; then, with ``--home``, a folder in which a
server has been idle for an hour (or ``python -m facemask_ui.lab.sample_films`` with FACEMASK_HOME
has run), a second fresh server under PGD as it is offered first. The time is that from the click to
the last notch of the slider. A model of which PGD's films are not all there is left out. Needs
Debian's Chromium, like the browser tests.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks import served
from benchmarks.lab_start import TIMER
from facemask_core import backend
from facemask_core.attacks.fgsm import FGSM
from facemask_core.attacks.pgd import PGD
from facemask_core.data import samples
from facemask_core.models import checkpoints
from facemask_ui.choices import models
from facemask_ui.lab import sample_films, stored_films

RESULT = Path(__file__).with_suffix(".json")
_STAGES = ["face", "answered", "complete"]
_LONGEST_MS = 120_000


def measure(homes: dict[str, Path], names: list[str]) -> dict[str, Any]:
    """Measures every model under each attack, each attack on a fresh server.

    Args:
        homes: By attack, the folder where the server's films lie.
        names: The models.

    Returns:
        By attack and model: milliseconds from each click to the complete film.
    """
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        found = {
            attack: {
                name: _click_all(browser, home, attack, name)
                for name in names
                if attack == FGSM.name or _has_films(home, name)
            }
            for attack, home in homes.items()
        }
        browser.close()
    return found


def _has_films(home: Path, name: str) -> bool:
    """Tells whether PGD's films of all pictures of the gallery lie in a folder."""
    questions = sample_films.list_questions(models.on_demand(name), PGD(), samples.gallery())
    return all((home / "films" / f"{it.key()}{stored_films.SUFFIX}").is_file() for it in questions)


def _click_all(browser: Browser, home: Path, attack: str, name: str) -> list[float]:
    """Clicks every picture of a fresh server, and returns the milliseconds until it is complete."""
    shown, *others = samples.gallery()
    with served.running(home, FACEMASK_FILM_MEGABYTES="0") as lab:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_LONGEST_MS)
        page.goto(f"{lab.address}/Attack?model={name}&attack={attack}&sample={shown.id}")
        waits = []
        for sample in (*others, shown):
            page.locator(".lab[data-state=complete]").first.wait_for()
            page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
            page.wait_for_timeout(500)
            page.locator(".lab").first.evaluate(TIMER, _STAGES)
            page.locator(f"input[name=sample][value='{sample.id}']").click()
            page.wait_for_function("globalThis.waits.complete")
            waits.append(round(page.evaluate("globalThis.waits.complete"), 1))
        page.close()
    return waits


def table(values: dict[str, Any]) -> str:
    """Writes the medians and the longest waits as Markdown, in milliseconds.

    Args:
        values: What the result file holds.
    """
    attacks = values["waits"]
    heads = "".join(f" {attack.upper()}: median | 95 % within | longest |" for attack in attacks)
    lines = [f"| milliseconds |{heads}", "|---" * (1 + 3 * len(attacks)) + "|"]
    for name in values["models"]:
        cells = [cell for found in attacks.values() for cell in _spread(found.get(name))]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _spread(waits: list[float] | None) -> list[str]:
    if waits is None:
        return ["–"] * 3
    highest = statistics.quantiles(waits, n=20, method="inclusive")[-1]
    return [f"{value:.0f}" for value in (statistics.median(waits), highest, max(waits))]


def main() -> None:
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--model", action="append", choices=models.shipped())
    parser.add_argument("--home", type=Path, help="where PGD's films lie")
    parser.add_argument("--json", type=Path, default=RESULT, help="where every wait is written")
    asked = parser.parse_args()
    names = list(asked.model or models.shipped())
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
        homes = {FGSM.name: Path(empty)} | ({PGD.name: asked.home} if asked.home else {})
        waits = measure(homes, names)
    values = {
        "device": str(backend.device()),
        "load_before": load,
        "models": {
            name: checkpoints.read_card(checkpoints.locate(name)).weights_sha256 for name in names
        },
        "films_there": len(list((asked.home / "films").glob("*.film"))) if asked.home else 0,
        "waits": waits,
    }
    asked.json.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    print(table(values))


if __name__ == "__main__":
    main()
