"""Files from the internet: resumed where they stopped, checked, and in place only when whole."""

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
    """What a file's content has to hash to.

    Attributes:
        algorithm: ``sha256``, or ``md5`` where a publisher gives no better: it tells damage, not
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
        """Tells whether a file has this checksum."""
        with path.open("rb") as file:
            found = hashlib.file_digest(
                file, lambda: hashlib.new(self.algorithm, usedforsecurity=False)
            )
        return found.hexdigest() == self.digest


@dataclass(frozen=True)
class RemoteFile:
    """A file on the internet, and how to know it.

    Attributes:
        url: Where it lies; http or https.
        filename: Its name on disk, without any folder.
        checksum: What it has to hash to; None where its publisher states none.
        size: Its size in bytes, where it is known beforehand.

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
        """Tells whether a file on disk is this one, by all that is known of it."""
        if not path.is_file() or self.size not in {None, path.stat().st_size}:
            return False
        return self.checksum is None or self.checksum.fits(path)


def fetch(remote: RemoteFile, folder: Path, progress: Progress = lambda *_: None) -> Path:
    """Downloads a file, unless it is there; an interrupted download goes on where it stopped.

    The bytes gather in ``FILENAME.partial``, which is renamed once the checksum fits.

    Args:
        remote: The file.
        folder: Where it goes, made as needed.
        progress: Called after each piece.

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
    """Asks a server for a small JSON document.

    Raises:
        DownloadError: The server cannot be reached or refuses, or its answer is no JSON.
    """
    remote = RemoteFile(url, "list of files")
    content = b""
    with _answer(remote, {}) as response:
        for chunk in _pieces(response, remote):
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
    """Completes the partial file; what is on disk may still be the wrong bytes afterwards."""
    have = partial.stat().st_size if partial.is_file() else 0
    if have and have == remote.size:
        return
    with _answer(remote, {"Range": f"bytes={have}-"} if have else {}) as response:
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
def _answer(remote: RemoteFile, headers: dict[str, str]) -> Iterator[requests.Response]:
    """Opens the server's answer: 200, or 206 or 416 where a range was asked for."""
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
    """The first byte of a Content-Range (``*`` where it satisfies none) and the whole size."""
    found = re.fullmatch(
        r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", response.headers.get("Content-Range", "")
    )
    if not found:
        return None, None
    start, whole = found.groups()
    return "*" if start is None else int(start), None if whole == "*" else int(whole)


def _receive(
    response: requests.Response, remote: RemoteFile, partial: Path, have: int, progress: Progress
) -> None:
    total = _announced(response, remote, have)
    with partial.open("ab" if have else "wb") as file:
        for chunk in _pieces(response, remote):
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
    raise _cut_short(remote)


def _announced(response: requests.Response, remote: RemoteFile, have: int) -> int | None:
    """The size of the whole file, from the server or known beforehand."""
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


def _pieces(response: requests.Response, remote: RemoteFile) -> Iterator[bytes]:
    """Reads the body; keeps its errors apart from those of the disk."""
    try:
        yield from response.iter_content(_CHUNK)
    except requests.RequestException as error:
        raise _cut_short(remote) from error


def _cut_short(remote: RemoteFile) -> DownloadError:
    return DownloadError(
        f"The connection to {remote.host} broke off before {remote.filename} was complete; run "
        "the command again to go on from there."
    )
