"""Pictures of visitors: used, refused in one sentence, kept for the session, never in a link."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image
from screen import Open, sentences
from streamlit.testing.v1 import AppTest

from facemask_core import samples
from facemask_ui import shell

ASTRONAUT = samples.get("astronaut").path.read_bytes()


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format=kind)
    return buffer.getvalue()


def uploading(app: AppTest) -> AppTest:
    return app.segmented_control(key="source").set_value("Upload").run()


@pytest.mark.parametrize("page", ["Inspect", "Attack"])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"GIF89a not a picture", "not a picture"),
        (ASTRONAUT[:5000], "damaged"),
        (encoded(np.zeros((8, 8, 3), np.uint8)), "at least 32"),
    ],
)
def test_wrong_upload_gives_one_sentence(
    open_page: Open, page: str, data: bytes, words: str
) -> None:
    app = uploading(open_page(page))
    app.file_uploader[0].set_value(("face.png", data, "image/png")).run()
    assert not app.exception
    assert len(app.error) == 1
    assert words in sentences(app)[0]


def test_file_names_are_not_markdown() -> None:
    escaped = shell.plain("![x](http://127.0.0.9/) :red[y] <b> $z$ `c`")
    assert not set(re.sub(r"\\.", "", escaped)) & set("![]()<>:`$")


def test_upload_is_judged_on_both_pages_and_in_no_link(open_page: Open) -> None:
    app = uploading(open_page("Inspect", sample="portrait-03"))
    app.file_uploader[0].set_value(("face.png", ASTRONAUT, "image/png")).run()
    assert not app.error
    assert not app.exception
    assert "sample" not in app.query_params
    app.switch_page("pages/2_Attack.py").run()
    assert any("Still using face" in caption.value for caption in app.caption)
    assert any("Threat model" in caption.value for caption in app.caption)


def test_another_visitor_sees_no_upload(open_page: Open) -> None:
    mine = uploading(open_page("Inspect"))
    mine.file_uploader[0].set_value(("face.png", ASTRONAUT, "image/png")).run()
    theirs = uploading(open_page("Inspect"))
    assert len(mine.image) == 2
    assert not theirs.image


def test_no_face_is_said_and_the_whole_picture_used(open_page: Open) -> None:
    app = uploading(open_page("Inspect"))
    plain = encoded(np.full((100, 140, 3), 90, np.uint8))
    app.file_uploader[0].set_value(("wall.png", plain, "image/png")).run()
    assert "No face was found" in app.warning[0].value
    assert not app.error


def test_crop_by_hand_at_the_edge_stays_inside(open_page: Open) -> None:
    app = uploading(open_page("Inspect"))
    noisy = np.random.default_rng(0).integers(0, 255, (100, 140, 3), dtype=np.uint8)
    app.file_uploader[0].set_value(("wall.png", encoded(noisy), "image/png")).run()
    crop = next(c for c in app.segmented_control if c.label == "Crop")
    crop.set_value("By hand").run()
    for slider in app.slider:
        slider.set_value(slider.max).run()
    assert not app.exception
    assert not app.error


def test_link_to_a_sample_leaves_the_upload_behind(open_page: Open) -> None:
    app = uploading(open_page("Inspect"))
    app.query_params["sample"] = "portrait-04"
    app.run()
    assert app.segmented_control(key="source").value == "Samples"


def test_upload_limit_is_the_cores(open_page: Open) -> None:
    app = uploading(open_page("Inspect"))
    assert app.file_uploader[0].proto.max_upload_size_mb == 20
