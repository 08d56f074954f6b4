"""Checks of the attack: whether it keeps its promises and goes as far as it can."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack, settings
from facemask_core.attacks.base import MAX_STEPS
from facemask_core.attacks.iterative_ascent import IterativeAscent
from facemask_core.attacks.restarts import MAX_RESTARTS
from facemask_core.backend import keras
from facemask_core.checks.base import Finding, Status, Subject, pass_or_fail, pass_or_warn
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images

_ENOUGH = 0.02
"""Share by which twice the effort may raise the mean lead without a warning."""


def states_its_threat_model(subject: Subject) -> Finding:
    """Carlini et al. 2019 (arXiv:1902.06705), section 2.2."""
    statement = subject.attack.threat_model(subject.epsilon, subject.seed)
    missing = {"attack", "knowledge", "norm", "epsilon", "seed"} - statement.keys()
    return pass_or_fail(
        not missing,
        "Every setting that decides the result is stated.",
        f"The statement leaves out {', '.join(sorted(missing))}.",
        **statement,
    )


def keeps_epsilon_zero(subject: Subject) -> Finding:
    """The clean accuracy is the curve's first point, measured the same way."""
    batch = subject.run(subject.attack, 0.0)
    clean, zero = float(subject.clean.mean()), subject.robust_accuracy(batch)
    return pass_or_fail(
        clean == zero and bool((batch.images == subject.pixels).all()),
        "At epsilon 0 the images, and so the accuracy, stay as they are.",
        "At epsilon 0 something changed: preprocessing differs between the two ways to the model.",
        clean_accuracy=clean,
        at_epsilon_zero=zero,
    )


def keeps_ball_and_box(subject: Subject) -> Finding:
    """The budget is the threat model: an attack that exceeds it measures something else."""
    batch = subject.adversarial
    distance = float((batch.l2 if subject.norm == "l2" else batch.linf).max())
    low, high = float(batch.images.min()), float(batch.images.max())
    finite = bool(np.isfinite(batch.images).all())
    allowance = 1e-6 * max(1.0, subject.epsilon)  # float32 rounds by a share of the length
    return pass_or_fail(
        finite and distance <= subject.epsilon + allowance and low >= 0.0 and high <= 1.0,
        "Every image lies within epsilon of its original and within [0, 1].",
        "Some image left the ball or [0, 1], so epsilon is not what was measured.",
        largest_distance=distance,
        epsilon=subject.epsilon,
        lowest=low,
        highest=high,
    )


def raises_the_loss(subject: Subject) -> Finding:
    """An attack that makes images safer climbs the wrong way."""
    after, before = subject.leads(subject.adversarial.logits), subject.leads(subject.clean_logits)
    share = float((after >= before - 1e-4).mean())
    return pass_or_fail(
        share >= 0.9,
        "Nearly every image is less safe after the attack than before.",
        "Many images are safer after the attack than before: check the sign of the loss and the "
        "size of the steps.",
        share=share,
    )


def beats_one_step(subject: Subject) -> Finding:
    """Carlini et al. 2019, section 5.5: an iterative attack weaker than FGSM is broken."""
    batches = (subject.adversarial, subject.one_step)
    own, single = (subject.robust_accuracy(batch) for batch in batches)
    return pass_or_fail(
        own <= single + subject.tolerance,
        "It fools at least as many as a single step does.",
        "A single step of FGSM fools more: too few steps, or steps of the wrong size.",
        robust_accuracy=own,
        fgsm=single,
    )


def grows_with_epsilon(subject: Subject) -> Finding:
    """Robust accuracy must not rise with epsilon; FGSM's may, which is its known weakness."""
    largest = subject.attack.largest_epsilon(subject.classifier.input_shape)
    epsilons = [min(factor * subject.epsilon, largest) for factor in (0.5, 1.0, 2.0)]
    accuracy = [
        subject.robust_accuracy(
            subject.adversarial
            if epsilon == subject.epsilon
            else subject.run(subject.attack, epsilon)
        )
        for epsilon in epsilons
    ]
    falls = all(later <= earlier + subject.tolerance for earlier, later in pairwise(accuracy))
    verdict = pass_or_warn if subject.attack.name == "fgsm" else pass_or_fail
    return verdict(
        falls,
        "A larger epsilon never leaves more images standing.",
        "A larger epsilon leaves more images standing, although its ball holds all that the "
        "smaller one's did: one step overshoots, or the step size does not follow epsilon.",
        epsilons=epsilons,
        robust_accuracy=accuracy,
    )


