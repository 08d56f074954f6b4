"""Measures certified accuracy: what no perturbation within an L2 radius can change.

    make certificates

Randomised smoothing with the shipped models on the first test photographs, the classes in turn, and
PGD on the smoothed model just inside each certificate of the first of them. Results go to
``assets/reports/certificates.json``, which the models' cards read, each once for the same weights,
data and settings.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.result_file import ResultFile
from facemask_core import Classifier, load_classifier
from facemask_core.cli.certify import try_inside
from facemask_core.data import datasets
from facemask_core.data.datasets import Dataset
from facemask_core.models import published
from facemask_core.robustness import certificate, certified_accuracy
from facemask_core.robustness.certificate import Smoothing

RESULT = published.REPORTS_DIR / published.CERTIFICATES
DATA = Path(__file__).parents[2] / "shared/data/facemask-v2/test"
SIGMAS = {"mobilenetv3-robust": (0.25, 0.5), "mobilenetv3": (0.25,)}
"""By model; the plain one was not trained with noise or attacks."""
PHOTOGRAPHS = 60
ATTACKED = 10


def measure(
    classifier: Classifier, dataset: Dataset, smoothing: Smoothing, attacked: int
) -> dict[str, Any]:
    """Certifies a dataset's photographs, and attacks the first certificates.

    Args:
        classifier: The model.
        dataset: The photographs.
        smoothing: The noise.
        attacked: How many certificates are tried.
    """
    rows, skipped = certified_accuracy.certify_dataset(
        classifier, dataset, smoothing, progress=partial(_print_progress, smoothing)
    )
    tried, _ = certified_accuracy.certify_dataset(
        classifier,
        dataset.take(attacked),
        smoothing,
        check=partial(try_inside, classifier, smoothing=smoothing, seed=0),
    )
    print(file=sys.stderr)
    outcomes = [row.turned_inside for row in tried if row.turned_inside is not None]
    return {
        **certificate.state(smoothing),
        "images": len(rows),
        "skipped": len(skipped),
        "without_certificate": sum(row.certificate.label is None for row in rows),
        "certified_accuracy": certified_accuracy.share_by_radius(rows),
        "attacks_inside": {"tried": len(outcomes), "turned": sum(outcomes), "share": 0.99},
    }


def _print_progress(smoothing: Smoothing, done: int, total: int) -> None:
    print(f"\rsigma {smoothing.sigma:g}: {done}/{total}", end="", file=sys.stderr, flush=True)


def table(values: dict[str, Any]) -> str:
    """Writes the results in Markdown."""
    radii = ("0", "0.25", "0.5", "1")
    lines = [
        f"| model, sigma | {' | '.join(f'right up to {radius}' for radius in radii)} "
        "| no certificate | attacks inside that turned it |",
        "|---" * (len(radii) + 3) + "|",
    ]
    for name, found in values.items():
        shares = [
            f"{100 * row['accuracy']:.0f} % ({100 * row['interval']['low']:.0f} to "
            f"{100 * row['interval']['high']:.0f})"
            for row in found["certified_accuracy"]
        ]
        inside = found["attacks_inside"]
        lines.append(
            f"| {name} | {' | '.join(shares)} | {found['without_certificate']} of "
            f"{found['images']} | {inside['turned']} of {inside['tried']} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measures what is missing and prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.certificates", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--limit", type=int, default=PHOTOGRAPHS, help="photographs to certify")
    parser.add_argument("--samples", type=int, default=1000, help="noisy copies of each")
    parser.add_argument("--result", type=Path, default=RESULT, help="elsewhere for a mere try")
    chosen = parser.parse_args()
    if not chosen.data.is_dir():
        sys.exit(f"There are no photographs in {chosen.data}; say with --data where they are.")
    dataset = datasets.open_dataset(chosen.data).take(chosen.limit)
    results = ResultFile(chosen.result)
    for name, sigmas in SIGMAS.items():
        classifier = load_classifier(name, warm_up=False)
        for sigma in sigmas:
            smoothing = Smoothing(sigma=sigma, samples=chosen.samples)
            asked = {
                "model_sha256": classifier.card.weights_sha256,
                "data_sha256": datasets.fingerprint(dataset),
                **certificate.state(smoothing),
            }
            results.once(
                f"{name}, {sigma:g}",
                asked,
                partial(measure, classifier, dataset, smoothing, min(ATTACKED, chosen.limit)),
            )
    print(table(results.values))


if __name__ == "__main__":
    main()
