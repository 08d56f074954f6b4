"""Compares the engine of one's own device with the core: how exact, how fast, in one run.

    make ondevice

Agreement is measured on a hundred test photographs and the lab's portraits, time on one portrait,
by turns with TensorFlow. Then Chromium, Firefox and WebKit, where they are installed, are compared
with each other (Debian's packages firefox-esr, webkit2gtk-driver and xvfb). The figures go to
``ondevice.json`` beside the folder. Without Chromium the Node of Playwright is measured, which has
the same compiler.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, sync_playwright

from benchmarks.ondevice import browser_figures
from benchmarks.ondevice.cost import Meter
from benchmarks.ondevice.runtimes import Chromium, Node, Runtime
from benchmarks.ondevice.table import (
    TIME,
    write_agreement,
    write_browsers,
    write_times,
    write_varied,
    write_walks,
)
from benchmarks.result_file import ResultFile
from facemask_core import Classifier, attacks, load_classifier
from facemask_core.data import datasets, samples
from facemask_core.models import checkpoints
from facemask_core.pictures import images
from facemask_core.robustness.sweep import sweep_epsilons
from facemask_core.web.export import export_finder, export_model
from facemask_ui import ondevice

RESULT = Path(__file__).parents[1] / "ondevice.json"
DATA = Path(__file__).parents[3] / "shared/data/facemask-v2/test"
MODELS = ("mobilenetv3", "mobilenetv3-robust")
PHOTOGRAPHS = 100
LEVEL = 4
"""The epsilon of PGD, in 8-bit levels."""
TURNS = 7

Pictures = NDArray[np.uint8]
Labels = NDArray[np.int64]


def photographs(data: Path) -> tuple[Pictures, Labels]:
    """Reads test photographs, the classes in turn."""
    dataset = datasets.open_dataset(data).take(PHOTOGRAPHS)
    batches = list(datasets.stream(dataset, PHOTOGRAPHS))
    return (
        np.concatenate([batch.images for batch in batches]),
        np.concatenate([batch.labels for batch in batches]),
    )


def portraits() -> tuple[Pictures, Labels]:
    """Reads the lab's portraits."""
    shown = samples.gallery()
    pictures = [images.resize(images.decode(one.path.read_bytes())) for one in shown]
    return np.stack(pictures), np.array([one.label for one in shown])


def agreement(
    runtime: Runtime, classifier: Classifier, pictures: Pictures, labels: Labels
) -> dict[str, Any]:
    """Compares answers, FGSM at every notch, and how many pictures PGD leaves standing."""
    origins = images.to_float(pictures)
    known = classifier.predict(origins)
    answers = runtime.answer(classifier.name, pictures)
    differing, turned, notches = [], 0, 0
    for picture, label in zip(pictures, labels.tolist(), strict=True):
        expected = sweep_epsilons(classifier, picture, label, attacks.make("fgsm"))
        found, logits = runtime.sweep(classifier.name, picture, attack="fgsm", label=label)
        differing.append(float((found != expected.adversarial).mean()))
        turned += int((logits.argmax(axis=1) != expected.logits.argmax(axis=1)).sum())
        notches += len(logits)
    return {
        "pictures": len(pictures),
        "largest_logit_difference": float(np.abs(answers - known).max()),
        "fgsm_pixels_differing": float(np.mean(differing)),
        "fgsm_pixels_differing_most": max(differing),
        "notches": notches,
        "verdicts_differing": turned,
        "pgd": standing(runtime, classifier, pictures, labels),
    }


def standing(
    runtime: Runtime, classifier: Classifier, pictures: Pictures, labels: Labels
) -> dict[str, Any]:
    """Counts the pictures that PGD with 20 steps leaves standing, on both sides."""
    pgd, epsilon = attacks.make("pgd"), LEVEL / 255
    ours = pgd(classifier, images.to_float(pictures), labels, epsilon=epsilon).success
    task = {"attack": "pgd", "epsilon": epsilon}
    theirs = [
        runtime.attack(classifier.name, picture, label=label, **task)["success"]
        for picture, label in zip(pictures, labels.tolist(), strict=True)
    ]
    return {
        "level": LEVEL,
        "steps": pgd.threat_model(epsilon)["steps"],
        "standing_core": int((~ours).sum()),
        "standing_device": theirs.count(False),
    }


