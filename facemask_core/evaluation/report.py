"""Evaluates a model on a dataset, before and after an attack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from facemask_core.attacks import Attack
from facemask_core.data import datasets
from facemask_core.data.provenance import Origin, Origins, read_origins
from facemask_core.data.reading import refuse_unreadable
from facemask_core.engines.compute import compute_rows
from facemask_core.engines.context import RunContext, RunOptions
from facemask_core.errors import DatasetError
from facemask_core.evaluation import confidence_intervals, mcnemar
from facemask_core.evaluation.confidence_intervals import Interval
from facemask_core.evaluation.cut_short import leaves_alone_once_fooled
from facemask_core.evaluation.eight_bits import is_rounded_away
from facemask_core.evaluation.parts import (
    Outcomes,
    count_felled,
    measure_parts,
    measure_sources,
)
from facemask_core.evaluation.predictions import Predictions
from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import images
from facemask_core.runs import timing
from facemask_core.runs.rows import Rows
from facemask_core.runs.task import Task
from facemask_core.runs.timing import Speed

_DEFAULT = RunContext()
_ON_CARDS = (
    "data_sha256",
    "images",
    "intervals",
    "classes",
    "masks",
    "without_drawn",
    "sources",
    "sources_problem",
    "speed",
)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A model's answers to a dataset and their figures, before and after an attack.

    Attributes:
        model: Name on the model's card.
        model_sha256: Hash of its weights.
        data_sha256: Fingerprint of the dataset, unreadable files included.
        threat_model: The attack's statement, or None for a clean run.
        paths: The evaluated files, relative to the dataset's root.
        skipped: Files that could not be used, and why.
        clean: The model's answers to the images as they are.
        adversarial: Its answers to the images after the attack, or None for a clean run.
        linf: float64 (n,), largest change of each image by the attack; None for a clean run.
        l2: float64 (n,), Euclidean change of each image by the attack; None for a clean run.
        felled_by: (n,), which of several attacks in turn felled each image; None where there was
            one attack or none.
        dead_gradients: Images on which the attack met a zero or non-finite gradient.
        seconds: Wall-clock time spent on the images, over every session of a resumed run.
        speed: Time an image, of the model and the attack alone.
        origins: Where the evaluated files come from, by path, as far as it is known.
        manifest_problem: What is wrong with the dataset's manifest; None if nothing is, or there is
            none.
        precision: How the model computed, ``exact`` or ``fast``.
        arithmetic: What that means for this model, such as ``float32``.
    """

    model: str
    model_sha256: str
    data_sha256: str
    threat_model: dict[str, Any] | None
    paths: tuple[str, ...]
    skipped: tuple[datasets.SkippedFile, ...]
    clean: Predictions
    adversarial: Predictions | None
    linf: NDArray[np.float64] | None
    l2: NDArray[np.float64] | None
    dead_gradients: int
    seconds: float
    speed: Speed
    origins: dict[str, Origin] = field(default_factory=dict)
    manifest_problem: str | None = None
    precision: str = "exact"
    arithmetic: str = "float32"
    felled_by: NDArray[np.str_] | None = None

    @classmethod
    def from_rows(
        cls,
        description: Mapping[str, Any],
        rows: Rows,
        origins: Origins | None = None,
    ) -> Evaluation:
        """Makes an evaluation of the rows of a whole dataset.

        Args:
            description: The :meth:`~facemask_core.runs.task.Task.description` of the task that
                computed them, with the dataset's hash as ``data_sha256``.
            rows: The rows.
            origins: What the dataset's manifest says; None without one.

        Raises:
            DatasetError: There is no row.
        """
        if not rows.paths:
            refuse_unreadable(rows.skipped, len(rows.skipped))
        keys = ("model", "model_sha256", "data_sha256", "threat_model", "precision", "arithmetic")
        attack, known = rows.attack, origins or Origins()
        batch_size, device = description["batch_size"], description["device"]
        unsure_below = description.get("unsure_below")  # runs stored before have none
        return cls(
            **{key: description[key] for key in keys},
            paths=rows.paths,
            skipped=rows.skipped,
            clean=Predictions(rows.labels, rows.clean, unsure_below),
            adversarial=(
                None if attack is None else Predictions(rows.labels, attack.logits, unsure_below)
            ),
            linf=None if attack is None else attack.linf,
            l2=None if attack is None else attack.l2,
            felled_by=None if attack is None else attack.felled_by,
            dead_gradients=0 if attack is None else int(attack.dead.sum()),
            seconds=rows.seconds,
            speed=timing.average_speed(rows.timings, batch_size, device),
            origins={path: known.by_path[path] for path in rows.paths if path in known.by_path},
            manifest_problem=known.problem,
        )

    @property
    def robust(self) -> NDArray[np.bool_] | None:
        """Bool (n,): classed rightly both before the attack and after it; None for a clean run.

        An image that is classed wrongly before the attack and happens to be classed rightly after
        it counts as an error: it takes no attack to get it wrong.
        """
        if self.adversarial is None:
            return None
        return self.clean.right & self.adversarial.right

    @property
    def robust_accuracy(self) -> float | None:
        """Share of all images that are robust; None for a clean run."""
        return None if self.robust is None else float(self.robust.mean())

    @property
    def success_rate(self) -> float | None:
        """Of the images classed rightly before the attack, the share classed wrongly after it.

        With a target only images of the other class count: one of the target's own class cannot be
        attacked towards it. None for a clean run, and where no image counts.
        """
        successes = self.outcomes.successes
        return None if successes is None or not len(successes) else float(successes.mean())

    @property
    def outcomes(self) -> Outcomes:
        """What the model and the attack made of each image."""
        if self.adversarial is None:
            return Outcomes(self.clean.labels, self.clean.right, unsure=self.clean.unsure)
        countable = self.clean.right
        target = (self.threat_model or {}).get("target")
        if target is not None:
            countable &= self.clean.labels != target
        return Outcomes(
            self.clean.labels,
            self.clean.right,
            self.robust,
            countable,
            ~self.adversarial.right,
            self.clean.unsure,
            self.adversarial.unsure,
            self.felled_by,
        )

    @property
    def unsure_shares(self) -> dict[str, NDArray[np.bool_]]:
        """Bool (n,): where the model is ``unsure`` and ``unsure_attacked``, as far as it is known.

        Empty for a model that never is, and for a run stored before thresholds were.
        """
        doubts = {"unsure": self.clean.unsure}
        if self.adversarial is not None:
            doubts["unsure_attacked"] = self.adversarial.unsure
        if not self.clean.unsure_below:
            return {}
        return {name: hits for name, hits in doubts.items() if hits is not None}

    @property
    def rounded_away(self) -> int:
        """Images that the attack changed so little that saved in 8 bits they are the originals."""
        return 0 if self.linf is None else int(is_rounded_away(self.linf).sum())

    @property
    def unmoved(self) -> int:
        """Images still classed rightly that the attack leaves as they are."""
        if self.linf is None or self.robust is None:
            return 0
        return int((self.robust & (self.linf == 0.0)).sum())

    @property
    def confidence_drops(self) -> NDArray[np.float64] | None:
        """Float64 (n,): by how much the true class's probability fell; None for a clean run."""
        if self.adversarial is None:
            return None
        return self.clean.true_confidence - self.adversarial.true_confidence

    @property
    def is_cut_short(self) -> bool:
        """Whether the attack left images alone once they were fooled.

        The confidence drop is a lower bound then: the same attack, carried on, would find more.
        """
        return leaves_alone_once_fooled(self.threat_model or {})

    @property
    def mean_confidence_drop(self) -> float | None:
        """Mean fall of the true class's probability, over all images."""
        drops = self.confidence_drops
        return None if drops is None else float(drops.mean())

    @cached_property
    def intervals(self) -> dict[str, Interval | None]:
        """95 % confidence intervals of the figures, by their names; None where there is none.

        That of the success rate treats the number of images that count as fixed.
        """
        labels, right = self.clean.labels, self.clean.right
        intervals = {
            "accuracy": confidence_intervals.bound_proportion(right),
            "balanced_accuracy": confidence_intervals.bound_mean_of_proportions(
                [right[labels == label] for label in range(len(LABELS))]
            ),
        }
        successes = self.outcomes.successes
        if self.robust is not None and successes is not None:
            intervals["robust_accuracy"] = confidence_intervals.bound_proportion(self.robust)
            intervals["success_rate"] = confidence_intervals.bound_proportion(successes)
        for name, hits in self.unsure_shares.items():
            intervals[name] = confidence_intervals.bound_proportion(hits)
        if self.confidence_drops is not None:
            intervals["mean_confidence_drop"] = confidence_intervals.bound_mean(
                self.confidence_drops
            )
        return intervals

    def by_source(self) -> dict[str, dict[str, Any]]:
        """The figures of each source alone, by its name, in alphabetical order.

        Images without a known source are left out. The balanced accuracy of a source with only one
        class is the recall of that class.

        Returns:
            As :func:`~facemask_core.evaluation.parts.measure_sources`, and ``confusion_matrix``
            before the attack.
        """
        figures = measure_sources(self.outcomes, self.paths, self.origins)
        for name, entry in figures.items():
            rows = [
                path in self.origins and self.origins[path].source == name for path in self.paths
            ]
            entry["confusion_matrix"] = self.clean.select(np.array(rows)).confusion.tolist()
        return figures

    @property
    def groups(self) -> int | None:
        """How many groups of one picture or one named person there are, by the manifest.

        Images without a group count one each; None where no group is known.
        """
        groups = [origin.group for origin in self.origins.values() if origin.group]
        if not groups:
            return None
        return len(set(groups)) + len(self.paths) - len(groups)

    @cached_property
    def parts(self) -> dict[str, Any]:
        """The figures of each class and each kind of mask alone, fit for JSON.

        Returns:
            As :func:`~facemask_core.evaluation.parts.measure_parts`.
        """
        return measure_parts(self.outcomes, self.paths, self.origins)

    def as_dict(self) -> dict[str, Any]:
        """Everything except the rows of single images, fit for JSON."""
        return {
            "model": self.model,
            "model_sha256": self.model_sha256,
            "data_sha256": self.data_sha256,
            "threat_model": self.threat_model,
            "images": len(self.paths),
            "groups": self.groups,
            "skipped": [{"path": entry.path, "reason": entry.reason} for entry in self.skipped],
            "missing_classes": list(self.clean.missing_classes),
            "seconds": round(self.seconds, 2),
            "unsure_below": self.clean.unsure_below or None,
            "clean": self.clean.as_dict(),
            "adversarial": None if self.adversarial is None else self.adversarial.as_dict(),
            "robust_accuracy": self.robust_accuracy,
            "success_rate": self.success_rate,
            "mean_confidence_drop": self.mean_confidence_drop,
            "felled_by": None if self.felled_by is None else count_felled(self.felled_by),
            "intervals": {
                name: None if interval is None else interval.as_dict()
                for name, interval in self.intervals.items()
            },
            "dead_gradients": self.dead_gradients,
            "rounded_away": self.rounded_away,
            "unmoved": self.unmoved,
            **self.parts,
            "sources": self.by_source(),
            "sources_problem": self.manifest_problem,
            "speed": self.speed.as_dict(),
            "precision": self.precision,
            "arithmetic": self.arithmetic,
        }

    def card_figures(self) -> dict[str, Any]:
        """The figures of a clean run that a model's card holds, fit for JSON.

        Which answers are unsure hangs on the card's own threshold, which may be measured later, so
        the card's figures are without it.
        """
        row = replace(self, clean=replace(self.clean, unsure_below=None)).as_dict()
        figures = {key: row[key] for key in _ON_CARDS}
        return row["clean"] | figures | {"skipped": len(row["skipped"])}


