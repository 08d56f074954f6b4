"""The paper's printed figures, read from one file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from facemask_core.evaluation.predictions import Predictions

FILE = Path(__file__).with_name("printed.toml")


@dataclass(frozen=True)
class Data:
    """The photographs.

    Attributes:
        where: The place in the paper, as in all classes below.
        name: The collection's name.
        doi: Where it is published.
        images: Number of all photographs.
        masked: Number with a mask.
        unmasked: Number without.
    """

    where: str
    name: str
    doi: str
    images: int
    masked: int
    unmasked: int


@dataclass(frozen=True)
class Training:
    """How the models were made."""

    where: str
    initial_weights: str
    optimizer: str
    batch_size: int
    epochs: int
    steps_per_epoch: int
    input_size: int
    libraries: str


@dataclass(frozen=True)
class Table:
    """Accuracy and loss of a model, tables 3 to 5.

    Attributes:
        number: The table's.
        model: Its name in this lab.
        training_accuracy: In the last epoch, as all but the test accuracy.
        training_loss: As printed.
        validation_accuracy: As printed.
        validation_loss: As printed.
        test_accuracy: As the text has it.
    """

    number: int
    model: str
    training_accuracy: float
    training_loss: float
    validation_accuracy: float
    validation_loss: float
    test_accuracy: float


@dataclass(frozen=True)
class Figure:
    """A classification report with its confusion matrix, figures 9, 12 and 14.

    Attributes:
        number: The figure's.
        attack: ``none``, or an attack's name.
        confusion: Rows are true classes, columns predicted ones.
    """

    number: int
    attack: str
    confusion: tuple[tuple[int, int], tuple[int, int]]

    @property
    def matrix(self) -> NDArray[np.int64]:
        """The confusion matrix, int64 (2, 2)."""
        return np.array(self.confusion, np.int64)

    @property
    def images(self) -> int:
        """The number of images."""
        return int(self.matrix.sum())

    @property
    def accuracy(self) -> float:
        """Share of the images that are classed rightly."""
        return float(np.trace(self.matrix) / self.images)

    @property
    def report(self) -> dict[str, Any]:
        """The classification report that follows from the matrix."""
        return make_report(self.matrix)


@dataclass(frozen=True)
class Example:
    """The confidence printed with one image, before an attack and after it."""

    where: str
    attack: str
    before: float
    after: float


@dataclass(frozen=True)
class Saying:
    """A share that the text states.

    Attributes:
        where: The place in the paper.
        percent: The share.
        quote: The paper's words.
        about: The model it is about, if any.
        attack: The attack it is about, if any.
    """

    where: str
    percent: float
    quote: str
    about: str = ""
    attack: str = ""


@dataclass(frozen=True)
class Quote:
    """Words of the paper, and where they stand."""

    where: str
    text: str


@dataclass(frozen=True)
class Composition:
    """The parts of a network, Table 2.

    Attributes:
        number: The table's.
        rows: Part, patch and stride, and the size of what goes in, as printed.
    """

    number: int
    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class OtherModel:
    """A model of other work that the paper compares itself with: its accuracies.

    Attributes:
        model: Its name.
        clean: Without an attack.
        fgsm: Under FGSM.
        pgd: Under PGD.
    """

    model: str
    clean: float
    fgsm: float
    pgd: float


@dataclass(frozen=True)
class OtherWork:
    """Other work on masks and attacks, as the paper quotes it."""

    where: str
    doi: str
    rows: tuple[OtherModel, ...]


@dataclass(frozen=True)
class Paper:
    """All printed figures of the paper."""

    title: str
    journal: str
    epsilon: float
    data: Data
    training: Training
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]
    examples: tuple[Example, ...]
    sayings: tuple[Saying, ...]
    falls: tuple[Saying, ...]
    recall: Saying
    composition: Composition
    quotes: Mapping[str, Quote]
    other_work: OtherWork

    def figure(self, attack: str) -> Figure:
        """Returns the report under an attack, or under ``none``."""
        return next(figure for figure in self.figures if figure.attack == attack)


@cache
def read() -> Paper:
    """Reads the paper's figures from their file."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Paper(
        title=content["title"],
        journal=content["journal"],
        epsilon=content["epsilon"],
        data=Data(**content["data"]),
        training=Training(**content["training"]),
        tables=tuple(Table(**entry) for entry in content["tables"]),
        figures=tuple(
            Figure(**{**entry, "confusion": tuple(map(tuple, entry["confusion"]))})
            for entry in content["figures"]
        ),
        examples=tuple(Example(**entry) for entry in content["examples"]),
        sayings=tuple(Saying(**entry) for entry in content["said"]),
        falls=tuple(Saying(**entry) for entry in content["falls"]),
        recall=Saying(**content["recall"]),
        composition=Composition(
            content["composition"]["number"], tuple(map(tuple, content["composition"]["rows"]))
        ),
        quotes={name: Quote(**entry) for name, entry in content["quotes"].items()},
        other_work=OtherWork(
            **{
                **content["other_work"],
                "rows": tuple(OtherModel(**entry) for entry in content["other_work"]["rows"]),
            }
        ),
    )


def make_report(matrix: NDArray[np.int64]) -> dict[str, Any]:
    """Makes the classification report that belongs to a confusion matrix.

    Args:
        matrix: int64 (2, 2): rows are true classes, columns predicted ones.

    Returns:
        As :meth:`facemask_core.evaluation.report.Predictions.report` gives it.
    """
    cells = [(true, predicted) for true in range(2) for predicted in range(2)]
    counts = [int(matrix[cell]) for cell in cells]
    labels = np.repeat([true for true, _ in cells], counts)
    predicted = np.repeat([predicted for _, predicted in cells], counts)
    return Predictions(labels, np.eye(2, dtype=np.float32)[predicted]).report()
