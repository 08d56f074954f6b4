"""Times our attacks against CleverHans, Foolbox and ART, in one process, turn by turn (A B A B).

    make bench

Every figure is the median over the rounds. A step is one forward and one backward pass; the bare
gradient is that alone, compiled, called from Python. "Over bare gradient" is our attack's time less
one forward pass, for its verdict on the last point, which the others leave to the user, divided by
the time of as many bare gradients as it has steps. Results go to results.json beside this file,
with the device each model was measured on, and a table to standard output. Run it on an idle
machine.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, the package beside this folder is not on the path

from benchmarks.peers import PEERS  # noqa: E402
from facemask_core import (  # noqa: E402
    attacks,
    backend,
    checkpoints,
    datasets,
    evaluation,
    images,
    load_classifier,
    samples,
    searches,
)
from facemask_core.attacks.base import directions  # noqa: E402
from facemask_core.classifier import Classifier  # noqa: E402

RESULT = Path(__file__).with_name("results.json")
DATA = ROOT.parent / "shared/data/facemask/test"
EPSILON = 8 / 255
STEP = EPSILON / 4
PLANS = {"mobilenetv3": (32, 10), "inceptionv3": (32, 4), "vgg19": (8, 3)}
"""Batch and steps by backbone: enough to time, little enough to repeat."""
USUAL_PLAN = (32, 4)
ROUNDS = 3

Contender = Callable[[], Any]


def turns(contenders: dict[str, Contender], rounds: int = ROUNDS) -> dict[str, float]:
    """Median seconds of each, all called in turn; the first round only warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, call in contenders.items():
            started = time.perf_counter()
            call()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(found) for name, found in seconds.items()}


