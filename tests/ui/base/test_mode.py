"""What visitors may do follows from one variable of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from screen import Open, sentences

from facemask_core.errors import ModeError
from facemask_core.jobs import Queue, worker
from facemask_ui.base import mode
from facemask_ui.reports import dataset_choice
from facemask_ui.visitors import waiting
from facemask_ui.visitors.allowance import Allowances


@pytest.mark.parametrize("page", ["Home", "Report", "Attack"])
def test_an_unknown_mode_opens_no_page_and_is_one_sentence(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv(mode.VARIABLE, "privat")
    app = open_page(page)
    assert sentences(app) == [
        "FACEMASK_MODE is 'privat'; start the lab with one of local, classroom, public."
    ]
    assert not app.title


def test_no_mode_is_local(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (None, "", "local"):
        if name is None:
            monkeypatch.delenv(mode.VARIABLE, raising=False)
        else:
            monkeypatch.setenv(mode.VARIABLE, name)
        assert mode.read_mode() == mode.Mode(serves_developers=True)
    monkeypatch.setenv(mode.VARIABLE, "Public")
    with pytest.raises(ModeError):
        mode.read_mode()


@pytest.mark.parametrize(("name", "offered"), [("classroom", True), ("public", False)])
def test_the_public_reads_no_folder_of_the_server(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, offered: bool
) -> None:
    monkeypatch.setenv(dataset_choice.ROOTS_VARIABLE, str(tmp_path))
    monkeypatch.setenv(mode.VARIABLE, name)
    app = open_page("Report", dataset="Server folder", folder=str(tmp_path))
    assert ("Server folder" in app.segmented_control(key="dataset").options) is offered


@pytest.mark.usefixtures("brightness")
def test_a_visitor_may_queue_few_reports_where_many_share(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")
    app = open_page("Report", limit="4", judged="mobilenetv3,vgg19", attacks="none,fgsm")
    (sentence,) = sentences(app.button(key="run-report").click().run())
    assert sentence.startswith("A visitor may have 2 reports waiting and running here")
    assert Queue().jobs() == []
    assert app.number_input(key="limit").max == 500


@pytest.mark.usefixtures("brightness")
def test_a_report_that_would_fill_the_queue_for_days_is_refused_before_and_after_asking(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = {"judged": "vgg19", "attacks": "pgd", "steps": "100", "restarts": "10"}
    app = open_page("Report", limit="400", **huge)
    assert any("days of computing" in caption.value for caption in app.caption), "as it is told"
    monkeypatch.setenv(mode.VARIABLE, "public")
    app = open_page("Report", limit="400", **huge)
    words = "a report here may take 10 min: with 1 restart and "
    assert any(words in caption.value.replace("\\", "") for caption in app.caption)
    (sentence,) = sentences(app.button(key="run-report").click().run())
    assert words in sentence
    assert Queue().jobs() == []
    app = open_page("Report", limit="4", judged="mobilenetv3", attacks="fgsm")
    assert any("of computing" in caption.value for caption in app.caption)
    app.button(key="run-report").click().run()
    (job,) = Queue().jobs()
    assert job.estimate is not None
    assert any("up to about" in text.value for text in app.markdown)


@pytest.mark.usefixtures("brightness")
@pytest.mark.parametrize(("name", "stays"), [("local", False), ("public", True)])
def test_deleting_a_shared_report_leaves_it_to_others(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, name: str, stays: bool
) -> None:
    monkeypatch.setenv(mode.VARIABLE, name)
    app = open_page("Report", limit="4", judged="mobilenetv3", attacks="none")
    app.button(key="run-report").click().run()
    worker.work(Queue(), idle=0)
    app.run()
    (delete,) = (it for it in app.button if it.label.startswith("Delete for good"))
    delete.click().run()
    assert Queue().jobs() == []
    other = open_page("Report")
    assert any("may see (1)" in it.label for it in other.expander) is stays


@pytest.mark.usefixtures("brightness")
def test_a_visitor_over_their_share_sees_how_long_to_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")
    messages: list[str] = []
    monkeypatch.setattr(waiting, "_show_message", messages.append)
    clock = [0.0]
    allowances = Allowances(lambda: clock[0])
    monkeypatch.setattr(waiting, "_ALLOWANCES", allowances)
    monkeypatch.setattr(waiting.time, "sleep", lambda _: clock.__setitem__(0, clock[0] + 10.0))
    visitor = waiting.Visitor("me")
    visitor.on_finish(70.0)
    visitor.wait_for_allowance()
    assert messages[0] == "You have used your share of this server: it goes on in 20 seconds."
    assert clock[0] == 20.0
    with waiting.run_to_end():
        visitor.on_finish(1000.0)
        waiting.Visitor("me").wait_for_allowance()
    assert clock[0] == 20.0, "what has begun is not held up"


def test_the_public_never_sees_details_of_errors(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(mode.VARIABLE, "public")
    before = st.get_option("client.showErrorDetails")
    st.set_option("client.showErrorDetails", "full")
    try:
        open_page("Report")
        assert st.get_option("client.showErrorDetails") == "none"
    finally:
        st.set_option("client.showErrorDetails", before)
