"""The page of results: the figures of every result file, put into the text of ``template.md``."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import Any

from benchmarks import (
    accelerator,
    attack_strength,
    certificates,
    fast_precision,
    first_page,
    lab_start,
    live_camera,
    printable_mask,
    random_defence,
    robust_accuracy,
    sample_films,
    scale,
    skin_tones,
    smallest_distances,
    strength_peers,
    strength_tables,
)
from benchmarks.attack_speed.tables import tables as speed_tables
from benchmarks.class_of_thirty import tables as class_tables
from facemask_core.data import groupings
from facemask_core.models import checkpoints, published
from tools.results import accuracy
from tools.results.markdown import markdown
from tools.results.weights import SAME_TIMES, describe_earlier_weights

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
        | _room()
    )


def _result(name: str) -> dict[str, Any]:
    return dict(json.loads((BENCHMARKS / f"{name}.json").read_text(encoding="utf-8")))


def _weights_of(models: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: row["model_sha256"] for name, row in models.items()}


def _cards() -> list[checkpoints.Card]:
    return [checkpoints.read_card(checkpoints.locate(name)) for name in checkpoints.available()]


def _accuracy() -> dict[str, str]:
    cards = _cards()
    minutes = [
        f"{sum(epoch['seconds'] for epoch in card.history) / 60:.0f} minutes ({card.name})"
        for card in cards
        if card.recipe.get("adversary")
    ]
    return {
        "accuracy": accuracy.tabulate_models(cards),
        "accuracy_parts": accuracy.tabulate_parts(
            {card.name: card.metrics["test"] for card in cards}, "accuracy"
        ),
        "photographs": f"{round(sum(it['images'] for it in _list_splits(cards[0])), -2):,}",
        "trained_on": _describe_training(cards),
        "hardening": " and ".join(minutes),
    }


def _list_splits(card: checkpoints.Card) -> list[dict[str, Any]]:
    return [card.data[split] for split in ("train", "val", "test")]


def _describe_training(cards: list[checkpoints.Card]) -> str:
    """Says on which photographs the models were trained, where that is not the second grouping."""
    others: dict[str, tuple[groupings.Grouping, list[str]]] = {}
    for card in cards:
        grouping = groupings.find_grouping(card.data["train"]["sha256"])
        if grouping is not None and grouping is not groupings.SECOND:
            others.setdefault(grouping.name, (grouping, []))[1].append(card.name)
    return " ".join(
        f"Trained on the train split of {grouping.phrase}, in which none of these photographs "
        f"lies: {', '.join(names)}. {grouping.note}, so figures of that grouping flatter."
        for grouping, names in others.values()
    )


def _robustness() -> dict[str, str]:
    cards = _cards()
    counts = accuracy.count_photographs(cards)
    first = groupings.FIRST
    return {
        "robust_accuracy": accuracy.tabulate_robustness(cards),
        "robust_parts": accuracy.tabulate_robust_parts(cards),
        "robust_photographs": " and ".join(counts.values()),
        "first_grouping": f"{first.note}.",
        "robust_ensemble": accuracy.tabulate_ensemble(cards),
        "without_ensemble": accuracy.list_without_ensemble(cards),
        "parts_level": f"{accuracy.PARTS_LEVEL}/255",
        "pgd_steps": str(robust_accuracy.ATTACKS["pgd"]["steps"]),
    }


def _name_photographs(data_sha256: set[str]) -> str:
    """Names the test photographs that figures are of."""
    names = {groupings.name_photographs(it, in_sentence=True) for it in data_sha256}
    return " and ".join(sorted(names))


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
        "darkest": skin_tones.describe_darkest(published.read_skin_tones()),
        "tone_tests": skin_tones.describe_tests(published.read_skin_tones()),
        "face_finder": markdown(("faces", "found", "with the chin", "false boxes"), rows),
        "face_milliseconds": str(max(finder["milliseconds_per_640x480_frame"].values())),
        "tight_missed": f"{tight['no_box']} of {tight['images']}",
    }


def _attacks() -> dict[str, str]:
    nearest, rows = _result("smallest_distances"), _result("fast_precision")["rows"]
    speed, strength = _result("results"), _result("attack_strength")
    return {
        **_certificates(),
        **_random_defence(),
        **_printed_masks(),
        "distances": strength_tables.table_distances(strength),
        "universal": strength_tables.table_universal(strength),
        "universal_trained": str(attack_strength.UNIVERSAL_TRAINED),
        "universal_rounds": str(strength_peers.ROUNDS),
        "ensembles": strength_tables.table_ensembles(strength),
        "cycles": strength_tables.describe_cycles(strength),
        "strength_weights": describe_earlier_weights(
            {name.split()[2]: it["asked"]["model_sha256"] for name, it in strength.items()}
        ),
        "nearest": smallest_distances.table(nearest),
        "nearest_images": str(nearest["setting"]["images"]),
        "nearest_weights": describe_earlier_weights(
            {nearest["setting"]["model"]: nearest["setting"]["model_sha256"]}
        ),
        "nearest_photographs": _name_photographs({nearest["setting"]["data_sha256"]}),
        "speed": speed_tables(speed),
        "speed_weights": describe_earlier_weights(_weights_of(speed["models"]), SAME_TIMES),
        "fast": fast_precision.table(rows),
        "fast_weights": describe_earlier_weights(
            {row["model"]: row["model_sha256"] for row in rows}
        ),
        "fast_photographs": _name_photographs({row["data_sha256"] for row in rows}),
        "one_image": f"{100 / rows[0]['images']:.2f}",
    }


def _certificates() -> dict[str, str]:
    values = published.read_certificates()
    first = next(iter(values.values()))
    return {
        "certificates": certificates.table(values),
        "certified_images": str(first["images"]),
        "certified_copies": f"{first['samples']:,}",
        "certified_failure": f"{first['failure']:g}",
        "certified_share": f"{first['attacks_inside']['share']:g}",
    }


def _random_defence() -> dict[str, str]:
    values = _result("random_defence")
    first = next(iter(values.values()))
    asked = first["asked"]
    return {
        "random_defence": random_defence.table(values),
        "random_difference": random_defence.describe_difference(values),
        "random_images": str(first["images"]),
        "random_smallest": f"{100 * asked['smallest']:.0f} %",
        "random_steps": str(asked["steps"]),
        "random_draws": str(asked["draws"]),
        "random_judged": str(asked["judged_draws"]),
        "random_weights": describe_earlier_weights({asked["model"]: asked["model_sha256"]}),
    }


def _printed_masks() -> dict[str, str]:
    values = _result("printable_mask")
    asked = {name: found["asked"] for name, found in values.items()}
    return {
        "printed": printable_mask.table(values),
        "printed_photographs": _name_photographs(
            {it["data_sha256"]["test"] for it in asked.values()}
        ),
        "printed_weights": describe_earlier_weights(
            {name: it["model_sha256"] for name, it in asked.items()}
        ),
    }


def _whole_datasets() -> dict[str, str]:
    values = _result("scale")
    portraits, photographs = scale.tables(values)
    turns, ray = values["turns"], values["ray"]
    asked = [it["asked"] for it in values.values() if "data_sha256" in it.get("asked", {})]
    count = len(ray["seconds"]["local"])
    return {
        "scale_portraits": portraits,
        "scale_photographs": photographs,
        "scale_weights": describe_earlier_weights(
            {model: values[f"{model}, none"]["asked"]["model_sha256"] for model in scale.PAPERS},
            SAME_TIMES,
        ),
        "scale_data": _name_photographs({it["data_sha256"] for it in asked}),
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
        "gpu_weights": describe_earlier_weights(
            {name: it["exact"]["model_sha256"] for name, it in values["models"].items()}
        ),
        "gpu_device": values["device"].split(" · ")[0].removeprefix("GPU "),
        "peak_float32": f"{values['peak']['float32']:.0f}",
        "peak_bfloat16": f"{values['peak']['bfloat16']:.0f}",
        "gpu_reports": str(len(rows)),
        "gpu_photographs": _name_photographs({row["data_sha256"] for row in rows}),
        "gpu_from_cpu": str(sum("CPU (2 cores)" in row["stored_on"] for row in rows)),
        "gpu_apart": str(max(abs(accelerator.images_apart(row)) for row in rows)),
    }


def _screen() -> dict[str, str]:
    start, first, live = (_result(it) for it in ("lab_start", "first_page", "live_camera"))
    films = _result("sample_films")
    return {
        "film_pictures": str(max(len(it) for it in films["waits"]["fgsm"].values())),
        "film_waits": sample_films.table(films),
        "lab_start": lab_start.table(start["models"]),
        "lab_turns": str(min(len(turns) for turns in start["models"].values())),
        "live_camera": live_camera.table(live),
        "live_weights": describe_earlier_weights(_weights_of(live["models"]), SAME_TIMES),
        "first_page": first_page.table(first),
        "first_load": f"{first['load']:.0f}",
    }


def _class() -> dict[str, str]:
    values = _result("class_of_thirty")
    cores = 2
    return {
        "visitors": str(values["visitors"]),
        "class_weights": describe_earlier_weights(values["models"], SAME_TIMES),
        "class_films": str(values["films_there"]),
        "class_minutes": f"{values['seconds'] / 60:.0f}",
        "class_processor": f"{values['processor_s']:.0f}",
        "class_available": f"{values['seconds'] * cores:.0f}",
        "class_errors": str(len(values["waits"]["errors"]) or "no"),
        "class_done": str(values["report"]["done"]),
        "class_total": str(values["report"]["total"]),
        "class_queue": str(values["waits"]["told"]),
        "class_waits": class_tables.table(values),
        "class_models": class_tables.table_of_own(values),
        "class_memory": class_tables.memory(values),
        "class_together": class_tables.company(values),
    }


def _room() -> dict[str, str]:
    values = _result("room_of_thirty")
    guess, move, mishaps = (values[key] for key in ("guess_s", "move_s", "mishaps_s"))
    rows = [
        ("all pages have joined", f"{values['joined_s']:.1f} s"),
        (
            f"a guess is on the projector ({guess['count']} guesses)",
            f"median {guess['median']:.2f} s, 95 % within {guess['p95']:.2f} s, "
            f"all within {guess['most']:.2f} s",
        ),
        (
            f"a step is on the last page ({move['count']} steps)",
            f"median {move['median']:.2f} s, all within {move['most']:.2f} s",
        ),
        ("a reloaded page is back", f"{mishaps['reloaded']:.2f} s"),
        ("a page is back after the network is", f"{mishaps['lost']:.2f} s"),
        ("a late pupil is in", f"{mishaps['late']:.2f} s"),
        ("errors", str(len(values["errors"]) or "none")),
        ("processor time of the server, all in all", f"{values['server_processor_s']:.0f} s"),
    ]
    return {
        "room": markdown(("what", "measured"), rows),
        "room_pupils": str(values["pupils"]),
        "room_minutes": str(values["lesson_minutes"]),
        "room_cores": str(values["cores"]),
    }
