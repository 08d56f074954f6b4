"""The lab on the pupil's own device: a model and its attacks in the browser's own workers.

- ``kernels/`` are the C files that become ``engine.wasm`` (``python -m tools.kernels``);
- ``memory.js``, ``weights.js``, ``steps.js`` and ``network.js`` compute a model by the plan that
  ``facemask export-web`` writes;
- ``picture.js`` makes a model's input of a photograph, to the core's very pixels;
- ``views.js``, ``blaze_face.js`` and ``face_search.js`` find the faces in a photograph;
- ``climb.js``, ``attacks.js`` and ``sweep.js`` are the core's attacks on one picture;
- ``worker.js`` carries them out in a worker, and ``device.js`` is what a page calls.

None of the scripts asks a server for anything: a page hands over all that they need.
"""

from __future__ import annotations

from pathlib import Path

from facemask_ui.base import browser

ENGINE = Path(__file__).with_name("engine.wasm")
"""The kernels, compiled."""
WORKER_SCRIPT = "\n".join(
    browser.read_texts(
        __file__,
        "picture.js",
        "views.js",
        "memory.js",
        "weights.js",
        "steps.js",
        "network.js",
        "blaze_face.js",
        "face_search.js",
        "climb.js",
        "attacks.js",
        "sweep.js",
        "worker.js",
    )
)
"""What each worker runs."""
DEVICE_SCRIPT, LOADING_SCRIPT = browser.read_texts(__file__, "device.js", "loading.js")
"""What a page runs, and what a page of the lab's loads engine and models with; both go before the
page's own script."""
