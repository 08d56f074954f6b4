"""A small web server on this machine that serves files well, or badly in every known way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What is served and how.

    Attributes:
        files: Content by path, such as ``/a.zip``.
        redirects: Addresses by path.
        statuses: Status codes to answer by path, in place of the file.
        resumes: Whether Range is heeded.
        range_shift: Added to the first byte that a resumed answer claims.
        announces: Whether the length is told.
        cut_after: Bytes after which the connection is closed, once.
        stall_after: Bytes after which nothing more comes until the server stops.
        asked: (path, Range header) of every request so far.
    """

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    resumes: bool = True
    range_shift: int = 0
    announces: bool = True
    cut_after: int | None = None
    stall_after: int | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving() -> Iterator[FileServer]:
    """Runs a server on a free port of 127.0.0.1."""
    state = FileServer()

    class Handler(_Handler):
        server_state = state

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        state.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server_state: FileServer

    def log_message(self, *_: object) -> None:
        """Keeps the tests' output clean."""

    def do_GET(self) -> None:
        state = self.server_state
        wanted = self.headers.get("Range")
        state.asked.append((self.path, wanted))
        if self.path in state.redirects:
            self.send_response(302)
            self.send_header("Location", state.redirects[self.path])
            self.end_headers()
        elif self.path in state.statuses:
            self.send_error(state.statuses[self.path])
        elif self.path not in state.files:
            self.send_error(404)
        else:
            self._serve(state.files[self.path], wanted if state.resumes else None)

    def _serve(self, content: bytes, wanted: str | None) -> None:
        state = self.server_state
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if start and start >= len(content):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(content)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = content[start:]
        self.send_response(206 if start else 200)
        if start:
            claimed = start + state.range_shift
            last = len(content) - 1
            self.send_header("Content-Range", f"bytes {claimed}-{last}/{len(content)}")
        if state.announces:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._write(body)

    def _write(self, body: bytes) -> None:
        state = self.server_state
        if state.cut_after is not None:
            body, state.cut_after = body[: state.cut_after], None
        if state.stall_after is not None:
            self.wfile.write(body[: state.stall_after])
            self.wfile.flush()
            state.stopping.wait(60)
            return
        self.wfile.write(body)
