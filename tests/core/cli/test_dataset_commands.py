"""Attacks, sweeps, searches and checks on the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command_line import MODEL, PORTRAIT, Lab
from PIL import Image

from facemask_core import attacks, checks, defences, robustness
from facemask_core.cli.attack_options import make_defences
from facemask_core.cli.terminal import print_dead_gradients
from facemask_core.data import datasets, samples
from facemask_core.evaluation.survival import jpeg_form
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK, parse_label
from facemask_core.models import checkpoints
from facemask_core.pictures import faces, images
from facemask_core.robustness.transfer_matrix import TransferMatrix


def test_the_attacks_are_listed_with_their_settings(lab: Lab) -> None:
    rows = json.loads(lab("attacks", "--json").out)
    assert [row["name"] for row in rows] == list(attacks.names())
    by_name = {row["name"]: row for row in rows}
    assert by_name["pgd"]["settings"]["steps"] == 20
    assert by_name["square"]["knowledge"] == "black box"
    assert "1608.04644" in by_name["cw"]["reference"]
    assert "decay=1.0" in lab("attacks").out


@pytest.mark.parametrize("command", ["curve", "survive", "defend"])
@pytest.mark.slow
def test_a_length_in_l2_is_written_as_one(lab: Lab, command: str) -> None:
    epsilon = "--epsilons" if command == "curve" else "--epsilon"
    few = ("--data", samples.GALLERY_DIR, "--limit", 1)
    defence = ("--defence", "jpeg:75") if command == "defend" else ()
    words = ("--model", MODEL, "--attack", "fgsm", "--set", "norm=l2", epsilon, "1.5", *defence)
    said = lab(command, *words, *few).out
    assert "1.5" in said
    assert "382" not in said  # 1.5 in levels of 255


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


def test_a_transfer_matrix_is_written_and_printed(
    lab: Lab, answer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure = robustness.measure_transfer

    def measure_lopsided(*args: Any, **kwargs: Any) -> TransferMatrix:
        """As if what is made on the first model always fooled the second."""
        matrix = measure(*args, **kwargs)
        adversarial = matrix.adversarial.copy()
        adversarial[0, 1] = 1 - matrix.labels
        return replace(matrix, models=("first", "second"), adversarial=adversarial)

    monkeypatch.setattr(robustness, "measure_transfer", measure_lopsided)
    found = lab(
        *("transfer", "--model", MODEL, "--model", MODEL, *GALLERY),
        *("--epsilon", "4/255", "--json", answer),
    )
    stated = json.loads(answer.read_text())
    own, carried = stated["robust_accuracy"][0]
    assert own > carried == 0.0
    assert stated["robust_accuracy"][1] == [own, own]
    rows = [line.split() for line in found.out.splitlines()]
    assert rows[1] == ["made", "on", "first", "second"]
    assert rows[2] == ["(clean)", *(f"{value:.4f}" for value in stated["clean_accuracy"])]
    assert rows[3] == ["first", f"{own:.4f}", "0.0000"]
    assert rows[4] == ["second", f"{own:.4f}", f"{own:.4f}"]
    assert rows[6:8] == [
        [name, *map(str, counts)]
        for name, counts in zip(stated["models"], stated["unmoved"], strict=True)
    ]


def test_survival_is_written_and_printed(lab: Lab, answer: Path) -> None:
    words = ("--model", MODEL, *GALLERY, "--epsilon", "8/255", "--attack", "fgsm", "--json", answer)
    found = lab("survive", *words, "--quality", 90, "--quality", 40)
    stated = json.loads(answer.read_text())
    forms = ["float", "8 bits", "PNG", jpeg_form(90), jpeg_form(40)]
    assert stated["images"] == 8
    for key in ("success_rates", "survival_rates", "error_rates"):
        assert list(stated[key]) == forms
    assert stated["success_rates"]["8 bits"] == stated["success_rates"]["PNG"]
    assert stated["threat_model"]["epsilon"] == 8 / 255
    assert stated["dead_gradients"] == 0
    for form in forms:
        rates = (stated[key][form] for key in ("success_rates", "survival_rates", "error_rates"))
        cells = ("none" if rate is None else f"{rate:.4f}" for rate in rates)
        line = next(line for line in found.out.splitlines() if line.startswith(f"{form} "))
        assert line.removeprefix(form).split() == list(cells)
    assert "loss margin" in found.out
    lab("evaluate", *words)
    alone = json.loads(answer.read_text())
    assert stated["success_rates"]["float"] == pytest.approx(alone["success_rate"])
    assert stated["already_wrong"] == round(8 * (1 - alone["clean"]["accuracy"]))


@pytest.mark.slow
def test_defences_are_compared_in_writing_and_print(lab: Lab, answer: Path) -> None:
    words = ("--model", MODEL, *GALLERY, "--epsilon", "2/255", "--attack", "fgsm", "--json", answer)
    random = ("--defence", "random_resize:0.9", "--draws", "2")
    found = lab("defend", *words, "--defence", "jpeg:60", "--defence", "blur", *random)
    stated = json.loads(answer.read_text())
    jpeg, blur, resize = stated["defences"]
    assert (resize["smallest"], resize["adaptive_draws"]) == (0.9, 2)
    one_draw = (
        f"by one draw at each step robust accuracy is {resize['one_draw']['robust_accuracy']:.4f}"
    )
    assert "by the gradient's mean over 2 draws at each step" in found.out
    assert one_draw in found.out
    assert (jpeg["label"], jpeg["defence"], jpeg["quality"]) == ("JPEG 60", "jpeg", 60)
    assert (blur["label"], blur["defence"], blur["sigma"]) == ("blur 1", "blur", 1.0)
    for row in (jpeg, blur, resize):
        for attack in ("naive", "adaptive"):
            robust = row["clean_accuracy"] * (1 - row[attack]["success_rate"])
            assert row[attack]["robust_accuracy"] == pytest.approx(robust)
        figures = (
            row["clean_accuracy"],
            *(row[attack]["robust_accuracy"] for attack in ("naive", "adaptive")),
            *(row[attack]["success_rate"] for attack in ("naive", "adaptive")),
        )
        line = next(line for line in found.out.splitlines() if line.startswith(row["label"]))
        assert line.removeprefix(row["label"]).split() == [f"{share:.4f}" for share in figures]
    assert stated["threat_model"]["epsilon"] == 2 / 255
    assert "loss margin" in found.out
    lab("evaluate", *words)
    alone = json.loads(answer.read_text())
    assert stated["undefended"]["clean_accuracy"] == alone["clean"]["accuracy"]
    assert stated["undefended"]["success_rate"] == pytest.approx(alone["success_rate"])


def test_every_defence_is_chosen_by_name_and_strength() -> None:
    assert make_defences(None) == [defences.make(name) for name in defences.names()]
    chosen = make_defences(["blur:1.5", "bit_depth:2", "jpeg"])
    assert chosen == [
        defences.make("blur", sigma=1.5),
        defences.make("bit_depth", bits=2),
        defences.make("jpeg"),
    ]


EPSILON = ("--attack", "fgsm", "--epsilon", "2/255")
SEARCHES: dict[str, tuple[Any, ...]] = {
    "curve": ("--epsilons", "2/255"),
    "smallest": ("--largest", 2),
    "transfer": EPSILON,
    "survive": (*EPSILON, "--quality", 75),
    "defend": (*EPSILON, "--defence", "bit_depth"),
    "check": EPSILON,
}


def searched(lab: Lab, answer: Path, command: str, *more: Any) -> tuple[dict[str, Any], str]:
    """The command's JSON and its text, which the checklist gives one at a time."""
    words = (command, "--model", MODEL, *SEARCHES[command], *more)
    if command == "check":
        return json.loads(lab(*words, "--json").out), lab(*words).out
    said = lab(*words, "--json", answer).out
    return json.loads(answer.read_text()), said


