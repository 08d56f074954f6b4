"""The JPEG defence makes of a picture what Pillow makes of it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from defended_pixels import (
    applied,
    assert_same_levels,
    seeds,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from facemask_core.data.samples import SAMPLES_DIR
from facemask_core.defences import jpeg
from facemask_core.pictures import images

ASTRONAUT = SAMPLES_DIR / "astronaut.png"


@pytest.fixture(scope="module")
def portrait() -> NDArray[np.uint8]:
    return images.resize(images.decode(ASTRONAUT.read_bytes()))


def through_pillow(image: NDArray[np.uint8], quality: int) -> Image.Image:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, format="JPEG", quality=quality)
    return Image.open(buffer)


def levels_apart(image: NDArray[np.uint8], quality: int) -> NDArray[np.int64]:
    result = applied(jpeg.JPEG(quality=quality), images.to_float(image)[None])[0]
    saved = np.asarray(through_pillow(image, quality), np.int64)
    return np.abs(images.to_uint8(result) - saved)


@pytest.mark.parametrize("quality", [5, 25, 50, 75, 85, 95, 100])
@pytest.mark.backend
def test_jpeg_is_what_pillow_makes_of_a_portrait(portrait: NDArray[np.uint8], quality: int) -> None:
    """Measured: at most 0.035 levels in the mean and 13 in the worst pixel, at quality 75."""
    apart = levels_apart(portrait, quality)
    assert apart.mean() < 0.05
    assert apart.max() <= 16  # a coefficient on the brink may fall to the other side
    assert (apart > 0).mean() < 0.05


@settings(max_examples=25)
@given(seed=seeds, quality=st.integers(1, 100))
@example(seed=751505, quality=1)
def test_jpeg_is_what_pillow_makes_of_noise(seed: int, quality: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (32, 48, 3), dtype=np.uint8)
    # A coefficient on the brink takes its block along, by as much as its step is long.
    assert (levels_apart(noise, quality) <= 1).mean() > 0.8


@pytest.mark.parametrize("size", [(219, 213), (100, 33)])
def test_jpeg_of_another_size_is_close_to_pillows(
    portrait: NDArray[np.uint8], size: tuple[int, int]
) -> None:
    cut = np.ascontiguousarray(portrait[: size[0], : size[1]])
    assert levels_apart(cut, 75).mean() < 0.2


@pytest.mark.parametrize("quality", range(1, 101))
def test_the_quantisation_steps_are_pillows(quality: int) -> None:
    tables = through_pillow(np.zeros((16, 16, 3), np.uint8), quality).quantization  # type: ignore[attr-defined]
    for number, steps in enumerate(jpeg.quantisation_steps(quality)):
        np.testing.assert_array_equal(np.reshape(tables[number], (8, 8)), steps)


@pytest.mark.backend
def test_jpeg_gives_whole_levels(portrait: NDArray[np.uint8]) -> None:
    result = applied(jpeg.JPEG(), images.to_float(portrait)[None])
    assert_same_levels(result, images.to_float(images.to_uint8(result)))


def test_a_lower_quality_keeps_less(portrait: NDArray[np.uint8]) -> None:
    pixels = images.to_float(portrait)[None]
    lost = [np.abs(applied(jpeg.JPEG(quality=q), pixels) - pixels).mean() for q in (95, 75, 50, 10)]
    assert lost == sorted(lost)
    assert lost[0] < 0.02
