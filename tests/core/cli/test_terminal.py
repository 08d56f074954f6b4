"""Whatever strangers call their files, it reaches the terminal as text: no markup, no commands."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.table import Table

from facemask_core.cli import terminal

HOSTILE = "[/x] [final] :smile: \x1b]0;mine\a\x9b2J\r\nscore 1.0 \u202e\udce9"
SHOWN = r"[/x] [final] :smile: \x1b]0;mine\x07\x9b2J\r\nscore 1.0 \u202e\udce9"


def test_sentences_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_note(HOSTILE)
    written = capsys.readouterr()
    assert (written.out, written.err) == ("", f"{SHOWN}\n")


def test_lines_of_answers_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.print_line(HOSTILE)
    terminal.print_line()
    assert capsys.readouterr().out == f"{SHOWN}\n\n"


def test_cells_are_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    terminal.print_table(Table("name"), [(HOSTILE,)])
    assert SHOWN in capsys.readouterr().out


def test_the_bar_says_text(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=200, no_color=True)
    monkeypatch.setattr(terminal, "_errors", console)
    with terminal.progress_bar() as report:
        report(HOSTILE, 1, 2)
    assert SHOWN in screen.getvalue()