def portraits(classifier: Classifier, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Shipped pictures, repeated to a batch, with the model's own answers as labels."""
    batch = next(datasets.stream(datasets.open_dataset(samples.GALLERY_DIR), 24))
    pixels = np.resize(images.to_float(batch.images), (count, *classifier.input_shape))
    return pixels, classifier.predict(pixels).argmax(axis=1)


def bare_gradient(model: Any) -> Callable[[Any, Any], Any]:
    """One compiled forward and backward pass, and nothing else: what no attack can do without."""
    import tensorflow as tf

    @tf.function(autograph=False)
    def gradient(pixels: Any, towards: Any) -> Any:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(pixels)
            margin = tf.reduce_sum(model(pixels, training=False) * towards)
        return tape.gradient(margin, pixels)

    return gradient


def pgd_steps(classifier: Classifier, batch: int, steps: int) -> dict[str, Any]:
    """Milliseconds an image and step: the bare gradient, ours, and the peers', all warm."""
    import tensorflow as tf

    pixels, labels = portraits(classifier, batch)
    tensors = tf.constant(pixels), tf.constant(directions(labels, None))
    gradient = bare_gradient(classifier.model)
    ours = attacks.make("pgd", steps=steps, step_size=STEP, random_start=False)
    contenders: dict[str, Contender] = {
        "bare gradient": lambda: [gradient(*tensors) for _ in range(steps)],
        "ours": lambda: ours(classifier, pixels, labels, epsilon=EPSILON),
    }
    for name, peer in PEERS.items():
        attack = peer(classifier.model)
        contenders[name] = partial(attack, pixels, labels, EPSILON, STEP, steps)
    found = turns(contenders)
    # Ours judges the last point as well, which the others leave to the user: one forward pass.
    answer = turns({"forward": lambda: classifier.predict(pixels)})["forward"]
    own = found["ours"] - answer
    return {
        "batch": batch,
        "steps": steps,
        "ms_per_image_and_step": {
            name: round(1000 * value / batch / steps, 3) for name, value in found.items()
        },
        "ours_over_bare_gradient": round(own / found["bare gradient"], 3),
        "ours_with_its_verdict_over_bare_gradient": round(
            found["ours"] / found["bare gradient"], 3
        ),
        "peers_over_ours": {name: round(found[name] / found["ours"], 2) for name in PEERS},
    }


def cold(name: str, steps: int = 3) -> dict[str, Any]:
    """Seconds of the first call on a freshly loaded model, and of the first at a new batch size."""
    seconds: dict[str, list[float]] = {}
    for contender in ("ours", "cleverhans"):
        classifier = load_classifier(name, warm_up=False)
        pixels, labels = portraits(classifier, 13)
        ours = attacks.make("pgd", steps=steps, step_size=STEP, random_start=False)
        theirs = PEERS["cleverhans"](classifier.model)
        seconds[contender] = []
        for count in (5, 7, 11, 13):
            few, own = pixels[:count], labels[:count]
            started = time.perf_counter()
            if contender == "ours":
                ours(classifier, few, own, epsilon=EPSILON)
            else:
                theirs(few, own, EPSILON, STEP, steps)
            seconds[contender].append(time.perf_counter() - started)
    first = {key: found[0] for key, found in seconds.items()}
    new_size = {key: statistics.median(found[1:]) for key, found in seconds.items()}
    return {
        "first_call_s": {key: round(value, 2) for key, value in first.items()},
        "new_batch_size_s": {key: round(value, 2) for key, value in new_size.items()},
        "first_call_ratio": round(first["cleverhans"] / first["ours"], 2),
        "new_batch_size_ratio": round(new_size["cleverhans"] / new_size["ours"], 2),
    }


def fast(name: str, batch: int, steps: int) -> dict[str, Any]:
    """``--precision fast`` against our own float32 and CleverHans's."""
    exact = load_classifier(name, warm_up=False)
    quick = load_classifier(name, warm_up=False, precision="fast")
    pixels, labels = portraits(exact, batch)
    ours = attacks.make("pgd", steps=steps, step_size=STEP, random_start=False)
    theirs = PEERS["cleverhans"](exact.model)
    found = turns(
        {
            "fast": lambda: ours(quick, pixels, labels, epsilon=EPSILON),
            "exact": lambda: ours(exact, pixels, labels, epsilon=EPSILON),
            "cleverhans": lambda: theirs(pixels, labels, EPSILON, STEP, steps),
        }
    )
    return {
        "arithmetic": quick.arithmetic,
        "ms_per_image_and_step": {
            key: round(1000 * value / batch / steps, 3) for key, value in found.items()
        },
        "exact_over_fast": round(found["exact"] / found["fast"], 2),
        "cleverhans_over_fast": round(found["cleverhans"] / found["fast"], 2),
    }


def sweep(classifier: Classifier) -> dict[str, Any]:
    """The slider's 33 epsilons against the gradient and the batch of answers they consist of."""
    pixels, labels = portraits(classifier, 33)
    face, label = images.to_uint8(pixels[0]), int(labels[0])
    fgsm = attacks.make("fgsm")
    found = turns(
        {
            "sweep": lambda: searches.epsilon_sweep(classifier, face, label, fgsm),
            "parts": lambda: (
                fgsm.steepest(classifier, pixels[:1], labels[:1]),  # type: ignore[attr-defined]
                classifier.predict(pixels),
            ),
        }
    )
    return {
        "ms": {key: round(1000 * value, 1) for key, value in found.items()},
        "ratio": round(found["sweep"] / found["parts"], 3),
    }


def robust_accuracy(classifier: Classifier, dataset: datasets.Dataset) -> dict[str, Any]:
    """PGD-40 at 8/255 over photographs: how long until the robust accuracy is known."""
    steps, step = 40, 2.5 * EPSILON / 40
    batches = [
        (images.to_float(batch.images), batch.labels) for batch in datasets.stream(dataset, 128)
    ]
    ours = attacks.make("pgd", steps=steps, step_size=step, random_start=False, stop_early=True)
    theirs = PEERS["cleverhans"](classifier.model)
    started = time.perf_counter()
    own = sum(
        int((~ours(classifier, pixels, labels, epsilon=EPSILON).success).sum())
        for pixels, labels in batches
    )
    between = time.perf_counter()
    standing = 0
    for pixels, labels in batches:
        for start in range(0, len(labels), 32):
            rows = slice(start, start + 32)
            found = theirs(pixels[rows], labels[rows], EPSILON, step, steps)
            standing += int((classifier.predict(found).argmax(axis=1) == labels[rows]).sum())
    ended = time.perf_counter()
    return {
        "images": sum(len(labels) for _, labels in batches),
        "seconds": {"ours": round(between - started, 1), "cleverhans": round(ended - between, 1)},
        "ratio": round((ended - between) / (between - started), 2),
        "standing": {"ours": own, "cleverhans": standing},
    }


def whole_dataset(classifier: Classifier, dataset: datasets.Dataset) -> dict[str, Any]:
    """FGSM over photographs, reading included, against the model's time alone."""
    attack = attacks.make("fgsm")
    evaluation.evaluate(classifier, dataset.limited(32), attack=attack, epsilon=EPSILON)
    started = time.perf_counter()
    evaluation.evaluate(classifier, dataset, attack=attack, epsilon=EPSILON)
    whole = time.perf_counter() - started
    pixels, labels = portraits(classifier, 32)
    one = turns(
        {
            "model": lambda: (
                classifier.predict(pixels),
                attack(classifier, pixels, labels, epsilon=EPSILON),
            )
        }
    )["model"]
    model = one / 32 * len(dataset)
    return {
        "images": len(dataset),
        "seconds": {"whole": round(whole, 1), "model": round(model, 1)},
        "ratio": round(whole / model, 3),
    }


def measure(name: str, photographs: datasets.Dataset | None) -> dict[str, Any]:
    """Every figure of one model."""
    backbone = checkpoints.read_card(checkpoints.locate(name)).backbone
    batch, steps = PLANS.get(backbone, USUAL_PLAN)
    classifier = load_classifier(name, warm_up=False)
    found: dict[str, Any] = {
        "device": str(backend.device()),
        "batch": pgd_steps(classifier, batch, steps),
        "one image": pgd_steps(classifier, 1, steps),
        "cold": cold(name),
        "fast": fast(name, batch, steps),
        "sweep": sweep(classifier),
    }
    if photographs is not None:
        found["whole dataset"] = whole_dataset(classifier, photographs)
        found["robust accuracy"] = robust_accuracy(classifier, photographs)
    return found


def table(results: dict[str, Any]) -> str:
    """The main figures as Markdown."""
    lines = [
        "| model | ours, ms an image and step "
        "| over bare gradient (last verdict left out), batch / one "
        "| CleverHans / Foolbox / ART over ours | CleverHans over fast |",
        "|---|---|---|---|---|",
    ]
    for name, found in results["models"].items():
        many, one = found["batch"], found["one image"]
        peers = " / ".join(f"{many['peers_over_ours'][peer]:.2f}" for peer in PEERS)
        lines.append(
            f"| {name} | {many['ms_per_image_and_step']['ours']:.2f} "
            f"| {many['ours_over_bare_gradient']:.2f} / {one['ours_over_bare_gradient']:.2f} "
            f"| {peers} | {found['fast']['cleverhans_over_fast']:.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measures the chosen models and keeps what was measured of the others."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="*", default=list(checkpoints.available()))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--limit", type=int, default=652, help="photographs to measure on")
    chosen = parser.parse_args()
    photographs = None
    if chosen.data.is_dir():
        photographs = datasets.open_dataset(chosen.data).limited(chosen.limit)
    results: dict[str, Any] = {"models": {}}
    if RESULT.is_file():
        results = json.loads(RESULT.read_text(encoding="utf-8"))
    for name in chosen.models:
        print(name, file=sys.stderr, flush=True)
        results["models"][name] = measure(name, photographs)
        checkpoints.write_atomically(RESULT, json.dumps(results, indent=1).encode())
    print(table(results))


if __name__ == "__main__":
    main()
