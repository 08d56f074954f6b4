"""A folder per class becomes an ordered, fingerprinted dataset that is streamed in flat memory."""

from __future__ import annotations

import os
import weakref
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import needs
import numpy as np
import pytest
from dataset_files import below, divided, folders, paths, picture, write
from numpy.typing import NDArray

from facemask_core import system
from facemask_core.data import datasets
from facemask_core.engines.blocks import MemorySource
from facemask_core.errors import DatasetError, SplitsError
from facemask_core.labels import LABELS, WITH_MASK, WITHOUT_MASK
from facemask_core.pictures import images

# What belongs to a dataset


@pytest.mark.parametrize(
    ("without", "within"),
    [
        ("without_mask", "with_mask"),
        ("WithoutMask", "WithMask"),
        ("no mask", "Mask"),
        ("Unmasked", "masked"),
    ],
)
def test_folders_are_known_in_the_usual_spellings(
    tmp_path: Path, without: str, within: str
) -> None:
    root = write(tmp_path, {f"{without}/a.png": picture(0), f"{within}/b.png": picture(1)})
    labels = {sample.path: sample.label for sample in datasets.open_dataset(root).samples}
    assert labels == {f"{without}/a.png": WITHOUT_MASK, f"{within}/b.png": WITH_MASK}


def test_two_spellings_of_one_class_are_taken_together(tmp_path: Path) -> None:
    files = folders(1) | {"NoMask/x.png": picture(7)}
    assert datasets.open_dataset(write(tmp_path, files)).counts() == {
        "without_mask": 2,
        "with_mask": 1,
    }


def test_the_folder_may_be_given_as_text(tmp_path: Path) -> None:
    assert len(datasets.open_dataset(str(write(tmp_path, folders(2))))) == 4


def test_nested_folders_belong_to_the_class_at_the_top(tmp_path: Path) -> None:
    root = write(tmp_path, folders(1) | {"with_mask/2020/no_mask/x.png": picture(7)})
    labels = {sample.path: sample.label for sample in datasets.open_dataset(root).samples}
    assert labels["with_mask/2020/no_mask/x.png"] == WITH_MASK


def test_what_operating_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    clutter = [
        ".DS_Store",
        ".git/config",
        "__MACOSX/with_mask/._000.png",
        "with_mask/.DS_Store",
        "with_mask/._000.png",
        "with_mask/Thumbs.db",
        "without_mask/desktop.ini",
        "without_mask/.cache/x.png",
        "without_mask/__MACOSX/x.png",
        "with_mask/thumbs.db",
        "with_mask/Desktop.ini",
        "with_mask/Icon\r",
        "with_mask/@eaDir/000.png/SYNOPHOTO_THUMB_M.jpg",
        "@eaDir/x.jpg",
        "#recycle/with_mask/x.png",
        "$RECYCLE.BIN/S-1-5-21/x.png",
        "System Volume Information/x.dat",
        "lost+found/x.png",
        "with_mask/.thumbnails/x.png",
        "with_mask/.picasaoriginals/x.png",
        "with_mask/Picasa.ini",
        "with_mask/_vti_cnf/000.png",
        "with_mask/000.png:Zone.Identifier",
    ]
    if system.NAME == "win32":
        clutter = [name for name in clutter if "\r" not in name and ":" not in name]
    root = write(tmp_path, folders(2) | dict.fromkeys(clutter, b"x"))
    assert paths(datasets.open_dataset(root)) == sorted(folders(2))


def test_loose_files_at_the_top_are_no_part_of_the_dataset(tmp_path: Path) -> None:
    loose = {"README.md": b"hello", "labels.csv": b"a,b", "cover.png": picture(9)}
    assert paths(datasets.open_dataset(write(tmp_path, folders(1) | loose))) == sorted(folders(1))


def test_an_empty_folder_of_another_name_is_no_matter(tmp_path: Path) -> None:
    write(tmp_path, folders(1))
    (tmp_path / "notes").mkdir()
    assert len(datasets.open_dataset(tmp_path)) == 2


def test_an_unknown_folder_is_refused_by_name(tmp_path: Path) -> None:
    root = write(tmp_path, folders(1) | {"mask_worn_wrongly/x.png": picture(7)})
    with pytest.raises(DatasetError, match="'mask_worn_wrongly'"):
        datasets.open_dataset(root)


