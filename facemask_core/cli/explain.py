"""``explain``: what in one picture the model goes by."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.options import (
    JsonFlag,
    ModelOption,
    NoCropOption,
    PrecisionOption,
    SeedOption,
    WearMaskOption,
)
from facemask_core.cli.pictures import read_face, verdict_row
from facemask_core.cli.terminal import model_row, print_json, print_precision, tell, writing
from facemask_core.errors import ImageError
from facemask_core.labels import LABELS, parse_label

if TYPE_CHECKING:
    from facemask_core.explain import Summary


def explain(
    image: Annotated[Path, typer.Argument(help="A picture.")],
    model: ModelOption,
    output: Annotated[Path, typer.Option(help="PNG file for the face under its heat map.")],
    method: Annotated[str, typer.Option(help="grad-cam, saliency or smooth-grad.")] = "grad-cam",
    label: Annotated[
        str | None, typer.Option(help="Class to explain (default: the model's answer).")
    ] = None,
    share: Annotated[float, typer.Option(help="How much of the map to show, 0 to 1.")] = 0.5,
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    no_crop: NoCropOption = False,
    wear_mask: WearMaskOption = False,
    as_json: JsonFlag = False,
) -> None:
    """Show where in a face the model finds what speaks for its answer, as a heat map."""
    from facemask_core import explain as explanations
    from facemask_core import load_classifier
    from facemask_core.evaluation.verdicts import judge
    from facemask_core.models.checkpoints import write_atomically
    from facemask_core.pictures import images

    chosen = explanations.make(method)
    asked = None if label is None else parse_label(label)
    if output.suffix.lower() != ".png":
        raise ImageError(f"{output} must end in .png.")
    face, box = read_face(image, crop=not no_crop, wear_mask=wear_mask)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    verdict = judge(classifier, face[None])[0]
    explained = verdict.label if asked is None else asked
    heat = chosen(classifier, images.to_float(face)[None], explained, seed=seed)[0]
    picture = explanations.overlay(face, heat, share)
    with writing(output):
        write_atomically(output, images.encode_png(picture))
    found = explanations.summarise(heat)
    row = {
        "path": str(image),
        "box": box,
        "wears_drawn_mask": wear_mask,
        **model_row(classifier),
        "verdict": verdict_row(verdict),
        "label": LABELS[explained],
        "explanation": {**chosen.statement(), "seed": seed},
        "peak": found.peak,
        "lower_half": found.lower_half,
        "area": found.area,
        "share": share,
        "output": str(output),
    }
    if as_json:
        print_json(row)
        return
    tell(f"{image}: {verdict.name}, confidence {verdict.confidence:.4f}")
    tell(f"{chosen.title} for {LABELS[explained]}: {_in_words(found)}; saved as {output}")
    print_precision(classifier)


def _in_words(found: Summary) -> str:
    if found.peak is None:
        return "the map is empty: nothing speaks for this class, or no gradient comes through"
    left, top = found.peak
    return (
        f"hottest {left} px from the left and {top} px from the top, "
        f"{found.lower_half:.0%} of the heat in the lower half"
    )