def compare(first: Evaluation, second: Evaluation) -> dict[str, mcnemar.Comparison]:
    """Tests whether one of two models is better than the other on the same images.

    Returns:
        McNemar's test by the name of the figure: ``accuracy``, and ``robust_accuracy`` if both
        evaluations have an attack.

    Raises:
        DatasetError: The images or the attacks differ.
    """
    if (first.data_sha256, first.paths) != (second.data_sha256, second.paths):
        raise DatasetError("Models can only be compared on the same images.")
    if first.threat_model != second.threat_model:
        raise DatasetError("Models can only be compared under the same attack.")
    comparisons = {"accuracy": mcnemar.compare(first.clean.right, second.clean.right)}
    if first.robust is not None and second.robust is not None:
        comparisons["robust_accuracy"] = mcnemar.compare(first.robust, second.robust)
    return comparisons


def evaluate(
    classifier: Classifier,
    dataset: datasets.Dataset,
    *,
    attack: Attack | None = None,
    epsilon: float = 0.0,
    seed: int = 0,
    prepare: datasets.Prepare = images.resize,
    context: RunContext = _DEFAULT,
    **options: Unpack[RunOptions],
) -> Evaluation:
    """Classifies a dataset, before and after an attack; memory does not grow with its pixels.

    With a store every batch is written as soon as it is computed, batches that are there already
    are not computed again, and the figures are those of the stored rows.

    A manifest that cannot be used costs the figures of each source and kind of mask, never the
    evaluation, which says why they are missing.

    Args:
        classifier: The model.
        dataset: The images to evaluate it on.
        attack: The attack, or None for a clean run.
        epsilon: The attack's radius.
        seed: The attack's seed.
        prepare: Maps a decoded image to the model's 224 px square.
        context: Where to compute and to store, and what to call meanwhile.
        **options: Single fields in place of the context's, such as ``store=store``.

    Raises:
        DatasetError: No file of the dataset can be read, or one changed meanwhile.
        EngineError: The engine cannot be started, or fails.
        AttackError: The epsilon is out of range.
        RunInUseError: Another process is computing the same.
        RunStoreError: The store cannot be used.
    """
    task = Task(classifier=classifier, attack=attack, epsilon=epsilon, seed=seed, prepare=prepare)
    description, rows = compute_rows(task, dataset, replace(context, **options))
    return Evaluation.from_rows(description, rows, read_origins(dataset))
