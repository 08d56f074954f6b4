"""The lesson's file holds all it needs, asks for nothing, and says what the files say."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import facemask_ui
from facemask_core.errors import ExportError
from facemask_core.models import checkpoints
from facemask_ui.language import read_texts, texts
from facemask_ui.lesson.chapters import CHAPTERS
from facemask_ui.lesson.chapters.defence import Defence
from facemask_ui.lesson_file import installation, stored, write_lesson

PAGE = Path(facemask_ui.__file__).parent / "lesson_file" / "page"
MODELS = ("mobilenetv3", "mobilenetv3-robust")
MOST_BYTES = 8_000_000


class _Reader(HTMLParser):
    """Reads the file's elements: attributes of each, and the texts of scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        named = tag in ("script", "style")
        self.inside = str(attributes.get("id") or attributes.get("type") or tag) if named else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.texts[self.inside] = self.texts.get(self.inside, "") + data


@pytest.fixture(scope="module")
def page() -> str:
    return write_lesson("fr")


@pytest.fixture(scope="module")
def reader(page: str) -> _Reader:
    return _Reader(page)


@pytest.fixture(scope="module")
def data(reader: _Reader) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(reader.texts["data"])
    return content


def test_the_file_is_small_enough_for_any_stick_and_mail(page: str) -> None:
    assert len(page.encode()) < MOST_BYTES


def test_the_policy_allows_the_files_own_script_and_style_alone(reader: _Reader) -> None:
    (policy,) = [it["content"] for tag, it in reader.elements if it.get("http-equiv")]
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    assert rules.pop("default-src") == "'none'"
    for name, kind in (("script-src", "module"), ("style-src", "style")):
        digest = hashlib.sha256(reader.texts[kind].encode()).digest()
        assert rules[name].split()[0] == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert rules.pop("script-src").split()[1:] == ["'wasm-unsafe-eval'"]
    assert len(rules.pop("style-src").split()) == 1
    assert rules.pop("worker-src") == "blob:"
    assert rules.pop("img-src") == "data: blob:"
    assert set(rules.items()) == {("base-uri", "'none'"), ("form-action", "'none'")}


def test_nothing_in_the_file_leads_out_of_it(reader: _Reader) -> None:
    for tag, attributes in reader.elements:
        for name in ("src", "href"):
            assert re.match(r"data:|#", str(attributes.get(name, "#"))), (tag, attributes)
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
    calls = r"\bfetch\(|XMLHttpRequest|WebSocket|sendBeacon|EventSource|localStorage|indexedDB"
    assert not re.findall(calls, reader.texts["module"])


def test_the_weights_are_the_checkpoints_own(reader: _Reader, data: dict[str, Any]) -> None:
    for name in MODELS:
        weights = gzip.decompress(base64.b64decode(reader.texts[f"weights-{name}"]))
        card = checkpoints.read_card(checkpoints.locate(name))
        assert hashlib.sha256(weights).hexdigest() == card.weights_sha256
        assert data["plans"][name]["weights_sha256"] == card.weights_sha256


def test_every_chapter_stands_in_the_file_with_its_formula(data: dict[str, Any]) -> None:
    french = read_texts("fr").within("lesson")
    chapters = data["lesson"]["chapters"]
    assert [it["name"] for it in chapters] == [it.name for it in CHAPTERS]
    for chapter in chapters:
        assert chapter["words"] == french.read_table(f"chapter.{chapter['name']}")
        assert chapter["formula"].startswith("<math")
        assert "\\" not in chapter["formula"]
        assert chapter["sample"] is None or chapter["sample"] in data["gallery"]["pictures"]


def test_the_scripts_say_what_the_files_have(data: dict[str, Any]) -> None:
    scripts = "\n".join(file.read_text("utf-8") for file in PAGE.glob("*.js"))
    for name, table in (("own", "lesson_file"), ("page", "lesson.page")):
        used = set(re.findall(rf"(?<![\w.]){name}\.(\w+)", scripts))
        chapters = {key for chapter in data["lesson"]["chapters"] for key in chapter["words"]}
        assert used - chapters <= set(data["words"][table])
    assert set(re.findall(r'words\["([\w.]+)"\]', scripts)) <= set(data["words"])


def test_a_page_that_browsers_keep_names_what_stands_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []

    def write(language: str, *, installed: object) -> str:
        asked.append((language, installed))
        return "page"

    monkeypatch.setattr(installation, "write_lesson", write)
    output = tmp_path / "index.html"
    sizes = installation.write_files("fr", output, installable=True)
    assert {file.name: file.stat().st_size for file in tmp_path.iterdir()} == sizes
    manifest = json.loads((tmp_path / "lesson-fr.webmanifest").read_text("utf-8"))
    assert manifest["start_url"] == "index.html"
    assert manifest["lang"] == "fr"
    assert asked == [("fr", installation.Installed("lesson-fr.webmanifest", manifest["scope"]))]
    assert "caches" in (tmp_path / installation.WORKER_FILE).read_text("utf-8")


def test_stored_answers_belong_to_the_shipped_weights(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = stored.read_answers()
    assert answers.before.keys() == answers.after.keys()
    assert all(abs(sum(pair) - 1) < 1e-6 for pair in answers.after.values())
    content = json.loads(stored.PATH.read_text("utf-8"))
    content["weights"][MODELS[0]] = "0" * 64
    other = tmp_path / "lesson.json"
    other.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(stored, "PATH", other)
    with pytest.raises(ExportError, match="other weights of mobilenetv3"):
        stored.read_answers()
    other.write_text("{}", encoding="utf-8")
    with pytest.raises(ExportError, match="cannot be read"):
        stored.read_answers()


@pytest.mark.slow
def test_stored_answers_are_what_the_lab_computes() -> None:
    answers, computed = stored.read_answers(), Defence().measure()
    assert answers.naive == pytest.approx(computed.naive.probabilities, abs=1e-2)
    assert answers.adaptive == pytest.approx(computed.adaptive.probabilities, abs=1e-2)


def test_every_language_has_a_manifest() -> None:
    assert {installation.name_manifest(it) for it in texts.LANGUAGES} == {
        "lesson-en.webmanifest",
        "lesson-fr.webmanifest",
    }
