"""Models that visitors bring along: from the drop to an attacked picture and a report."""

from __future__ import annotations

import re
from pathlib import Path

from detector_files import write_onnx, write_teachable_machine, write_tutorial
from lab import FIRST_VERDICT_MS, Visit, settle
from playwright.sync_api import Page, expect

REPORT_MS = 180_000


def drop(page: Page, file: dict[str, object] | str) -> None:
    page.get_by_text("A model of your own", exact=True).click()
    page.locator("input[type=file]").first.set_input_files(file)
    used = page.get_by_role("heading", name="How it is used")
    expect(used).to_be_visible(timeout=FIRST_VERDICT_MS)
    settle(page)


def follow(page: Page, name: str) -> None:
    """Follows one of the card's own links, which come after those to the pages."""
    page.get_by_test_id("stMain").get_by_role("link", name=name, exact=True).last.click()
    settle(page)


def attack(page: Page) -> None:
    """Attacks a sample with the model that is chosen."""
    follow(page, "Attack")
    expect(page.locator(".lab[data-state=complete]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    # Right before the attack; the linear one withstands so small an epsilon.
    expect(page.locator(".lab .verdict")).to_have_attribute(
        "data-outcome", re.compile("fooled|held")
    )


def report(page: Page, model: str) -> None:
    """Makes a report of the model on a few portraits."""
    page.get_by_role("link", name="Report", exact=True).first.click()
    settle(page)
    page.get_by_test_id("stNumberInputField").first.fill("12")
    page.keyboard.press("Enter")
    settle(page)
    page.get_by_role("button", name="Run report").click()
    expect(page.get_by_role("heading", name="after FGSM at 4/255")).to_be_visible(timeout=REPORT_MS)
    expect(page.get_by_text(model).first).to_be_attached()
    settle(page)


def test_a_teachable_machine_export_goes_from_drop_to_report(visit: Visit, tmp_path: Path) -> None:
    page = visit("Models")
    content = write_teachable_machine(tmp_path)
    drop(page, {"name": "converted_keras.zip", "mimeType": "application/zip", "buffer": content})
    expect(page.get_by_text("called Mask, No mask")).to_be_visible()
    expect(page.get_by_text("-1..1").first).to_be_visible()
    link = page.url.partition("?")[2]
    attack(page)
    report(page, "keras-model")
    stranger = visit(f"Models?{link}")
    expect(stranger.get_by_text("is no model of this tab")).to_be_visible()
    assert "How it is used" not in stranger.content()


def test_a_tutorial_s_h5_goes_from_drop_to_report(visit: Visit, tmp_path: Path) -> None:
    page = visit("Models")
    drop(page, str(write_tutorial(tmp_path)))
    attack(page)
    report(page, "mask-detector")


def test_an_onnx_file_goes_from_drop_to_report(visit: Visit, tmp_path: Path) -> None:
    page = visit("Models")
    drop(page, str(write_onnx(tmp_path)))
    attack(page)
    report(page, "exported")
