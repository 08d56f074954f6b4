"""``defend``: the effect of a defence, on attacks that ignore it and attacks that know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from facemask_core.cli.attack_notes import describe_unmoved, note_hindrance
from facemask_core.cli.attack_options import (
    DefencesOption,
    SettingsOption,
    make_attack,
    make_defences,
)
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

if TYPE_CHECKING:
    from facemask_core.robustness import DefenceComparison


def defend(
    model: ModelOption,
    data: DataOption,
    epsilon: Annotated[str, typer.Option(help="Radius of the ball: 0.05 or 8/255.")],
    attack: Annotated[str, typer.Option(help="See the attacks command.")] = "pgd",
    settings: SettingsOption = None,
    defence: DefencesOption = None,
    draws: Annotated[
        int, typer.Option(help="Draws of a random defence for each gradient.", min=1, max=256)
    ] = 16,
    precision: PrecisionOption = "exact",
    seed: SeedOption = 0,
    limit: LimitOption = None,
    crop: CropOption = False,
    json_path: JsonPathOption = None,
) -> None:
    """Put defences before a model; attack it without them (naive) and through them (adaptive)."""
    from facemask_core import load_classifier, robustness

    check_files({"--json": json_path}, read_paths([model], data))
    attacker = make_attack(attack, settings)
    defences = make_defences(defence)
    radius = parse_epsilon(epsilon)
    dataset = open_data(data, limit)
    classifier = load_classifier(model, warm_up=False, precision=precision)
    attacker.check_epsilon(radius, classifier.input_shape)
    note_hindrance(attacker, radius)
    with progress_bar() as report:
        result = robustness.compare_defences(
            classifier,
            dataset,
            attacker,
            defences,
            epsilon=radius,
            seed=seed,
            draws=draws,
            prepare=preparation(crop=crop),
            progress=lambda done, total: report("images", done, total),
        )
    with saved_json(
        json_path,
        {**model_row(classifier), **data_row(dataset, crop=crop), **result.as_dict()},
    ):
        count = f"{len(result.labels)} images, {len(result.skipped)} skipped"
        radius_text = describe_epsilon(radius, result.threat_model["norm"])
        print_line(f"{classifier.name} at {radius_text} on {count}")
        _print_rows(result)
        print_threat_model(result.threat_model)
        print_precision(classifier)


def _print_rows(result: DefenceComparison) -> None:
    """Prints one line a defence, the bare model's first."""
    names = ["none", *(defence.label for defence in result.defences)]
    width = max(map(len, (*names, "defence"))) + 2
    print_line(f"{'':{width + 10}}{'robust accuracy':>20}{'success rate':>20}")
    heads = ("clean", "naive", "adaptive", "naive", "adaptive")
    print_line(f"{'defence':{width}}" + "".join(f"{head:>10}" for head in heads))
    columns = (
        result.clean_accuracy,
        *(result.naive_accuracy, result.adaptive_accuracy),
        *(result.naive_success_rate, result.adaptive_success_rate),
    )
    for name, *shares in zip(names, *columns, strict=True):
        print_line(f"{name:{width}}" + "".join(f"{share:>10.4f}" for share in shares))
    print_line(
        "naive: made on the bare model; adaptive: made on the model with the defence before it"
    )
    _print_draws(result)
    _print_unmoved(names, result)
    for name, dead in zip(names, result.dead_gradients, strict=True):
        print_dead_gradients(int(dead), f"images with the defence {name}")


def _print_draws(result: DefenceComparison) -> None:
    """Prints how random defences were attacked and judged, and what one draw a step comes to."""
    from facemask_core.robustness.defence_comparison import JUDGED_DRAWS

    for defence, accuracy in zip(result.defences, result.one_draw_accuracy[1:], strict=True):
        if defence.is_random:
            print_line(
                f"{defence.label}: adaptive: by the gradient's mean over {result.draws} draws at "
                f"each step; by one draw at each step robust accuracy is {accuracy:.4f}; answers "
                f"are the mean of {JUDGED_DRAWS} draws that no attack has met"
            )


def _print_unmoved(names: list[str], result: DefenceComparison) -> None:
    """Prints on how many of the images that count as robust the attacks did nothing."""
    rows = (names, result.naive_unmoved, result.adaptive_unmoved, result.adaptive_rounded_away)
    for name, naive, adaptive, rounded in zip(*rows, strict=True):
        lost = (result.naive_rounded_away, int(rounded))
        print_line(
            f"{name}: naive: {describe_unmoved(int(naive), lost[0])}; "
            f"adaptive: {describe_unmoved(int(adaptive), lost[1])}"
        )
