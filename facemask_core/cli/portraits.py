"""``portraits``: datasets of any size, made of the shipped portraits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemask_core.cli.options import SeedOption
from facemask_core.cli.outputs import check_folder, refusing
from facemask_core.cli.terminal import print_line, progress_bar


def portraits(
    count: Annotated[int, typer.Option(help="How many; 20347 is the paper's number.")],
    output: Annotated[Path, typer.Option(help="Folder for them, empty or begun with this seed.")],
    seed: SeedOption = 0,
    faces: Annotated[
        Path | None, typer.Option(help="Folder of other portraits, made by tools/portraits.")
    ] = None,
) -> None:
    """Make a dataset by photographing the shipped portraits of nobody anew."""
    from facemask_core.data import portraits as variations
    from facemask_core.data.samples import FACES_DIR

    check_folder("--output", output, [faces or FACES_DIR])
    with progress_bar() as report, refusing(output):
        variations.write(
            output, count, seed, faces or FACES_DIR, lambda *done: report("portraits", *done)
        )
    print_line(f"{count} portraits in {output}; they say nothing about accuracy on photographs.")
