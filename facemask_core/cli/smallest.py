"""``smallest``: the smallest fooling epsilon of every image of a dataset."""

from __future__ import annotations

from typing import Annotated

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
from facemask_core.cli.terminal import (
    model_row,
    print_dead_gradients,
    print_precision,
    progress_bar,
    write_json,
)
from facemask_core.epsilons import LEVELS


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
    json_path: JsonPathOption = None,
) -> None:
    """Find how little fools the model on each image: exact for FGSM, bisected for the others."""
    from facemask_core import load_classifier, searches

    chosen = configured(attack, settings, source)
    dataset = opened(data, limit)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    with progress_bar() as report:
        found = searches.minimal_epsilons(
            classifier,
            dataset,
            chosen,
            largest=largest,
            seed=seed,
            prepare=preparation(crop=crop),
            progress=lambda done, total: report("images", done, total),
        )
    answer = {
        **model_row(classifier),
        **data_row(dataset, crop=crop),
        **found.as_dict(),
    }
    write_json(json_path, answer)
    middle = answer["median_level"]
    median = f"over {largest}/{LEVELS}" if middle is None else f"{middle:g}/{LEVELS}"
    print(f"{classifier.name} on {answer['images']} images, {len(found.skipped)} skipped")
    print(f"median smallest fooling epsilon: {median}")
    print(f"wrong before: {answer['wrong_before']}; standing: {answer['standing']}")
    print_dead_gradients(found.dead_gradients)
    print(", ".join(f"{key} {value}" for key, value in found.threat_model.items()))
    print_precision(classifier)
