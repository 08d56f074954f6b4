"""What a job computes, as plain settings that can be stored on disk."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facemask_core.errors import AttackError, DatasetError

if TYPE_CHECKING:
    from facemask_core.attacks import Attack
    from facemask_core.data.datasets import Dataset, Prepare
    from facemask_core.models.classifier import Classifier
    from facemask_core.runs.task import Task


class Kind(StrEnum):
    """Where the photographs of an order are."""

    PORTRAITS = "portraits"
    FOLDER = "folder"
    UPLOAD = "upload"


@dataclass(frozen=True, kw_only=True)
class Data:
    """The photographs of an order.

    Attributes:
        kind: Where they are.
        title: Their name, as the user knows it.
        place: A folder's path, or an upload's name among the uploads.
        sha256: An upload's hash, which identifies it under any name.
        split: The path of one of an upload's splits; empty where it holds a single dataset. That
            of a folder is part of its place.
    """

    kind: Kind
    title: str
    place: str = ""
    sha256: str = ""
    split: str = ""

    def open(self, home: Path) -> Dataset:
        """Opens the photographs.

        Args:
            home: The folder that contains the uploads.

        Raises:
            DatasetError: They are gone, or cannot be used.
        """
        from facemask_core.data import archives, datasets, samples
        from facemask_core.jobs import uploads

        if self.kind is Kind.PORTRAITS:
            return datasets.open_dataset(samples.FACES_DIR)
        if self.kind is Kind.FOLDER:
            return datasets.open_dataset(self.place)
        path = uploads.file(home, self.place)
        if not path.is_file():
            raise DatasetError(
                f"The zip {self.title!r} is no longer on this server; choose it again and run the "
                "report anew, which goes on where it was."
            )
        return archives.open_archive(path, self.title, self.split)


@dataclass(frozen=True, kw_only=True)
class Order:
    """The settings of one evaluation, or of one search for the smallest epsilons.

    Attributes:
        model: A model's name, or its folder.
        data: The photographs.
        attack: The attack's name; None for the model alone.
        settings: The attack's settings by name, fit for JSON.
        source: The source model of a transfer attack; None for any other attack.
        epsilon: The attack's radius.
        largest: Search for the smallest fooling epsilon of every image up to so many levels,
            rather than attack at one epsilon; None for the latter.
        seed: The attack's seed.
        precision: How the model computes.
        limit: Use only so many images.
        crop: Crop to the face first.
    """

    model: str
    data: Data
    attack: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    source: str | None = None
    epsilon: float = 0.0
    largest: int | None = None
    seed: int = 0
    precision: str = "exact"
    limit: int | None = None
    crop: bool = False

    @property
    def text(self) -> str:
        """The order as JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def key(self) -> str:
        """Text that is equal for equal orders, under whatever name an upload is stored."""
        if self.data.kind is not Kind.UPLOAD:
            return self.text
        return replace(self, data=replace(self.data, place="", title="")).text

    @property
    def images_key(self) -> tuple[object, ...]:
        """What is equal for two orders on the same images, cropped alike."""
        place = "" if self.data.kind is Kind.UPLOAD else self.data.place
        return self.data.kind, place, self.data.sha256, self.data.split, self.limit, self.crop

    @classmethod
    def read(cls, text: str) -> Order:
        """Reads an order from its JSON.

        Raises:
            ValueError: The text is not an order.
        """
        try:
            values = json.loads(text)
            data = values.pop("data")
            return cls(data=Data(**data | {"kind": Kind(data["kind"])}), **values)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{error} in an order") from error

    def open_dataset(self, home: Path) -> Dataset:
        """Opens the photographs, up to the limit.

        Args:
            home: The folder that contains the uploads.

        Raises:
            DatasetError: They are gone, or cannot be used.
        """
        dataset = self.data.open(home)
        return dataset if self.limit is None else dataset.take(self.limit)

    def make_attack(self, load: Callable[[str], Classifier]) -> Attack | None:
        """Makes the attack.

        Args:
            load: Loads the source model of a transfer attack by its name.

        Raises:
            AttackError: There is no such attack or setting, or a value makes no sense.
        """
        from facemask_core import attacks

        if self.attack is None:
            return None
        attack = attacks.make(self.attack, **self.settings)
        if self.source is None:
            return attack
        return attacks.make("transfer", source=load(self.source), attack=attack)

    def make_task(self, load: Callable[[str], Classifier]) -> Task:
        """Makes the task that computes the rows.

        Args:
            load: Loads a model by its name.

        Raises:
            AttackError: The attack cannot be made, or not with these settings.
        """
        from facemask_core.robustness.smallest import SmallestTask
        from facemask_core.runs.task import Task

        attack, classifier = self.make_attack(load), load(self.model)
        if self.largest is None:
            return Task(
                classifier=classifier,
                attack=attack,
                epsilon=self.epsilon,
                seed=self.seed,
                prepare=self._preparation(),
            )
        if attack is None:
            raise AttackError("A search for the smallest epsilon needs an attack.")
        return SmallestTask.of(
            *(classifier, attack),
            largest=self.largest,
            seed=self.seed,
            prepare=self._preparation(),
        )

    def _preparation(self) -> Prepare:
        """The function that turns a decoded picture into the model's input."""
        from facemask_core.pictures import faces, images

        return faces.cropped if self.crop else images.resize
