"""Checks of the model: whether its gradients can be trusted."""

from __future__ import annotations

import numpy as np

from facemask_core.attacks import make
from facemask_core.attacks.restarts import random_starts
from facemask_core.checks.base import Finding, Status, Subject, pass_or_fail, pass_or_warn
from facemask_core.errors import AttackError

_REPEATS = 5
_RADIUS = 8 / 255
"""Of the noise that probes the loss landscape (Pintor et al. 2022, arXiv:2106.09947)."""


def gives_logits(subject: Subject) -> Finding:
    """Croce & Hein 2020, AutoAttack's check_range_output: a second softmax starves the gradient."""
    logits = subject.clean_logits
    within = bool(((logits >= 0.0) & (logits <= 1.0)).all())
    sums = bool(np.allclose(logits.sum(axis=1), 1.0, atol=1e-5))
    return pass_or_fail(
        not (within and sums),
        "The model answers with scores, not probabilities.",
        "The model's answers lie in [0, 1] and sum to 1: they are probabilities, and a loss on "
        "them applies softmax twice; remove the model's last activation.",
        lowest=float(logits.min()),
        highest=float(logits.max()),
    )


def answers_in_float32(subject: Subject) -> Finding:
    """Coarse numbers let small steps of an attack vanish."""
    kind = str(subject.classifier.model.compute_dtype)
    output = str(subject.classifier.model.output.dtype)
    return pass_or_fail(
        output == "float32",
        "The scores leave the model in float32.",
        f"The scores leave the model in {output}, in which cross-entropy underflows beyond a lead "
        "of about 17; let the last layer compute in float32.",
        output=output,
        computes_in=kind,
    )


def is_deterministic(subject: Subject) -> Finding:
    """AutoAttack's check_randomized: dropout or noise at test time misleads a gradient."""
    repeats = [subject.classifier.predict(subject.pixels) for _ in range(_REPEATS)]
    spread = float(max(np.abs(logits - subject.clean_logits).max() for logits in repeats))
    return pass_or_fail(
        spread < 1e-4,
        "The same image gets the same answer.",
        "The same image gets different answers; switch dropout and noise off, or average.",
        largest_difference=spread,
    )


def is_differentiable(subject: Subject) -> Finding:
    """Pintor et al. 2022: a graph interrupted by preprocessing has no gradient to follow."""
    try:
        _, dead = make("fgsm", norm=subject.norm).steepest(  # type: ignore[attr-defined]
            subject.classifier, subject.pixels, subject.labels
        )
    except AttackError as error:
        return Finding(Status.FAILED, str(error))
    return pass_or_fail(
        not dead.all(),
        "A gradient reaches the pixels.",
        "No image has a gradient: something before the model rounds or cuts it off; replace it by "
        "something differentiable, or by a straight-through estimate.",
        images_without=int(dead.sum()),
    )


def gradients_exist(subject: Subject) -> Finding:
    """AutoAttack's check_zero_gradients; ART's loss_gradient_check."""
    dead = subject.adversarial.dead_gradients
    return pass_or_fail(
        dead == 0,
        "No gradient was zero or not finite.",
        f"{dead} images met a gradient that was zero or not finite, and the attack stood still: "
        "their robustness is not real; take the margin loss, and float32 throughout.",
        images=dead,
    )


def landscape_is_smooth(subject: Subject) -> Finding:
    """Pintor et al. 2022, the unstable-predictions indicator, capped at 1 as theirs."""
    noise = random_starts(subject.pixels, "linf", _RADIUS, subject.seed, 0)
    noisy = subject.classifier.predict(np.clip(subject.pixels + noise, 0.0, 1.0))
    before, after = subject.leads(subject.clean_logits), subject.leads(noisy)
    change = np.abs(after - before) / np.maximum(np.abs(before), 1e-6)
    mean = float(np.minimum(change, 1.0).mean())
    return pass_or_warn(
        mean < 0.5,
        "Random noise of 8/255 hardly moves the loss, so its gradient means something.",
        "Random noise of 8/255 moves the loss a lot: a single gradient may mislead; more steps, "
        "or gradients averaged over noise, may find more.",
        mean_relative_change=mean,
    )
