"""The patterns that the lab ships: of the models it ships, and as good as their figures say."""

from __future__ import annotations

import numpy as np
import pytest

from facemask_core import load_classifier
from facemask_core.labels import WITH_MASK, WITHOUT_MASK
from facemask_core.models import checkpoints
from facemask_core.pictures import images
from facemask_core.printable_mask import effect, shipped, wearers
from facemask_core.printable_mask.conditions import IDEAL
from facemask_core.printable_mask.worn_pattern import find_wearer, put_on


@pytest.mark.parametrize("name", shipped.list_models())
def test_figures_are_of_the_weights_that_are_shipped(name: str) -> None:
    figures = shipped.read_figures(name)
    card = checkpoints.read_card(checkpoints.locate(name))
    assert figures["model_sha256"] == card.weights_sha256
    assert figures["statement"] == effect.STATEMENT
    for group in ("portraits", "photographs"):
        counts = figures[group]["trained"]
        assert (
            sum(counts[it]["faces"] for it in ("left", "ahead", "right")) == counts["all"]["faces"]
        )


def test_there_is_one_for_the_first_model() -> None:
    assert "mobilenetv3" in shipped.list_models()


def test_the_first_model_overlooks_it_on_portraits_that_it_was_not_trained_on() -> None:
    classifier = load_classifier("mobilenetv3", warm_up=False)
    some = [
        images.decode(it.path.read_bytes()) for it in wearers.choose_portraits(held_out=True)[:8]
    ]
    worn = [put_on(it, IDEAL) for it in map(find_wearer, some) if it is not None]
    patterns = effect.add_controls(shipped.read_pattern("mobilenetv3"))
    answers = {
        name: classifier.predict(np.stack([it.show(pattern) for it in worn])).argmax(axis=1)
        for name, pattern in patterns.items()
    }
    assert len(worn) >= 7
    assert (answers["trained"] == WITHOUT_MASK).mean() >= 0.6
    assert (answers["plain"] == WITH_MASK).mean() >= 0.9
