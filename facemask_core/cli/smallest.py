"""``smallest``: the smallest fooling epsilon of every image of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.attack_options import SettingsOption, SourceOption, make_attack
from facemask_core.cli.dataset_options import (
    CropOption,
    DataOption,
    JsonPathOption,
    LimitOption,
    data_row,
    open_data,
    preparation,
)
from facemask_core.cli.options import ModelOption, PrecisionOption, SeedOption
from facemask_core.cli.outputs import check_files, read_paths, saved_json
from facemask_core.cli.store_options import (
    NoStoreOption,
    StoreOption,
    note_stored_count,
    open_store_unless,
)
from facemask_core.cli.terminal import (
    model_row,
    print_dead_gradients,
    print_line,
    print_precision,
    print_threat_model,
    progress_bar,
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
    """Find the smallest fooling epsilon of each image: exact for FGSM, bisected for others."""
    from facemask_core import load_classifier, robustness
    from facemask_core.engines import RunContext

    check_files({"--json": json_path}, read_paths([model, source], data, store=store))
    attacker = make_attack(attack, settings, source)
    dataset = open_data(data, limit)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    with open_store_unless(store, no_store=no_store) as runs, progress_bar() as report:
        result = robustness.find_smallest_epsilons(
            classifier,
            dataset,
            attacker,
            largest=largest,
            seed=seed,
            prepare=preparation(crop=crop),
            context=RunContext(
                store=runs,
                progress=lambda done, total: report("images", done, total),
                recalled=note_stored_count,
            ),
        )
    with saved_json(
        json_path, {**model_row(classifier), **data_row(dataset, crop=crop), **result.as_dict()}
    ):
        print_smallest(classifier.name, result)
        print_precision(classifier)


def print_smallest(model: str, result: SmallestEpsilons) -> None:
    """Prints the result of a search as text.

    Args:
        model: Name of the attacked model.
        result: The result.
    """
    figures, largest = result.as_dict(), result.largest
    middle = figures["median_level"]
    median = f"over {largest}/{LEVELS}" if middle is None else f"{middle:g}/{LEVELS}"
    print_line(f"{model} on {figures['images']} images, {len(result.skipped)} skipped")
    print_line(f"median smallest fooling epsilon: {median}")
    print_line(f"wrong before: {figures['wrong_before']}; standing: {figures['standing']}")
    print_dead_gradients(result.dead_gradients)
    print_threat_model(result.threat_model)
