"""An animated sweep shows the attacked pictures, and says of each what the model said."""

from __future__ import annotations

import io
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from facemask_core.data import samples
from facemask_core.pictures import animation, images

LEVELS = [0, 1, 2, 5, 32]
SHARES = [(0.1, 0.9), (0.3, 0.7), (0.501, 0.499), (0.4, 0.6), (0.99, 0.01)]
LABEL = 1
CAPTIONS = [f"{level}/255" for level in LEVELS]


@cache
def adversarial() -> list[NDArray[np.uint8]]:
    face = images.resize(images.decode(samples.gallery()[0].path.read_bytes()))
    signs = np.random.default_rng(4).choice([-1, 1], face.shape)
    return [np.clip(face + level * signs, 0, 255).astype(np.uint8) for level in LEVELS]


@cache
def open_film() -> Image.Image:
    data = animation.encode_sweep(CAPTIONS, adversarial(), SHARES, LABEL)
    return Image.open(io.BytesIO(data))


def test_every_epsilon_has_its_frame_for_its_time() -> None:
    film = open_film()
    assert film.format == "GIF"
    assert film.n_frames == len(LEVELS)
    assert film.info["loop"] == 0
    durations = []
    for number in range(film.n_frames):
        film.seek(number)
        durations.append(film.info["duration"])
    hold, step = animation.HOLD_MS, animation.STEP_MS
    assert durations == [hold, step, hold, step, hold]  # the start, the first that fools, the end


@pytest.mark.parametrize("number", range(len(LEVELS)))
def test_a_frame_leaves_the_picture_as_it_is(number: int) -> None:
    picture = adversarial()[number]
    frame = animation.draw_frame(picture, "epsilon", "answer", SHARES[number])
    assert frame.size == (224, 224 + animation.CAPTION_HEIGHT)
    np.testing.assert_array_equal(np.asarray(frame)[:224], picture)


@pytest.mark.parametrize("number", range(len(LEVELS)))
def test_a_frame_differs_from_its_picture_by_the_palette_alone(number: int) -> None:
    film = open_film()
    film.seek(number)
    frame = np.asarray(film.convert("RGB"))[:224].astype(int)
    assert np.abs(frame - adversarial()[number]).mean() < 8
    others = [np.abs(frame - picture).mean() for picture in adversarial()]
    assert int(np.argmin(others)) in {number, max(0, number - 1)}  # 1/255 may vanish


def test_a_caption_says_what_the_model_said() -> None:
    captions = [
        animation.write_caption(caption, shares, animation.mark_answer(shares, LABEL))
        for caption, shares in zip(CAPTIONS, SHARES, strict=True)
    ]
    assert captions[0] == ("epsilon 0/255", "with mask 90.0 %")
    assert captions[2] == ("epsilon 2/255", "without mask 50.1 %: wrong")
    assert captions[4] == ("epsilon 32/255", "without mask 99.0 %: wrong")


def test_an_answer_is_wrong_only_where_the_right_one_is_known_and_the_model_is_sure() -> None:
    def marks(**knowledge: Any) -> list[str]:
        return [animation.mark_answer(shares, LABEL, **knowledge) for shares in SHARES]

    assert marks() == ["", "", "wrong", "", "wrong"]
    assert marks(truth_known=False) == ["", "", "changed", "", "changed"]
    assert marks(unsure_below=0.65) == ["", "", "unsure", "unsure", "wrong"]
    assert animation.choose_durations(["", "unsure", "changed", "wrong", ""]) == [
        *(1500, 150, 1500, 150, 1500)
    ]


def test_other_words_and_other_answers_look_different() -> None:
    picture = adversarial()[0]
    draw, answer = partial(animation.draw_frame, picture), "with mask 90.0 %"
    one = np.asarray(draw("epsilon 1/255", answer, (0.1, 0.9)))
    other = np.asarray(draw("epsilon 2/255", answer, (0.1, 0.9)))
    third = np.asarray(draw("epsilon 1/255", answer, (0.5, 0.5)))
    assert (one != other).any()
    assert (one != third).any()


def test_a_model_that_is_never_fooled_makes_a_film_too() -> None:
    assert animation.choose_durations([""] * 3) == [1500, 150, 1500]
    single = animation.encode_sweep(CAPTIONS[:1], adversarial()[:1], SHARES[:1], LABEL)
    assert Image.open(io.BytesIO(single)).size == (224, 224 + animation.CAPTION_HEIGHT)
