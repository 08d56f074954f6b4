"""The page to print: the pattern at its real size, and what is known of it."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

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


def draw(title: str = "A mask", *lines: str) -> str:
    return page.draw_page(make_random(0), title, lines).decode()


def test_the_pattern_is_printed_at_its_real_size() -> None:
    text = draw()
    width, height = (float(it) for it in re.findall(r'(?:width|height)="([\d.]+)cm"', text))
    assert width == pytest.approx(WIDTH_CM * (COLUMNS + 6) / COLUMNS, abs=0.01)
    assert HEIGHT_CM < height < HEIGHT_CM + 3
    assert width < 21.0 - 2 * 1.2, "it fits between the margins"
    data = base64.b64decode(re.findall(r"base64,([^\"]+)", text)[0])
    picture = np.asarray(Image.open(io.BytesIO(data)))
    field = picture[8 * 5 + 4, 8 * 5 + 4] / 255  # the middle of field (2, 2)
    assert field == pytest.approx(make_random(0)[2, 2], abs=0.02)


def test_the_line_to_cut_along_lies_on_the_printed_picture() -> None:
    outline = outline_flat()
    assert outline.min() >= 0
    assert (outline <= (COLUMNS + 1e-9, ROWS + 1e-9)).all()
    path = re.findall(r'<path d="M([^"]+)Z"', draw())[0]
    corners = np.array([list(map(float, it.split())) for it in path.split("L")])
    width, height = (WIDTH_CM * (COLUMNS + 6) / COLUMNS, HEIGHT_CM * (ROWS + 6) / ROWS)
    assert corners.min() > 0
    assert (corners < (width, height)).all()


def test_what_is_written_on_it_is_text() -> None:
    text = draw("<script>alert(1)</script>", "é & <b>")
    assert "<script" not in text
    assert "<p>é &amp; &lt;b&gt;</p>" in text


def test_the_page_says_what_was_measured_and_what_was_not() -> None:
    count = {"all": {"called_unmasked": 7, "faces": 9}}
    title, lines = page.describe("some model", {"portraits": {"trained": count, "plain": count}})
    assert "some model" in title
    assert any("trained 7 of 9, plain 7 of 9" in line for line in lines)
    assert lines[-1] == STATEMENT
