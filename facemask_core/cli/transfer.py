"""``transfer``: examples made on every model, tried on every model."""

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
from facemask_core.cli.options import PrecisionOption, SeedOption
from facemask_core.cli.settings import SettingsOption, configured
from facemask_core.cli.terminal import print_dead_gradients, progress_bar, tell, write_json
from facemask_core.epsilons import describe_epsilon, parse_epsilon


def transfer(
    model: Annotated[list[str], typer.Option("--model", help="A model; repeat for more.")],
    data: DataOption,
    epsilon: Annotated[str, typer.Option(help="Radius of the ball: 0.05 or 8/255.")],
    attack: Annotated[str, typer.Option(help="See the attacks command.")] = "fgsm",
    settings: SettingsOption = None,
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    limit: LimitOption = None,
    crop: CropOption = False,
    json_path: JsonPathOption = None,
) -> None:
    """Show the robust accuracy of every model (columns) under examples made on each (rows)."""
    from facemask_core import load_classifier, robustness

    chosen = configured(attack, settings)
    radius = parse_epsilon(epsilon)
    dataset = opened(data, limit)
    classifiers = [load_classifier(name, warm_up=False, precision=precision) for name in model]
    with progress_bar() as report:
        found = robustness.transfer_matrix(
            classifiers,
            dataset,
            chosen,
            epsilon=radius,
            seed=seed,
            prepare=preparation(crop=crop),
            progress=lambda done, total: report("images", done, total),
        )
    computed_in = [classifier.arithmetic for classifier in classifiers]
    write_json(
        json_path,
        {
            "precision": precision,
            "arithmetic": computed_in,
            **data_row(dataset, crop=crop),
            **found.as_dict(),
        },
    )
    width = max(map(len, (*found.models, "made on"))) + 2
    written = describe_epsilon(radius, found.threat_model["norm"])
    tell(f"robust accuracy at {written}, {len(found.labels)} images")
    tell(f"{'made on':{width}}" + "".join(f"{name:>{width}}" for name in found.models))
    clean = "".join(f"{value:>{width}.4f}" for value in found.clean_accuracy)
    tell(f"{'(clean)':{width}}{clean}")
    for name, row in zip(found.models, found.robust_accuracy, strict=True):
        tell(f"{name:{width}}" + "".join(f"{value:>{width}.4f}" for value in row))
    for name, dead in zip(found.models, found.dead_gradients, strict=True):
        print_dead_gradients(int(dead), f"images made on {name}")
    tell(", ".join(f"{key} {value}" for key, value in found.threat_model.items()))
    for name, arithmetic in zip(found.models, computed_in, strict=True):
        tell(f"{name}, precision {precision}: {arithmetic}")
