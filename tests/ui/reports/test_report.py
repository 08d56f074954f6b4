"""Reports: the dataset, the answer and its files."""

from __future__ import annotations

import csv
import io
import os
import re
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import needs
import numpy as np
import pytest
from outline import check_outline
from screen import Open, sentences
from streamlit.testing.v1 import AppTest

from facemask_core import Classifier, attacks, evaluation
from facemask_core.data import samples
from facemask_core.data.datasets import Dataset, open_dataset
from facemask_core.data.provenance import Origin
from facemask_core.errors import DatasetError
from facemask_core.evaluation.mcnemar import Comparison
from facemask_core.evaluation.predictions import Predictions
from facemask_core.evaluation.report import Evaluation
from facemask_core.jobs import Queue, worker
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK
from facemask_ui.base import parts
from facemask_ui.reports import (
    confidence_histogram,
    dataset_choice,
    headline_figures,
    mcnemar_table,
    most_fooled,
    view,
)
from facemask_ui.reports.mcnemar_table import ModelComparison
from facemask_ui.reports.printed import document


@pytest.fixture(scope="module")
def portraits() -> Dataset:
    return open_dataset(samples.GALLERY_DIR).take(6)


@pytest.fixture
def report(portraits: Dataset, brightness: Classifier) -> Evaluation:
    attack = attacks.make("fgsm")
    return evaluation.evaluate(brightness, portraits, attack=attack, epsilon=16 / 255)


def compute_reports(app: AppTest) -> AppTest:
    """Computes what is queued, as the worker would, and looks again."""
    worker.work(Queue(), idle=0)
    return app.run()


def run_report(app: AppTest) -> AppTest:
    """Presses the button, and waits for the answer."""
    return compute_reports(app.button(key="run-report").click().run())


