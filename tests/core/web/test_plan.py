"""The plan says all that a browser needs of a model, and what no browser computes is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import safetensors.numpy

from facemask_core.backend import keras
from facemask_core.epsilons import L2, LINF
from facemask_core.errors import ExportError
from facemask_core.models import checkpoints
from facemask_core.models.checkpoints import Card
from facemask_core.web.attack_settings import describe_attacks
from facemask_core.web.plan import write_plan

layers = keras.layers


@pytest.fixture(scope="module")
def card() -> Card:
    return checkpoints.read_card(checkpoints.locate("mobilenetv3"))


@pytest.fixture(scope="module")
def plan(card: Card) -> dict[str, Any]:
    return write_plan(checkpoints.load_model(checkpoints.locate("mobilenetv3"), card), card)


def test_a_plan_names_every_weight_of_the_file_once(plan: dict[str, Any]) -> None:
    named = []
    for step in plan["steps"]:
        entries = {**step, **step.get("norm", {})}
        named += [value for key, value in entries.items() if isinstance(value, str) and key != "op"]
    weights = checkpoints.locate("mobilenetv3") / checkpoints.WEIGHTS_FILE
    assert sorted(named) == sorted(safetensors.numpy.load_file(weights))


def test_every_step_reads_earlier_ones_and_the_last_gives_two_logits(plan: dict[str, Any]) -> None:
    for number, step in enumerate(plan["steps"]):
        assert all(read < number for read in step["inputs"]), step
    assert [step["op"] for step in plan["steps"]].count("pixels") == 1
    assert plan["steps"][0]["shape"] == [224, 224, 3]
    assert plan["steps"][-1]["shape"] == [2]


def test_a_plan_names_its_weights_file_by_its_hash(plan: dict[str, Any], card: Card) -> None:
    assert plan["weights_sha256"] == card.weights_sha256
    assert (plan["model"], plan["unsure_below"]) == (card.name, card.unsure_below)


def test_a_slow_backbone_is_refused_in_a_sentence(card: Card) -> None:
    with pytest.raises(ExportError, match="vgg19, which is too slow for a browser; choose"):
        write_plan(keras.Model(), replace(card, backbone="vgg19"))


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (layers.Activation("tanh", name="bend"), "activation of bend"),
        (layers.Conv2D(6, 3, name="six"), "multiples of 4 channels, not 6"),
        (layers.Conv2D(4, (3, 1), name="bar"), "square convolutions alone, not bar"),
        (layers.Conv2D(4, 3, activation="tanh", name="two"), "activation of two"),
        (layers.BatchNormalization(name="norm"), "after convolutions alone: norm"),
        (layers.ReLU(negative_slope=0.1, name="leaky"), "plain ReLU alone, not leaky"),
        (layers.MaxPooling2D(name="most"), "layer most"),
        (layers.DepthwiseConv2D(3, depth_multiplier=4, name="many"), "one kernel, unlike many"),
    ],
)
def test_a_layer_no_browser_computes_is_refused(card: Card, layer: Any, reason: str) -> None:
    pixels = keras.Input((8, 8, 3))
    model = keras.Model(pixels, layer(layers.Rescaling(2.0)(pixels)))
    with pytest.raises(ExportError, match=reason):
        write_plan(model, card)


def test_a_result_that_batch_norm_changes_has_no_other_reader(card: Card) -> None:
    pixels = keras.Input((8, 8, 3))
    convolved = layers.Conv2D(4, 1)(pixels)
    both = layers.Add(name="both")([layers.BatchNormalization()(convolved), convolved])
    model = keras.Model(pixels, both)
    with pytest.raises(ExportError, match="both reads a result before its batch norm"):
        write_plan(model, card)


def test_the_browser_has_the_grids_and_defaults_of_the_core() -> None:
    described = describe_attacks()
    for grid in (LINF, L2):
        stated = described["grids"][grid.norm]
        assert [stated["step"], stated["unit"], stated["last"]] == [grid.step, grid.unit, grid.last]
    pgd = described["attacks"]["pgd"]
    assert pgd["settings"]["steps"]["default"] == 20
    assert pgd["reach"] == 2.5
    assert described["attacks"]["fgsm"]["settings"].keys() == {"norm", "target"}
