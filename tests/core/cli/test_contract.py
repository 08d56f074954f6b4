"""The command line keeps its contract: JSON with these keys, or one sentence and exit code 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import MODEL, PORTRAIT, ROOT, Answer, Lab, loaded, started
from numpy.typing import NDArray

from facemask_core.data import datasets, samples
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints
from facemask_core.pictures import faces, images


def pixels(seed: int = 0, height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    path.write_bytes(images.encode_png(pixels()))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three pictures a class, and one file that is none."""
    for seed in range(6):
        path = tmp_path / "data" / LABELS[seed % 2] / f"{seed}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(images.encode_png(pixels(seed)))
    (tmp_path / "data" / "with_mask" / "notes.txt").write_text("no picture")
    return tmp_path / "data"


def assert_one_sentence(answer: Answer, *words: str) -> None:
    assert answer.code == 2, answer
    assert answer.out == "", answer.out
    assert "\n" not in answer.err.strip(), answer.err
    assert answer.err.rstrip().endswith("."), answer.err
    for word in words:
        assert word in answer.err


def assert_verdict(row: dict[str, Any]) -> None:
    assert row["label"] in LABELS
    assert tuple(row["probabilities"]) == LABELS
    assert sum(row["probabilities"].values()) == pytest.approx(1)
    assert row["confidence"] == row["probabilities"][row["label"]]
    assert row["confidence"] == max(row["probabilities"].values())


# Help and models


def test_help_does_not_start_the_numerical_backend() -> None:
    code = (
        "import sys\n"
        "from facemask_core.cli import main\n"
        "sys.argv = ['facemask_core', *sys.argv[1:]]\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as ended:\n"
        "    heavy = {'keras', 'tensorflow', 'jax', 'cv2', 'sklearn'} & set(sys.modules)\n"
        "    sys.exit(f'loaded {heavy}' if heavy else ended.code)\n"
    )
    for words in (["--help"], ["attack", "--help"]):
        child = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert child.returncode == 0, child.stderr
        assert "Usage" in child.stdout


COMMANDS = (
    *("models", "attacks", "predict", "attack", "sweep", "evaluate", "curve", "smallest"),
    *("transfer", "survive", "defend", "check", "train", "download", "runs", "work", "jobs"),
    *("reproduce", "app"),
)


def test_help_lists_every_command(lab: Lab) -> None:
    answer = lab("--help")
    assert answer.code == 0
    for command in COMMANDS:
        assert f"  {command} " in answer.out


@pytest.mark.parametrize(
    "words",
    [
        ("predict",),
        ("predict", "a.png"),
        ("attack", "a.png", "--model", MODEL, "--attack", "fgsm", "--epsilon", "0.1"),
        ("evaluate", "--model", MODEL),
        ("evaluate", "--model", MODEL, "--data", "x", "--limit", "many"),
        ("survive", "--model", MODEL, "--data", "x"),
        ("survive", "--model", MODEL, "--data", "x", "--epsilon", "0.1", "--quality", "good"),
        ("defend", "--model", MODEL, "--epsilon", "0.1"),
        ("conquer",),
        ("models", "--xml"),
    ],
)
def test_wrong_usage_is_explained(lab: Lab, words: tuple[str, ...]) -> None:
    answer = lab(*words)
    assert answer.code == 2
    assert answer.out == ""
    assert "Usage" in answer.err
    assert "Traceback" not in answer.err


def test_models_are_listed_with_their_figures(lab: Lab) -> None:
    rows = json.loads(lab("models", "--json").out)
    assert [row["name"] for row in rows] == list(checkpoints.available())
    for row in rows:
        card = checkpoints.read_card(checkpoints.locate(row["name"]))
        assert row["backbone"] == card.backbone
        assert row["initial_weights"] == card.initial_weights
        assert row["weights_sha256"] == card.weights_sha256
        assert row["balanced_accuracy"].keys() == card.metrics.keys()
        assert all(0 <= value <= 1 for value in row["balanced_accuracy"].values())


def test_models_are_listed_for_people(lab: Lab) -> None:
    answer = lab("models")
    assert answer.code == 0
    assert MODEL in answer.out
    assert "%" in answer.out


# Predicting


