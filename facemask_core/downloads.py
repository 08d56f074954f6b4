"""Downloads: resumed where they stopped, checked, and put in place only when complete."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from facemask_core.errors import DownloadError

Progress = Callable[[int, int], None]
"""Called with the bytes on disk and the bytes in all; the latter is 0 while it is not known."""

TIMEOUT_SECONDS = (10.0, 60.0)
"""For the connection, and for each wait for more bytes."""
MAX_JSON_BYTES = 4 * 2**20

# Some data repositories refuse what does not look like a browser.
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; facemask-lab)", "Accept-Encoding": "identity"}
_CHUNK = 2**16
_DIGEST_LENGTHS = {"sha256": 64, "md5": 32}


@dataclass(frozen=True)
class Checksum:
    """The checksum a file's content must have.

    Attributes:
        algorithm: ``sha256``, or ``md5`` where a publisher gives no better: it detects damage, not
            forgery.
        digest: Hexadecimal, lower case.

    Raises:
        DownloadError: The algorithm is unknown or the digest is none of its kind.
    """

    algorithm: str
    digest: str

    def __post_init__(self) -> None:
        length = _DIGEST_LENGTHS.get(self.algorithm)
        if length is None or not re.fullmatch(f"[0-9a-f]{{{length}}}", self.digest):
            raise DownloadError(f"{self.digest!r} is no {self.algorithm} checksum; give another.")

    def fits(self, path: Path) -> bool:
        """Says whether a file has this checksum."""
        with path.open("rb") as file:
            content_hash = hashlib.file_digest(
                file, lambda: hashlib.new(self.algorithm, usedforsecurity=False)
            )
        return content_hash.hexdigest() == self.digest


@dataclass(frozen=True)
class RemoteFile:
    """A file on the internet, and the facts that identify it.

    Attributes:
        url: Its address; http or https.
        filename: Its name on disk, without any folder.
        checksum: Its checksum; None where its publisher states none.
        size: Its size in bytes, if known beforehand.

    Raises:
        DownloadError: The file name is not safe to write.
    """

    url: str
    filename: str
    checksum: Checksum | None = None
    size: int | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[^/\\:\x00-\x1f.][^/\\:\x00-\x1f]*", self.filename):
            raise DownloadError(
                f"The server calls a file {self.filename!r}, which is unsafe to write; refused."
            )

    @property
    def host(self) -> str:
        """The server's name, for messages."""
        try:
            return urlsplit(self.url).hostname or self.url
        except ValueError:  # such as http://[, which a server may well send
            return self.url

    def is_whole(self, path: Path) -> bool:
        """Says whether a file on disk is this one, by size and checksum where known."""
        if not path.is_file() or self.size not in {None, path.stat().st_size}:
            return False
        return self.checksum is None or self.checksum.fits(path)


def fetch(remote: RemoteFile, folder: Path, progress: Progress = lambda *_: None) -> Path:
    """Downloads a file, unless it is there; an interrupted download resumes where it stopped.

    The bytes are collected in ``FILENAME.partial``, which is renamed once the checksum fits.

    Args:
        remote: The file.
        folder: The folder for it, made as needed.
        progress: Called after each chunk.

    Returns:
        The file's path.

    Raises:
        DownloadError: The server cannot be reached, refuses, or stops midway; the file is not the
            expected one; or it cannot be written.
    """
    target = folder / remote.filename
    partial = target.with_name(target.name + ".partial")
    try:
        if remote.is_whole(target):
            return target
        folder.mkdir(parents=True, exist_ok=True)
        _download(remote, partial, progress)
        if not remote.is_whole(partial):
            partial.unlink()
            raise DownloadError(
                f"{remote.filename} from {remote.host} is not the file it should be: its checksum "
                "or size differs; it was removed, so run the command again."
            )
        partial.replace(target)
    except OSError as error:
        raise DownloadError(
            f"{target} cannot be written: {error.strerror or error}; make room or give another "
            "folder, and run the command again to go on."
        ) from error
    return target


def read_json(url: str) -> Any:
    """Reads a small JSON document from a server.

    Raises:
        DownloadError: The server cannot be reached or refuses, or its answer is no JSON.
    """
    remote = RemoteFile(url, "list of files")
    content = b""
    with _open_response(remote, {}) as response:
        for chunk in _read_chunks(response, remote):
            content += chunk
            if len(content) > MAX_JSON_BYTES:
                break
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DownloadError(
            f"{remote.host} did not answer with a list of files; check whether this network asks "
            "for a login, and run the command again."
        ) from error


