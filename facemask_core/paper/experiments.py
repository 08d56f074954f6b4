"""The experiments behind the page Paper, which compares the paper with the lab, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

MODELS = ("inceptionv3", "mobilenetv3", "vgg19")
"""The paper's three backbones; its best, which it attacks, comes first."""

EPSILONS = (0.05, 0.025)
"""The paper's 0.05, which names no pixel scale: read on [0, 1], and on [-1, 1], where a pixel's
range is twice as long and 0.05 is half as much."""
EPSILON = EPSILONS[0]

STEP_SIZE = 0.001
"""A fiftieth of epsilon: as many steps as people usually take do not reach the ball's edge."""
NOTCHES = (1, 2, 3, 4, 5, 6, 8, 10, 14, 20, 30, 50)
"""Numbers of steps, from a fiftieth of the way to the edge to all of it."""

SHARPNESSES = (1, 4, 16, 32)
"""Factors of the scores: the same predictions, by an ever more confident model."""

PGD_SETTINGS = MappingProxyType({"steps": 20, "stop_early": True})
DETAILED_MODELS = ("inceptionv3", "mobilenetv3")
"""Measured in more detail; VGG19's gradient costs six times InceptionV3's, for the same result."""


@dataclass(frozen=True)
class Experiment:
    """One experiment on one model; its result is one file.

    Attributes:
        model: Name of the model.
        name: The experiment, as in the result file's name.
        attack: Name of the attack, or None to evaluate the photographs as they are.
        settings: The attack's settings.
        epsilon: Its radius, on the [0, 1] scale.
        sharpness: If given, the attack follows gradients through a second softmax, put on the
            model's scores times this factor; its examples are then evaluated on the bare model.
    """

    model: str
    name: str
    attack: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    epsilon: float = 0.0
    sharpness: int | None = None

    @property
    def file(self) -> str:
        """Name of the result file."""
        return f"{self.model}-{self.name}.json"


def experiments(models: Sequence[str] = MODELS) -> Iterator[Experiment]:
    """Lists the experiments, the most important first.

    Args:
        models: Names of the models.
    """
    detailed = [model for model in models if model in DETAILED_MODELS]
    for model in models:
        yield from tables(model)
    for model in detailed:
        yield from ladder(model)
    for model in detailed:
        yield from second_softmax_series(model)


def tables(model: str) -> Iterator[Experiment]:
    """Lists those behind the paper's tables and figures 9, 12 and 14, at both of its epsilons."""
    yield clean(model)
    for epsilon in EPSILONS:
        yield fgsm(model, epsilon)
        yield pgd(model, epsilon)


def clean(model: str) -> Experiment:
    """Evaluates the photographs as they are."""
    return Experiment(model, "clean")


def fgsm(model: str, epsilon: float = EPSILON) -> Experiment:
    """Attacks by the paper's equation 1."""
    return Experiment(model, f"fgsm-{epsilon:g}", "fgsm", epsilon=epsilon)


def pgd(model: str, epsilon: float = EPSILON) -> Experiment:
    """Attacks by the paper's equations 3 and 4, with steps that cross the ball."""
    return Experiment(model, f"pgd-{epsilon:g}", "pgd", PGD_SETTINGS, epsilon)


def ladder(model: str) -> Iterator[Experiment]:
    """Lists PGD from its first step to the edge of the ball."""
    for steps in NOTCHES:
        yield pgd_with_steps(model, steps)


def pgd_with_steps(model: str, steps: int) -> Experiment:
    """Attacks by a number of short PGD steps, without a random start."""
    settings = {"steps": steps, "step_size": STEP_SIZE, "random_start": False}
    return Experiment(model, f"pgd-steps-{steps}", "pgd", settings, EPSILON)


def second_softmax_series(model: str) -> Iterator[Experiment]:
    """Lists FGSM and PGD through a second softmax, at rising confidence."""
    for sharpness in SHARPNESSES:
        for attack in ("fgsm", "pgd"):
            yield through_second_softmax(model, sharpness, attack)


def through_second_softmax(model: str, sharpness: int, attack: str) -> Experiment:
    """Attacks through a second softmax; it climbs cross-entropy, the paper's J."""
    # Without early stopping both attacks share one compiled program, and these models are many.
    settings = {} if attack == "fgsm" else {"steps": PGD_SETTINGS["steps"]}
    return Experiment(
        model,
        f"softmax-twice-{sharpness}-{attack}",
        attack,
        {**settings, "loss": "cross-entropy"},
        EPSILON,
        sharpness,
    )
