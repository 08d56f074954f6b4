"""Runs the experiments, one result file each; a result that is there is not computed again."""

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
from facemask_core.models import checkpoints, figures_schema, published
from facemask_core.models.classifier import Classifier, load_classifier
from facemask_core.paper.confidences import summarise_confidences
from facemask_core.paper.experiments import Experiment
from facemask_core.paper.second_softmax import with_second_softmax

RESULTS_DIR = paths.REPORTS / "paper"
SEED = 0

Watch = Callable[[Experiment, int, int], None]
"""Called with the experiment, the number of images done, and the number of all."""


@dataclass(frozen=True)
class Answer:
    """The result of an experiment.

    Attributes:
        experiment: The experiment.
        result: The file's content.
        from_file: Whether it was read from a file.
    """

    experiment: Experiment
    result: dict[str, Any]
    from_file: bool


@dataclass
class Reproduction:
    """A dataset, a folder of results, and the models loaded so far.

    Attributes:
        dataset: The photographs.
        output: Folder of the result files; made when the first is written.
        store: Store of single batches, so that a long experiment resumes as well.
        load: Loads a model by its name.
    """

    dataset: datasets.Dataset
    output: Path = RESULTS_DIR
    store: runs.Store | None = None
    load: Callable[..., Classifier] = load_classifier
    _loaded: dict[str, Classifier] = field(default_factory=dict, repr=False)
    _second_softmaxes: dict[tuple[str, int], Classifier] = field(default_factory=dict, repr=False)

    def answers(
        self, experiments: Sequence[Experiment], watch: Watch = lambda *_: None
    ) -> Iterator[Answer]:
        """Runs experiments in their order, or reads their results where they are there.

        Args:
            experiments: The experiments.
            watch: Called after every batch that is computed.

        Raises:
            DatasetError: No photograph can be read, or a result cannot be written.
            CheckpointError: A model does not exist.
            RunStoreError: The store cannot be used.
        """
        data_sha256 = datasets.fingerprint(self.dataset)
        for experiment in experiments:
            attack = self._attack(experiment)
            result = self._read_result(experiment, attack, data_sha256)
            if result is not None:
                yield Answer(experiment, result, from_file=True)
                continue
            result = self._measure(experiment, attack, watch)
            failure: DatasetError | None = None
            try:
                self._write(experiment, result)
            except DatasetError as error:
                failure = error
            yield Answer(experiment, result, from_file=False)
            if failure is not None:  # the figures took hours, and are told in any case
                raise failure

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
        """Returns one classifier for FGSM and PGD, which share the compiled program."""
        key = (model, sharpness)
        if key not in self._second_softmaxes:
            self._second_softmaxes[key] = with_second_softmax(self._classifier(model), sharpness)
        return self._second_softmaxes[key]

    def _read_result(
        self, experiment: Experiment, attack: Attack | None, data_sha256: str
    ) -> dict[str, Any] | None:
        """Reads the result file, if it is there and of this very experiment."""
        path = self.output / experiment.file
        if not path.is_file():
            return None
        try:
            result = published.read_figures(path, figures_schema.find_paper_fault)
        except DatasetError:
            return None  # a file that is no result is computed anew
        card = checkpoints.read_card(checkpoints.locate(experiment.model))
        threat_model = None if attack is None else attack.threat_model(experiment.epsilon, SEED)
        question = (card.weights_sha256, data_sha256, threat_model)
        same = question == tuple(
            result.get(key) for key in ("model_sha256", "data_sha256", "threat_model")
        )
        return result if same else None

    def _measure(
        self, experiment: Experiment, attack: Attack | None, watch: Watch
    ) -> dict[str, Any]:
        report = evaluation.evaluate(
            self._classifier(experiment.model),
            self.dataset,
            attack=attack,
            epsilon=experiment.epsilon,
            seed=SEED,
            context=RunContext(
                store=self.store, progress=lambda done, total: watch(experiment, done, total)
            ),
        )
        adversarial = report.adversarial
        return {
            "experiment": experiment.name,
            **report.as_dict(),
            "crop": False,
            "confidences": {
                "clean": summarise_confidences(report.clean),
                "adversarial": None if adversarial is None else summarise_confidences(adversarial),
            },
            "libraries": versions.package_versions(),
            "code_sha256": versions.source_sha256(),
        }

    def _write(self, experiment: Experiment, result: dict[str, Any]) -> None:
        path = self.output / experiment.file
        try:
            self.output.mkdir(parents=True, exist_ok=True)
            checkpoints.write_atomically(path, (json.dumps(result, indent=1) + "\n").encode())
        except OSError as error:
            raise DatasetError(f"{path} cannot be written: {error.strerror or error}.") from error
