"""The ``export-web`` command writes a model for browsers, and overwrites no model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from command_line import MODEL, Lab, assert_one_sentence

from facemask_core.models import checkpoints


def test_the_command_writes_plan_weights_and_settings(lab: Lab, tmp_path: Path) -> None:
    answer = lab("export-web", "--model", MODEL, "--output", tmp_path / "web", "--json")
    assert answer.code == 0, answer.err
    sizes = json.loads(answer.out)["bytes"]
    for name, size in sizes.items():
        assert (tmp_path / "web" / name).stat().st_size == size
    assert sum(sizes.values()) < 2_000_000
    card = checkpoints.read_card(checkpoints.locate(MODEL))
    plan = json.loads((tmp_path / "web" / "plan.json").read_bytes())
    assert checkpoints.sha256(tmp_path / "web" / "weights.safetensors") == card.weights_sha256
    assert plan["weights_sha256"] == card.weights_sha256
    again = lab("export-web", "--model", MODEL, "--output", tmp_path / "web", "--finder")
    assert "plan.json" in again.out
    plan = json.loads((tmp_path / "web" / "face-finder.json").read_bytes())
    weights = checkpoints.sha256(tmp_path / "web" / "face-finder.safetensors")
    assert plan["weights_sha256"] == weights


def test_what_it_cannot_do_ends_in_a_sentence(lab: Lab, tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(checkpoints.locate(MODEL), own)
    (tmp_path / "file").write_text("")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / "plan.json").hardlink_to(own / checkpoints.CARD_FILE)
    for model, output, *words in (
        ("vgg19", "web", "vgg19, which is too slow for a browser"),
        ("nosuch", "web", "nosuch"),
        (own, "own", "is what this command reads"),
        (MODEL, "own", "is the folder of a model"),
        (MODEL, "file", "is a file; name a folder"),
        (own, "linked", "is a file that this command reads"),
    ):
        before = {path: path.read_bytes() for path in own.iterdir()}
        answer = lab("export-web", "--model", model, "--output", tmp_path / output)
        assert_one_sentence(answer, *words)
        assert {path: path.read_bytes() for path in own.iterdir()} == before
    assert not (tmp_path / "web").exists()
