"""Checks of the attack against weaker attacks, and where it must win."""

from __future__ import annotations

import numpy as np

from facemask_core.attacks import make
from facemask_core.attacks.transfer import Transfer
from facemask_core.checks.base import Finding, Status, Subject, pass_or_fail, pass_or_warn

_QUERIES = 200
_DRAWS = 20
_SLACK = 0.002
"""The share a black box may win by chance (AutoAttack's check_square_sr)."""


def beats_black_boxes(subject: Subject) -> Finding:
    """Athalye et al. 2018 (arXiv:1802.00420): a black box that wins shows a masked gradient."""
    if subject.norm != "linf":
        return Finding(Status.SKIPPED, "The square attack is for L-infinity.")
    own = subject.robust_accuracy(subject.adversarial)
    blind = subject.robust_accuracy(subject.run(make("square", queries=_QUERIES)))
    return pass_or_fail(
        own <= blind + max(_SLACK, subject.tolerance),
        f"A black box with {_QUERIES} queries fools no more.",
        f"A black box with {_QUERIES} queries fools more than the attack that sees every weight: "
        "the gradient is masked.",
        robust_accuracy=own,
        square=blind,
    )


def beats_noise(subject: Subject) -> Finding:
    """Carlini et al. 2019, section 5.8: random points of the ball must fool less."""
    own = subject.robust_accuracy(subject.adversarial)
    noisy = subject.robust_accuracy(subject.run(make("noise", norm=subject.norm, draws=_DRAWS)))
    return pass_or_fail(
        own <= noisy + subject.tolerance,
        f"The worst of {_DRAWS} random noises of the same size fools no more.",
        f"The worst of {_DRAWS} random noises of the same size fools more than the attack.",
        robust_accuracy=own,
        noise=noisy,
    )


def beats_transfer(subject: Subject) -> Finding:
    """Carlini et al. 2019, section 5.4: examples made on other models must fool less."""
    if not subject.others:
        return Finding(Status.SKIPPED, "No other model was given; name some to try transfer from.")
    own = subject.robust_accuracy(subject.adversarial)
    attack = subject.attack if not isinstance(subject.attack, Transfer) else subject.attack.attack
    transferred = [
        subject.robust_accuracy(subject.run(Transfer(source=other, attack=attack)))
        for other in subject.others
    ]
    return pass_or_fail(
        own <= min(transferred) + subject.tolerance,
        "Examples carried over from other models fool no more.",
        "Examples carried over from another model fool more than those made on this one: the "
        "gradient is masked.",
        robust_accuracy=own,
        transfer=[
            {
                "source": other.name,
                "source_sha256": other.card.weights_sha256,
                "robust_accuracy": it,
            }
            for other, it in zip(subject.others, transferred, strict=True)
        ],
    )


def reaches_chance(subject: Subject) -> Finding:
    """Carlini et al. 2019, section 5.2: within half the range any image can be made flat grey."""
    epsilon = 0.5 * subject.attack.largest_epsilon(subject.classifier.input_shape)
    accuracy = subject.robust_accuracy(subject.run(subject.attack, epsilon))
    chance = float(np.bincount(subject.labels, minlength=2).max() / len(subject.labels))
    return pass_or_fail(
        accuracy <= chance,
        "With half of all room to move, accuracy is at most chance.",
        "With half of all room to move, enough for a flat grey image, accuracy stays above "
        "chance: the attack does not work.",
        epsilon=epsilon,
        robust_accuracy=accuracy,
        chance=chance,
    )


def wins_without_bounds(subject: Subject) -> Finding:
    """Athalye et al. 2018: an unbounded attack must reach every image."""
    if not subject.clean.any():
        return Finding(Status.SKIPPED, "No image is classed rightly, so none is left to fool.")
    epsilon = subject.attack.largest_epsilon(subject.classifier.input_shape)
    batch = subject.run(subject.attack, epsilon)
    rate = float((batch.predictions != subject.labels)[subject.clean].mean())
    verdict = (
        pass_or_warn
        if subject.attack.name in ("fgsm", "noise", "square", "transfer")
        else pass_or_fail
    )
    return verdict(
        rate == 1.0,
        "Without bounds it fools on every image.",
        "Without bounds it does not fool on every image: more steps, or another step size.",
        epsilon=epsilon,
        success_rate=rate,
    )


def worst_case(subject: Subject) -> Finding:
    """Carlini et al. 2019, section 4.1: the worst over attacks is taken image by image."""
    batches = [subject.adversarial, subject.one_step]
    right = np.stack([subject.clean & (batch.predictions == subject.labels) for batch in batches])
    together = float(right.all(axis=0).mean())
    best = float(right.mean(axis=1).min())
    return pass_or_warn(
        best - together <= subject.tolerance,
        "The best of two attacks for each image finds no more than the better one.",
        "Each of two attacks fools images that the other leaves: report the worst case an image.",
        worst_case_an_image=together,
        better_attack_alone=best,
    )
