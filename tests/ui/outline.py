"""The outline of a page: its elements in their order, and what each is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import dropwhile
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

_FOLDER = Path(__file__).parent / "outlines"
_FIELDS = (
    *("label", "help", "icon", "options", "placeholder", "formula", "min", "max", "step"),
    *("disabled", "expanded", "labelVisibility", "clickMode", "page"),
)
_LEFT_OUT = {"bdata", "note", "token"}
"""Of a component's data: packed figures, what pictures say of themselves, and what is drawn."""
_HEADINGS = ("title", "header", "subheader")
_OF_THIS_MACHINE_OR_MODEL = re.compile(":material/memory:|:orange|:blue")
_BEGINNING = 60
"""Characters of a text that tell it from others; what it says is left to other tests."""


def check_outline(app: AppTest, name: str, *, whole: bool) -> None:
    """Compares a page, from its title on, with its outline.

    After a change that is wanted, delete the outline's file and run the test twice.

    Args:
        app: The page.
        name: The outline's name. Where it has no file it is written, and the test fails.
        whole: Whether texts and charts count, which the shipped models' figures may change.
    """
    lines = list(_outline_block(app._tree, 0, whole))
    outline = [*dropwhile(lambda line: not line.strip().startswith("title"), lines)]
    file = _FOLDER / f"{name}.txt"
    if not file.exists():
        file.write_text("".join(f"{line}\n" for line in outline), encoding="utf-8", newline="\n")
        raise AssertionError(f"{file.name} was written: read it, and run the test again")
    assert outline == file.read_text(encoding="utf-8").splitlines()


def _outline_block(block: Block, depth: int, whole: bool) -> Iterator[str]:
    for child in block.children.values():
        yield "  " * depth + _describe_node(child, whole)
        if isinstance(child, Block):
            yield from _outline_block(child, depth + 1, whole)


def _describe_node(node: Block | Element, whole: bool) -> str:
    fields: dict[str, Any] = MessageToDict(node.proto) if node.proto is not None else {}
    if isinstance(node, Block):
        parts = [value for value in fields.values() if isinstance(value, dict)]
        fields = {key: value for part in parts for key, value in part.items()}
    said = {key: fields[key] for key in _FIELDS if fields.get(key)}
    text = str(fields.get("body", "")).split("\n")[0]
    if (node.type in _HEADINGS or whole) and not _OF_THIS_MACHINE_OR_MODEL.search(text):
        said["text"] = _shorten(text)
    if "componentName" in fields:
        data = json.loads(fields.get("json", "{}"))
        said |= {"name": fields["componentName"], "data": _shorten(data) if whole else [*data]}
    if whole and "imgs" in fields:
        said["pictures"] = [(_shorten(one.get("caption")), "alt" in one) for one in fields["imgs"]]
    if whole and "spec" in fields:
        said["chart"] = _describe_chart(json.loads(fields["spec"]))
    return " ".join([node.type, *(f"{key}={value}" for key, value in said.items() if value)])


def _describe_chart(figure: dict[str, Any]) -> str:
    """Describes how a chart is drawn; what it shows is left to other tests."""
    layout = {key: value for key, value in figure["layout"].items() if key != "template"}
    return json.dumps(_shorten([*figure["data"], layout]), sort_keys=True)


def _shorten(value: Any) -> Any:
    """Leaves out figures, and what makes a line long."""
    if isinstance(value, dict):
        return {key: _shorten(one) for key, one in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list):
        return [_shorten(one) for one in value] if len(value) < 9 else f"{len(value)} values"
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, str):
        text = re.sub(r"[0-9a-f]{12,}|\d[\d.,]*", "0", value.split("\n")[0])
        return text[:_BEGINNING].strip()
    return value
