"""``survive``: which adversarial examples still fool the model once they have been saved."""

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

    chosen = configured(attack, settings, source)
    radius = parse_epsilon(epsilon)
    dataset = opened(data, limit)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    with progress_bar() as report:
        found = robustness.attack_survival(
            classifier,
            dataset,
            chosen,
            epsilon=radius,
            qualities=quality or QUALITIES,
            seed=seed,
            prepare=preparation(crop=crop),
            progress=lambda done, total: report("images", done, total),
        )
    write_json(
        json_path,
        {**model_row(classifier), **data_row(dataset, crop=crop), **found.as_dict()},
    )
    answers = found.answers
    count = f"{len(answers.labels)} images, {len(found.skipped)} skipped"
    written = describe_epsilon(radius, found.threat_model["norm"])
    tell(f"{classifier.name} at {written} on {count}")
    tell(f"wrong before the attack, in no rate: {answers.already_wrong}")
    tell(f"{'form':10}{'success rate':>15}{'survival rate':>15}{'originals wrong':>18}")
    for form, success in answers.success_rates.items():
        survived, wrong = answers.survival_rates[form], answers.error_rates[form]
        tell(f"{form:10}{_share(success):>15}{_share(survived):>15}{_share(wrong):>18}")
    print_dead_gradients(found.dead_gradients)
    tell(", ".join(f"{key} {value}" for key, value in found.threat_model.items()))
    print_precision(classifier)


def _share(rate: float | None) -> str:
    return "none" if rate is None else f"{rate:.4f}"
