"""A printed card is text alone; a model read again as it was found is the same model."""

from __future__ import annotations

from pathlib import Path

import pytest
from foreign_files import write_mean_colours
from page_tags import Tags

from facemask_core import inspection, load_classifier
from facemask_core.inspection import InspectionCard
from facemask_core.models.foreign import opening
from facemask_core.models.foreign.settling import settle


def test_a_stranger_s_names_are_text_on_the_page() -> None:
    name = "<script>alert(1)</script>\u202e"
    found = {
        "best": {
            "scale": "0..1",
            "colours": "rgb",
            "height": 8,
            "width": 8,
            "classes": ["with_mask", "without_mask"],
            "right": 1.0,
            "frame": "face",
        },
        "ties": [],
        "portraits": 24,
        "lead": 3.0,
        "doubtful": False,
        "activations": [],
        "double_softmax": True,
        "class_names": [name],
        "family": None,
    }
    tags = Tags(inspection.write_page(InspectionCard(name, "0" * 64, found, own_data=name)))
    assert "script" not in tags.names
    assert "<script>alert(1)</script>" in tags.text
    assert "\u202e" not in tags.text


@pytest.mark.parametrize("units", [1, 2, 3])
def test_a_model_that_is_read_again_as_it_was_found_is_the_same(units: int, tmp_path: Path) -> None:
    path = write_mean_colours(tmp_path / "m.h5", units)
    choices = opening.Choices(pixels="0..1", worn_wrongly=1 if units == 3 else None)
    first = opening.open_model(path, choices)
    best = first.finding.best
    again = load_classifier(
        str(path), warm_up=False, choices=settle(best.preparation, best.meanings)
    )
    assert again.card.weights_sha256 == first.card.weights_sha256
