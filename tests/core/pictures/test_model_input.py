"""A picture that is a model's input says so, and nothing else does."""

from __future__ import annotations

import io

import numpy as np
from command_line import pixels
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from facemask_core.pictures import images, model_input

FACE = pixels(3, images.INPUT_SIZE, images.INPUT_SIZE)


def test_the_mark_changes_no_pixel() -> None:
    marked = model_input.encode(FACE)
    assert model_input.is_marked(marked)
    np.testing.assert_array_equal(images.decode(marked), FACE)
    assert Image.open(io.BytesIO(marked)).info == {"facemask-lab": "cropped input"}


def test_a_picture_that_was_scaled_or_saved_otherwise_is_not_marked() -> None:
    picture = Image.open(io.BytesIO(model_input.encode(FACE)))
    scaled = io.BytesIO()
    note = PngInfo()
    note.add_text(*model_input.MARK.decode().split("\0"))
    picture.resize((300, 300)).save(scaled, "PNG", pnginfo=note)
    assert not model_input.is_marked(scaled.getvalue())
    assert not model_input.is_marked(images.encode_png(FACE))
    assert not model_input.is_marked(images.encode_jpeg(FACE, 95))
    for end in range(0, 200, 7):  # cut short, at any place
        assert not model_input.is_marked(model_input.encode(FACE)[:end]) or end > 60
