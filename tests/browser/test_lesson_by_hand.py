"""The lesson from start to end, by mouse and by keyboard, on a phone and on a projector."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from accessibility import violations
from html_page import ParsedPage
from lab import FIRST_VERDICT_MS, Visit, settle
from playwright.sync_api import Browser, Locator, Page, expect

from facemask_ui.language import texts
from facemask_ui.language.texts import Texts
from facemask_ui.lesson.chapters import CHAPTERS

PHONE, PROJECTOR = 390, 1440
Press = Callable[[Page, Locator], None]


def click(page: Page, control: Locator) -> None:
    control.click()
    settle(page)


def by_keyboard(page: Page, control: Locator) -> None:
    """Goes on with the tabulator until the control has the focus, and presses it."""
    is_radio = control.get_attribute("type") == "radio"
    for _ in range(80):
        if control.evaluate("e => e === document.activeElement"):
            page.keyboard.press("Space" if is_radio else "Enter")
            settle(page)
            return
        page.keyboard.press("Tab")
    pytest.fail("The tabulator does not reach it.")


def mouse(page: Page, control: Locator) -> None:
    control.wait_for(state="attached", timeout=FIRST_VERDICT_MS)  # what counts does not wait
    label = control.locator("xpath=ancestor::label[1]")
    click(page, label if label.count() else control)


def assert_fits(page: Page, width: int) -> None:
    for element in ("document.documentElement", "document.querySelector('[data-testid=stMain]')"):
        assert page.evaluate(f"{element}.scrollWidth") <= width


def walk(page: Page, strings: Texts, width: int, press: Press) -> None:
    """Takes every chapter: guess, answer, next."""
    for number, chapter in enumerate(CHAPTERS, 1):
        heading = page.get_by_role("heading", level=2)
        expect(heading).to_have_text(f"{number}. {chapter.say(strings, 'title')}")
        expect(page.locator("html")).to_have_attribute("lang", strings.language)
        assert_fits(page, width)
        press(page, page.get_by_test_id("stRadio").get_by_role("radio").first)
        press(page, page.get_by_role("button", name=strings.say("page.reveal")))
        maths = page.get_by_text(strings.say("page.maths"), exact=True)
        expect(maths).to_be_visible(timeout=FIRST_VERDICT_MS)
        settle(page)
        expect(page.get_by_test_id("stRadio").get_by_role("radio")).to_have_count(0)
        assert_fits(page, width)
        assert violations(page) == []
        if number < len(CHAPTERS):
            press(page, page.get_by_role("button", name=strings.say("page.next")))
            expect(heading).to_be_focused()
            expect(heading).to_be_in_viewport()
    expect(page.get_by_text(strings.say("page.done"))).to_be_visible()


@pytest.mark.long
def test_the_lesson_by_mouse(visit: Visit) -> None:
    page = visit("Learn?lang=en", width=PROJECTOR)
    walk(page, texts.read_texts("en").within("lesson"), PROJECTOR, mouse)


@pytest.mark.long
def test_the_lesson_by_keyboard_on_a_phone(visit: Visit) -> None:
    """In French, whose words are the longer ones."""
    page = visit("Learn?lang=fr", width=PHONE, scheme="dark")
    walk(page, texts.read_texts("fr").within("lesson"), PHONE, by_keyboard)


@pytest.mark.journey
def test_progress_survives_a_reload_and_the_language_a_change_of_page(visit: Visit) -> None:
    page = visit("Learn?lang=fr&chapter=2")
    mouse(page, page.get_by_test_id("stRadio").get_by_role("radio").nth(2))
    click(page, page.get_by_role("button", name="Voir la réponse"))
    expect(page.get_by_text("Votre idée")).to_be_visible(timeout=FIRST_VERDICT_MS)
    expect(page).to_have_url(re.compile(r"lang=fr.*seen=2c"))
    page.reload()
    settle(page)
    expect(page.get_by_text("Votre idée")).to_be_visible(timeout=FIRST_VERDICT_MS)
    settle(page)  # a run that ends now would close the list again
    click(page, page.get_by_role("button", name="Chapitres"))
    click(page, page.get_by_role("button", name="5. N’importe quel bruit"))
    expect(page.get_by_role("heading", level=2)).to_have_text(re.compile(r"^5\."))
    expect(page.get_by_role("button", name="1. Ce que voit")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("link", name="Accueil").click()
    heading = texts.read_texts("fr").say("home.heading")
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_the_language_is_the_browsers_until_one_is_chosen(server: str, chromium: Browser) -> None:
    context = chromium.new_context(locale="fr-CA")
    page = context.new_page()
    page.goto(f"{server}/Learn")
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        texts.read_texts("fr").say("learn.heading"), timeout=FIRST_VERDICT_MS
    )
    expect(page).to_have_url(re.compile("lang=fr"))
    page.get_by_text("English", exact=True).click()
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Why is it so easily fooled?")
    expect(page).to_have_url(re.compile("lang=en"))
    context.close()


def test_handouts_are_downloaded_and_lead_back_to_this_lab(visit: Visit, server: str) -> None:
    page = visit("Learn?lang=fr&chapter=8")
    click(
        page,
        page.get_by_text(texts.read_texts("fr").within("lesson").say("page.teachers"), exact=True),
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Fiche de travail").click()
    seen = ParsedPage(download.value.path().read_text())
    assert ("href", f"{server}/Learn?lang=fr&chapter=3") in seen.attributes
    click(page, page.get_by_role("button", name="Créer les notes"))
    ready = page.get_by_role("button", name="Notes pour enseigner")
    expect(ready).to_be_visible(timeout=FIRST_VERDICT_MS)
    with page.expect_download() as download:
        ready.click()
    seen = ParsedPage(download.value.path().read_text())
    assert f"{server}/Attack?sample=" in seen.text
    settle(page)
