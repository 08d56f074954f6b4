"""The measured figures as Markdown, as docs/results.md shows them."""

from __future__ import annotations

from typing import Any

from benchmarks.attack_speed import cold, memory
from benchmarks.peers import PEERS


def tables(results: dict[str, Any]) -> str:
    """Every table, each under a line that says what it tells."""
    models = results["models"]
    return "\n\n".join(
        f"{said}:\n\n" + "\n".join(_table(heads, models, cells)) for said, heads, cells in _TABLES
    )


def _table(heads: tuple[str, ...], models: dict[str, Any], cells: Any) -> list[str]:
    rows = [["model", *heads]]
    rows += [[name, *cells(found)] for name, found in models.items() if cells(found)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]


def _steps(found: dict[str, Any]) -> list[str]:
    many, one = found["batch"], found["one image"]
    return [
        str(many["batch"]),
        f"{many['ms_per_image_and_step']['ours']:.1f} / {one['ms_per_image_and_step']['ours']:.1f}",
        f"{many['ours_over_bare_gradient']:.2f} / {one['ours_over_bare_gradient']:.2f}",
        *(
            f"{many['peers_over_ours'][peer]:.2f} / {one['peers_over_ours'][peer]:.2f}"
            for peer in PEERS
        ),
        f"{_at_equal_work(many):.2f} / {_at_equal_work(one):.2f}",
    ]


def _at_equal_work(found: dict[str, Any]) -> float:
    """CleverHans's time over ours, where we, too, leave the verdict to the user."""
    taken = found["ms_per_image_and_step"]
    return float(taken["cleverhans"] / (found["ours_over_bare_gradient"] * taken["bare gradient"]))


def _fast(found: dict[str, Any]) -> list[str]:
    quick = found["fast"]
    return [
        quick["arithmetic"],
        f"{quick['exact_over_fast']:.2f}",
        f"{quick['cleverhans_over_fast']:.2f}",
        f"{quick['cleverhans_over_fast_without_verdict']:.2f}",
    ]


def _waits(found: dict[str, Any]) -> list[str]:
    return [
        f"{found['cold'][moment]['seconds']['ours']:.2f} s, {found['cold'][moment]['ratio']:.1f}"
        for moment in cold.SIZES
    ]


def _sets(found: dict[str, Any]) -> list[str]:
    if "robust accuracy" not in found:
        return []
    robust, report = found["robust accuracy"], found["fgsm evaluation"]
    return [
        f"{found['sweep']['ms']['sweep']:.0f} ms, {found['sweep']['ratio']:.2f}",
        f"{report['images']} in {report['seconds']['whole']:.0f} s, {report['ratio']:.2f}",
        f"{robust['images']} in {robust['seconds']['ours']:.0f} s, {robust['ratio']:.1f}",
        f"{robust['standing']['ours']} / {robust['standing']['cleverhans']}",
    ]


def _memory(found: dict[str, Any]) -> list[str]:
    peaks = found["peak memory, MiB"]
    return [str(peaks[contender]) for contender in memory.CONTENDERS] if peaks else []


_TABLES = (
    (
        "A PGD step, a batch / one image: milliseconds an image, then ratios",
        (
            "batch",
            "ours, ms",
            "ours over bare gradient",
            *(f"{peer} over ours" for peer in PEERS),
            "cleverhans over ours, without our verdict",
        ),
        _steps,
    ),
    (
        "`--precision fast`, in a batch",
        (
            "arithmetic",
            "our float32 over fast",
            "cleverhans over fast",
            "the same, without our verdict",
        ),
        _fast,
    ),
    (
        f"Cold, {cold.STEPS} steps of PGD: our seconds, and cleverhans over ours",
        tuple(cold.SIZES),
        _waits,
    ),
    (
        "Whole questions",
        (
            "FGSM sweep of 33 epsilons, over its parts",
            "FGSM report, over the model's own passes",
            "PGD-40 robust accuracy, cleverhans over ours",
            "images standing, ours / cleverhans",
        ),
        _sets,
    ),
    ("Peak memory of the process, MiB", memory.CONTENDERS, _memory),
)
