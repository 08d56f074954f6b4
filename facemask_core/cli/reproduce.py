"""``reproduce``: the paper's experiments on the shipped models, one result file each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.dataset_options import LimitOption, open_data
from facemask_core.cli.outputs import check_folder
from facemask_core.cli.store_options import NoStoreOption, StoreOption, open_store_unless
from facemask_core.cli.terminal import print_line, print_note, progress_bar
from facemask_core.errors import DatasetError

if TYPE_CHECKING:
    from facemask_core.paper.reproduction import Answer

DATA = Path("../shared/data/facemask-v2/test")


def reproduce(
    data: Annotated[Path, typer.Option(help="Folder or zip with one folder a class.")] = DATA,
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
    """Run the experiments behind the page Paper; results that are there are kept."""
    from facemask_core import load_classifier
    from facemask_core.models.checkpoints import locate, read_card
    from facemask_core.paper import experiments, reproduction

    if limit is not None and output is None:
        raise DatasetError(
            "Name a folder with --output: figures of a few images are not to replace those of all."
        )
    check_folder("--output", output or reproduction.RESULTS_DIR, [data])
    for model in models or ():
        read_card(locate(model))  # refuses a misspelt name before hours of others
    selection = list(experiments.experiments(models or _list_usable()))
    dataset = open_data(data, limit)
    with open_store_unless(store, no_store=no_store) as runs, progress_bar() as report:
        work = reproduction.Reproduction(
            dataset, output or reproduction.RESULTS_DIR, runs, load_classifier
        )
        for answer in work.answers(
            selection, lambda experiment, done, total: report(experiment.file, done, total)
        ):
            _print(answer)


def _list_usable() -> list[str]:
    """Lists the paper's models; one whose card cannot be used is named and left out."""
    from facemask_core.models import checkpoints
    from facemask_core.paper import experiments

    faulty = checkpoints.find_faulty_cards()
    for name in experiments.MODELS:
        if name in faulty:
            print_note(f"The model {name} is left out: {faulty[name]}")
    return [name for name in experiments.MODELS if name not in faulty]


def _print(answer: Answer) -> None:
    result = answer.result
    robust = result["robust_accuracy"]
    figure = (
        f"accuracy {result['clean']['accuracy']:.4f}"
        if robust is None
        else f"robust accuracy {robust:.4f}"
    )
    how = "kept" if answer.from_file else f"{result['seconds']:.1f} s"
    print_line(
        f"{answer.experiment.file}: {figure} on {result['images']} images, {how}",
        flush=True,  # the next may take hours
    )
