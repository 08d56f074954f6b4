"""Measures what a report on many pictures costs beside the model itself. One JSON file beside.

    make scale

On as many portraits as the paper has photographs: wall time, memory, and the store's share, through
the command line in fresh processes and turn by turn with the bare model; Ray beside one process;
and every backbone of the paper on photographs. A figure that is there already, for the same
question, is kept, so that the command goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.result_file import ResultFile
from facemask_core.models.checkpoints import locate, read_card

if TYPE_CHECKING:
    from facemask_core.data.datasets import Dataset
    from facemask_core.engines import Engine
    from facemask_core.models.classifier import Classifier

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared/data/facemask-v2/test"
RESULT = Path(__file__).with_suffix(".json")
MODEL = "mobilenetv3"
PAPERS = ("mobilenetv3", "inceptionv3", "vgg19")
FGSM = ("--attack", "fgsm", "--epsilon", "8/255")
ATTACKS: dict[str, tuple[str, ...]] = {
    "none": (),
    "FGSM": ("--attack", "fgsm", "--epsilon", "0.05"),
    "PGD-20": ("--attack", "pgd", "--steps", "20", "--epsilon", "0.05", "--stop-early"),
}
"""At the paper's epsilon. PGD leaves alone what has fallen: the same robust accuracy sooner."""
EPSILON = 8 / 255
BATCH = 32
WARM = 64
"""Files that are answered before anything is timed."""
PASSES = 640
"""Images the bare model answers before a run, and again after it, for its time on all of them."""

