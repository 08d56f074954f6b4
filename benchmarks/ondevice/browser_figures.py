"""Measures the engine in each browser there is: same answers, same boxes, how fast."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser

from benchmarks.ondevice.browsers import WEBKIT, Firefox, Steered, WebKit
from benchmarks.ondevice.comparison import (
    Photograph,
    answer_all,
    compare_answers,
    compare_files,
    compare_finder,
    read_photographs,
    time_all,
)
from benchmarks.ondevice.first_answer import time_first_answer
from benchmarks.ondevice.lesson_walk import walk_everywhere
from benchmarks.ondevice.runtimes import Chromium, Runtime
from benchmarks.ondevice.table import BROWSER, START
from benchmarks.ondevice.varied_files import compare_varied, make_files, read_varied
from benchmarks.result_file import ResultFile
from facemask_core.data import datasets, samples
from facemask_core.models import checkpoints
from facemask_core.pictures import images
from facemask_core.web.export import FINDER_WEIGHTS
from facemask_ui.face import own_photo

JPEGS = 30
PNGS = 10
"""So many of the photographs are also written as PNG, which every browser has to read alike."""


@dataclass(frozen=True)
class Files:
    """What the browsers are shown.

    Attributes:
        portraits: The lab's, which are WebP.
        photographs: Test photographs, which are JPEG.
        copies: Some of these as PNG.
        varied: One photograph in files of many kinds.
    """

    portraits: list[Photograph]
    photographs: list[Photograph]
    copies: list[Photograph]
    varied: dict[str, bytes]

    @property
    def shown(self) -> list[NDArray[np.uint8]]:
        """Faces that the models answer."""
        return [one.face for one in (*self.portraits[:10], *self.photographs[:10])]


def read_files(data: Path) -> Files:
    """Reads the portraits, and photographs of both classes.

    Args:
        data: The test photographs.
    """
    photographs = read_photographs(
        [data / sample.path for sample in datasets.open_dataset(data).take(JPEGS).samples]
    )
    copies = [
        Photograph(images.encode_png(one.pixels), one.pixels, one.boxes, one.face)
        for one in photographs[:PNGS]
    ]
    portraits = read_photographs([one.path for one in samples.gallery()])
    return Files(portraits, photographs, copies, make_files(read_varied()))


def measure(
    results: ResultFile, browser: Browser, folders: Sequence[Path], data: Path, engine: str
) -> None:
    """Measures what is missing of each browser.

    Args:
        results: The result file.
        browser: Chromium.
        folders: Exported models, the first with the face finder beside it.
        data: The test photographs.
        engine: The sha256 of the kernels.
    """
    models = [folder.name for folder in folders]
    asked: dict[str, Any] = {
        "weights": {
            folder.name: checkpoints.sha256(folder / "weights.safetensors") for folder in folders
        },
        "finder": checkpoints.sha256(folders[0] / FINDER_WEIGHTS),
        "engine": engine,
        "reader": hashlib.sha256(own_photo.SCRIPT.encode()).hexdigest(),
    }
    name = f"Chromium {browser.version}"
    results.once(
        f"{models[0]}{START}",
        {"weights": asked["weights"][models[0]], "engine": engine, "runtime": name},
        partial(time_first_answer, browser, folders[0]),
    )
    files = read_files(data)
    with Chromium(browser, "http://device.test/") as chromium:
        chromium.open(folders, finder=folders[0])
        known = answer_all(chromium, models, files.shown)
        measured = partial(_measure, chromium, models, files, known)
        results.once(f"Chromium{BROWSER}", asked | {"runtime": name}, measured)
    others = list_others()
    for kind, start in others.items():
        with start() as runtime:
            runtime.open(folders, finder=folders[0])
            measured = partial(_measure, runtime, models, files, known)
            results.once(f"{kind}{BROWSER}", asked | {"runtime": runtime.name}, measured)
    walk_everywhere(results, browser, others, asked)


def list_others() -> dict[str, Callable[[], Steered]]:
    """Lists the other browsers that are installed, and says which are not."""
    there: dict[str, Callable[[], Steered]] = {}
    if any(map(shutil.which, Firefox.PROGRAMS)):
        there["Firefox"] = Firefox
    if Path(WEBKIT).exists() and shutil.which("Xvfb"):
        there["WebKit"] = WebKit
    for missing in {"Firefox", "WebKit"} - set(there):
        print(f"{missing} is not installed, and not measured.", file=sys.stderr)
    return there


def _measure(
    runtime: Runtime, models: Sequence[str], files: Files, known: dict[str, Any]
) -> dict[str, Any]:
    found = answer_all(runtime, models, files.shown)
    searched = [*files.portraits, *files.photographs]
    return {
        "beside_chromium": compare_answers(found, known),
        "finder": compare_finder(runtime, searched),
        "files": {
            "webp": compare_files(runtime, files.portraits),
            "jpeg": compare_files(runtime, files.photographs),
            "png": compare_files(runtime, files.copies),
        },
        "varied": compare_varied(runtime, models, files.varied),
        "times": time_all(runtime, models[0], files.portraits[0]),
        "asked_for": runtime.requests,
    }
