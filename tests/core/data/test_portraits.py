"""Datasets made from the shipped portraits: the same bytes each time, as many as are asked for."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facemask_core.data import datasets, portraits, samples
from facemask_core.data.samples import Portrait
from facemask_core.errors import DatasetError
from facemask_core.labels import LABELS, WITH_MASK
from facemask_core.pictures import images


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.jpg")
    }


def test_the_same_seed_gives_the_same_bytes_and_another_others(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        portraits.write(tmp_path / "new" / name, 12, seed)
    first, second, other = (_files(tmp_path / "new" / name) for name in "abc")
    assert first == second
    assert first.keys() == other.keys()
    assert not set(first.values()) & set(other.values())
    assert len(set(first.values())) == 12, "no two pictures are the same"


def test_a_seed_gives_the_pictures_that_it_always_gave() -> None:
    """Sets that were made before are added to; another processor may round a level otherwise."""
    source = samples.faces()[0]
    made = [images.decode(portraits.vary(source, np.random.default_rng(seed))) for seed in range(8)]
    whole = [67.2, 98.55, 78.96, 65.4, 61.12, 113.64, 83.65, 97.87]
    corner = [107.19, 161.18, 135.41, 86.51, 70.43, 109.07, 129.84, 119.95]
    assert [float(one.mean()) for one in made] == pytest.approx(whole, abs=0.2)
    assert [float(one[:60, :60].mean()) for one in made] == pytest.approx(corner, abs=0.2)


def test_is_a_dataset_with_the_classes_in_turn_and_a_table(tmp_path: Path) -> None:
    portraits.write(tmp_path / "set", 9)
    dataset = datasets.open_dataset(tmp_path / "set")
    batch = next(datasets.stream(dataset, 9))
    assert len(batch.paths) == 9
    assert np.bincount(batch.labels).tolist() == [5, 4]
    with (tmp_path / "set" / portraits.TABLE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    shown = {portrait.id: LABELS[portrait.label] for portrait in samples.faces()}
    assert sorted(row["file"] for row in rows) == sorted(batch.paths)
    for row in rows:
        assert shown[row["portrait"]] == row["label"] == row["file"].partition("/")[0]


def test_goes_on_where_it_was_and_adds_to_it(tmp_path: Path) -> None:
    portraits.write(tmp_path / "whole", 10, seed=1)
    portraits.write(tmp_path / "parts", 4, seed=1)
    old = next((tmp_path / "parts").rglob("*.jpg"))
    old.write_bytes(b"kept, for it is there already")
    written = old.stat().st_mtime_ns
    portraits.write(tmp_path / "parts", 10, seed=1)
    assert old.stat().st_mtime_ns == written
    name = old.relative_to(tmp_path / "parts").as_posix()
    whole, parts = _files(tmp_path / "whole"), _files(tmp_path / "parts")
    assert {key for key in whole if whole[key] != parts[key]} == {name}


def test_what_is_in_the_folder_already_is_never_mixed_with(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DatasetError, match="holds something else"):
        portraits.write(tmp_path, 2)
    portraits.write(tmp_path / "set", 2, seed=0)
    with pytest.raises(DatasetError, match="the seed it was begun with"):
        portraits.write(tmp_path / "set", 2, seed=1)


@pytest.mark.parametrize(("count", "seed"), [(0, 0), (portraits.MAX_COUNT + 1, 0), (1, -1)])
def test_numbers_out_of_range_are_refused(tmp_path: Path, count: int, seed: int) -> None:
    with pytest.raises(DatasetError):
        portraits.write(tmp_path / "set", count, seed)
    assert not (tmp_path / "set").exists()


def test_other_portraits_can_be_the_source(tmp_path: Path) -> None:
    folder = tmp_path / "rendered"
    rows = []
    for number, label in enumerate(LABELS):
        (folder / label).mkdir(parents=True)
        Image.new("RGBA", (64, 64), (200, 40 * number, 0, 255)).save(folder / label / "0.png")
        rows.append(f"other-{number},{label}/0.png,{label},nobody\n")
    (folder / samples.TABLE).write_text("id,file,label,alt\n" + "".join(rows), encoding="utf-8")
    portraits.write(tmp_path / "set", 2, faces=folder)
    assert "other-0" in (tmp_path / "set" / portraits.TABLE).read_text(encoding="utf-8")
    with pytest.raises(DatasetError, match="holds something else"):
        portraits.write(tmp_path / "set", 2)


def test_a_folder_without_portraits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no portraits\.csv"):
        portraits.write(tmp_path / "set", 2, faces=tmp_path)
    (tmp_path / samples.TABLE).write_text("id,file,label,alt\n", encoding="utf-8")
    with pytest.raises(DatasetError, match="of both classes"):
        portraits.write(tmp_path / "set", 2, faces=tmp_path)
    assert not (tmp_path / "set").exists()


def test_something_new_stands_behind_a_transparent_portrait(tmp_path: Path) -> None:
    cut_out = Image.new("RGBA", (288, 288), (0, 0, 0, 0))
    cut_out.paste((200, 150, 120, 255), (110, 110, 180, 180))
    cut_out.save(tmp_path / "cut.png")
    source = Portrait("cut", tmp_path / "cut.png", WITH_MASK, "")
    corners = [
        images.decode(portraits.vary(source, np.random.default_rng(seed)))[:20, :20].mean((0, 1))
        for seed in range(6)
    ]
    assert np.ptp(corners, axis=0).min() > 20, "another background each time, never plain black"
