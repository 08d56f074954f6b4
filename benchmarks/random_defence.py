"""Measures what a random defence is worth to attackers who know less or more of it.

    make random-defence

Random resizing before MobileNetV3, on the first test photographs, the classes in turn, under PGD
that does not know of the defence, that follows the gradient through one draw at each step, and that
follows the gradient's mean over several (expectation over transformation). Answers are the mean
over draws that no attack has met. Results go to ``random_defence.json`` beside this file, each once
for the same weights, data and settings.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.photograph_options import make_parser, read_options
from benchmarks.result_file import ResultFile
from facemask_core import Classifier, attacks, defences, load_classifier
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset
from facemask_core.evaluation.confidence_intervals import bound_proportion
from facemask_core.evaluation.mcnemar import compare
from facemask_core.robustness import compare_defences
from facemask_core.robustness.defence_comparison import DRAWS, JUDGED_DRAWS

RESULT = Path(__file__).with_name("random_defence.json")
DATA = Path(__file__).parents[2] / "shared/data/facemask-v2/test"
MODEL = "mobilenetv3"
PHOTOGRAPHS = 100
LEVELS = (4, 8)
"""Epsilons times 255."""
STEPS = 20
DEFENCE = defences.make("random_resize")
COLUMNS = {
    "clean": "no attack",
    "transfer": "made without the defence",
    "one_draw": "by one draw a step",
    "expectation": "by the mean over draws",
}


def measure(classifier: Classifier, dataset: Dataset, level: int, steps: int) -> dict[str, Any]:
    """Attacks a dataset's photographs through the defence, by every kind of knowledge.

    Args:
        classifier: The model, without the defence.
        dataset: The photographs.
        level: Epsilon times 255.
        steps: Steps of PGD.
    """
    found = compare_defences(
        classifier,
        dataset,
        attacks.make("pgd", steps=steps),
        [DEFENCE],
        epsilon=level / 255,
        progress=partial(_print_progress, level),
    )
    print(file=sys.stderr)
    if found.one_draw is None:
        raise TypeError("The defence is not random.")
    right = found.clean == found.labels
    robust = {"undefended": right[0] & (found.naive[0] == found.labels)} | {
        name: right[1] & (after[1] == found.labels)
        for name, after in (
            ("transfer", found.naive),
            ("one_draw", found.one_draw),
            ("expectation", found.adaptive),
        )
    }
    apart = compare(robust["one_draw"], robust["expectation"])
    return {
        "images": len(found.labels),
        "skipped": len(found.skipped),
        "threat_model": found.threat_model,
        "undefended": {"clean": _share(right[0]), "attacked": _share(robust.pop("undefended"))},
        "defended": {"clean": _share(right[1])} | {it: _share(hit) for it, hit in robust.items()},
        "one_draw_beside_expectation": apart.as_dict(),
    }


def _share(hits: NDArray[np.bool_]) -> dict[str, Any]:
    """States how many images are right, with the share's interval."""
    interval = bound_proportion(hits)
    ends = {} if interval is None else {"interval": interval.as_dict()}
    return {"right": int(hits.sum()), "share": float(hits.mean()), **ends}


def _print_progress(level: int, done: int, total: int) -> None:
    print(f"\r{level}/255: {done}/{total}", end="", file=sys.stderr, flush=True)


def table(values: Mapping[str, Any]) -> str:
    """Writes the results in Markdown."""
    lines = [
        f"| epsilon | undefended, attacked | {' | '.join(COLUMNS.values())} |",
        "|---" * (len(COLUMNS) + 2) + "|",
    ]
    for name, found in values.items():
        shares = [found["undefended"]["attacked"], *(found["defended"][it] for it in COLUMNS)]
        lines.append(f"| {' | '.join((name, *map(_write, shares)))} |")
    return "\n".join(lines)


def _write(found: Mapping[str, Any]) -> str:
    ends = (f"{100 * found['interval'][end]:.1f}" for end in ("low", "high"))
    return f"{100 * found['share']:.1f} % ({' to '.join(ends)})"


def describe_difference(values: Mapping[str, Any]) -> str:
    """Says how many images fall to the mean over draws alone and to one draw alone."""
    apart = {name: it["one_draw_beside_expectation"] for name, it in values.items()}
    return "; ".join(
        f"at {name} {it['only_first']} fall to the mean alone and {it['only_second']} to one draw "
        f"alone (McNemar, p = {it['p_value']:.2g})"
        for name, it in apart.items()
    )


def main() -> None:
    """Measures what is missing and prints the table."""
    chosen = read_options(
        make_parser("random_defence", __doc__, data=DATA, result=RESULT, limit=PHOTOGRAPHS)
    )
    dataset = datasets.open_dataset(chosen.data).take(chosen.limit)
    classifier, results = load_classifier(MODEL, warm_up=False), ResultFile(chosen.result)
    for level in LEVELS:
        asked = {
            "model": MODEL,
            "model_sha256": classifier.card.weights_sha256,
            "data_sha256": datasets.fingerprint(dataset),
            **DEFENCE.statement(),
            "steps": STEPS,
            "draws": DRAWS,
            "judged_draws": JUDGED_DRAWS,
        }
        answer = partial(measure, classifier, dataset, level, STEPS)
        results.once(f"{level}/255", asked, answer)
    print(table(results.values))


if __name__ == "__main__":
    main()