@pytest.mark.parametrize("names", [("train", "valid", "test"), ("TRAIN", "Validation"), ("dev",)])
@pytest.mark.parametrize("wrapper", ["", "ds/", "archive/Face Masks/"])
def test_a_folder_of_splits_names_the_folders_to_give(
    tmp_path: Path, names: tuple[str, ...], wrapper: str
) -> None:
    other = {f"{wrapper}notes/a.txt": b"x"}  # beside it, a single split is not everything
    root = write(tmp_path, divided(*(f"{wrapper}{name}" for name in names)) | other)
    with pytest.raises(SplitsError) as refusal:
        datasets.open_dataset(root)
    assert refusal.value.splits == tuple(f"{wrapper}{name}" for name in names)
    assert all(repr(path) in str(refusal.value) for path in refusal.value.splits)
    assert len(datasets.open_dataset(root / refusal.value.splits[-1])) == 2
    assert f"{root}/{refusal.value.splits[-1]}'" in str(refusal.value)


@pytest.mark.parametrize(
    "wrapper",
    ["data", "Face Masks/Face Masks", "FaceMask", "mask/data", "a/b/c/d/e", "Train", "t/t"],
)
def test_folders_around_everything_are_looked_into(tmp_path: Path, wrapper: str) -> None:
    loose = {"README.md": b"x", ".git/config": b"x", "__MACOSX/a/b/c.png": b"x"}
    root = write(tmp_path, below(wrapper, folders(2)) | loose)
    assert paths(datasets.open_dataset(root)) == sorted(below(wrapper, folders(2)))


def test_a_thousand_folders_around_everything_are_refused() -> None:
    source = MemorySource("set", dict.fromkeys(below("a/" * 1000 + "b", folders(1)), b""))
    with pytest.raises(DatasetError, match="'a'"):
        datasets.arrange(source)


def test_people_inside_the_folder_of_a_class_are_no_dataset_of_their_own(tmp_path: Path) -> None:
    root = write(tmp_path, {f"with_mask/train/{n}/a.png": picture(n) for n in range(2)})
    with pytest.raises(DatasetError, match="no images of the class without_mask"):
        datasets.open_dataset(root)


def test_a_third_class_is_left_out_not_renamed(tmp_path: Path) -> None:
    files = folders(1) | {"mask_weared_incorrect/x.png": picture(7)}
    with pytest.raises(
        DatasetError, match=r"'mask_weared_incorrect'.*; leave that folder out"
    ) as no:
        datasets.open_dataset(write(tmp_path, files))
    assert "name" not in str(no.value).removeprefix(repr(str(tmp_path)))


def test_a_split_beside_the_classes_may_be_left_out_or_given_alone(tmp_path: Path) -> None:
    root = write(tmp_path, folders(1) | divided("Test"))
    with pytest.raises(DatasetError, match=r"'Test'.*leave that folder out, or give it alone"):
        datasets.open_dataset(root)


def test_classes_in_another_language_get_advice_that_mislabels_nothing(tmp_path: Path) -> None:
    root = write(tmp_path, {"data/avec_masque/a.png": b"", "data/sans_masque/a.png": b""})
    with pytest.raises(DatasetError, match=r"'avec_masque'.*of the two classes these names"):
        datasets.open_dataset(root)


@pytest.mark.parametrize("missing", LABELS)
def test_a_missing_class_is_named(tmp_path: Path, missing: str) -> None:
    files = {path: data for path, data in folders(2).items() if not path.startswith(missing + "/")}
    with pytest.raises(DatasetError, match=f"class {missing}"):
        datasets.open_dataset(write(tmp_path, files))


@pytest.mark.parametrize("content", [{}, {"with_mask/.hidden": b"x"}])
def test_an_empty_class_is_named(tmp_path: Path, content: dict[str, bytes]) -> None:
    write(tmp_path, {"without_mask/a.png": picture(0)} | content)
    (tmp_path / "with_mask").mkdir(exist_ok=True)
    with pytest.raises(DatasetError, match="class with_mask"):
        datasets.open_dataset(tmp_path)


def test_a_missing_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere"):
        datasets.open_dataset(tmp_path / "nowhere")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    root = write(tmp_path, {"set.zip": b"PK"})
    with pytest.raises(DatasetError, match=r"set\.zip"):
        datasets.open_dataset(root / "set.zip")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no images"):
        datasets.open_dataset(tmp_path)


def test_the_classes_are_counted(tmp_path: Path) -> None:
    root = write(tmp_path, folders(2) | {"with_mask/extra.png": picture(9)})
    dataset = datasets.open_dataset(root)
    assert dataset.counts() == {"without_mask": 2, "with_mask": 3}
    assert len(dataset) == 5


def test_the_order_is_that_of_the_sorted_paths(tmp_path: Path) -> None:
    files = folders(3)
    forward = write(tmp_path / "a", files)
    backward = write(tmp_path / "b", dict(reversed(files.items())))
    expected = sorted(files)
    assert paths(datasets.open_dataset(forward)) == expected
    assert paths(datasets.open_dataset(backward)) == expected


