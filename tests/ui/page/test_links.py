"""A link within the lab opens what it promises, and pages leave each other's settings alone."""

from __future__ import annotations

import pytest
from screen import Open, lab, threat_model
from streamlit.testing.v1 import AppTest

from facemask_ui.choices import models
from facemask_ui.lesson.chapters import CHAPTERS, Chapter
from facemask_ui.page import links
from facemask_ui.page.presets import PRESETS

pytestmark = pytest.mark.usefixtures("brightness")
OTHERWISE = {
    "model": models.shipped()[-1],
    "attack": "pgd",
    "norm": "l2",
    "steps": "3",
    "random_start": "False",
    "guess": "True",
}


def follow_link(app: AppTest, page: str, query: dict[str, str]) -> AppTest:
    """Opens a page by a link, in the session of a visitor who was elsewhere before."""
    app.switch_page(page)
    app.query_params.clear()
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.mark.parametrize("query", [it.query for it in PRESETS], ids=[it.name for it in PRESETS])
@pytest.mark.slow
def test_a_preset_is_the_same_for_everyone(open_page: Open, query: dict[str, str]) -> None:
    app = open_page("Attack", **OTHERWISE)
    assert "L2" in threat_model(app)
    follow_link(app, "pages/2_Attack.py", links.complete_link("Attack", query))
    fresh = open_page("Attack", **query)
    assert lab(app)["question"] == lab(fresh)["question"]
    assert threat_model(app) == threat_model(fresh)
    assert app.toggle(key="guess").value is False
    assert set(app.query_params) == set(fresh.query_params), "the link stays short"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
@pytest.mark.slow
def test_the_lesson_leads_everyone_to_the_same_place(
    open_page: Open, chapter: Chapter[object]
) -> None:
    scripts = {"Attack": "pages/2_Attack.py", "Inspect": "pages/1_Inspect.py"}
    if chapter.page not in scripts:
        assert links.complete_link(chapter.page, chapter.query)["model"] == models.shipped()[0]
        return
    app = open_page("Attack", **OTHERWISE)
    follow_link(app, "pages/1_Inspect.py", {"view": "live"})
    follow_link(app, scripts[chapter.page], links.complete_link(chapter.page, chapter.query))
    fresh = open_page(chapter.page, **chapter.query)
    assert not app.exception
    if chapter.page == "Attack":
        assert lab(app)["stated"] == lab(fresh)["stated"]
    assert set(app.query_params) == set(fresh.query_params)


@pytest.mark.parametrize("query", [OTHERWISE, PRESETS[0].query, CHAPTERS[1].query])
def test_what_a_link_names_goes_before_the_defaults(query: dict[str, str]) -> None:
    assert links.complete_link("Attack", query).items() >= query.items()


def test_reports_leave_the_labs_attack_alone(open_page: Open) -> None:
    app = open_page("Attack", attack="bim")
    app.switch_page("pages/3_Report.py").run()
    assert not app.exception
    app.switch_page("pages/2_Attack.py").run()
    assert app.selectbox(key="attack").value == "bim"
