"""``reproduce``: the paper's experiments on the shipped models, one result file each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.datasets import LimitOption, opened
from facemask_core.cli.storing import NoStoreOption, StoreOption, perhaps_store
from facemask_core.cli.terminal import progress_bar, tell
from facemask_core.errors import DatasetError

if TYPE_CHECKING:
    from facemask_core.paper.reproduction import Answer

DATA = Path("../shared/data/facemask/test")


def reproduce(
    data: Annotated[Path, typer.Option(help="Folder with one folder a class.")] = DATA,
    models: Annotated[
        list[str] | None,
        typer.Option("--models", help="A model; repeat for more (default: the paper's three)."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder of the results (default: the lab's own).")
    ] = None,
    limit: LimitOption = None,
    store: StoreOption = None,
    no_store: NoStoreOption = False,
) -> None:
    """Measure what the page Paper shows; results that are there already are kept."""
    from facemask_core import load_classifier
    from facemask_core.models.checkpoints import locate
    from facemask_core.paper import experiments, reproduction

    if limit is not None and output is None:
        raise DatasetError(
            "Name a folder with --output: figures of a few images are not to replace those of all."
        )
    asked = list(experiments.experiments(models or experiments.MODELS))
    for model in models or ():
        locate(model)  # a misspelt name is told before hours of others
    dataset = opened(data, limit)
    with perhaps_store(store, no_store=no_store) as kept, progress_bar() as report:
        work = reproduction.Reproduction(
            dataset, output or reproduction.RESULTS_DIR, kept, load_classifier
        )
        for answer in work.answers(
            asked, lambda experiment, done, total: report(experiment.file, done, total)
        ):
            _print(answer)


def _print(answer: Answer) -> None:
    result = answer.result
    robust = result["robust_accuracy"]
    figure = (
        f"accuracy {result['clean']['accuracy']:.4f}"
        if robust is None
        else f"robust accuracy {robust:.4f}"
    )
    how = "kept" if answer.from_file else f"{result['seconds']:.1f} s"
    tell(
        f"{answer.experiment.file}: {figure} on {result['images']} images, {how}",
        flush=True,  # the next may take hours
    )
