"""``explain``: a heat map of the places in a picture that decide the prediction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.options import (
    FaceCropOption,
    FaceOption,
    JsonFlag,
    ModelOption,
    PrecisionOption,
    SeedOption,
    WearMaskOption,
)
from facemask_core.cli.outputs import check_files, read_paths, saved
from facemask_core.cli.pictures import describe_verdict, read_face, verdict_row
from facemask_core.cli.terminal import model_row, print_json, print_line, print_precision
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
    crop: FaceCropOption = None,
    face: FaceOption = None,
    wear_mask: WearMaskOption = False,
    as_json: JsonFlag = False,
) -> None:
    """Show as a heat map which places in a face speak for the model's answer."""
    from facemask_core import explain as explanations
    from facemask_core import load_classifier
    from facemask_core.evaluation.verdicts import judge
    from facemask_core.pictures import images, model_input
    from facemask_core.pictures.lab_note import LabNote, shorten_name

    if output.suffix.lower() != ".png":
        raise ImageError(f"{output} must end in .png.")
    check_files({"--output": output}, read_paths([model], image))
    explanation = explanations.make(method)
    requested = None if label is None else parse_label(label)
    part = read_face(image, crop=crop, wear_mask=wear_mask, number=face)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    verdict = judge(classifier, part.pixels[None])[0]
    target = verdict.label if requested is None else requested
    heat = explanation(classifier, images.to_float(part.pixels)[None], target, seed=seed)[0]
    picture = explanations.overlay(part.pixels, heat, share)
    summary = explanations.summarise(heat)
    note = LabNote(
        made="heat map",
        frame=part.frame,
        box=part.box,
        model=shorten_name(classifier.name),
        model_sha256=classifier.card.weights_sha256,
    )
    row = {
        "path": str(image),
        **part.row(),
        **model_row(classifier),
        "verdict": verdict_row(verdict),
        "label": LABELS[target],
        "explanation": {**explanation.statement(), "seed": seed},
        "peak": summary.peak,
        "lower_half": summary.lower_half,
        "area": summary.area,
        "share": share,
        "output": str(output),
    }
    with saved(output, model_input.encode(picture, note)) as ending:
        if as_json:
            print_json(row)
            return
        print_line(f"{image}: {describe_verdict(verdict)}{part.remark}")
        print_line(f"{explanation.title} for {LABELS[target]}: {_in_words(summary)}; {ending}")
        print_precision(classifier)


def _in_words(summary: Summary) -> str:
    if summary.peak is None:
        return "the map is empty: nothing speaks for this class, or no gradient comes through"
    left, top = summary.peak
    return (
        f"hottest {left} px from the left and {top} px from the top, "
        f"{summary.lower_half:.0%} of the heat in the lower half"
    )
