"""The command line: ``facemask --help`` or ``python -m facemask_core --help``; one command a file.

Commands, options and the keys of their JSON are a contract: new ones are added, none is changed.
Modules that start the numerical backend are imported inside the commands, so that help is quick.
"""

from __future__ import annotations

import io
import sys

import typer

from facemask_core.cli.attack import attack
from facemask_core.cli.attacks import attacks
from facemask_core.cli.calibrate import calibrate
from facemask_core.cli.certify import certify
from facemask_core.cli.check import check
from facemask_core.cli.corrupt import corrupt
from facemask_core.cli.curve import curve
from facemask_core.cli.defend import defend
from facemask_core.cli.download import download
from facemask_core.cli.evaluate import evaluate
from facemask_core.cli.explain import explain
from facemask_core.cli.export_lesson import export_lesson
from facemask_core.cli.export_web import export_web
from facemask_core.cli.inspect_model import inspect_model
from facemask_core.cli.jobs import jobs
from facemask_core.cli.models import models
from facemask_core.cli.portraits import portraits
from facemask_core.cli.predict import predict
from facemask_core.cli.print_mask import print_mask
from facemask_core.cli.reproduce import reproduce
from facemask_core.cli.rooms import rooms
from facemask_core.cli.runs import runs
from facemask_core.cli.serve import serve
from facemask_core.cli.smallest import smallest
from facemask_core.cli.survive import survive
from facemask_core.cli.sweep import sweep
from facemask_core.cli.terminal import print_note
from facemask_core.cli.train import train
from facemask_core.cli.transfer import transfer
from facemask_core.cli.work import work
from facemask_core.errors import FacemaskError

_COMMANDS = (
    *(models, attacks, predict, explain, attack, sweep),
    *(evaluate, curve, smallest, transfer, survive, defend),
    *(corrupt, certify, print_mask, check, inspect_model),
    *(train, calibrate, portraits, reproduce, export_web, export_lesson, work),
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="How little does it take to fool a face-mask detector, and what helps against it?",
)
app.command("app")(serve)
for _command in _COMMANDS:
    app.command()(_command)
app.add_typer(download, name="download")
app.add_typer(runs, name="runs")
app.add_typer(jobs, name="jobs")
app.add_typer(rooms, name="rooms")


def main() -> None:
    """Runs the command line; a user's error ends with one sentence and exit code 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names need not be valid text
    try:
        app()
    except FacemaskError as error:
        print_note(str(error))
        sys.exit(2)
