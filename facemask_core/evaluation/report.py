"""From predictions over a dataset to the figures before and after an attack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    classification_report,
    confusion_matrix,
    recall_score,
)

from facemask_core.attacks import Attack
from facemask_core.data import datasets, provenance
from facemask_core.data.reading import refuse_unreadable
from facemask_core.engines.compute import compute_rows
from facemask_core.engines.context import RunContext, RunOptions
from facemask_core.errors import DatasetError
from facemask_core.evaluation import calibration, confidence_intervals, mcnemar
from facemask_core.evaluation.calibration import Calibration
from facemask_core.evaluation.confidence_intervals import Interval
from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier, probabilities
from facemask_core.pictures import images
from facemask_core.runs import timing
from facemask_core.runs.rows import Rows
from facemask_core.runs.task import Task
from facemask_core.runs.timing import Speed

_DEFAULT = RunContext()


@dataclass(frozen=True, eq=False)
class Predictions:
    """A model's answers to images of known class.

    Attributes:
        labels: int64 (n,), true classes.
        logits: float32 (n, 2).
    """

    labels: NDArray[np.int64]
    logits: NDArray[np.float32]

    @property
    def classes(self) -> NDArray[np.int64]:
        """int64 (n,): the predicted classes."""
        return self.logits.argmax(axis=1)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Bool (n,): the images classed rightly."""
        return self.classes == self.labels

    @property
    def true_confidence(self) -> NDArray[np.float64]:
        """float64 (n,): the probability given to the true class."""
        return probabilities(self.logits)[np.arange(len(self.labels)), self.labels]

    @property
    def accuracy(self) -> float:
        """Share of images classed rightly."""
        return float(accuracy_score(self.labels, self.classes))

    @property
    def balanced_accuracy(self) -> float:
        """Mean recall of the classes that occur, so that the larger does not hide the smaller."""
        present = np.unique(self.labels)
        return float(recall_score(self.labels, self.classes, labels=present, average="macro"))

    @property
    def confusion(self) -> NDArray[np.int64]:
        """int64 (2, 2): rows are true classes, columns predicted ones."""
        return confusion_matrix(self.labels, self.classes, labels=range(len(LABELS)))

    @property
    def calibration(self) -> Calibration:
        """Whether the confidence in the predicted class fits the accuracy."""
        return calibration.measure(probabilities(self.logits), self.labels)

    def of(self, rows: NDArray[np.bool_]) -> Predictions:
        """Picks some of the answers.

        Args:
            rows: bool (n,), True for those to keep.
        """
        return Predictions(self.labels[rows], self.logits[rows])

    def report(self) -> dict[str, Any]:
        """scikit-learn's classification report as a dictionary."""
        return self._report(output_dict=True)

    def report_text(self) -> str:
        """scikit-learn's classification report as it prints it."""
        return self._report(output_dict=False, digits=4)

    def _report(self, **how: Any) -> Any:
        return classification_report(
            self.labels,
            self.classes,
            labels=range(len(LABELS)),
            target_names=LABELS,
            zero_division=0,
            **how,
        )

    def as_dict(self) -> dict[str, Any]:
        """The figures, fit for JSON."""
        return {
            "accuracy": self.accuracy,
            "balanced_accuracy": self.balanced_accuracy,
            "confusion_matrix": self.confusion.tolist(),
            "report": self.report(),
            "calibration": self.calibration.as_dict(),
        }


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model did on a dataset, before and after an attack.

    Attributes:
        model: Name on the model's card.
        model_sha256: Hash of its weights.
        data_sha256: Fingerprint of the dataset, unreadable files included.
        threat_model: The attack's statement, or None for a clean run.
        paths: The evaluated files, relative to the dataset's root.
        skipped: Files that could not be used, and why.
        clean: Answers to the images as they are.
        adversarial: Answers to the attacked images, or None for a clean run.
        linf: float64 (n,), largest change of each attacked image; None for a clean run.
        l2: float64 (n,), Euclidean change of each attacked image; None for a clean run.
        dead_gradients: Images on which the attack met a zero or non-finite gradient.
        seconds: Wall-clock time spent on the images, over every session of a resumed run.
        speed: Time an image, of the model and the attack alone.
        sources: Source names by path, for the evaluated files whose source is known.
        sources_problem: Why the dataset's manifest was not used; None if it was, or there is none.
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
    sources: dict[str, str] = field(default_factory=dict)
    sources_problem: str | None = None
    precision: str = "exact"
    arithmetic: str = "float32"

    @property
    def standing(self) -> NDArray[np.bool_] | None:
        """Bool (n,): classed rightly both before the attack and after it; None for a clean run.

        An image that was wrong before and that the attack happens to put right is an error all the
        same: it takes no attack to have it wrong.
        """
        if self.adversarial is None:
            return None
        return self.clean.right & self.adversarial.right

    @property
    def robust_accuracy(self) -> float | None:
        """Share of all images that stand; None for a clean run."""
        return None if self.standing is None else float(self.standing.mean())

    @property
    def success_rate(self) -> float | None:
        """Of the images classed rightly before the attack, the share classed wrongly after it.

        With a target only images of the other class count: one of the target's own class cannot be
        attacked towards it. None for a clean run, and where no image counts.
        """
        turned = self._turned
        return None if turned is None or not len(turned) else float(turned.mean())

    @property
    def _turned(self) -> NDArray[np.bool_] | None:
        """Which of the images that count for the success rate are wrong after the attack."""
        if self.adversarial is None:
            return None
        counted = self.clean.right
        target = (self.threat_model or {}).get("target")
        if target is not None:
            counted &= self.clean.labels != target
        return ~self.adversarial.right[counted]

    @property
    def confidence_drops(self) -> NDArray[np.float64] | None:
        """Float64 (n,): by how much the true class's probability fell; None for a clean run."""
        if self.adversarial is None:
            return None
        return self.clean.true_confidence - self.adversarial.true_confidence

    @property
    def mean_confidence_drop(self) -> float | None:
        """Mean fall of the true class's probability, over all images."""
        drops = self.confidence_drops
        return None if drops is None else float(drops.mean())

    @cached_property
    def intervals(self) -> dict[str, Interval | None]:
        """95 % confidence intervals of the figures, by their names; None where there is none.

        That of the success rate takes the images it counts as given.
        """
        labels, right = self.clean.labels, self.clean.right
        found = {
            "accuracy": confidence_intervals.proportion(right),
            "balanced_accuracy": confidence_intervals.mean_of_proportions(
                [right[labels == label] for label in range(len(LABELS))]
            ),
        }
        if self.standing is not None and self._turned is not None:
            found["robust_accuracy"] = confidence_intervals.proportion(self.standing)
            found["success_rate"] = confidence_intervals.proportion(self._turned)
        if self.confidence_drops is not None:
            found["mean_confidence_drop"] = confidence_intervals.mean(self.confidence_drops)
        return found

    def by_source(self) -> dict[str, dict[str, Any]]:
        """The figures of each source alone, by its name, in alphabetical order.

        Images without a known source are in none. A source with one class has as balanced accuracy
        the recall of that class.

        Returns:
            ``images``, ``accuracy``, ``balanced_accuracy`` and ``confusion_matrix`` before the
            attack, and for an attacked run ``robust_accuracy``, the share that stands.
        """
        figures = {}
        for name in sorted(set(self.sources.values())):
            rows = np.array([self.sources.get(path) == name for path in self.paths])
            clean = self.clean.of(rows)
            figures[name] = {
                "images": len(clean.labels),
                "accuracy": clean.accuracy,
                "balanced_accuracy": clean.balanced_accuracy,
                "confusion_matrix": clean.confusion.tolist(),
            }
            if self.standing is not None:
                figures[name]["robust_accuracy"] = float(self.standing[rows].mean())
        return figures

    def as_dict(self) -> dict[str, Any]:
        """Everything but the rows of single images, fit for JSON."""
        return {
            "model": self.model,
            "model_sha256": self.model_sha256,
            "data_sha256": self.data_sha256,
            "threat_model": self.threat_model,
            "images": len(self.paths),
            "skipped": [{"path": entry.path, "reason": entry.reason} for entry in self.skipped],
            "seconds": round(self.seconds, 2),
            "clean": self.clean.as_dict(),
            "adversarial": None if self.adversarial is None else self.adversarial.as_dict(),
            "robust_accuracy": self.robust_accuracy,
            "success_rate": self.success_rate,
            "mean_confidence_drop": self.mean_confidence_drop,
            "intervals": {
                name: None if found is None else found.as_dict()
                for name, found in self.intervals.items()
            },
            "dead_gradients": self.dead_gradients,
            "sources": self.by_source(),
            "sources_problem": self.sources_problem,
            "speed": self.speed.as_dict(),
            "precision": self.precision,
            "arithmetic": self.arithmetic,
        }


