"""Says in the visitor's language what Streamlit's own widgets say in English alone.

Streamlit has no setting for the words on its uploader and its camera, so a style puts the lab's
words in their place. In English its own stay.
"""

from __future__ import annotations

import json

from facemask_ui.language import read_current, say
from facemask_ui.language.texts import DEFAULT

_UPLOADER = "[data-testid=stFileUploaderDropzone] > span [data-testid=stMarkdownContainer]"
_CAMERA = "[data-testid=stCameraInput]"
_CAMERA_BUTTON = "button[data-testid=stCameraInputButton]"


def write_style() -> str:
    """Writes the style; nothing in the language that Streamlit speaks."""
    if read_current().language == DEFAULT:
        return ""
    choose, take, anew, allow = (
        _quote(say(f"widgets.{key}")) for key in ("choose", "take", "anew", "allow")
    )
    return f"""
{_UPLOADER} p, {_CAMERA_BUTTON} span, {_CAMERA} a {{ display: none; }}
{_UPLOADER}::before {{ content: {choose}; }}
[data-testid=stFileUploaderDropzoneInstructions] {{ display: none; }}
{_CAMERA_BUTTON}, {_CAMERA} div:has(> video[hidden]) p, {_CAMERA} svg + p {{ font-size: 0; }}
{_CAMERA_BUTTON}::after {{ content: {take}; font-size: 1rem; }}
{_CAMERA_BUTTON}:has(svg)::after {{ content: {anew}; }}
{_CAMERA} svg + p::after {{ content: {allow}; font-size: 1rem; }}
"""


def _quote(text: str) -> str:
    """Writes a text as a string of a style sheet that stands in a page of HTML."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\3c ")