def cost(runtime: Runtime, meter: Meter, classifier: Classifier) -> dict[str, Any]:
    """Times both sides by turns: milliseconds of the clock and of the processor, the medians."""
    picture, label = portraits()[0][0], int(portraits()[1][0])
    origin, classes = images.to_float(picture)[None], np.array([label])
    fgsm, pgd = attacks.make("fgsm"), attacks.make("pgd")
    task = {"label": label}
    work: dict[str, tuple[Any, dict[str, Any]]] = {
        "fgsm_sweep": (
            lambda: sweep_epsilons(classifier, picture, label, fgsm),
            {"work": "sweep", "task": task | {"attack": "fgsm"}},
        ),
        "pgd_20": (
            lambda: pgd(classifier, origin, classes, epsilon=LEVEL / 255),
            {"work": "attack", "task": task | {"attack": "pgd", "epsilon": LEVEL / 255}},
        ),
    }
    return {name: _by_turns(runtime, meter, classifier.name, *both) for name, both in work.items()}


def _by_turns(
    runtime: Runtime, meter: Meter, model: str, core: Any, device: dict[str, Any]
) -> dict[str, Any]:
    picture = portraits()[0][0]
    rows: dict[str, list[float]] = {name: [] for name in ("tf", "tf_cpu", "own", "own_cpu")}
    for turn in range(TURNS + 2):
        begin, used = time.perf_counter(), time.process_time()
        core()
        rows["tf"].append(1e3 * (time.perf_counter() - begin))
        rows["tf_cpu"].append(1e3 * (time.process_time() - used))
        before = meter.read()
        repeats = 5  # what the system counts of a process, it counts in hundredths of a second
        asked = {"model": model, "picture": picture, "repeats": repeats, **device}
        rows["own"].append(statistics.median(runtime.ask("time", **asked)))
        rows["own_cpu"].append(1e3 * (meter.read() - before) / repeats)
        if turn < 2:  # compiled anew, or not yet by the better compiler
            for row in rows.values():
                row.clear()
    medians = {name: round(statistics.median(row), 1) for name, row in rows.items()}
    return {
        "tensorflow_ms": medians["tf"],
        "tensorflow_cpu_ms": medians["tf_cpu"],
        "device_ms": medians["own"],
        "device_cpu_ms": medians["own_cpu"],
        "cpu_ratio": round(medians["own_cpu"] / medians["tf_cpu"], 2),
    }


@contextlib.contextmanager
def started(node: bool) -> Iterator[tuple[str, Runtime, Browser | None]]:
    """Starts the best runtime there is, and names it; with its browser where it is one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if node or path is None:
        with Node() as runtime:
            yield "Node of Playwright", runtime, None
        return
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        with Chromium(browser) as runtime:
            yield f"Chromium {browser.version}", runtime, browser
        browser.close()


def main() -> None:
    """Measures what is missing, and prints all of it as docs/on-device.md has it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ondevice", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--node", action="store_true", help="Node even where there is Chromium.")
    chosen = parser.parse_args()
    results = ResultFile(RESULT)
    engine = checkpoints.sha256(ondevice.ENGINE)
    with tempfile.TemporaryDirectory() as folder, started(chosen.node) as (name, runtime, browser):
        folders = [Path(folder) / model for model in MODELS]
        sizes = [export_model(model, place) for model, place in zip(MODELS, folders, strict=True)]
        export_finder(folders[0])
        runtime.open(folders)
        meter = Meter()
        sets = {"portraits": portraits(), "photographs": photographs(chosen.data)}
        for model, size in zip(MODELS, sizes, strict=True):
            classifier = load_classifier(model)
            card = classifier.card
            asked = {"weights": card.weights_sha256, "engine": engine, "runtime": name}
            total = sum(size.values()) + ondevice.ENGINE.stat().st_size
            results.once(
                f"{model}{TIME}",
                asked | {"turns": TURNS, "bytes": total},
                partial(cost, runtime, meter, classifier),
            )
            for kind, (pictures, labels) in sets.items():
                results.once(
                    f"{model}, {kind}",
                    asked | {"pictures": len(pictures)},
                    partial(agreement, runtime, classifier, pictures, labels),
                )
        if browser is not None:
            browser_figures.measure(results, browser, folders, chosen.data, engine)
    tables = (write_agreement, write_times, write_browsers, write_varied, write_walks)
    print(*(write(results.values) for write in tables), sep="\n\n")


if __name__ == "__main__":
    main()
