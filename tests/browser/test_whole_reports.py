"""Reports in the browser: their files, and what they outlive."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import signal
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from accessibility import violations
from lab import FIRST_VERDICT_MS, Visit, settle
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

from benchmarks.served import Server, workers
from facemask_core.jobs import Queue, State

LABELS = ("without_mask", "with_mask")
REPORT_MS = 180_000


def downloaded(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return download.value.path().read_text()


def matrix(page: Page, title: str) -> list[list[int]]:
    """The counts in a confusion matrix's cells."""
    table = page.get_by_role("region", name=f"{title}: true and predicted classes")
    counts = [int(text) for text in table.locator("td .text").all_inner_texts()]
    return [counts[:2], counts[2:]]


@pytest.mark.journey
def test_report_on_the_portraits_agrees_with_its_files(visit: Visit) -> None:
    page = visit("Report?epsilon=3&limit=24")
    page.get_by_role("button", name="Run report").click()
    sentence = page.get_by_role("heading", name="after FGSM at 3/255")
    expect(sentence).to_be_visible(timeout=REPORT_MS)
    settle(page)
    assert is_in_window(sentence)
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
    table = page.get_by_role("region", name="After the attack: true and predicted classes")
    wrong = table.get_by_role("button", name="without mask predicted with mask")
    count = int(wrong.locator(".text").inner_text())
    wrong.click()
    expect(page.locator("li img")).to_have_count(min(count, 24))
    page.get_by_text("As scikit-learn prints it").first.click()
    expect(page.get_by_text("macro avg").first).to_be_visible()


def is_in_window(place: Locator) -> bool:
    """Whether all of something is seen without scrolling."""
    box, size = place.bounding_box(), place.page.viewport_size
    assert box is not None
    assert size is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


def test_run_and_cells_and_open_bring_their_result_into_a_phone_s_window(visit: Visit) -> None:
    page = visit("Report?epsilon=8&limit=8&judged=mobilenetv3&attacks=none,fgsm", width=390)
    page.get_by_role("button", name="Run 2 reports").click()
    bar = page.get_by_text(re.compile(r"\d+ % · \d of 2 reports"))
    expect(bar).to_be_visible(timeout=REPORT_MS)
    settle(page)
    assert is_in_window(bar)
    sentence = page.get_by_role("heading", name=re.compile("of 8 right"))
    expect(sentence).to_contain_text("after FGSM at 8/255", timeout=REPORT_MS)
    settle(page)
    assert is_in_window(sentence)
    page.get_by_role("button", name=re.compile(r"^Open .*, Clean: \d of 8 right")).click()
    expect(sentence).not_to_contain_text("after")
    for attack, words in (("FGSM", "after FGSM"), ("no attack", "right.")):
        settle(page)
        assert is_in_window(sentence)
        page.get_by_role("button", name=re.compile(f"Open .*{attack}.*, Shipped portraits")).click()
        expect(sentence).to_contain_text(words)
    settle(page)
    assert is_in_window(sentence)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    assert violations(page) == []


def upload(page: Page, count: int) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text("Zip file").click()
    settle(page)
    expect(page.get_by_text("the zip lies on this server's disk")).to_be_visible()
    page.locator("input[type=file]").set_input_files(
        {"name": "many.zip", "mimeType": "application/zip", "buffer": many(count)}
    )
    settle(page)


