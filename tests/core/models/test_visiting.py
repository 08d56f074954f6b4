"""A visitor's model lies in a private folder, found by its whole name alone, until it goes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from facemask_core.errors import ForeignModelError
from facemask_core.models import visiting
from facemask_core.models.foreign.choices import Choices
from facemask_core.models.foreign.packages import Package
from facemask_core.models.visiting import Host

PACKAGE = Package("../../up/detector.h5", b"bytes", b"0 Mask\n1 No mask\n")
CHOICES = Choices(pixels="0..1", classes=("with_mask", "without_mask"))


def test_a_model_is_found_by_its_name_and_how_it_was_used_then(tmp_path: Path) -> None:
    visitor = Host(tmp_path).take(PACKAGE)
    first = visitor.note_reading("detector", CHOICES)
    second = visitor.note_reading("detector", Choices(pixels="-1..1"))
    assert visiting.write_title(first) == visiting.write_title(second) == "detector"
    assert visiting.find_visitor(tmp_path, first) == (visitor.file, CHOICES)
    assert visiting.find_visitor(tmp_path, second)[1].pixels == "-1..1"
    assert visitor.file.read_bytes() == b"bytes"
    assert tmp_path in visitor.file.parents
    folder = visitor.file.parents[1]
    assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    visitor.remove()
    assert not folder.exists()
    with pytest.raises(ForeignModelError, match=r"'detector' is no longer on this server"):
        visiting.find_visitor(tmp_path, first)


def test_names_that_are_no_visitor_s_lead_nowhere(tmp_path: Path) -> None:
    visitor = Host(tmp_path).take(PACKAGE)
    name = visitor.note_reading("detector", CHOICES)
    for wrong in ("mobilenetv3", "detector", f"{name}0", name[:-3], f"{name}/../x", "x@../../up"):
        with pytest.raises(ForeignModelError):
            visiting.find_visitor(tmp_path, wrong)
    assert not visiting.is_visiting("mobilenetv3-robust")


def test_a_new_server_removes_what_a_killed_one_left_and_no_living_one_s(tmp_path: Path) -> None:
    living = Host(tmp_path)
    kept = living.take(PACKAGE).file
    left = tmp_path / "visiting" / f"{'0' * 16}-{'1' * 32}"
    (left / "model").mkdir(parents=True)
    Host(tmp_path)
    assert kept.is_file()
    assert not left.exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(ForeignModelError, match=r"cannot be kept on the server"):
        Host(tmp_path / "home").take(PACKAGE)


def test_a_damaged_note_counts_as_gone(tmp_path: Path) -> None:
    visitor = Host(tmp_path).take(PACKAGE)
    name = visitor.note_reading("detector", CHOICES)
    note = next(tmp_path.rglob("1.json"))
    note.write_text(json.dumps([]))
    with pytest.raises(ForeignModelError, match="no longer"):
        visiting.find_visitor(tmp_path, name)
