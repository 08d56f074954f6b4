"""The lab as visitors meet it: a real server and Debian's Chromium."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from lab import (
    CHROMIUM_FLAGS,
    OFFERED,
    Visit,
    chromium_path,
    read_open_pages,
    running_server,
    settle,
)
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

from benchmarks import live_camera

# A page's default does not reach expect(), whose own five seconds are too few on a busy machine.
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks every test here as one for a browser, and as slow unless it is a journey."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("journey") is None:
                item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to the report of a failed test what every page says that it left open."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("chromium")
    if report.failed and browser is not None:
        report.sections += [(f"page {url}", text) for url, text in read_open_pages(browser)]
    return report


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with running_server(FACEMASK_MODELS=",".join(OFFERED)) as address:
        yield address


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a webcam before which a sample sits."""
    film = tmp_path_factory.mktemp("webcam") / "sitter.mjpeg"
    film.write_bytes(live_camera.sitter())
    arguments = [
        *CHROMIUM_FLAGS,
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def visit(server: str, chromium: Browser) -> Iterator[Visit]:
    """Opens the lab as a new visitor; afterwards nothing may have failed or left this machine."""
    contexts, complaints = [], []

    def heard(message: ConsoleMessage) -> None:
        # Streamlit's client looks for its server below the page's own path first.
        if message.type == "error" and "/_stcore/" not in message.location.get("url", ""):
            complaints.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith((server, server.replace("http", "ws"), "data:", "blob:")):
            complaints.append(f"asked for {request.url}")

    def visited(
        path: str = "", *, width: int = 1280, scheme: str = "light", motion: str = "no-preference"
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion=motion
        )
        contexts.append(context)
        context.on("request", asked)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.set_default_timeout(60_000)
        page.goto(f"{server}/{path}")
        settle(page)
        return page

    yield visited
    exceptions = [page.get_by_test_id("stException").count() for c in contexts for page in c.pages]
    for context in contexts:
        context.close()
    assert not any(exceptions)
    assert not complaints
