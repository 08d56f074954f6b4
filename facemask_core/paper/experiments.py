"""What is measured again for the page that sets the paper beside the lab, as data."""

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
"""Factors of the scores: the same answers, given by a model that is ever more sure of them."""

CONVERGED = MappingProxyType({"steps": 20, "stop_early": True})
DETAILED = ("inceptionv3", "mobilenetv3")
"""Asked in more detail; VGG19's gradient costs six times InceptionV3's, and would tell the same."""


@dataclass(frozen=True)
class Experiment:
    """One question about one model; its answer is one file.

    Attributes:
        model: Name of the model asked.
        name: What is asked, in a file's name.
        attack: Name of the attack, or None to ask the model about the photographs as they are.
        settings: The attack's settings.
        epsilon: Its radius, on the [0, 1] scale.
        sharpness: If given, the attacker climbs through a second softmax, put on the model's scores
            times this factor; the model that is asked in the end is as it always is.
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
    """Lists what there is to measure, in the order of what is missed most if it stays away.

    Args:
        models: Names of the models to be asked.
    """
    detailed = [model for model in models if model in DETAILED]
    for model in models:
        yield from tables(model)
    for model in detailed:
        yield from ladder(model)
    for model in detailed:
        yield from through_a_second_softmax(model)


def tables(model: str) -> Iterator[Experiment]:
    """The paper's tables and figures 9, 12 and 14, at both readings of its epsilon."""
    yield clean(model)
    for epsilon in EPSILONS:
        yield fgsm(model, epsilon)
        yield converged(model, epsilon)


def clean(model: str) -> Experiment:
    """The photographs as they are."""
    return Experiment(model, "clean")


def fgsm(model: str, epsilon: float = EPSILON) -> Experiment:
    """The paper's equation 1."""
    return Experiment(model, f"fgsm-{epsilon:g}", "fgsm", epsilon=epsilon)


def converged(model: str, epsilon: float = EPSILON) -> Experiment:
    """The paper's equations 3 and 4, with steps that cross the ball."""
    return Experiment(model, f"pgd-{epsilon:g}", "pgd", CONVERGED, epsilon)


def ladder(model: str) -> Iterator[Experiment]:
    """PGD from hardly begun to the edge of the ball."""
    for steps in NOTCHES:
        yield climbed(model, steps)


def climbed(model: str, steps: int) -> Experiment:
    """So many short steps of PGD, without its random start."""
    settings = {"steps": steps, "step_size": STEP_SIZE, "random_start": False}
    return Experiment(model, f"pgd-steps-{steps}", "pgd", settings, EPSILON)


def through_a_second_softmax(model: str) -> Iterator[Experiment]:
    """FGSM and PGD for whom a softmax stands on the model's own, at rising sureness."""
    for sharpness in SHARPNESSES:
        for attack in ("fgsm", "pgd"):
            yield softened(model, sharpness, attack)


def softened(model: str, sharpness: int, attack: str) -> Experiment:
    """One attack through a second softmax; it climbs cross-entropy, as the paper's J does."""
    # Without early stopping both attacks share one compiled program, and these models are many.
    settings = {} if attack == "fgsm" else {"steps": CONVERGED["steps"]}
    return Experiment(
        model,
        f"softmax-twice-{sharpness}-{attack}",
        attack,
        {**settings, "loss": "cross-entropy"},
        EPSILON,
        sharpness,
    )
