"""``curve``: accuracy against epsilon over a dataset."""

from __future__ import annotations

from typing import Annotated

import typer

from facemask_core.cli.attack_notes import note_hindrance
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
from facemask_core.cli.terminal import (
    model_row,
    print_dead_gradients,
    print_line,
    print_precision,
    progress_bar,
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
    """Show how accuracy falls with epsilon; a fooled image is not attacked again."""
    from facemask_core import load_classifier, robustness

    check_files({"--json": json_path}, read_paths([model, source], data))
    attacker = make_attack(attack, settings, source)
    radii = [parse_epsilon(text) for text in epsilons.split(",")]
    dataset = open_data(data, limit)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    attacker.check_epsilon(radii[-1], classifier.input_shape)
    note_hindrance(attacker, radii[-1])
    with progress_bar() as report:
        result = robustness.measure_robustness_curve(
            classifier,
            dataset,
            attacker,
            radii,
            seed=seed,
            prepare=preparation(crop=crop),
            progress=lambda done, total: report("images", done, total),
        )
    with saved_json(
        json_path,
        {
            **model_row(classifier),
            **data_row(dataset, crop=crop),
            **result.as_dict(),
        },
    ):
        print_line(
            f"{classifier.name} on {len(result.fell_at)} images, {len(result.skipped)} skipped"
        )
        print_line(
            f"{'epsilon':>20}{'robust accuracy':>18}{'success rate':>15}"
            f"{'unmoved':>10}{'rounded away':>15}"
        )
        print_line(f"{'clean':>20}{result.clean_accuracy:>18.4f}")
        threat_model = result.threat_models[-1]
        for radius, accuracy, rate, unmoved, rounded in zip(
            radii,
            result.robust_accuracy,
            result.success_rate,
            result.unmoved,
            result.rounded_away,
            strict=True,
        ):
            radius_text = describe_epsilon(radius, threat_model["norm"])
            print_line(f"{radius_text:>20}{accuracy:>18.4f}{rate:>15.4f}{unmoved:>10}{rounded:>15}")
        print_line(
            "unmoved: images that count as robust, which the attack left as they are; "
            "rounded away: images that are the originals again once saved in 8 bits"
        )
        print_dead_gradients(result.dead_gradients)
        print_line(
            ", ".join(f"{key} {value}" for key, value in threat_model.items() if key != "epsilon")
        )
        print_precision(classifier)
