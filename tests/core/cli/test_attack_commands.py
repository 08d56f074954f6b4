"""Attacks, sweeps, searches and checks on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import MODEL, PORTRAIT, Lab

from facemask_core import attacks, samples
from facemask_core.cli.terminal import print_dead_gradients
from facemask_core.labels import LABELS, parse_label


def test_the_attacks_are_listed_with_their_settings(lab: Lab) -> None:
    rows = json.loads(lab("attacks", "--json").out)
    assert [row["name"] for row in rows] == list(attacks.names())
    by_name = {row["name"]: row for row in rows}
    assert by_name["pgd"]["settings"]["steps"] == 20
    assert by_name["square"]["knowledge"] == "black box"
    assert "1608.04644" in by_name["cw"]["reference"]
    assert "decay=1.0" in lab("attacks").out


def test_a_sweep_agrees_with_the_attack_at_each_epsilon(lab: Lab, tmp_path: Path) -> None:
    words = ("--model", MODEL, "--attack", "fgsm")
    row = json.loads(lab("sweep", PORTRAIT, *words, "--largest", 8, "--json").out)
    assert row["levels"] == list(range(9))
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
        assert row["fooled"][level] == (single["outcome"] == "fooled")
    fooled = np.flatnonzero(row["fooled"])
    assert row["smallest_fooling_level"] == (int(fooled[0]) if len(fooled) else None)
    said = lab("sweep", PORTRAIT, *words, "--largest", 8).out
    assert "smallest fooling epsilon" in said
    assert len(said.splitlines()) == 10


def test_a_setting_reaches_the_attack(lab: Lab, tmp_path: Path) -> None:
    words = ("attack", PORTRAIT, "--model", MODEL, "--epsilon", "2/255", "--json")
    words = (*words, "--output", tmp_path / "a.png", "--no-crop")
    (verdict,) = json.loads(lab("predict", PORTRAIT, "--model", MODEL, "--no-crop", "--json").out)
    own = parse_label(verdict["label"])
    settings = ("--set", "decay=0.5", "--set", "steps=2")
    found = lab(*words, "--attack", "mim", *settings, "--set", f"target={LABELS[1 - own]}")
    stated = json.loads(found.out)["threat_model"]
    assert (stated["decay"], stated["steps"], stated["target"]) == (0.5, 2, 1 - own)
    refused = lab(*words, "--attack", "mim", *settings, "--set", f"target={LABELS[own]}")
    assert refused.code == 2
    assert "target the other class" in refused.err
    stated = json.loads(lab(*words, "--attack", "pgd", "--set", "random_start=no").out)
    assert stated["threat_model"]["random_start"] is False


@pytest.mark.parametrize(
    ("attack", "setting"),
    [
        ("pgd", "steps"),
        ("pgd", "steps=many"),
        ("pgd", "steps=2.5"),
        ("pgd", "random_start=perhaps"),
        ("pgd", "decay=0.5"),
        ("mim", "decay=-1"),
        ("mim", "decay=nan"),
        ("apgd", "loss=dlr"),
        ("fgsm", "target=helmet"),
        ("fgsm", "=3"),
        ("transfer", "steps=3"),
        ("nothing", "steps=3"),
    ],
)
def test_senseless_settings_end_in_one_sentence(
    lab: Lab, tmp_path: Path, attack: str, setting: str
) -> None:
    found = lab(
        *("attack", PORTRAIT, "--model", MODEL, "--epsilon", "2/255", "--attack", attack),
        *("--set", setting, "--output", tmp_path / "a.png"),
    )
    assert found.code == 2
    assert len(found.err.strip().splitlines()) == 1
    assert not found.out


def test_examples_of_another_model_are_tried_here(lab: Lab, tmp_path: Path) -> None:
    row = json.loads(
        lab(
            *("attack", PORTRAIT, "--model", MODEL, "--attack", "fgsm", "--source", MODEL),
            *("--epsilon", "4/255", "--output", tmp_path / "a.png", "--json"),
        ).out
    )
    assert row["threat_model"]["attack"] == "transfer"
    assert row["threat_model"]["made_with"] == "fgsm"
    assert row["threat_model"]["source"] == MODEL


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    return tmp_path / "answer.json"


GALLERY = ("--data", samples.GALLERY_DIR, "--limit", 8)


def test_a_curve_is_written_and_printed(lab: Lab, answer: Path) -> None:
    found = lab("curve", "--model", MODEL, *GALLERY, "--epsilons", "1/255,8/255", "--json", answer)
    stated = json.loads(answer.read_text())
    accuracies = [point["robust_accuracy"] for point in stated["points"]]
    assert stated["images"] == 8
    assert stated["clean_accuracy"] >= accuracies[0] >= accuracies[1]
    assert [point["threat_model"]["epsilon"] for point in stated["points"]] == [1 / 255, 8 / 255]
    assert f"{accuracies[1]:.4f}" in found.out
    assert "loss margin" in found.out


def test_the_smallest_epsilons_are_written_and_printed(lab: Lab, answer: Path) -> None:
    found = lab("smallest", "--model", MODEL, *GALLERY, "--largest", 12, "--json", answer)
    stated = json.loads(answer.read_text())
    assert len(stated["levels"]) == stated["images"] == 8
    assert stated["largest_level"] == 12
    assert "median smallest fooling epsilon" in found.out


def test_dead_gradients_are_told_of_where_there_are_any(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_dead_gradients(0)
    assert capsys.readouterr().out == ""
    print_dead_gradients(3, "levels")
    assert "3 levels" in capsys.readouterr().out


def test_a_transfer_matrix_is_written_and_printed(lab: Lab, answer: Path) -> None:
    found = lab(
        *("transfer", "--model", MODEL, "--model", MODEL, *GALLERY),
        *("--epsilon", "4/255", "--json", answer),
    )
    stated = json.loads(answer.read_text())
    assert np.array(stated["robust_accuracy"]).shape == (2, 2)
    assert stated["robust_accuracy"][0] == stated["robust_accuracy"][1]
    assert found.out.count(MODEL) >= 3


def test_the_checklist_is_printed_and_decides_the_exit_code(lab: Lab) -> None:
    words = ("check", "--model", MODEL, "--epsilon", "4/255", "--limit", 6)
    sound = lab(*words, "--attack", "pgd", "--json")
    answer: dict[str, Any] = json.loads(sound.out)
    statuses = {row["check"]: row["status"] for row in answer["checks"]}
    assert answer["threat_model"]["steps"] == 20
    assert statuses["logits"] == statuses["budget"] == statuses["linear"] == "PASS"
    assert sound.code == ("FAIL" in statuses.values())
    hasty = lab(*words, "--attack", "pgd", "--set", "steps=1", "--set", "step_size=0.0001")
    assert hasty.code == 1
    assert "FAIL  one-step" in hasty.out or "FAIL  convergence" in hasty.out


@pytest.mark.parametrize(
    "words",
    [
        ("curve", "--epsilons", "8/255,1/255"),
        ("curve", "--epsilons", "eight"),
        ("curve", "--epsilons", ""),
        ("curve", "--attack", "deepfool", "--set", "norm=l3"),
        ("smallest", "--largest", 0),
        ("smallest", "--attack", "deepfool"),
        ("smallest", "--limit", 0),
        ("smallest", "--attack", "fgsm", "--set", "target=with_mask"),
        ("curve", "--set", "target=with_mask"),
        ("transfer", "--epsilon", "4/255", "--set", "target=with_mask"),
        ("check", "--set", "target=with_mask"),
    ],
)
def test_senseless_searches_end_in_one_sentence(lab: Lab, words: tuple[Any, ...]) -> None:
    found = lab(words[0], "--model", MODEL, "--data", samples.GALLERY_DIR, *words[1:])
    assert found.code == 2
    assert len(found.err.strip().splitlines()) == 1


def test_nothing_to_check_ends_in_one_sentence(lab: Lab) -> None:
    found = lab("check", "--model", MODEL, "--epsilon", "0")
    assert found.code == 2
    assert "Epsilon is 0" in found.err
    found = lab("sweep", PORTRAIT, "--model", MODEL, "--largest", 300)
    assert found.code == 2
