"""``explain`` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import MODEL, PORTRAIT, Lab, loaded

from facemask_core import explain
from facemask_core.cli.explain import _in_words
from facemask_core.explain import Summary
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.pictures import faces, images

WORDS = ("explain", PORTRAIT, "--model", MODEL)


@pytest.mark.parametrize("name", explain.names())
@pytest.mark.slow
def test_the_saved_picture_is_the_face_under_the_map_that_is_told_of(
    lab: Lab, tmp_path: Path, name: str
) -> None:
    output = tmp_path / "heat.png"
    options = ("--method", name, "--seed", 3, "--share", 0.25, "--output", output)
    row = json.loads(lab(*WORDS, *options, "--json").out)
    face = faces.crop_face(images.decode(PORTRAIT.read_bytes())).image
    pixels = images.to_float(face)[None]
    heat = explain.make(name)(loaded(MODEL, warm_up=False), pixels, seed=3)[0]
    saved = images.decode(output.read_bytes())
    expected = explain.overlay(face, heat, 0.25).astype(int)
    assert np.abs(saved - expected).max() <= 1, "a rounding apart at the most"
    found = explain.summarise(heat)
    assert row["peak"] == list(found.peak or ())
    assert row["lower_half"] == pytest.approx(found.lower_half, abs=1e-4)
    assert row["area"] == pytest.approx(found.area, abs=1e-3)
    assert row["explanation"] == {**explain.make(name).statement(), "seed": 3}
    assert row["label"] == row["verdict"]["label"]
    assert row["model_sha256"] == checkpoints.read_card(checkpoints.locate(MODEL)).weights_sha256
    assert (row["path"], row["output"], row["share"]) == (str(PORTRAIT), str(output), 0.25)
    assert [path.name for path in tmp_path.iterdir()] == ["heat.png"]


def test_either_class_can_be_explained(lab: Lab, tmp_path: Path) -> None:
    pictures = []
    for label in LABELS:
        output = tmp_path / f"{label}.png"
        answer = lab(*WORDS, "--label", label, "--output", output)
        assert answer.code == 0
        assert f"Grad-CAM for {label}: " in answer.out
        assert f"saved as {output}\nprecision exact: float32\n" in answer.out
        pictures.append(output.read_bytes())
    assert pictures[0] != pictures[1]


def test_an_empty_map_is_told_of() -> None:
    assert "empty" in _in_words(Summary(None, None, None))
    assert _in_words(Summary((7, 9), 0.5, 0.1)) == (
        "hottest 7 px from the left and 9 px from the top, 50% of the heat in the lower half"
    )


@pytest.mark.parametrize(
    ("words", "clue"),
    [
        (("--method", "lime"), "grad-cam, saliency, smooth-grad"),
        (("--label", "cat"), "'cat'"),
        (("--share", "2"), "from 0 to 1"),
        (("--share", "nan"), "from 0 to 1"),
        (("--seed", "-1"), "seed"),
        (("--precision", "half"), "exact, fast"),
        (("--model", "nosuch"), "nosuch"),
        (("--output", "heat.jpg"), ".png"),
        (("--output", "nowhere/heat.png"), "cannot be written"),
    ],
)
def test_bad_input_ends_with_one_sentence(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, str], clue: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = lab(*WORDS, "--output", "heat.png", *words)
    assert answer.code == 2
    assert answer.out == ""
    assert clue in answer.err
    assert len(answer.err.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())
