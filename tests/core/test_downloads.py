"""Downloads resume, check what they got, and say in one sentence why they stop."""

from __future__ import annotations

import errno
import hashlib
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from file_server import FileServer, serving

from facemask_core import backbones, cli, downloads
from facemask_core.downloads import Checksum, RemoteFile, fetch
from facemask_core.errors import DownloadError

CONTENT = np.random.default_rng(0).bytes(3_000_000)
SHA256 = Checksum("sha256", hashlib.sha256(CONTENT).hexdigest())
CUT = 2**20  # a whole number of pieces: of the last one a broken connection may cost all


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serving() as state:
        state.files["/set.bin"] = CONTENT
        yield state


def remote(server: FileServer, **changes: Any) -> RemoteFile:
    return replace(RemoteFile(f"{server.url}/set.bin", "set.bin", SHA256, len(CONTENT)), **changes)


def refusal(file: RemoteFile, folder: Path) -> str:
    with pytest.raises(DownloadError) as caught:
        fetch(file, folder)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    return message


def ranges(server: FileServer) -> list[str | None]:
    return [wanted for _, wanted in server.asked]


# Whole files


@pytest.mark.parametrize("known", ["all", "checksum", "size"])
@pytest.mark.parametrize("announces", [True, False])
def test_a_file_arrives_whole(
    server: FileServer, tmp_path: Path, known: str, announces: bool
) -> None:
    server.announces = announces
    unknown = {"all": {}, "checksum": {"size": None}, "size": {"checksum": None}}[known]
    path = fetch(remote(server, **unknown), tmp_path / "new" / "folder")
    assert path.read_bytes() == CONTENT
    assert [file.name for file in path.parent.iterdir()] == ["set.bin"]


def test_an_md5_will_do(server: FileServer, tmp_path: Path) -> None:
    md5 = Checksum("md5", hashlib.md5(CONTENT, usedforsecurity=False).hexdigest())
    assert fetch(remote(server, checksum=md5), tmp_path).read_bytes() == CONTENT
    assert "checksum" in refusal(
        remote(server, checksum=Checksum("md5", "0" * 32), filename="b"), tmp_path
    )


def test_a_finished_file_is_not_fetched_again(server: FileServer, tmp_path: Path) -> None:
    path = fetch(remote(server), tmp_path)
    assert fetch(remote(server), tmp_path) == path
    assert len(server.asked) == 1


def test_a_file_that_was_changed_is_fetched_again(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "set.bin").write_bytes(CONTENT[:-1] + b"x")
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT


