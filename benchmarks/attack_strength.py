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

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import strength_peers as peers
from benchmarks.peers import Labels, Pixels
from benchmarks.result_file import ResultFile
from benchmarks.smallest_distances import photographs
from facemask_core import attacks, load_classifier
from facemask_core.attacks import norms
from facemask_core.attacks.base import GRADIENT_PASSES, directions
from facemask_core.attacks.ensemble import EnsembleBatch
from facemask_core.attacks.universal import Universal, add_noise
from facemask_core.data import datasets
from facemask_core.models import checkpoints
from facemask_core.models.classifier import Classifier
from facemask_core.models.gradients import ModelFunctions, Tensor

RESULT = Path(__file__).with_name("attack_strength.json")
DATA = Path(__file__).parents[2] / "shared/data/facemask-v2"
MODELS = ("mobilenetv3", "mobilenetv3-robust")
FAB_PHOTOGRAPHS, FAB_STEPS = 100, 20
SKIP_PHOTOGRAPHS, SKIP_TURNS, SKIP_QUERIES = 12, 4, 650
BOUNDARY_PHOTOGRAPHS, BOUNDARY_STEPS = 12, 1500
UNIVERSAL_PHOTOGRAPHS, UNIVERSAL_TRAINED = 160, 64
ENSEMBLE_PHOTOGRAPHS, ENSEMBLE_EFFORT = 50, {"steps": 50, "queries": 1000}
LEVELS = {"mobilenetv3": 2, "mobilenetv3-robust": 8}
"""Epsilon times 255 of the ensemble, where the model's robust accuracy is neither 0 nor 1."""
UNIVERSAL_LEVELS = {"mobilenetv3": 8, "mobilenetv3-robust": 16}
CYCLE_PHOTOGRAPHS, CYCLE_STEPS, CYCLE_LEVELS = 80, 40, (2, 8, 32)
_REMEMBERED = 4
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
    classifier: Classifier, pixels: Pixels, labels: Labels, level: int
) -> dict[str, Any]:
    """Trains one noise by ours and by ART's on the same photographs, and tries it on the others."""
    ours, trained = attacks.make("universal"), slice(UNIVERSAL_TRAINED)
    if not isinstance(ours, Universal):
        raise TypeError("A universal perturbation can be trained on any photographs.")
    known = classifier, pixels[trained], labels[trained]
    noises = {
        "ours": ours.train(*known, epsilon=level / 255),
        "art": peers.art_universal(*known, level / 255),
    }
    others, classes = pixels[UNIVERSAL_TRAINED:], labels[UNIVERSAL_TRAINED:]
    shown = {name: add_noise(others, noise) for name, noise in noises.items()}
    shown["ours, trained on the gallery"] = ours(
        classifier, others, classes, epsilon=level / 255
    ).images
    fooled = {
        name: int((classifier.predict(it).argmax(axis=1) != classes).sum())
        for name, it in shown.items()
    }
    return {"fooled": fooled, "held_out": len(classes)}


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
        last = [*last, points][-_REMEMBERED:]
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
    """

    measure: Callable[..., dict[str, Any]]
    setting: str | int
    model: str
    count: int
    effort: str
    split: str = "test"
    contender: str = ""

    @property
    def name(self) -> str:
        """Such as ``fab linf mobilenetv3``."""
        kind = self.measure.__name__.removeprefix("measure_")
        setting = self.setting if isinstance(self.setting, str) else f"{self.setting}/255"
        return f"{kind} {setting} {self.model} {self.contender}".rstrip()

    def answer(self, data: Path) -> dict[str, Any]:
        """Measures it on photographs that the model classes rightly."""
        classifier = load_classifier(self.model)
        split = datasets.open_dataset(data / self.split)
        found = photographs(classifier, split, self.count)
        whose = (self.contender,) if self.contender else ()
        return self.measure(classifier, *found, self.setting, *whose)

    def stated(self, data: Path) -> dict[str, Any]:
        """Lists what the answer depends on."""
        card = checkpoints.read_card(checkpoints.locate(self.model))
        return {
            "model_sha256": card.weights_sha256,
            "data_sha256": datasets.fingerprint(datasets.open_dataset(data / self.split)),
            "split": self.split,
            "photographs": self.count,
            "effort": self.effort,
        }


def list_questions() -> list[Question]:
    """Lists all figures, the cheap ones first."""
    way = f"{CYCLE_STEPS} steps of 2.5 epsilon / 20"
    tries = ", ".join(f"{count} {kind}" for kind, count in ENSEMBLE_EFFORT.items())
    turns = f"{SKIP_TURNS} turns of the peers, {SKIP_QUERIES} questions of ours"
    steps = f"{BOUNDARY_STEPS} steps of the peer, as many questions of ours"
    rounds = f"{UNIVERSAL_TRAINED} to train on, ART {peers.ROUNDS} times"
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
            Question(measure_universal, level, model, UNIVERSAL_PHOTOGRAPHS, rounds)
            for model, level in UNIVERSAL_LEVELS.items()
        ),
        *(
            Question(measure_ensemble, level, model, ENSEMBLE_PHOTOGRAPHS, tries)
            for model, level in LEVELS.items()
        ),
    ]


def table_distances(values: dict[str, Any]) -> str:
    """The distances of the attacks that look for the nearest image beside the peers'."""
    lines = [
        "| model | norm | attack | passes a photograph | median distance | fooled |",
        "|---|---|---|---|---|---|",
    ]
    for name, value in values.items():
        kind, norm, model, *whose = name.split()
        if kind == "fab":
            named = {
                contender: figures
                for contender, figures in value.items()
                if isinstance(figures, dict) and "median" in figures
            }
        elif kind in ("hopskipjump", "boundary") and whose:
            named = {whose[0]: value}
        else:
            continue
        title, count = attacks.get(kind).title, value["asked"]["photographs"]
        for contender, figures in named.items():
            passes = figures.get("queries") or value["passes"]
            shown = f"{title}, {contender}" if kind != "fab" or contender == "ours" else contender
            cells = (model, norm, shown, f"{passes:.0f}", _write(figures["median"], norm))
            lines.append(f"| {' | '.join(cells)} | {figures['fooled']} of {count} |")
    return "\n".join(lines)


