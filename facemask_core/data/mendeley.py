"""The photographs of Face Mask Dataset 2022 (doi:10.17632/7bt2d592b9.1), from Mendeley Data."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from facemask_core import paths
from facemask_core.data import zips
from facemask_core.data.clutter import is_clutter
from facemask_core.downloads import Checksum, RemoteFile, fetch, read_json
from facemask_core.errors import DatasetError, DownloadError
from facemask_core.labels import LABELS, parse_label

BASE_URL = "https://data.mendeley.com"
DATASET = "7bt2d592b9"
VERSION = 1
PAGE = f"{BASE_URL}/datasets/{DATASET}/{VERSION}"
FOLDER = paths.DOWNLOADS / "mendeley"
"""The folder of the downloaded photographs."""
LIMITS = zips.Limits(files=100_000, unpacked=16 * 2**30, ratio=100)
"""Several times what a set of some 20,000 photographs needs."""

_DEPTH = 3

Progress = Callable[[str, int, int], None]
"""Called with (name of the step, how much of it is done, how much there is in all)."""


def find_parts(folder: Path = FOLDER) -> dict[str, Path]:
    """Finds the parts of a download that are datasets: every folder with one folder a class.

    Args:
        folder: The folder of the download.

    Returns:
        Such folders by their paths in the download, as the set's splits are named; empty where
        nothing was downloaded.
    """
    try:
        return {
            path.relative_to(folder).as_posix(): path for path in _find_datasets(folder, _DEPTH)
        }
    except OSError:
        return {}


def _find_datasets(folder: Path, depth: int) -> list[Path]:
    """Lists folders with both classes, at most ``depth`` below; folders of a class are left out."""
    if not folder.is_dir():
        return []
    below = sorted(path for path in folder.iterdir() if path.is_dir() and not is_clutter(path.name))
    if {_read_label(path.name) for path in below} >= set(range(len(LABELS))):
        return [folder]
    return [part for path in below if depth for part in _find_datasets(path, depth - 1)]


def _read_label(name: str) -> int | None:
    try:
        return parse_label(name)
    except DatasetError:
        return None


def list_files(base_url: str = BASE_URL) -> tuple[RemoteFile, ...]:
    """Reads from Mendeley Data the list of the dataset's files.

    Args:
        base_url: Where its public interface answers.

    Returns:
        The dataset's files with their sha256.

    Raises:
        DownloadError: The server cannot be reached, or its answer is not understood.
    """
    answer = read_json(
        f"{base_url}/public-api/datasets/{DATASET}/files?folder_id=root&version={VERSION}"
    )
    try:
        entries = answer["files"] if isinstance(answer, dict) else answer
        files = tuple(_remote_file(entry) for entry in entries)
    except (LookupError, TypeError, AttributeError) as error:
        raise _explain_answer() from error
    if not files or len({file.filename for file in files}) < len(files):
        raise _explain_answer()
    return files


def _remote_file(entry: dict[str, Any]) -> RemoteFile:
    content = entry["content_details"]
    size = content.get("size", entry.get("size"))
    return RemoteFile(
        url=str(content["download_url"]),
        filename=str(entry["filename"]),
        checksum=Checksum("sha256", str(content["sha256_hash"]).lower()),
        size=size if isinstance(size, int) else None,
    )


def _explain_answer() -> DownloadError:
    return DownloadError(
        "Mendeley Data no longer lists its files in the way this lab knows; download the dataset "
        f"by hand from {PAGE} and unpack it."
    )


def download(output: Path, base_url: str = BASE_URL, progress: Progress = lambda *_: None) -> int:
    """Downloads and unpacks the dataset; after an interruption the same call goes on.

    Everything gathers in ``OUTPUT.download`` beside the output, which appears only when whole. A
    single zip is unpacked into the output itself, several into a folder each.

    Args:
        output: The folder to make.
        base_url: Where Mendeley Data's public interface answers.
        progress: Called with the step: a file in MB, or its unpacking in files.

    Returns:
        How many files lie in the output.

    Raises:
        DownloadError: The output already holds files or cannot be written, or a file cannot be
            fetched or is not the expected one.
        DatasetError: A zip is damaged or hostile.
    """
    output = output.resolve()
    try:
        _refuse_files(output)
        work = output.with_name(output.name + ".download")
        files = [
            fetch(remote, work / "files", _count_megabytes(remote.filename, progress))
            for remote in list_files(base_url)
        ]
        unpacked = work / "unpacked"
        if unpacked.exists():
            shutil.rmtree(unpacked)
        _unpack_all(files, unpacked, progress)
        if output.exists():
            output.rmdir()  # empty, as checked above; Windows renames onto nothing that exists
        unpacked.rename(output)
        shutil.rmtree(work)
    except OSError as error:
        raise DownloadError(
            f"{output} cannot be written: {error.strerror or error}; make room or give another "
            "folder, and run the command again to go on."
        ) from error
    return sum(path.is_file() for path in output.rglob("*"))


def _refuse_files(output: Path) -> None:
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise DownloadError(
            f"{output} already holds files; give another folder, or remove it first."
        )


def _count_megabytes(filename: str, progress: Progress) -> Callable[[int, int], None]:
    return lambda done, total: progress(f"{filename}, MB", done // 10**6, total // 10**6)


def _unpack_all(files: list[Path], folder: Path, progress: Progress) -> None:
    folder.mkdir()
    archives = [path for path in files if path.suffix.lower() == ".zip"]
    for path in files:
        if path not in archives:
            shutil.copy(path, folder / path.name)
            continue
        inside = folder if len(archives) == 1 else folder / path.stem
        zips.unpack(path, inside, LIMITS, partial(progress, f"unpacking {path.name}"))
