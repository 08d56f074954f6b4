"""``export-web``: a model as a browser computes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemask_core.cli.options import JsonFlag, ModelOption
from facemask_core.cli.outputs import check_files, check_folder, refusing
from facemask_core.cli.terminal import print_json, print_line
from facemask_core.errors import ExportError


def export_web(
    model: ModelOption,
    output: Annotated[Path, typer.Option(help="Folder for plan, weights and settings.")],
    finder: Annotated[
        bool, typer.Option("--finder", help="Also write the face finder: its plan and weights.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write a model for the lab on a pupil's own device: a plan, the weights, the settings."""
    from facemask_core.models import checkpoints
    from facemask_core.web.export import FILES, export_finder, export_model

    folder = checkpoints.locate(model)
    check_folder("--output", output, [folder])
    if (output / checkpoints.CARD_FILE).exists():
        raise ExportError(f"{output} is the folder of a model; name another for --output.")
    if output.is_dir():
        check_files({f"--output ({name})": output / name for name in FILES}, [folder])
    with refusing(output):
        sizes = export_model(model, output)
        if finder:
            sizes |= export_finder(output)
    if as_json:
        print_json({"model": model, "output": str(output), "bytes": sizes})
        return
    for name, size in sizes.items():
        print_line(f"{output / name}: {size:,} bytes")
