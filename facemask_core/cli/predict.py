"""``predict``: verdicts on pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemask_core.cli.foreign_options import ReadAsOption, load_model
from facemask_core.cli.options import (
    AllFacesFlag,
    FaceCropOption,
    FaceOption,
    JsonFlag,
    ModelOption,
    WearMaskOption,
)
from facemask_core.cli.pictures import describe_verdict, read_faces, verdict_row
from facemask_core.cli.terminal import print_json, print_line, print_note
from facemask_core.errors import FacemaskError


def predict(
    images: Annotated[list[Path], typer.Argument(help="Pictures.")],
    model: ModelOption,
    crop: FaceCropOption = None,
    face: FaceOption = None,
    all_faces: AllFacesFlag = False,
    wear_mask: WearMaskOption = False,
    read_as: ReadAsOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell whether the face in each picture wears a mask."""
    from facemask_core.evaluation.verdicts import judge

    classifier = load_model(model, read_as)
    rows, failed = [], False
    for path in images:
        try:
            chosen = read_faces(path, crop=crop, wear_mask=wear_mask, number=face, every=all_faces)
        except FacemaskError as error:
            print_note(str(error))
            failed = True
            continue
        for part in chosen:
            verdict = judge(classifier, part.pixels[None])[0]
            rows.append({"path": str(path), **verdict_row(verdict), **part.row()})
            if not as_json:
                print_line(f"{path}: {describe_verdict(verdict)}{part.remark}")
    if as_json:
        print_json(rows)
    if failed:
        raise typer.Exit(2)
