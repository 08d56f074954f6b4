"""Pictures of visitors: used, refused in one sentence, kept for the session, never in a link."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import heic_files
import numpy as np
import pytest
from PIL import Image
from screen import Open, sentences, threat_model
from streamlit.testing.v1 import AppTest

from facemask_core.data import samples
from facemask_core.pictures import faces, images, model_input
from facemask_core.pictures.faces import Box
from facemask_ui.base import messages
from facemask_ui.choices import models
from facemask_ui.face import crop_box

pytestmark = pytest.mark.usefixtures("light_models")
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
        (encoded(np.zeros((40, 40, 4), np.uint8)), "Nothing can be seen"),
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


def test_a_refused_file_takes_the_verdict_before_it_away(open_page: Open) -> None:
    """The widget takes any file: it would refuse without a visible word, and keep the old one."""
    app = uploading(open_page("Inspect"))
    assert not app.file_uploader[0].proto.type
    jpeg = encoded(images.decode(ASTRONAUT), "JPEG")
    app.file_uploader[0].set_value(("face.jfif", jpeg, "image/jpeg")).run()
    assert not app.error
    assert app.image
    phone = heic_files.read("phone")
    app.file_uploader[0].set_value(("IMG_0001.HEIC", phone, "image/heic")).run()
    assert not app.error
    assert app.image
    app.file_uploader[0].set_value(("scan.pdf", b"%PDF-1.7", "application/pdf")).run()
    assert "not a picture" in sentences(app)[0]
    assert not app.image
    app.switch_page("pages/2_Attack.py").run()
    assert not any("Still using" in caption.value for caption in app.caption)


def test_file_names_are_not_markdown() -> None:
    escaped = messages.escape_markdown("![x](http://127.0.0.9/) :red[y] <b> $z$ `c`")
    assert not set(re.sub(r"\\.", "", escaped)) & set("![]()<>:`$")


@pytest.mark.parametrize(
    "name",
    ["www.evil.example", "WWW.evil.example/a.png", "https://evil.example", "Http://evil.example"],
)
def test_a_name_that_looks_like_an_address_is_no_link(name: str) -> None:
    """The browser's Markdown makes links of these wherever they stand, escaped or not."""
    links = re.compile(r"(?:https?://|www(?=\.))[-.\w]+|[-.\w+]+@[-\w]+(?:\.[-\w]+)+", re.I)
    for text in (name, f"holiday {name}", f"me@{name}", "me@evil.example"):
        shown = re.sub(r"\\(.)", r"\1", messages.escape_markdown(text))
        assert links.search(text)
        assert not links.search(shown)
        assert shown.replace("\u2060", "") == text


@pytest.mark.parametrize(
    "name",
    [
        "![x](http://127.0.0.9/)",
        "<b>bold</b> <a href='//evil.example'>x</a>",
        ":red[y] :smile: $z$ `c` ~~d~~",
        "__init__ *a* _b_ \\c",
        "# one\n## two",
        "www.evil.example",
        "me@evil.example",
    ],
)
def test_a_model_of_any_name_is_shown_by_that_name_and_no_more(name: str) -> None:
    """Wherever it stands: captions are Markdown, charts read HTML, lists read neither."""
    for text in (models.title(name), models.name(name)):
        assert not set(text) & set("\\`*{}[]#!|<>~:$&\n")
        assert not re.search(r"\b_|_\b|www\.|@e", text)
        assert unicodedata.normalize("NFKC", text).replace("\u2060", "") == name.replace(
            "\n", "\\n"
        )


def test_a_usual_name_stays_as_it_is() -> None:
    for name in ("mobilenetv3-robust", "my_model.2", "résumé (2)"):
        assert messages.write_name(name) == name
    assert models.title("mobilenetv3-robust") == "MobileNetV3-Small (robust)"