def make_zip(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.usefixtures("brightness")
def test_report_on_the_portraits(open_page: Open) -> None:
    app = open_page("Report", limit="6", epsilon="16")
    assert not app.metric
    app = run_report(app)
    assert not app.exception
    assert not app.error
    labels = [metric.label for metric in app.metric]
    assert labels == [
        "Clean accuracy",
        "Balanced accuracy",
        "Robust accuracy",
        "Fooled by the attack",
        "Confidence drop",
    ]
    assert all(re.fullmatch(r"-?[\d.]+ to [\d.]+ %", metric.delta) for metric in app.metric)
    assert any("95 % confidence interval" in text.value for text in app.markdown)
    sentence = app.header[0].value
    right, after = re.fullmatch(
        r"(\d) of 6 right; after FGSM at 16/255: (\d) of 6\.", sentence
    ).groups()
    assert "precision" in app.code[0].value
    assert app.dataframe[-1].value["pictures"].tolist() == ["without mask", "with mask"]
    assert [heading.value for heading in app.subheader][3:5] == ["Most fooled", "Least fooled"]
    falls = [row for it in app.dataframe if "after" in it.value for row in it.value["after"]]
    fooled, standing = int(right) - int(after), int(after)
    assert [row < 0.5 for row in falls] == [True] * min(5, fooled) + [False] * min(5, standing)
    assert any("FGSM" in caption.value and "16/255" in caption.value for caption in app.caption)
    check_outline(app, "Report-computed", whole=True)


@pytest.mark.usefixtures("brightness")
def test_a_report_is_there_after_a_look_at_another_page(open_page: Open) -> None:
    app = run_report(open_page("Report", limit="4", attack="none"))
    assert [metric.label for metric in app.metric] == ["Clean accuracy", "Balanced accuracy"]
    app.switch_page("pages/2_Attack.py").run()
    app.switch_page("pages/3_Report.py").run()
    assert len(app.metric) == 2


@pytest.mark.usefixtures("brightness")
def test_the_same_report_is_not_computed_twice(open_page: Open) -> None:
    app = run_report(open_page("Report", limit="4", attack="none"))
    (job,) = Queue().jobs()
    app.selectbox(key="run").set_value("").run()
    assert not app.metric
    app.button(key="run-report").click().run()
    assert Queue().jobs() == [job]
    assert len(app.metric) == 2


@pytest.mark.usefixtures("brightness")
def test_zip_is_reported_with_what_was_skipped(open_page: Open) -> None:
    files = {portrait.label: portrait.path for portrait in samples.gallery()}
    data = make_zip(
        **{
            "with_mask/a.webp": files[WITH_MASK].read_bytes(),
            "without_mask/b.png": files[WITHOUT_MASK].read_bytes(),
            "without_mask/broken.png": b"no picture",
        }
    )
    app = open_page("Report", attack="none")
    app.segmented_control(key="dataset").set_value("Zip file").run()
    app.file_uploader[0].set_value(("set.zip", data, "application/zip")).run()
    app = run_report(app)
    assert not app.error
    assert any("1 file" in expander.label for expander in app.expander)
    assert "broken.png" in app.dataframe[-1].value["file"].tolist()[0]


def list_split_files(wrapper: str) -> dict[str, bytes]:
    """Portraits in three splits, one image of each class in all but the first."""
    files = {portrait.label: portrait.path.read_bytes() for portrait in samples.gallery()}
    return {
        f"{wrapper}{split}/{folder}/{n}.webp": files[label]
        for split, count in (("Train", 2), ("Validation", 1), ("Test", 1))
        for label, folder in ((WITH_MASK, "WithMask"), (WITHOUT_MASK, "WithoutMask"))
        for n in range(count)
    }


@pytest.mark.usefixtures("brightness")
def test_a_split_of_a_zip_is_chosen(open_page: Open) -> None:
    app = open_page("Report", attack="none")
    app.segmented_control(key="dataset").set_value("Zip file").run()
    data = make_zip(**list_split_files("Face Mask Dataset/"))
    app.file_uploader[0].set_value(("faces.zip", data, "application/zip")).run()
    assert not app.error
    splits = [f"Face Mask Dataset/{split}" for split in ("Train", "Validation", "Test")]
    assert app.selectbox(key="split").options == splits
    assert app.selectbox(key="split").value == splits[-1]
    app.selectbox(key="split").set_value(splits[0]).run()
    assert any("4 of 4 images" in caption.value for caption in app.caption)
    app = run_report(app)
    assert not app.error
    assert len(app.metric) == 2
    (job,) = Queue().jobs()
    assert (job.order.data.split, job.order.data.title) == (splits[0], f"faces.zip, {splits[0]}")

    plain = make_zip(**{"with_mask/a.png": b"x", "without_mask/b.png": b"x"})
    app.file_uploader[0].set_value(("plain.zip", plain, "application/zip")).run()
    assert "split" not in [box.key for box in app.selectbox]


def test_a_split_of_a_server_folder_is_chosen(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path, content in list_split_files("set/").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    monkeypatch.setenv(dataset_choice.ROOTS_VARIABLE, str(tmp_path))
    app = open_page("Report", attack="none")
    app.segmented_control(key="dataset").set_value("Server folder").run()
    app.text_input(key="folder").set_value(".").run()
    app.selectbox(key="split").set_value("set/Validation").run()
    assert any("2 of 2 images" in caption.value for caption in app.caption)
    app.button(key="run-report").click().run()
    (job,) = Queue().jobs()
    assert Path(job.order.data.place) == tmp_path / "set" / "Validation"


def test_a_class_without_an_image_is_told(report: Evaluation) -> None:
    assert headline_figures.warn_of_missing_class(report) is None
    masked = report.clean.select(report.clean.labels == WITH_MASK)
    warning = headline_figures.warn_of_missing_class(replace(report, clean=masked))
    assert warning is not None
    assert "no image without mask" in warning
    assert "balanced accuracy" in warning


def test_changes_too_small_for_a_picture_are_told(report: Evaluation) -> None:
    count = len(report.paths)
    small = replace(report, linf=np.full(count, 0.001))
    warning = headline_figures.warn_of_small_changes(small)
    assert warning is not None
    assert f"{count} of {count} images by so little" in warning
    assert warning in document.write_page(small)
    still = headline_figures.warn_of_small_changes(replace(report, linf=np.zeros(count)))
    assert (still is None) == (report.robust is None or not report.robust.any())
    assert headline_figures.warn_of_small_changes(replace(report, linf=np.ones(count))) is None


@needs.any_file_name
@pytest.mark.usefixtures("brightness")
def test_a_name_that_is_no_text_spoils_nothing(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for portrait in samples.gallery()[:2]:
        label = LABELS[portrait.label]
        (tmp_path / label).mkdir()
        picture = portrait.path.read_bytes()
        (tmp_path / label / os.fsdecode(b"photo\xff.png")).write_bytes(picture)
        (tmp_path / label / os.fsdecode(b"broken\xff.png")).write_bytes(b"no picture")
    monkeypatch.setenv(dataset_choice.ROOTS_VARIABLE, str(tmp_path))
    app = open_page("Report")
    app.segmented_control(key="dataset").set_value("Server folder").run()
    app.text_input(key="folder").set_value(".").run()
    app = run_report(app)
    assert not app.exception
    assert not app.error
    files = [sorted(table.value["file"]) for table in app.dataframe if "file" in table.value]
    assert files[0] == [r"without_mask/photo\udcff.png"], "right before the attack"
    assert files[-1] == [r"with_mask/broken\udcff.png", r"without_mask/broken\udcff.png"]
    assert len(app.get("download_button")) == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Rar!\x1a\x07\x01\0", "pack the folder as a zip"),
        (make_zip(**{"with_mask/a.png": b"x"}), "no images of the class without"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence_and_takes_the_last_one_away(
    open_page: Open, data: bytes, words: str
) -> None:
    app = open_page("Report")
    app.segmented_control(key="dataset").set_value("Zip file").run()
    both = make_zip(**{"with_mask/a.png": b"x", "without_mask/b.png": b"x"})
    app.file_uploader[0].set_value(("set.zip", both, "application/zip")).run()
    assert any("2 of 2 images" in caption.value for caption in app.caption)
    assert not app.file_uploader[0].proto.type  # the browser would refuse without a visible word
    app.file_uploader[0].set_value(("faces.rar", data, "application/vnd.rar")).run()
    assert not app.exception
    assert words in sentences(app)[0]
    assert not any("2 of 2 images" in caption.value for caption in app.caption)
    assert app.button(key="run-report").disabled


def test_server_folders_are_hidden_unless_the_operator_allows_some(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(dataset_choice.ROOTS_VARIABLE, raising=False)
    assert "Server folder" not in open_page("Report").segmented_control(key="dataset").options


@pytest.mark.usefixtures("brightness")
def test_server_folder(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(dataset_choice.ROOTS_VARIABLE, str(samples.SAMPLES_DIR))
    app = open_page("Report", attack="none", limit="4")
    app.segmented_control(key="dataset").set_value("Server folder").run()
    app.text_input(key="folder").set_value("gallery").run()
    assert not app.error
    assert len(run_report(app).metric) == 2
    app.text_input(key="folder").set_value("../models").run()
    assert "not one the operator" in app.error[0].value


@pytest.mark.usefixtures("brightness")
def test_calibration_and_sources_stand_with_the_figures(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, portraits: Dataset
) -> None:
    (tmp_path / "set").mkdir()
    lines = ["path,source,drawn"]
    for number, sample in enumerate(portraits.samples):  # the second wears a mask
        copy = tmp_path / "set" / sample.path
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(portraits.source.read(sample.path))
        lines.append(f"set/{sample.path},{('one,no', 'two,yes', 'two,no')[min(number, 2)]}")
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("\n".join(lines))
    monkeypatch.setenv(dataset_choice.ROOTS_VARIABLE, str(tmp_path))
    app = open_page("Report", attack="none")
    app.segmented_control(key="dataset").set_value("Server folder").run()
    app.text_input(key="folder").set_value("set").run()
    app = run_report(app)
    assert any("Expected calibration error" in text.value for text in app.markdown)
    assert any("each source (2)" in expander.label for expander in app.expander)
    parts, table = (it.value for it in app.dataframe if "source" in it.value)
    assert table["source"].tolist() == ["one", "two"]
    assert table["images"].tolist() == [1, 5]
    whole = parts[parts["source"] == "all"].set_index("pictures")["images"]
    assert whole["with mask, drawn"] == 1
    assert whole.sum() == 6
    assert app.metric[0].label == "Balanced, real masks"

    manifest.write_text("another program's table\n")  # sources are read anew each time
    app.run()
    assert any("No figures for each source" in caption.value for caption in app.caption)
    assert not any("each source (" in expander.label for expander in app.expander)


def test_source_table_has_one_row_a_source(portraits: Dataset, report: Evaluation) -> None:
    named = {path: Origin(path.split("/")[0]) for path in report.paths}
    table = view.tabulate_sources(replace(report, origins=named).by_source())
    assert table.columns.tolist() == [
        "source",
        "images",
        "accuracy",
        "balanced accuracy",
        "robust accuracy",
    ]
    assert table["images"].sum() == len(portraits)


@pytest.mark.parametrize("path", ["..", "/", "set/../..", "\0", "/etc/passwd", "~"])
def test_folders_elsewhere_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    root = tmp_path / "data"
    root.mkdir()
    monkeypatch.setenv(dataset_choice.ROOTS_VARIABLE, str(root))
    if path == "~":  # no shell: it is a folder of that name, which may not exist
        assert dataset_choice.resolve_folder(path) == root / "~"
        return
    with pytest.raises(DatasetError, match="operator"):
        dataset_choice.resolve_folder(path)


@needs.links
def test_a_link_to_a_folder_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    monkeypatch.setenv(dataset_choice.ROOTS_VARIABLE, str(root))
    with pytest.raises(DatasetError, match="operator"):
        dataset_choice.resolve_folder("link")


@needs.links
def test_allowed_root_may_itself_be_a_link(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "real" / "set").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setenv(dataset_choice.ROOTS_VARIABLE, str(tmp_path / "link"))
    assert (
        dataset_choice.resolve_folder(str(tmp_path / "link" / "set")) == tmp_path / "real" / "set"
    )


def test_figures_are_written_with_their_intervals(report: Evaluation) -> None:
    figures = {figure.label: figure for figure in headline_figures.list_figures(report)}
    robust, interval = figures["Robust accuracy"], report.intervals["robust_accuracy"]
    assert robust.value == report.robust_accuracy
    assert robust.interval_text == f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"
    nothing_to_attack = replace(
        report, clean=replace(report.clean, labels=1 - report.clean.classes)
    )
    assert headline_figures.FOOLED not in [
        it.name for it in headline_figures.list_figures(nothing_to_attack)
    ]


def test_every_image_is_in_one_bin_and_the_wrong_ones_lie_below_one_half(
    report: Evaluation,
) -> None:
    for predictions in confidence_histogram.list_predictions(report).values():
        counts = confidence_histogram.count_images(predictions)
        assert counts.sum() == len(report.paths)
        assert counts[confidence_histogram.BINS // 2 :].sum() == predictions.right.sum()


def test_the_histogram_is_put_into_words(report: Evaluation) -> None:
    logits = np.array([[0.0, 50.0]] * 4 + [[0.0, 0.8]] * 2, np.float32)  # sure, and at 0.69
    clean = replace(report, clean=Predictions(np.array([1] * 6), logits), adversarial=None)
    expected = "Clean, images by their confidence in the true class: 60 to 70 %: 2, 90 to 100 %: 4."
    assert confidence_histogram.describe_histogram(clean) == expected
    assert "After the attack, images" in confidence_histogram.describe_histogram(report)


def _make_fall(report: Evaluation, margins: list[float], after: list[float]) -> Evaluation:
    """Images of one class: the greater the margin, the surer; below 0 the answer is wrong."""
    labels, paths = np.zeros(len(margins), int), tuple(f"{n}.png" for n in range(len(margins)))
    clean, adversarial = (
        Predictions(labels, np.array([[margin, 0.0] for margin in side], np.float32))
        for side in (margins, after)
    )
    return replace(report, paths=paths, clean=clean, adversarial=adversarial)


def test_only_fooled_images_are_most_fooled_and_only_standing_ones_least(
    report: Evaluation,
) -> None:
    before = [3, 1, 9, -2, 5, 8, 2, 4, 6, 7, -9]
    after = [-1, -1, -1, -5, 4, -1, 1.9, 1, -1, -1, 9]  # 3 and 10 were wrong before
    extremes = most_fooled.list_extremes(_make_fall(report, before, after))
    files = {title: [fall.path for fall in falls] for title, falls in extremes.items()}
    assert files == {
        "most": ["2.png", "5.png", "9.png", "8.png", "0.png"],
        "least": ["6.png", "4.png", "7.png"],
    }
    first = extremes["most"][0]
    assert first.truth == "without mask"
    assert first.before == pytest.approx(1 / (1 + np.exp(-9)))


@pytest.mark.parametrize(("after", "name"), [(1.0, "most"), (-1.0, "least")])
def test_where_all_or_none_are_fooled_one_end_is_empty(
    report: Evaluation, after: float, name: str
) -> None:
    extremes = most_fooled.list_extremes(_make_fall(report, [1.0] * 6, [after] * 6))
    assert extremes.pop(name) == []
    (other,) = extremes.values()
    assert {fall.path for fall in other} <= {f"{n}.png" for n in range(6)}
    assert len(other) == most_fooled.LIMIT


def test_a_clean_run_has_no_extremes(report: Evaluation) -> None:
    assert most_fooled.list_extremes(replace(report, adversarial=None)) == {}


def test_models_are_compared_on_the_same_question_only(report: Evaluation) -> None:
    flipped = replace(report.clean, logits=report.clean.logits[:, ::-1])
    rival = replace(report, model_sha256="another", clean=flipped)
    strangers = [
        report,
        replace(rival, data_sha256="other photographs"),
        replace(rival, threat_model={}),
        replace(rival, adversarial=None, threat_model=None),
    ]
    clean, robust = mcnemar_table.compare_models(report, [*strangers, rival, rival])
    right, wrong = int(report.clean.right.sum()), int((~report.clean.right).sum())
    assert (clean.test.only_first, clean.test.only_second) == (right, wrong)
    assert (clean.here, clean.there) == (report.clean.accuracy, rival.clean.accuracy)
    assert (robust.here, robust.there) == (report.robust_accuracy, rival.robust_accuracy)
    assert mcnemar_table.compare_models(report, strangers) == []


@pytest.mark.parametrize(
    ("p_value", "written"), [(1.0, "1.000"), (0.0312, "0.031"), (0.0004, "< 0.001")]
)
def test_p_is_written_as_people_do(p_value: float, written: str) -> None:
    assert ModelComparison("m", "f", 1.0, 0.5, Comparison(1, 2, p_value)).p == written


@pytest.mark.usefixtures("brightness")
def test_another_model_is_compared_on_the_screen(open_page: Open) -> None:
    app = run_report(open_page("Report", limit="4", attack="none"))
    assert any("with another model" in caption.value for caption in app.caption)
    app = run_report(app.pills(key="judged").set_value(["vgg19"]).run())
    table = app.dataframe[-1].value
    assert table["other model"].tolist() == ["MobileNetV3-Small"]
    assert table["figure"].tolist() == ["Clean accuracy"]
    assert table["p"].tolist() == ["1.000"]


def test_rows_and_parts_say_what_felled_the_images(report: Evaluation) -> None:
    felled_by = np.where(report.robust, "", "fab")
    both = replace(report, felled_by=felled_by)
    rows = list(csv.DictReader(io.StringIO(view.write_rows(both))))
    assert [row["felled_by"] for row in rows] == felled_by.tolist()
    table = parts.tabulate_parts(both.parts)
    counts = Counter(report.clean.labels[felled_by == "fab"])
    assert table["felled by"].tolist() == [f"FAB {counts[label]}" for label in range(2)]
    assert "felled by" not in parts.tabulate_parts(report.parts)
    assert "Felled by" in document.write_page(both)


def test_rows_agree_with_the_matrix(report: Evaluation) -> None:
    rows = list(csv.DictReader(io.StringIO(view.write_rows(report))))
    assert [row["path"] for row in rows] == list(report.paths)
    counts = Counter((row["true_label"], row["adversarial_prediction"]) for row in rows)
    for true, predicted in np.ndindex(2, 2):
        expected = report.adversarial.confusion[true, predicted]
        assert counts[LABELS[true], LABELS[predicted]] == expected
    assert all(0.5 <= float(row["clean_confidence"]) <= 1 for row in rows)
    assert max(float(row["linf"]) for row in rows) == pytest.approx(16 / 255, abs=1e-6)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_file_name_is_a_formula(report: Evaluation, start: str) -> None:
    paths = (f"{start}cmd|'/c calc'!A1/x.png", *report.paths[1:])
    text = view.write_rows(replace(report, paths=paths))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1][0] == f"'{paths[0]}"
    assert [row[0] for row in rows[2:]] == list(report.paths[1:])
    assert not any(cell.startswith(tuple("=+-@\t\r\n")) for row in rows for cell in row)
