"""The photographs arrive whole or not at all, whatever happens on the way."""

from __future__ import annotations

import hashlib
import io
import json
import signal
import socket
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import needs
import numpy as np
import pytest
from file_server import FileServer, serving

import facemask_core
from facemask_core import cli
from facemask_core.data import datasets, mendeley, places, zips
from facemask_core.errors import DatasetError, DownloadError, FacemaskError
from facemask_core.pictures import images

ROOT = Path(facemask_core.__file__).resolve().parent.parent
LISTING = "/public-api/datasets/7bt2d592b9/files?folder_id=root&version=1"


def picture(seed: int) -> bytes:
    rng = np.random.default_rng(seed)
    return images.encode_png(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))


FILES = {
    f"{split}/{label}/{seed}.png": picture(seed)
    for seed, (split, label) in enumerate(
        (split, label) for split in places.SPLITS for label in ("mask", "no mask")
    )
}
CLUTTER = {"__MACOSX/train/._0.png": b"x", "train/.DS_Store": b"x", "Thumbs.db": b"x"}


def packed(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content, compression)
    return buffer.getvalue()


def publish(server: FileServer, files: dict[str, bytes]) -> None:
    """Lists files as Mendeley Data does."""
    entries = []
    for number, (name, content) in enumerate(files.items()):
        server.files[f"/{number}/file_downloaded"] = content
        entries.append(
            {
                "filename": name,
                "id": str(number),
                "size": len(content),
                "content_details": {
                    "sha256_hash": hashlib.sha256(content).hexdigest(),
                    "size": len(content),
                    "download_url": f"{server.url}/{number}/file_downloaded",
                },
            }
        )
    server.files[LISTING] = json.dumps(entries).encode()


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving() as state:
        publish(state, {"Face Masks.zip": packed(FILES | CLUTTER)})
        yield state


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_set_is_unpacked_without_clutter(server: FileServer, tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    output = tmp_path / "below" / "photos"
    count = mendeley.download(output, server.url, lambda *call: calls.append(call))
    assert count == len(FILES)
    assert content(output) == FILES
    assert [path.name for path in output.parent.iterdir()] == ["photos"]
    assert calls[0][0] == "Face Masks.zip, MB"
    assert calls[-1] == ("unpacking Face Masks.zip", len(FILES), len(FILES))


def test_a_file_is_counted_in_megabytes_of_a_million_bytes() -> None:
    calls: list[tuple[str, int, int]] = []
    count = mendeley._count_megabytes("a.zip", lambda *call: calls.append(call))
    count(1_999_999, 50_000_000)
    assert calls == [("a.zip, MB", 1, 50)]


def test_it_can_be_trained_on_as_it_is(server: FileServer, tmp_path: Path) -> None:
    mendeley.download(tmp_path / "photos", server.url)
    splits = places.open_splits(tmp_path / "photos")
    assert {name: len(part) for name, part in splits.items()} == dict.fromkeys(places.SPLITS, 2)


def test_an_empty_folder_is_filled(server: FileServer, tmp_path: Path) -> None:
    assert mendeley.download(tmp_path, server.url) == len(FILES)
    assert content(tmp_path) == FILES


def test_several_files_are_kept_apart(server: FileServer, tmp_path: Path) -> None:
    one, two = {"a.png": picture(0)}, {"a.png": picture(1)}
    publish(server, {"one.zip": packed(one), "two.ZIP": packed(two), "README.txt": b"read me"})
    assert mendeley.download(tmp_path / "photos", server.url) == 3
    assert content(tmp_path / "photos") == {
        "one/a.png": one["a.png"],
        "two/a.png": two["a.png"],
        "README.txt": b"read me",
    }


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_there_is_never_overwritten(server: FileServer, tmp_path: Path, kind: str) -> None:
    output = tmp_path / "photos"
    if kind == "folder":
        output.mkdir()
        (output / "mine.png").write_bytes(b"mine")
    else:
        output.write_bytes(b"mine")
    with pytest.raises(DownloadError, match="already holds files"):
        mendeley.download(output, server.url)
    assert server.asked == []
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_what_an_earlier_call_fetched_is_not_fetched_again(
    server: FileServer, tmp_path: Path
) -> None:
    data = server.files["/0/file_downloaded"]
    half = len(data) // 2
    work = tmp_path / "photos.download" / "files"
    work.mkdir(parents=True)
    (work / "Face Masks.zip.partial").write_bytes(data[:half])
    assert mendeley.download(tmp_path / "photos", server.url) == len(FILES)
    assert server.asked[-1] == ("/0/file_downloaded", f"bytes={half}-")


def test_an_unpacking_that_was_killed_is_done_again(server: FileServer, tmp_path: Path) -> None:
    left = tmp_path / "photos.download" / "unpacked" / "train"
    left.mkdir(parents=True)
    (left / "half.png").write_bytes(b"half")
    mendeley.download(tmp_path / "photos", server.url)
    assert content(tmp_path / "photos") == FILES


def test_nothing_is_in_place_before_all_of_it_is(server: FileServer, tmp_path: Path) -> None:
    def stopped(what: str, *_: int) -> None:
        if what.startswith("unpacking"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mendeley.download(tmp_path / "photos", server.url, stopped)
    assert not (tmp_path / "photos").exists()
    assert mendeley.download(tmp_path / "photos", server.url) == len(FILES)
    assert [path for path, _ in server.asked].count("/0/file_downloaded") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


# Answers that are not what they should be


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"files": []},
        {"message": "gone"},
        3,
        None,
        "text",
        ["text"],
        [{"filename": "a.zip"}],
        [{"filename": "a.zip", "content_details": None}],
        [{"filename": "a.zip", "content_details": {"download_url": "http://127.0.0.1/a"}}],
    ],
)
def test_a_listing_of_another_kind_is_told(server: FileServer, answer: Any) -> None:
    server.files[LISTING] = json.dumps(answer).encode()
    with pytest.raises(DownloadError, match="by hand"):
        mendeley.list_files(server.url)


