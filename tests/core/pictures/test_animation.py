"""An animated sweep shows the attacked pictures, and says of each what the model said."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from facemask_core.data import samples
from facemask_core.pictures import animation, images

LEVELS = [0, 1, 2, 5, 32]
SHARES = [(0.1, 0.9), (0.3, 0.7), (0.501, 0.499), (0.4, 0.6), (0.99, 0.01)]
LABEL = 1
WRITTEN = [f"{level}/255" for level in LEVELS]


@cache
def attacked() -> list[NDArray[np.uint8]]:
    face = images.resize(images.decode(samples.gallery()[0].path.read_bytes()))
    signs = np.random.default_rng(4).choice([-1, 1], face.shape)
    return [np.clip(face + level * signs, 0, 255).astype(np.uint8) for level in LEVELS]


@cache
def opened() -> Image.Image:
    made = animation.encode_sweep(WRITTEN, attacked(), SHARES, LABEL)
    return Image.open(io.BytesIO(made))


def test_every_epsilon_has_its_frame_for_its_time() -> None:
    film = opened()
    assert film.format == "GIF"
    assert film.n_frames == len(LEVELS)
    assert film.info["loop"] == 0
    shown = []
    for number in range(film.n_frames):
        film.seek(number)
        shown.append(film.info["duration"])
    hold, step = animation.HOLD_MS, animation.STEP_MS
    assert shown == [hold, step, hold, step, hold]  # the start, the first that fools, the end


@pytest.mark.parametrize("number", range(len(LEVELS)))
def test_a_frame_holds_the_attacked_picture_untouched(number: int) -> None:
    picture = attacked()[number]
    drawn = animation.frame(picture, "epsilon", "answer", SHARES[number])
    assert drawn.size == (224, 224 + animation.CAPTION_HEIGHT)
    np.testing.assert_array_equal(np.asarray(drawn)[:224], picture)


@pytest.mark.parametrize("number", range(len(LEVELS)))
def test_the_palette_is_all_that_stands_between(number: int) -> None:
    film = opened()
    film.seek(number)
    found = np.asarray(film.convert("RGB"))[:224].astype(int)
    assert np.abs(found - attacked()[number]).mean() < 8
    others = [np.abs(found - picture).mean() for picture in attacked()]
    assert int(np.argmin(others)) in {number, max(0, number - 1)}  # 1/255 may vanish


def test_a_caption_says_what_the_model_said() -> None:
    said = [animation.captions(*row, LABEL) for row in zip(WRITTEN, SHARES, strict=True)]
    assert said[0] == ("epsilon 0/255", "with mask 90.0 %")
    assert said[2] == ("epsilon 2/255", "without mask 50.1 %: wrong")
    assert said[4] == ("epsilon 32/255", "without mask 99.0 %: wrong")


def test_other_words_and_other_answers_look_different() -> None:
    picture = attacked()[0]
    one = np.asarray(animation.frame(picture, "epsilon 1/255", "with mask 90.0 %", (0.1, 0.9)))
    other = np.asarray(animation.frame(picture, "epsilon 2/255", "with mask 90.0 %", (0.1, 0.9)))
    third = np.asarray(animation.frame(picture, "epsilon 1/255", "with mask 90.0 %", (0.5, 0.5)))
    assert (one != other).any()
    assert (one != third).any()


def test_a_model_that_is_never_fooled_makes_a_film_too() -> None:
    assert animation.durations([(0.0, 1.0)] * 3, LABEL) == [1500, 150, 1500]
    single = animation.encode_sweep(WRITTEN[:1], attacked()[:1], SHARES[:1], LABEL)
    assert Image.open(io.BytesIO(single)).size == (224, 224 + animation.CAPTION_HEIGHT)