def compare(first: Evaluation, second: Evaluation) -> dict[str, mcnemar.Comparison]:
    """Tests whether one of two models is better than the other on the same images.

    Returns:
        McNemar's test by what it is about: ``accuracy``, and ``robust_accuracy`` where both were
        attacked.

    Raises:
        DatasetError: They are about different images, or about different attacks.
    """
    if (first.data_sha256, first.paths) != (second.data_sha256, second.paths):
        raise DatasetError("Models can only be compared on the same images.")
    if first.threat_model != second.threat_model:
        raise DatasetError("Models can only be compared under the same attack.")
    found = {"accuracy": mcnemar.compare(first.clean.right, second.clean.right)}
    if first.standing is not None and second.standing is not None:
        found["robust_accuracy"] = mcnemar.compare(first.standing, second.standing)
    return found


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

    A manifest that cannot be used costs the figures of each source, never the evaluation, which
    says why they are missing.

    Args:
        classifier: The model.
        dataset: What to evaluate it on.
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
    described, rows = compute_rows(task, dataset, replace(context, **options))
    return of_rows(described, rows, *_sources(dataset))


def of_rows(
    described: Mapping[str, Any],
    rows: Rows,
    sources: Mapping[str, str] | None = None,
    sources_problem: str | None = None,
) -> Evaluation:
    """Draws the figures from the answers to a whole dataset.

    Args:
        described: What :meth:`~facemask_core.runs.task.Task.described` says of them, and the
            dataset's hash as ``data_sha256``.
        rows: The answers.
        sources: Source names by path, as far as they are known.
        sources_problem: Why they are not known.

    Raises:
        DatasetError: There is not one answer among them.
    """
    if not rows.paths:
        refuse_unreadable(rows.skipped, len(rows.skipped))
    told = ("model", "model_sha256", "data_sha256", "threat_model", "precision", "arithmetic")
    attacked, known = rows.attacked, sources or {}
    return Evaluation(
        **{key: described[key] for key in told},
        paths=rows.paths,
        skipped=rows.skipped,
        clean=Predictions(rows.labels, rows.clean),
        adversarial=None if attacked is None else Predictions(rows.labels, attacked.logits),
        linf=None if attacked is None else attacked.linf,
        l2=None if attacked is None else attacked.l2,
        dead_gradients=0 if attacked is None else int(attacked.dead.sum()),
        seconds=rows.seconds,
        speed=timing.summarise(rows.timings, described["batch_size"], described["device"]),
        sources={path: known[path] for path in rows.paths if path in known},
        sources_problem=sources_problem,
    )


def _sources(dataset: datasets.Dataset) -> tuple[dict[str, str], str | None]:
    try:
        return provenance.read_sources(dataset), None
    except DatasetError as error:
        return {}, str(error)