def test_a_listing_inside_an_object_is_understood(server: FileServer) -> None:
    plain = mendeley.list_files(server.url)
    server.files[LISTING] = b'{"files": ' + server.files[LISTING] + b"}"
    assert mendeley.list_files(server.url) == plain


def test_two_files_of_one_name_are_refused(server: FileServer) -> None:
    entries = json.loads(server.files[LISTING])
    server.files[LISTING] = json.dumps(entries * 2).encode()
    with pytest.raises(DownloadError, match="by hand"):
        mendeley.list_files(server.url)


@pytest.mark.parametrize(
    ("name", "digest"), [("../a.zip", "0" * 64), ("a/b.zip", "0" * 64), ("a.zip", "none")]
)
def test_a_hostile_listing_is_refused(server: FileServer, name: str, digest: str) -> None:
    details = {"download_url": f"{server.url}/a", "sha256_hash": digest}
    server.files[LISTING] = json.dumps([{"filename": name, "content_details": details}]).encode()
    with pytest.raises(DownloadError):
        mendeley.list_files(server.url)


def test_wrong_bytes_are_refused(server: FileServer, tmp_path: Path) -> None:
    size = len(server.files["/0/file_downloaded"])
    server.files["/0/file_downloaded"] = b"x" * size
    with pytest.raises(DownloadError, match="checksum"):
        mendeley.download(tmp_path / "photos", server.url)
    assert content(tmp_path) == {}


# Hostile zips


def linked() -> bytes:
    buffer = io.BytesIO(packed(FILES))
    with zipfile.ZipFile(buffer, "a") as archive:
        entry = zipfile.ZipInfo("train/mask/link.png")
        entry.create_system = 3
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return buffer.getvalue()


def damaged() -> bytes:
    data = bytearray(packed(FILES))
    middle = data.index(FILES["train/mask/0.png"]) + 100
    data[middle] ^= 0xFF
    return bytes(data)


HOSTILE = {
    "traversal": (packed(FILES | {"../out.png": b"x"}), "unsafe path"),
    "inner traversal": (packed(FILES | {"train/../../out.png": b"x"}), "unsafe path"),
    "absolute": (packed(FILES | {"/out.png": b"x"}), "unsafe path"),
    "drive": (packed(FILES | {"C:/out.png": b"x"}), "unsafe path"),
    "backslash": (packed(FILES | {"..\\out.png": b"x"}), "unsafe path"),
    "link": (linked(), "link"),
    "bomb": (packed({"z.bmp": bytes(30_000_000)}, zipfile.ZIP_DEFLATED), "refused"),
    "damage": (damaged(), "damaged"),
    "no zip": (b"no zip", "no readable zip"),
    "cut short": (packed(FILES)[:5000], "no readable zip"),
}


