"""Answers the experiments, one result file each; what is answered already is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facemask_core import attacks, evaluation, paths, runs, versions
from facemask_core.attacks import Attack
from facemask_core.data import datasets
from facemask_core.engines import RunContext
from facemask_core.errors import DatasetError
from facemask_core.models import checkpoints
from facemask_core.models.classifier import Classifier, load_classifier
from facemask_core.paper.confidences import confidences
from facemask_core.paper.experiments import Experiment
from facemask_core.paper.second_softmax import with_second_softmax

RESULTS_DIR = paths.REPORTS / "paper"
SEED = 0

Watch = Callable[[Experiment, int, int], None]
"""Told of an experiment, how many images are done, and how many there are."""


@dataclass(frozen=True)
class Answer:
    """What an experiment came to.

    Attributes:
        experiment: The question.
        result: The file's content.
        kept: Whether it was there before.
    """

    experiment: Experiment
    result: dict[str, Any]
    kept: bool


@dataclass
class Reproduction:
    """A dataset, a folder of results, and the models asked so far.

    Attributes:
        dataset: The photographs.
        output: Where the result files lie; made when the first is written.
        store: Where single batches are kept, so that a long experiment goes on as well.
        load: Loads a model by its name.
    """

    dataset: datasets.Dataset
    output: Path = RESULTS_DIR
    store: runs.Store | None = None
    load: Callable[..., Classifier] = load_classifier
    _loaded: dict[str, Classifier] = field(default_factory=dict, repr=False)
    _softened: dict[tuple[str, int], Classifier] = field(default_factory=dict, repr=False)

    def answers(
        self, asked: Sequence[Experiment], watch: Watch = lambda *_: None
    ) -> Iterator[Answer]:
        """Answers experiments, in their order.

        Args:
            asked: The experiments.
            watch: Told after every batch that is computed.

        Raises:
            DatasetError: No photograph can be read, or a result cannot be written.
            CheckpointError: A model does not exist.
            RunStoreError: The store cannot be used.
        """
        data_sha256 = datasets.fingerprint(self.dataset)
        for experiment in asked:
            attack = self._attack(experiment)
            found = self._kept(experiment, attack, data_sha256)
            if found is None:
                yield Answer(experiment, self._measured(experiment, attack, watch), kept=False)
            else:
                yield Answer(experiment, found, kept=True)

    def _attack(self, experiment: Experiment) -> Attack | None:
        if experiment.attack is None:
            return None
        attack = attacks.make(experiment.attack, **experiment.settings)
        if experiment.sharpness is None:
            return attack
        source = self._second_softmax(experiment.model, experiment.sharpness)
        return attacks.make("transfer", source=source, attack=attack)

    def _classifier(self, model: str) -> Classifier:
        if model not in self._loaded:
            self._loaded[model] = self.load(model, warm_up=False)
        return self._loaded[model]

    def _second_softmax(self, model: str, sharpness: int) -> Classifier:
        """One for FGSM and PGD, which share the compiled program."""
        key = (model, sharpness)
        if key not in self._softened:
            self._softened[key] = with_second_softmax(self._classifier(model), sharpness)
        return self._softened[key]

    def _kept(
        self, experiment: Experiment, attack: Attack | None, data_sha256: str
    ) -> dict[str, Any] | None:
        """The result that is there, if it answers this very question."""
        path = self.output / experiment.file
        if not path.is_file():
            return None
        try:
            found = dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None  # a file that is no result is measured anew
        card = checkpoints.read_card(checkpoints.locate(experiment.model))
        stated = None if attack is None else attack.threat_model(experiment.epsilon, SEED)
        question = (card.weights_sha256, data_sha256, stated)
        same = question == tuple(
            found.get(key) for key in ("model_sha256", "data_sha256", "threat_model")
        )
        return found if same else None

    def _measured(
        self, experiment: Experiment, attack: Attack | None, watch: Watch
    ) -> dict[str, Any]:
        found = evaluation.evaluate(
            self._classifier(experiment.model),
            self.dataset,
            attack=attack,
            epsilon=experiment.epsilon,
            seed=SEED,
            context=RunContext(
                store=self.store, progress=lambda done, total: watch(experiment, done, total)
            ),
        )
        attacked = found.adversarial
        result = {
            "experiment": experiment.name,
            **found.as_dict(),
            "crop": False,
            "confidences": {
                "clean": confidences(found.clean),
                "adversarial": None if attacked is None else confidences(attacked),
            },
            "libraries": versions.libraries(),
            "code_sha256": versions.source_sha256(),
        }
        self._write(experiment, result)
        return result

    def _write(self, experiment: Experiment, result: dict[str, Any]) -> None:
        path = self.output / experiment.file
        try:
            self.output.mkdir(parents=True, exist_ok=True)
            checkpoints.write_atomically(path, (json.dumps(result, indent=1) + "\n").encode())
        except OSError as error:
            raise DatasetError(f"{path} cannot be written: {error.strerror or error}.") from error
