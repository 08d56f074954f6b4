"""A manifest says where each photograph comes from; it is read as untrusted input."""

from __future__ import annotations

import csv
import io
import os
import shutil
import zipfile
from pathlib import Path

import needs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemask_core.data import archives, datasets, places, provenance
from facemask_core.data.datasets import Dataset
from facemask_core.data.provenance import Origin, Origins
from facemask_core.pictures import images

FILES = ("with_mask/a.png", "with_mask/b.png", "without_mask/c.png")
PICTURE = images.encode_png(np.zeros((32, 32, 3), np.uint8))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A split's folder with three pictures, inside a folder that is all its own."""
    for path in FILES:
        (tmp_path / "set" / "test" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / "test" / path).write_bytes(PICTURE)
    return tmp_path / "set" / "test"


def written(
    folder: Path, *rows: tuple[str, ...], head: tuple[str, ...] = ("path", "source")
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    (folder / "manifest.csv").write_text(text.getvalue(), encoding="utf-8", newline="")


def found(root: Path) -> dict[str, str]:
    """The sources by path, of a manifest without a fault."""
    origins = provenance.read_origins(datasets.open_dataset(root))
    assert origins.problem is None
    return {path: origin.source for path, origin in origins.by_path.items() if origin.source}


def problem(root: Path) -> str:
    """What is wrong with the manifest."""
    sentence = provenance.read_origins(datasets.open_dataset(root)).problem
    assert sentence is not None
    assert str(root / "manifest.csv") in sentence
    assert sentence.endswith(".")
    assert sentence.isprintable()
    return sentence


# Where it lies


def test_without_a_manifest_nothing_is_known(root: Path) -> None:
    assert found(root) == {}


def test_one_in_the_folder_names_files_from_there(root: Path) -> None:
    written(root, (FILES[0], "one"), (FILES[2], "two"))
    assert found(root) == {FILES[0]: "one", FILES[2]: "two"}


def test_one_above_names_files_with_the_splits_folder_in_front(root: Path) -> None:
    written(root.parent, (f"test/{FILES[0]}", "one"), (f"train/{FILES[1]}", "x"), (FILES[2], "x"))
    assert found(root) == {FILES[0]: "one"}


def test_the_nearer_one_counts_alone(root: Path) -> None:
    written(root, (FILES[0], "near"))
    written(root.parent, (f"test/{FILES[1]}", "far"))
    assert found(root) == {FILES[0]: "near"}


def test_one_in_a_folder_around_the_classes_names_files_from_there(root: Path) -> None:
    written(root, (FILES[0], "one"))
    (root.parent / "@eaDir" / "test").mkdir(parents=True)
    (root.parent / "empty").mkdir()
    assert found(root.parent) == {f"test/{FILES[0]}": "one"}
    assert found(root.parent.parent) == {f"set/test/{FILES[0]}": "one"}
    (root / "manifest.csv").unlink()
    written(root.parent, (f"test/{FILES[1]}", "two"))
    assert found(root.parent.parent) == {f"set/test/{FILES[1]}": "two"}


def test_one_further_up_is_not_looked_for(root: Path) -> None:
    written(root.parent.parent, (f"set/test/{FILES[0]}", "one"), (f"test/{FILES[0]}", "one"))
    assert found(root) == {}


def test_a_folder_given_as_a_dot_has_one_above(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(root.parent, (f"test/{FILES[0]}", "one"))
    monkeypatch.chdir(root)
    assert found(Path()) == {FILES[0]: "one"}


@needs.links
def test_a_linked_folder_has_the_manifest_of_what_it_links_to(root: Path, tmp_path: Path) -> None:
    written(root.parent, (f"test/{FILES[0]}", "one"))
    (tmp_path / "link").symlink_to(root)
    assert found(tmp_path / "link") == {FILES[0]: "one"}


def test_a_split_and_a_limited_dataset_keep_their_sources(root: Path) -> None:
    written(root.parent, *((f"test/{path}", "one") for path in FILES))
    dataset = datasets.open_dataset(root)
    part = dataset.take(2)
    assert provenance.read_origins(part) == Origins(
        {sample.path: Origin("one") for sample in part.samples}
    )
    part = Dataset(dataset.source, dataset.samples[:1])
    assert list(provenance.read_origins(part).by_path) == [dataset.samples[0].path]


def pack(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in filter(Path.is_file, folder.rglob("*")):
            archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue()


@pytest.mark.parametrize("around", ["", "set", "set/test"])
@pytest.mark.parametrize("inside", ["", "test"])
def test_a_zip_has_the_manifest_of_the_folder_it_was_made_of(
    root: Path, around: str, inside: str
) -> None:
    top, folder = root.parent.parent, root.parent / inside
    before = "" if inside else "test/"
    written(folder, (f"{before}{FILES[0]}", "one"), (f"{before}gone.png", "x"))
    (top / "faces.zip").write_bytes(pack(top))
    path = top / "faces.zip" / around
    dataset = places.open_path(path)
    entry = next(sample.path for sample in dataset.samples if sample.path.endswith("a.png"))
    origins = provenance.read_origins(dataset)
    assert {path: it.source for path, it in origins.by_path.items()} == {entry: "one"}
    assert str(top / "faces.zip" / "set" / inside / "manifest.csv") in (origins.problem or "")


def test_a_split_of_a_zip_has_the_manifest_around_it(root: Path) -> None:
    written(root.parent, *((f"test/{path}", "one") for path in FILES))
    shutil.copytree(root, root.parent / "train")
    archive = archives.Archive(pack(root.parent.parent), "faces.zip")
    dataset = datasets.arrange(archive, "set/test")
    assert len(provenance.read_origins(dataset).by_path) == len(FILES)
    whole = Dataset(archive, ())
    assert provenance.find_manifest(whole) == provenance.find_manifest(dataset)


def test_a_broken_manifest_in_a_zip_costs_its_figures_alone(root: Path) -> None:
    (root / "manifest.csv").write_bytes(b"path,source\n\xe9,x\n")
    dataset = archives.open_archive(pack(root), "faces.zip")
    assert provenance.read_origins(dataset).problem == (
        f"{Path('faces.zip') / 'manifest.csv'} is not UTF-8 text; save it as such."
    )


@needs.links
@needs.pipes
@pytest.mark.parametrize("kind", ["directory", "pipe", "dangling link"])
def test_what_is_no_plain_file_is_no_manifest(root: Path, kind: str) -> None:
    path = root / "manifest.csv"
    if kind == "directory":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(root / "gone.csv")
    assert found(root) == {}


# What it says


def test_other_columns_in_any_order_are_no_matter(root: Path) -> None:
    written(root, ("x", "one", FILES[0]), head=("label", "source", "path"))
    assert found(root) == {FILES[0]: "one"}


def test_names_may_hold_commas_quotes_and_any_script(root: Path) -> None:
    written(root, (FILES[0], 'Müller, "Masken" 口罩'))
    assert found(root) == {FILES[0]: 'Müller, "Masken" 口罩'}


def test_a_spreadsheets_byte_order_mark_and_line_ends_are_read(root: Path) -> None:
    text = f"path,source\r\n{FILES[0]}, one \r\n\r\n"
    (root / "manifest.csv").write_bytes(text.encode("utf-8-sig"))
    assert found(root) == {FILES[0]: "one"}


@pytest.mark.parametrize("entry", ["../../etc/passwd", "/etc/passwd", "gone.png", "", "a\0b"])
def test_a_row_about_a_file_that_is_not_there_is_named_and_costs_nothing_else(
    root: Path, entry: str
) -> None:
    written(root, (entry, "x"), (FILES[0], "one"), (FILES[1], " "))
    assert f"about {entry!r}, which is not there" in problem(root)
    origins = provenance.read_origins(datasets.open_dataset(root)).by_path
    assert origins == {FILES[0]: Origin("one"), FILES[1]: Origin()}
    written(root, (entry, "x"), ("also gone", "x"))
    assert f"2 rows about files that are not there, such as {entry!r}" in problem(root)


def test_groups_and_drawn_masks_are_read(root: Path) -> None:
    head = ("drawn", "path", "group", "source")
    written(
        root,
        ("yes", FILES[0], "g1", "one"),
        ("No", FILES[1], "", "one"),
        ("", FILES[2], "g1", ""),
        head=head,
    )
    assert provenance.read_origins(datasets.open_dataset(root)) == Origins(
        {
            FILES[0]: Origin("one", "g1", drawn=True),
            FILES[1]: Origin("one", "", drawn=False),
            FILES[2]: Origin("", "g1", None),
        }
    )


def test_a_row_told_twice_is_no_contradiction(root: Path) -> None:
    written(root, (FILES[0], "one"), (FILES[0], "one"))
    assert found(root) == {FILES[0]: "one"}


# What is refused

BROKEN: list[tuple[bytes, str]] = [
    (b"", "column names"),
    (b"\n\n", "column names"),
    (b"path,split\na,b\n", "column names"),
    (b"path;source\na;b\n", "column names"),
    (b"path,source,source\na,b,c\n", "column names"),
    (b"Path,Source\na,b\n", "column names"),
    (b"path,source\n\xe9,x\n", "not UTF-8"),
    ("path,source\n".encode("utf-16"), "not UTF-8"),
    (b"path,source\na\n", "line 2 has 1 columns"),
    (b"path,source\na,b,c\n", "line 2 has 3 columns"),
    (b'path,source\n"a,b\n', "no CSV"),
    (b'path,source\n"a"x,b\n', "no CSV"),
    (b"path,source\n" + b"a" * 200_000 + b",b\n", "no CSV"),
    (b"path,source\nwith_mask/a.png,x\nwith_mask/a.png,y\n", "two different rows for 'with_mask/a"),
    (b"path,source,drawn\nwith_mask/a.png,x,no\nwith_mask/a.png,x,yes\n", "two different rows"),
    (b"path,source,drawn,drawn\nwith_mask/a.png,x,no,no\n", "more than one column drawn"),
    (b"path,source,drawn\nwith_mask/a.png,x,painted\n", "has 'painted' in the column drawn"),
    (b"path,source,drawn\nwithout_mask/c.png,x,yes\n", "lies among those without a mask"),
    (b"path,source,group\nwith_mask/a.png,x,\x07\n", "a group that is no plain name"),
    (b"path,source\nwith_mask/a.png," + b"x" * 101, "no plain name"),
    (b"path,source\nwith_mask/a.png,\x1b[31mred", "no plain name"),
    (b'path,source\nwith_mask/a.png,"two\nlines"', "no plain name"),
]


@pytest.mark.parametrize(("content", "clue"), BROKEN, ids=[repr(row[0][:40]) for row in BROKEN])
def test_a_broken_manifest_is_refused_in_one_sentence(
    root: Path, content: bytes, clue: str
) -> None:
    (root / "manifest.csv").write_bytes(content)
    assert clue in problem(root)
    assert provenance.read_origins(datasets.open_dataset(root)).by_path == {}


def test_a_huge_manifest_is_refused_without_being_read_whole(root: Path) -> None:
    with (root / "manifest.csv").open("wb") as file:
        file.truncate(2**40)  # sparse: it claims a terabyte and takes no room
    assert "over 16 MB" in problem(root)


def test_a_source_a_picture_is_refused(tmp_path: Path) -> None:
    paths = [f"{label}/{index}.png" for label in datasets.LABELS for index in range(26)]
    for path in paths:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(PICTURE)
    written(tmp_path, *((path, path) for path in paths))
    assert "names 52 sources" in problem(tmp_path)
    written(tmp_path, *((path, path) for path in paths[:50]))
    assert len(found(tmp_path)) == 50


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode())))
def test_rubbish_is_refused_or_read_but_never_crashes(
    tmp_path_factory: pytest.TempPathFactory, rubbish: bytes
) -> None:
    root = tmp_path_factory.mktemp("set")
    for label in datasets.LABELS:
        (root / label).mkdir()
        (root / label / "a.png").write_bytes(PICTURE)
    for head in (b"", b"path,source\nwith_mask/a.png,"):
        (root / "manifest.csv").write_bytes(head + rubbish)
        origins = provenance.read_origins(datasets.open_dataset(root))
        assert origins.problem is None or origins.problem.endswith(".")
        assert origins.by_path.keys() <= {"with_mask/a.png", "without_mask/a.png"}
        assert all(origin.source.isprintable() for origin in origins.by_path.values())
