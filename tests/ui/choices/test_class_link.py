"""A link for a class puts controls away, keeps the values, and never carries a visitor's face."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from screen import Open, lab, threat_model
from streamlit.testing.v1 import AppTest

from facemask_core.data import samples
from facemask_ui.choices import class_link, models

SAMPLE = samples.gallery()[1]
SETTINGS = {
    "model": models.shipped()[-1],
    "sample": SAMPLE.id,
    "attack": "pgd",
    "steps": "2",
    "epsilon": "7",
}
pytestmark = pytest.mark.usefixtures("brightness")


def link(app: AppTest) -> dict[str, str]:
    """The settings in the link offered, but for the language, which stands in every link."""
    address = urlsplit(app.code[0].value)
    assert address.path == "/Attack"
    query = dict(parse_qsl(address.query))
    assert query.pop("lang") == "en"
    return query


def drawn(app: AppTest) -> set[str]:
    """The groups of controls on the screen."""
    present = {
        "picture": [w for w in app.segmented_control if w.key == "source"],
        "model": [w for w in app.selectbox if w.key == "model"],
        "attack": [w for w in app.selectbox if w.key == "attack"],
        "advanced": [w for w in app.slider if w.key == "steps"],
        "further": [w for w in app.segmented_control if w.key == "further"],
    }
    return {name for name, found in present.items() if found}


@pytest.mark.parametrize("name", class_link.GROUPS)
def test_a_link_hides_one_group_and_keeps_its_values(open_page: Open, name: str) -> None:
    app = open_page("Attack", **SETTINGS, hide=name)
    assert not app.exception
    assert not app.error
    assert drawn(app) == set(class_link.GROUPS) - {name}
    assert lab(app)["level"] == 7
    assert lab(app)["alt"] == SAMPLE.alt
    assert models.title(SETTINGS["model"]) in lab(app)["stated"][7]
    assert "PGD" in threat_model(app)
    assert "steps 2" in threat_model(app)


def test_what_the_builder_makes_opens_as_promised(open_page: Open) -> None:
    app = open_page("Attack", **SETTINGS)
    assert link(app) == SETTINGS
    for name in class_link.GROUPS:
        app.checkbox(key=f"hide:{name}").check().run()
    made = link(app)
    assert made == SETTINGS | {"hide": ",".join(class_link.GROUPS)}
    assert drawn(app) == set(class_link.GROUPS), "the teacher's own page stays whole"

    opened = open_page("Attack", **made)
    assert not drawn(opened)
    assert lab(opened)["stated"] == lab(app)["stated"]
    opened.switch_page("pages/1_Inspect.py").run()
    opened.switch_page("pages/2_Attack.py").run()
    assert not drawn(opened), "also after a look at another page"
    opened.button[0].click().run()
    assert drawn(opened) == set(class_link.GROUPS)
    assert "steps 2" in threat_model(opened)


@pytest.mark.parametrize(
    "hide", ["nothing", "model,", "model;attack", "MODEL", "", "model,model,x"]
)
def test_a_link_that_hides_nonsense_hides_nothing(open_page: Open, hide: str) -> None:
    app = open_page("Attack", attack="pgd", steps="1", hide=hide)
    assert not app.exception
    assert drawn(app) == set(class_link.GROUPS)
    assert "hide" not in app.query_params


def test_a_link_keeps_the_norm_and_its_epsilon(open_page: Open) -> None:
    asked = {"norm": "l2", "epsilon_l2": "2.25"}
    app = open_page("Attack", **asked)
    made = link(app)
    assert made == asked
    opened = open_page("Attack", **made, hide="attack,advanced")
    assert lab(opened)["level"] == 9
    assert "L2, epsilon 2.25," in threat_model(opened)


def test_only_settings_enter_a_link(open_page: Open) -> None:
    assert link(open_page("Attack", epsilon="7", evil="javascript:alert(1)")) == {"epsilon": "7"}


def test_an_own_picture_never_enters_a_link(open_page: Open) -> None:
    app = open_page("Attack", sample=SAMPLE.id, epsilon="7")
    app.segmented_control(key="source").set_value("Upload").run()
    face = SAMPLE.path.read_bytes()
    app.file_uploader[0].set_value(("my_face.png", face, "image/png")).run()
    assert link(app) == {"epsilon": "7"}
    assert any("never travels in a link" in info.value for info in app.info)


@pytest.mark.parametrize(
    ("link", "alone"),
    [
        ("http://127.0.0.1:8501/Attack", True),
        ("http://localhost/Attack?epsilon=3", True),
        ("http://lab.localhost:8501/Attack", True),
        ("http://[::1]:8501/Attack", True),
        ("http://192.168.1.7:8501/Attack", False),
        ("https://lab.school.example/Attack", False),
        ("/Attack", False),
    ],
)
def test_a_link_that_means_this_computer_everywhere_says_so(link: str, alone: bool) -> None:
    assert class_link.opens_here_alone(link) is alone
