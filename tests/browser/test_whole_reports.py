"""Reports in the browser: to the end, with files that agree with the screen, and cancelled."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections import Counter

import numpy as np
from lab import Visit, settle
from PIL import Image
from playwright.sync_api import Page, expect

LABELS = ("without_mask", "with_mask")
REPORT_MS = 180_000


def downloaded(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return download.value.path().read_text()


def matrix(page: Page, title: str) -> list[list[int]]:
    """The counts in a confusion matrix's cells, from its alternative text."""
    alt = page.locator(f"[aria-label^='{title}: ']").first.get_attribute("aria-label")
    counts = [int(text) for text in re.findall(r"(\d+) with", alt)]
    return [counts[:2], counts[2:]]


def test_report_on_the_portraits_agrees_with_its_files(visit: Visit) -> None:
    page = visit("Report?epsilon=3&limit=24")
    page.get_by_role("button", name="Run report").click()
    expect(page.get_by_text("Robust accuracy").first).to_be_visible(timeout=REPORT_MS)
    settle(page)
    report = json.loads(downloaded(page, "The report (JSON)"))
    rows = list(csv.DictReader(io.StringIO(downloaded(page, "Every image (CSV)"))))
    assert len(rows) == report["images"] == 24
    assert report["threat_model"]["epsilon"] == 3 / 255
    for title, name, part in (
        ("Before the attack", "clean_prediction", "clean"),
        ("After the attack", "adversarial_prediction", "adversarial"),
    ):
        counts = Counter((row["true_label"], row[name]) for row in rows)
        counted = [[counts[true, said] for said in LABELS] for true in LABELS]
        assert counted == report[part]["confusion_matrix"] == matrix(page, title)
    printable = downloaded(page, "Printable page (HTML)")
    assert printable.startswith("<!doctype html>")
    for part in (report["model_sha256"], report["data_sha256"], "Most fooled"):
        assert part in printable
    page.get_by_text("As scikit-learn prints it").first.click()
    expect(page.get_by_text("macro avg").first).to_be_visible()


def test_cancelled_report_survives_a_page_switch_and_stops(visit: Visit) -> None:
    page = visit("Report")
    page.get_by_test_id("stButtonGroup").get_by_text("Zip file").click()
    settle(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "many.zip", "mimeType": "application/zip", "buffer": many(1500)}
    )
    page.get_by_role("button", name="Run report").click()
    expect(page.get_by_text(re.compile(r"\d+ of 1000 images · .* left"))).to_be_visible(
        timeout=REPORT_MS
    )
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="How little")).to_be_visible()
    page.get_by_role("link", name="Report").first.click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled after")).to_be_visible(timeout=REPORT_MS)
    settle(page)
    expect(page.get_by_role("button", name="Run report")).to_be_enabled()
    expect(page.get_by_text("Robust accuracy")).to_have_count(0)


def many(count: int) -> bytes:
    """A zip of small noisy pictures, enough for a run that takes a while."""
    rng = np.random.default_rng(0)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for number in range(count):
            picture = io.BytesIO()
            pixels = rng.integers(0, 255, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(picture, format="PNG")
            files.writestr(f"{LABELS[number % 2]}/{number}.png", picture.getvalue())
    return archive.getvalue()
