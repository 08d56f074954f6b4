"""The list of experiments is one that can be answered, and cheaply enough."""

from __future__ import annotations

import pytest

from facemask_core import attacks
from facemask_core.models import checkpoints
from facemask_core.paper import experiments
from facemask_core.paper.experiments import EPSILON, NOTCHES, STEP_SIZE, Experiment

ALL = tuple(experiments.experiments())


def test_every_answer_has_a_file_of_its_own() -> None:
    assert len({experiment.file for experiment in ALL}) == len(ALL)


def test_every_model_is_shipped_and_every_setting_exists() -> None:
    for experiment in ALL:
        assert experiment.model in checkpoints.available()
        if experiment.attack is not None:
            attacks.make(experiment.attack, **experiment.settings)


def test_the_ladder_leads_from_hardly_begun_to_the_edge_of_the_ball() -> None:
    assert list(NOTCHES) == sorted(set(NOTCHES))
    assert NOTCHES[0] * STEP_SIZE < EPSILON / 20
    assert NOTCHES[-1] * STEP_SIZE == pytest.approx(EPSILON)


def _gradients(experiment: Experiment) -> int:
    """Gradients an image at most."""
    if experiment.attack is None:
        return 0
    return int(experiment.settings.get("steps", 1))


@pytest.mark.parametrize(("model", "most"), [("inceptionv3", 25), ("vgg19", 3)])
def test_the_whole_costs_no_more_than_so_many_runs_of_pgd(model: str, most: int) -> None:
    spent = sum(_gradients(experiment) for experiment in ALL if experiment.model == model)
    assert spent / experiments.PGD_SETTINGS["steps"] <= most


def test_the_tables_of_all_models_come_before_anything_else() -> None:
    last = max(place for place, it in enumerate(ALL) if it.model == "vgg19")
    wanted = {experiment for model in experiments.MODELS for experiment in _names(model)}
    assert {experiment.file for experiment in ALL[: last + 1]} == wanted


def _names(model: str) -> set[str]:
    return {experiment.file for experiment in experiments.tables(model)}
