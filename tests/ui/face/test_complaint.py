"""What the reasons why an answer may be wrong are measured on."""

from __future__ import annotations

from facemask_core.data import samples
from facemask_core.pictures import faces
from facemask_core.pictures.conditions import find_conditions
from facemask_ui.face import complaint
from facemask_ui.face.pictures import Picture


def find_keys(picture: Picture, region: faces.Box | None) -> set[str]:
    face = faces.crop(picture.pixels, region)
    measured = complaint._measure_face(picture, region, face)
    return {condition.key for condition in find_conditions(*measured)}


def test_where_the_model_sees_all_of_a_picture_the_face_is_measured() -> None:
    bare = [it for it in samples.gallery() if it.label == 0]
    for portrait in bare:
        picture = Picture(portrait.id, "shipped", portrait.path.read_bytes(), portrait.label)
        assert not {"covered", "small"} & find_keys(picture, None), portrait.id
    assert "small" in find_keys(picture, faces.Box(0, 0, 40, 40))
