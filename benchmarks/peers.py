"""CleverHans, Foolbox and ART behind one signature: oracles in the tests, rivals in the benchmark.

All are asked for the same images, labels, radius, step and number of steps, from the image itself;
their loss is cross-entropy on logits where ours is the margin, which has the same gradient sign
with two classes. Each is set up once for a model, as its own documentation shows, and then called.
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


def art_estimator(model: Any) -> Any:
    """The model as ART's attacks take it."""
    import tensorflow as tf
    from art.estimators.classification import TensorFlowV2Classifier

    return TensorFlowV2Classifier(
        model=model,
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
