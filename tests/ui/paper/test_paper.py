"""The page Paper: its figures come from files, and its sums are right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import made_up_results
import pytest
from screen import Open, sentences
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier
from facemask_core.evaluation import verdicts
from facemask_core.labels import WITHOUT_MASK
from facemask_core.models import checkpoints
from facemask_core.paper import experiments, printed, results
from facemask_core.paper.second_softmax import LARGEST
from facemask_ui.base.palette import LIGHT
from facemask_ui.choices import models
from facemask_ui.face import cropping, pictures
from facemask_ui.language import percent, read_texts
from facemask_ui.paper import differences, reports, training_tables
from facemask_ui.paper.points import (
    POINTS,
    falls,
    scale,
    softmax,
    steps_per_epoch,
    supports,
    weaker,
)

ROOT = Path(__file__).resolve().parents[3]
PAPER = printed.read()
every_point = pytest.mark.parametrize("number", range(1, len(POINTS) + 1))
every_model = pytest.mark.parametrize("model", experiments.MODELS)


@pytest.fixture
def result_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(results, "RESULTS_DIR", tmp_path)
    made_up_results.write(tmp_path)
    return tmp_path


@pytest.fixture
def no_result_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(results, "RESULTS_DIR", tmp_path)
    return tmp_path


def _read_texts(app: AppTest) -> str:
    return "\n".join(text.value for text in (*app.markdown, *app.caption))


def _assert_sound(app: AppTest) -> None:
    assert not app.exception
    assert not app.error


# The figures are the paper's and the files', and nobody's else


def _numbers(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for entry in value.values():
            yield from _numbers(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _numbers(entry)
    elif isinstance(value, int | float):
        yield f"{value:g}" if isinstance(value, float) else str(value)


def test_no_figure_of_the_paper_is_typed_into_the_page() -> None:
    printed_numbers = set(_numbers(tomllib.loads(printed.FILE.read_text(encoding="utf-8"))))
    figures = {number for number in printed_numbers if len(number.replace(".", "").strip("0")) > 2}
    assert len(figures) > 20
    sources = [*(ROOT / "facemask_ui" / "paper").rglob("*.py"), ROOT / "pages" / "6_Paper.py"]
    for source in sources:
        text = source.read_text(encoding="utf-8").replace(",", "")
        for number in figures:
            assert not re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", text), (source, number)


@pytest.mark.usefixtures("result_files")
@every_model
@pytest.mark.parametrize("attack", ["none", "fgsm", "pgd"])
def test_the_overview_has_both_figures(model: str, attack: str) -> None:
    row = reports.compare_accuracy(PAPER, model, attack)
    assert row["Model"] == models.title(model)
    assert row["Here"].startswith({"none": "98.0", "fgsm": "40.0", "pgd": "1.0"}[attack])
    is_printed = attack == "none" or model == "inceptionv3"
    assert (row["Paper"] != "\N{EN DASH}") == is_printed


@every_model
def test_the_tables_hold_the_papers_and_the_cards_figures(model: str) -> None:
    card = checkpoints.read_card(checkpoints.locate(model))
    table = next(table for table in PAPER.tables if table.model == model)
    metrics = training_tables.compare_table(table, card)
    assert metrics["Validation loss"] == (table.validation_loss, card.history[-1]["val_loss"])
    assert metrics["Test accuracy"] == (table.test_accuracy, card.metrics["test"]["accuracy"])


@pytest.mark.usefixtures("result_files")
@every_model
def test_every_difference_has_both_sides(model: str) -> None:
    rows = differences.list_differences(PAPER, checkpoints.read_card(checkpoints.locate(model)))
    assert {"Photographs", "Split", "First weights", "Training"} <= rows.keys()
    for theirs, ours in rows.values():
        assert theirs != ours
    assert rows["First weights"][0] == PAPER.training.initial_weights
    assert rows["Software"][1] == "keras 3.0, tensorflow 2.0"


def test_a_report_has_the_papers_layout() -> None:
    rows = reports.list_report(PAPER.figure("fgsm").report)
    assert list(rows[0]) == ["", "precision", "recall", "f1-score", "support"]
    assert list(rows[0].values()) == ["Without mask", "0.57", "0.59", "0.58", "2047"]
    assert list(rows[2].values()) == ["accuracy", "", "", "0.57", "4070"]
    assert [row[""] for row in rows[3:]] == ["macro avg", "weighted avg"]


# The sums


def test_an_epoch_has_fewer_steps_than_printed() -> None:
    left = PAPER.data.images - PAPER.figure("none").images
    assert steps_per_epoch.count_steps(left, PAPER.training.batch_size) == 163
    assert steps_per_epoch.count_images(171, 100) == "17,001 to 17,100"


def test_figure_14_counts_other_classes_than_figures_9_and_12() -> None:
    rows = [supports.sum_matrix(figure) for figure in PAPER.figures]
    assert [row["Without mask"].split("**")[1] for row in rows] == ["2047", "2047", "2017"]
    assert [row["With mask"].split("**")[1] for row in rows] == ["2023", "2023", "2053"]
    assert {row["All"] for row in rows} == {"4070"}


def test_the_falls_are_in_points_and_in_percent() -> None:
    cells = falls.describe_fall(PAPER.figure("none"), PAPER.figure("fgsm"))
    assert cells["In points"] == "(4055 − 2323) ÷ 4070 = **42.6**"
    assert cells["In percent"] == "(4055 − 2323) ÷ 4055 = **42.7 %**"


def test_no_share_of_figure_12_is_the_recall_in_the_text() -> None:
    shares = falls.list_shares(PAPER.figure("fgsm"))
    assert len(shares) == 9
    assert all(abs(100 * share - PAPER.recall.percent) > 4 for _, share in shares)


@pytest.mark.usefixtures("result_files")
def test_both_scales_of_epsilon_have_a_row() -> None:
    rows = [scale.list_accuracies("vgg19", it) for it in scale.SCALES.values()]
    assert [row["Epsilon"] for row in rows] == ["12.75/255", "6.375/255"]
    assert {row["FGSM"] for row in rows} == {"40.0\N{NO-BREAK SPACE}%"}


def test_the_ladder_is_drawn_with_the_chosen_notch_and_the_papers_lines() -> None:
    ladder = {
        count: made_up_results.result(experiments.pgd_with_steps("inceptionv3", count))
        for count in experiments.NOTCHES
    }
    fgsm = made_up_results.result(experiments.fgsm("inceptionv3"))
    theirs = {attack: PAPER.figure(attack).accuracy for attack in ("fgsm", "pgd")}
    drawn = weaker.make_chart(ladder, fgsm, 3, theirs, LIGHT)
    lines = {line.name: line for line in drawn.data}
    assert lines["PGD, paper"].y == (theirs["pgd"],) * 2
    assert lines["FGSM, here"].y == (0.4, 0.4)
    chosen = [symbol == "diamond" for symbol in lines["PGD, here"].marker.symbol]
    assert [count for count, is_it in zip(ladder, chosen, strict=True) if is_it] == [3]
    assert "85.0 % after 1 step" in weaker.describe_chart(ladder, fgsm, 3)
    assert "between 1 step (85.0 %) and 2 steps (70.0 %)" in weaker.find_crossing(
        ladder, theirs["pgd"]
    )
    assert weaker.find_crossing(ladder, 0.99) == ""


def test_the_histogram_has_every_photograph_and_the_printed_confidences() -> None:
    spread = made_up_results.result(experiments.clean("inceptionv3"))["confidences"]["clean"]
    drawn = softmax.make_histogram(spread["twice"], [0.5], LIGHT)
    assert sum(count or 0 for count in drawn.data[0].y) == made_up_results.IMAGES
    assert drawn.layout.shapes[0].x0 == LARGEST
    assert "100 of 100" in softmax.describe_histogram(spread["twice"])


# The page


@pytest.mark.usefixtures("brightness", "result_files")
@every_model
@pytest.mark.slow
def test_the_reports_stand_side_by_side(open_page: Open, model: str) -> None:
    app = open_page("Paper", backbone=model, figure="14")
    _assert_sound(app)
    assert [it.value for it in app.subheader[-2:]] == [
        "Paper: InceptionV3",
        f"Here: {models.title(model)}",
    ]
    assert "a made-up device" in _read_texts(app)
    assert "right answers: 0.982 before the attack, 0.982 after it." in _read_texts(app)
    assert "gets 0.730 before the attack and 0.673 after it" in _read_texts(app)
    assert not app.info


@pytest.mark.usefixtures("brightness", "result_files")
@every_point
@pytest.mark.slow
def test_every_point_is_shown_by_its_link(open_page: Open, number: int) -> None:
    app = open_page("Paper", part="odd", point=str(number), backbone="mobilenetv3")
    _assert_sound(app)
    assert not app.info
    assert app.header[0].value == f"{number}. {POINTS[number - 1].title}"
    assert app.query_params.get("point", "1") == str(number)


def test_the_papers_pictures_are_made_again_for_those_who_open_them(
    open_page: Open, brightness: Classifier
) -> None:
    app = open_page("Paper")
    assert not app.get("image"), "nothing is computed for visitors who read the tables alone"
    app.session_state["attacked-pictures"] = True
    app.run()
    _assert_sound(app)
    of_figure_1, of_figure_4 = 6, 3
    assert len(app.get("image")) == 3 * len(PAPER.examples) + of_figure_1 + of_figure_4
    face = cropping.cut_face(pictures.read_sample(pictures.DEFAULT_SAMPLE), None)
    before = verdicts.judge(brightness, face[None])[0].probabilities[WITHOUT_MASK]
    rows = [it.value for it in app.table if "Probability of the true class" in it.value]
    assert [[*row["Before"]] for row in rows] == [
        [f"{example.before:.3f}", f"{before:.3f}"] for example in PAPER.examples
    ]
    assert all(float(row["After"].iloc[1]) < before for row in rows)


@pytest.mark.usefixtures("brightness", "result_files")
@pytest.mark.slow
def test_pgd_is_weaker_until_it_has_run_far_enough(open_page: Open) -> None:
    app = open_page("Paper", part="odd", climb="3")
    assert "PGD looks weaker than FGSM, as in the paper" in _read_texts(app)
    assert [it.value for it in app.metric] == [percent(0.55), percent(0.4)]
    app.select_slider(key="climb").set_value(50).run()
    assert "PGD is the stronger, as it must be" in _read_texts(app)
    assert app.query_params["climb"] == "50"


@pytest.mark.usefixtures("brightness", "result_files")
@pytest.mark.parametrize("number", ["1", "7"])
@pytest.mark.slow
def test_a_model_without_details_says_where_to_look(open_page: Open, number: str) -> None:
    app = open_page("Paper", part="odd", point=number, backbone="vgg19")
    _assert_sound(app)
    assert "choose one of them above" in app.info[0].value


@pytest.mark.usefixtures("brightness", "no_result_files")
@every_point
def test_a_missing_result_is_a_sentence_with_the_command(open_page: Open, number: int) -> None:
    app = open_page("Paper", part="odd", point=str(number))
    _assert_sound(app)
    if POINTS[number - 1] in (weaker.POINT, scale.POINT, softmax.POINT):
        assert all("reproduce --models inceptionv3" in info.value for info in app.info)
        assert app.info
    else:
        assert not app.info


@pytest.mark.usefixtures("no_result_files")
def test_missing_reports_are_a_sentence_with_the_command(open_page: Open) -> None:
    app = open_page("Paper", backbone="vgg19")
    _assert_sound(app)
    assert "reproduce --models vgg19" in app.info[0].value


def test_a_damaged_result_is_one_sentence(open_page: Open, no_result_files: Path) -> None:
    (no_result_files / experiments.clean("inceptionv3").file).write_text("{", encoding="utf-8")
    app = open_page("Paper")
    assert not app.exception
    assert "cannot be read" in sentences(app)[0]


def test_every_place_of_the_paper_is_named_in_each_language() -> None:
    english = read_texts("en").say_all("paper.places")
    file = tomllib.loads(printed.FILE.read_text(encoding="utf-8"))
    entries = [*file["examples"], *file["said"], *file["falls"], *file["quotes"].values()]
    places = {entry["where"] for entry in (*entries, file["data"], file["recall"])}
    assert places | {file["other_work"]["where"]} == set(english)
