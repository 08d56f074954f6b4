"""Puts the lesson together as one file of HTML that needs nothing beside it.

The page's script is one module, made of the lab's own components, the engine, and the page's files.
Weights and kernels stand in the file as compressed text, and each model apart, so that the first
answer need not wait for the second model.
"""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.numpy
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from facemask_core.errors import ExportError
from facemask_core.models.checkpoints import WEIGHTS_FILE
from facemask_core.web.attack_settings import describe_attacks
from facemask_core.web.export import (
    FINDER_PLAN,
    FINDER_WEIGHTS,
    PLAN_FILE,
    write_finder_files,
    write_model,
)
from facemask_ui import ondevice
from facemask_ui.base import browser
from facemask_ui.choices import models
from facemask_ui.face import crop_box, gallery, own_photo
from facemask_ui.lab import component
from facemask_ui.language import read_current, read_table, speak_within
from facemask_ui.lesson import subjects
from facemask_ui.lesson.handouts.worksheet import write_sheet
from facemask_ui.lesson_file import look
from facemask_ui.lesson_file.chapters import describe_chapters
from facemask_ui.lesson_file.pictures import describe_gallery
from facemask_ui.lesson_file.policy import write_policy
from facemask_ui.lesson_file.stage import describe_stage
from facemask_ui.lesson_file.stored import read_answers

_PAGE = Path(__file__).parent / "page"
_SHARED = Path(browser.__file__).parent / "printed_page"
_HANDOUTS = Path(subjects.__file__).parent / "handouts"
_SCRIPTS = (
    "texts.js",
    "packed.js",
    "film.js",
    "drawings.js",
    "bench.js",
    "first_chapters.js",
    "last_chapters.js",
    "lesson.js",
    "own_picture.js",
    "trial.js",
    "page.js",
)
_TABLES = (
    *("lesson.page", "lesson_file", "truth", "picture", "percentage", "frame"),
    *("inspect.live.words", "attacks.lab", "models.choice", "lab.page"),
)
"""Tables of strings that the page's scripts read."""


@dataclass(frozen=True)
class Installed:
    """What stands beside a page that browsers keep.

    Attributes:
        manifest: The name of the manifest.
        scope: The beginning of the addresses that are kept.
    """

    manifest: str
    scope: str


@dataclass(frozen=True)
class _Blob:
    """Bytes in the file: compressed and written as text, under a name."""

    name: str
    content: bytes

    @property
    def text(self) -> str:
        """The bytes as the page's script unpacks them."""
        return base64.b64encode(gzip.compress(self.content, mtime=0)).decode()


def write_lesson(language: str, *, installed: Installed | None = None) -> str:
    """Writes the file.

    Args:
        language: One of :data:`facemask_ui.language.LANGUAGES`.
        installed: The files beside it by which a browser keeps the page; None for none.

    Raises:
        CheckpointError: A model cannot be loaded.
        ExportError: The lesson's models are none that a browser can compute.
        FaceFinderError: The face finder's weights are missing.
    """
    with speak_within(language):
        names = _pick_models()
        written = {name: write_model(name) for name in names}
        blobs = [_Blob("engine", ondevice.ENGINE.read_bytes())]
        blobs += [_Blob(f"weights-{name}", written[name][WEIGHTS_FILE]) for name in names]
        finder = write_finder_files()
        blobs.append(_Blob("weights-finder", finder[FINDER_WEIGHTS]))
        data = _gather(names, written[names[0]][WEIGHTS_FILE])
        data["plans"] = {name: json.loads(written[name][PLAN_FILE]) for name in names}
        data["finder"] = json.loads(finder[FINDER_PLAN])
        data |= {"installable": installed is not None, "scope": installed and installed.scope}
        return _render(data, blobs, installed)


def _pick_models() -> tuple[str, str]:
    first = subjects.pick_model()
    twin = models.robust_twin(first)
    if twin is None:
        raise ExportError(f"{first} has no robust twin, which the lesson needs.")
    return first, twin


def _gather(names: tuple[str, str], weights: bytes) -> dict[str, Any]:
    """Gathers what the page's scripts read, fit for JSON."""
    texts = read_current()
    count = sum(array.size for array in safetensors.numpy.load(weights).values())
    lesson = describe_chapters(texts.within("lesson"), read_answers(), *names, weights=count)
    return {
        "language": texts.language,
        "classes": list(texts.classes),
        "words": {table: read_table(table) for table in _TABLES},
        "photo": own_photo.read_words(),
        "lesson": lesson,
        "stage": describe_stage(names),
        "gallery": describe_gallery(),
        "sheet": write_sheet(texts.within("lesson")),
        "described": describe_attacks(),
        "worker": ondevice.WORKER_SCRIPT,
        "styles": {
            "lab": "\n".join(
                [
                    browser.CONTROLS,
                    component.STAGE_CSS,
                    look.write_icons(),
                    _read(_PAGE / "stage.css"),
                ]
            ),
            "gallery": gallery.STYLE,
            "crop": browser.CONTROLS + crop_box.CSS,
            "sheet": _read(_SHARED / "page.css", _HANDOUTS / "handout.css", _PAGE / "sheet.css"),
        },
        "markup": {"lab": component.STAGE_HTML, "crop": crop_box.HTML},
    }


def _render(data: dict[str, Any], blobs: list[_Blob], installed: Installed | None) -> str:
    script, style = _write_script(), _write_style()
    environment = Environment(
        loader=FileSystemLoader(_PAGE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return environment.get_template("page.html.jinja").render(
        language=data["language"],
        words=data["words"],
        policy=write_policy(script, style, installable=installed is not None),
        installable=installed is not None,
        manifest=installed and installed.manifest,
        mark=write_mark(),
        style=style,
        script=script,
        data=text,
        blobs=blobs,
    )


def write_mark() -> str:
    """Writes the lab's mark as a data address."""
    mark = (Path(browser.__file__).parents[1] / "page" / "icon.svg").read_bytes()
    return f"data:image/svg+xml;base64,{base64.b64encode(mark).decode()}"


def _write_script() -> str:
    components = {
        "showLab": component.SCRIPT,
        "showGallery": gallery.SCRIPT,
        "showCropBox": crop_box.SCRIPT,
    }
    lab = Path(component.__file__).parent
    shared = [lab / "elements.js", lab / "codec.js"]
    shared += [lab / "on_device" / name for name in ("fidelity.js", "film.js")]
    parts = [
        *(browser.wrap_component(name, script) for name, script in components.items()),
        ondevice.DEVICE_SCRIPT,
        own_photo.SCRIPT,
        browser.SVG,
        _read(*shared, *(_PAGE / name for name in _SCRIPTS)),
    ]
    return "\n" + "\n".join(parts)


def _write_style() -> str:
    return "\n".join(
        ["", look.write_colours(), browser.CONTROLS, _read(_PAGE / "page.css"), look.write_icons()]
    )


def _read(*files: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)