def test_progress_is_told_up_to_the_whole_size(server: FileServer, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    fetch(remote(server, size=None), tmp_path, lambda done, total: calls.append((done, total)))
    assert calls == sorted(calls)
    assert calls[-1] == (len(CONTENT), len(CONTENT))


def test_a_redirect_is_followed(server: FileServer, tmp_path: Path) -> None:
    server.redirects["/moved"] = f"{server.url}/set.bin"
    file = remote(server, url=f"{server.url}/moved")
    assert fetch(file, tmp_path).read_bytes() == CONTENT


# Interrupted files


def interrupted(server: FileServer, folder: Path, **changes: Any) -> RemoteFile:
    server.cut_after = CUT
    file = remote(server, **changes)
    assert "run the command again" in refusal(file, folder)
    assert not (folder / "set.bin").exists()
    assert (folder / "set.bin.partial").read_bytes() == CONTENT[:CUT]
    return file


@pytest.mark.parametrize("announces", [True, False])
def test_a_download_goes_on_where_it_stopped(
    server: FileServer, tmp_path: Path, announces: bool
) -> None:
    server.announces = announces
    file = interrupted(server, tmp_path)
    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert ranges(server) == [None, f"bytes={CUT}-"]
    assert not (tmp_path / "set.bin.partial").exists()


def test_a_download_of_unknown_size_goes_on_too(server: FileServer, tmp_path: Path) -> None:
    file = interrupted(server, tmp_path, size=None)
    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert ranges(server) == [None, f"bytes={CUT}-"]


def test_a_server_that_ignores_ranges_is_asked_for_everything(
    server: FileServer, tmp_path: Path
) -> None:
    file = interrupted(server, tmp_path)
    server.resumes = False
    assert fetch(file, tmp_path).read_bytes() == CONTENT


def test_a_range_that_was_not_asked_for_is_not_appended(server: FileServer, tmp_path: Path) -> None:
    file = interrupted(server, tmp_path)
    server.range_shift = 1
    assert fetch(file, tmp_path).read_bytes() == CONTENT
    assert ranges(server) == [None, f"bytes={CUT}-", None]


@pytest.mark.parametrize("size", [None, len(CONTENT)])
def test_a_partial_file_that_is_whole_already_is_kept(
    server: FileServer, tmp_path: Path, size: int | None
) -> None:
    (tmp_path / "set.bin.partial").write_bytes(CONTENT)
    assert fetch(remote(server, size=size), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == ([f"bytes={len(CONTENT)}-"] if size is None else [])


def test_a_partial_file_beyond_the_end_is_begun_again(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "set.bin.partial").write_bytes(CONTENT + b"more")
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT
    assert ranges(server) == [f"bytes={len(CONTENT) + 4}-", None]


def test_a_partial_file_of_other_bytes_is_removed_and_told(
    server: FileServer, tmp_path: Path
) -> None:
    (tmp_path / "set.bin.partial").write_bytes(b"x" * CUT)
    assert "checksum" in refusal(remote(server), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT


def test_a_server_that_falls_silent_is_given_up(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.stall_after = CUT
    with monkeypatch.context() as impatient:
        impatient.setattr(downloads, "TIMEOUT_SECONDS", (10.0, 2.0))
        assert "run the command again" in refusal(remote(server), tmp_path)
    kept = (tmp_path / "set.bin.partial").stat().st_size
    assert 0 < kept <= CUT
    server.stall_after = None
    assert fetch(remote(server), tmp_path).read_bytes() == CONTENT
    assert ranges(server)[-1] == f"bytes={kept}-"


# Wrong files


def test_wrong_bytes_are_removed_and_told(server: FileServer, tmp_path: Path) -> None:
    server.files["/set.bin"] = b"x" * len(CONTENT)
    assert "checksum" in refusal(remote(server), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", [100, len(CONTENT) + 1])
def test_another_length_is_refused_before_it_is_written(
    server: FileServer, tmp_path: Path, length: int
) -> None:
    server.files["/set.bin"] = b"x" * length
    assert str(length) in refusal(remote(server), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_more_than_the_known_size_is_refused(server: FileServer, tmp_path: Path) -> None:
    server.announces = False
    server.files["/set.bin"] = CONTENT * 2
    assert "more than" in refusal(remote(server), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/hostname",
        "ftp://127.0.0.1/a",
        "data:,x",
        "http://[",
        "http://[::1",
        "http://a:99999999/b",
        f"http://{'a' * 70}/b",
    ],
)
def test_an_address_that_is_no_valid_http_address_is_refused(
    server: FileServer, tmp_path: Path, address: str
) -> None:
    server.redirects["/moved"] = address
    clue = "no valid http or https address"
    assert clue in refusal(remote(server, url=f"{server.url}/moved"), tmp_path)
    assert clue in refusal(remote(server, url=address), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_endless_redirect_is_given_up(server: FileServer, tmp_path: Path) -> None:
    server.redirects["/moved"] = f"{server.url}/moved"
    refusal(remote(server, url=f"{server.url}/moved"), tmp_path)


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_a_refusal_of_the_server_is_told(server: FileServer, tmp_path: Path, status: int) -> None:
    server.statuses["/set.bin"] = status
    assert str(status) in refusal(remote(server), tmp_path)


def test_a_refusal_does_not_cost_what_is_on_disk(server: FileServer, tmp_path: Path) -> None:
    file = interrupted(server, tmp_path)
    server.statuses["/set.bin"] = 503
    assert "503" in refusal(file, tmp_path)
    assert (tmp_path / "set.bin.partial").stat().st_size == CUT


@pytest.mark.parametrize(
    "name", ["", ".", "..", ".hidden", "../a", "/etc/passwd", "a/b", "a\\b", "C:a", "a\nb"]
)
def test_an_unsafe_file_name_is_refused(name: str) -> None:
    with pytest.raises(DownloadError, match="unsafe"):
        RemoteFile("https://example.org/a", name)


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [("sha256", "0" * 63), ("sha256", "Z" * 64), ("md5", "0" * 64), ("crc32", "0" * 8)],
)
def test_what_is_no_checksum_is_refused(algorithm: str, digest: str) -> None:
    with pytest.raises(DownloadError, match="checksum"):
        Checksum(algorithm, digest)


# No internet, no disk


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "nowhere.invalid"])
def test_no_connection_is_told(server: FileServer, tmp_path: Path, host: str) -> None:
    file = remote(server, url=f"http://{host}:{closed_port()}/set.bin")
    assert f"{host} cannot be reached; check the internet connection" in refusal(file, tmp_path)


def test_a_server_without_a_certificate_is_told(server: FileServer, tmp_path: Path) -> None:
    refusal(remote(server, url=server.url.replace("http:", "https:")), tmp_path)


def test_a_full_disk_is_told_and_what_is_there_is_kept(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = downloads._receive

    def full(*arguments: Any) -> None:
        receive(*arguments)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(downloads, "_receive", full)
    message = refusal(remote(server), tmp_path)
    assert "No space left on device" in message
    assert "make room" in message
    assert (tmp_path / "set.bin.partial").exists()


def test_a_folder_that_cannot_be_made_is_told(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "cannot be written" in refusal(remote(server), tmp_path / "file")


# Small documents


@pytest.mark.parametrize("content", [b"<html>log in</html>", b"", b"[" * 10**5, b"\xff\xfe"])
def test_what_is_no_json_is_told(server: FileServer, content: bytes) -> None:
    server.files["/list"] = content
    with pytest.raises(DownloadError, match="list of files"):
        downloads.read_json(f"{server.url}/list")


def test_an_endless_document_is_not_read_to_its_end(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "MAX_JSON_BYTES", 1000)
    server.files["/list"] = b'["' + b"x" * 2_000_000 + b'"]'
    with pytest.raises(DownloadError, match="list of files"):
        downloads.read_json(f"{server.url}/list")


# The command line


@pytest.fixture
def imagenet(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], int]:
    """``download imagenet`` with the local server in Google's place and a Keras home of its own."""
    monkeypatch.setattr("facemask_core.compat.keras_home", lambda: tmp_path)
    tiny = replace(backbones.get("vgg19"), name="tiny", imagenet=remote(server))
    monkeypatch.setitem(backbones._REGISTRY, "tiny", tiny)
    bare = replace(tiny, name="bare", imagenet=None)
    monkeypatch.setitem(backbones._REGISTRY, "bare", bare)

    def run(model: str) -> int:
        monkeypatch.setattr(
            sys, "argv", ["facemask_core", "download", "imagenet", "--model", model]
        )
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0)

    return run


def test_imagenet_weights_go_where_keras_looks(
    imagenet: Callable[[str], int],
    server: FileServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.cut_after = CUT
    assert imagenet("tiny") == 2
    assert "run the command again" in capsys.readouterr().err
    assert imagenet("tiny") == 0
    target = tmp_path / "models" / "set.bin"
    assert str(target) in capsys.readouterr().out
    assert target.read_bytes() == CONTENT
    assert ranges(server) == [None, f"bytes={CUT}-"]


@pytest.mark.parametrize("model", ["alexnet", "bare"])
def test_weights_that_do_not_exist_are_told(
    imagenet: Callable[[str], int], capsys: pytest.CaptureFixture[str], model: str
) -> None:
    assert imagenet(model) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("\n") == 1
