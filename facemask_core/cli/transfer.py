"""``transfer``: examples made on each model, evaluated on each model."""

from __future__ import annotations

from typing import Annotated

import typer

from facemask_core.cli.attack_notes import note_hindrance
from facemask_core.cli.attack_options import SettingsOption, make_attack
from facemask_core.cli.dataset_options import (
    CropOption,
    DataOption,
    JsonPathOption,
    LimitOption,
    data_row,
    open_data,
    preparation,
)
from facemask_core.cli.options import PrecisionOption, SeedOption
from facemask_core.cli.outputs import check_files, read_paths, saved_json
from facemask_core.cli.terminal import (
    print_dead_gradients,
    print_line,
    print_threat_model,
    progress_bar,
)
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

    check_files({"--json": json_path}, read_paths(model, data))
    attacker = make_attack(attack, settings)
    radius = parse_epsilon(epsilon)
    dataset = open_data(data, limit)
    classifiers = [load_classifier(name, warm_up=False, precision=precision) for name in model]
    attacker.check_epsilon(radius, classifiers[0].input_shape)
    note_hindrance(attacker, radius)
    with progress_bar() as report:
        result = robustness.measure_transfer(
            classifiers,
            dataset,
            attacker,
            epsilon=radius,
            seed=seed,
            prepare=preparation(crop=crop),
            progress=lambda done, total: report("images", done, total),
        )
    arithmetics = [classifier.arithmetic for classifier in classifiers]
    with saved_json(
        json_path,
        {
            "precision": precision,
            "arithmetic": arithmetics,
            **data_row(dataset, crop=crop),
            **result.as_dict(),
        },
    ):
        width = max(map(len, (*result.models, "made on"))) + 2
        radius_text = describe_epsilon(radius, result.threat_model["norm"])
        print_line(f"robust accuracy at {radius_text}, {len(result.labels)} images")
        print_line(f"{'made on':{width}}" + "".join(f"{name:>{width}}" for name in result.models))
        clean = "".join(f"{value:>{width}.4f}" for value in result.clean_accuracy)
        print_line(f"{'(clean)':{width}}{clean}")
        for name, row in zip(result.models, result.robust_accuracy, strict=True):
            print_line(f"{name:{width}}" + "".join(f"{value:>{width}.4f}" for value in row))
        print_line("unmoved by the attack, though counted as robust:")
        for name, counts in zip(result.models, result.unmoved, strict=True):
            print_line(f"{name:{width}}" + "".join(f"{count:>{width}}" for count in counts))
        for name, rounded in zip(result.models, result.rounded_away, strict=True):
            if rounded:
                print_line(f"made on {name}, undone by rounding to 8 bits: {rounded}")
        for name, dead in zip(result.models, result.dead_gradients, strict=True):
            print_dead_gradients(int(dead), f"images made on {name}")
        print_threat_model(result.threat_model)
        for name, arithmetic in zip(result.models, arithmetics, strict=True):
            print_line(f"{name}, precision {precision}: {arithmetic}")
