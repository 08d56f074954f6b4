"""How long a browser that has nothing yet takes to its first answer."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks.ondevice.browsers import Page
from benchmarks.ondevice.cost import Meter
from benchmarks.ondevice.runtimes import PAGE, POLICY
from facemask_core.models.checkpoints import WEIGHTS_FILE
from facemask_core.web.export import ATTACKS_FILE, PLAN_FILE
from facemask_ui import ondevice

TURNS = 7
_SCRIPT = """<script>
const read = async (name, kind) => (await fetch(name))[kind]();
const first = (async () => {
  const [engine, script, described, plan, weights] = await Promise.all([
    read("engine.wasm", "arrayBuffer"), read("worker.js", "text"), read("attacks.json", "json"),
    read("plan.json", "json"), read("weights.safetensors", "arrayBuffer"),
  ]);
  const device = new Device({ engine, script, described, most: 1 });
  device.addModel(plan, weights);
  const picture = new Uint8Array(224 * 224 * 3).map((_, at) => at % 251);
  await device.answer(plan.model, [picture]);
  return performance.now();
})();
</script>"""


def time_first_answer(browser: Browser, folder: Path) -> dict[str, Any]:
    """Times from the page's address to a model's first answer, with an empty cache each time.

    Args:
        browser: A browser of Playwright.
        folder: A model, as ``facemask export-web`` writes it.

    Returns:
        Milliseconds of the clock, the median and the least, and of the processor.
    """
    names = (PLAN_FILE, WEIGHTS_FILE, ATTACKS_FILE)
    files = {f"/{name}": (folder / name).read_bytes() for name in names}
    files |= {
        "/engine.wasm": ondevice.ENGINE.read_bytes(),
        "/worker.js": ondevice.WORKER_SCRIPT.encode(),
        "/first": (PAGE + _SCRIPT).encode(),
    }
    page, meter = Page(files, f"{POLICY}; connect-src 'self'"), Meter()
    times, used = [], []
    for _ in range(TURNS):
        context = browser.new_context()
        tab, before = context.new_page(), meter.read()
        tab.goto(f"{page.address}first", wait_until="commit")
        times.append(float(tab.evaluate("first")))
        used.append(1e3 * (meter.read() - before))
        context.close()
    page.close()
    return {
        "turns": TURNS,
        "median_ms": round(statistics.median(times)),
        "least_ms": round(min(times)),
        "processor_ms": round(statistics.median(used)),
        "bytes": sum(len(content) for content in files.values()),
    }
