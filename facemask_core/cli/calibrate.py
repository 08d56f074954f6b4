"""``calibrate``: from which confidence on a model's answer is a verdict."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from facemask_core.cli.options import JsonFlag, ModelOption
from facemask_core.cli.outputs import refusing
from facemask_core.cli.terminal import print_json, print_line, progress_bar


def calibrate(
    model: ModelOption,
    data: Annotated[
        Path, typer.Option(help="Photographs by class that the model was not trained on: val.")
    ],
    write: Annotated[bool, typer.Option("--write", help="Write it to the model's card.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Measure below which confidence a model is unsure, and write it to its card."""
    from functools import partial

    from facemask_core import load_classifier
    from facemask_core.data import places
    from facemask_core.engines import RunContext
    from facemask_core.evaluation import report
    from facemask_core.evaluation.unsure import MOST_RIGHT, measure_unsure_below
    from facemask_core.models import checkpoints
    from facemask_core.models.classifier import probabilities

    folder = checkpoints.locate(model)
    photographs = places.open_path(data)
    classifier = load_classifier(model, warm_up=False)
    with progress_bar() as progress:
        context = RunContext(progress=partial(progress, "images"))
        clean = report.evaluate(classifier, photographs, context=context).clean
    shares = probabilities(clean.logits)
    threshold = measure_unsure_below(shares, clean.labels)
    if write:
        card = replace(checkpoints.read_card(folder), unsure_below=threshold)
        with refusing(folder / checkpoints.CARD_FILE):
            checkpoints.write_card(folder, card)
    below = shares.max(axis=1) < (threshold or 0.0)
    right = int(clean.right[below].sum())
    if as_json:
        print_json(
            {
                "model": model,
                "unsure_below": threshold,
                "images": len(below),
                "unsure": int(below.sum()),
                "unsure_right": right,
                "written": write,
            }
        )
    elif threshold is None:
        print_line(f"{model}: never unsure; no such answers are right in {MOST_RIGHT:.0%} or less.")
    else:
        print_line(
            f"{model}: unsure below a confidence of {threshold:.4f}; {int(below.sum())} of "
            f"{len(below)} photographs are, and of these answers {right} are right."
        )