def test_predicting_prints_one_row_a_picture(lab: Lab, tmp_path: Path, picture: Path) -> None:
    other = tmp_path / "ünï cödé.png"
    other.write_bytes(images.encode_png(pixels(1)))
    answer = lab("predict", picture, other, "--model", MODEL, "--no-crop", "--json")
    assert answer.code == 0
    assert answer.err == ""
    rows = json.loads(answer.out)
    assert [row["path"] for row in rows] == [str(picture), str(other)]
    for row in rows:
        assert row.keys() == {
            "path",
            "label",
            "confidence",
            "probabilities",
            "box",
            "wears_drawn_mask",
        }
        assert row["box"] is None
        assert_verdict(row)


def test_the_printed_probabilities_are_the_models_own(lab: Lab, picture: Path) -> None:
    (row,) = json.loads(lab("predict", picture, "--model", MODEL, "--no-crop", "--json").out)
    logits = loaded(MODEL, warm_up=False).predict(images.to_float(images.resize(pixels()))[None])
    odds = np.exp(float(logits[0, 1]) - float(logits[0, 0]))
    assert row["probabilities"]["with_mask"] == pytest.approx(odds / (1 + odds), abs=1e-6)


def test_predicting_tells_people_label_and_confidence(lab: Lab, picture: Path) -> None:
    answer = lab("predict", picture, "--model", MODEL, "--no-crop")
    assert answer.code == 0
    assert answer.out.startswith(f"{picture}: ")
    assert any(f": {label}, confidence " in answer.out for label in LABELS)


def test_the_face_is_cropped_and_its_box_told(lab: Lab) -> None:
    answer = lab("predict", PORTRAIT, "--model", MODEL, "--json")
    assert answer.code == 0
    (row,) = json.loads(answer.out)
    height, width = images.decode(PORTRAIT.read_bytes()).shape[:2]
    assert len(row["box"]) == 4
    assert all(isinstance(value, int) for value in row["box"])
    assert all(-max(height, width) < value < 2 * max(height, width) for value in row["box"])
    assert_verdict(row)


def test_a_picture_without_a_face_is_used_whole_and_that_is_said(lab: Lab, picture: Path) -> None:
    cropped = lab("predict", picture, "--model", MODEL, "--json")
    assert cropped.code == 0
    assert "no face" in cropped.err
    (row,) = json.loads(cropped.out)
    assert row["box"] is None
    whole = json.loads(lab("predict", picture, "--model", MODEL, "--no-crop", "--json").out)
    assert row == whole[0]


def test_one_bad_picture_does_not_cost_the_others(lab: Lab, tmp_path: Path, picture: Path) -> None:
    answer = lab("predict", tmp_path / "gone.png", picture, "--model", MODEL, "--no-crop", "--json")
    assert answer.code == 2
    assert [row["path"] for row in json.loads(answer.out)] == [str(picture)]
    assert "gone.png" in answer.err
    assert "\n" not in answer.err.strip()


def test_a_model_may_be_given_by_its_folder(lab: Lab, picture: Path) -> None:
    folder = checkpoints.locate(MODEL)
    by_folder = lab("predict", picture, "--model", folder, "--no-crop", "--json")
    by_name = lab("predict", picture, "--model", MODEL, "--no-crop", "--json")
    assert by_folder.out == by_name.out