def has_converged(subject: Subject) -> Finding:
    """Carlini et al. 2019, section 5.7: twice the steps must not find much more."""
    steps = getattr(subject.attack, "steps", None)
    if steps is None:
        return Finding(Status.SKIPPED, f"{subject.attack.title} has no number of steps to double.")
    return _double_effort(subject, "steps", steps, MAX_STEPS)


def needs_no_more_restarts(subject: Subject) -> Finding:
    """Twice the random starts must not find much more."""
    attack = subject.attack
    restarts = getattr(attack, "restarts", None)
    if restarts is None:
        return Finding(Status.SKIPPED, f"{attack.title} has no number of restarts to double.")
    if not getattr(attack, "random_start", True):
        return Finding(Status.SKIPPED, f"{attack.title} starts at the image itself.")
    return _double_effort(subject, "restarts", restarts, MAX_RESTARTS)


def _double_effort(subject: Subject, what: str, count: int, most: int) -> Finding:
    """Attacks with twice as many steps or restarts, at most as many as are allowed."""
    raised = min(2 * count, most)
    if raised == count:
        return Finding(Status.SKIPPED, f"The attack may take no more than these {count} {what}.")
    stronger = subject.run(replace(subject.attack, **{what: raised}))
    before, after = (subject.robust_accuracy(batch) for batch in (subject.adversarial, stronger))
    own, more = subject.leads(subject.adversarial.logits), subject.leads(stronger.logits)
    standing = ~subject.adversarial.success
    gain = 0.0
    if standing.any():
        gain = float((more - own)[standing].mean() / np.abs(own[standing]).mean())
    figures = {
        "robust_accuracy": before,
        f"more_{what}": raised,
        f"with_more_{what}": after,
        "gain_of_lead": gain,
    }
    if before - after > subject.tolerance:
        return Finding(
            Status.FAILED,
            f"{raised} {what} fool more images: {count} are too few to speak of robustness.",
            figures,
        )
    return pass_or_warn(
        gain <= _ENOUGH,
        f"{raised} {what} fool no more than one image more.",
        f"{raised} {what} fool no more than one image more, but still come nearer: more might.",
        **figures,
    )


