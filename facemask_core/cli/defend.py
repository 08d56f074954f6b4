"""``defend``: what a defence is worth, against those who ignore it and those who know it."""

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
from facemask_core.cli.settings import (
    DefencesOption,
    SettingsOption,
    configured,
    configured_defences,
)
from facemask_core.cli.terminal import (
    model_row,
    print_dead_gradients,
    print_precision,
    progress_bar,
    tell,
    write_json,
)
from facemask_core.epsilons import describe_epsilon, parse_epsilon

if TYPE_CHECKING:
    from facemask_core.robustness import DefenceComparison


def defend(
    model: ModelOption,
    data: DataOption,
    epsilon: Annotated[str, typer.Option(help="Radius of the ball: 0.05 or 8/255.")],
    attack: Annotated[str, typer.Option(help="See the attacks command.")] = "pgd",
    settings: SettingsOption = None,
    defence: DefencesOption = None,
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    limit: LimitOption = None,
    crop: CropOption = False,
    json_path: JsonPathOption = None,
) -> None:
    """Put defences before a model; attack it without them (naive) and through them (adaptive)."""
    from facemask_core import load_classifier, robustness

    chosen = configured(attack, settings)
    defences = configured_defences(defence)
    radius = parse_epsilon(epsilon)
    dataset = opened(data, limit)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    with progress_bar() as report:
        found = robustness.defence_comparison(
            classifier,
            dataset,
            chosen,
            defences,
            epsilon=radius,
            seed=seed,
            prepare=preparation(crop=crop),
            progress=lambda done, total: report("images", done, total),
        )
    write_json(
        json_path,
        {**model_row(classifier), **data_row(dataset, crop=crop), **found.as_dict()},
    )
    count = f"{len(found.labels)} images, {len(found.skipped)} skipped"
    written = describe_epsilon(radius, found.threat_model["norm"])
    tell(f"{classifier.name} at {written} on {count}")
    _print_rows(found)
    tell(", ".join(f"{key} {value}" for key, value in found.threat_model.items()))
    print_precision(classifier)


def _print_rows(found: DefenceComparison) -> None:
    """Prints one line a defence, the bare model's first."""
    names = ["none", *(defence.label for defence in found.defences)]
    width = max(map(len, (*names, "defence"))) + 2
    tell(f"{'':{width + 10}}{'robust accuracy':>20}{'success rate':>20}")
    heads = ("clean", "naive", "adaptive", "naive", "adaptive")
    tell(f"{'defence':{width}}" + "".join(f"{head:>10}" for head in heads))
    columns = (
        found.clean_accuracy,
        *(found.naive_accuracy, found.adaptive_accuracy),
        *(found.naive_success_rate, found.adaptive_success_rate),
    )
    for name, *shares in zip(names, *columns, strict=True):
        tell(f"{name:{width}}" + "".join(f"{share:>10.4f}" for share in shares))
    tell("naive: made on the bare model; adaptive: made on the model with the defence before it")
    for name, dead in zip(names, found.dead_gradients, strict=True):
        print_dead_gradients(int(dead), f"images with the defence {name}")