def test_a_file_name_that_is_no_unicode_does_not_crash(lab: Lab, tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    try:
        path.write_bytes(images.encode_png(pixels()))
    except OSError:
        pytest.skip("this file system only takes Unicode names")
    assert lab("predict", path, "--model", MODEL, "--no-crop").code == 0


# Attacking


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
    assert row["outcome"] == (
        "fooled" if row["after"]["label"] != row["before"]["label"] else "held"
    )


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


def test_a_target_that_is_already_reached_is_refused(
    lab: Lab, tmp_path: Path, picture: Path
) -> None:
    (row,) = json.loads(lab("predict", picture, "--model", MODEL, "--no-crop", "--json").out)
    options = ["--model", MODEL, "--attack", "fgsm", "--epsilon", "0.1", "--target", row["label"]]
    output = tmp_path / "out.png"
    answer = lab("attack", picture, *options, "--output", output, "--no-crop")
    assert_one_sentence(answer, row["label"])
    assert not output.exists()


# Evaluating


def evaluated(lab: Lab, data: Path, *options: Any) -> tuple[Answer, dict[str, Any]]:
    path = data.parent / "report.json"
    answer = lab("evaluate", "--model", MODEL, "--data", data, "--json", path, *options)
    assert answer.code == 0, answer.err
    return answer, json.loads(path.read_text(encoding="utf-8"))


def assert_figures(figures: dict[str, Any], total: int) -> None:
    assert figures.keys() >= {"accuracy", "balanced_accuracy", "confusion_matrix", "report"}
    matrix = np.array(figures["confusion_matrix"])
    assert matrix.shape == (2, 2)
    assert matrix.sum() == total
    assert figures["accuracy"] == pytest.approx(np.trace(matrix) / total)
    recalls = [matrix[row, row] / matrix[row].sum() for row in (0, 1)]
    assert figures["balanced_accuracy"] == pytest.approx(np.mean(recalls))
    assert set(LABELS) <= figures["report"].keys()
    assert [figures["report"][name]["support"] for name in LABELS] == matrix.sum(axis=1).tolist()


def test_an_evaluation_reports_before_and_after_the_attack(lab: Lab, data: Path) -> None:
    answer, report = evaluated(lab, data, "--attack", "fgsm", "--epsilon", "8/255", "--seed", "3")
    assert report.keys() >= {
        "model",
        "model_sha256",
        "data_sha256",
        "threat_model",
        "images",
        "skipped",
        "seconds",
        "clean",
        "adversarial",
    }
    assert report["model"] == MODEL
    assert report["model_sha256"] == checkpoints.sha256(
        checkpoints.locate(MODEL) / checkpoints.WEIGHTS_FILE
    )
    assert report["data_sha256"] == datasets.fingerprint(datasets.open_dataset(data))
    assert report["threat_model"]["epsilon"] == 8 / 255
    assert report["threat_model"]["attack"] == "fgsm"
    assert report["threat_model"]["seed"] == 3
    assert report["images"] == 6
    assert [entry["path"] for entry in report["skipped"]] == ["with_mask/notes.txt"]
    assert "not a picture" in report["skipped"][0]["reason"]
    assert report["seconds"] > 0
    assert_figures(report["clean"], 6)
    assert_figures(report["adversarial"], 6)
    assert "6 images, 1 skipped" in answer.out
    assert "with_mask/notes.txt" in answer.out
    assert "adversarial" in answer.out


def test_an_evaluation_states_its_precision(lab: Lab, data: Path) -> None:
    answer, exact = evaluated(lab, data)
    assert (exact["precision"], exact["arithmetic"]) == ("exact", "float32")
    assert answer.out.endswith("precision exact: float32\n")
    answer, fast = evaluated(lab, data, "--precision", "fast")
    assert (fast["precision"], fast["arithmetic"]) == ("fast", "float32, batch norm folded")
    assert answer.out.endswith("precision fast: float32, batch norm folded\n")
    assert fast["clean"]["confusion_matrix"] == exact["clean"]["confusion_matrix"]


def test_an_attack_never_raises_the_mean_confidence_in_the_truth(lab: Lab, data: Path) -> None:
    _, report = evaluated(lab, data, "--attack", "pgd", "--steps", "5", "--epsilon", "8/255")
    assert report["mean_confidence_drop"] >= 0
    assert report["adversarial"]["accuracy"] <= report["clean"]["accuracy"]


def test_an_evaluation_without_an_attack_has_no_adversarial_part(lab: Lab, data: Path) -> None:
    answer, report = evaluated(lab, data)
    assert report["threat_model"] is None
    assert report["adversarial"] is None
    assert_figures(report["clean"], 6)
    assert "adversarial" not in answer.out


def test_an_evaluation_leaves_a_redirected_stderr_empty(lab: Lab, data: Path) -> None:
    """Progress is for terminals; in a log file even an empty line is noise."""
    answer, _ = evaluated(lab, data)
    assert answer.err == ""


def test_the_limit_keeps_both_classes(lab: Lab, data: Path) -> None:
    _, report = evaluated(lab, data, "--limit", "2")
    assert report["images"] == 2
    assert np.array(report["clean"]["confusion_matrix"]).sum(axis=1).tolist() == [1, 1]


def test_a_single_picture_is_reported_without_a_warning(
    lab: Lab, data: Path, recwarn: pytest.WarningsRecorder
) -> None:
    """With one class missing, scikit-learn warns where a user would read it as an error."""
    _, report = evaluated(lab, data, "--limit", "1")
    assert report["images"] == 1
    assert [str(warning.message) for warning in recwarn] == []


def test_the_shipped_gallery_can_be_cropped_and_evaluated(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    options = ["--model", MODEL, "--data", samples.GALLERY_DIR, "--limit", 4, "--json", path]
    assert lab("evaluate", *options, "--crop").code == 0
    cropped = json.loads(path.read_text(encoding="utf-8"))
    assert lab("evaluate", *options).code == 0
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert (cropped["crop"], whole["crop"]) == (True, False)
    assert cropped["images"] == whole["images"] == 4
    assert cropped["data_sha256"] == whole["data_sha256"]


def test_a_dataset_without_one_readable_picture_is_refused(lab: Lab, tmp_path: Path) -> None:
    for label in LABELS:
        (tmp_path / label).mkdir()
        (tmp_path / label / "bad.png").write_bytes(b"bad")
    answer = lab("evaluate", "--model", MODEL, "--data", tmp_path)
    assert_one_sentence(answer, "bad.png")


def test_an_evaluation_tells_calibration_and_speed(lab: Lab, data: Path) -> None:
    answer, report = evaluated(lab, data, "--attack", "fgsm", "--epsilon", "8/255")
    for part in ("clean", "adversarial"):
        found = report[part]["calibration"]
        assert 0 <= found["expected_calibration_error"] <= 1
        assert sum(entry["count"] for entry in found["bins"]) == 6
    found = report["clean"]["calibration"]
    assert f"expected calibration error {found['expected_calibration_error']:.4f}" in answer.out
    assert f"Brier score {found['brier_score']:.4f}" in answer.out
    speed = report["speed"]
    assert speed["forward_ms_per_image"] > 0
    assert speed["attack_ms_per_image"] > 0
    assert f"forward {speed['forward_ms_per_image']:.2f} ms an image" in answer.out
    assert f"attack {speed['attack_ms_per_image']:.2f} ms" in answer.out
    assert speed["device"] in answer.out
    assert ("compilation perhaps included" in answer.out) == speed["first_batch_included"]
    assert report["sources"] == {}
    assert "source" not in answer.out


def test_a_manifest_gives_a_row_for_each_source(lab: Lab, data: Path) -> None:
    rows = ["path,source", "data/with_mask/1.png,web", "data/without_mask/0.png,own photographs"]
    (data.parent / "manifest.csv").write_text("\n".join([*rows, "data/with_mask/3.png,web"]))
    answer, report = evaluated(lab, data, "--attack", "fgsm", "--epsilon", "8/255")
    assert {name: row["images"] for name, row in report["sources"].items()} == {
        "own photographs": 1,
        "web": 2,
    }
    lines = answer.out.splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("source "))
    assert lines[start].split() == ["source", "images", "accuracy", "balanced", "robust"]
    for line, (name, row) in zip(lines[start + 1 :], report["sources"].items(), strict=False):
        shares = (row["accuracy"], row["balanced_accuracy"], row["robust_accuracy"])
        cells = [str(row["images"]), *(f"{share:.4f}" for share in shares)]
        assert line.startswith(name)
        assert line.removeprefix(name).split() == cells
    assert "without a source in the manifest: 3 images" in answer.out

    answer, report = evaluated(lab, data)
    assert all("robust_accuracy" not in row for row in report["sources"].values())
    assert "robust" not in answer.out


def test_a_broken_manifest_is_told_and_does_not_stop_the_evaluation(lab: Lab, data: Path) -> None:
    (data.parent / "manifest.csv").write_text("file,origin\n")
    answer, report = evaluated(lab, data)
    assert report["sources"] == {}
    assert "manifest.csv" in report["sources_problem"]
    assert f"no figures per source: {report['sources_problem']}" in answer.out
    assert_figures(report["clean"], 6)


def test_a_skipped_file_of_any_name_can_be_reported(lab: Lab, data: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(data) + b"/with_mask/caf\xe9.png")).write_bytes(b"bad")
    except OSError:
        pytest.skip("this file system only takes Unicode names")
    _, report = evaluated(lab, data)
    assert len(report["skipped"]) == 2


