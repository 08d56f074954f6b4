"""Help is quick, wrong usage is explained, and the models are listed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from command_line import MODEL, ROOT, Lab

from facemask_core.models import checkpoints


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
    assert "%" in answer.out


@pytest.mark.parametrize("columns", ["80", "20"])
def test_names_to_be_typed_are_never_cut(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    words = lab("models").out.split()
    assert set(checkpoints.available()) <= set(words)
    assert "…" not in " ".join(words)
