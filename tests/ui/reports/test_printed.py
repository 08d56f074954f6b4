"""The printed report: all that was promised, nothing from elsewhere, and no stranger's markup."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from html_page import ParsedPage
from hypothesis import given
from hypothesis import strategies as st

from facemask_core import Classifier, attacks, evaluation, versions
from facemask_core.data import samples
from facemask_core.data.datasets import SkippedFile, open_dataset
from facemask_core.data.provenance import Origin
from facemask_core.evaluation.mcnemar import Comparison
from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation
from facemask_core.robustness import SmallestEpsilons
from facemask_core.runs.timing import Speed
from facemask_ui.base.printed_page import open_templates
from facemask_ui.choices import models
from facemask_ui.language import percent
from facemask_ui.reports import (
    confidence_histogram,
    epsilon_curve,
    headline_figures,
    printed,
    sentences,
    view,
)
from facemask_ui.reports.mcnemar_table import ModelComparison

HOSTILE = [
    "<script>alert(1)</script>.png",
    '"><img src=x onerror=alert(1)>.png',
    "</title></style></bdi></td><iframe src=//evil.example>.png",
    "' onmouseover='alert(1)",
    "&lt;b&gt; &amp; <!-- ",
    "![](http://evil.example/a.png) [link](javascript:alert(1))",
]


def make_report(names: list[str]) -> Evaluation:
    """A report in which every text that a stranger can write is one of the names."""
    count = len(names)
    labels = np.arange(count) % 2
    clean = np.eye(2, dtype=np.float32)[labels] * 3
    return Evaluation(
        model=models.shipped()[0],
        model_sha256="c0ffee" * 10,
        data_sha256="decade" * 10,
        threat_model=attacks.make("fgsm").threat_model(4 / 255, 0),
        paths=tuple(names),
        skipped=tuple(SkippedFile(text, text) for text in names),
        clean=Predictions(labels, clean),
        adversarial=Predictions(labels, clean[::-1].copy()),
        linf=np.zeros(count),
        l2=np.zeros(count),
        dead_gradients=1,
        seconds=1.0,
        speed=Speed(1.0, 2.0, "a device", 32, first_batch_included=False),
        origins={text: Origin(text) for text in names},
    )


PLAIN = ParsedPage(printed.write_page(make_report(["plain"])))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_and_do_nothing(text: str) -> None:
    seen = ParsedPage(printed.write_page(make_report([text])))
    assert seen.tags == PLAIN.tags
    assert [key for key, _ in seen.attributes] == [key for key, _ in PLAIN.attributes]
    assert seen.names.count(text) == PLAIN.names.count("plain") == 5


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), min_size=1))
def test_any_name_comes_out_as_it_went_in(text: str) -> None:
    templates = open_templates(Path(__file__).parent)
    paragraph = templates.from_string('<p title="{{ text }}"><bdi>{{ text }}</bdi></p>')
    seen = ParsedPage(paragraph.render(text=text))
    assert seen.tags == ["p", "bdi"]
    assert seen.names == [text]
    assert seen.attributes == [("title", text)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("photo\u202egnp.exe", r"photo\u202egnp.exe"),  # would read as photoexe.png
        ("bell\x07\x00", r"bell\x07\x00"),
        ("not\udcffutf8", r"not\udcffutf8"),
    ],
)
def test_characters_nobody_sees_are_spelt_out(text: str, shown: str) -> None:
    page = printed.write_page(make_report([text]))
    assert ParsedPage(page.encode().decode()).names.count(shown) == 5


def test_nothing_runs_and_nothing_is_fetched() -> None:
    page = printed.write_page(make_report(["plain"]))
    assert not {"script", "link", "img", "iframe", "object", "base", "form", "a"} & set(PLAIN.tags)
    keys = {key for key, _ in PLAIN.attributes}
    assert not {key for key in keys if key.startswith("on")}
    assert not {"src", "href", "style", "xlink:href", "action"} & keys
    assert not re.search(r"//|url\(|@import|@font-face", page)
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in PLAIN.attributes


@pytest.fixture
def report(brightness: Classifier) -> Evaluation:
    portraits = open_dataset(samples.GALLERY_DIR).take(8)
    attack = attacks.make("pgd", steps=2)
    return evaluation.evaluate(brightness, portraits, attack=attack, epsilon=16 / 255, seed=3)


def test_the_page_holds_all_that_was_promised(report: Evaluation) -> None:
    seen = ParsedPage(printed.write_page(report))
    for figure in headline_figures.list_figures(report):
        assert f"{figure.label}{percent(figure.value)}{figure.interval_text}" in seen.text
    assert (
        "PGD, white box, untargeted, L∞, epsilon 16/255 (0.0627), seed 3, loss margin" in seen.text
    )
    assert report.adversarial is not None
    for predictions in (report.clean, report.adversarial):
        assert predictions.report_text() in seen.text
        for row in predictions.confusion.tolist():
            assert "mask" + "".join(map(str, row)) in seen.text
    assert ("aria-label", confidence_histogram.describe_histogram(report)) in seen.attributes
    for title in ("Most fooled", "Least fooled", "Skipped filesNone.", "with each figure"):
        assert title in seen.text
    for value in (report.data_sha256, report.model_sha256, *versions.package_versions().values()):
        assert value in seen.text


def test_every_bar_is_drawn_and_counted(report: Evaluation) -> None:
    filled = [
        np.count_nonzero(confidence_histogram.count_images(it))
        for it in confidence_histogram.list_predictions(report).values()
    ]
    seen = ParsedPage(printed.write_page(report))
    classes = Counter(value for key, value in seen.attributes if key == "class")
    assert [classes["hollow"], classes["full"]] == filled
    assert classes["count"] == sum(filled)


def test_a_clean_report_says_there_was_no_attack(report: Evaluation) -> None:
    clean = replace(report, adversarial=None, threat_model=None, linf=None, l2=None)
    seen = ParsedPage(printed.write_page(clean))
    assert "No attack." in seen.text
    for word in ("Robust", "fooled", "After the attack", "bootstrap"):
        assert word not in seen.text


def test_other_models_are_compared_where_there_are_any(report: Evaluation) -> None:
    comparison = ModelComparison("VGG19 <b>", "Clean accuracy", 1.0, 0.75, Comparison(2, 0, 0.5))
    seen = ParsedPage(printed.write_page(report, printed.Supplement(comparisons=[comparison])))
    assert "VGG19 <b>, clean accuracy100.0 %75.0 %200.500McNemar" in seen.text
    assert "McNemar" not in ParsedPage(printed.write_page(report)).text


def test_searches_and_transfers_on_the_same_files_are_printed(report: Evaluation) -> None:
    searches = {
        "weak <b>": SmallestEpsilons(
            np.array([0, 1, 2, np.inf]), np.zeros(4, np.bool_), 4, {"attack": "fgsm"}
        )
    }
    transfers = {
        "FGSM, epsilon 4/255": pd.DataFrame.from_dict(
            {"made on A": {"shown to B": "12.5 %"}}, orient="index"
        )
    }
    supplement = printed.Supplement(searches=searches, transfers=transfers)
    seen = ParsedPage(printed.write_page(report, supplement))
    assert "Accuracy against epsilon" in seen.text
    assert "weak <b>" in seen.text, "escaped, so that it is text"
    assert epsilon_curve.write_median(searches["weak <b>"]) in seen.text
    (line,) = (value for key, value in seen.attributes if key == "points")
    heights = [float(point.split(",")[1]) for point in str(line).split()]
    assert len(heights) == 5
    assert heights == sorted(heights), "accuracy never rises"
    spoken = [value for key, value in seen.attributes if key == "aria-label"]
    assert epsilon_curve.describe_curves(searches) in spoken
    assert "Made on A" in seen.text
    assert "12.5 %" in seen.text
    alone = ParsedPage(printed.write_page(report)).text
    assert "Accuracy against epsilon" not in alone
    assert "travel" not in alone


def test_a_manifest_that_was_not_used_is_named(report: Evaluation) -> None:
    seen = ParsedPage(printed.write_page(replace(report, manifest_problem=HOSTILE[0])))
    assert HOSTILE[0] in seen.names


def test_the_result_s_sentence_stands_on_top(report: Evaluation) -> None:
    seen = ParsedPage(printed.write_page(report))
    assert seen.text.index(sentences.write_sentence(report)) < seen.text.index("Figures")
    assert sentences.write_interval(report) in seen.text


def test_a_page_is_printed_in_the_language_of_its_visitor(report: Evaluation) -> None:
    with ThreadPoolExecutor(1) as pool:  # a download is made outside of the page's thread
        page = pool.submit(view._print, report, printed.Supplement(), "fr").result().decode()
        assert pool.submit(printed.write_page, report).result().startswith("<!doctype html>")
    seen = ParsedPage(page)
    assert '<html lang="fr">' in page
    for words in (
        "Combien de fois se trompe-t-il",
        "Exactitude robuste",
        "boîte blanche",
        "0,0627",
    ):
        assert words in seen.text
    own = re.sub(r"(?s)<(style|pre)>.*?</\1>", "", page)
    assert not re.search(r"\b(the|images? of|Figures|white box|with mask)\b", own)
