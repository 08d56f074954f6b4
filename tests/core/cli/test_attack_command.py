"""``attack`` saves a picture inside the ball and states how it was made."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import MODEL, PORTRAIT, Lab, assert_one_sentence, assert_verdict, pixels

from facemask_core.data import samples
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.pictures import faces, images


@pytest.mark.parametrize(
    ("epsilon", "value"), [("0.05", 0.05), ("8/255", 8 / 255), ("1/255", 1 / 255), ("0", 0.0)]
)
@pytest.mark.parametrize("attack", [("fgsm",), ("pgd", "--steps", "3")], ids=["fgsm", "pgd"])
def test_the_saved_picture_is_inside_the_ball_and_judged_as_saved(
    lab: Lab, tmp_path: Path, picture: Path, attack: tuple[str, ...], epsilon: str, value: float
) -> None:
    output = tmp_path / "attacked.png"
    options = ["--model", MODEL, "--attack", *attack, "--epsilon", epsilon, "--output", output]
    answer = lab("attack", picture, *options, "--no-crop", "--json")
    assert answer.code == 0, answer.err
    row = json.loads(answer.out)

    original, saved = images.resize(pixels()), images.decode(output.read_bytes())
    assert saved.shape == original.shape
    levels = int(np.abs(saved.astype(int) - original).max())
    assert levels <= 255 * value + 1e-4
    assert row["linf"] == pytest.approx(levels / 255)
    change = (saved.astype(float) - original) / 255
    assert row["l2"] == pytest.approx(np.linalg.norm(change))

    (again,) = json.loads(lab("predict", output, "--model", MODEL, "--no-crop", "--json").out)
    assert row["after"]["label"] == again["label"]
    assert row["after"]["confidence"] == pytest.approx(again["confidence"], abs=1e-6)
    (before,) = json.loads(lab("predict", picture, "--model", MODEL, "--no-crop", "--json").out)
    assert row["before"]["confidence"] == pytest.approx(before["confidence"], abs=1e-6)
    for verdict in (row["before"], row["after"]):
        assert_verdict(verdict)
    drop = row["before"]["confidence"] - row["after"]["probabilities"][row["before"]["label"]]
    assert row["confidence_drop"] == pytest.approx(drop)
    held = "unchanged" if levels else "unmoved"
    changed = "changed" if row["after"]["label"] != row["before"]["label"] else held
    unsure = row["before"]["unsure"] or row["after"]["unsure"]
    assert row["outcome"] == ("unsure" if unsure else changed)


def test_only_where_someone_says_the_truth_is_a_model_fooled_or_wrong(
    lab: Lab, tmp_path: Path, picture: Path
) -> None:
    portrait = samples.get("portrait-04").path
    attack = ("--model", MODEL, "--attack", "pgd", "--set", "steps=5")
    words = ("attack", portrait, *attack, "--epsilon", "16/255", "--output", tmp_path / "out.png")
    row = json.loads(lab(*words, "--no-crop", "--json").out)
    assert (row["true_class"], row["attacked_class"]) == (None, row["before"]["label"])
    assert row["outcome"] == "changed"
    assert "may be for the better; --label" in lab(*words, "--no-crop").out

    right = row["before"]["label"]
    wrong = next(name for name in LABELS if name != right)
    for label, outcome in ((right, "fooled"), (wrong, "was already wrong")):
        answer = lab(*words, "--no-crop", "--label", label)
        assert f"{outcome}: PGD" in answer.out
        assert ("is already wrong without an attack: you say" in answer.out) == (label == wrong)
        (again,) = json.loads(lab("predict", tmp_path / "out.png", "--model", MODEL, "--json").out)
        assert again["made_by_the_lab"]["true_class"] == label
        options = (*attack, "--largest", 6, "--label", label, "--no-crop", "--json")
        swept = json.loads(lab("sweep", portrait, *options).out)
        assert swept["true_class"] == label
        assert (swept["smallest_fooling_epsilon"] is None) == (label == wrong)
        assert any(swept["fooled"]) == (label == right)

    unframed = lab("attack", picture, *words[2:], "--label", right, "--json")
    assert json.loads(unframed.out)["true_class"] is None
    assert "No face was found" in unframed.err
    assert_one_sentence(lab(*words, "--label", "cat"), "'cat'")


def test_an_attack_states_its_threat_model(lab: Lab, tmp_path: Path, picture: Path) -> None:
    output = tmp_path / "attacked.png"
    options = ["--epsilon", "8/255", "--steps", "3", "--step-size", "2/255", "--seed", "5"]
    row = json.loads(
        lab(
            *("attack", picture, "--model", MODEL, "--attack", "pgd", *options),
            *("--restarts", "2", "--output", output, "--no-crop", "--json"),
        ).out
    )
    stated = row["threat_model"]
    assert stated["attack"] == "pgd"
    assert stated["norm"] == "linf"
    assert stated["epsilon"] == 8 / 255
    assert stated["step_size"] == 2 / 255
    assert (stated["steps"], stated["restarts"], stated["seed"]) == (3, 2, 5)
    card = checkpoints.read_card(checkpoints.locate(MODEL))
    assert (row["model"], row["model_sha256"]) == (MODEL, card.weights_sha256)
    assert (row["path"], row["output"], row["box"]) == (str(picture), str(output), None)


def test_an_attack_leaves_only_its_picture_behind(lab: Lab, tmp_path: Path, picture: Path) -> None:
    before = picture.read_bytes()
    options = ["--model", MODEL, "--attack", "fgsm", "--epsilon", "0.05", "--no-crop"]
    answer = lab("attack", picture, *options, "--output", tmp_path / "out.png")
    assert answer.code == 0
    assert "before:" in answer.out
    assert "after:" in answer.out
    assert "12.75/255 (0.05)" in answer.out
    assert {path.name for path in tmp_path.iterdir()} == {"picture.png", "out.png"}
    assert picture.read_bytes() == before


def test_the_same_seed_saves_the_same_picture(lab: Lab, tmp_path: Path, picture: Path) -> None:
    def saved(seed: int) -> bytes:
        options = ["--model", MODEL, "--attack", "pgd", "--steps", "1", "--epsilon", "8/255"]
        output = tmp_path / "out.png"
        lab("attack", picture, *options, "--seed", seed, "--output", output, "--no-crop")
        return output.read_bytes()

    first = saved(1)
    assert saved(1) == first
    assert saved(2) != first


@pytest.mark.parametrize(
    ("precision", "arithmetic"), [("exact", "float32"), ("fast", "float32, batch norm folded")]
)
def test_an_attack_states_its_precision(
    lab: Lab, tmp_path: Path, picture: Path, precision: str, arithmetic: str
) -> None:
    options = ["--model", MODEL, "--attack", "fgsm", "--epsilon", "8/255", "--no-crop"]
    words = ["attack", picture, *options, "--output", tmp_path / "out.png"]
    row = json.loads(lab(*words, "--precision", precision, "--json").out)
    assert (row["precision"], row["arithmetic"]) == (precision, arithmetic)
    exact = json.loads(lab(*words, "--json").out)
    assert row["before"]["confidence"] == pytest.approx(exact["before"]["confidence"], abs=1e-4)
    assert f"precision {precision}: {arithmetic}\n" in lab(*words, "--precision", precision).out


def test_the_cropped_face_is_what_is_attacked(lab: Lab, tmp_path: Path) -> None:
    output = tmp_path / "out.png"
    options = ["--model", MODEL, "--attack", "fgsm", "--epsilon", "8/255", "--output", output]
    row = json.loads(lab("attack", PORTRAIT, *options, "--json").out)
    found = faces.crop_face(images.decode(PORTRAIT.read_bytes()))
    assert row["box"] == found.box.as_list()
    saved = images.decode(output.read_bytes())
    assert np.abs(saved.astype(int) - found.image).max() <= 8


def test_the_lab_does_not_crop_again_what_it_saved(lab: Lab, tmp_path: Path) -> None:
    output = tmp_path / "fooled.png"
    options = ["--model", MODEL, "--attack", "fgsm", "--epsilon", "8/255", "--output", output]
    row = json.loads(lab("attack", PORTRAIT, *options, "--json").out)
    answer = lab("predict", output, "--model", MODEL, "--json")
    (again,) = json.loads(answer.out)
    assert again["box"] is None
    assert again["confidence"] == pytest.approx(row["after"]["confidence"], abs=1e-6)
    assert (
        "made by the lab: FGSM at 8/255 on mobilenetv3; it is judged as it is, not cropped again"
        in answer.err
    )
    made = again["made_by_the_lab"]
    assert (made["frame"], made["box"]) == ("face", row["box"])
    assert made["model_sha256"] == row["model_sha256"]
    assert not {"path", "output"} & made.keys()
    assert "\n" not in answer.err.strip()

    (cropped,) = json.loads(lab("predict", output, "--model", MODEL, "--crop", "--json").out)
    assert cropped["box"] is not None
    output.write_bytes(images.encode_png(images.decode(output.read_bytes())))
    unmarked = lab("predict", output, "--model", MODEL, "--json")
    assert json.loads(unmarked.out) == [cropped | {"made_by_the_lab": None}]
    assert "--no-crop" in unmarked.err


@pytest.mark.parametrize(
    ("words", "lost"),
    [
        (("--attack", "fgsm", "--norm", "l2", "--epsilon", "0.02"), True),
        (("--attack", "deepfool", "--norm", "l2", "--epsilon", "8/255"), True),
        (("--attack", "fgsm", "--epsilon", "0.002"), True),
        (("--attack", "bim", "--steps", "2", "--step-size", "0.0001", "--epsilon", "8/255"), True),
        (("--attack", "fgsm", "--epsilon", "1/255"), False),
    ],
    ids=["short l2", "short way out", "below a level", "short steps", "one level"],
)
def test_an_attack_that_rounding_undoes_is_told(
    lab: Lab, tmp_path: Path, picture: Path, words: tuple[str, ...], lost: bool
) -> None:
    options = ["--model", MODEL, *words, "--output", tmp_path / "out.png", "--no-crop", "--json"]
    answer = lab("attack", picture, *options)
    row = json.loads(answer.out)
    assert row["rounded_away"] is lost
    assert (row["linf"] == 0.0) is row["unmoved"] is (row["outcome"] == "unmoved") is lost
    assert ("Rounding to 8 bits undoes" in answer.err) is lost


def test_a_picture_that_the_attack_leaves_as_it_is_is_told(
    lab: Lab, tmp_path: Path, picture: Path
) -> None:
    words = ("--attack", "cw", "--set", "confidence=1e6", "--set", "steps=1", "--set", "searches=1")
    options = ["--model", MODEL, *words, "--epsilon", "3", "--output", tmp_path / "out.png"]
    answer = lab("attack", picture, *options, "--no-crop", "--json")
    row = json.loads(answer.out)
    assert (row["linf"], row["rounded_away"], row["outcome"]) == (0.0, False, "unmoved")
    result = lab("attack", picture, *options, "--no-crop").out.splitlines()[2]
    assert result.startswith("unmoved: ")
    assert "says nothing of robustness" in result
    assert "leaves 1 of 1 images exactly as they are" in answer.err


def test_a_target_that_is_already_reached_is_refused(
    lab: Lab, tmp_path: Path, picture: Path
) -> None:
    (row,) = json.loads(lab("predict", picture, "--model", MODEL, "--no-crop", "--json").out)
    options = ["--model", MODEL, "--attack", "fgsm", "--epsilon", "0.1", "--target", row["label"]]
    output = tmp_path / "out.png"
    answer = lab("attack", picture, *options, "--output", output, "--no-crop")
    assert_one_sentence(answer, row["label"])
    assert not output.exists()
