"""Reports that another process computes: requested, watched, ended, shared, and private."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from screen import Open, sentences
from streamlit.testing.v1 import AppTest

from facemask_core.data import mendeley, samples
from facemask_core.jobs import Queue, State, Supervisor, uploads, worker, workers
from facemask_core.jobs import queue as queues
from facemask_core.labels import LABELS
from facemask_core.storage import place
from facemask_ui.choices.report_attacks import OFFERED
from facemask_ui.reports import dataset_choice, owner

pytestmark = pytest.mark.usefixtures("brightness")


def make_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, portrait in enumerate(samples.gallery()):
            name = f"{LABELS[portrait.label]}/secret-{number}{portrait.path.suffix}"
            archive.writestr(name, portrait.path.read_bytes())
    return buffer.getvalue()


def run_report(app: AppTest) -> AppTest:
    return app.button(key="run-report").click().run()


def compute(app: AppTest) -> AppTest:
    worker.work(Queue(), idle=0)
    return app.run()


def upload_zip(app: AppTest) -> AppTest:
    app.segmented_control(key="dataset").set_value("Zip file").run()
    return app.file_uploader[0].set_value(("mine.zip", make_zip(), "application/zip")).run()


def read_page(app: AppTest) -> str:
    """Everything the page says in words, table cells included."""
    texts = [element.value for kind in ("markdown", "caption", "info") for element in app.get(kind)]
    texts += [option for box in app.selectbox for option in box.options]
    texts += [str(table.value) for table in app.dataframe]
    return "\n".join([*texts, *(expander.label for expander in app.expander)])


def read_progress(app: AppTest) -> list[str]:
    """How far each report is; the bar of all of them, on top, says it in per cent."""
    texts = [bar.proto.text for bar in app.get("progress")]
    return [text for text in texts if "%" not in text]


def test_models_and_attacks_make_one_job_each_in_one_table(open_page: Open) -> None:
    app = open_page("Report", limit="4", judged="mobilenetv3,vgg19", attacks="none,fgsm")
    assert app.button(key="run-report").label == "Run 4 reports"
    run_report(app)
    assert read_progress(app) == [
        "Waiting for the worker",
        *(f"Waiting: {n} before it" for n in (1, 2, 3)),
    ]
    compute(app)
    assert read_progress(app) == []
    page = read_page(app)
    for words in ("MobileNetV3-Small · no attack", "VGG19 · FGSM 4/255", "Fooled by the attack"):
        assert words in page
    assert re.fullmatch(r"\d of 4 right; after FGSM at 4/255: \d of 4\.", app.header[0].value)
    assert len(app.selectbox(key="run").options) == 5, "none, and the four"


def test_a_report_is_asked_for_with_every_setting_of_its_attack(open_page: Open) -> None:
    chosen = {"epsilon": "3", "steps": "7", "restarts": "2", "seed": "11"}
    app = open_page("Report", limit="4", judged="mobilenetv3", attacks="pgd", **chosen)
    run_report(app)
    (job,) = Queue().jobs()
    assert (job.order.attack, job.order.epsilon, job.order.seed) == ("pgd", 3 / 255, 11)
    assert (job.order.settings["steps"], job.order.settings["restarts"]) == (7, 2)


@pytest.mark.slow
def test_every_attack_of_the_core_runs_from_the_page(open_page: Open) -> None:
    few = {"steps": "2", "queries": "20", "searches": "2", "bisections": "2"}
    query = {f"{name}_{key}": value for name in OFFERED for key, value in few.items()}
    app = open_page("Report", limit="2", judged="mobilenetv3", attacks=",".join(OFFERED), **query)
    assert not app.exception
    compute(run_report(app))
    jobs = Queue().jobs()
    assert {job.order.attack for job in jobs} == {*OFFERED}
    assert {job.state for job in jobs} == {State.DONE}
    settings = {job.order.attack: job.order.settings for job in jobs}
    assert (settings["mim"]["steps"], settings["square"]["queries"]) == (2, 20)


def test_curves_and_transfer_are_reports_of_their_own(open_page: Open) -> None:
    query = {"judged": "mobilenetv3,vgg19", "attacks": "none,fgsm", "epsilon": "16"}
    app = open_page("Report", limit="6", **query)
    assert app.button(key="run-report").label == "Run 4 reports"
    app.toggle(key="curve").set_value(True).run()
    app.toggle(key="transfer").set_value(True).run()
    assert app.button(key="run-report").label == "Run 8 reports"
    app = compute(run_report(app))
    assert not app.exception
    page = read_page(app)
    assert "FGSM 16/255, made on VGG19" in page
    assert page.count("Median smallest fooling epsilon") == 2
    (transfers,) = [it.value for it in app.dataframe if "shown to VGG19" in it.value.columns]
    assert "–" not in transfers.to_numpy().ravel().tolist()
    assert (transfers.to_numpy() == transfers.to_numpy()[0, 0]).all(), "both are the same model"
    (medians,) = [
        it.value for it in app.dataframe if "median smallest fooling epsilon" in it.value.columns
    ]
    assert len(medians) == 2
    search = next(key for key in app.selectbox(key="run").options if "smallest epsilon" in key)
    app.selectbox(key="run").select(search).run()
    assert not app.exception
    assert not app.metric, "a search has no report before and after"
    assert "Accuracy against epsilon" in [header.value for header in app.subheader]


def test_transfer_needs_a_second_model(open_page: Open) -> None:
    app = open_page("Report", transfer="True")
    assert app.toggle(key="transfer").disabled
    assert app.button(key="run-report").label == "Run report"
    without = open_page("Report", attacks="none", curve="True")
    assert [toggle.key for toggle in without.toggle] == ["cropped"], "nothing to search or transfer"


def test_cropped_pictures_are_a_report_of_their_own_that_says_so(open_page: Open) -> None:
    app = compute(run_report(open_page("Report", limit="4", attacks="none")))
    app.toggle(key="cropped").set_value(True).run()
    app = compute(run_report(app))
    whole, cropped = sorted(Queue().jobs(), key=lambda job: job.order.crop)
    assert (whole.order.crop, cropped.order.crop) == (False, True)
    assert whole.run != cropped.run
    assert not app.exception
    assert app.query_params["run"] == cropped.run
    identity = "4 images, cropped to the face, in "
    assert any(identity in caption.value for caption in app.caption)
    app.selectbox(key="run").set_value(whole.run).run()
    assert not any(identity in caption.value for caption in app.caption)


def test_a_job_under_way_tells_how_far_it_is(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = run_report(open_page("Report", limit="300"))
    queue = Queue()
    with workers.register(queue.home) as name:
        job = queue.take(name)
        assert read_progress(app.run()) == ["Starting"]
        for now, done in ((0, 32), (2, 64), (4, 96)):
            with monkeypatch.context() as patched:
                patched.setattr(queues.time, "monotonic", lambda now=now: 1e9 + now)
                queue.record_progress(name, job, done, 300, computed=True)
        assert read_progress(app.run()) == ["96 of 300 images · 16.0 a second · about 13 s left"]


def test_a_job_is_cancelled_resumed_and_deleted_on_the_page(open_page: Open) -> None:
    app = run_report(open_page("Report", limit="4", attacks="none"))
    (job,) = Queue().jobs()
    app.button(key=f"cancel:{job.id}").click().run()
    assert Queue().get(job.id).state is State.CANCELLED
    assert "Cancelled." in read_page(app)
    app.button(key=f"resume:{job.id}").click().run()
    assert read_progress(compute(app)) == []
    assert len(app.metric) == 2
    app.button(key=f"delete:{job.id}").click().run()
    assert not app.exception
    assert Queue().jobs() == []
    assert not app.metric
    assert "MobileNetV3-Small · no attack" not in read_page(app)


def test_a_failed_job_says_why_and_can_be_tried_again(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in LABELS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"no picture")
    monkeypatch.setenv(dataset_choice.ROOTS_VARIABLE, str(tmp_path))
    app = open_page("Report")
    app.segmented_control(key="dataset").set_value("Server folder").run()
    app.text_input(key="folder").set_value(".").run()
    app = compute(run_report(app))
    assert "None of the 2 files could be read as a picture" in read_page(app)
    (job,) = Queue().jobs()
    app.button(key=f"resume:{job.id}").click().run()
    assert Queue().get(job.id).state is State.QUEUED


def test_a_link_opens_a_run_in_another_session(open_page: Open) -> None:
    app = compute(run_report(open_page("Report", limit="6", epsilon="16")))
    run = Queue().jobs()[0].run
    assert app.query_params["run"] == run
    other = open_page("Report", run=str(run))
    assert [metric.value for metric in other.metric] == [metric.value for metric in app.metric]
    assert not any(button.key.startswith(("delete", "cancel")) for button in other.button)


def test_a_link_shows_where_an_unfinished_run_stands(open_page: Open) -> None:
    run_report(open_page("Report", limit="300"))
    queue, run = Queue(), "ab" * 32
    with workers.register(queue.home) as name:
        job = queue.take(name)
        queue.record_run(name, job, run)
        queue.record_progress(name, job, 32, 300, computed=True)
        assert read_progress(open_page("Report", run=run)) == ["32 of 300 images"]
    queue.cancel(job)
    assert "There is no report of this name" in read_page(open_page("Report", run=run))


@pytest.mark.parametrize("length", [1, 8, 63])
def test_the_beginning_of_a_name_opens_nothing(open_page: Open, length: int) -> None:
    compute(run_report(upload_zip(open_page("Report", attacks="none"))))
    app = open_page("Report", run=str(Queue().jobs()[0].run)[:length])
    assert not app.metric
    assert "run" not in app.query_params


def test_nobody_sees_another_s_zip_but_by_its_link(open_page: Open) -> None:
    app = compute(run_report(upload_zip(open_page("Report"))))
    assert "mine.zip" in read_page(app)
    assert "secret" in read_page(app)
    other = open_page("Report")
    assert "mine" not in read_page(other)
    assert "secret" not in read_page(other)
    assert not any(button.key != "run-report" for button in other.button)
    by_link = open_page("Report", run=str(Queue().jobs()[0].run))
    assert by_link.metric
    assert "mine" not in read_page(by_link)
    assert not pictures(by_link), "the files are nobody's but the visitor's"


def pictures(app: AppTest) -> list[str]:
    return [
        url for table in app.dataframe if "picture" in table.value for url in table.value["picture"]
    ]


def test_the_extremes_are_shown_while_the_files_are_at_hand(open_page: Open) -> None:
    app = compute(run_report(upload_zip(open_page("Report", epsilon="16"))))
    assert 5 < len(pictures(app)) <= 10
    assert all(url.startswith("data:image/jpeg;base64,") for url in pictures(app))
    assert 0 < len(pictures(compute(run_report(open_page("Report", limit="6"))))) <= 6


@pytest.mark.parametrize(
    "value",
    [None, 7, "", "short", "a" * 42, "a" * 44, "a" * 42 + "\n", "é" * 43, ["a" * 43]],
)
def test_only_a_token_is_taken_from_a_browser(value: object) -> None:
    assert owner.check_token(value) is None
    assert owner.check_token("aB3_-" * 8 + "xyz") == "aB3_-" * 8 + "xyz"


def test_portraits_are_everyone_s(open_page: Open) -> None:
    compute(run_report(open_page("Report", limit="6")))
    other = open_page("Report")
    assert "FGSM 4/255" in read_page(other)
    assert any("everyone here may see (1)" in expander.label for expander in other.expander)
    (opens,) = [button for button in other.button if button.key.startswith("open:")]
    assert opens.click().run().metric
    assert not any(button.key.startswith("delete") for button in other.button)


def test_a_zip_is_on_disk_while_its_report_waits_and_said_so_before(
    open_page: Open, home: Path
) -> None:
    app = open_page("Report")
    app.segmented_control(key="dataset").set_value("Zip file").run()
    assert any("this server's disk" in caption.value for caption in app.caption)
    app.file_uploader[0].set_value(("mine.zip", make_zip(), "application/zip")).run()
    assert not (home / "uploads").exists()
    run_report(app)
    (name,) = Queue().uploads()
    assert uploads.file(home, name).read_bytes()[:2] == b"PK"
    (job,) = Queue().jobs()
    app.button(key=f"cancel:{job.id}").click().run()
    assert list((home / "uploads").iterdir()) == []
    app.button(key=f"resume:{job.id}").click().run()
    assert len(list((home / "uploads").iterdir())) == 1, "from this session's memory"
    compute(app)
    assert Queue().get(job.id).state is State.DONE
    assert list((home / "uploads").iterdir()) == []


def test_the_downloaded_photographs_are_offered_part_by_part(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Mendeley photographs" not in open_page("Report").segmented_control("dataset").options
    parts = {"train": samples.GALLERY_DIR, "val": samples.FACES_DIR}
    monkeypatch.setattr(mendeley, "find_parts", lambda: parts)
    app = open_page("Report", limit="4", attacks="none")
    app.segmented_control(key="dataset").set_value("Mendeley photographs").run()
    app.selectbox(key="mendeley_part").set_value("train").run()
    app = compute(run_report(app))
    assert app.metric
    assert "Mendeley photographs, train, 4 images" in read_page(app)
    assert "Mendeley photographs, train" in read_page(open_page("Report")), "they are everyone's"


def test_two_reports_stand_side_by_side(open_page: Open) -> None:
    app = compute(run_report(open_page("Report", limit="24", epsilon="32", attacks="none,fgsm")))
    clean, attacked = (job.run for job in Queue().jobs())
    assert app.query_params["run"] == attacked, "once all are done, one of an attack is open"
    app.selectbox(key="run").set_value(clean).run()
    app.selectbox(key="beside").set_value(attacked).run()
    assert not app.exception
    (table,) = (it.value for it in app.dataframe if "MobileNetV3-Small, no attack" in it.value)
    assert table.columns.tolist() == [
        "",
        "MobileNetV3-Small, no attack",
        "MobileNetV3-Small, FGSM 32/255",
    ]
    rows = {row[0]: row[1:] for row in table.to_numpy().tolist()}
    assert rows["Images"] == ["24", "24"]
    assert rows["Robust accuracy"][0] == "–"
    assert re.fullmatch(r"[\d.]+ % \([\d.]+ to [\d.]+ %\)", rows["Robust accuracy"][1])
    assert "under the same attack" in read_page(app)
    assert any("right in one alone" in expander.label for expander in app.expander)
    assert app.query_params["beside"] == attacked


def test_a_full_queue_is_one_sentence(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(queues.LIMIT_VARIABLE, "1")
    app = run_report(open_page("Report", limit="4", attacks="none,fgsm"))
    assert not app.exception
    (sentence,) = sentences(app)
    assert sentence.startswith("The queue is full: it holds 1 reports")


def test_a_zip_that_finds_no_room_in_the_queue_leaves_nothing_on_disk(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv(queues.LIMIT_VARIABLE, "0")
    assert sentences(run_report(upload_zip(open_page("Report"))))
    assert list((home / "uploads").iterdir()) == []


@pytest.mark.parametrize("page", ["Home", "Report"])
def test_a_home_that_cannot_be_used_costs_reports_alone(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("FACEMASK_HOME", str(tmp_path / "file" / "home"))
    app = open_page(page, limit="4")
    assert not app.exception
    assert not app.error
    if page == "Report":
        (sentence,) = sentences(run_report(app))
        assert re.search(r"cannot be written: [^:]+\.$", sentence)


def test_a_damaged_store_is_one_sentence_and_the_next_report_runs(
    open_page: Open, home: Path
) -> None:
    (home / place.FILE).write_bytes(b"not a database" * 100)
    app = open_page("Report", limit="4", attacks="none")
    assert not app.exception
    assert compute(run_report(app)).metric


def test_a_worker_that_cannot_start_is_reported(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("Report", limit="4")
    monkeypatch.setattr(Supervisor, "look", lambda _self: None)
    from facemask_ui.reports import server

    server.start_supervisor()._worker_problem = "It keeps ending."
    assert "It keeps ending." in [warning.value for warning in run_report(app).warning]