_CHILD = """
import re, sys
from pathlib import Path
from facemask_core import cli
sys.argv[0] = "facemask_core"
try:
    cli.main()
finally:
    # Not getrusage: a process inherits that peak from its parent.
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""


class Spent(NamedTuple):
    """Seconds, of the clock and of all processors together; the load of others is in the first."""

    wall: float
    processor: float


@dataclass(frozen=True)
class Sizes:
    """How many portraits each part takes.

    Attributes:
        few: The small run, whose memory the whole one is held against.
        whole: All of them.
        turn: A turn of what is measured turn by turn; a multiple of the batch size.
        turns: How many turns.
    """

    few: int = 400
    whole: int = 20_347
    turn: int = 128
    turns: int = 16


def command_line(*words: str | Path) -> dict[str, Any]:
    """Runs the lab's command line in a fresh process, as a user does.

    Returns:
        Its report, and ``wall``, ``processor`` (both in seconds) and ``peak_mib`` of the process.

    Raises:
        RuntimeError: It ended with an error.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        started, before = time.perf_counter(), os.times()
        child = subprocess.run(  # noqa: S603
            [sys.executable, "-c", _CHILD, *map(str, words), "--json", str(report)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        wall, after = time.perf_counter() - started, os.times()
        if child.returncode:
            raise RuntimeError(child.stderr)
        return json.loads(report.read_text(encoding="utf-8")) | {
            "wall": wall,
            "processor": sum(after[2:4]) - sum(before[2:4]),
            "peak_mib": int(child.stderr.split()[-1]) // 1024,
        }


def whole_run(data: Path, count: int, model: Callable[[int], Spent]) -> dict[str, Any]:
    """A report through a new store, against the model's own passes before and after it.

    Args:
        data: The portraits.
        count: How many of them.
        model: Has the bare model answer so many images.
    """
    passes = min(count, PASSES)
    before = model(passes)
    with tempfile.TemporaryDirectory() as store:
        words = ("--model", MODEL, "--data", data, "--limit", str(count), *FGSM, "--store", store)
        report = command_line("evaluate", *words)
        stored = sum(path.stat().st_size for path in Path(store).iterdir() if path.is_file())
    after, share = model(passes), count / passes / 2
    wall, processor = ((a + b) * share for a, b in zip(before, after, strict=True))
    return {
        "images": report["images"],
        "wall_s": round(report["wall"], 1),
        "processor_s": round(report["processor"], 1),
        "images_per_s": round(report["images"] / report["wall"], 1),
        "model_s": round(wall, 1),
        "model_processor_s": round(processor, 1),
        "ratio": round(report["wall"] / wall, 3),
        "processor_ratio": round(report["processor"] / processor, 3),
        "peak_mib": report["peak_mib"],
        "stored_bytes_per_image": round(stored / count),
    }


def spent(action: Callable[[], object]) -> Spent:
    """Measures what something takes in this process."""
    started, before = time.perf_counter(), time.process_time()
    action()
    return Spent(time.perf_counter() - started, time.process_time() - before)


def bare_model(classifier: Classifier, dataset: Dataset) -> Callable[[int], Spent]:
    """Prepares the calls that a report makes of the model, on one batch in memory.

    Returns:
        What makes them for so many images, and tells what they took.
    """
    from facemask_core import attacks
    from facemask_core.data import datasets
    from facemask_core.pictures import images

    batch = next(datasets.stream(dataset, BATCH))
    pixels, attack = images.to_float(batch.images), attacks.make("fgsm")

    def passes(count: int) -> None:
        for _ in range(-(-count // BATCH)):
            classifier.predict(pixels)
            attack(classifier, pixels, batch.labels, epsilon=EPSILON)

    passes(WARM)
    return lambda count: spent(lambda: passes(count))


def turn_by_turn(classifier: Classifier, dataset: Dataset, sizes: Sizes) -> dict[str, Any]:
    """The bare model, a report, and a report through a store, in turns on the same machine load.

    Args:
        classifier: The model.
        dataset: The portraits, enough for every turn.
        sizes: How long and how many the turns are.
    """
    from facemask_core import attacks, evaluation, runs

    def report(part: Dataset, store: runs.Store | None) -> None:
        evaluation.evaluate(
            classifier, part, attack=attacks.make("fgsm"), epsilon=EPSILON, store=store
        )

    model = bare_model(classifier, dataset)
    taken: dict[str, list[Spent]] = {"model": [], "report": [], "stored": []}
    with tempfile.TemporaryDirectory() as folder, runs.Store(Path(folder)) as store:
        for part in _parts(dataset, sizes):
            taken["model"].append(model(len(part)))
            taken["report"].append(spent(partial(report, part, None)))
            taken["stored"].append(spent(partial(report, part, store)))
    wall = {name: [one.wall for one in turns] for name, turns in taken.items()}
    processor = {name: [one.processor for one in turns] for name, turns in taken.items()}
    return _in_turns(sizes, wall) | {
        "ratio": _ratio(wall["report"], wall["model"]),
        "ratio_with_store": _ratio(wall["stored"], wall["model"]),
        "processor_ratio": _ratio(processor["report"], processor["model"]),
        "processor_ratio_with_store": _ratio(processor["stored"], processor["model"]),
    }


def engines_in_turns(
    classifier: Classifier, dataset: Dataset, sizes: Sizes, second: Engine
) -> dict[str, Any]:
    """An engine beside the local one; what starts it and compiles its first batches is apart.

    Args:
        classifier: The model.
        dataset: The portraits, enough for every turn.
        sizes: How long and how many the turns are.
        second: The engine to hold against the local one.
    """
    from facemask_core import attacks, engines
    from facemask_core.data.datasets import Dataset
    from facemask_core.runs.task import Task

    task = Task(classifier=classifier, attack=attacks.make("fgsm"), epsilon=EPSILON)
    seconds: dict[str, list[float]] = {"local": [], "engine": []}
    with ExitStack() as stack:
        local = stack.enter_context(engines.Local().start(task, print))
        started = time.perf_counter()
        other = stack.enter_context(second.start(task, print))
        start = time.perf_counter() - started
        crews = {"local": local, "engine": other}
        for crew in crews.values():
            list(crew.rows(Dataset(dataset.source, dataset.samples[:WARM]), _nothing))
        for part in _parts(dataset, sizes):
            for name, crew in crews.items():
                started = time.perf_counter()
                list(crew.rows(part, _nothing))
                seconds[name].append(time.perf_counter() - started)
    return _in_turns(sizes, seconds) | {
        "start_s": round(start, 1),
        "ratio": _ratio(seconds["engine"], seconds["local"]),
    }


def _nothing(*_: int) -> None:
    """Takes progress and says nothing."""


def _parts(dataset: Dataset, sizes: Sizes) -> Iterator[Dataset]:
    from facemask_core.data.datasets import Dataset

    for turn in range(sizes.turns):
        first = turn * sizes.turn
        yield Dataset(dataset.source, dataset.samples[first : first + sizes.turn])


def _in_turns(sizes: Sizes, seconds: dict[str, list[float]]) -> dict[str, Any]:
    return {
        "images": sizes.turns * sizes.turn,
        "seconds": {name: [round(value, 2) for value in turns] for name, turns in seconds.items()},
    }


def _ratio(first: Sequence[float], second: Sequence[float]) -> float:
    """The median over the turns: others who use the machine do not use it evenly."""
    return round(statistics.median(a / b for a, b in zip(first, second, strict=True)), 3)


def on_photographs(model: str, attack: str, data: Path) -> dict[str, Any]:
    """A report of one backbone on photographs, in a process of its own.

    Args:
        model: Name of the shipped model.
        attack: A key of :data:`ATTACKS`.
        data: The photographs.
    """
    options = (*ATTACKS[attack], "--no-store")
    report = command_line("evaluate", "--model", model, "--data", data, *options)
    return {
        "images": report["images"],
        "seconds": round(report["seconds"], 1),
        "images_per_s": round(report["images"] / report["seconds"], 2),
        "peak_mib": report["peak_mib"],
        "device": report["speed"]["device"],
    }


def measure_scale(results: ResultFile, folder: Path, sizes: Sizes, second: Engine) -> None:
    """Measures all that is measured on portraits.

    Args:
        results: Where to.
        folder: The portraits, made as far as they are missing.
        sizes: How many there are to be.
        second: The engine to hold against the local one.
    """
    from facemask_core import load_classifier
    from facemask_core.data import portraits
    from facemask_core.data.datasets import open_dataset

    portraits.write(folder, sizes.whole)
    dataset, classifier = open_dataset(folder), load_classifier(MODEL, warm_up=False)
    sha256 = classifier.card.weights_sha256
    model = bare_model(classifier, dataset)
    for name, count in (("few", sizes.few), ("whole", sizes.whole)):
        asked = {"model_sha256": sha256, "count": count}
        results.once(name, asked, partial(whole_run, folder, count, model))
    turns = {"model_sha256": sha256, "turn": sizes.turn, "turns": sizes.turns}
    results.once("turns", turns, partial(turn_by_turn, classifier, dataset, sizes))
    # A turn's first batch is read while nothing is computed, and more so elsewhere.
    longer = replace(sizes, turn=4 * sizes.turn, turns=-(-sizes.turns // 4))
    results.once(
        second.name,
        {"model_sha256": sha256, "settings": str(second)},
        partial(engines_in_turns, classifier, dataset, longer, second),
    )


def measure_photographs(results: ResultFile, models: Sequence[str], data: Path) -> None:
    """Measures the backbones on photographs, the cheap attacks of all of them first.

    Args:
        results: Where to.
        models: Names of shipped models.
        data: The photographs.
    """
    from facemask_core.data.datasets import fingerprint, open_dataset

    data_sha256 = fingerprint(open_dataset(data))
    for attack, options in ATTACKS.items():
        for model in models:
            sha256 = read_card(locate(model)).weights_sha256
            results.once(
                f"{model}, {attack}",
                {"model_sha256": sha256, "data_sha256": data_sha256, "options": list(options)},
                partial(on_photographs, model, attack, data),
            )


def tables(values: dict[str, Any]) -> list[str]:
    """The results as Markdown tables, as docs/results.md shows them.

    Args:
        values: What the result file holds; parts may be missing.
    """
    portraits = [
        "| portraits | time | processor time | that over the model's own | peak memory |",
        "|---|---|---|---|---|",
    ] + [
        f"| {run['images']} | {run['wall_s']:.0f} s | {run['processor_s']:.0f} s "
        f"| {run['processor_ratio']:.2f} | {run['peak_mib']} MiB |"
        for run in (values.get("few"), values.get("whole"))
        if run is not None
    ]
    photographs = [
        "| model | attack | photographs | time | images a second | peak memory |",
        "|---|---|---|---|---|---|",
    ] + [
        f"| {model} | {attack} | {run['images']} | {run['seconds']:.1f} s "
        f"| {run['images_per_s']:.1f} | {run['peak_mib']} MiB |"
        for model in PAPERS
        for attack in ATTACKS
        if (run := values.get(f"{model}, {attack}")) is not None
    ]
    return ["\n".join(rows) for rows in (portraits, photographs) if len(rows) > 2]


def main() -> None:
    """Measures what is missing and prints the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--portraits", type=Path, help="keep them here (default: thrown away)")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--models", nargs="*", default=list(PAPERS))
    chosen = parser.parse_args()
    from facemask_core import engines

    results = ResultFile(RESULT)
    given = chosen.portraits
    with nullcontext(given) if given else tempfile.TemporaryDirectory() as folder:
        measure_scale(results, Path(folder), Sizes(), engines.Ray())
    if chosen.models:
        measure_photographs(results, chosen.models, chosen.data)
    print(*tables(results.values), sep="\n\n")


if __name__ == "__main__":
    main()
