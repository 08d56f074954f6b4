"""A zipped dataset is the folder it was made from, and a hostile zip is only ever refused."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facemask_core.data import archives, datasets, zips
from facemask_core.errors import DatasetError, SplitsError
from facemask_core.pictures import images

SIDE = 32
COMPRESSIONS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}


def picture(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    return images.encode_png(rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8))


FILES = {
    "with_mask/a.png": picture(0),
    "with_mask/more/b.png": picture(1),
    "without_mask/a.png": picture(2),
    "without_mask/é.png": picture(3),
}


def packed(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content, compression)
    return buffer.getvalue()


def below(folder: str, files: dict[str, bytes] | None = None) -> dict[str, bytes]:
    return {f"{folder}/{path}": data for path, data in (files or FILES).items()}


def opened(files: dict[str, bytes]) -> datasets.Dataset:
    return archives.open_archive(packed(files), "set.zip")


def paths(dataset: datasets.Dataset) -> list[str]:
    return [sample.path for sample in dataset.samples]


def refusal(data: bytes) -> str:
    with pytest.raises(DatasetError, match=r"set\.zip") as caught:
        archives.open_archive(data, "set.zip")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("compression", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_a_zip_is_the_same_dataset_as_the_folder(tmp_path: Path, compression: int) -> None:
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    folder = datasets.open_dataset(tmp_path)
    archive = archives.open_archive(packed(FILES, compression), "set.zip")
    assert archive.samples == folder.samples
    assert datasets.fingerprint(archive) == datasets.fingerprint(folder)
    (from_folder,), (from_zip,) = datasets.stream(folder, 8), datasets.stream(archive, 8)
    np.testing.assert_array_equal(from_zip.images, from_folder.images)
    assert from_zip.paths == from_folder.paths


def test_entries_of_folders_are_no_files() -> None:
    assert paths(opened({"with_mask/": b"", "without_mask/": b""} | FILES)) == sorted(FILES)


def test_one_folder_around_everything_is_looked_into() -> None:
    dataset = opened(below("Face Masks 2020"))
    assert paths(dataset) == sorted(below("Face Masks 2020"))
    assert dataset.counts() == {"without_mask": 2, "with_mask": 2}


def test_a_folder_around_everything_may_be_called_like_a_class() -> None:
    assert opened(below("FaceMask")).counts() == {"without_mask": 2, "with_mask": 2}


@pytest.mark.parametrize("wrapper", ["", "ds/", "archive/Face Mask Dataset/"])
def test_a_split_of_a_zip_is_that_folder(tmp_path: Path, wrapper: str) -> None:
    files = {
        f"{wrapper}{split}/{path}": data
        for split in ("Train", "Test")
        for path, data in FILES.items()
    }
    with pytest.raises(SplitsError, match=f"'{wrapper}Train' and '{wrapper}Test'") as refusal:
        opened(files)
    split = refusal.value.splits[1]
    assert split == f"{wrapper}Test"
    test = archives.open_archive(packed(files), "set.zip", split)
    assert paths(test) == sorted(path for path in files if path.startswith(split))
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    assert datasets.arrange(datasets.Folder(tmp_path), split).samples == test.samples


def respelled(spell: Callable[[str], str]) -> bytes:
    """The same files, their names as another packer writes them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for folder in ("with_mask/", "without_mask/"):
            write_entry(archive, spell(folder), b"")
        for path, content in FILES.items():
            write_entry(archive, spell(path), content)
    return buffer.getvalue()


def write_entry(archive: zipfile.ZipFile, path: str, content: bytes) -> None:
    info = zipfile.ZipInfo("x")
    info.filename = path  # as it is: on Windows the library would turn backslashes
    archive.writestr(info, content)


@pytest.mark.parametrize(
    "spell",
    [
        lambda path: path.replace("/", "\\"),
        lambda path: f"./{path}",
        lambda path: f".\\{path}".replace("/", "\\"),
        lambda path: path.replace("/", "//"),
        lambda path: path.replace("/", "/./"),
    ],
    ids=["backslashes", "dot", "both", "two slashes", "dot inside"],
)
def test_paths_are_read_as_any_packer_writes_them(
    tmp_path: Path, spell: Callable[[str], str]
) -> None:
    data = respelled(spell)
    dataset = archives.open_archive(data, "set.zip")
    assert paths(dataset) == sorted(FILES)
    assert datasets.fingerprint(dataset) == datasets.fingerprint(opened(FILES))
    (tmp_path / "set.zip").write_bytes(data)
    limits = zips.Limits(files=100, unpacked=2**20, ratio=100)
    zips.unpack(tmp_path / "set.zip", tmp_path / "folder", limits)
    assert datasets.open_dataset(tmp_path / "folder").samples == dataset.samples


@pytest.mark.parametrize("twin", ["with_mask\\a.png", "./with_mask/a.png", "with_mask//a.png"])
def test_one_path_in_two_spellings_is_refused(twin: str) -> None:
    assert "'with_mask/a.png' more than once" in refusal(packed(FILES | {twin: picture(9)}))