def table_universal(values: dict[str, Any]) -> str:
    """How many held-out photographs one noise fools, in Markdown."""
    lines = ["| model | epsilon | noise | fooled, held out |", "|---|---|---|---|"]
    for name, value in values.items():
        kind, epsilon, model, *_ = name.split()
        if kind == "universal":
            lines += [
                f"| {model} | {epsilon} | {whose} | {fooled} of {value['held_out']} |"
                for whose, fooled in value["fooled"].items()
            ]
    return "\n".join(lines) if len(lines) > 2 else "Not measured yet."


def _write(median: float | None, norm: str) -> str:
    if median is None:
        return "infinite"
    return f"{255 * median:.2f}/255" if norm == "linf" else f"{median:.3f}"


def table_ensembles(values: dict[str, Any]) -> str:
    """What withstands the ensemble and PGD, and what felled the others, in Markdown."""
    lines = [
        "| model | epsilon | withstand PGD-20 | withstand the ensemble | felled by |",
        "|---|---|---|---|---|",
    ]
    for name, value in values.items():
        kind, epsilon, model, *_ = name.split()
        if kind == "ensemble":
            count = value["asked"]["photographs"]
            felled = ", ".join(f"{it} {number}" for it, number in value["felled_by"].items())
            stood = (f"{value[key]} of {count}" for key in ("standing_pgd", "standing"))
            lines.append(f"| {' | '.join((model, epsilon, *stood, felled))} |")
    return "\n".join(lines)


def describe_cycles(values: dict[str, Any]) -> str:
    """Says of how many images PGD's way closes, in a sentence."""
    cycles = {name.split()[1]: it for name, it in values.items() if name.startswith("cycles ")}
    counts = ", ".join(f"{it['returned']} at {level}" for level, it in cycles.items())
    asked = next(iter(cycles.values()))["asked"]
    return (
        f"Of {asked['photographs']} validation photographs on {MODELS[0]} so many returned to one\n"
        f"of their last {_REMEMBERED} places within {asked['effort']}: {counts}."
    )


def main() -> None:
    """Measures what is missing and prints each figure."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.attack_strength", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--result", type=Path, default=RESULT, help="elsewhere for a mere try")
    parser.add_argument("--only", default="", help="figures whose names contain this")
    chosen = parser.parse_args()
    if not chosen.data.is_dir():
        sys.exit(f"There are no photographs in {chosen.data}; say with --data where they are.")
    results = ResultFile(chosen.result)
    for question in list_questions():
        if chosen.only in question.name:
            answer = partial(question.answer, chosen.data)
            results.once(question.name, question.stated(chosen.data), answer)


if __name__ == "__main__":
    main()
