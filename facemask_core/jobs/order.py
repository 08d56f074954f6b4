"""What a job computes, as plain settings that can wait on disk."""

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
    """Where the photographs of an order lie."""

    PORTRAITS = "portraits"
    FOLDER = "folder"
    UPLOAD = "upload"


@dataclass(frozen=True, kw_only=True)
class Data:
    """The photographs of an order.

    Attributes:
        kind: Where they lie.
        title: What the user calls them.
        place: A folder's path, or an upload's name among the uploads.
        sha256: An upload's hash, which tells it from others wherever it is kept.
    """

    kind: Kind
    title: str
    place: str = ""
    sha256: str = ""

    def opened(self, home: Path) -> Dataset:
        """Finds the photographs.

        Args:
            home: The folder the uploads are kept below.

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
        return archives.open_archive(path, self.title)


@dataclass(frozen=True, kw_only=True)
class Order:
    """One evaluation, or one search for the smallest epsilons, as someone asked for it.

    Attributes:
        model: A model's name, or its folder.
        data: The photographs.
        attack: The attack's name; None to ask the model alone.
        settings: The attack's settings by name, fit for JSON.
        source: The model the attack is made on, where that is another; transfer.
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
        """Equal for equal orders, wherever an upload is kept."""
        if self.data.kind is not Kind.UPLOAD:
            return self.text
        return replace(self, data=replace(self.data, place="", title="")).text

    @classmethod
    def read(cls, text: str) -> Order:
        """Reads an order from its JSON.

        Raises:
            ValueError: It is none.
        """
        try:
            values = json.loads(text)
            data = values.pop("data")
            return cls(data=Data(**data | {"kind": Kind(data["kind"])}), **values)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{error} in an order") from error

    def dataset(self, home: Path) -> Dataset:
        """Finds the photographs, as many as are wanted.

        Args:
            home: The folder the uploads are kept below.

        Raises:
            DatasetError: They are gone, or cannot be used.
        """
        found = self.data.opened(home)
        return found if self.limit is None else found.take(self.limit)

    def made(self, load: Callable[[str], Classifier]) -> Attack | None:
        """Makes the attack.

        Args:
            load: Loads the model it is made on, if that is another.

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

    def task(self, load: Callable[[str], Classifier]) -> Task:
        """Sets up what is computed for every photograph.

        Args:
            load: Loads a model by its name.

        Raises:
            AttackError: The attack cannot be made, or not with these settings.
        """
        from facemask_core.robustness.smallest import SmallestTask
        from facemask_core.runs.task import Task

        attack, classifier = self.made(load), load(self.model)
        if self.largest is None:
            return Task(
                classifier=classifier,
                attack=attack,
                epsilon=self.epsilon,
                seed=self.seed,
                prepare=self.preparation(),
            )
        if attack is None:
            raise AttackError("A search for the smallest epsilon needs an attack.")
        return SmallestTask.of(
            *(classifier, attack),
            largest=self.largest,
            seed=self.seed,
            prepare=self.preparation(),
        )

    def preparation(self) -> Prepare:
        """How a decoded picture becomes the model's input."""
        from facemask_core.pictures import faces, images

        return faces.cropped if self.crop else images.resize
