"""A tab that is closed in the middle of a computation costs nobody else anything."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

from lab import BACK_SECONDS, FIRST_VERDICT_MS, Visit, settle
from playwright.sync_api import expect

from facemask_core.data import samples

GONE_SECONDS = BACK_SECONDS + 20.0


def test_a_tab_closed_amid_an_attack_leaves_the_lab_to_the_others(visit: Visit) -> None:
    leaving = visit()
    leaving.goto(f"{leaving.url.partition('?')[0]}Attack?attack=pgd&steps=100&sample=portrait-01")
    expect(leaving.locator(".lab[data-state]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    assert leaving.locator(".lab[data-state=complete]").count() == 0, "it is amid its sweep"
    leaving.context.close()
    other = visit("Attack?attack=fgsm&sample=portrait-02")
    expect(other.locator(".lab[data-state=complete]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    assert other.get_by_test_id("stException").count() == 0


def test_a_tab_closed_amid_live_stills_leaves_the_lab_to_the_others(visit: Visit) -> None:
    leaving = visit("Inspect?view=live&computed=server")
    leaving.locator(".live .switch").click(timeout=FIRST_VERDICT_MS)
    expect(leaving.locator(".live[data-state=running]")).to_be_visible(timeout=FIRST_VERDICT_MS)
    leaving.context.close()
    other = visit("Inspect?view=live&computed=server")
    other.locator(".live .switch").click(timeout=FIRST_VERDICT_MS)
    expect(other.locator(".live[data-state=running]")).to_be_visible(timeout=FIRST_VERDICT_MS)


def _read(address: str) -> bytes | None:
    """What can be read at an address; None if nothing is there."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return None


def test_a_face_is_readable_nowhere_soon_after_its_tab_has_closed(visit: Visit) -> None:
    """The last visitor's: nobody comes after, whose visit would tidy up.

    This server waits for a tab less long than others, which keep a face for less than a minute.
    """
    page = visit("Inspect")
    page.get_by_text("One picture").click()
    page.get_by_test_id("stButtonGroup").get_by_text("Upload", exact=True).click()
    settle(page)
    page.locator("input[type=file]").set_input_files(str(samples.get("portrait-07").path))
    cropped = page.get_by_alt_text("The part of the picture the model sees")
    expect(cropped).to_be_visible(timeout=FIRST_VERDICT_MS)
    settle(page)
    sources = page.locator("img[src*='/media/']").evaluate_all("them => them.map(it => it.src)")
    assert sources
    assert all(_read(source) for source in sources), "anybody can who knows the address"
    page.context.close()
    closed = time.monotonic()
    readable = sources
    while readable and time.monotonic() < closed + GONE_SECONDS:
        time.sleep(1)
        readable = [source for source in readable if _read(source)]
    assert not readable, f"readable {time.monotonic() - closed:.0f} s after its tab has closed"
