"""``inspect-model`` measures a model, prints its card, and writes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Lab
from foreign_files import write_mean_colours
from page_tags import Tags

from facemask_core.inspection import measuring

PARTS = ["clean", "fgsm", "pgd", "smallest", "corruptions", "checks"]
OWN = ["own_clean", "own_fgsm", "own_pgd"]


def test_the_command_measures_prints_and_writes_a_card(
    lab: Lab, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_CLEAN", "_ATTACKED", "_SEARCHED", "_CORRUPTED", "_CHECKED"):
        monkeypatch.setattr(measuring, name, 4)
    model, page, row = (
        write_mean_colours(tmp_path / "m.h5"),
        tmp_path / "c.html",
        tmp_path / "c.json",
    )
    words = ("inspect-model", model, "--output", page, "--json", row, "--data", data)
    answer = lab(*words, "--read-as", "pixels=0..1")
    assert answer.code == 0, answer.err
    card = json.loads(row.read_text())
    assert list(card["parts"]) == [*PARTS, *OWN]
    assert card["found"]["best"]["scale"] == "0..1"
    assert card["parts"]["pgd"]["threat_model"]["steps"] == measuring.STEPS
    assert "How little fools it" in answer.out
    tags = Tags(page.read_text())
    assert not tags.names & {"script", "img", "link", "iframe", "a"}
    for said in ("m: inspection card", "Right before and after", "epsilon 4/255", "JPEG", "data"):
        assert said in tags.text
