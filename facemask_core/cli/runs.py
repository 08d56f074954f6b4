"""``runs``: what the store holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from facemask_core.cli.options import JsonFlag
from facemask_core.cli.storing import StoreOption, opened_store
from facemask_core.cli.terminal import print_json, print_table, tell
from facemask_core.epsilons import describe_epsilon

if TYPE_CHECKING:
    from facemask_core.evaluation.report import Evaluation
    from facemask_core.robustness import SmallestEpsilons
    from facemask_core.runs import Stored

_NAME_LENGTH = 8
"""Letters of a run's sha256 that people are shown; commands take any that are enough."""

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
    with opened_store(store) as opened:
        rows = [_row(run) for run in opened.runs()]
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
    """Show what a run asks, and the report if it is complete."""
    from facemask_core import evaluation, robustness
    from facemask_core.cli.evaluate import print_evaluation
    from facemask_core.cli.smallest import print_smallest
    from facemask_core.runs import State
    from facemask_core.runs.rows import Smallest, joined

    with opened_store(store) as opened:
        found = opened.find(run)
        report: Evaluation | SmallestEpsilons | None = None
        if found.state is State.COMPLETE:
            rows = joined(list(opened.read(found.question).rows()))
            draw = (
                robustness.SmallestEpsilons.of_rows
                if found.question.kind is Smallest
                else evaluation.of_rows
            )
            report = draw(found.question.values, rows)
    if as_json:
        print_json(_row(found) | {"report": None if report is None else report.as_dict()})
        return
    for key, value in (_row(found) | found.question.values).items():
        if key != "question":
            tell(f"{key}: {value}")
    if report is None:
        return
    tell()
    if isinstance(report, robustness.SmallestEpsilons):
        print_smallest(found.question.values["model"], report)
    else:
        print_evaluation(report)


@runs.command()
def delete(
    run: Annotated[list[str], typer.Argument(help="Runs' names, or how they begin.")],
    store: StoreOption = None,
) -> None:
    """Delete runs from the store."""
    with opened_store(store) as opened:
        for found in [opened.find(name) for name in run]:
            opened.delete(found.question)
            tell(f"deleted {found.question.sha256[:_NAME_LENGTH]}")


def _row(run: Stored) -> dict[str, Any]:
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
    stated = question["threat_model"]
    if stated is None:
        return "none"
    searched = "smallest up to " if "largest_level" in question else ""
    written = describe_epsilon(stated["epsilon"], stated["norm"])
    return f"{stated['attack']} {searched}{written}"
