"""What nobody can see in a name is spelled out, and everything else stays as it is."""

from __future__ import annotations

import pytest

from facemask_core.text import on_one_line, visible


@pytest.mark.parametrize("name", ["", "a.png", "é 面 😷.png", "[bold]x[/x]", r"C:\new\x1b.png"])
def test_what_can_be_seen_stays(name: str) -> None:
    assert visible(name) == name
    assert on_one_line(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("\r\t\a", r"\r\t\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("caf\udce9", r"caf\udce9"),
    ],
)
def test_what_nobody_sees_is_spelled_out(name: str, shown: str) -> None:
    assert visible(name) == shown
    assert on_one_line(name) == shown


def test_line_ends_stay_unless_there_is_but_one_line() -> None:
    assert visible("a\nb") == "a\nb"
    assert on_one_line("a\nb") == r"a\nb"
