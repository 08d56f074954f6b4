"""The command line, run in this process or as a user does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import facemask_core
from facemask_core.data import samples
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