@pytest.fixture
def one_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the first of the checks; what is said around them does not depend on the others."""
    monkeypatch.setattr(checks, "CHECKS", checks.CHECKS[:1])


@pytest.mark.usefixtures("one_check")
@pytest.mark.parametrize("command", SEARCHES)
def test_an_answer_over_a_dataset_states_what_it_was_made_with(
    lab: Lab, answer: Path, tmp_path: Path, command: str
) -> None:
    """The photographs are those within the limit, the unreadable one among them."""
    data = tmp_path / "data"
    for index, label in enumerate(2 * LABELS):
        picture = data / label / f"{index}.png"
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(PORTRAIT.read_bytes() if index else b"no picture")
    used = datasets.open_dataset(data).take(3)
    row, said = searched(lab, answer, command, "--data", data, "--limit", 3)
    assert row["data_sha256"] == datasets.fingerprint(used)
    assert row["data_sha256"] != datasets.fingerprint(datasets.open_dataset(data))
    assert row["crop"] is False
    assert row["images"] == 2
    assert [entry["path"] for entry in row["skipped"]] == [f"{LABELS[0]}/0.png"]
    card = checkpoints.read_card(checkpoints.locate(MODEL))
    hashes = row["sha256"] if command == "transfer" else [row["model_sha256"]]
    assert hashes == [card.weights_sha256]
    assert command == "transfer" or "2 images, 1 skipped" in said
    assert_computed_in(row, said, command, "exact", "float32")


def assert_computed_in(
    row: dict[str, Any], said: str, command: str, precision: str, arithmetic: str
) -> None:
    each = [arithmetic] if command == "transfer" else arithmetic
    assert (row["precision"], row["arithmetic"]) == (precision, each)
    assert said.endswith(f"precision {precision}: {arithmetic}\n")


@pytest.mark.usefixtures("one_check")
@pytest.mark.parametrize("command", [*SEARCHES, "sweep"])
def test_a_fast_answer_says_so(lab: Lab, answer: Path, command: str) -> None:
    fast = ("--precision", "fast")
    if command == "sweep":
        words = ("sweep", PORTRAIT, "--model", MODEL, "--largest", 1, *fast)
        row, said = json.loads(lab(*words, "--json").out), lab(*words).out
    else:
        data = ("--data", samples.GALLERY_DIR, "--limit", 1)
        row, said = searched(lab, answer, command, *data, *fast)
    assert_computed_in(row, said, command, "fast", "float32, batch norm folded")


@pytest.mark.slow
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


def _bare_face() -> Path:
    """A portrait without a mask whose face the finder finds."""
    bare = (portrait.path for portrait in samples.gallery() if portrait.label == WITHOUT_MASK)
    return next(path for path in bare if faces.find_faces(images.decode(path.read_bytes())))


def test_a_drawn_mask_is_worn_before_anything_else(lab: Lab, tmp_path: Path) -> None:
    portrait = _bare_face()
    words = ("--model", MODEL, "--json")
    (bare,) = json.loads(lab("predict", portrait, *words).out)
    (masked,) = json.loads(lab("predict", portrait, *words, "--wear-mask").out)
    assert (bare["label"], bare["wears_drawn_mask"]) == (LABELS[WITHOUT_MASK], False)
    assert (masked["label"], masked["wears_drawn_mask"]) == (LABELS[WITH_MASK], True)
    assert masked["box"] == bare["box"]
    attacked = ("--attack", "fgsm", "--epsilon", "8/255", "--output", tmp_path / "a.png")
    row = json.loads(lab("attack", portrait, *words, *attacked, "--wear-mask").out)
    assert row["wears_drawn_mask"]
    assert row["before"] == {key: masked[key] for key in row["before"]}


def test_no_mask_is_drawn_where_there_is_no_face(lab: Lab, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "grey").save(tmp_path / "grey.png")
    refused = lab("predict", tmp_path / "grey.png", "--model", MODEL, "--wear-mask")
    assert refused.code == 2
    assert "no face was found to draw a mask onto" in refused.err
