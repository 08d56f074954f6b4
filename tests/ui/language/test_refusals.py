"""What the core refuses is said in the visitor's language, and the files' English is the core's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import facemask_core
from facemask_core.data import zips
from facemask_core.errors import DatasetError
from facemask_core.pictures import images
from facemask_ui.language import read_texts, refusals, speech

CORE = Path(facemask_core.__file__).parent
MET_BY_VISITORS = (
    *("pictures/images.py", "pictures/decoding.py", "data/archives.py", "data/zips.py"),
    *("data/reading.py", "jobs/budget.py", "models/visiting.py"),
)
"""Files all of whose refusals visitors meet."""
ALREADY_SENTENCES = {"1", "This picture has more than 40 megapixels1; scale it down and try again."}
"""What is only passed on there, and what stands in the files in two forms."""


def test_every_refusal_that_visitors_meet_stands_in_the_files() -> None:
    patterns = refusals.compile_patterns().values()
    for name in MET_BY_VISITORS:
        for sentence in list_refusals(CORE / name):
            known = any(pattern.fullmatch(sentence) for pattern in patterns)
            assert known or sentence in ALREADY_SENTENCES, (name, sentence)


def test_every_refusal_of_the_files_is_the_cores() -> None:
    spoken = [text for file in CORE.rglob("*.py") for text in list_texts(file)]
    for key, text in read_texts("en").strings.items():
        if key.startswith(refusals.TABLE):
            sentence = re.sub(r"\{\w+\}", "1", text)
            sentence = re.sub(r"megapixels( \(1\))?;", "megapixels1;", sentence)
            assert sentence in spoken, key


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "read_current", lambda: read_texts("fr"))


@pytest.mark.usefixtures("french")
def test_a_refusal_is_said_in_the_pages_language_with_its_own_names() -> None:
    with pytest.raises(DatasetError) as refusal:
        zips.open_zip(Path(__file__), "mes visages.zip", zips.Limits(1, 1, 1))
    said = refusals.translate_refusal(str(refusal.value))
    assert said.startswith("'mes visages.zip' n’est pas un zip lisible")


@pytest.mark.usefixtures("french")
def test_a_sentence_within_a_sentence_is_said_too() -> None:
    said = refusals.translate_refusal(f"This file is empty; choose a {images.KINDS} picture.")
    assert said.endswith("choisissez une image JPEG, PNG, WebP, AVIF, HEIC ou BMP.")


@pytest.mark.usefixtures("french")
def test_what_no_file_has_stays_as_it_is() -> None:
    for sentence in ("A sentence of an engineer's own.", "This picture is " + "1" * 2000):
        assert refusals.translate_refusal(sentence) == sentence


def test_english_is_left_as_the_core_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "read_current", lambda: speech.read_texts("en"))
    sentence = "This picture is 8 x 8 pixels; each side needs at least 32."
    assert refusals.translate_refusal(sentence) == sentence


def list_refusals(file: Path) -> Iterator[str]:
    """Lists the sentences of the errors that a module raises, with a 1 for each placeholder."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error") and node.args:
            yield write_template(node.args[0])


def list_texts(file: Path) -> Iterator[str]:
    """Lists all texts of a module, with a 1 for each placeholder."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr | ast.Constant):
            yield write_template(node)


def write_template(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(write_template(part) for part in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return "1"
