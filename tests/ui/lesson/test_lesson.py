"""The lesson on the screen: guesses before figures, the core's numbers, progress that stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from outline import check_outline
from screen import Open
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier, robustness
from facemask_core.data.groupings import FIRST, SECOND
from facemask_core.epsilons import LINF
from facemask_core.evaluation import verdicts
from facemask_core.models import published
from facemask_ui.choices import models
from facemask_ui.language import texts
from facemask_ui.language.texts import LANGUAGES
from facemask_ui.lesson import links, progress, subjects, transfer_faces
from facemask_ui.lesson.chapters import CHAPTERS, Chapter
from facemask_ui.lesson.chapters import defence as price
from facemask_ui.page import language_choice

every_chapter = pytest.mark.parametrize(
    ("number", "chapter"), list(enumerate(CHAPTERS, 1)), ids=[it.name for it in CHAPTERS]
)
every_language = pytest.mark.parametrize("lang", LANGUAGES)
OPTIONS = [
    [len(options) for _, options in it.list_questions(texts.read_texts("en").within("lesson"))]
    for it in CHAPTERS
]
HOSTILE = [
    "",
    "1",
    "1e",
    "9a",
    "0a",
    "1a.1b",
    "1a2b",
    "1a.",
    "8aa",
    "1\N{ARABIC-INDIC DIGIT FIVE}",
    "1<script>",
    "1a." * 400,
]


def count_figures(app: AppTest) -> int:
    """Charts, stages and pictures beyond the one face a chapter may begin with."""
    parts = [element.proto.component_name for element in app.get("bidi_component")]
    charts = len(app.get("plotly_chart")) + len(app.get("table"))
    return charts + parts.count("attack_lab") + max(0, len(app.get("image")) - 1)


def read_page(app: AppTest) -> str:
    return "\n".join(text.value for text in (*app.markdown, *app.success, *app.warning))


@every_language
@every_chapter
@pytest.mark.usefixtures("brightness")
def test_the_answer_comes_after_the_question(
    open_page: Open, number: int, chapter: Chapter[Any], lang: str
) -> None:
    strings = texts.read_texts(lang).within("lesson")
    app = open_page("Learn", lang=lang, chapter=str(number))
    assert not app.exception
    assert not app.error
    assert app.header[0].value == f"{number}. {chapter.say(strings, 'title')}"
    assert len(app.radio) == len(chapter.list_questions(strings))
    assert count_figures(app) == 0
    assert not app.get("latex")
    app.radio[0].set_value(0).run()
    assert count_figures(app) == 0
    app.button(key="reveal").click().run()
    assert not app.exception
    assert not app.error
    assert not app.radio
    assert app.get("latex")
    result = chapter.measure()
    assert chapter.explain(strings, result) in read_page(app)
    for (_, offered), answer in zip(
        chapter.list_questions(strings), chapter.pick_answers(result), strict=True
    ):
        assert offered[answer] in read_page(app)
    assert (count_figures(app) > 0) == (chapter.name != "meaning")
    if lang == "en":
        check_outline(app, f"chapter-{number}", whole=True)


@every_chapter
def test_a_guess_is_met_kindly_whether_right_or_wrong(number: int, chapter: Chapter[Any]) -> None:
    strings = texts.read_texts("en").within("lesson")
    answers = (0,) * len(OPTIONS[number - 1])
    for guess in (0, 1):
        replies = chapter.write_replies(strings, (guess,) * len(answers), answers)
        assert all(len(reply) > 10 for reply in replies)


def test_the_numbers_are_the_cores(brightness: Classifier) -> None:
    strings = texts.read_texts("en").within("lesson")
    face, label = subjects.read_face(subjects.BARE), subjects.read_label(subjects.BARE)
    result = {it.name: it.write_figures(strings, it.measure()) for it in CHAPTERS}
    (verdict,) = verdicts.judge(brightness, face[None])
    assert result["numbers"]["confidence"] == strings.percent(verdict.confidence)
    assert result["numbers"]["values"] == strings.number(224 * 224 * 3)
    sweep = robustness.sweep_epsilons(brightness, face, label, subjects.ONE_STEP)
    level = sweep.smallest_fooling_notch
    assert result["smallest"]["level"] == str(subjects.MOST if level is None else level)
    noise = robustness.measure_noise_control(brightness, face, LINF, LINF.notches)[:, label]
    assert result["noise"]["noise_most"] == strings.percent(noise[-1])
    attacked = subjects.attack_face(
        brightness, subjects.MASKED, subjects.MANY_STEPS, subjects.SMALL
    ).after
    path = strings.percent(attacked.probabilities[subjects.read_label(subjects.MASKED)])
    assert result["steps"]["pgd"] == path
    assert result["others"]["others"] == str(len(models.shipped()) - 1)


def test_signs_and_pushes_are_equally_large_and_add_up() -> None:
    pushes = next(it for it in CHAPTERS if it.name == "sign").measure()
    assert set(np.unique(pushes.signs)) <= {-1, 0, 1}
    figures = next(it for it in CHAPTERS if it.name == "sign").write_figures(
        texts.read_texts("en").within("lesson"), pushes
    )
    assert float(figures["after"].replace("\N{MINUS SIGN}", "-")) == pytest.approx(
        pushes.lead + pushes.gradient, abs=0.01
    )


def test_the_price_is_what_was_published() -> None:
    strings = texts.read_texts("en").within("lesson")
    figures = price.write_cost(strings)
    assert figures is not None
    for name, key in ((models.shipped()[0], "plain"), ("mobilenetv3-robust", "twin")):
        report = next(
            it
            for it in published.read_reports(models.sha256(name))
            if it["threat_model"]["attack"] == "pgd"
            and it["threat_model"]["epsilon"] == subjects.STRONG / 255
        )
        assert figures[f"{key}_robust"] == strings.percent(report["robust_accuracy"])
        assert figures[f"{key}_clean"] == strings.percent(report["clean"]["accuracy"])
    assert len(price.tabulate_tones(strings)) == 4


def test_the_price_names_the_masks_that_the_twin_holds_worst_and_the_photographs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def make_report(weights: str) -> dict[str, Any]:
        grouping = SECOND if weights == models.sha256("mobilenetv3-robust") else FIRST
        interval = {"low": 0.43, "high": 0.71}
        shares = {("web", "drawn"): 0.96, ("tight", "real"): 0.58, ("web", "real"): 0.86}
        sources: dict[str, Any] = {"web": {"masks": {}}, "tight": {"masks": {}}}
        for (source, kind), share in shares.items():
            sources[source]["masks"][kind] = {
                "images": 45,
                "robust_accuracy": share,
                "intervals": {"robust_accuracy": interval},
            }
        return {
            "threat_model": {"attack": "pgd", "epsilon": subjects.STRONG / 255},
            "data_sha256": grouping.splits["test"],
            "images": 523,
            "sources": sources,
        }

    monkeypatch.setattr(published, "read_reports", lambda weights: [make_report(weights)])
    for code in LANGUAGES:
        strings = texts.read_texts(code).within("lesson")
        weakest = price.describe_weakest(strings)
        assert weakest is not None
        for words in ("45", "tight", strings.say("chapter.defence.real"), strings.percent(0.58)):
            assert words in weakest
        caution = price.warn_of_other_photographs(strings)
        assert caution is not None
        assert strings.say("chapter.defence.grouping_first") in caution
    monkeypatch.setattr(published, "read_reports", lambda _: [])
    assert price.describe_weakest(strings) is None
    assert price.warn_of_other_photographs(strings) is None


@pytest.mark.usefixtures("brightness")
def test_weights_without_published_figures_get_a_sentence(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "read_reports", lambda _: [])
    app = open_page("Learn", lang="en", chapter="7", seen="7a")
    assert not app.exception
    unpublished = texts.read_texts("en").within("lesson").say("chapter.defence.unpublished")
    assert unpublished in [it.value for it in app.caption]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
@pytest.mark.slow
def test_the_texts_tell_the_story_of_the_shipped_models(chapter: Chapter[Any]) -> None:
    """The words around the figures hold for these weights; others would need other words."""
    story = {
        "numbers": 1,
        "smallest": 0,
        "sign": 2,
        "steps": 2,
        "noise": 2,
        "others": 1,
        "defence": 1,
    }
    result = chapter.measure()
    if chapter.name in story:
        assert chapter.pick_answers(result) == (story[chapter.name],)
    if chapter.name == "others":
        assert len(result.right_before) == len(models.shipped()) - 1
        trials = transfer_faces.read_trials()
        assert trials is not None
        picked = trials.pick()
        assert picked is not None
        assert {*result.fooled} == {*picked.fooled}
    if chapter.name == "defence":
        label = subjects.read_label(subjects.BARE)
        assert [it.label == label for it in vars(result).values()] == [False, True, False, True]


@pytest.mark.usefixtures("brightness")
def test_progress_survives_another_page_and_a_reload(open_page: Open) -> None:
    app = open_page("Learn", lang="fr")
    app.radio[0].set_value(1).run()
    app.button(key="reveal").click().run()
    app.button(key="next").click().run()
    app.radio[0].set_value(2).run()
    app.switch_page("pages/4_Models.py").run()
    app.switch_page("pages/5_Learn.py").run()
    assert app.header[0].value.startswith("2. Deviner")
    assert app.radio[0].value == 2
    link = {key: app.query_params[key] for key in ("lang", "chapter", "seen")}
    assert {key: str(np.ravel(value)[0]) for key, value in link.items()} == {
        "lang": "fr",
        "chapter": "2",
        "seen": "1b",
    }
    again = open_page("Learn", lang="fr", chapter="1", seen="1b")
    assert not again.radio
    assert "Une liste de nombres" in read_page(again)


@pytest.mark.usefixtures("brightness")
def test_chapters_can_be_jumped_to_and_begun_anew(open_page: Open) -> None:
    app = open_page("Learn", chapter="1", seen="1a.8abab-a")
    assert app.button(key="back").disabled
    app.button(key="jump:8").click().run()
    assert app.header[0].value.startswith("8. ")
    assert not app.radio
    app.button(key="again").click().run()
    assert app.header[0].value.startswith("1. ")
    assert app.radio
    assert "seen" not in app.query_params


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_progress_is_ignored(text: str) -> None:
    assert progress.parse_progress(text, OPTIONS) is None


@pytest.mark.parametrize(("chapter", "options"), enumerate(OPTIONS, 1))
def test_the_last_option_is_a_guess_and_one_beyond_is_none(
    chapter: int, options: list[int]
) -> None:
    last = {chapter: tuple(most - 1 for most in options)}
    assert progress.parse_progress(progress.write_progress(last), OPTIONS) == last
    beyond = {chapter: (options[0], *(0 for _ in options[1:]))}
    assert progress.parse_progress(progress.write_progress(beyond), OPTIONS) is None


def test_progress_is_read_as_it_was_written() -> None:
    answered = {1: (1,), 4: (None,), 8: (0, 1, None, 1, 0, 0)}
    assert progress.write_progress(answered) == "1b.4-.8ab-baa"
    assert progress.parse_progress(progress.write_progress(answered), OPTIONS) == answered


@pytest.mark.usefixtures("brightness")
@pytest.mark.parametrize(
    "query", [{"chapter": "9"}, {"chapter": "x"}, {"lang": "<b>"}, {"seen": "1a<script>"}]
)
def test_hostile_links_open_the_first_chapter(open_page: Open, query: dict[str, str]) -> None:
    app = open_page("Learn", **query)
    assert not app.exception
    assert app.header[0].value.startswith("1. What")
    assert app.radio
    assert not set(query) - {"lang"} & set(app.query_params)


@pytest.mark.parametrize(
    ("locale", "expected"),
    [("fr-FR", "fr"), ("fr", "fr"), ("FR-ca", "fr"), ("en-GB", "en"), ("de", "en"), (None, "en")],
)
def test_the_browser_says_which_language_to_begin_with(locale: str | None, expected: str) -> None:
    assert language_choice.match_locale(locale) == expected


@pytest.mark.parametrize(
    ("visited", "lab"),
    [
        ("http://192.168.0.7:8501/Learn?lang=fr", "http://192.168.0.7:8501"),
        ("https://school.example/lab/Learn", "https://school.example/lab"),
        ("http://127.0.0.1:8501/", "http://127.0.0.1:8501"),
        ("javascript:alert(1)", ""),
        (None, ""),
    ],
)
def test_links_lead_to_the_lab_the_visitor_sees(visited: str | None, lab: str) -> None:
    assert links.find_lab(visited) == lab


@pytest.mark.usefixtures("brightness")
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_links_into_the_lab_open_as_promised(open_page: Open, chapter: Chapter[Any]) -> None:
    app = open_page(chapter.page, **chapter.query)
    assert not app.exception
    if chapter.page != "Inspect":  # this model has no layers for a heat map
        assert not app.error
    for key, value in chapter.query.items():
        assert str(app.session_state[f"setting:{key}"]) == value
