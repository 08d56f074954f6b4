"""A test for every backbone of the registry: the smallest in `make test`, the others later."""

from __future__ import annotations

import pytest

from facemask_core import backbones

SMALLEST = "mobilenetv3"

each_backbone = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == SMALLEST else [pytest.mark.slow])
        for name in backbones.names()
    ],
)
