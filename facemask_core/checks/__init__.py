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
from facemask_core.checks import of_the_attack as of_attack
from facemask_core.checks import of_the_comparison as rivals
from facemask_core.checks import of_the_model as of_model
from facemask_core.checks.base import Check, Finding, Status, Subject
from facemask_core.errors import AttackError
from facemask_core.models.classifier import Classifier

__all__ = ["CHECKS", "Check", "Finding", "Status", "Subject", "examine", "subject"]

CHECKS = (
    Check("logits", "Does it give scores, not probabilities?", of_model.gives_logits),
    Check("float32", "Do the scores leave in float32?", of_model.answers_in_float32),
    Check("deterministic", "Does it always answer the same?", of_model.is_deterministic),
    Check("differentiable", "Does a gradient reach the pixels?", of_model.is_differentiable),
    Check("gradients", "Does every gradient point somewhere?", of_model.gradients_point_somewhere),
    Check("landscape", "Is the loss smooth enough to follow?", of_model.landscape_is_smooth),
    Check("threat-model", "Is every setting stated?", of_attack.states_its_threat_model),
    Check("epsilon-zero", "Does epsilon 0 change nothing?", of_attack.leaves_epsilon_zero_alone),
    Check("budget", "Are ball and box kept?", of_attack.keeps_ball_and_box),
    Check("ascent", "Does the loss rise?", of_attack.raises_the_loss),
    Check("one-step", "Is it no weaker than a single step?", of_attack.beats_one_step),
    Check("monotone", "Does a larger epsilon fool no fewer?", of_attack.grows_with_epsilon),
    Check("convergence", "Are the steps enough?", of_attack.has_converged),
    Check("restarts", "Are the restarts enough?", of_attack.needs_no_more_restarts),
    Check("keep-best", "Is what it found kept?", of_attack.keeps_what_it_found),
    Check(
        "two-classes",
        "Is away from one class to the other?",
        of_attack.coincides_with_its_target,
    ),
    Check(
        "linear",
        "Does it solve a linear model?",
        of_attack.solves_a_linear_model,
    ),
    Check("rounding", "Does success survive 8 bits?", of_attack.survives_rounding),
    Check("black-box", "Does it beat a black box?", rivals.beats_black_boxes),
    Check("noise", "Does it beat random noise?", rivals.beats_noise),
    Check("transfer", "Does it beat examples from other models?", rivals.beats_transfer),
    Check(
        "chance",
        "Does half of all room lead to chance?",
        rivals.reaches_chance,
    ),
    Check("unbounded", "Does it win without bounds?", rivals.wins_without_bounds),
    Check("worst-case", "Is the worst case taken image by image?", rivals.worst_case),
)
"""The checklist, in the order it is answered: the model, the attack, and its rivals."""


def subject(
    classifier: Classifier,
    pixels: NDArray[np.floating],
    labels: NDArray[np.integer],
    attack: Attack,
    *,
    epsilon: float,
    seed: int = 0,
    others: Sequence[Classifier] = (),
) -> Subject:
    """Puts an evaluation up for examination.

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
    checked = classifier.checked(pixels)
    if not len(checked):
        raise AttackError("The checks need at least one image.")
    if getattr(attack, "target", None) is not None:
        raise AttackError("The checks need an untargeted attack; leave the target out.")
    if not attack.check_epsilon(epsilon, classifier.input_shape) > 0.0:
        raise AttackError("Epsilon is 0, so there is no attack to check; choose one above 0.")
    return Subject(
        classifier,
        checked,
        check_labels(labels, len(checked)),
        attack,
        epsilon,
        seed,
        tuple(others),
    )


def examine(
    examined: Subject, progress: Callable[[int, int], None] = lambda *_: None
) -> dict[str, Finding]:
    """Answers the whole checklist.

    A model without a usable gradient ends the examination of the attack on it: what would follow
    only repeats that.

    Args:
        examined: See :func:`subject`.
        progress: Told how many checks are done, of how many.

    Returns:
        Findings by the checks' names, in their order.
    """
    findings: dict[str, Finding] = {}
    cut_off = False
    for done, check in enumerate(CHECKS):
        if cut_off:
            findings[check.name] = Finding(Status.SKIPPED, "There is no gradient to follow.")
        else:
            findings[check.name] = check.run(examined)
            cut_off = check.name == "differentiable" and (
                findings[check.name].status is Status.FAILED
            )
        progress(done + 1, len(CHECKS))
    return findings
