"""What the lab shows further of an attacked face."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from facemask_core import defences
from facemask_ui.lab import further


def test_a_defended_model_is_made_anew_for_other_weights_and_other_defences(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A model keeps its name when it is trained again."""
    monkeypatch.setattr(defences, "defend", lambda classifier, defence: (classifier, defence))
    further._shield.clear()
    old, new = (SimpleNamespace(card=SimpleNamespace(name="m", weights_sha256=it)) for it in "ab")
    mild, strong = defences.make("blur", sigma=1.0), defences.make("blur", sigma=2.0)
    for classifier in (old, new, old):
        for defence in (mild, strong):
            assert further.shield(classifier, defence) == (classifier, defence)
    assert further.shield(old, mild) is further.shield(old, mild)
    further._shield.clear()


def test_every_defence_is_offered_with_strengths_that_it_takes() -> None:
    assert set(further._STRENGTHS) == set(defences.names())
    for name, (setting, offered, first) in further._STRENGTHS.items():
        assert setting == defences.settings(name)[0]
        assert first in offered
        assert {getattr(defences.make(name, **{setting: it}), setting) for it in offered} == set(
            offered
        )
