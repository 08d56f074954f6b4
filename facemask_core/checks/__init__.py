"""Is this evaluation sound? The checklist of Carlini et al. 2019 and its successors, as code.

Their authors warn that such a list is neither necessary nor sufficient: a failed check shows a
known mistake, and all of them passed prove nothing. Adding a check is a function and a line below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack
from facemask_core.attacks.base import check_labels
from facemask_core.checks import attack_checks, comparison_checks, model_checks
from facemask_core.checks.base import Check, Finding, Status, Subject
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier

__all__ = ["CHECKS", "Check", "Finding", "Status", "Subject", "examine", "make_subject"]

CHECKS = (
    Check("logits", "Does it give scores, not probabilities?", model_checks.gives_logits),
    Check("float32", "Do the scores leave in float32?", model_checks.answers_in_float32),
    Check("deterministic", "Does it always answer the same?", model_checks.is_deterministic),
    Check("differentiable", "Does a gradient reach the pixels?", model_checks.is_differentiable),
    Check("gradients", "Does every gradient point somewhere?", model_checks.gradients_exist),
    Check("landscape", "Is the loss smooth enough to follow?", model_checks.landscape_is_smooth),
    Check("threat-model", "Is every setting stated?", attack_checks.states_its_threat_model),
    Check("epsilon-zero", "Does epsilon 0 change nothing?", attack_checks.keeps_epsilon_zero),
    Check("budget", "Are ball and box kept?", attack_checks.keeps_ball_and_box),
    Check("ascent", "Does the loss rise?", attack_checks.raises_the_loss),
    Check("one-step", "Is it no weaker than a single step?", attack_checks.beats_one_step),
    Check("monotone", "Does a larger epsilon fool no fewer?", attack_checks.grows_with_epsilon),
    Check("convergence", "Are the steps enough?", attack_checks.has_converged),
    Check("restarts", "Are the restarts enough?", attack_checks.needs_no_more_restarts),
    Check("keep-best", "Is what it found kept?", attack_checks.keeps_best_point),
    Check(
        "two-classes",
        "Is away from one class to the other?",
        attack_checks.coincides_with_its_target,
    ),
    Check(
        "linear",
        "Does it solve a linear model?",
        attack_checks.solves_a_linear_model,
    ),
    Check("rounding", "Does success survive 8 bits?", attack_checks.survives_rounding),
    Check("black-box", "Does it beat a black box?", comparison_checks.beats_black_boxes),
    Check("noise", "Does it beat random noise?", comparison_checks.beats_noise),
    Check("transfer", "Does it beat examples from other models?", comparison_checks.beats_transfer),
    Check(
        "chance",
        "Does half of all room lead to chance?",
        comparison_checks.reaches_chance,
    ),
    Check("unbounded", "Does it win without bounds?", comparison_checks.wins_without_bounds),
    Check("worst-case", "Is the worst case taken image by image?", comparison_checks.worst_case),
)
"""The checklist in its order: the model, the attack, and the comparison with others."""


def make_subject(
    classifier: Classifier,
    pixels: NDArray[np.floating],
    labels: NDArray[np.integer],
    attack: Attack,
    *,
    epsilon: float,
    seed: int = 0,
    others: Sequence[Classifier] = (),
) -> Subject:
    """Makes the subject of an examination, and checks that there is something to examine.

    Args:
        classifier: The model under attack.
        pixels: Float (n, 224, 224, 3) in [0, 1]; a few dozen say enough.
        labels: Integer (n,), true classes.
        attack: An untargeted attack.
        epsilon: Its radius, above 0.
        seed: Its seed.
        others: Other models, from which examples might transfer.

    Raises:
        AttackError: There is no image, labels do not fit, the attack has a target, or epsilon
            leaves nothing to examine.
    """
    images = classifier.check_images(pixels)
    if not len(images):
        raise AttackError("The checks need at least one image.")
    if getattr(attack, "target", None) is not None:
        raise AttackError("The checks need an untargeted attack; leave the target out.")
    if not attack.check_epsilon(epsilon, classifier.input_shape) > 0.0:
        raise AttackError("Epsilon is 0, so there is no attack to check; choose one above 0.")
    return Subject(
        classifier,
        images,
        check_labels(labels, len(images)),
        attack,
        epsilon,
        seed,
        tuple(others),
    )


def examine(
    subject: Subject, progress: Callable[[int, int], None] = lambda *_: None
) -> dict[str, Finding]:
    """Runs the whole checklist.

    Where no gradient reaches the pixels, the remaining checks are skipped: they would only repeat
    that.

    Args:
        subject: As :func:`make_subject` makes it.
        progress: Called after each check with the number done and the number of all.

    Returns:
        Findings by the checks' names, in their order.
    """
    findings: dict[str, Finding] = {}
    no_gradient = False
    for done, check in enumerate(CHECKS):
        if no_gradient:
            findings[check.name] = Finding(Status.SKIPPED, "There is no gradient to follow.")
        else:
            findings[check.name] = check.run(subject)
            no_gradient = check.name == "differentiable" and (
                findings[check.name].status is Status.FAILED
            )
        progress(done + 1, len(CHECKS))
    return findings