def test_a_skipped_files_name_moves_no_cursor_and_makes_no_line(lab: Lab, data: Path) -> None:
    (data / "with_mask" / "a\x1b[2J\nb.png").write_bytes(b"bad")
    answer, _ = evaluated(lab, data)
    assert r"skipped with_mask/a\x1b[2J\nb.png: " in answer.out
    assert "\x1b" not in answer.out


# One sentence and exit code 2


ATTACK = ("attack", "PICTURE", "--model", MODEL, "--no-crop", "--output", "OUT.png")
EVALUATE = ("evaluate", "--model", MODEL, "--data", "DATA")
SURVIVE = ("survive", "--model", MODEL, "--data", "DATA", "--epsilon", "0.1")
DEFEND = ("defend", "--model", MODEL, "--data", "DATA", "--epsilon", "0.1")
TRAIN = ("train", "--model", MODEL, "--data", "DATA", "--output", "TMP/run")
FGSM = ("--attack", "fgsm")
PGD = ("--attack", "pgd", "--epsilon", "0.1")
REFUSED: list[tuple[tuple[str, ...], str]] = [
    (("predict", "PICTURE", "--model", "nosuch"), "nosuch"),
    (("predict", "PICTURE", "--model", ""), "no model"),
    (("predict", "PICTURE", "--model", "../../etc"), "../../etc"),
    (("predict", "TMP/gone.png", "--model", MODEL), "gone.png"),
    (("predict", "TMP", "--model", MODEL), "directory"),
    (("predict", "DATA/with_mask/notes.txt", "--model", MODEL), "not a picture"),
    ((*ATTACK, "--attack", "ddn", "--epsilon", "0.1"), "'ddn'"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--steps", "5"), "steps"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--restarts", "2"), "restarts"),
    ((*ATTACK, *FGSM, "--epsilon", "abc"), "'abc'"),
    ((*ATTACK, *FGSM, "--epsilon", ""), "0.05"),
    ((*ATTACK, *FGSM, "--epsilon", "8/0"), "'8/0'"),
    ((*ATTACK, *FGSM, "--epsilon", "-1"), "negative"),
    ((*ATTACK, *FGSM, "--epsilon", "2"), "from 0 to 1"),
    ((*ATTACK, *FGSM, "--epsilon", "nan"), "'nan'"),
    ((*ATTACK, *FGSM, "--epsilon", "inf"), "'inf'"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--norm", "l3"), "'l3'"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--target", "cat"), "'cat'"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--seed", "-1"), "seed"),
    ((*ATTACK, *PGD, "--steps", "0"), "steps"),
    ((*ATTACK, *PGD, "--restarts", "0"), "restarts"),
    ((*ATTACK, *PGD, "--step-size", "x"), "'x'"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--output", "TMP/out.jpg"), ".png"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--output", "TMP/no/out.png"), "cannot be written"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--model", "nosuch"), "nosuch"),
    ((*ATTACK, *FGSM, "--epsilon", "0.1", "--precision", "half"), "exact, fast"),
    (("attack", "TMP/gone.png", *ATTACK[2:], *FGSM, "--epsilon", "0.1"), "gone.png"),
    (("attack", "TMP", *ATTACK[2:], *FGSM, "--epsilon", "0.1"), "directory"),
    ((*EVALUATE, "--data", "TMP/nowhere"), "nowhere"),
    ((*EVALUATE, "--data", "PICTURE"), "picture.png"),
    ((*EVALUATE, "--data", "TMP"), "'data'"),
    ((*EVALUATE, *FGSM), "--epsilon"),
    ((*EVALUATE, "--epsilon", "0.1"), "--attack"),
    ((*EVALUATE, "--steps", "3"), "--attack"),
    ((*EVALUATE, "--stop-early"), "--attack"),
    ((*EVALUATE, *FGSM, "--epsilon", "0.1", "--stop-early"), "stop_early"),
    ((*EVALUATE, *FGSM, "--epsilon", "2"), "from 0 to 1"),
    ((*EVALUATE, "--attack", "ddn", "--epsilon", "0.1"), "'ddn'"),
    ((*EVALUATE, "--limit", "0"), "limit"),
    ((*EVALUATE, "--model", "nosuch"), "nosuch"),
    ((*EVALUATE, "--precision", "float8"), "'float8'"),
    ((*EVALUATE, "--store", "PICTURE"), "cannot be written"),
    ((*EVALUATE, "--store", "TMP/home", "--no-store"), "not both"),
    ((*EVALUATE, *FGSM, "--epsilon", "0.1", "--seed", "-1"), "seed"),
    ((*EVALUATE, "--engine", "spark"), "choose one of local, ray"),
    ((*EVALUATE, "--address", "head:6379"), "--engine ray"),
    ((*EVALUATE, "--workers", "2"), "--engine ray"),
    ((*EVALUATE, "--engine", "ray", "--workers", "0"), "at least 1"),
    ((*EVALUATE, "--engine", "ray", "--address", "head"), "HOST:PORT"),
    ((*SURVIVE, "--quality", "0"), "from 1 to 100"),
    ((*SURVIVE, "--epsilon", "2"), "from 0 to 1"),
    ((*SURVIVE, "--set", "target=with_mask"), "untargeted"),
    ((*SURVIVE, "--data", "TMP/nowhere"), "nowhere"),
    ((*SURVIVE, "--limit", "0"), "limit"),
    ((*SURVIVE, "--json", "TMP/no/answer.json"), "cannot be written"),
    ((*DEFEND, "--defence", "prayer"), "choose one of jpeg"),
    ((*DEFEND, "--defence", "jpeg:"), "jpeg:75"),
    ((*DEFEND, "--defence", "jpeg:good"), "'good'"),
    ((*DEFEND, "--defence", "jpeg:0"), "from 1 to 100"),
    ((*DEFEND, "--defence", "bit_depth:2.5"), "bit_depth:3"),
    ((*DEFEND, "--defence", "blur:nan"), "sigma"),
    ((*DEFEND, "--epsilon", "2"), "from 0 to 1"),
    ((*DEFEND, "--set", "target=with_mask"), "untargeted"),
    ((*DEFEND, "--attack", "transfer"), "--source"),
    ((*DEFEND, "--model", "nosuch"), "nosuch"),
    *(
        ((command, *words, "--model", MODEL, "--precision", "half"), "exact, fast")
        for command, *words in (
            ("sweep", "PICTURE", "--no-crop"),
            ("curve", "--data", "DATA"),
            ("smallest", "--data", "DATA"),
            ("transfer", "--data", "DATA", "--epsilon", "0.1"),
            ("check", "--data", "DATA"),
            SURVIVE,
            DEFEND,
        )
    ),
    ((*TRAIN, "--schedule", "x"), "'x'"),
    ((*TRAIN, "--schedule", ""), "SIZE:EPOCHS"),
    ((*TRAIN, "--schedule", "128"), "SIZE:EPOCHS"),
    ((*TRAIN, "--schedule", "128:1:1"), "SIZE:EPOCHS"),
    ((*TRAIN, "--schedule", "128:0"), "epochs"),
    ((*TRAIN, "--schedule", "8:1"), "32"),
    ((*TRAIN, "--model", "inceptionv3", "--schedule", "64:5"), "75 px"),
    ((*TRAIN, "--seed", "4294967296"), "4294967295"),
    ((*TRAIN, "--warmup-epochs", "inf"), "warm-up is inf"),
    ((*TRAIN, "--adversarial", "fgsm", "--epsilon-warmup", "inf"), "warm-up is inf"),
    ((*TRAIN, "--batch-size", "1"), "batch size"),
    ((*TRAIN, "--model", "alexnet"), "alexnet"),
    ((*TRAIN, "--recipe", "secret"), "'secret'"),
    ((*TRAIN, "--stage", "melted"), "'melted'"),
    ((*TRAIN, "--stage", "frozen"), "not worth freezing"),
    ((*TRAIN, "--precision", "float8"), "'float8'"),
    ((*TRAIN, "--adversarial", "cw"), "'cw'"),
    ((*TRAIN, "--adversarial", "fgsm", "--train-epsilon", "x"), "'x'"),
    ((*TRAIN, "--adversarial", "fgsm", "--train-epsilon", "0"), "epsilon"),
    ((*TRAIN, "--adversarial", "pgd", "--train-steps", "0"), "step"),
    ((*TRAIN, "--trades", "6"), "--adversarial"),
    ((*TRAIN, "--data", "TMP/nowhere"), "nowhere"),
    ((*TRAIN, "--data", "DATA"), "too small"),
]