def test_a_report_goes_on_while_its_visitor_is_elsewhere(visit: Visit) -> None:
    page = visit("Report?limit=300")
    upload(page, 320)
    page.get_by_role("button", name="Run report").click()
    told = page.get_by_text(re.compile(r"^\d+ of 300 images · .* left"))
    expect(told).to_be_visible(timeout=REPORT_MS)
    before = images_done(told)
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="How little")).to_be_visible()

    other = visit("Attack")  # which answers meanwhile
    expect(other.locator(".lab .verdict[data-outcome]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    assert "many.zip" not in visit("Report").content()

    page.get_by_role("link", name="Report").first.click()
    settle(page)
    expect(told.or_(ready(page)).first).to_be_visible()
    until(lambda: ready(page).count() or goes_on(told, before))
    expect(ready(page)).to_be_visible(timeout=REPORT_MS)
    settle(page)
    assert json.loads(downloaded(page, "The report (JSON)"))["images"] == 300


def ready(page: Page) -> Locator:
    """The visitor's own reports that can be opened."""
    return page.locator("[class*='st-key-open'] button").filter(visible=True)


def images_done(told: Locator) -> int:
    return int(told.inner_text().split()[0])


def goes_on(told: Locator, before: int) -> bool:
    """Whether more images are done; waits for no line, as it goes once all are."""
    return any(int(text.split()[0]) > before for text in told.all_inner_texts())


def test_a_report_is_cancelled_at_once_and_resumed_where_it_was(visit: Visit) -> None:
    page = visit("Report?limit=200&attacks=pgd&steps=2")
    upload(page, 200)
    page.get_by_role("button", name="Run report").click()
    expect(page.get_by_text(re.compile(r"^\d+ of 200 images · .* left"))).to_be_visible(
        timeout=REPORT_MS
    )
    page.get_by_role("button", name="Cancel").first.click()
    cancelled = page.get_by_text(re.compile(r"Cancelled after \d+ of 200 images"))
    expect(cancelled).to_be_visible()
    done = int(cancelled.inner_text().split()[-4])
    page.get_by_role("button", name="Resume").click()
    told = page.get_by_text(re.compile(r"^\d+ of 200 images( ·|$)"))
    expect(told).to_be_visible(timeout=REPORT_MS)
    assert images_done(told) >= done
    expect(ready(page)).to_be_visible(timeout=REPORT_MS)
    page.reload()
    settle(page)
    expect(ready(page)).to_be_visible(timeout=REPORT_MS)  # the tab remembers whose it is
    assert "many.zip" not in visit("Report").content()
    page.get_by_role("button", name="Delete").first.click()
    expect(page.get_by_text("This cannot be undone")).to_be_visible()
    page.wait_for_timeout(1500)
    expect(ready(page)).to_be_visible()  # nothing is deleted by one press
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Your reports")).to_have_count(0)


def test_two_models_stand_side_by_side_and_travel_in_the_link(visit: Visit) -> None:
    page = visit("Report?epsilon=4&limit=16&judged=mobilenetv3,mobilenetv3-robust")
    page.get_by_role("button", name="Run 2 reports").click()
    expect(ready(page)).to_have_count(2, timeout=REPORT_MS)
    settle(page)
    choose(page, "Beside it", re.compile(r"robust.* 16 images"))
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(page.get_by_text("images right in one alone:")).to_have_count(2)
    link = page.url.split("/", 3)[3]
    other = visit(link, width=390, scheme="dark")
    expect(other.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(other.get_by_role("button", name="Delete")).to_have_count(0)
    assert other.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    settle(other)
    assert violations(other) == []


def choose(page: Page, label: str, title: re.Pattern[str]) -> None:
    """Opens a select box, which closes again where the page is just being drawn anew."""
    for _ in range(5):
        page.get_by_role("combobox", name=label).click()
        with contextlib.suppress(TooLate):
            page.get_by_role("option", name=title).click(timeout=3000)
            break
    settle(page)


@pytest.mark.long
def test_a_report_outlives_its_worker_and_its_server(chromium: Browser, tmp_path: Path) -> None:
    queue = Queue(tmp_path)
    first = Server(tmp_path)
    try:
        page = chromium.new_page()
        page.goto(f"{first.address}/Report?limit=160")
        settle(page)
        page.get_by_role("button", name="Run report").click()
        done = until(lambda: queue.jobs() and queue.jobs()[0].done)
        (pid,) = workers(tmp_path)
        os.kill(pid, signal.SIGKILL)
        told = page.get_by_text(re.compile(r"^\d+ of 160 images( ·|$)"))
        expect(told).to_be_visible(timeout=REPORT_MS)
        until(lambda: queue.jobs()[0].done > done)
        (pid,) = workers(tmp_path)
        page.close()
    finally:
        first.kill()
    assert workers(tmp_path) == [pid], "it goes on"
    os.kill(pid, signal.SIGKILL)
    second = Server(tmp_path)
    try:
        page = chromium.new_page()
        page.goto(second.address)  # any page will do
        until(lambda: queue.jobs()[0].state is State.DONE)
        page.goto(f"{second.address}/Report?run={queue.jobs()[0].run}")
        expect(page.get_by_text("Fooled by the attack").first).to_be_visible(timeout=REPORT_MS)
        page.close()
    finally:
        second.stop()
        for pid in workers(tmp_path):
            os.kill(pid, signal.SIGKILL)


T = TypeVar("T")


def until(condition: Callable[[], T], seconds: float = REPORT_MS / 1000) -> T:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return found


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
