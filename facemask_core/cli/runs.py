"""``runs``: the stored evaluations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from facemask_core.cli.options import JsonFlag
from facemask_core.cli.store_options import StoreOption, open_store
from facemask_core.cli.terminal import print_json, print_line, print_table
from facemask_core.epsilons import describe_epsilon

if TYPE_CHECKING:
    from facemask_core.evaluation.report import Evaluation
    from facemask_core.robustness import CorruptionTable, SmallestEpsilons
    from facemask_core.runs import StoredRun

_NAME_LENGTH = 8
"""Letters of a run's sha256 in tables; commands take any number that is unambiguous."""

_TO_THE_MINUTE = len("2025-01-01T12:00")

RunArgument = Annotated[str, typer.Argument(help="A run's name, or how it begins.")]

runs = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, show and delete stored evaluations.",
)


@runs.command("list")
def list_runs(store: StoreOption = None, as_json: JsonFlag = False) -> None:
    """List the stored runs, newest first."""
    with open_store(store) as runs_store:
        rows = [_row(run) for run in runs_store.runs()]
    if as_json:
        print_json(rows)
        return
    table = Table()
    for name in ("run", "started, UTC", "model"):
        table.add_column(name, no_wrap=True)
    for name in ("attack", "state"):
        table.add_column(name)
    print_table(table, map(_cells, rows))


@runs.command()
def show(run: RunArgument, store: StoreOption = None, as_json: JsonFlag = False) -> None:
    """Show a run's settings, and its report if it is complete."""
    from facemask_core import evaluation, robustness
    from facemask_core.cli.corrupt_dataset import print_corruptions
    from facemask_core.cli.evaluate import print_evaluation
    from facemask_core.cli.smallest import print_smallest
    from facemask_core.runs import State
    from facemask_core.runs.rows import CorruptionRows, SmallestLevels, join_rows

    with open_store(store) as runs_store:
        entry = runs_store.find(run)
        report: Evaluation | SmallestEpsilons | CorruptionTable | None = None
        if entry.state is State.COMPLETE:
            rows = join_rows(list(runs_store.read(entry.question).rows()))
            values, kind = entry.question.values, entry.question.kind
            if kind is SmallestLevels:
                report = robustness.SmallestEpsilons.from_rows(values, rows)
            elif kind is CorruptionRows:
                report = robustness.CorruptionTable.from_rows(values, rows)
            else:
                report = evaluation.Evaluation.from_rows(values, rows)
    if as_json:
        print_json(_row(entry) | {"report": None if report is None else report.as_dict()})
        return
    for key, value in (_row(entry) | entry.question.values).items():
        if key != "question":
            print_line(f"{key}: {value}")
    if report is None:
        return
    print_line()
    if isinstance(report, robustness.SmallestEpsilons):
        print_smallest(entry.question.values["model"], report)
    elif isinstance(report, robustness.CorruptionTable):
        print_corruptions(entry.question.values["model"], report)
    else:
        print_evaluation(report)


@runs.command()
def delete(
    run: Annotated[list[str], typer.Argument(help="Runs' names, or how they begin.")],
    store: StoreOption = None,
) -> None:
    """Delete runs from the store."""
    with open_store(store) as runs_store:
        for entry in [runs_store.find(name) for name in run]:
            runs_store.delete(entry.question)
            print_line(f"deleted {entry.question.sha256[:_NAME_LENGTH]}")


def _row(run: StoredRun) -> dict[str, Any]:
    return {
        "run": run.question.sha256,
        "started": run.started,
        "state": run.state.value,
        "done": run.done,
        "question": run.question.values,
    }


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    return (
        row["run"][:_NAME_LENGTH],
        row["started"][:_TO_THE_MINUTE].replace("T", " "),
        row["question"]["model"],
        _attack(row["question"]),
        f"{row['state']}, {row['done']} of {row['question']['files']}",
    )


def _attack(question: dict[str, Any]) -> str:
    if "corruptions" in question:
        return "corruptions"
    threat_model = question["threat_model"]
    if threat_model is None:
        return "none"
    search = "smallest up to " if "largest_level" in question else ""
    radius_text = describe_epsilon(threat_model["epsilon"], threat_model["norm"])
    return f"{threat_model['attack']} {search}{radius_text}"