def test_a_picture_packed_by_an_unknown_method_is_skipped_with_the_setting_to_change() -> None:
    data = bytearray(packed(FILES))
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", data, data.index(signature) + offset, 9)  # Deflate64
    (batch,) = datasets.stream(archives.open_archive(bytes(data), "set.zip"), 8)
    assert [entry.path for entry in batch.skipped] == ["with_mask/a.png"]
    assert "method Deflate" in batch.skipped[0].reason


@pytest.mark.parametrize(
    "loose",
    [
        "__MACOSX/set/._a.png",
        "__MACOSX/._set",
        ".DS_Store",
        "set/.DS_Store",
        "set/README.md",
        "README.md",
    ],
)
def test_a_loose_file_does_not_hide_the_folder_around_everything(loose: str) -> None:
    """Finder, for one, packs set/.DS_Store whenever someone has looked into the folder."""
    dataset = opened(below("set") | {loose: b"x"})
    assert paths(dataset) == sorted(below("set"))


@pytest.mark.parametrize("loose", ["README.md", ".DS_Store", "__MACOSX/with_mask/._a.png"])
def test_a_loose_file_beside_the_classes_is_passed_over(loose: str) -> None:
    assert paths(opened(FILES | {loose: b"x"})) == sorted(FILES)


def test_an_unknown_folder_is_refused_by_name() -> None:
    with pytest.raises(DatasetError, match="'cats'"):
        opened(FILES | {"cats/a.png": picture(4)})


def test_a_zip_with_one_class_is_refused() -> None:
    one = {path: data for path, data in FILES.items() if path.startswith("with_mask")}
    assert "without_mask" in refusal(packed(one))


def test_an_empty_zip_is_refused() -> None:
    assert "no images" in refusal(packed({}))


@pytest.mark.parametrize(
    "path",
    [
        "../with_mask/a.png",
        "with_mask/../../a.png",
        "with_mask/..",
        "/etc/passwd",
        "//server/a.png",
        "C:/with_mask/a.png",
        "with_mask\\..\\a.png",
        "..\\a.png",
        "\\a.png",
        "\\\\server\\a.png",
        "C:\\with_mask\\a.png",
        ".\\C:\\a.png",
        "./C:/a.png",
        "./../a.png",
        "with_mask/..\\../a.png",
        "",
        ".",
    ],
)
def test_a_path_that_leads_out_of_the_archive_is_refused(path: str) -> None:
    message = refusal(packed(FILES | {path: picture(4)}))
    assert "unsafe path" in message
    assert repr(path) in message


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(packed(FILES))
    entry = data.index(b"PK\x01\x02")
    data[entry + 8] |= 1  # the flag in the central directory
    assert "encrypted" in refusal(bytes(data))


def test_a_zip_bomb_is_refused_by_its_ratio() -> None:
    bomb = FILES | {"with_mask/zeros.bmp": bytes(15_000_000)}
    assert "refused" in refusal(packed(bomb, zipfile.ZIP_DEFLATED))


def test_a_zip_of_too_many_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 1000)
    assert "refused" in refusal(packed(FILES))


def test_a_zip_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", len(FILES) - 1)
    message = refusal(packed(FILES))
    assert str(len(FILES)) in message
    assert str(len(FILES) - 1) in message
    monkeypatch.setattr(archives, "MAX_FILES", len(FILES))
    assert len(opened(FILES)) == len(FILES)


def test_a_zip_of_a_hundred_thousand_files_is_refused() -> None:
    many = FILES | {f"with_mask/{number}.png": b"" for number in range(100_000)}
    assert "100004 files; the limit is 25000" in refusal(packed(many))


def long_directory(entries: int) -> bytes:
    """A zip of nothing but entries without names, which says that there is one of them."""
    directory = (b"PK\x01\x02" + bytes(42)) * entries
    return directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), 0, 0)


def in_zip64(data: bytes) -> bytes:
    """The same zip, ended as those that are too large for the usual end."""
    directory, (size, start) = data[:-22], struct.unpack_from("<2L", data, len(data) - 10)
    end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(directory), 1)
    usual = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 2**32 - 1, 2**32 - 1, 0)
    return directory + end + locator + usual


@pytest.mark.parametrize("written", [bytes, in_zip64])
def test_a_long_directory_is_refused_before_an_entry_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: Callable[[bytes], bytes]
) -> None:
    """Of a few hundred megabytes of entries zipfile would make objects of gigabytes."""

    def opened(*_: object) -> None:
        raise AssertionError("zipfile reads the whole directory")

    monkeypatch.setattr(zipfile, "ZipFile", opened)
    data = written(long_directory(300_000))
    assert "13800000 bytes to list its files; the limit is 25000" in refusal(data)
    path = tmp_path / "set.zip"
    path.write_bytes(data)
    with pytest.raises(DatasetError, match="the limit is 25000"):
        archives.open_archive(path, "set.zip")
    with pytest.raises(DatasetError, match="the limit is 100"):
        zips.unpack(path, tmp_path / "folder", zips.Limits(files=100, unpacked=2**20, ratio=100))


