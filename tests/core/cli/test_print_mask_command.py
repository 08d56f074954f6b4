"""``print-mask`` trains a pattern, measures it beside its controls, and draws it to print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import MODEL, Lab, assert_one_sentence
from PIL import Image

from facemask_core.data import samples
from facemask_core.printable_mask import effect, wearers
from facemask_core.printable_mask.cloth_pattern import COLUMNS, ROWS


@pytest.mark.slow
def test_a_pattern_is_trained_measured_and_drawn(lab: Lab, tmp_path: Path) -> None:
    page, pattern, figures = (tmp_path / name for name in ("a.html", "a.png", "a.json"))
    files = ("--output", page, "--pattern", pattern, "--json", figures)
    said = lab(
        "print-mask", "--model", MODEL, "--steps", 2, "--held-out", samples.GALLERY_DIR, *files
    )
    assert page.read_text().startswith("<!doctype html>")
    assert Image.open(pattern).size == (COLUMNS, ROWS)
    found = json.loads(figures.read_text())
    assert set(found["portraits"]) == {"trained", "plain", "random"}
    assert found["portraits"]["plain"]["all"]["called_unmasked"] <= 5, "the model sees plain masks"
    assert 90 <= found["portraits"]["plain"]["all"]["faces"] <= 100
    assert effect.STATEMENT in said.out
    count = found["photographs"]["plain"]["all"]
    assert f"{count['called_unmasked']} of {count['faces']}" in said.out


def test_no_portrait_is_trained_on_and_measured() -> None:
    halves = [wearers.choose_portraits(held_out=held_out) for held_out in (False, True)]
    names = [{portrait.id for portrait in half} for half in halves]
    assert not names[0] & names[1]
    assert [len(half) for half in names] == [100, 100]


def test_what_makes_no_sense_is_refused(lab: Lab, tmp_path: Path) -> None:
    answer = lab("print-mask", "--model", MODEL, "--steps", 0)
    assert_one_sentence(answer, "from 1 to 10000 steps")
    same = tmp_path / "same.html"
    answer = lab("print-mask", "--model", MODEL, "--output", same, "--pattern", same)
    assert answer.code == 2
    assert "same.html" in answer.err
    answer = lab("print-mask", "--model", MODEL, "--steps", 1, "--data", tmp_path / "nothing")
    assert answer.code == 2
    assert "nothing" in answer.err