@pytest.mark.parametrize(("data", "clue"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_zip_leaves_nothing_in_place(
    server: FileServer, tmp_path: Path, data: bytes, clue: str
) -> None:
    publish(server, {"set.zip": data})
    inside = tmp_path / "a" / "b" / "c"
    with pytest.raises(DatasetError, match=clue) as caught:
        mendeley.download(inside / "photos", server.url)
    assert "\n" not in str(caught.value)
    assert not (inside / "photos").exists()
    assert [path.name for path in inside.iterdir()] == ["photos.download"]
    assert not list(tmp_path.rglob("out.png"))


@pytest.mark.parametrize("limit", ["files", "unpacked"])
def test_a_zip_beyond_the_limits_is_refused(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    limits = {"files": 10**5, "unpacked": 10**9, "ratio": 100} | {limit: 3}
    monkeypatch.setattr(mendeley, "LIMITS", zips.Limits(**limits))
    with pytest.raises(DatasetError):
        mendeley.download(tmp_path / "photos", server.url)
    assert not (tmp_path / "photos").exists()


def test_two_entries_of_one_path_do_not_overwrite_each_other(
    server: FileServer, tmp_path: Path
) -> None:
    publish(server, {"set.zip": packed({"a": b"file", "a/b.png": b"below a file"})})
    with pytest.raises(FacemaskError, match="cannot be written"):
        mendeley.download(tmp_path / "photos", server.url)
    assert not (tmp_path / "photos").exists()


# The command line


def command(server_url: str, output: Path) -> list[str]:
    return ["download", "mendeley", "--output", str(output), "--base-url", server_url]


def test_the_command_tells_what_it_made(
    server: FileServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["facemask_core", *command(server.url, tmp_path / "photos")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    written = capsys.readouterr()
    assert written.out == f"{len(FILES)} files in {tmp_path / 'photos'}\n"
    assert written.err == ""


def test_the_command_offline_ends_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = command(f"http://127.0.0.1:{port}", tmp_path / "photos")
    monkeypatch.setattr(sys, "argv", ["facemask_core", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("\n") == 1
    assert "internet" in written.err
    assert list(tmp_path.iterdir()) == []


@needs.kills
@pytest.mark.parametrize("how", ["SIGKILL", "SIGINT"])
@pytest.mark.slow
def test_a_command_stopped_midway_goes_on_when_repeated(
    server: FileServer, tmp_path: Path, how: str
) -> None:
    output = tmp_path / "photos"
    words = [sys.executable, "-m", "facemask_core", *command(server.url, output)]
    publish(server, {"set.zip": packed(FILES | {"train/mask/large.png": picture(9) * 100})})
    server.stall_after = 600_000
    partial = tmp_path / "photos.download" / "files" / "set.zip.partial"
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) as child:
        deadline = time.monotonic() + 240
        while not (partial.is_file() and partial.stat().st_size):
            assert child.poll() is None, child.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        child.send_signal(signal.Signals[how])
        errors = child.communicate(timeout=240)[1]
    assert child.returncode != 0
    assert "Traceback" not in errors
    assert not output.exists()
    kept = partial.stat().st_size
    server.stall_after = None
    again = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert again.returncode == 0, again.stderr
    assert server.asked[-1] == ("/0/file_downloaded", f"bytes={kept}-")
    assert len(content(output)) == len(FILES) + 1


def test_help_for_downloads_does_not_start_keras() -> None:
    code = (
        "import sys\n"
        "from facemask_core.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as ended:\n"
        "    heavy = {'keras', 'tensorflow', 'jax', 'requests', 'cv2'} & set(sys.modules)\n"
        "    sys.exit(f'loaded {heavy}' if heavy else ended.code)\n"
    )
    for words in (["download", "--help"], ["download", "imagenet", "--help"]):
        child = subprocess.run(
            [sys.executable, "-c", code, *words],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert child.returncode == 0, child.stderr
        assert "Usage" in child.stdout


def test_the_parts_of_a_download_are_found(tmp_path: Path) -> None:
    assert mendeley.find_parts(tmp_path / "nothing") == {}
    for path, content in (FILES | CLUTTER).items():
        file = tmp_path / "Face Masks" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    found = mendeley.find_parts(tmp_path)
    assert list(found) == [f"Face Masks/{split}" for split in sorted(places.SPLITS)]
    assert len(datasets.open_dataset(found["Face Masks/train"])) == 2
    whole = found["Face Masks/train"]
    assert mendeley.find_parts(whole) == {".": whole}
    assert mendeley._find_datasets(tmp_path, 1) == [], "two folders down are not one"
