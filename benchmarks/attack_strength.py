"""Measures how strong the attacks of an evaluation without gaps are, beside their peers.

    make attack-strength

FAB, HopSkipJump and the boundary attack beside Foolbox's and ART's at equal passes through the
model, the universal perturbation beside ART's on photographs that neither was trained on, the
ensemble beside PGD-20 on a model and its robust twin, and how often PGD comes back to where it was.
Nothing of our attacks was chosen on the test photographs, which they are measured on here. Results
go to ``attack_strength.json`` beside this file after each of them; one that is there already, for
the same weights, data and effort, is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import strength_peers as peers
from benchmarks.peers import Labels, Pixels
from benchmarks.photograph_options import make_parser, read_options
from benchmarks.result_file import ResultFile
from benchmarks.smallest_distances import photographs
from facemask_core import attacks, load_classifier
from facemask_core.attacks import norms
from facemask_core.attacks.base import GRADIENT_PASSES, directions
from facemask_core.attacks.ensemble import EnsembleBatch
from facemask_core.attacks.universal import TOGETHER, Universal, add_noise
from facemask_core.data import datasets
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor

RESULT = Path(__file__).with_name("attack_strength.json")
DATA = Path(__file__).parents[2] / "shared/data/facemask-v2"
MODELS = ("mobilenetv3", "mobilenetv3-robust")
FAB_PHOTOGRAPHS, FAB_STEPS = 100, 20
SKIP_PHOTOGRAPHS, SKIP_TURNS, SKIP_QUERIES = 12, 4, 650
BOUNDARY_PHOTOGRAPHS, BOUNDARY_STEPS = 12, 1500
UNIVERSAL_PHOTOGRAPHS, UNIVERSAL_TRAINED = 400, 64
ENSEMBLE_PHOTOGRAPHS, ENSEMBLE_EFFORT = 50, {"steps": 50, "queries": 1000}
LEVELS = {"mobilenetv3": 2, "mobilenetv3-robust": 8}
"""Epsilon times 255 of the ensemble, where the model's robust accuracy is neither 0 nor 1."""
UNIVERSAL_LEVELS = {"mobilenetv3": 8, "mobilenetv3-robust": 16}
CYCLE_PHOTOGRAPHS, CYCLE_STEPS, CYCLE_LEVELS = 80, 40, (2, 8, 32)
REMEMBERED = 4
_SAME = 1e-6
"""A place is the same if no pixel value differs by more: float32's rounding of a step."""


def summarise(
    classifier: Classifier, pixels: Pixels, labels: Labels, found: Pixels, norm: str
) -> dict[str, Any]:
    """Judges what an attack returned: how many fool, and the median distance over all.

    Args:
        classifier: The model under attack.
        pixels: The photographs.
        labels: Their classes.
        found: What the attack returned for them.
        norm: The norm of the distance.
    """
    shown = np.clip(found, 0.0, 1.0)
    fooled = classifier.predict(shown).argmax(axis=1) != labels
    lengths = np.where(fooled, norms.distances(shown, pixels, norm), np.inf)
    median = float(np.median(lengths))
    return {"fooled": int(fooled.sum()), "median": median if np.isfinite(median) else None}


def measure_fab(
    classifier: Classifier, pixels: Pixels, labels: Labels, norm: str
) -> dict[str, Any]:
    """Attacks by our FAB and DeepFool, and by Foolbox's FMN with as many passes as our FAB."""
    fab = attacks.make("fab", norm=norm, steps=FAB_STEPS)
    steps = int(fab.passes / GRADIENT_PASSES)
    deepfool = attacks.make("deepfool", norm=norm, steps=steps)
    free = fab.largest_epsilon(classifier.input_shape)
    found = {
        "ours": fab(classifier, pixels, labels, epsilon=free).images,
        "our DeepFool": deepfool(classifier, pixels, labels, epsilon=free).images,
        "foolbox FMN": peers.foolbox_fmn(classifier, pixels, labels, norm, steps),
    }
    return {name: summarise(classifier, pixels, labels, it, norm) for name, it in found.items()} | {
        "passes": fab.passes
    }


def measure_hopskipjump(
    classifier: Classifier, pixels: Pixels, labels: Labels, norm: str, contender: str
) -> dict[str, Any]:
    """Attacks by ours or a peer; ours has fewer questions than either peer asks."""
    effort = SKIP_QUERIES if contender == "ours" else SKIP_TURNS
    return _measure_answers(peers.HOPSKIPJUMP, effort, classifier, pixels, labels, norm, contender)


def measure_boundary(
    classifier: Classifier, pixels: Pixels, labels: Labels, norm: str, contender: str
) -> dict[str, Any]:
    """Attacks by ours or Foolbox's; ours has fewer questions."""
    effort = BOUNDARY_STEPS
    return _measure_answers(peers.BOUNDARY, effort, classifier, pixels, labels, norm, contender)


