"""The command line, run in this process or as a user does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

import facemask_core
from facemask_core.data import samples
from facemask_core.labels import LABELS
from facemask_core.models.classifier import Classifier, load_classifier

MODEL = "mobilenetv3"
ROOT = Path(facemask_core.__file__).resolve().parent.parent
PORTRAIT = samples.gallery()[0].path


class Answer(NamedTuple):
    code: int
    out: str
    err: str


Lab = Callable[..., Answer]


@cache
def loaded(name: str, *, warm_up: bool = True, precision: str = "exact") -> Classifier:
    return load_classifier(name, warm_up=warm_up, precision=precision)


def started(*words: Any) -> Answer:
    """Runs the command line as a user does."""
    child = subprocess.run(
        [sys.executable, "-m", "facemask_core", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Answer(child.returncode, child.stdout, child.stderr)


def pixels(seed: int = 0, height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def assert_one_sentence(answer: Answer, *words: str) -> None:
    assert answer.code == 2, answer
    assert answer.out == "", answer.out
    assert "\n" not in answer.err.strip(), answer.err
    assert answer.err.rstrip().endswith("."), answer.err
    for word in words:
        assert word in answer.err


def assert_verdict(row: dict[str, Any]) -> None:
    assert row["label"] in LABELS
    assert tuple(row["probabilities"]) == LABELS
    assert sum(row["probabilities"].values()) == pytest.approx(1)
    assert row["confidence"] == row["probabilities"][row["label"]]
    assert row["confidence"] == max(row["probabilities"].values())