# The fingerprint


def test_the_fingerprint_does_not_depend_on_where_the_files_lie(tmp_path: Path) -> None:
    here = datasets.open_dataset(write(tmp_path / "here", folders(2)))
    there = datasets.open_dataset(write(tmp_path / "over" / "there", folders(2)))
    assert datasets.fingerprint(here) == datasets.fingerprint(there)
    assert len(datasets.fingerprint(here)) == 64


def test_the_fingerprint_does_not_depend_on_the_order(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(2)))
    turned = replace(dataset, samples=dataset.samples[::-1])
    assert datasets.fingerprint(turned) == datasets.fingerprint(dataset)


def test_the_fingerprint_changes_with_content_name_label_and_number(tmp_path: Path) -> None:
    first, other = "with_mask/000.png", folders(2)
    content = other.pop(first)
    variants = {
        "same": other | {first: content},
        "content": other | {first: content + b"\0"},
        "name": other | {"with_mask/zzz.png": content},
        "label": other | {"without_mask/zzz.png": content},
        "number": other,
    }
    prints = {
        name: datasets.fingerprint(datasets.open_dataset(write(tmp_path / name, files)))
        for name, files in variants.items()
    }
    assert len(set(prints.values())) == len(variants), prints


def test_the_label_itself_is_part_of_the_fingerprint(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(1)))
    swapped = tuple(replace(sample, label=1 - sample.label) for sample in dataset.samples)
    changed = replace(dataset, samples=swapped)
    assert datasets.fingerprint(changed) != datasets.fingerprint(dataset)


def test_a_file_that_vanished_enters_the_fingerprint_by_name(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(2)))
    before = datasets.fingerprint(dataset)
    (tmp_path / "with_mask" / "000.png").unlink()
    after = datasets.fingerprint(dataset)
    assert after != before
    assert after == datasets.fingerprint(dataset)


@needs.any_file_name
def test_a_file_name_that_is_no_unicode_can_be_fingerprinted_and_read(tmp_path: Path) -> None:
    """Sets unpacked from old archives carry Latin-1 names; Python holds them as surrogates."""
    write(tmp_path, folders(1))
    name = os.fsencode(tmp_path / "with_mask") + b"/caf\xe9.png"
    Path(os.fsdecode(name)).write_bytes(picture(5))
    dataset = datasets.open_dataset(tmp_path)
    assert sum(len(batch.paths) for batch in datasets.stream(dataset, 2)) == 3
    assert len(datasets.fingerprint(dataset)) == 64


# Taking a part


def test_a_limit_keeps_both_classes(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(5)))
    assert dataset.take(2).counts() == {"without_mask": 1, "with_mask": 1}
    assert dataset.take(4).counts() == {"without_mask": 2, "with_mask": 2}
    assert len(dataset.take(1)) == 1


def test_a_limit_takes_what_the_smaller_class_lacks_from_the_larger(tmp_path: Path) -> None:
    files = folders(1) | {f"with_mask/more-{index}.png": picture(index) for index in range(5)}
    dataset = datasets.open_dataset(write(tmp_path, files))
    assert dataset.take(4).counts() == {"without_mask": 1, "with_mask": 3}


def test_a_limit_gives_the_same_files_every_time_and_grows_by_adding(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(4)))
    assert paths(dataset.take(5)) == paths(dataset.take(5))
    for limit in range(1, 8):
        assert set(paths(dataset.take(limit))) < set(paths(dataset.take(limit + 1)))


def test_a_limit_above_the_size_keeps_everything(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(3)))
    assert sorted(paths(dataset.take(1000))) == paths(dataset)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(tmp_path: Path, limit: int) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(1)))
    with pytest.raises(DatasetError, match=str(limit)):
        dataset.take(limit)


# Streaming


def test_batches_have_the_asked_size_and_the_last_one_the_rest(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(5)))
    batches = list(datasets.stream(dataset, 4))
    assert [len(batch.images) for batch in batches] == [4, 4, 2]
    for batch in batches:
        assert batch.images.shape[1:] == (224, 224, 3)
        assert batch.images.dtype == np.uint8
        assert batch.labels.dtype == np.int64
        assert len(batch.labels) == len(batch.paths) == len(batch.images)
        assert batch.skipped == ()


