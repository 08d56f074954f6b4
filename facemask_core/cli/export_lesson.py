"""``export-lesson``: the lesson as one file that needs no server."""

from __future__ import annotations

import importlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from facemask_core.cli.options import JsonFlag
from facemask_core.cli.outputs import check_files, refusing
from facemask_core.cli.terminal import print_json, print_line


class Language(StrEnum):
    """The languages of the lesson."""

    ENGLISH = "en"
    FRENCH = "fr"


def export_lesson(
    output: Annotated[Path, typer.Option(help="The HTML file to write.")],
    language: Annotated[Language, typer.Option(help="Language of the lesson.")] = Language.ENGLISH,
    installable: Annotated[
        bool,
        typer.Option(
            "--installable",
            help="Also write a manifest and a service worker beside it, for a web host, by which "
            "browsers keep the page and open it without a network.",
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write the lesson as one HTML file that computes on the reader's own device."""
    check_files({"--output": output}, [])
    # By its name, because the core does not import the pages.
    lesson_file = importlib.import_module("facemask_ui.lesson_file")
    with refusing(output):
        sizes = lesson_file.write_files(language.value, output, installable=installable)
    if as_json:
        print_json({"language": language.value, "output": str(output), "bytes": sizes})
        return
    for name, size in sizes.items():
        print_line(f"{output.parent / name}: {size:,} bytes")
