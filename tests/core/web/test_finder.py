"""The face finder's plan says all that a browser needs; its weights are the package's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from facemask_core.pictures import blaze_face
from facemask_core.pictures.blaze_face import SHORT_RANGE
from facemask_core.web import finder, tflite


@pytest.fixture(scope="module")
def written() -> tuple[dict[str, Any], dict[str, Any]]:
    plan, content = finder.write_finder()
    return plan, safetensors.numpy.load(content)


def test_every_weight_is_named_once_in_steps_of_four_channels(
    written: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    plan, weights = written
    steps = [step for network in plan["networks"].values() for step in network["steps"]]
    named = [step[key] for step in steps for key in ("kernel", "bias") if key in step]
    assert sorted(named) == sorted(weights)
    assert all(step["shape"][-1] % 4 == 0 for step in steps if step["op"] != "pixels")
    assert {array.dtype.name for array in weights.values()} == {"float16"}


def test_the_channels_filled_up_are_zero_and_the_others_are_the_files(
    written: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    """One layer of 42 channels there is, between others of 36 and 48."""
    plan, weights = written
    graph = tflite.read_graph(blaze_face.read_weights(SHORT_RANGE))
    kernel = next(value for value in graph.constants.values() if value.shape == (42, 1, 1, 36))
    steps = plan["networks"]["short_range"]["steps"]
    (step,) = (one for one in steps if one["op"] == "convolution" and one["shape"][-1] == 44)
    filled = weights[step["kernel"]]
    assert np.array_equal(filled[..., :42], kernel.transpose(1, 2, 3, 0))
    assert not filled[..., 42:].any()


def test_the_grids_are_the_anchors_of_the_core(
    written: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    plan, _ = written
    network = plan["networks"]["short_range"]
    for grid, (distance, together) in zip(network["grids"], SHORT_RANGE.grids, strict=True):
        scores, places = (network["steps"][grid[name]]["shape"] for name in ("scores", "places"))
        assert scores[:2] == places[:2] == [128 // distance] * 2
        assert scores[2] >= together
        assert places[2] == together * network["values"]


def test_an_operation_that_is_not_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(tflite.OPERATIONS, 17)
    with pytest.raises(ValueError, match="number 17"):
        tflite.read_graph(blaze_face.read_weights(SHORT_RANGE))
