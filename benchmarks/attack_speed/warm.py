"""Speed once everything is compiled."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.attack_speed import task
from benchmarks.attack_speed.turns import Contender, median_seconds
from benchmarks.peers import PEERS
from facemask_core import attacks, load_classifier, robustness
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images


def pgd_steps(classifier: Classifier, batch: int, steps: int) -> dict[str, Any]:
    """Milliseconds an image and step: the bare gradient's, ours, and the peers'.

    "Over bare gradient" is our time less one forward pass, for its verdict on the last point, which
    the others leave to the user, over the time of as many bare gradients as it has steps.
    """
    pixels, labels = task.portraits(classifier, batch)
    gradient = task.bare_gradient(classifier)
    contenders: dict[str, Contender] = {
        task.BARE: lambda: [gradient(pixels, labels) for _ in range(steps)]
    }
    for name in (task.OURS, *PEERS):
        contenders[name] = partial(task.pgd(name, classifier, steps), pixels, labels)
    found = median_seconds(contenders | {"verdict": lambda: classifier.predict(pixels)})
    bare, ours, verdict = found[task.BARE], found[task.OURS], found["verdict"]
    return {
        "batch": batch,
        "steps": steps,
        "ms_per_image_and_step": {
            name: round(1000 * found[name] / batch / steps, 3) for name in contenders
        },
        "ours_over_bare_gradient": round((ours - verdict) / bare, 3),
        "ours_with_its_verdict_over_bare_gradient": round(ours / bare, 3),
        "peers_over_ours": {name: round(found[name] / ours, 2) for name in PEERS},
    }


def fast(name: str, batch: int, steps: int) -> dict[str, Any]:
    """``--precision fast`` against our own float32 and CleverHans's."""
    exact = load_classifier(name, warm_up=False)
    quick = load_classifier(name, warm_up=False, precision="fast")
    pixels, labels = task.portraits(exact, batch)
    rivals = {
        "fast": task.pgd(task.OURS, quick, steps),
        "exact": task.pgd(task.OURS, exact, steps),
        "cleverhans": task.pgd("cleverhans", exact, steps),
    }
    contenders: dict[str, Contender] = {
        key: partial(pgd, pixels, labels) for key, pgd in rivals.items()
    }
    found = median_seconds(contenders | {"verdict": lambda: quick.predict(pixels)})
    alone = found["fast"] - found["verdict"]
    return {
        "arithmetic": quick.arithmetic,
        "ms_per_image_and_step": {
            key: round(1000 * found[key] / batch / steps, 3) for key in contenders
        },
        "exact_over_fast": round(found["exact"] / found["fast"], 2),
        "cleverhans_over_fast": round(found["cleverhans"] / found["fast"], 2),
        "cleverhans_over_fast_without_verdict": round(found["cleverhans"] / alone, 2),
    }


def sweep(classifier: Classifier) -> dict[str, Any]:
    """The slider's 33 epsilons against the gradient and the batch of answers they consist of."""
    pixels, labels = task.portraits(classifier, 33)
    face, label = images.to_uint8(pixels[0]), int(labels[0])
    fgsm = attacks.make("fgsm")
    gradient = task.bare_gradient(classifier)
    found = median_seconds(
        {
            "sweep": lambda: robustness.sweep_epsilons(classifier, face, label, fgsm),
            "parts": lambda: (gradient(pixels[:1], labels[:1]), classifier.predict(pixels)),
        }
    )
    return {
        "ms": {key: round(1000 * value, 1) for key, value in found.items()},
        "ratio": round(found["sweep"] / found["parts"], 3),
    }
