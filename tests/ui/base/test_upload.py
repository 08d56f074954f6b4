"""Why a file was not taken stands on the page in a sentence that nobody else's words can shape."""

from __future__ import annotations

import re

import pytest

from facemask_ui.base import upload


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (
            {"name": "a.png", "reason": "File must be 20.0MB or smaller."},
            "a.png is larger than 20 MB; choose a smaller one.",
        ),
        (
            {"name": "a.zip", "reason": "The lab holds as many files as this server can."},
            "a.zip was not taken: The lab holds as many files as this server can.",
        ),
        ({"name": "a.png", "reason": ""}, "a.png was not taken: try again in a minute."),
        ({"reason": ["x"]}, "The file was not taken: ['x']"),
        ("nonsense", "The file was not taken: try again in a minute."),
        (None, "The file was not taken: try again in a minute."),
    ],
)
def test_a_refusal_is_one_sentence(refusal: object, sentence: str) -> None:
    assert re.sub(r"\\(.)", r"\1", upload.write_refusal(refusal, 20)) == sentence


def test_a_refusal_is_short_and_no_markdown() -> None:
    text = upload.write_refusal({"name": "![x](y)" * 99, "reason": "<b>" * 999}, 20)
    assert len(text) < 1500
    assert "![" not in text
    assert "<b>" not in text.replace("\\<b\\>", "")