@pytest.mark.parametrize(("words", "clue"), REFUSED, ids=[" ".join(words) for words, _ in REFUSED])
def test_bad_input_ends_with_one_sentence(
    lab: Lab, tmp_path: Path, picture: Path, data: Path, words: tuple[str, ...], clue: str
) -> None:
    places = {"PICTURE": picture, "DATA": data, "TMP": tmp_path, "OUT.png": tmp_path / "OUT.png"}
    filled = []
    for word in words:
        head, slash, rest = word.partition("/")
        filled.append(f"{places[head]}{slash}{rest}" if head in places else word)
    before = set(tmp_path.rglob("*"))
    assert_one_sentence(lab(*filled), clue)
    assert set(tmp_path.rglob("*")) == before, "a refusal left files behind"


def test_a_report_that_cannot_be_written_is_told(lab: Lab, data: Path, tmp_path: Path) -> None:
    path = tmp_path / "no" / "report.json"
    answer = lab("evaluate", "--model", MODEL, "--data", data, "--json", path)
    assert_one_sentence(answer, "cannot be written")


def test_a_folder_in_place_of_the_output_is_told(lab: Lab, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "out.png").mkdir()
    options = ["--model", MODEL, *FGSM, "--epsilon", "0.1", "--no-crop"]
    answer = lab("attack", picture, *options, "--output", tmp_path / "out.png")
    assert_one_sentence(answer, "cannot be written")
    assert {path.name for path in tmp_path.iterdir()} == {"picture.png", "out.png"}