def test_every_picture_comes_with_its_own_path_and_label(tmp_path: Path) -> None:
    files = folders(4)
    dataset = datasets.open_dataset(write(tmp_path, files))
    seen = []
    for batch in datasets.stream(dataset, 3):
        for pixels, label, path in zip(batch.images, batch.labels, batch.paths, strict=True):
            np.testing.assert_array_equal(pixels, images.resize(images.decode(files[path])))
            assert LABELS[label] == path.split("/")[0]
            seen.append(path)
    assert seen == paths(dataset)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_the_batch_size_changes_nothing_but_the_batches(tmp_path: Path, size: int) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(3) | {"with_mask/bad.png": b"no"}))
    whole, parts = list(datasets.stream(dataset, 6)), list(datasets.stream(dataset, size))

    def joined(batches: list[datasets.Batch], name: str) -> NDArray[Any]:
        return np.concatenate([getattr(batch, name) for batch in batches])

    for name in ("images", "labels", "paths"):
        np.testing.assert_array_equal(joined(parts, name), joined(whole, name))
    assert [entry for batch in parts for entry in batch.skipped] == [
        entry for batch in whole for entry in batch.skipped
    ]


def test_files_that_cannot_be_used_are_listed_with_the_reason_and_skipped(tmp_path: Path) -> None:
    bad = {
        "with_mask/cut.png": picture(0)[:200],
        "with_mask/empty.jpg": b"",
        "with_mask/notes.txt": b"these are notes",
        "without_mask/small.png": picture(0, side=8),
    }
    dataset = datasets.open_dataset(write(tmp_path, folders(2) | bad))
    batches = list(datasets.stream(dataset, 3))
    skipped = {entry.path: entry.reason for batch in batches for entry in batch.skipped}
    assert skipped.keys() == bad.keys()
    assert "damaged" in skipped["with_mask/cut.png"]
    assert "empty" in skipped["with_mask/empty.jpg"]
    assert "not a picture" in skipped["with_mask/notes.txt"]
    assert "8 x 8" in skipped["without_mask/small.png"]
    assert sorted(path for batch in batches for path in batch.paths) == sorted(folders(2))


def test_a_file_over_the_limit_is_skipped_without_being_read(tmp_path: Path) -> None:
    root = write(tmp_path, folders(1))
    with (root / "with_mask" / "huge.bmp").open("wb") as file:
        file.truncate(2**40)  # sparse: it claims a terabyte and takes no room
    (batch,) = datasets.stream(datasets.open_dataset(root), 8)
    assert [entry.path for entry in batch.skipped] == ["with_mask/huge.bmp"]
    assert "20 MB" in batch.skipped[0].reason
    assert len(batch.images) == 2


def test_a_file_that_vanishes_while_streaming_is_skipped(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(2)))
    (tmp_path / "with_mask" / "000.png").unlink()
    (batch,) = datasets.stream(dataset, 8)
    assert [entry.path for entry in batch.skipped] == ["with_mask/000.png"]
    assert "cannot be read" in batch.skipped[0].reason


def test_a_batch_of_nothing_but_damaged_files_is_empty_not_fatal(tmp_path: Path) -> None:
    bad = {f"with_mask/00-{index}.png": b"no" for index in range(4)}
    dataset = datasets.open_dataset(write(tmp_path, bad | {"without_mask/a.png": picture(0)}))
    batches = list(datasets.stream(dataset, 2))
    assert [batch.images.shape for batch in batches[:2]] == [(0, 224, 224, 3)] * 2
    assert sum(len(batch.skipped) for batch in batches) == 4
    assert batches[-1].paths == ("without_mask/a.png",)


def test_the_given_preparation_is_used(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(1)))
    (batch,) = datasets.stream(dataset, 8, prepare=lambda _: np.full((224, 224, 3), 7, np.uint8))
    assert (batch.images == 7).all()


def test_memory_stays_flat_however_long_the_dataset_is(tmp_path: Path) -> None:
    """Counts prepared pictures that are still alive whenever a batch is handed out."""
    size = 4
    dataset = datasets.open_dataset(write(tmp_path, folders(40)))
    made: list[weakref.ref] = []

    def prepare(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        prepared = images.resize(image)
        made.append(weakref.ref(prepared))
        return prepared

    counts: Counter[int] = Counter()
    for batch in datasets.stream(dataset, size, prepare):
        assert len(batch.images) == size
        counts[sum(entry() is not None for entry in made)] += 1
    assert max(counts) <= 2 * size, counts
    assert sum(counts.values()) == len(dataset) / size


def test_a_stream_can_be_left_early(tmp_path: Path) -> None:
    dataset = datasets.open_dataset(write(tmp_path, folders(4)))
    stream = datasets.stream(dataset, 2)
    assert len(next(stream).images) == 2
    stream.close()
    assert len(list(datasets.stream(dataset, 2))) == 4
