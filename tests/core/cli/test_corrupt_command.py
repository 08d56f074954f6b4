"""``corrupt`` ranks dangers for one picture, and measures a dataset under them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import MODEL, PORTRAIT, Lab, assert_verdict, loaded
from PIL import Image

import facemask_core
from facemask_core import corruptions
from facemask_core.data import samples
from facemask_core.labels import LABELS
from facemask_core.models import checkpoints


def test_dangers_are_ranked_for_one_picture(lab: Lab, tmp_path: Path) -> None:
    words = ("corrupt", PORTRAIT, "--model", MODEL, "--no-crop", "--attack", "fgsm")
    words = (*words, "--corruption", "darker", "--corruption", "noise")
    row = json.loads(lab(*words, "--json").out)
    assert_verdict(row["verdict"])
    assert {danger["danger"] for danger in row["dangers"]} == {"noise", "darker", "fgsm"}
    shares = [danger["share"] for danger in row["dangers"]]
    changed = [share for share in shares if share is not None]
    assert changed == sorted(changed)
    assert shares == changed + [None] * (len(shares) - len(changed))
    assert [stated["attack"] for stated in row["threat_models"]] == ["fgsm"]
    sheet = tmp_path / "sheet.png"
    said = lab(*words, "--output", sheet).out
    assert f"saved as {sheet}" in said
    note = lab("predict", sheet, "--model", MODEL).err
    assert "made by the lab: a sheet with a face at every severity of its dangers; it is no" in note
    assert "share of its dial" in said
    width, height = Image.open(sheet).size
    assert width > 6 * 224
    assert height > 2 * 224


def test_a_dataset_is_measured_and_stored(lab: Lab) -> None:
    words = ("--data", samples.GALLERY_DIR, "--limit", 6, "--severity", 5, "--severity", 1)
    words = ("corrupt", "--model", MODEL, *words, "--corruption", "mouth_box")
    words = (*words, "--corruption", "blur")
    first, second = lab(*words, "--json"), lab(*words, "--json")
    assert "all 6 files were stored before" in second.err
    row = json.loads(first.out)
    assert json.loads(second.out) == row
    cells = row["cells"]
    assert [(cell["corruption"], cell["severity"]) for cell in cells] == [
        *(("blur", 1), ("blur", 5)),
        *(("mouth_box", 1), ("mouth_box", 5)),
    ]
    assert row["images"] == 6
    assert cells[0]["images"] == 6
    assert cells[2]["images"] == 3, "unmasked faces alone"
    for cell in cells:
        assert cell["interval"]["low"] <= cell["balanced_accuracy"] <= cell["interval"]["high"]
    assert row["mean_balanced_accuracy"] == np.mean([cell["balanced_accuracy"] for cell in cells])
    said = lab(*words).out
    assert "mean over all corruptions at the severities 1, 5" in said
    assert "mouth_box counts images without_mask alone" in said
    (run,) = json.loads(lab("runs", "list", "--json").out)
    assert "corruptions" in lab("runs", "list").out
    assert run["question"]["corruptions"] == [
        corruptions.make(name).statement() for name in ("blur", "mouth_box")
    ]
    shown = json.loads(lab("runs", "show", run["run"], "--json").out)["report"]
    assert shown["cells"] == cells
    assert "balanced accuracy as they are" in lab("runs", "show", run["run"]).out


def test_the_whole_table_is_written_to_the_card(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two faces, so that fifty-one answers each are quick."""
    data, folder = tmp_path / "data", tmp_path / "model"
    for label in LABELS:
        (data / label).mkdir(parents=True)
        face = next((samples.GALLERY_DIR / label).glob("*.*"))
        shutil.copy(face, data / label)
    shutil.copytree(checkpoints.locate(MODEL), folder)
    before = checkpoints.read_card(folder)
    monkeypatch.setattr(facemask_core, "load_classifier", lambda *_, **__: loaded(MODEL))
    answer = lab("corrupt", "--model", folder, "--data", data, "--no-store", "--write-card")
    assert answer.code == 0, answer.err
    assert f"on the card of {before.name}" in answer.err
    card = checkpoints.read_card(folder)
    assert card.corruptions is not None
    assert replace(card, corruptions=before.corruptions) == before
    cells = card.corruptions["cells"]
    assert len(cells) == 5 * len(corruptions.names())
    assert card.corruptions["images"] == 2