@pytest.mark.parametrize("mode", ["local", "classroom", "public"])
def test_a_problem_names_no_folder_of_the_server_to_strangers(
    mode: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACEMASK_MODE", mode)
    spaced = home / "the lab" / "jobs.sqlite3"
    monkeypatch.setenv("FACEMASK_HOME", str(spaced.parent))
    text = (
        f"{spaced} is damaged; see '/var/log/a b/lab.log' and C:\\Lab\\x.db, 8/255 or train/a.png."
    )
    shown = re.sub(r"\\([\\`*_{}\[\]()#+!|<>~:$&])", r"\1", messages.write_problem(text))
    hidden = "…/jobs.sqlite3 is damaged; see '…/a b/lab.log' and …\\x.db, 8/255 or train/a.png."
    assert shown == (text if mode == "local" else hidden)


def test_upload_is_judged_on_both_pages_and_in_no_link(open_page: Open) -> None:
    app = uploading(open_page("Inspect", sample="portrait-03"))
    app.file_uploader[0].set_value(("face.png", ASTRONAUT, "image/png")).run()
    assert not app.error
    assert not app.exception
    assert "sample" not in app.query_params
    app.switch_page("pages/2_Attack.py").run()
    assert any("Still using face" in caption.value for caption in app.caption)
    assert "Threat model" in threat_model(app)


@pytest.mark.usefixtures("brightness")
@pytest.mark.parametrize("page", ["Inspect", "Attack"])
def test_what_the_lab_saved_as_a_models_input_is_not_cropped_again(
    open_page: Open, page: str
) -> None:
    face = images.resize(images.decode(ASTRONAUT))
    app = uploading(open_page(page, map="saliency"))
    app.file_uploader[0].set_value(("face.png", model_input.encode(face), "image/png")).run()
    assert not app.exception
    assert any("not cropped again" in caption.value for caption in app.caption)


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
    assert not any("mask" in it.value for it in app.header)
    next(button for button in app.button if button.label == "Use the whole picture").click().run()
    assert not app.warning
    assert any("mask" in it.value for it in app.header)


@pytest.mark.usefixtures("brightness")
def test_several_faces_are_framed_from_the_left_and_the_largest_is_chosen(open_page: Open) -> None:
    face = images.resize(images.decode(ASTRONAUT)[30:230, 120:320], 300)
    small = np.pad(images.resize(face, 200), ((50, 50), (0, 0), (0, 0)), mode="edge")
    app = uploading(open_page("Inspect", map="saliency"))
    two = encoded(np.concatenate([small, face], axis=1))
    app.file_uploader[0].set_value(("two.png", two, "image/png")).run()
    for chosen in (1, 0):
        frames = component_data(app, "face_frames")
        assert frames["names"] == ["Face 1", "Face 2"]
        assert frames["boxes"][0][0] < 200 < frames["boxes"][1][0]
        assert frames["chosen"] == chosen
        next(one for one in app.segmented_control if one.label == "Crop").set_value("1").run()
    assert any(
        "2 faces; a click on a frame chooses one" in caption.value for caption in app.caption
    )


def component_data(app: AppTest, name: str) -> dict[str, Any]:
    """What the browser is told about a component."""
    protos = [element.proto for element in app.get("bidi_component")]
    return dict(json.loads(next(p.json for p in protos if p.component_name == name)))


def by_hand(app: AppTest) -> dict[str, Any]:
    """What the browser is told about the square over the picture."""
    crop = next(choice for choice in app.segmented_control if choice.label == "Crop")
    crop.set_value("by_hand").run()
    assert not app.exception
    assert not app.error
    return component_data(app, "crop_box")


@pytest.mark.usefixtures("brightness")
def test_crop_by_hand_starts_at_the_face_chosen_last_and_cuts_what_it_says(
    open_page: Open,
) -> None:
    app = uploading(open_page("Inspect", map="saliency"))
    app.file_uploader[0].set_value(("face.png", ASTRONAUT, "image/png")).run()
    found = faces.find_faces(images.decode(ASTRONAUT))[0]
    told = by_hand(app)
    assert told["box"] == told["start"] == [found.left, found.top, found.width]
    assert (told["width"], told["height"]) == (512, 512)
    assert told["reset"] == "Back to the found face"
    app.session_state[f"box:{hashlib.sha256(ASTRONAUT).hexdigest()[:16]}"] = Box(10, 20, 64, 64)
    told = by_hand(app)
    assert (told["box"], told["start"]) == ([10, 20, 64], [found.left, found.top, found.width])
    assert "64 by 64 of 512 by 512 pixels, at 10, 20" in app.image[0].proto.imgs[0].alt


@pytest.mark.usefixtures("brightness")
def test_crop_by_hand_without_a_face_starts_in_the_middle(open_page: Open) -> None:
    app = uploading(open_page("Inspect", map="saliency"))
    plain = encoded(np.full((100, 140, 3), 90, np.uint8))
    app.file_uploader[0].set_value(("wall.png", plain, "image/png")).run()
    told = by_hand(app)
    assert told["box"] == [20, 0, 100]
    assert told["reset"] == "Back to the middle"


@pytest.mark.parametrize(
    ("told", "box"),
    [
        ([0, 0, 100], Box(0, 0, 100, 100)),
        ([108, 68, 32], Box(108, 68, 32, 32)),
        ([109, 68, 32], None),
        ([108, 69, 32], None),
        ([-1, 0, 50], None),
        ([0, 0, 101], None),
        ([0, 0, 31], None),
        ([0, 0], None),
        ([0.5, 0, 50], None),
        ([True, 0, 50], None),
        (["0", "0", "50"], None),
        ({"left": 0}, None),
        (None, None),
        ([0, 0, float("nan")], None),
    ],
)
def test_a_square_from_a_browser_is_taken_only_inside_the_picture(
    told: object, box: Box | None
) -> None:
    assert crop_box.read_box(told, height=100, width=140) == box


def test_link_to_a_sample_leaves_the_upload_behind(open_page: Open) -> None:
    app = uploading(open_page("Inspect"))
    app.query_params["sample"] = "portrait-04"
    app.run()
    assert app.segmented_control(key="source").value == "Samples"


def test_upload_limit_is_the_cores(open_page: Open) -> None:
    app = uploading(open_page("Inspect"))
    assert app.file_uploader[0].proto.max_upload_size_mb == 20


def test_the_gallery_sends_small_pictures_that_are_told_apart_without_seeing_them(
    open_page: Open,
) -> None:
    app = open_page("Attack")
    sent = next(
        e.proto for e in app.get("bidi_component") if e.proto.component_name == "gallery_en"
    )
    assert len(sent.html_content) < 120_000
    shown = re.findall(r'src="data:image/webp;base64,([^"]+)" alt="([^"]+)"', sent.html_content)
    assert len(shown) == len(samples.gallery()) + len(samples.confusers())
    assert len({alt for _, alt in shown}) == len(shown)
    for data, _ in shown:
        assert Image.open(io.BytesIO(base64.b64decode(data))).size == (96, 96)
