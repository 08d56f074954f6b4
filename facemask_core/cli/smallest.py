"""``smallest``: the smallest fooling epsilon of every image of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.datasets import (
    CropOption,
    DataOption,
    JsonPathOption,
    LimitOption,
    data_row,
    opened,
    preparation,
)
from facemask_core.cli.options import ModelOption, PrecisionOption, SeedOption
from facemask_core.cli.settings import SettingsOption, SourceOption, configured
from facemask_core.cli.storing import NoStoreOption, StoreOption, perhaps_store, say_recalled
from facemask_core.cli.terminal import (
    model_row,
    print_dead_gradients,
    print_precision,
    progress_bar,
    tell,
    write_json,
)
from facemask_core.epsilons import LEVELS

if TYPE_CHECKING:
    from facemask_core.robustness import SmallestEpsilons


def smallest(
    model: ModelOption,
    data: DataOption,
    attack: Annotated[str, typer.Option(help="See the attacks command.")] = "fgsm",
    settings: SettingsOption = None,
    source: SourceOption = None,
    largest: Annotated[int, typer.Option(help="Largest epsilon in steps of 1/255.")] = 32,
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    limit: LimitOption = None,
    crop: CropOption = False,
    store: StoreOption = None,
    no_store: NoStoreOption = False,
    json_path: JsonPathOption = None,
) -> None:
    """Find how little fools the model on each image: exact for FGSM, bisected for the others."""
    from facemask_core import load_classifier, robustness
    from facemask_core.engines import RunContext

    chosen = configured(attack, settings, source)
    dataset = opened(data, limit)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    with perhaps_store(store, no_store=no_store) as runs, progress_bar() as report:
        found = robustness.minimal_epsilons(
            classifier,
            dataset,
            chosen,
            largest=largest,
            seed=seed,
            prepare=preparation(crop=crop),
            context=RunContext(
                store=runs,
                progress=lambda done, total: report("images", done, total),
                recalled=say_recalled,
            ),
        )
    write_json(
        json_path, {**model_row(classifier), **data_row(dataset, crop=crop), **found.as_dict()}
    )
    print_smallest(classifier.name, found)
    print_precision(classifier)


def print_smallest(model: str, found: SmallestEpsilons) -> None:
    """Prints what a search came to as text.

    Args:
        model: Name of the model that was attacked.
        found: What it came to.
    """
    figures, largest = found.as_dict(), found.largest
    middle = figures["median_level"]
    median = f"over {largest}/{LEVELS}" if middle is None else f"{middle:g}/{LEVELS}"
    tell(f"{model} on {figures['images']} images, {len(found.skipped)} skipped")
    tell(f"median smallest fooling epsilon: {median}")
    tell(f"wrong before: {figures['wrong_before']}; standing: {figures['standing']}")
    print_dead_gradients(found.dead_gradients)
    tell(", ".join(f"{key} {value}" for key, value in found.threat_model.items()))
