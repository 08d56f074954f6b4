"""``sweep`` attacks one picture at every epsilon of the slider."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import MODEL, PORTRAIT, Lab
from PIL import Image

from facemask_core.epsilons import LINF


def test_a_sweep_agrees_with_the_attack_at_each_epsilon(lab: Lab, tmp_path: Path) -> None:
    words = ("--model", MODEL, "--attack", "fgsm")
    row = json.loads(lab("sweep", PORTRAIT, *words, "--largest", 8, "--json").out)
    assert row["epsilons"] == [level / 255 for level in range(9)]
    assert row["gradient_calls"] == 1
    for level in (0, 3, 8):
        single = json.loads(
            lab(
                *("attack", PORTRAIT, *words, "--epsilon", f"{level}/255"),
                *("--output", tmp_path / "a.png", "--json"),
            ).out
        )
        after = single["after"]["probabilities"][row["label"]]
        assert row["confidence"][level] == pytest.approx(after, abs=1e-4)
        assert row["fooled"][level] == (single["outcome"] == "changed")
        assert row["unsure"][level] == single["after"]["unsure"]
    fooled = np.flatnonzero(row["fooled"])
    assert row["smallest_fooling_epsilon"] == (fooled[0] / 255 if len(fooled) else None)
    said = lab("sweep", PORTRAIT, *words, "--largest", 8).out
    assert "smallest epsilon of another verdict" in said
    assert "fooled" not in said
    assert "unmoved by the attack: 0 of 8 epsilons" in said
    assert len(said.splitlines()) == 12
    assert said.endswith("precision exact: float32\n")


def test_a_sweep_in_l2_agrees_with_the_attack_and_tells_what_rounding_adds(
    lab: Lab, tmp_path: Path
) -> None:
    words = ("--model", MODEL, "--attack", "fgsm", "--norm", "l2")
    row = json.loads(lab("sweep", PORTRAIT, *words, "--largest", 1.5, "--json").out)
    assert row["epsilons"] == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5]
    assert row["threat_model"]["norm"] == "l2"
    for notch in (1, 4):
        single = json.loads(
            lab(
                *("attack", PORTRAIT, *words, "--epsilon", row["epsilons"][notch]),
                *("--output", tmp_path / "a.png", "--json"),
            ).out
        )
        after = single["after"]["probabilities"][row["label"]]
        assert row["confidence"][notch] == pytest.approx(after, abs=1e-4)
        assert row["l2"][notch] == pytest.approx(single["l2"], abs=1e-3)
    said = lab("sweep", PORTRAIT, *words, "--largest", 1.5, "--label", row["label"]).out
    assert f"   1.25  reached {row['l2'][5]:.3f}  " in said
    assert "smallest fooling epsilon" in said
    single = lab("attack", PORTRAIT, *words, "--epsilon", 2, "--output", tmp_path / "a.png").out
    assert "FGSM in l2 at epsilon 2;" in single


@pytest.mark.parametrize("largest", [0, -1, 1.1, "nan", 999, "1e12", "1e300"])
@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_a_sweep_to_nowhere_ends_in_one_sentence(lab: Lab, norm: str, largest: object) -> None:
    found = lab("sweep", PORTRAIT, "--model", MODEL, "--norm", norm, "--largest", largest)
    assert found.code == 2
    assert len(found.err.strip().splitlines()) == 1


@pytest.mark.parametrize("at", ["", "few", "1.5", "0", "-1", "nan", "1e300", "2,", "999"])
def test_epsilons_that_are_none_end_in_one_sentence(lab: Lab, at: str) -> None:
    found = lab("sweep", PORTRAIT, "--model", MODEL, "--at", at)
    assert found.code == 2
    assert len(found.err.strip().splitlines()) == 1


def test_a_sweep_is_animated_on_demand(lab: Lab, tmp_path: Path) -> None:
    words = ("sweep", PORTRAIT, "--model", MODEL, "--largest", 3)
    film = tmp_path / "sweep.gif"
    assert f"saved as {film}" in lab(*words, "--gif", film).out
    assert Image.open(film).n_frames == 4
    row = json.loads(lab(*words, "--gif", film, "--json").out)
    assert row["gif"] == str(film)
    assert json.loads(lab(*words, "--json").out)["gif"] is None
    chosen = json.loads(lab("sweep", PORTRAIT, "--model", MODEL, "--at", "3,2", "--json").out)
    assert [255 * epsilon for epsilon in chosen["epsilons"]] == pytest.approx([2, 3])
    assert chosen["confidence"] == pytest.approx(row["confidence"][2:], abs=1e-6)
    linked = json.loads(lab("sweep", PORTRAIT, "--model", MODEL, "--at", "stops,11", "--json").out)
    assert [round(255 * epsilon) for epsilon in linked["epsilons"]] == sorted([*LINF.stops, 11])
    assert lab(*words, "--at", "2").code == 2, "either the largest or all of them"
    refused = lab(*words, "--gif", tmp_path / "sweep.png")
    assert refused.code == 2
    assert "must end in .gif" in refused.err
    assert lab(*words, "--gif", tmp_path / "nowhere" / "sweep.gif").code == 2
