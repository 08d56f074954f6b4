"""``curve``: accuracy against epsilon over a dataset."""

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
    tell,
    write_json,
)
from facemask_core.epsilons import describe_epsilon, parse_epsilon


def curve(
    model: ModelOption,
    data: DataOption,
    attack: Annotated[str, typer.Option(help="See the attacks command.")] = "fgsm",
    settings: SettingsOption = None,
    source: SourceOption = None,
    epsilons: Annotated[
        str, typer.Option(help="Rising radii, such as 1/255,2/255,0.05.")
    ] = "1/255,2/255,4/255,8/255,16/255,32/255",
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    limit: LimitOption = None,
    crop: CropOption = False,
    json_path: JsonPathOption = None,
) -> None:
    """Show how accuracy falls with epsilon; what has fallen is not attacked again."""
    from facemask_core import load_classifier, robustness

    chosen = configured(attack, settings, source)
    radii = [parse_epsilon(text) for text in epsilons.split(",")]
    dataset = opened(data, limit)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    with progress_bar() as report:
        found = robustness.robustness_curve(
            classifier,
            dataset,
            chosen,
            radii,
            seed=seed,
            prepare=preparation(crop=crop),
            progress=lambda done, total: report("images", done, total),
        )
    write_json(
        json_path,
        {
            **model_row(classifier),
            **data_row(dataset, crop=crop),
            **found.as_dict(),
        },
    )
    tell(f"{classifier.name} on {len(found.fell_at)} images, {len(found.skipped)} skipped")
    tell(f"{'epsilon':>20}{'robust accuracy':>18}{'success rate':>15}")
    tell(f"{'clean':>20}{found.clean_accuracy:>18.4f}")
    stated = found.threat_models[-1]
    for radius, accuracy, rate in zip(
        radii, found.robust_accuracy, found.success_rate, strict=True
    ):
        written = describe_epsilon(radius, stated["norm"])
        tell(f"{written:>20}{accuracy:>18.4f}{rate:>15.4f}")
    print_dead_gradients(found.dead_gradients)
    tell(", ".join(f"{key} {value}" for key, value in stated.items() if key != "epsilon"))
    print_precision(classifier)
