"""CleverHans, Foolbox and ART behind one signature: oracles in the tests, rivals in the benchmark.

For PGD all are asked for the same images, labels, radius, step and number of steps, from the image
itself; their loss is cross-entropy on logits where ours is the margin, which has the same gradient
sign with two classes. For the nearest fooling image, in L2, they are asked for the same steps and
searches. Each is set up once for a model, as its own documentation shows, and then called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
Labels = NDArray[np.int64]
PGD = Callable[[Pixels, Labels, float, float, int], Pixels]
"""``pgd(pixels, labels, epsilon, step_size, steps)``, in L-infinity."""
Nearest = Callable[[Pixels, Labels], Pixels]
"""``nearest(pixels, labels)``: what the attack takes for the nearest fooling images."""

FIRST_WEIGHT = 1.0
"""Of success against distance, with which every Carlini-Wagner begins; ours by default."""
OVERSHOOT = 0.02
"""Of every DeepFool, as its authors have it; ours by default."""


def cleverhans(model: Any) -> PGD:
    """CleverHans 4, ``tf2``; compiles a gradient for every batch size and every new function."""
    import tensorflow as tf
    from cleverhans.tf2.attacks.projected_gradient_descent import projected_gradient_descent

    def logits(tensor: Any) -> Any:
        return model(tensor, training=False)

    def pgd(pixels: Pixels, labels: Labels, epsilon: float, step: float, steps: int) -> Pixels:
        found = projected_gradient_descent(
            logits,
            tf.constant(pixels),
            epsilon,
            step,
            steps,
            np.inf,
            clip_min=0.0,
            clip_max=1.0,
            y=tf.constant(labels),
            rand_init=False,
            sanity_checks=False,
        )
        return np.asarray(found)

    return pgd


def foolbox(model: Any) -> PGD:
    """Foolbox 3, ``LinfPGD``; eager."""
    import foolbox as library
    import tensorflow as tf

    wrapped = library.TensorFlowModel(model, bounds=(0, 1))

    def pgd(pixels: Pixels, labels: Labels, epsilon: float, step: float, steps: int) -> Pixels:
        attack = library.attacks.LinfPGD(abs_stepsize=step, steps=steps, random_start=False)
        _, clipped, _ = attack(wrapped, tf.constant(pixels), tf.constant(labels), epsilons=epsilon)
        return np.asarray(clipped)

    return pgd


def art(model: Any) -> PGD:
    """ART 1.20, ``ProjectedGradientDescent`` on ``TensorFlowV2Classifier``; eager."""
    from art.attacks.evasion import ProjectedGradientDescent

    estimator = art_estimator(model)

    def pgd(pixels: Pixels, labels: Labels, epsilon: float, step: float, steps: int) -> Pixels:
        attack = ProjectedGradientDescent(
            estimator,
            norm=np.inf,
            eps=epsilon,
            eps_step=step,
            max_iter=steps,
            batch_size=len(pixels),
            verbose=False,
        )
        return np.asarray(attack.generate(pixels, labels))

    return pgd


def art_estimator(model: Any, *, compiled: bool = False) -> Any:
    """The model as ART's attacks take it; compiled its gradients take less time."""
    import tensorflow as tf
    from art.estimators.classification import TensorFlowV2Classifier

    return TensorFlowV2Classifier(
        model=tf.function(model, reduce_retracing=True) if compiled else model,
        nb_classes=2,
        input_shape=tuple(model.input_shape[1:]),
        loss_object=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        clip_values=(0.0, 1.0),
    )


PEERS: dict[str, Callable[[Any], PGD]] = {
    "cleverhans": cleverhans,
    "foolbox": foolbox,
    "art": art,
}


def foolbox_deepfool(model: Any, *, steps: int) -> Nearest:
    """Foolbox's ``L2DeepFoolAttack``."""
    import foolbox as library

    attack = library.attacks.L2DeepFoolAttack(steps=steps, overshoot=OVERSHOOT)
    return _foolbox_nearest(model, attack)


def foolbox_carlini_wagner(model: Any, *, steps: int, searches: int) -> Nearest:
    """Foolbox's ``L2CarliniWagnerAttack``, by all steps it is granted, as ours."""
    import foolbox as library

    attack = library.attacks.L2CarliniWagnerAttack(
        binary_search_steps=searches, steps=steps, initial_const=FIRST_WEIGHT, abort_early=False
    )
    return _foolbox_nearest(model, attack)


def _foolbox_nearest(model: Any, attack: Any) -> Nearest:
    import foolbox as library
    import tensorflow as tf

    wrapped = library.TensorFlowModel(model, bounds=(0, 1))

    def nearest(pixels: Pixels, labels: Labels) -> Pixels:
        _, found, _ = attack(wrapped, tf.constant(pixels), tf.constant(labels), epsilons=None)
        return np.asarray(found)

    return nearest


def art_deepfool(model: Any, *, steps: int) -> Nearest:
    """ART's ``DeepFool``; left to its own overshoot, 1e-6, it stops before the boundary."""
    from art.attacks.evasion import DeepFool

    return _art_nearest(model, DeepFool, max_iter=steps, epsilon=OVERSHOOT)


def art_carlini_wagner(model: Any, *, steps: int, searches: int) -> Nearest:
    """ART's ``CarliniL2Method``; each of its steps is a line search of several forward passes."""
    from art.attacks.evasion import CarliniL2Method

    return _art_nearest(
        model,
        CarliniL2Method,
        max_iter=steps,
        binary_search_steps=searches,
        initial_const=FIRST_WEIGHT,
    )


def _art_nearest(model: Any, kind: Any, **settings: Any) -> Nearest:
    estimator = art_estimator(model)

    def nearest(pixels: Pixels, labels: Labels) -> Pixels:
        attack = kind(estimator, batch_size=len(pixels), verbose=False, **settings)
        return np.asarray(attack.generate(pixels, np.eye(2)[labels]))

    return nearest


NEAREST: dict[str, dict[str, Callable[..., Nearest]]] = {
    "deepfool": {"foolbox": foolbox_deepfool, "art": art_deepfool},
    "cw": {"foolbox": foolbox_carlini_wagner, "art": art_carlini_wagner},
}
"""By our name of the attack; ``NEAREST[attack][peer](model, steps=..., ...)`` sets it up."""