def _download(remote: RemoteFile, partial: Path, progress: Progress) -> None:
    """Completes the partial file, without checking its content."""
    have = partial.stat().st_size if partial.is_file() else 0
    if have and have == remote.size:
        return
    with _open_response(remote, {"Range": f"bytes={have}-"} if have else {}) as response:
        if response.status_code == requests.codes.ok:
            have = 0  # the server does not resume, or was not asked to
        elif _range(response) == ("*", have):
            return  # there is nothing beyond what is on disk
        fits = response.status_code == requests.codes.ok or _range(response)[0] == have
        if fits:
            _receive(response, remote, partial, have, progress)
    if not fits:
        partial.unlink()
        _download(remote, partial, progress)


@contextmanager
def _open_response(remote: RemoteFile, headers: dict[str, str]) -> Iterator[requests.Response]:
    """Opens the server's response: 200, or 206 or 416 to a request for a range."""
    try:
        response = requests.get(
            remote.url, headers=_HEADERS | headers, stream=True, timeout=TIMEOUT_SECONDS
        )
    # What requests raises for another scheme or a malformed address is a ValueError too, but for
    # some addresses, and for those of redirects, urllib's bare ones come through.
    except ValueError as error:
        raise DownloadError(
            f"{remote.host} points to an address that is no valid http or https address; refused."
        ) from error
    except requests.exceptions.SSLError as error:
        raise DownloadError(
            f"{remote.host} shows no valid certificate; check this computer's clock and network."
        ) from error
    except requests.RequestException as error:
        raise DownloadError(
            f"{remote.host} cannot be reached; check the internet connection and run the command "
            "again."
        ) from error
    ranged = "Range" in headers
    with response:
        code = response.status_code
        if code != requests.codes.ok and not (ranged and code in {206, 416}):
            raise DownloadError(
                f"{remote.host} answered {code} {response.reason} when asked for "
                f"{remote.filename}; run the command again later."
            )
        yield response


def _range(response: requests.Response) -> tuple[int | str | None, int | None]:
    """Reads a Content-Range: its first byte (``*`` where there is none) and the whole size."""
    match = re.fullmatch(
        r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", "")
    )
    if not match:
        return None, None
    start, whole = match.groups()
    return "*" if start is None else int(start), None if whole == "*" else int(whole)


def _receive(
    response: requests.Response, remote: RemoteFile, partial: Path, have: int, progress: Progress
) -> None:
    """Writes a response's body to the partial file, up to the size it should have."""
    total = _total_size(response, remote, have)
    with partial.open("ab" if have else "wb") as file:
        for chunk in _read_chunks(response, remote):
            have += len(chunk)
            if total is not None and have > total:
                break
            file.write(chunk)
            progress(have, total or 0)
    if total is None or have == total:
        return
    if have > total:
        partial.unlink()
        raise DownloadError(
            f"{remote.host} sends more than the {total} bytes of {remote.filename}; refused."
        )
    raise _interruption(remote)


def _total_size(response: requests.Response, remote: RemoteFile, have: int) -> int | None:
    """Returns the size of the whole file, from the server or known beforehand."""
    length = response.headers.get("Content-Length", "")
    if not length.isdecimal() or "Content-Encoding" in response.headers:
        return remote.size
    total = have + int(length)
    if remote.size not in {None, total}:
        raise DownloadError(
            f"{remote.host} has {total} bytes where {remote.filename} should have {remote.size}; "
            "check whether this network asks for a login, and run the command again."
        )
    return total


def _read_chunks(response: requests.Response, remote: RemoteFile) -> Iterator[bytes]:
    """Reads the body in chunks; keeps its errors apart from those of the disk."""
    try:
        yield from response.iter_content(_CHUNK)
    except requests.RequestException as error:
        raise _interruption(remote) from error


def _interruption(remote: RemoteFile) -> DownloadError:
    """Makes the error of a connection that broke off."""
    return DownloadError(
        f"The connection to {remote.host} broke off before {remote.filename} was complete; run "
        "the command again to go on from there."
    )
