"""A mask on a face: its pattern shows where the cloth is, and gradients come back to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from masked_faces import wearer

from facemask_core.pictures import faces, images, mask_shape, virtual_mask
from facemask_core.pictures.faces import Box
from facemask_core.pictures.images import INPUT_SIZE
from facemask_core.printable_mask.cloth_pattern import COLUMNS, ROWS, make_plain, make_random
from facemask_core.printable_mask.conditions import IDEAL, draw_conditions
from facemask_core.printable_mask.worn_pattern import Wearer, find_wearer, put_on


def test_without_a_face_there_is_nobody_to_wear_it() -> None:
    assert find_wearer(np.full((100, 80, 3), 90, np.uint8)) is None


def test_a_kept_picture_is_as_large_as_the_model_needs() -> None:
    assert max(wearer().box.width, wearer().box.height) <= 1.3 * INPUT_SIZE + 1


def test_a_pattern_shows_on_the_cloth_and_nowhere_else() -> None:
    worn = put_on(wearer(), IDEAL)
    dark, bright = (worn.show(np.full((ROWS, COLUMNS, 3), level, np.float32)) for level in (0, 1))
    change = (bright - dark).reshape(-1, 3)
    expected = np.zeros_like(change)
    expected[worn.covered] = worn.cloth
    np.testing.assert_allclose(change, np.clip(expected, 0, 1), atol=1e-5)


def test_the_picture_is_read_as_one_looks_at_the_wearer() -> None:
    pattern = np.zeros((ROWS, COLUMNS, 3), np.float32)
    pattern[:, : COLUMNS // 2, 0] = 1.0  # red on the picture's left
    pattern[ROWS // 2 :, :, 2] = 1.0  # blue below
    worn = put_on(wearer(), IDEAL)
    seen = worn.show(pattern) - worn.show(np.zeros_like(pattern))
    rows, columns = np.divmod(worn.covered, INPUT_SIZE)
    pose = wearer().pose
    scale = INPUT_SIZE / wearer().box.width
    middle = scale * (pose.eyes[0] - wearer().box.left)
    red, blue = seen[..., 0] > 0.2, seen[..., 2] > 0.2
    assert np.mean(np.nonzero(red)[1] < middle) > 0.9
    assert np.nonzero(blue)[0].min() > rows.min() + 0.3 * np.ptp(rows)
    assert red[rows, columns].any()
    assert blue[rows, columns].any()


@pytest.mark.parametrize("seed", range(3))
def test_a_gradient_comes_back_as_finite_differences_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    conditions = replace(draw_conditions(rng), noise=0.0, light=0.8 * IDEAL.light, slope=0.1)
    worn = put_on(wearer(), conditions)
    pattern = rng.uniform(0.3, 0.7, (ROWS, COLUMNS, 3)).astype(np.float32)
    weights = rng.standard_normal((INPUT_SIZE, INPUT_SIZE, 3)).astype(np.float32)
    weights[:8] = weights[-8:] = weights[:, :8] = weights[:, -8:] = 0  # the rim's blur differs
    way = rng.standard_normal(pattern.shape).astype(np.float32)
    step = np.float32(1e-2)
    up, down = (
        float((worn.show(pattern + it) * weights).sum()) for it in (step * way, -step * way)
    )
    slope = float((worn.pull_back(pattern, weights) * way).sum())
    assert slope == pytest.approx((up - down) / (2 * step), rel=0.02, abs=0.05)


def test_a_plain_pattern_looks_as_the_drawn_mask_does() -> None:
    shown = put_on(wearer(), IDEAL).show(make_plain())
    drawn = virtual_mask.draw_mask(wearer().picture, wearer().box)
    expected = images.to_float(faces.crop(drawn, wearer().box))
    difference = np.abs(shown - expected).mean(axis=2).reshape(-1)
    assert np.median(difference[put_on(wearer(), IDEAL).covered]) < 6 / 255


def test_the_same_conditions_show_the_same_picture() -> None:
    first, again = (draw_conditions(np.random.default_rng(5)) for _ in range(2))
    pattern = make_random(1)
    pictures = [put_on(wearer(), it).show(pattern) for it in (first, again)]
    np.testing.assert_array_equal(*pictures)
    other = put_on(wearer(), draw_conditions(np.random.default_rng(6))).show(pattern)
    assert (other != pictures[0]).any()
    assert 0.0 <= other.min() <= other.max() <= 1.0


def test_a_tilted_crop_takes_the_mask_along() -> None:
    """The mask's share of the picture stays when the crop is tilted."""
    straight = put_on(wearer(), IDEAL)
    tilted = put_on(wearer(), replace(IDEAL, crop=(0.0, 0.0, 1.0, 12.0)))
    assert len(tilted.covered) == pytest.approx(len(straight.covered), rel=0.05)
    box = Box(0, 0, *wearer().picture.shape[1::-1])
    smaller = put_on(Wearer(wearer().picture, box, wearer().pose), IDEAL)
    assert len(smaller.covered) < len(straight.covered)
    assert mask_shape.cover_face((INPUT_SIZE, INPUT_SIZE), wearer().pose).max() == 1.0
