"""``explain``: a heat map of the places in a picture that decide the prediction."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.face_outputs import name_outputs, saved_all
from facemask_core.cli.options import (
    AllFacesFlag,
    FaceCropOption,
    FaceOption,
    JsonFlag,
    ModelOption,
    PrecisionOption,
    SeedOption,
    WearMaskOption,
)
from facemask_core.cli.outputs import check_files, read_paths
from facemask_core.cli.pictures import Face, describe_verdict, read_faces, verdict_row
from facemask_core.cli.terminal import model_row, print_json, print_line, print_precision
from facemask_core.errors import ImageError
from facemask_core.labels import LABELS, parse_label

if TYPE_CHECKING:
    from facemask_core.evaluation.verdicts import Verdict
    from facemask_core.explain import Explanation, Summary
    from facemask_core.models.classifier import Classifier


@dataclass(frozen=True)
class _Map:
    """The heat map of one face: the verdict, the class it is about, its figures, and its file."""

    verdict: Verdict
    label: int
    summary: Summary
    file: bytes


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
    all_faces: AllFacesFlag = False,
    wear_mask: WearMaskOption = False,
    as_json: JsonFlag = False,
) -> None:
    """Show as a heat map which places in a face speak for the model's answer.

    With --all-faces each face has a file of its own, such as out-2.png for the second from the
    left.
    """
    from facemask_core import explain as explanations
    from facemask_core import load_classifier

    if output.suffix.lower() != ".png":
        raise ImageError(f"{output} must end in .png.")
    reads = read_paths([model], image)
    if not all_faces:
        check_files({"--output": output}, reads)
    explanation = explanations.make(method)
    requested = None if label is None else parse_label(label)
    parts = read_faces(image, crop=crop, wear_mask=wear_mask, number=face, every=all_faces)
    outputs = name_outputs(output, parts, reads, every=all_faces)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    maps = [
        _explain_part(classifier, part, explanation, label=requested, seed=seed, share=share)
        for part in parts
    ]
    rows = [
        {
            "path": str(image),
            **part.row(),
            **model_row(classifier),
            "verdict": verdict_row(it.verdict),
            "label": LABELS[it.label],
            "explanation": {**explanation.statement(), "seed": seed},
            "peak": it.summary.peak,
            "lower_half": it.summary.lower_half,
            "area": it.summary.area,
            "share": share,
            "output": str(file),
        }
        for part, it, file in zip(parts, maps, outputs, strict=True)
    ]
    files = [(file, it.file) for file, it in zip(outputs, maps, strict=True)]
    with saved_all(files) as endings:
        if as_json:
            print_json(rows if all_faces else rows[0])
            return
        for part, it, ending in zip(parts, maps, endings, strict=True):
            print_line(f"{image}: {describe_verdict(it.verdict)}{part.remark}")
            words = _in_words(it.summary)
            print_line(f"{explanation.title} for {LABELS[it.label]}: {words}; {ending}")
        print_precision(classifier)


def _explain_part(
    classifier: Classifier,
    part: Face,
    explanation: Explanation,
    *,
    label: int | None,
    seed: int,
    share: float,
) -> _Map:
    """Makes the heat map of a face for a class, or for the model's own answer."""
    from facemask_core import explain as explanations
    from facemask_core.evaluation.verdicts import judge
    from facemask_core.pictures import images, model_input
    from facemask_core.pictures.lab_note import LabNote, shorten_name

    verdict = judge(classifier, part.pixels[None])[0]
    target = verdict.label if label is None else label
    heat = explanation(classifier, images.to_float(part.pixels)[None], target, seed=seed)[0]
    note = LabNote(
        made="heat map",
        frame=part.frame,
        box=part.box,
        model=shorten_name(classifier.name),
        model_sha256=classifier.card.weights_sha256,
    )
    picture = explanations.overlay(part.pixels, heat, share)
    summary = explanations.summarise(heat)
    return _Map(verdict, target, summary, model_input.encode(picture, note))


def _in_words(summary: Summary) -> str:
    if summary.peak is None:
        return "the map is empty: nothing speaks for this class, or no gradient comes through"
    left, top = summary.peak
    return (
        f"hottest {left} px from the left and {top} px from the top, "
        f"{summary.lower_half:.0%} of the heat in the lower half"
    )
