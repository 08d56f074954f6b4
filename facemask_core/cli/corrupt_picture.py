"""``corrupt`` of one picture: where each danger first changes the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from facemask_core.cli.outputs import check_files, read_paths, saved
from facemask_core.cli.pictures import read_face, verdict_row
from facemask_core.cli.terminal import (
    model_row,
    print_json,
    print_line,
    print_precision,
    print_table,
    progress_bar,
)
from facemask_core.epsilons import LEVELS
from facemask_core.errors import ImageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from facemask_core import Classifier
    from facemask_core.corruptions import Corruption
    from facemask_core.robustness import FirstChange


def rank_picture(
    image: Path,
    model: str,
    kinds: Sequence[Corruption],
    attack_names: Sequence[str],
    *,
    seed: int,
    crop: bool | None,
    number: int | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Ranks dangers for the face in a picture, and prints them.

    Args:
        image: The picture.
        model: A model's name, or its folder.
        kinds: The corruptions.
        attack_names: The attacks whose epsilon is ranked beside them.
        seed: Seed of all randomness.
        crop: Whether to crop to the face; None decides by the picture.
        number: The face, counted from the left from 1; None for the largest.
        output: PNG file for the picture at every severity; None for none.
        as_json: Whether to print JSON.

    Raises:
        FaceError: There is no such face.
        ImageError: The picture cannot be read, or the output is no PNG file.
    """
    from facemask_core import attacks, load_classifier, robustness
    from facemask_core.evaluation.verdicts import judge
    from facemask_core.pictures import model_input
    from facemask_core.pictures.lab_note import LabNote
    from facemask_core.robustness.first_change import STEPS

    if output is not None and output.suffix.lower() != ".png":
        raise ImageError(f"{output} must end in .png; that is what --output writes.")
    check_files({"--output": output}, read_paths([model], image))
    attackers = [attacks.make(name) for name in attack_names]
    face = read_face(image, crop=crop, number=number)
    if face.box is not None:
        kinds = [_place_on_face(kind) for kind in kinds]
    classifier = load_classifier(model, warm_up=False)
    (verdict,) = judge(classifier, face.pixels[None])
    with progress_bar() as report:
        changes = robustness.rank_dangers(
            classifier,
            face.pixels,
            kinds=kinds,
            attacks=attackers,
            seed=seed,
            progress=lambda done, total: report("dangers", done, total),
        )
    sheet = b""
    if output is not None:
        drawing = draw_severities(classifier, face.pixels, kinds, seed)
        sheet = model_input.encode(drawing, LabNote(made="sheet"))
    row = {
        "path": str(image),
        **face.row(),
        **model_row(classifier),
        "verdict": verdict_row(verdict),
        "steps": STEPS,
        "seed": seed,
        "threat_models": [
            attack.threat_model(robustness.LARGEST / LEVELS, seed) for attack in attackers
        ],
        "dangers": [change.as_dict() for change in changes],
        "output": None if output is None else str(output),
    }
    with saved(output, sheet) as ending:
        if as_json:
            print_json(row)
            return
        print_line(f"{classifier.name}: {verdict.name} {verdict.confidence:.4f}{face.remark}")
        _print_ranking(changes)
        if output is not None:
            print_line(ending)
        print_precision(classifier)


def _place_on_face(kind: Corruption) -> Corruption:
    """Puts a box over the mouth where the mouth is in a crop of the face finder's."""
    from facemask_core.corruptions.mouth_box import CHIN, MouthBox

    return replace(kind, face=(0.0, 0.0, 1.0, CHIN)) if isinstance(kind, MouthBox) else kind


def _print_ranking(changes: Sequence[FirstChange]) -> None:
    table = Table()
    for name in ("danger", "changes the verdict at", "share of its dial", "end of its dial"):
        table.add_column(name)
    print_table(
        table,
        [
            (
                change.title,
                change.value or "nowhere",
                "" if change.share is None else f"{100 * change.share:.0f} %",
                change.end,
            )
            for change in changes
        ],
    )


def draw_severities(
    classifier: Classifier, face: NDArray[np.uint8], kinds: Sequence[Corruption], seed: int
) -> NDArray[np.uint8]:
    """Draws a face at every severity of every corruption, with the model's answers.

    Args:
        classifier: The model.
        face: uint8 (224, 224, 3).
        kinds: The corruptions, one a row.
        seed: Seed of all randomness.

    Returns:
        uint8 (height, width, 3); pictures on which the verdict has changed have an orange edge.
    """
    import numpy as np

    from facemask_core.corruptions import SEVERITIES
    from facemask_core.evaluation.verdicts import judge
    from facemask_core.pictures.contact_sheet import Frame, draw_contact_sheet

    rows = []
    for kind in kinds:
        strengths = (0, *SEVERITIES)
        pictures = [kind.apply(face, strength, seed) for strength in strengths]
        verdicts = judge(classifier, np.stack(pictures))
        rows.append(
            [
                Frame(
                    picture,
                    (
                        f"{kind.title}: {kind.describe(strength)}" if strength else "As it is",
                        f"{verdict.name.replace('_', ' ')} {100 * verdict.confidence:.1f} %",
                    ),
                    verdict.label != verdicts[0].label,
                )
                for strength, picture, verdict in zip(strengths, pictures, verdicts, strict=True)
            ]
        )
    return draw_contact_sheet(rows)
