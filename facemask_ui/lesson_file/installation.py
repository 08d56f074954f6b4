"""The lesson's files as they are written or served: the page, and what lets a browser keep it."""

from __future__ import annotations

import json
from pathlib import Path

from facemask_core.models.checkpoints import write_atomically
from facemask_ui.language import read_texts
from facemask_ui.lesson_file import look
from facemask_ui.lesson_file.builder import Installed, write_lesson, write_mark

WORKER_FILE = "lesson-worker.js"
PAGE_FILE = "lesson.html"
_HOME = "index.html"
"""A host sends this file for its folder, too."""
_WORKER = Path(__file__).parent / "page" / "worker.js"


def name_manifest(language: str) -> str:
    """Names the manifest of a language."""
    return f"lesson-{language}.webmanifest"


def make_files(language: str, page: str = PAGE_FILE, *, query: str = "") -> dict[str, bytes]:
    """Makes the page with its manifest and its service worker, by the names of the files.

    Args:
        language: One of :data:`facemask_ui.language.LANGUAGES`.
        page: The name of the page's file.
        query: What follows it in the page's address.
    """
    # A scope is the beginning of an address, so that it holds the page in every language.
    scope = "./" if page == _HOME else f"./{page.removesuffix('.html')}"
    installed = Installed(name_manifest(language), scope)
    return {
        page: write_lesson(language, installed=installed).encode(),
        installed.manifest: _write_manifest(language, page + query, installed.scope),
        WORKER_FILE: _WORKER.read_bytes(),
    }


def _write_manifest(language: str, address: str, scope: str) -> bytes:
    texts = read_texts(language).within("lesson_file")
    colour = look.read_theme("light")["backgroundColor"]
    manifest = {
        "name": texts.say("install_name"),
        "short_name": texts.say("lesson"),
        "description": texts.say("description"),
        "lang": language,
        "start_url": address,
        "scope": scope,
        "display": "standalone",
        "background_color": colour,
        "theme_color": colour,
        "icons": [{"src": write_mark(), "sizes": "any", "type": "image/svg+xml"}],
    }
    return json.dumps(manifest, ensure_ascii=False, indent=1).encode()


def write_files(language: str, output: Path, *, installable: bool = False) -> dict[str, int]:
    """Writes the lesson to a file, and perhaps what lets browsers keep it beside that.

    Args:
        language: One of :data:`facemask_ui.language.LANGUAGES`.
        output: The page's file.
        installable: Whether manifest and service worker are written as well.

    Returns:
        The size of each file in bytes, by its name.

    Raises:
        CheckpointError: A model cannot be loaded.
        ExportError: The lesson's models are none that a browser can compute.
    """
    if installable:
        contents = make_files(language, output.name)
    else:
        contents = {output.name: write_lesson(language).encode()}
    for name, content in contents.items():
        write_atomically(output.parent / name, content)
    return {name: len(content) for name, content in contents.items()}
