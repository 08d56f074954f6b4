"""Networks that PyTorch exported answer, and lead an attack, as PyTorch itself computed them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx_files import build, differentiate

from facemask_core.backend import keras

EXPORTS = Path(__file__).with_name("exports")
PICTURES = np.random.default_rng(0).uniform(0, 1, (2, 3, 28, 28)).astype(np.float32)


@pytest.mark.backend
@pytest.mark.parametrize("file", sorted(EXPORTS.glob("*.onnx")), ids=lambda file: file.stem)
def test_an_export_answers_as_its_maker(file: Path) -> None:
    model = build(file, size=28)
    maker = np.load(file.with_suffix(".npz"))
    pictures = PICTURES.transpose(0, 2, 3, 1)
    scores = keras.ops.convert_to_numpy(model(pictures, training=False))
    assert maker["scores"].std() > 0.01
    np.testing.assert_allclose(scores, maker["scores"], atol=1e-5, rtol=1e-5)
    direction = np.tile(np.array([0, 1], np.float32), (2, 1))
    gradient = differentiate(model, pictures, direction).transpose(0, 3, 1, 2)
    scale = np.abs(maker["gradient"]).max()
    np.testing.assert_allclose(gradient / scale, maker["gradient"] / scale, atol=1e-4)
