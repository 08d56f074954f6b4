"""Makes the files and measures how each is read: ``python -m benchmarks.foreign_files``."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.foreign_files import keras_makers
from benchmarks.foreign_files.cases import CASES, Case
from benchmarks.result_file import ResultFile
from facemask_core.backend import keras
from facemask_core.errors import ForeignQuestionError
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models import checkpoints
from facemask_core.models.classifier import probabilities
from facemask_core.models.foreign import architecture, heads, network, opening, reader_process
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.foreign.preparation import Preparation
from facemask_core.models.foreign.trial import read_portraits
from facemask_core.models.gradients import compile_program

RESULT = Path(__file__).parent.with_suffix(".json")
LABELS = ("with_mask", "without_mask", "mask_weared_incorrect")


def prepare_folder(folder: Path, names: list[str]) -> None:
    """Writes the files of Keras, and what PyTorch needs to write its own.

    Args:
        folder: Where to.
        names: Of the files.
    """
    chosen = [case for case in CASES if case.name in names]
    arrays: dict[str, Any] = {}
    for case in chosen:
        lab, pixels = _load(case.weights), _resize(case)
        if case.maker != "torch":
            keras_makers.write(case, lab, pixels, folder)
            continue
        kernel, bias = keras_makers.head_weights(case, *lab.get_layer("logits").get_weights())
        factors, offsets = (np.array(it) for it in keras_makers.SCALES[case.scale])
        own = lab.get_layer("network").get_weights()
        arrays |= {f"{case.weights}/w{n}": it for n, it in enumerate(own)} | {
            f"{case.name}/kernel": kernel,
            f"{case.name}/bias": bias,
            f"{case.name}/scale": (2 / factors).astype(np.float32),
            f"{case.name}/offset": (-2 * offsets / factors - 1).astype(np.float32),
            f"{case.name}/pictures": keras_makers.prepare(case, pixels),
        }
    np.savez(folder / "weights.npz", **arrays)
    listed = [dataclasses.asdict(it) for it in chosen if it.maker == "torch"]
    (folder / "torch.json").write_text(json.dumps(listed))


@cache
def _load(name: str) -> Any:
    place = checkpoints.locate(name)
    return checkpoints.load_model(place, checkpoints.read_card(place))


def _resize(case: Case) -> NDArray[np.float32]:
    pixels, _ = read_portraits("face")
    small = Preparation("0..1", "rgb", case.side, case.side).apply(pixels)
    return np.asarray(keras.ops.convert_to_numpy(small), np.float32)


def measure(case: Case, folder: Path) -> dict[str, Any]:
    """Opens a file as a visitor's, and compares what is found with what is right.

    Args:
        case: The file.
        folder: Where it and its maker's answers lie.
    """
    path, questions = folder / case.name, 0
    labels = folder / "labels.txt"
    count = 3 if case.head == "three" else 2
    labels.unlink(missing_ok=True)
    if case.labels:
        first = LABELS[:2] if case.mask_first else LABELS[1::-1]
        labels.write_text("\n".join((*first, *LABELS[2:count])))
    try:
        found = opening.open_model(path)
    except ForeignQuestionError:
        questions += 1
        found = opening.open_model(path, Choices(worn_wrongly=WITHOUT_MASK))
    finding = found.finding
    ways = {it.usage for it in (finding.best, *finding.ties)}
    right = (case.scale, case.colours)
    if finding.ties:
        questions += 1
        said = Choices(pixels=case.scale, colours=case.colours, worn_wrongly=WITHOUT_MASK)
        found = opening.open_model(path, said)
    labels.unlink(missing_ok=True)
    pixels, _ = read_portraits("face")
    own = probabilities(keras.ops.convert_to_numpy(found.model(pixels, training=False)))
    maker = np.load(folder / f"{case.name}.npz")

    def compare(scores: Any) -> float:
        return _round(own[:, WITH_MASK] - _probability_of_mask(case, scores))

    return {
        "questions": questions,
        "offered": sorted(map("/".join, ways)),
        "right": right in ways
        and found.finding.best.usage == right
        and _is_order_right(case, found),
        "settled_by": finding.settled_by,
        "largest_difference": compare(maker["scores"]),
        **_compare_precisions(case, maker, compare),
        "gradient_difference": _compare_gradients(case, path, maker),
    }


def _compare_precisions(
    case: Case, maker: Any, compare: Callable[[Any], float]
) -> dict[str, float]:
    """Compares a file of mixed precision with its maker's own answers in more digits."""
    if "exact" not in maker:
        return {}
    own, exact = (_probability_of_mask(case, maker[key]) for key in ("scores", "exact"))
    return {
        "difference_from_single": compare(maker["single"]),
        "difference_from_double": compare(maker["exact"]),
        "maker_from_double": _round(own - exact),
    }


def _round(differences: Any) -> float:
    return float(f"{np.abs(differences).max():.2g}")


def _is_order_right(case: Case, found: opening.ForeignModel) -> bool:
    meanings = found.finding.best.meanings
    if case.head == "sigmoid":
        return meanings == ((WITHOUT_MASK,) if case.mask_first else (WITH_MASK,))
    first = WITH_MASK if case.mask_first else WITHOUT_MASK
    return meanings[0] == first and meanings[1] != first


def _probability_of_mask(case: Case, scores: Any) -> Any:
    if case.head == "sigmoid":
        return 1 - scores[:, 0] if case.mask_first else scores[:, 0]
    if case.head == "logits":
        scores = probabilities(scores)
    if case.head == "log_softmax":
        scores = np.exp(scores)
    return scores[:, 0 if case.mask_first else 1]


def _compare_gradients(case: Case, path: Path, maker: Any) -> float:
    """Compares gradients of the first score by the prepared pixels, relative to the largest."""
    content = reader_process.read(path)
    plan, _ = heads.take_off(architecture.parse(content), "")
    built = network.build_network(plan, content)
    direction = np.zeros((4, built.output_shape[1]), np.float32)
    direction[:, 0] = 1
    program = compile_program(built, lambda model, x, d: model.margin_gradient(x, d))
    tensors = [keras.ops.convert_to_tensor(it) for it in _points(case, direction)]
    gradient = keras.ops.convert_to_numpy(program(*tensors)[1])
    expected = maker["gradient"]
    if case.layout == "nchw":
        expected = expected.transpose(0, 2, 3, 1)
    return _round((gradient - expected) / np.abs(expected).max())


def _points(case: Case, direction: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    return [keras_makers.prepare(case, _resize(case)[:4]), direction]


def main() -> None:
    """Makes and measures the files that the command line names, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prepare", action="store_true", help="write the files of Keras")
    parser.add_argument("--only", nargs="*", default=[case.name for case in CASES])
    parser.add_argument("--result", type=Path, default=RESULT)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.prepare:
        prepare_folder(chosen.folder, chosen.only)
        return
    result = ResultFile(chosen.result)
    for case in CASES:
        if case.name in chosen.only and (chosen.folder / case.name).exists():
            question = dataclasses.asdict(case)
            result.once(case.name, question, partial(measure, case, chosen.folder))


if __name__ == "__main__":
    main()
