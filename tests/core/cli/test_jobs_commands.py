"""``work`` computes what is queued, and ``jobs`` tells and changes what that is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import needs
import pytest
import queued
from command_line import ROOT, Lab

from facemask_core.jobs import Data, Kind, Queue
from facemask_core.labels import LABELS


@pytest.fixture
def queue(lab: Lab, tmp_path: Path) -> Queue:
    assert lab("jobs", "list", "--json").out == "[]\n"
    queue = Queue()
    data = queued.write(tmp_path / "data", 6, broken=(2,))
    orders = [queued.order(data, attack=None, settings={}, epsilon=0.0)]
    queue.add("secret-token", [*orders, queued.order(data)])
    return queue


@pytest.mark.usefixtures("queue")
def test_queued_reports_are_computed_and_listed(lab: Lab) -> None:
    answer = lab("work", "--idle", "0")
    assert answer.code == 0, answer.err
    assert answer.out == "2 jobs ended\n"
    rows = json.loads(lab("jobs", "list", "--json").out)
    assert [row["state"] for row in rows] == ["done", "done"]
    assert {row["attack"] for row in rows} == {None, "noise"}
    assert {row["run"] for row in rows} == {
        row["run"] for row in json.loads(lab("runs", "list", "--json").out)
    }
    listed = lab("jobs", "list").out
    for word in (rows[0]["job"][:8], queued.MODEL, "noise", "done"):
        assert word in listed
    assert "secret" not in lab("jobs", "list", "--json").out + listed


def test_jobs_are_cancelled_resumed_and_deleted(lab: Lab, queue: Queue) -> None:
    names = [job.id for job in queue.jobs()]
    assert lab("jobs", "cancel", names[0][:6]).out == f"cancelled {names[0][:8]}\n"
    (row,) = json.loads(lab("jobs", "resume", names[0], "--json").out)
    assert row["state"] == "queued"
    queue.add("another", [queue.get(names[0]).order])
    lab("work", "--idle", "0")
    lab("jobs", "delete", *names)
    (other,) = json.loads(lab("jobs", "list", "--json").out)
    (run,) = json.loads(lab("runs", "list", "--json").out)
    assert run["run"] == other["run"], "another has asked for the same"
    lab("jobs", "delete", other["job"])
    assert json.loads(lab("jobs", "list", "--json").out) == []
    assert json.loads(lab("runs", "list", "--json").out) == []


def test_an_operator_sees_whose_jobs_wait_and_empties_the_queue(
    lab: Lab, queue: Queue, tmp_path: Path
) -> None:
    for number in range(3):
        queue.add(f"flood {number}", [queued.order(tmp_path)], [7200.0])
    names = [job.owner_name for job in queue.jobs("flood 0")]
    listed = lab("jobs", "list", "--waiting").out
    assert names[0] in listed
    assert "0 s of 2.0 h" in listed
    assert "flood 0" not in listed
    (row,) = json.loads(lab("jobs", "list", "--owner", names[0], "--json").out)
    assert (row["owner"], row["estimated_seconds"]) == (names[0], 7200.0)
    assert lab("jobs", "cancel", "--owner", names[0]).out.count("cancelled") == 1
    assert lab("jobs", "cancel", "--owner", "0").out == ""
    assert lab("jobs", "cancel", "--all").out.count("cancelled") == 4
    assert json.loads(lab("jobs", "list", "--waiting", "--json").out) == []
    assert not queue.has_work()


@pytest.mark.parametrize("words", [[], ["--all", "abc"], ["--all", "--owner", "abc"]])
def test_what_is_to_be_cancelled_is_said_in_one_way(lab: Lab, words: list[str]) -> None:
    answer = lab("jobs", "cancel", *words)
    assert answer.code == 2
    assert answer.err == "Name jobs, or give either --all or --owner.\n"


@needs.any_file_name
def test_strangers_names_are_listed_as_text(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    for label in LABELS:
        path = tmp_path / "junk" / label / "[/x]\x1b[2J.png"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"no picture")
    data = Data(kind=Kind.FOLDER, title="[final]\x1b]0;mine\a", place=str(tmp_path / "junk"))
    Queue().add("secret-token", [queued.order(tmp_path, data=data)])
    assert lab("work", "--idle", "0").out == "1 jobs ended\n"
    (row,) = json.loads(lab("jobs", "list", "--json").out)
    assert "[/x]\x1b[2J.png" in row["reason"]
    answer = lab("jobs", "list")
    assert answer.code == 0, answer.err
    assert r"[/x]\x1b[2J.png" in answer.out
    assert r"[final]\x1b]0;mine\x07" in answer.out
    assert "\x1b" not in answer.out


@pytest.mark.parametrize("command", ["cancel", "resume", "delete"])
def test_an_unknown_job_is_told(lab: Lab, command: str) -> None:
    answer = lab("jobs", command, "abc")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert answer.err.startswith("There is no job whose name begins with 'abc';")


def test_listing_does_not_start_the_numerical_backend(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from facemask_core.cli import app\n"
        "app(['jobs', 'list', '--json', '--store', sys.argv[1]], standalone_mode=False)\n"
        "sys.exit('keras' in sys.modules)\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )
    assert json.loads(child.stdout) == []
