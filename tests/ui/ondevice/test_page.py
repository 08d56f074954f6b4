"""The page about the engine shows what was measured, with these kernels and these weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ondevice.table import TIME, write_agreement, write_times
from facemask_core.models import checkpoints
from facemask_ui import ondevice

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    text = (ROOT / "benchmarks" / "ondevice.json").read_text(encoding="utf-8")
    measured: dict[str, Any] = json.loads(text)
    return measured


def test_the_page_shows_what_was_measured(values: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "on-device.md").read_text(encoding="utf-8")
    assert write_agreement(values) in page
    if any(key.endswith(TIME) for key in values):
        assert write_times(values) in page
    assert all(entry["asked"]["runtime"] in page for entry in values.values())


def test_what_was_measured_is_what_is_shipped(values: dict[str, Any]) -> None:
    for key, entry in values.items():
        card = checkpoints.read_card(checkpoints.locate(key.partition(", ")[0]))
        assert entry["asked"]["weights"] == card.weights_sha256, "make ondevice"
        assert entry["asked"]["engine"] == checkpoints.sha256(ondevice.ENGINE), "make ondevice"


def test_the_engine_agrees_with_the_core(values: dict[str, Any]) -> None:
    for row in (entry for key, entry in values.items() if not key.endswith(TIME)):
        assert row["largest_logit_difference"] < 1e-4
        assert row["fgsm_pixels_differing"] < 1e-3
        assert row["verdicts_differing"] <= 0.002 * row["notches"]
        assert row["pgd"]["standing_device"] <= row["pgd"]["standing_core"] + 1


def test_times_stand_beside_those_of_tensorflow() -> None:
    row = {"tensorflow_ms": 9.5, "tensorflow_cpu_ms": 18, "device_ms": 12, "device_cpu_ms": 9}
    times = {"fgsm_sweep": row | {"cpu_ratio": 0.5}, "pgd_20": row | {"cpu_ratio": 0.5}}
    lines = write_times({"some, portraits": {}, "some, time": times}).splitlines()
    assert len(lines) == 4
    assert lines[3] == "| some: PGD, 20 steps at one epsilon | 9.5 | 18 | 12 | 9 | 0.50 |"
