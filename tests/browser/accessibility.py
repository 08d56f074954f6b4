"""axe-core, run in a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
SERIOUS = {"serious", "critical"}


def violations(page: Page) -> list[str]:
    """Every element with a serious fault, as axe tells it; Streamlit's own are no exception."""
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [
        f"{fault['id']} ({fault['help']}): {json.dumps(node['target'])} {node['html'][:160]} "
        f"{node['failureSummary']}"
        for fault in found
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]