def keeps_best_point(subject: Subject) -> Finding:
    """Pintor et al. 2022, silent success: an image fooled on the way must be fooled at the end."""
    attack = subject.attack
    if not isinstance(attack, IterativeAscent) or attack.steps < 2:
        return Finding(
            Status.SKIPPED,
            "Only an ascent by two or more steps of one size can be cut short to see its way; "
            f"this {attack.title} is none.",
        )
    size = attack.step_size_at(subject.epsilon)
    lost = 0
    for steps in {attack.steps // 2, attack.steps - 1} - {0}:
        shorter = subject.run(replace(attack, steps=steps, step_size=size))
        lost += int((shorter.success & ~subject.adversarial.success).sum())
    return pass_or_fail(
        lost == 0,
        "What was fooled on the way is fooled at the end.",
        f"{lost} images were fooled on the way and stand at the end: keep the best point, not the "
        "last.",
        lost=lost,
    )


def coincides_with_its_target(subject: Subject) -> Finding:
    """With two classes, away from one is towards the other; a gap is an underflowing gradient."""
    if "target" not in settings(subject.attack.name):
        return Finding(Status.SKIPPED, "The attack cannot be asked both ways.")
    right = np.flatnonzero(subject.clean)
    if not len(right):
        return Finding(
            Status.SKIPPED, "No image is classed rightly, so none can be asked both ways."
        )
    reached = np.zeros(len(subject.labels), np.bool_)
    for target in (0, 1):
        rows = right[subject.labels[right] != target]
        if len(rows):
            targeted = _aim(subject.attack, target)
            batch = targeted(
                subject.classifier,
                subject.pixels[rows],
                subject.labels[rows],
                epsilon=subject.epsilon,
                seed=subject.seed,
            )
            reached[rows] = batch.success
    apart = int((reached[right] != subject.adversarial.success[right]).sum())
    return pass_or_fail(
        apart <= 1,  # one image, as everywhere: what rounding may move
        "Aimed at the other class it fools the same images, but for one at most.",
        f"Aimed at the other class it fools others ({apart} differ), although with two classes "
        "both are the same: its loss underflows on confident answers.",
        images_apart=apart,
    )


def _aim(attack: Attack, target: int) -> Attack:
    targeted: Attack = replace(attack, target=target)  # type: ignore[call-arg]
    return targeted


def solves_a_linear_model(subject: Subject) -> Finding:
    """The nearest fooling image of a linear model is known: |margin| / dual norm of the weights."""
    if subject.attack.name in ("noise", "square", "transfer"):
        return Finding(Status.SKIPPED, f"{subject.attack.title} follows no gradient.")
    linear, nearest, labels, pixels = _linear_problem(subject)

    def fools(epsilon: float, row: int) -> bool:
        one = slice(row, row + 1)
        batch = subject.attack(linear, pixels[one], labels[one], epsilon=epsilon, seed=subject.seed)
        return bool(batch.success[0])

    # A random start leaves a little across the gradient that dies out slowly.
    above = sum(fools(1.1 * nearest[row], row) for row in range(len(labels)))
    below = sum(fools(0.99 * nearest[row], row) for row in range(len(labels)))
    return pass_or_fail(
        above == len(labels) and below == 0,
        "On a linear model it fools just above the known smallest epsilon and not below.",
        "On a linear model, whose answer is known, it fails just above the smallest fooling "
        "epsilon or succeeds below it.",
        fooled_above=above,
        fooled_below=below,
        images=len(labels),
    )


def _linear_problem(
    subject: Subject,
) -> tuple[Classifier, NDArray[np.float64], NDArray[np.int64], NDArray[np.float32]]:
    """Makes a linear model and four images; returns it, smallest epsilons, labels, and images."""
    rng = np.random.default_rng(subject.seed)
    shape = subject.classifier.input_shape
    size = int(np.prod(shape))
    weights = rng.normal(size=(size, 2)).astype(np.float32) / np.float32(np.sqrt(size))
    inputs = keras.Input(shape)
    dense = keras.layers.Dense(2, dtype="float32")
    model = keras.Model(inputs, dense(keras.layers.Flatten()(inputs)))
    pixels = rng.uniform(0.4, 0.6, (4, *shape)).astype(np.float32)
    difference = (weights[:, 1] - weights[:, 0]).astype(np.float64)
    # The boundary runs near the images, so that the box is nowhere in the way.
    offset = float((pixels.reshape(4, -1) @ difference).mean())
    dense.set_weights([weights, np.array([offset, 0.0], np.float32)])
    margin = pixels.reshape(4, -1).astype(np.float64) @ difference - offset
    dual = np.linalg.norm(difference, ord=2 if subject.norm == "l2" else 1)
    labels = (margin > 0).astype(np.int64)
    return Classifier(model, subject.classifier.card), np.abs(margin) / dual, labels, pixels


def survives_rounding(subject: Subject) -> Finding:
    """A success that no 8-bit picture can hold is one on paper alone."""
    rounded = images.to_float(images.to_uint8(subject.adversarial.images))
    fools = subject.leads(subject.classifier.predict(rounded)) > 0
    flipped = subject.clean & subject.adversarial.success
    successes, lost = int(flipped.sum()), int((flipped & ~fools).sum())
    return pass_or_warn(
        lost <= 0.05 * successes,
        "What fools in floating point fools as an 8-bit picture.",
        f"{lost} of {successes} successes are lost by rounding to 8 bits: "
        "report the rounded figure.",
        success=successes,
        lost_by_rounding=lost,
    )
