"""``certify`` guarantees an answer for a picture, and counts them over a dataset."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import MODEL, PORTRAIT, Lab

from facemask_core.data import samples
from facemask_core.robustness.certificate import Smoothing

FEW = ("--model", MODEL, "--sigma", 0.1, "--samples", 40, "--seed", 3)


@pytest.mark.slow
def test_a_picture_gets_a_radius_that_an_attack_respects(lab: Lab, tmp_path: Path) -> None:
    saved = tmp_path / "certificate.json"
    said = lab("certify", PORTRAIT, *FEW, "--attack", "--json", saved).out
    row = json.loads(saved.read_text())
    votes = row["votes"][row["label"] == "with_mask"]
    assert row["radius"] == Smoothing(sigma=0.1, samples=40).radius(votes)
    assert f"shorter than {row['radius']:.3f} in L2" in said
    assert row["turned_inside"] is False
    assert "changed nothing" in said
    assert (row["sigma"], row["samples"], row["norm"]) == (0.1, 40, "l2")


def test_a_dataset_gets_shares_by_radius(lab: Lab, tmp_path: Path) -> None:
    saved = tmp_path / "certificates.json"
    words = ("certify", "--data", samples.GALLERY_DIR, "--limit", 2, *FEW, "--json", saved)
    said = lab(*words).out
    row = json.loads(saved.read_text())
    assert [entry["radius"] for entry in row["certified_accuracy"]] == [0.0, 0.25, 0.5, 1.0]
    assert row["certified_accuracy"][-1]["accuracy"] == 0, "so few copies reach 0.12 at most"
    assert {it["truth"] for it in row["rows"]} == {"with_mask", "without_mask"}
    assert "certified accuracy" in said


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "Give either a picture, or a dataset"),
        ((PORTRAIT, "--data", samples.GALLERY_DIR), "Give either a picture, or a dataset"),
        ((PORTRAIT, "--limit", 3), "--limit is about a dataset"),
        (("--data", samples.GALLERY_DIR, "--face", 1), "--face is about one picture"),
        ((PORTRAIT, "--sigma", 0), "Sigma is 0"),
        ((PORTRAIT, "--samples", 0), "0 noisy copies"),
        ((PORTRAIT, "--failure", 1), "probability of a wrong certificate is 1"),
        ((PORTRAIT, "--seed", -1), "seed"),
    ],
)
def test_what_makes_no_sense_is_refused(lab: Lab, words: tuple[object, ...], expected: str) -> None:
    answer = lab("certify", *words, "--model", MODEL)
    assert answer.code == 2
    assert expected in answer.err
