"""A test for every backbone of the registry: the smallest in `make test`, the others later.

On JAX the smallest alone: the layers are Keras's own on both backends, and the shipped models of
other backbones answer there in the tests of the classifier and of the precisions.
"""

from __future__ import annotations

import pytest

from facemask_core import backbones

SMALLEST = "mobilenetv3"

each_backbone = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.backend if name == SMALLEST else pytest.mark.slow)
        for name in backbones.names()
    ],
)