def test_as_many_files_as_the_limit_may_have_long_names() -> None:
    names = [f"with_mask/{number:05}{250 * 'x'}.png" for number in range(archives.MAX_FILES)]
    data = packed(dict.fromkeys(names, b""))
    for written in (data, in_zip64(data)):
        assert list(archives.Archive(written, "set.zip").paths()) == names


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_has_a_path_twice_is_refused() -> None:
    """Which of the two is meant nobody knows, and others would read another one."""
    data = io.BytesIO(packed(FILES))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr("with_mask/a.png", picture(9))
    assert "'with_mask/a.png' more than once" in refusal(data.getvalue())


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_path_again_and_again_counts_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 50)
    data = io.BytesIO(packed(FILES))
    with zipfile.ZipFile(data, "a") as archive:
        for _ in range(50):
            archive.writestr("with_mask/a.png", b"")
    assert "54 files" in refusal(data.getvalue())


@pytest.mark.parametrize("path", ["../out.png", "/out.png", "with_mask/../../out.png"])
def test_unpacking_writes_nothing_where_a_path_leads_out(tmp_path: Path, path: str) -> None:
    (tmp_path / "set.zip").write_bytes(packed(FILES | {path: picture(4)}))
    limits = zips.Limits(files=100, unpacked=2**20, ratio=100)
    with pytest.raises(DatasetError, match="unsafe path"):
        zips.unpack(tmp_path / "set.zip", tmp_path / "folder", limits)
    assert [entry.name for entry in tmp_path.iterdir()] == ["set.zip"]


@pytest.mark.parametrize("data", [b"", b"no zip", picture(0), b"PK\x03\x04" + bytes(100)])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    assert "no readable zip" in refusal(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_zip_cut_short_is_refused(share: float) -> None:
    data = packed(FILES)
    assert "no readable zip" in refusal(data[: int(share * len(data))])


@pytest.mark.parametrize("compression", COMPRESSIONS.values(), ids=COMPRESSIONS)
def test_a_damaged_entry_is_skipped_with_the_reason(compression: int) -> None:
    data = bytearray(packed(FILES, compression))
    name = b"with_mask/a.png"
    start = data.index(name) + len(name)
    data[start : start + 150] = bytes(150)
    dataset = archives.open_archive(bytes(data), "set.zip")
    (batch,) = datasets.stream(dataset, 8)
    assert [entry.path for entry in batch.skipped] == ["with_mask/a.png"]
    assert "damaged" in batch.skipped[0].reason
    assert batch.paths == tuple(sorted(FILES.keys() - {"with_mask/a.png"}))


def test_an_entry_that_is_no_picture_is_skipped_with_the_reason() -> None:
    (batch,) = datasets.stream(opened(FILES | {"with_mask/notes.txt": b"notes"}), 8)
    assert [entry.path for entry in batch.skipped] == ["with_mask/notes.txt"]
    assert len(batch.images) == len(FILES)


def test_an_entry_over_the_limit_is_skipped_without_being_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = FILES | {"with_mask/large.bmp": os.urandom(5_000)}
    monkeypatch.setattr(images, "MAX_BYTES", 4_900)
    (batch,) = datasets.stream(opened(files), 8)
    assert [entry.path for entry in batch.skipped] == ["with_mask/large.bmp"]
    assert "20 MB" in batch.skipped[0].reason


def test_an_entry_that_lies_about_its_size_is_not_unpacked_in_full() -> None:
    data = bytearray(packed(FILES | {"with_mask/z.bmp": bytes(10**6)}, zipfile.ZIP_DEFLATED))
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"with_mask/z.bmp"))
    struct.pack_into("<I", data, entry + 24, 1000)  # the claimed size
    dataset = archives.open_archive(bytes(data), "set.zip")
    (batch,) = datasets.stream(dataset, 8)
    assert [path.path for path in batch.skipped] == ["with_mask/z.bmp"]


def test_nothing_is_written_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    dataset = opened(below("set"))
    assert sum(len(batch.images) for batch in datasets.stream(dataset, 2)) == len(FILES)
    datasets.fingerprint(dataset)
    assert list(tmp_path.iterdir()) == []


@given(
    st.sampled_from(list(COMPRESSIONS.values())),
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=5
    ),
)
@settings(max_examples=300)
def test_flipped_bytes_are_skipped_or_refused_never_fatal(
    compression: int, changes: list[tuple[float, int]]
) -> None:
    small = {"with_mask/a.png": b"abc" * 30, "without_mask/é.png": b"x" * 50}
    data = bytearray(packed(small, compression))
    for position, value in changes:
        data[int(position * len(data))] = value
    try:
        dataset = archives.open_archive(bytes(data), "set.zip")
        batches = list(datasets.stream(dataset, 8))
        datasets.fingerprint(dataset)
    except DatasetError:
        return
    assert sum(len(batch.paths) + len(batch.skipped) for batch in batches) == len(dataset)
