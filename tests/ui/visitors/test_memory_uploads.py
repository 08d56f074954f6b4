"""An upload never touches the disk on its way in."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest
from starlette.formparsers import MultiPartParser
from starlette.requests import Request

from facemask_ui.visitors import memory_uploads


def _parse(body: bytes) -> bytes:
    async def receive() -> dict:
        return {"type": "http.request", "body": body, "more_body": False}

    async def form() -> bytes:
        headers = [(b"content-type", b"multipart/form-data; boundary=edge")]
        request = Request({"type": "http", "method": "PUT", "headers": headers}, receive)
        async with request.form() as parts:
            return await parts["file"].read()

    return asyncio.run(form())


@pytest.mark.parametrize("megabytes", [2, 21])
def test_a_large_upload_stays_in_memory(
    megabytes: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """There is nowhere to write, so a file moved to disk would raise."""
    content = bytes(megabytes * 2**20)
    disposition = b'Content-Disposition: form-data; name="file"; filename="face.png"'
    body = b"--edge\r\n" + disposition + b"\r\n\r\n" + content + b"\r\n--edge--\r\n"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 2**20)
    with pytest.raises(FileNotFoundError):
        _parse(body)
    memory_uploads.keep_in_memory()
    assert _parse(body) == content
