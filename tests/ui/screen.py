"""Reading the screen of a page that runs without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def sentences(app: AppTest) -> list[str]:
    """The errors on the screen, without the escapes that keep them from being Markdown."""
    return [error.value.replace("\\", "") for error in app.error]


def lab(app: AppTest) -> dict[str, Any]:
    """Returns the data of the attack lab's component."""
    elements = [
        element.proto
        for element in app.get("bidi_component")
        if element.proto.component_name == "attack_lab"
    ]
    return dict(json.loads(elements[0].json))


def threat_model(app: AppTest) -> str:
    """Returns the threat model that the lab states for the slider's notch."""
    given = lab(app)
    return str(given["stated"][given["level"]])
