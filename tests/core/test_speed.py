"""Time an image leaves out the batches that waited for compilation."""

from __future__ import annotations

import pytest

from facemask_core import backend, speed
from facemask_core.speed import Timing


def test_the_first_batch_is_left_out() -> None:
    timings = [Timing(32, 60.0, 90.0), Timing(32, 0.32, 0.64), Timing(16, 0.16, 0.32)]
    found = speed.summarise(timings, 32)
    assert found.forward_ms_per_image == pytest.approx(10)
    assert found.attack_ms_per_image == pytest.approx(20)
    assert not found.first_batch_included


def test_a_shorter_batch_that_is_compiled_anew_is_left_out_too() -> None:
    """Five images are padded to eight, which no batch before was."""
    timings = [Timing(32, 60.0, None), Timing(32, 0.32, None), Timing(5, 40.0, None)]
    assert speed.summarise(timings, 32).forward_ms_per_image == pytest.approx(10)


def test_without_another_batch_the_first_ones_count_and_that_is_said() -> None:
    found = speed.summarise([Timing(32, 3.0, 6.0), Timing(8, 1.0, 2.0)], 32)
    assert found.first_batch_included
    assert found.forward_ms_per_image == pytest.approx(100)
    assert found.attack_ms_per_image == pytest.approx(200)


def test_a_clean_run_has_no_time_of_an_attack() -> None:
    assert speed.summarise([Timing(8, 1.0, None)] * 2, 32).attack_ms_per_image is None


def test_a_batch_above_the_largest_compiled_one_is_measured() -> None:
    timings = [Timing(64, 9.0, None), Timing(64, 0.64, None)]
    assert speed.summarise(timings, 64).forward_ms_per_image == pytest.approx(10)


def test_the_json_names_device_and_batch() -> None:
    record = speed.summarise([Timing(8, 0.8, None)], 32).as_dict()
    assert record == {
        "forward_ms_per_image": pytest.approx(100),
        "attack_ms_per_image": None,
        "device": str(backend.device()),
        "batch_size": 32,
        "first_batch_included": True,
    }