def _measure_answers(
    contenders: dict[str, Callable[..., peers.Asked]],
    effort: int,
    classifier: Classifier,
    pixels: Pixels,
    labels: Labels,
    norm: str,
    contender: str,
) -> dict[str, Any]:
    """Attacks by answers alone, ``effort`` being our questions or the peer's turns or steps."""
    if contender == "ours":
        name = "hopskipjump" if contenders is peers.HOPSKIPJUMP else "boundary"
        own = attacks.make(name, norm=norm, queries=effort)
        free = own.largest_epsilon(classifier.input_shape)
        found = own(classifier, pixels, labels, epsilon=free).images
        asked: float = effort
    else:
        starts = peers.find_starts(classifier, pixels, labels)
        found, asked = contenders[contender](classifier, pixels, labels, starts, norm, effort)
    return {"queries": int(asked)} | summarise(classifier, pixels, labels, found, norm)


def measure_universal(
    classifier: Classifier, pixels: Pixels, labels: Labels, level: int, known: peers.Photographs
) -> dict[str, Any]:
    """Trains one noise by ours and by ART's on the same photographs, and tries it on others.

    Ours takes as many steps as ART's passes through the model pay for, a look at the results of
    its three trainings included.
    """
    epsilon, goals, count = level / 255, 3, len(known[1])
    arts, passes = peers.art_universal(classifier, *known, epsilon)
    steps = int((passes / goals - count) / (GRADIENT_PASSES * min(count, TOGETHER)))
    ours, shipped = attacks.make("universal", steps=steps), attacks.make("universal")
    if not isinstance(ours, Universal):
        raise TypeError("A universal perturbation can be trained on any photographs.")
    signs = np.random.default_rng(0).choice([-1.0, 1.0], arts.shape).astype(np.float32)
    shown = {
        "ours": add_noise(pixels, ours.train(classifier, *known, epsilon=epsilon)),
        "art": add_noise(pixels, arts),
        "ours, trained on the gallery": shipped(classifier, pixels, labels, epsilon=epsilon).images,
        "random signs": add_noise(pixels, np.float32(epsilon) * signs),
    }
    fooled = {name: classifier.predict(it).argmax(axis=1) != labels for name, it in shown.items()}
    return {
        "fooled": {name: int(it.sum()) for name, it in fooled.items()},
        "of_class": {
            name: [int(it[labels == label].sum()) for label in range(len(LABELS))]
            for name, it in fooled.items()
        },
        "held_out": [int((labels == label).sum()) for label in range(len(LABELS))],
        "passes": int(passes),
        "steps": steps,
    }


def measure_ensemble(
    classifier: Classifier, pixels: Pixels, labels: Labels, level: int
) -> dict[str, Any]:
    """Counts what withstands the ensemble and PGD-20, and which attack felled how many."""
    ensemble, pgd = attacks.make("ensemble", **ENSEMBLE_EFFORT), attacks.make("pgd", steps=20)
    batch = ensemble(classifier, pixels, labels, epsilon=level / 255)
    if not isinstance(batch, EnsembleBatch):
        raise TypeError("An ensemble says which attack felled an image.")
    felled, counts = np.unique(batch.felled_by[batch.success], return_counts=True)
    stood = ~pgd(classifier, pixels, labels, epsilon=level / 255).success
    return {
        "standing": int((~batch.success).sum()),
        "standing_pgd": int(stood.sum()),
        "fallen_by_ensemble_alone": int((stood & batch.success).sum()),
        "fallen_by_pgd_alone": int((~stood & ~batch.success).sum()),
        "felled_by": dict(zip(felled.tolist(), counts.tolist(), strict=True)),
    }


def _step(
    size: float,
    model: ModelFunctions,
    pixels: Tensor,
    points: Tensor,
    direction: Tensor,
    epsilon: Tensor,
) -> tuple[Tensor, ...]:
    """Takes a step of PGD in L-infinity."""
    ball = norms.ball("linf")
    _, gradient = model.margin_gradient(points, direction)
    moved = points + size * epsilon * ball.steepest(gradient)
    return (ball.into_bounds(moved, pixels, epsilon),)


def measure_cycles(
    classifier: Classifier, pixels: Pixels, labels: Labels, level: int
) -> dict[str, Any]:
    """Counts the images that PGD brings back to one of their last four places.

    Doldo et al. 2025 stop there, as all further steps would repeat those before.
    """
    epsilon = np.float32(level / 255)
    towards, step = directions(labels, None), partial(_step, 2.5 / 20)
    noise = np.random.default_rng(0).uniform(-epsilon, epsilon, pixels.shape)
    points = np.clip(pixels + noise, 0.0, 1.0).astype(np.float32)
    returned, last = np.zeros(len(pixels), np.bool_), [points]
    nearest: NDArray[np.float64] = np.full(len(pixels), np.inf)
    for _ in range(CYCLE_STEPS):
        (points,) = classifier.run("step", step, pixels, points, towards, scalars=(epsilon,))
        for place in last:
            nearest = np.minimum(nearest, np.abs(points - place).max(axis=(1, 2, 3)))
        returned |= nearest <= _SAME
        last = [*last, points][-REMEMBERED:]
    return {
        "returned": int(returned.sum()),
        "nearest_of_a_step": float(nearest.min() / (2.5 / 20 * epsilon)),
    }


