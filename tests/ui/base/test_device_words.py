"""Where figures were computed is said in the page's language; anything else stays as it is."""

from __future__ import annotations

import pytest

from facemask_core import backend
from facemask_ui.base import device_words
from facemask_ui.language import read_texts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "CPU (2 cores) · Keras 3.15.1 on tensorflow · float32",
            "CPU (2 cœurs) · Keras 3.15.1 sur tensorflow · float32",
        ),
        (
            "CPU (1 cores) · Keras 3.15.1 on jax · float32",
            "CPU (1 cœur) · Keras 3.15.1 sur jax · float32",
        ),
        (
            "GPU NVIDIA H200 · Keras 3.15.1 on jax · float32",
            "GPU NVIDIA H200 · Keras 3.15.1 sur jax · float32",
        ),
        ("an abacus", "an abacus"),
    ],
)
def test_a_device_is_said_in_french(text: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_words, "say", read_texts("fr").say)
    assert device_words.describe_device(text) == said


def test_this_computer_is_read_as_the_core_writes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_words, "say", read_texts("fr").say)
    assert f" sur {backend.name()} " in device_words.describe_device(str(backend.device()))
