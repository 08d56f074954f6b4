"""Models are offered by their cards, loaded once, and shared."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from screen import Open

from facemask_core.models import checkpoints
from facemask_core.models.classifier import Classifier, load_classifier
from facemask_ui.choices import models


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A second model of a backbone that is shipped, put in place as anyone would."""
    root = tmp_path / "models"
    shutil.copytree(checkpoints.MODELS_DIR, root)
    shutil.copytree(root / "mobilenetv3", root / "mobilenetv3-twin")
    _change_hash(root / "mobilenetv3-twin")
    monkeypatch.setattr(checkpoints, "MODELS_DIR", root)
    for function in (checkpoints.available, checkpoints.locate):
        monkeypatch.setattr(function, "__defaults__", (root,))
    return "mobilenetv3-twin"


def _change_hash(folder: Path) -> None:
    """Makes a copy another model: what is known of the same weights is not computed again."""
    weights, card = folder / checkpoints.WEIGHTS_FILE, folder / checkpoints.CARD_FILE
    with safe_open(weights, "np") as file:
        metadata = file.metadata() or {}
    save_file(load_file(weights), weights, metadata={**metadata, "copy": "another"})
    entries = json.loads(card.read_text(encoding="utf-8"))
    entries["weights_sha256"] = checkpoints.sha256(weights)
    card.write_text(json.dumps(entries), encoding="utf-8")


def test_every_model_with_a_card_is_offered_by_its_name(open_page: Open, another: str) -> None:
    app = open_page("Attack")
    assert not app.exception
    assert app.selectbox(key="model").options == [models.title(name) for name in models.shipped()]
    assert "MobileNetV3-Small (twin)" in app.selectbox(key="model").options
    assert open_page("Attack", model=another).selectbox(key="model").value == another


def test_the_lightest_model_comes_first() -> None:
    sizes = [
        (checkpoints.locate(name) / checkpoints.WEIGHTS_FILE).stat().st_size
        for name in models.shipped()
    ]
    assert sizes == sorted(sizes)
    assert models.shipped()[0] == "mobilenetv3"


@pytest.mark.slow
def test_two_visitors_and_a_switch_there_and_back_load_each_model_once(
    open_page: Open, another: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: Counter[str] = Counter()

    def counted(name: str, **_: bool) -> Classifier:
        loads[name] += 1
        return load_classifier(name)

    monkeypatch.setattr(models, "load_classifier", counted)
    models._load.clear()
    for _visitor in range(2):
        app = open_page("Attack", epsilon="1")
        app.selectbox(key="model").set_value(another).run()
        app.selectbox(key="model").set_value("mobilenetv3").run()
        assert not app.exception
    # The robust twin is attacked beside the plain model.
    assert loads == {another: 1, "mobilenetv3": 1, "mobilenetv3-robust": 1}
    models._load.clear()


def test_inspect_asks_every_model_and_says_whether_they_agree(
    open_page: Open, another: str
) -> None:
    app = open_page("Inspect")
    assert not app.exception
    (chart,) = app.get("plotly_chart")
    for name in models.shipped():
        assert f"{models.title(name)}: with" in chart.proto.alt
    assert "models" in app.header[0].value
    assert another in app.session_state["models"]