@dataclass(frozen=True)
class Question:
    """One figure to measure.

    Attributes:
        measure: Finds it, of a model, photographs, their classes, ``setting`` and ``contender``.
        setting: The norm, or epsilon times 255.
        model: Name of the shipped model.
        count: How many photographs.
        effort: What the attacks may take, in words.
        split: The split of the photographs.
        contender: Whose attack, where each contender is measured by itself.
        trained_on: The split of the photographs that the attacks know, where they know some.
    """

    measure: Callable[..., dict[str, Any]]
    setting: str | int
    model: str
    count: int
    effort: str
    split: str = "test"
    contender: str = ""
    trained_on: str = ""

    @property
    def name(self) -> str:
        """Such as ``fab linf mobilenetv3``."""
        kind = self.measure.__name__.removeprefix("measure_")
        setting = self.setting if isinstance(self.setting, str) else f"{self.setting}/255"
        return f"{kind} {setting} {self.model} {self.contender}".rstrip()

    def answer(self, data: Path) -> dict[str, Any]:
        """Measures it on photographs that the model classes rightly."""
        classifier = load_classifier(self.model)

        def read(split: str, count: int) -> peers.Photographs:
            return photographs(classifier, datasets.open_dataset(data / split), count)

        known = (read(self.trained_on, UNIVERSAL_TRAINED),) if self.trained_on else ()
        whose = (self.contender,) if self.contender else ()
        found = read(self.split, self.count)
        return self.measure(classifier, *found, self.setting, *whose, *known)

    def stated(self, data: Path) -> dict[str, Any]:
        """Lists what the answer depends on."""

        def hash_split(split: str) -> str:
            return datasets.fingerprint(datasets.open_dataset(data / split))

        card = checkpoints.read_card(checkpoints.locate(self.model))
        known = {"trained_on_sha256": hash_split(self.trained_on)} if self.trained_on else {}
        return {
            "model_sha256": card.weights_sha256,
            "data_sha256": hash_split(self.split),
            "split": self.split,
            "photographs": self.count,
            "effort": self.effort,
            **known,
        }


def list_questions() -> list[Question]:
    """Lists all figures, the cheap ones first."""
    way = f"{CYCLE_STEPS} steps of 2.5 epsilon / 20"
    tries = ", ".join(f"{count} {kind}" for kind, count in ENSEMBLE_EFFORT.items())
    turns = f"{SKIP_TURNS} turns of the peers, {SKIP_QUERIES} questions of ours"
    steps = f"{BOUNDARY_STEPS} steps of the peer, as many questions of ours"
    rounds = f"{UNIVERSAL_TRAINED} to train on, ART {peers.ROUNDS} times, ours as many passes"
    return [
        *(
            Question(measure_cycles, level, MODELS[0], CYCLE_PHOTOGRAPHS, way, "val")
            for level in CYCLE_LEVELS
        ),
        *(
            Question(measure_fab, norm, model, FAB_PHOTOGRAPHS, f"{FAB_STEPS} steps")
            for model in MODELS
            for norm in norms.names()
        ),
        *(
            Question(measure_hopskipjump, norm, model, SKIP_PHOTOGRAPHS, turns, contender=whose)
            for model in MODELS
            for norm in norms.names()
            for whose in ("ours", *peers.HOPSKIPJUMP)
        ),
        *(
            Question(measure_boundary, "l2", model, BOUNDARY_PHOTOGRAPHS, steps, contender=whose)
            for model in MODELS
            for whose in ("ours", *peers.BOUNDARY)
        ),
        *(
            Question(
                measure_universal, level, model, UNIVERSAL_PHOTOGRAPHS, rounds, trained_on="val"
            )
            for model, level in UNIVERSAL_LEVELS.items()
        ),
        *(
            Question(measure_ensemble, level, model, ENSEMBLE_PHOTOGRAPHS, tries)
            for model, level in LEVELS.items()
        ),
    ]


def main() -> None:
    """Measures what is missing and prints each figure."""
    parser = make_parser("attack_strength", __doc__, data=DATA, result=RESULT)
    parser.add_argument("--only", default="", help="figures whose names contain this")
    chosen = read_options(parser)
    results = ResultFile(chosen.result)
    for question in list_questions():
        if chosen.only in question.name:
            answer = partial(question.answer, chosen.data)
            results.once(question.name, question.stated(chosen.data), answer)


if __name__ == "__main__":
    main()
