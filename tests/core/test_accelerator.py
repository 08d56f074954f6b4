"""The GPU benchmark counts what it says it counts; no figure is held against a clock here."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_models import SHAPE, linear_model, wrapped

from benchmarks import accelerator
from facemask_core import backend
from facemask_core.data import datasets, samples
from facemask_core.errors import DatasetError, DeviceError
from facemask_core.paper import experiments

FACE = (224, 224, 3)
RESULT = json.loads(accelerator.RESULT.read_text(encoding="utf-8"))


def test_the_result_is_about_the_papers_shipped_models_in_both_precisions() -> None:
    assert set(RESULT["models"]) == set(experiments.MODELS)
    for name, precisions in RESULT["models"].items():
        assert precisions.keys() == {"exact", "fast"}
        assert len({found["model_sha256"] for found in precisions.values()}) == 1, name


def test_the_peak_is_positive_whatever_is_multiplied() -> None:
    for dtype in backend.PRECISIONS:
        assert accelerator.peak(dtype, side=64) > 0


def test_jax_counts_two_operations_a_weight_and_nothing_else_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if backend.name() != "jax":
        monkeypatch.setattr("sys.argv", ["accelerator"])
        with pytest.raises(DeviceError, match="KERAS_BACKEND=jax"):
            accelerator.main()
        return
    size = int(np.prod(SHAPE))
    model = wrapped(linear_model(np.ones((size, 2), np.float32), np.zeros(2, np.float32)))
    # The gradient of a linear model needs no answer: as many operations again.
    for counted in accelerator.operations(model).values():
        assert 4 * size <= counted < 4.1 * size


def test_the_share_of_the_peak_is_operations_over_operations() -> None:
    flop = {"answer": 1e9, "gradient": 2e9}
    # Twenty gradients and a verdict are 41e9 operations; ten of those a second of 820e9.
    assert accelerator.share_of_peak(flop, 10.0, 0.82) == pytest.approx(0.5)


def test_speeds_are_told_of_every_attack() -> None:
    model = wrapped(linear_model(np.ones((150528, 2), np.float32), np.zeros(2, np.float32), FACE))
    found = accelerator.speeds(model, 8, steps=2)
    assert found.keys() == {"none", "fgsm", "pgd"}
    assert min(found.values()) > 0


def _stored(folder: Path, data_sha256: str) -> None:
    for attack in ("fgsm", "pgd"):
        for level in (2, 4, 8):
            stored = {
                "data_sha256": data_sha256,
                "threat_model": {"attack": attack, "epsilon": level / 255},
                "images": 10,
                "speed": {"device": "another"},
                "robust_accuracy": 0.5,
            }
            (folder / f"{attack}-{level}").write_text(json.dumps(stored))


def test_reports_are_made_again_of_the_same_photographs_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = datasets.open_dataset(samples.GALLERY_DIR)
    model: Any = SimpleNamespace(name="test")
    monkeypatch.setattr(
        accelerator, "report_path", lambda _, attack, level: tmp_path / f"{attack}-{level}"
    )
    monkeypatch.setattr(
        accelerator, "attacked", lambda *asked: SimpleNamespace(robust_accuracy=asked[2] / 10)
    )
    _stored(tmp_path, datasets.fingerprint(gallery))
    rows = accelerator.reports(model, gallery)
    assert [accelerator.images_apart(row) for row in rows] == [-3, -1, 3] * 2
    assert {row["stored_on"] for row in rows} == {"another"}
    _stored(tmp_path, "of others")
    with pytest.raises(DatasetError, match="photographs"):
        accelerator.reports(model, gallery)
