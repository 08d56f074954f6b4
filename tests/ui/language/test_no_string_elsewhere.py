"""No page says what does not stand in the languages' files."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from screen import Open
from streamlit.testing.v1.element_tree import Block, Element

import facemask_ui
from facemask_ui.language import speech, texts

UI = Path(facemask_ui.__file__).parent
SOURCES = sorted([*UI.rglob("*.py"), *(UI.parent / "pages").glob("*.py"), UI.parent / "app.py"])
SCRIPTS = sorted(file for file in UI.rglob("*.js") if file.parent.name != "ondevice")
"""The engine of one's own device refuses in English, as the core does; no page has it yet."""
WORDS = re.compile(r"[A-Za-z]{2,}[,.;:]? [A-Za-z]{2,}")
PAGES = ("Home", "Inspect", "Attack", "Report", "Models", "Learn", "Paper", "Class")
CODE = re.compile(r"^\s*[<.#]|[{};]\s*$|^\w+ (%|=)|[a-z-]+: [^ ]+;|\\[wsd]|^default-src")
"""What is HTML, a style, a regular expression or a policy."""
NOT_SAID = {
    "facemask_ui/lesson/handouts/sources.py": "titles of works stay in their own language",
    "facemask_ui/lesson_file/builder.py": "who makes the file reads why it cannot be made",
    "facemask_ui/lesson_file/stored.py": "who makes the file reads why it cannot be made",
    "facemask_ui/server": "a server's answers to programs, and the log, are in English",
    "facemask_ui/base/address.py": "an operator reads what is wrong with a variable, in English",
    "facemask_ui/base/mode.py": "an operator reads what is wrong with a variable, in English",
    "facemask_ui/language/texts.py": "a developer reads which strings a language lacks",
}
"""Files whose strings no page shows, or shows in one language, with the reason."""


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(UI.parent)))
def test_no_sentence_stands_in_the_code(file: Path) -> None:
    name = file.relative_to(UI.parent).as_posix()
    if any(name.startswith(kept) for kept in NOT_SAID):
        return
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert list(list_sentences(tree)) == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_no_sentence_stands_in_a_script(file: Path) -> None:
    comment = r"(?ms)/\*.*?\*/|^\s*//[^\n]*|(?<=[;{},)]) *//[^\n]*"
    source = re.sub(comment, "", file.read_text(encoding="utf-8"))
    quoted = re.findall(r"\"([^\"\n]*)\"|'([^'\n]*)'", source)
    sentences = ["".join(one) for one in quoted if re.search(r"[A-Z][a-z]+ [a-z]+", "".join(one))]
    assert sentences == []


@pytest.mark.usefixtures("light_models", "brackets")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_only_what_stands_in_the_files(
    open_page: Open, page: str, request: pytest.FixtureRequest
) -> None:
    if page != "Inspect":  # that model has no layers for a heat map
        request.getfixturevalue("brightness")
    app = open_page(page)
    assert not app.exception
    said = [remove_brackets(text) for text in list_texts(app._tree)]
    assert [text for text in said if re.search(r"[A-Za-z]{3,}", remove_names(text))] == []


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language that puts every string of the files between brackets."""
    english = texts.read_texts("en")
    bracketed = replace(
        english, strings={key: f"⟦{text}⟧" for key, text in english.strings.items()}
    )
    table = bracket(texts._read_file("en"))
    monkeypatch.setattr(speech, "read_texts", lambda _language: bracketed)
    monkeypatch.setattr(texts, "_read_file", lambda _language: table)


def bracket(value: Any) -> Any:
    if isinstance(value, str):
        return f"⟦{value}⟧"
    if isinstance(value, dict):
        return {key: bracket(part) for key, part in value.items()}
    return [bracket(part) for part in value]


def list_sentences(tree: ast.Module) -> Iterator[str]:
    """Lists what reads as a sentence in a module, except documentation and lines of the log."""
    silent = {id(node) for node in list_silent(tree)}
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in node.values}
            parts = [part.value if isinstance(part, ast.Constant) else "1" for part in node.values]
            text = "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if WORDS.search(text) and not CODE.search(text):
            yield text


def list_silent(tree: ast.Module) -> Iterator[ast.AST]:
    """Lists strings that are no value, keys of tables, and what goes to log or picture file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("_log.", "LabNote")):
            yield from ast.walk(node)
        if isinstance(node, (ast.AnnAssign, ast.arg)) and node.annotation is not None:
            yield from ast.walk(node.annotation)
        if isinstance(node, ast.Subscript):
            yield node.slice


SAID = (
    "label",
    "body",
    "help",
    "options",
    "placeholder",
    "caption",
    "alt",
    "text",
    "title",
    "name",
)
"""Fields of an element, of a component's data or of a chart that a visitor reads."""


def list_texts(node: Block | Element) -> Iterator[str]:
    """Lists all that a page shows, its charts and components included."""
    proto = getattr(node, "proto", None)  # the root of the tree has none
    fields = MessageToDict(proto) if proto is not None else {}
    for key in ("json", "spec"):
        if key in fields:
            fields[key] = json.loads(fields[key])
    yield from list_said(fields)
    if isinstance(node, Block):
        for child in node.children.values():
            yield from list_texts(child)


def list_said(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if key in SAID and not value.lstrip().startswith("<"):
            yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from list_said(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from list_said(part, key)


def remove_brackets(text: str) -> str:
    """Removes all that stands between brackets, also brackets within brackets."""
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    return text


NAMES = re.compile(
    r":material/\w+:|:(orange|blue|gray|green|red|violet)(?=\[)|`[^`]*`|\]\([^)]*\)|https?://\S+"
    r"|\b(MobileNetV3(?:-Small)?|InceptionV3|VGG19|FGSM|PGD|APGD|Ensemble|BIM|MIM|DeepFool|Square|SSIM|PSNR"
    r"|JPEG|Keras|TensorFlow|CPU|GPU|float32|robust|twin)\b"
)


def remove_names(text: str) -> str:
    """Removes names that are the same in every language, icons, and the targets of links."""
    return NAMES.sub("", text)


def test_brackets_within_brackets_are_removed() -> None:
    assert remove_brackets("⟦Says ⟦no⟧ here⟧: left ⟦x⟧") == ": left "


def test_sentences_are_told_from_code() -> None:
    source = '"""Doc string here."""\n_log.info("in the log")\nx = f"Found {n} faces in all"\n'
    source += 'y = "<div class=one two>"\nz = "two words"\n'
    assert [*list_sentences(ast.parse(source))] == ["Found 1 faces in all", "two words"]
