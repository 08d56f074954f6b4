"""A component outlives the data that overtake other data on their way to it.

And what a failed test tells of the pages that were open.
"""

from __future__ import annotations

from typing import Any

import pytest
from lab import read_open_pages
from playwright.sync_api import Browser

from facemask_ui.inspect.live import component
from facemask_ui.language import read_texts

pytestmark = pytest.mark.journey

# Streamlit calls what a run returns at once when newer data have come in the meantime.
OVERTAKEN = """async ({ html, js, data }) => {
  const { default: run } = await import(URL.createObjectURL(
    new Blob([js], { type: "text/javascript" })));
  const parentElement = document.createElement("div");
  parentElement.innerHTML = html;
  document.body.append(parentElement);
  const end = run({ data, parentElement, setStateValue() {}, setTriggerValue() {} });
  end();
  const alive = parentElement.live?.life.signal.aborted === false;
  parentElement.remove();
  end();
  return [alive, parentElement.live === undefined]; }"""


def test_a_report_of_a_failure_says_what_is_on_every_open_page(chromium: Browser) -> None:
    pages = [chromium.new_page() for _ in range(2)]
    pages[0].set_content("<p hidden>Unseen</p><p>Something went wrong</p>")
    pages[1].set_content(f"<p>{'long ' * 2000}</p>")
    texts = [text for _, text in read_open_pages(chromium)]
    assert "Something went wrong" in texts
    assert max(map(len, texts)) == 1500
    for page in pages:
        page.close()


def test_the_camera_outlives_overtaken_data_and_ends_with_its_page(chromium: Browser) -> None:
    data: dict[str, Any] = {"answer": None, "seen": None, "level": 0}
    data["words"] = read_texts("en").read_table("inspect.live.words")
    page = chromium.new_page()
    given = {
        "html": component._HTML,
        "js": component._JS,
        "data": data | {"levels": ["0/255", "1/255"]},
    }
    assert page.evaluate(OVERTAKEN, given) == [True, True]
    page.close()
