"""``survive``: the adversarial examples that still fool the model after they are saved."""

from __future__ import annotations

from typing import Annotated

import typer

from facemask_core.cli.attack_notes import describe_unmoved, note_hindrance, note_rounding
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
    print_threat_model,
    progress_bar,
)
from facemask_core.epsilons import describe_epsilon, parse_epsilon


def survive(
    model: ModelOption,
    data: DataOption,
    epsilon: Annotated[str, typer.Option(help="Radius of the ball: 0.05 or 8/255.")],
    attack: Annotated[str, typer.Option(help="See the attacks command.")] = "fgsm",
    settings: SettingsOption = None,
    source: SourceOption = None,
    quality: Annotated[
        list[int] | None, typer.Option(help="A JPEG quality; repeat for more (95, 85, 75, 50).")
    ] = None,
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    limit: LimitOption = None,
    crop: CropOption = False,
    json_path: JsonPathOption = None,
) -> None:
    """Attack a dataset and show what still fools as 8 bits, as PNG and as JPEG."""
    from facemask_core import load_classifier, robustness
    from facemask_core.evaluation.survival import QUALITIES

    check_files({"--json": json_path}, read_paths([model, source], data))
    attacker = make_attack(attack, settings, source)
    radius = parse_epsilon(epsilon)
    dataset = open_data(data, limit)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    attacker.check_epsilon(radius, classifier.input_shape)
    note_hindrance(attacker, radius)
    with progress_bar() as report:
        result = robustness.measure_attack_survival(
            classifier,
            dataset,
            attacker,
            epsilon=radius,
            qualities=quality or QUALITIES,
            seed=seed,
            prepare=preparation(crop=crop),
            progress=lambda done, total: report("images", done, total),
        )
    total = len(result.answers.labels)
    note_rounding(result.rounded_away, total, "in every form but floats they are the originals")
    with saved_json(
        json_path,
        {**model_row(classifier), **data_row(dataset, crop=crop), **result.as_dict()},
    ):
        answers = result.answers
        count = f"{len(answers.labels)} images, {len(result.skipped)} skipped"
        radius_text = describe_epsilon(radius, result.threat_model["norm"])
        print_line(f"{classifier.name} at {radius_text} on {count}")
        print_line(f"wrong before the attack, in no rate: {answers.already_wrong}")
        print_line(f"{'form':10}{'success rate':>15}{'survival rate':>15}{'originals wrong':>18}")
        for form, success in answers.success_rates.items():
            survived, wrong = answers.survival_rates[form], answers.error_rates[form]
            print_line(f"{form:10}{_share(success):>15}{_share(survived):>15}{_share(wrong):>18}")
        print_line(describe_unmoved(result.unmoved, result.rounded_away))
        print_dead_gradients(result.dead_gradients)
        print_threat_model(result.threat_model)
        print_precision(classifier)


def _share(rate: float | None) -> str:
    return "none" if rate is None else f"{rate:.4f}"
