"""The page about the engine shows what was measured, with these kernels and these weights."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import thirty_devices
from benchmarks.ondevice.table import (
    BROWSER,
    LESSON,
    START,
    TIME,
    list_comparisons,
    write_agreement,
    write_browsers,
    write_times,
    write_varied,
    write_walks,
)
from facemask_core.models import checkpoints
from facemask_ui import ondevice
from facemask_ui.face import own_photo
from facemask_ui.language import LANGUAGES

OWN_WAYS = {
    "JPEG, CMYK with a profile",
    "AVIF",
    "AVIF, Display P3",
    "WebP, Display P3",
    "BMP, half transparent",
}
"""Files of which a browser makes something else, as the page says: inks, spread colours, a profile
or a transparency that it does not read."""
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def values() -> dict[str, Any]:
    text = (ROOT / "benchmarks" / "ondevice.json").read_text(encoding="utf-8")
    measured: dict[str, Any] = json.loads(text)
    return measured


def test_the_page_shows_what_was_measured(values: dict[str, Any]) -> None:
    page = (ROOT / "docs" / "on-device.md").read_text(encoding="utf-8")
    writers = (write_agreement, write_times, write_browsers, write_varied, write_walks)
    assert all(write(values) in page for write in writers)
    assert all(entry["asked"]["runtime"] in page for entry in values.values())
    (first,) = (entry for key, entry in values.items() if key.endswith(START))
    assert f"{first['median_ms']} ms" in page
    assert f"{first['processor_ms']} ms" in page


def test_the_page_says_what_a_class_costs_the_server() -> None:
    found = json.loads((ROOT / "benchmarks" / "thirty_devices.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "on-device.md").read_text(encoding="utf-8")
    assert thirty_devices.describe(found) in " ".join(page.split())
    assert found["sweeping_server_seconds"] < 1


def test_what_was_measured_is_what_is_shipped(values: dict[str, Any]) -> None:
    for key, entry in values.items():
        asked = entry["asked"]
        assert asked["engine"] == checkpoints.sha256(ondevice.ENGINE), "make ondevice"
        name = key.partition(", ")[0]
        weights = asked["weights"]
        if key.endswith((BROWSER, LESSON)):
            assert asked["reader"] == hashlib.sha256(own_photo.SCRIPT.encode()).hexdigest()
        else:
            weights = {name: weights}
        for model, digest in weights.items():
            card = checkpoints.read_card(checkpoints.locate(model))
            assert digest == card.weights_sha256, "make ondevice"


def test_the_engine_agrees_with_the_core(values: dict[str, Any]) -> None:
    for row in (values[key] for key in list_comparisons(values)):
        assert row["largest_logit_difference"] < 1e-4
        assert row["fgsm_pixels_differing"] < 1e-3
        assert row["verdicts_differing"] <= 0.002 * row["notches"]
        assert row["pgd"]["standing_device"] <= row["pgd"]["standing_core"] + 1


def test_the_engine_costs_no_more_than_tensorflow(values: dict[str, Any]) -> None:
    for row in (value for key, value in values.items() if key.endswith(TIME)):
        assert row["fgsm_sweep"]["cpu_ratio"] <= 1
        assert row["pgd_20"]["cpu_ratio"] <= 0.7


def test_every_browser_computes_and_finds_the_same(values: dict[str, Any]) -> None:
    rows = {key: value for key, value in values.items() if key.endswith(BROWSER)}
    assert {key.removesuffix(BROWSER) for key in rows} == {"Chromium", "Firefox", "WebKit"}
    for row in rows.values():
        assert row["beside_chromium"]["largest_logit_difference"] < 1e-4
        assert row["beside_chromium"]["fgsm_pixels_differing"] < 1e-3
        assert row["finder"]["of_these_by_more_than_a_pixel"] == 0
        assert row["files"]["jpeg"]["boxes_more_than_a_pixel_apart"] == 0
        assert len([one for one in row["asked_for"] if not one.startswith("blob:")]) == 1


def test_files_of_usual_kinds_get_the_cores_pixels_in_every_browser(
    values: dict[str, Any],
) -> None:
    for row in (value for key, value in values.items() if key.endswith(BROWSER)):
        for name, found in row["varied"].items():
            assert "size" not in found, name
            if name not in OWN_WAYS:
                assert found["largest_difference"] <= 1, name
                assert found["answers_apart"] < 0.01, name


def test_the_lessons_file_is_the_same_in_every_browser(values: dict[str, Any]) -> None:
    rows = {key: value for key, value in values.items() if key.endswith(LESSON)}
    assert {key.removesuffix(LESSON) for key in rows} == {"Chromium", "Firefox", "WebKit"}
    for row in rows.values():
        assert row["alike"] == row["walks"] == 2 * len(LANGUAGES)
        assert not row["asked_for"]
        assert not row["too_wide"]
        assert (row["stored"], row["refused"], row["complaints"]) == (0, 0, [])


def test_times_stand_beside_those_of_tensorflow() -> None:
    row = {"tensorflow_ms": 9.5, "tensorflow_cpu_ms": 18, "device_ms": 12, "device_cpu_ms": 9}
    times = {"fgsm_sweep": row | {"cpu_ratio": 0.5}, "pgd_20": row | {"cpu_ratio": 0.5}}
    lines = write_times({"some, portraits": {}, "some, time": times}).splitlines()
    assert len(lines) == 4
    assert lines[3] == "| some: PGD, 20 steps at one epsilon | 9.5 | 18 | 12 | 9 | 0.50 |"
