"""The page to print: A4, the pattern at its real size, and what is known of it."""

from __future__ import annotations

import re

from facemask_core.printable_mask import page
from facemask_core.printable_mask.cloth_pattern import (
    COLUMNS,
    HEIGHT_CM,
    ROWS,
    WIDTH_CM,
    make_random,
    outline_flat,
)
from facemask_core.printable_mask.effect import STATEMENT

POINTS_PER_CM = 72 / 2.54


def test_the_page_is_a4() -> None:
    data = page.draw_page(make_random(0), "A mask", ["Print at 100 %."])
    (box,) = re.findall(rb"/MediaBox \[ ([\d. ]+) \]", data)
    _, _, width, height = map(float, box.split())
    assert abs(width / POINTS_PER_CM - 21.0) < 0.05
    assert abs(height / POINTS_PER_CM - 29.7) < 0.05


def test_the_mask_fits_onto_the_page_and_onto_a_face() -> None:
    assert 15 < WIDTH_CM < 21 - 2
    assert 9 < HEIGHT_CM < 14
    outline = outline_flat()
    assert outline.min() >= 0
    assert (outline <= (COLUMNS + 1e-9, ROWS + 1e-9)).all()


def test_the_page_says_what_was_measured_and_what_was_not() -> None:
    count = {"all": {"called_unmasked": 7, "faces": 9}}
    title, lines = page.describe("some model", {"portraits": {"trained": count, "plain": count}})
    assert "some model" in title
    assert any("trained 7 of 9, plain 7 of 9" in line for line in lines)
    assert lines[-1] == STATEMENT
