"""The time an image leaves out the batches that waited for compilation."""

from __future__ import annotations

import pytest

from facemask_core.runs import timing
from facemask_core.runs.timing import Timing


def _timing(images: int, forward: float, attack: float | None, *, compiled: bool = False) -> Timing:
    return Timing(images, forward, attack, compiled)


def test_batches_that_waited_for_compilation_are_left_out() -> None:
    timings = [
        _timing(32, 60.0, 90.0, compiled=True),
        _timing(32, 0.32, 0.64),
        _timing(5, 40.0, 40.0, compiled=True),
        _timing(16, 0.16, 0.32),
    ]
    speed = timing.average_speed(timings, 32, "a device")
    assert speed.forward_ms_per_image == pytest.approx(10)
    assert speed.attack_ms_per_image == pytest.approx(20)
    assert not speed.first_batch_included


def test_a_model_that_is_warm_already_counts_from_the_first_batch() -> None:
    speed = timing.average_speed([_timing(32, 0.32, None), _timing(32, 0.64, None)], 32, "a device")
    assert speed.forward_ms_per_image == pytest.approx(15)
    assert not speed.first_batch_included


def test_without_another_batch_those_count_and_that_is_said() -> None:
    timings = [_timing(32, 3.0, 6.0, compiled=True), _timing(8, 1.0, 2.0, compiled=True)]
    speed = timing.average_speed(timings, 32, "a device")
    assert speed.first_batch_included
    assert speed.forward_ms_per_image == pytest.approx(100)
    assert speed.attack_ms_per_image == pytest.approx(200)


def test_a_clean_run_has_no_time_of_an_attack() -> None:
    assert timing.average_speed([_timing(8, 1.0, None)], 32, "a device").attack_ms_per_image is None


def test_the_json_names_device_and_batch() -> None:
    record = timing.average_speed([_timing(8, 0.8, None, compiled=True)], 32, "a device").as_dict()
    assert record == {
        "forward_ms_per_image": pytest.approx(100),
        "attack_ms_per_image": None,
        "device": "a device",
        "batch_size": 32,
        "first_batch_included": True,
    }
