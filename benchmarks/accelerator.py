"""What a GPU makes of the attacks: images a second, the share of its peak, and the same verdicts.

    make accelerator

Needs JAX (``KERAS_BACKEND=jax``, which the command sets), whose compiler tells how many operations
a program asks for. The peak is measured beside it: a product of two large matrices. With the test
photographs at hand every report of assets/reports is made again, to see whether other hardware and
another backend say the same. The result goes to ``accelerator.json`` beside this file.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.attack_speed import task
from benchmarks.attack_speed.turns import Contender, median_seconds
from benchmarks.robust_accuracy import (
    DATA,
    GRADIENT_ATTACKS,
    attacked,
    questions,
    report_path,
)
from facemask_core import attacks, backend, load_classifier
from facemask_core.backend import keras
from facemask_core.data import datasets
from facemask_core.errors import DatasetError, DeviceError
from facemask_core.models import checkpoints
from facemask_core.models.classifier import BUCKETS, Classifier
from facemask_core.models.precision import PRECISIONS
from facemask_core.paper import experiments

RESULT = Path(__file__).with_suffix(".json")
STEPS = 20
_MATRIX, _PRODUCTS = 8192, 10


def peak(dtype: str, side: int = _MATRIX) -> float:
    """How many 10^12 operations a second a product of two square matrices does.

    Args:
        dtype: What is multiplied, such as ``float32``.
        side: Rows and columns.
    """
    ops = keras.ops
    drawn = np.random.default_rng(0).standard_normal((2, side, side)).astype(np.float32)
    left, right = (ops.cast(ops.convert_to_tensor(matrix), dtype) for matrix in drawn)
    product = backend.compile_function(ops.matmul)

    def products() -> None:
        result = left
        for _ in range(_PRODUCTS):  # one after the other: each waits for the last
            result = product(result, right)
        np.asarray(ops.cast(result[0, 0], "float32"))

    taken = median_seconds({dtype: products})[dtype]
    return 2 * side**3 * _PRODUCTS / taken / 1e12


def operations(classifier: Classifier) -> dict[str, float]:
    """Floating-point operations an image, as JAX's compiler counts them before it optimises.

    Args:
        classifier: The model.

    Returns:
        Of an ``answer``, and of a ``gradient``, which has an answer in it.
    """
    import jax

    model = classifier.model
    shapes = partial(jax.tree.map, lambda held: jax.ShapeDtypeStruct(held.shape, held.dtype))
    weights = shapes([variable.value for variable in model.trainable_variables])
    others = shapes([variable.value for variable in model.non_trainable_variables])
    image = jax.ShapeDtypeStruct((1, *classifier.input_shape), np.float32)

    def margin(image: Any, *weights: Any) -> Any:
        logits = model.stateless_call(*weights, image, training=False)[0]
        return (logits[:, 1] - logits[:, 0]).sum()

    with jax.default_device(jax.devices("cpu")[0]):  # the one platform that counts
        return {
            said: float(jax.jit(function).lower(image, weights, others).cost_analysis()["flops"])
            for said, function in (("answer", margin), ("gradient", jax.grad(margin)))
        }


def speeds(classifier: Classifier, batch: int, steps: int = STEPS) -> dict[str, float]:
    """Images a second, from pixels in this machine's memory to the answer in it, once compiled.

    PGD takes all its steps for every image, from a random start; each attack ends with a verdict.

    Args:
        classifier: The model.
        batch: Images at once.
        steps: PGD's.
    """
    pixels, labels = task.portraits(classifier, batch)
    pgd = attacks.make("pgd", steps=steps)
    asked: dict[str, Contender] = {
        "none": partial(classifier.predict, pixels),
        "fgsm": partial(attacks.make("fgsm"), classifier, pixels, labels, epsilon=task.EPSILON),
        "pgd": partial(pgd, classifier, pixels, labels, epsilon=task.EPSILON),
    }
    return {said: batch / taken for said, taken in median_seconds(asked).items()}


def share_of_peak(flop: dict[str, float], images_a_second: float, peak: float) -> float:
    """How much of the peak an attack of :data:`STEPS` steps uses, from 0 to 1.

    Args:
        flop: What :func:`operations` counted.
        images_a_second: Of PGD.
        peak: What :func:`peak` measured in the same arithmetic.
    """
    return (STEPS * flop["gradient"] + flop["answer"]) * images_a_second / (peak * 1e12)


def reports(classifier: Classifier, dataset: datasets.Dataset) -> list[dict[str, Any]]:
    """Every report of a model there is in assets/reports, made again here.

    Args:
        classifier: A shipped model, in any precision.
        dataset: The photographs those reports are about.

    Raises:
        DatasetError: It holds others.
    """
    rows = []
    fingerprint = datasets.fingerprint(dataset)
    for _, attack, level in questions([classifier.name], GRADIENT_ATTACKS):
        path = report_path(classifier.name, attack, level)
        stored = json.loads(path.read_text(encoding="utf-8"))
        if stored["data_sha256"] != fingerprint:
            raise DatasetError("These are not the photographs that assets/reports is about.")
        found = attacked(classifier, attack, level, dataset)
        rows.append(
            {
                "threat_model": stored["threat_model"],
                "images": stored["images"],
                "data_sha256": fingerprint,
                "stored_on": stored["speed"]["device"],
                "robust_accuracy": {
                    "stored": stored["robust_accuracy"],
                    "here": found.robust_accuracy,
                },
            }
        )
    return rows


def measure(classifier: Classifier) -> dict[str, Any]:
    """What can be said of a model in one arithmetic without photographs."""
    found = speeds(classifier, BUCKETS[-1])
    return {
        "model_sha256": classifier.card.weights_sha256,
        "arithmetic": classifier.arithmetic,
        "flop_an_image": operations(classifier),
        "batch": BUCKETS[-1],
        "images_a_second": {asked: round(many, 1) for asked, many in found.items()},
    }


def table(values: dict[str, Any]) -> str:
    """The speeds as Markdown, as docs/results.md shows them."""
    heads = ("model", "arithmetic", "batch", "no attack", "FGSM", "PGD-20", "share of peak")
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name, precisions in values["models"].items():
        for found in precisions.values():
            many, measured = found["images_a_second"], found["arithmetic"].split(",")[0]
            share = share_of_peak(found["flop_an_image"], many["pgd"], values["peak"][measured])
            cells = [name, found["arithmetic"], str(found["batch"])]
            cells += [f"{many[attack]:,.0f}" for attack in ("none", "fgsm", "pgd")]
            lines.append("| " + " | ".join((*cells, f"{share:.1%}")) + " |")
    return "\n".join(lines)


def images_apart(row: dict[str, Any]) -> int:
    """In how many images more, or fewer, a report made here is robust than the stored one."""
    accuracy = row["robust_accuracy"]
    return round((accuracy["here"] - accuracy["stored"]) * row["images"])


def main() -> None:
    """Measures what was asked for, keeps the rest, and prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accelerator", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--models", nargs="*", default=list(experiments.MODELS))
    parser.add_argument("--precisions", nargs="*", choices=PRECISIONS, default=PRECISIONS)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--result", type=Path, default=RESULT)
    chosen = parser.parse_args()
    if backend.name() != "jax":
        raise DeviceError("Only JAX counts a program's operations; set KERAS_BACKEND=jax.")
    dataset = datasets.open_dataset(chosen.data) if chosen.data.is_dir() else None
    device = str(backend.device())
    values: dict[str, Any] = {"device": device, "peak": {}, "models": {}}
    if chosen.result.is_file():
        before = json.loads(chosen.result.read_text(encoding="utf-8"))
        values = before if before["device"] == device else values
    values["peak"] |= {dtype: round(peak(dtype), 1) for dtype in backend.PRECISIONS}

    def keep(classifier: Classifier, found: dict[str, Any]) -> None:
        precisions = values["models"].setdefault(classifier.name, {})
        precisions.setdefault(classifier.precision, {}).update(found)
        checkpoints.write_atomically(chosen.result, json.dumps(values, indent=1).encode())
        print(f"{classifier.name}, {classifier.arithmetic}: {', '.join(found)}", file=sys.stderr)

    classifiers = [
        load_classifier(name, warm_up=False, precision=precision)
        for name in chosen.models
        for precision in chosen.precisions
    ]
    for classifier in classifiers:
        keep(classifier, measure(classifier))
    if dataset is not None:
        for classifier in classifiers:
            keep(classifier, {"reports": reports(classifier, dataset)})
    print(table(values))


if __name__ == "__main__":
    main()
