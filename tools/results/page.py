"""The page of results: the figures of every result file, put into the text of ``template.md``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template
from typing import Any

from benchmarks import (
    accelerator,
    fast_precision,
    first_page,
    lab_start,
    live_camera,
    robust_accuracy,
    scale,
    skin_tones,
    smallest_distances,
)
from benchmarks.attack_speed.tables import tables as speed_tables
from benchmarks.class_of_thirty import tables as class_tables
from facemask_core import backbones
from facemask_core.models import checkpoints, published

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"


def write() -> str:
    """Puts the figures of all result files into the page's text."""
    template = Template(Path(__file__).with_name("template.md").read_text(encoding="utf-8"))
    return template.substitute(
        _accuracy()
        | _robustness()
        | _faces()
        | _attacks()
        | _whole_datasets()
        | _gpu()
        | _screen()
        | _class()
    )


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Writes a Markdown table.

    Args:
        heads: The columns' titles.
        rows: The cells of each row.
    """
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def percent(share: float) -> str:
    """Writes a share in percent with two decimals."""
    return f"{100 * share:.2f} %"


def _result(name: str) -> dict[str, Any]:
    return dict(json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8")))


def _cards() -> list[checkpoints.Card]:
    return [checkpoints.read_card(checkpoints.locate(name)) for name in checkpoints.available()]


def _accuracy() -> dict[str, str]:
    rows = [
        (
            card.name,
            backbones.get(card.backbone).title,
            _origin(card),
            *(percent(card.metrics[split]["balanced_accuracy"]) for split in ("val", "test")),
        )
        for card in _cards()
    ]
    splits = _cards()[0].data
    photographs = sum(splits[split]["images"] for split in ("train", "val", "test"))
    minutes = [
        f"{sum(epoch['seconds'] for epoch in card.history) / 60:.0f} minutes ({card.name})"
        for card in _cards()
        if card.recipe.get("adversary")
    ]
    return {
        "accuracy": markdown(("model", "backbone", "trained from", "validation", "test"), rows),
        "photographs": f"{round(photographs, -2):,}",
        "hardening": " and ".join(minutes),
    }


def _origin(card: checkpoints.Card) -> str:
    """The weights a model started from, and the sizes of its training images."""
    if card.recipe.get("adversary"):
        return f"{card.initial_weights}, against {card.recipe['adversary']['attack'].upper()}"
    first = card.ancestors[0]["initial_weights"] if card.ancestors else card.initial_weights
    histories = [*(ancestor["history"] for ancestor in card.ancestors), card.history]
    sizes = sorted({epoch["size"] for history in histories for epoch in history})
    return f"{first} weights, at {', '.join(map(str, sizes))} px"


def _robustness() -> dict[str, str]:
    rows = []
    for card in _cards():
        for report in published.read_reports(card.weights_sha256):
            stated = report["threat_model"]
            rows.append(
                (
                    card.name,
                    stated["attack"].upper(),
                    f"{255 * stated['epsilon']:.0f}/255",
                    percent(report["robust_accuracy"]),
                    percent(report["success_rate"]),
                )
            )
    heads = ("model", "attack", "epsilon", "robust accuracy", "success rate")
    return {
        "robust_accuracy": markdown(heads, rows),
        "usable": str(report["images"]),
        "refused": str(len(report["skipped"])),
        "test_files": str(report["images"] + len(report["skipped"])),
        "pgd_steps": str(robust_accuracy.ATTACKS["pgd"]["steps"]),
        "one_image": f"{100 / report['images']:.2f}",
    }


def _faces() -> dict[str, str]:
    finder = _result("face_finder")
    rows = [
        (
            name.replace("_", " "),
            f"{counts['found']} of {counts['faces']}",
            str(counts["chin_inside"]),
            f"{counts['false_boxes']} in {counts['photographs_without_unknown_faces']}",
        )
        for name, counts in finder["half_length"].items()
    ]
    tight = finder["all_val_and_test"]["tight_crops"]["with_mask"]
    return {
        "skin_tones": skin_tones.table(published.read_skin_tones()),
        "face_finder": markdown(("faces", "found", "with the chin", "false boxes"), rows),
        "face_milliseconds": str(max(finder["milliseconds_per_640x480_frame"].values())),
        "tight_missed": f"{tight['no_box']} of {tight['images']}",
    }


def _attacks() -> dict[str, str]:
    nearest = _result("smallest_distances")
    return {
        "nearest": smallest_distances.table(nearest),
        "nearest_images": str(nearest["setting"]["images"]),
        "speed": speed_tables(_result("results")),
        "fast": fast_precision.table(_result("fast_precision")["rows"]),
    }


def _whole_datasets() -> dict[str, str]:
    values = _result("scale")
    portraits, photographs = scale.tables(values)
    turns, ray = values["turns"], values["ray"]
    count = len(ray["seconds"]["local"])
    return {
        "scale_portraits": portraits,
        "scale_photographs": photographs,
        "scale_images": f"{turns['images']:,}",
        "scale_ratio": f"{turns['processor_ratio']:.2f}",
        "scale_stored": f"{turns['processor_ratio_with_store']:.2f}",
        "ray_ratio": f"{ray['ratio']:.2f}",
        "ray_turns": str(count),
        "ray_batch": f"{ray['images'] // count} images",
    }


def _gpu() -> dict[str, str]:
    values = _result("accelerator")
    rows = [
        row
        for precisions in values["models"].values()
        for row in precisions["exact"].get("reports", [])
    ]
    return {
        "gpu": accelerator.table(values),
        "gpu_device": values["device"].split(" · ")[0].removeprefix("GPU "),
        "peak_float32": f"{values['peak']['float32']:.0f}",
        "peak_bfloat16": f"{values['peak']['bfloat16']:.0f}",
        "gpu_reports": str(len(rows)),
        "gpu_from_cpu": str(sum("CPU (2 cores)" in row["stored_on"] for row in rows)),
        "gpu_apart": str(max(abs(accelerator.images_apart(row)) for row in rows)),
    }


def _screen() -> dict[str, str]:
    start, first = _result("lab_start")["models"], _result("first_page")
    return {
        "lab_start": lab_start.table(start),
        "lab_turns": str(min(len(turns) for turns in start.values())),
        "live_camera": live_camera.table(_result("live_camera")),
        "first_page": first_page.table(first),
        "first_load": f"{first['load']:.0f}",
    }


def _class() -> dict[str, str]:
    values = _result("class_of_thirty")
    cores = 2
    return {
        "visitors": str(values["visitors"]),
        "class_minutes": f"{values['seconds'] / 60:.0f}",
        "class_processor": f"{values['processor_s']:.0f}",
        "class_available": f"{values['seconds'] * cores:.0f}",
        "class_errors": str(len(values["waits"]["errors"]) or "no"),
        "class_done": str(values["report"]["done"]),
        "class_total": str(values["report"]["total"]),
        "class_queue": str(values["waits"]["told"]),
        "class_waits": class_tables.table(values),
        "class_memory": class_tables.memory(values),
        "class_together": class_tables.company(values),
    }
