"""Output files are checked before anything is computed, and overwrite nothing that is read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import needs
import pytest
from command_line import MODEL, Lab, assert_one_sentence

import facemask_core
from facemask_core.cli import outputs
from facemask_core.errors import DatasetError
from facemask_core.models import checkpoints

FGSM = ("--attack", "fgsm", "--epsilon", "8/255")
COMMANDS: dict[str, tuple[Any, ...]] = {
    "attack": ("PICTURE", *FGSM, "--no-crop", "--output"),
    "explain": ("PICTURE", "--no-crop", "--output"),
    "sweep": ("PICTURE", "--no-crop", "--gif"),
    "evaluate": ("--data", "DATA", "--no-store", "--json"),
    "curve": ("--data", "DATA", "--json"),
    "smallest": ("--data", "DATA", "--no-store", "--json"),
    "transfer": ("--data", "DATA", "--epsilon", "8/255", "--json"),
    "survive": ("--data", "DATA", "--epsilon", "8/255", "--json"),
    "defend": ("--data", "DATA", "--epsilon", "8/255", "--json"),
}
ENDINGS = {"attack": ".png", "explain": ".png", "sweep": ".gif"}


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is loaded: the refusal comes before."""

    def load(*_: Any, **__: Any) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr(facemask_core, "load_classifier", load)


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("place", ["missing", "folder", "file"])
def test_a_place_that_cannot_be_written_is_refused_at_once(
    lab: Lab, picture: Path, data: Path, tmp_path: Path, command: str, place: str
) -> None:
    ending = ENDINGS.get(command, ".json")
    paths = {
        "missing": tmp_path / "no" / f"x{ending}",
        "folder": tmp_path / f"folder{ending}",
        "file": picture / f"x{ending}",
    }
    paths["folder"].mkdir()
    words = [{"PICTURE": picture, "DATA": data}.get(word, word) for word in COMMANDS[command]]
    answer = lab(command, *words, paths[place], "--model", MODEL)
    assert_one_sentence(answer, "cannot be written", words[-1])


@needs.links
@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("name", ["itself", "link", "hard link"])
@pytest.mark.parametrize(
    ("command", "read"),
    [
        ("attack", "picture"),
        ("explain", "picture"),
        ("sweep", "picture"),
        ("evaluate", "data"),
        ("survive", "data"),
        ("curve", "model"),
        ("defend", "manifest"),
    ],
)
def test_no_command_overwrites_what_it_reads(
    lab: Lab,
    picture: Path,
    data: Path,
    tmp_path: Path,
    command: str,
    read: str,
    name: str,
) -> None:
    ending = ENDINGS.get(command, ".json")
    picture = picture.rename(picture.with_name(f"own{ending}"))
    model = tmp_path / "model"
    model.mkdir()
    (model / checkpoints.CARD_FILE).write_text("{}")
    (data.parent / "manifest.csv").write_text("path,source\n")
    target = {
        "picture": picture,
        "data": data / "with_mask" / "1.png",
        "model": model / checkpoints.CARD_FILE,
        "manifest": data.parent / "manifest.csv",
    }[read]
    before = target.read_bytes()
    output = target.parent / "." / ".." / target.parent.name / target.name
    if name != "itself":
        output = tmp_path / f"other{ending}"
        join = output.symlink_to if name == "link" else output.hardlink_to
        join(target)
    words = [{"PICTURE": picture, "DATA": data}.get(word, word) for word in COMMANDS[command]]
    answer = lab(command, *words, output, "--model", model)
    assert_one_sentence(answer, "reads", words[-1])
    assert target.read_bytes() == before


def test_two_outputs_are_two_files(tmp_path: Path) -> None:
    files = {"--output": tmp_path / "a.png", "--json": tmp_path / "." / "a.png"}
    with pytest.raises(DatasetError, match="--output and --json name the same file"):
        outputs.check_files(files)


@needs.pipes
def test_a_device_is_not_replaced_by_a_file() -> None:
    with pytest.raises(DatasetError, match="no plain file"):
        outputs.check_files({"--json": Path(os.devnull)})


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be written"):
        outputs.check_files({"--json": tmp_path / ("x" * 250)})  # with .partial it is


def test_a_folder_to_fill_is_checked(tmp_path: Path, picture: Path) -> None:
    outputs.check_folder("--output", tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()
    with pytest.raises(DatasetError, match=r"picture.png is a file; name a folder for --output"):
        outputs.check_folder("--output", picture / "b")
    with pytest.raises(DatasetError, match="reads"):
        outputs.check_folder("--output", tmp_path, [tmp_path])


@pytest.mark.parametrize("command", ["attack", "evaluate"])
def test_what_was_computed_is_printed_even_if_it_cannot_be_written(
    lab: Lab,
    picture: Path,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "write_atomically", fail)
    output = tmp_path / f"x{ENDINGS.get(command, '.json')}"
    words = [{"PICTURE": picture, "DATA": data}.get(word, word) for word in COMMANDS[command]]
    answer = lab(command, *words, output, "--model", MODEL)
    assert answer.code == 2
    assert answer.err.strip() == f"{output} cannot be written: No space left on device."
    assert "precision exact" in answer.out
    assert f"saved as {output}" not in answer.out


def test_an_evaluation_says_how_many_pictures_rounding_would_undo(
    lab: Lab, data: Path, tmp_path: Path
) -> None:
    output = tmp_path / "report.json"
    words = ("--attack", "fgsm", "--norm", "l2", "--epsilon", "0.02", "--no-crop", "--no-store")
    answer = lab("evaluate", "--model", MODEL, "--data", data, *words, "--json", output)
    stated = json.loads(output.read_text())
    assert stated["rounded_away"] == stated["images"] == 6
    assert stated["unmoved"] == 0
    assert "before any rounding" in answer.err
    assert "unmoved by the attack: 0; undone by rounding to 8 bits: 6\n" in answer.out


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("curve", "0/255 (0){clean:>18.4f}{rate:>15.4f}{right:>10}{rounded:>15}"),
        ("transfer", MODEL + "{right:>13}"),
        ("survive", "unmoved by the attack: {right}"),
        ("defend", "none: naive: unmoved by the attack: {right}"),
    ],
)
def test_a_table_of_robustness_says_how_many_images_stayed_unmoved(
    lab: Lab, data: Path, command: str, line: str
) -> None:
    epsilon = "--epsilons" if command == "curve" else "--epsilon"
    more = ("--defence", "blur") if command == "defend" else ()
    words = ("--model", MODEL, "--data", data, "--attack", "fgsm", epsilon, "0", *more)
    written = [" ".join(text.split()) for text in lab(command, *words).out.splitlines()]
    figures = {"clean": 0.5, "rate": 0.0, "right": 3, "rounded": 0}
    expected = " ".join(line.format(**figures).split())
    assert any(text.startswith(expected) for text in written), written