def _split(data: Path) -> Path:
    """The smallest set that training accepts."""
    split = data.parent / "split"
    for name in datasets.SPLITS:
        for label in LABELS:
            (split / name / label).mkdir(parents=True)
            (split / name / label / "a.png").write_bytes(images.encode_png(pixels()))
    return split


def test_training_does_not_overwrite_a_finished_model(lab: Lab, data: Path) -> None:
    split = _split(data)
    finished = checkpoints.locate(MODEL)
    before = checkpoints.sha256(finished / checkpoints.WEIGHTS_FILE)
    answer = lab("train", "--model", MODEL, "--data", split, "--output", finished)
    assert_one_sentence(answer, "finished model")
    assert checkpoints.sha256(finished / checkpoints.WEIGHTS_FILE) == before


@pytest.mark.parametrize(
    ("options", "clue"),
    [
        (("--init", "nosuch"), "cannot start from 'nosuch'"),
        (("--init", "gone.safetensors"), "gone.safetensors is missing"),
        (("--recipe", "paper"), "internet"),
    ],
    ids=["model", "file", "offline"],
)
def test_a_start_that_cannot_be_had_is_told(
    lab: Lab,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    clue: str,
) -> None:
    for protocol in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(protocol, "http://127.0.0.1:9")
    monkeypatch.setattr("facemask_core.compat.keras_home", lambda: tmp_path / "keras")
    split = _split(data)
    run = data.parent / "run"
    answer = lab("train", "--model", MODEL, "--data", split, "--output", run, *options)
    assert_one_sentence(answer, clue)
    assert not run.exists()


# As a user starts it


def test_a_started_process_keeps_stdout_clean_when_it_refuses(tmp_path: Path) -> None:
    assert_one_sentence(started("predict", tmp_path / "x.png", "--model", "nosuch"), "nosuch")


def test_a_started_process_prints_nothing_but_json(tmp_path: Path, picture: Path) -> None:
    output = tmp_path / "out.png"
    answer = started(
        *("attack", picture, "--model", MODEL, "--attack", "fgsm", "--epsilon", "8/255"),
        *("--output", output, "--no-crop", "--json"),
    )
    assert answer.code == 0, answer.err
    assert json.loads(answer.out)["output"] == str(output)
    assert answer.err == ""
    assert output.exists()
