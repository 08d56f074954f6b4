"""Middleware before uploads: only what a page asked for is taken, and only so much of it.

Bytes are counted as they arrive, whatever a request says of its length. What is refused is let go
at once, and so is all that arrived of it.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from facemask_core.errors import ModeError
from facemask_ui.base import mode
from facemask_ui.server import compat
from facemask_ui.server.client_address import read_group

_MIB = 2**20
_ROUTE = "/_stcore/upload_file/"
_FRAMING = 64 * 1024
"""Bytes that a browser sends around a file."""
_MOST_IDS = 100
"""A page asks for a few at a time; of more the first are forgotten."""
UNASKED = (
    "No page of the lab asked for this file, or the page is closed by now; load the page again and "
    "choose the file there."
)
TOO_LARGE = (
    "The file is larger than {most} MB, which is the most the lab takes; send a smaller one."
)
FULL_SESSION = (
    "Your files take {most} MB here, which is all that one tab may have; remove one of them first."
)
FULL_ADDRESS = (
    "Files from your network's address take {most} MB here, all that one address may have; "
    "remove one of them, or try again when somebody has closed their tab."
)
FULL = "The lab holds as many files as this server can; try again in a few minutes."


@dataclass(eq=False)
class _Upload:
    """A file that is arriving, or has arrived.

    Attributes:
        group: The address it comes from.
        arrived: Bytes so far.
    """

    session: str
    group: str
    arrived: int = 0


class UploadLedger:
    """What pages asked for, what is arriving, and what is there. Threads may share it."""

    def __init__(self) -> None:
        """Begins empty."""
        self._lock = threading.Lock()
        self._store: compat.UploadStore | None = None
        self._ids: dict[str, OrderedDict[str, str]] = {}
        """Of each session the files that it may send, and from where each came."""
        self._arriving: list[_Upload] = []

    def watch(self, store: compat.UploadStore) -> None:
        """Begins to watch a server's uploads.

        Args:
            store: The uploads.
        """
        self._store = store
        store.watch(self._note_ids, lambda session: session in compat.list_sessions())

    def _note_ids(self, session: str, ids: Iterable[str]) -> None:
        with self._lock:
            known = self._ids.setdefault(session, OrderedDict())
            known.update(dict.fromkeys(ids, ""))
            while len(known) > _MOST_IDS:
                known.popitem(last=False)

    def begin(self, session: str, file: str, group: str) -> _Upload:
        """Begins an upload.

        Args:
            session: The session's id, as the request has it.
            file: The file's.
            group: The address it comes from.

        Raises:
            HTTPException: No page asked for it.
        """
        sessions = compat.list_sessions()
        with self._lock:
            for over in self._ids.keys() - sessions:
                del self._ids[over]
            if file not in self._ids.get(session, {}):
                raise HTTPException(403, UNASKED)
            self._ids[session][file] = group
            upload = _Upload(session, group)
            self._arriving.append(upload)
            return upload

    def end(self, upload: _Upload) -> None:
        """Ends an upload; what arrived is in the store by now, or is let go."""
        with self._lock:
            self._arriving.remove(upload)

    def check(self, upload: _Upload, *, more: int) -> None:
        """Refuses bytes for which there is no room.

        Args:
            upload: The upload they belong to.
            more: How many they are.

        Raises:
            HTTPException: They are too many, with the sentence for the visitor.
        """
        largest = int(st.get_option("server.maxUploadSize"))
        if upload.arrived + more > largest * _MIB + _FRAMING:
            raise HTTPException(413, TOO_LARGE.format(most=largest))
        limits = _read_limits()
        sessions, groups = self._count()
        rules = (
            (limits.uploads_session, sessions[upload.session], 429, FULL_SESSION),
            (limits.uploads_each, groups[upload.group], 429, FULL_ADDRESS),
            (limits.uploads, sessions.total(), 503, FULL),
        )
        for most, held, status, sentence in rules:
            if most is not None and held + more > most * _MIB + _FRAMING:
                raise HTTPException(status, sentence.format(most=most))

    def _count(self) -> tuple[Counter[str], Counter[str]]:
        """Counts the bytes that are there or arriving, by session and by address."""
        sessions: Counter[str] = Counter()
        groups: Counter[str] = Counter()
        files = {} if self._store is None else self._store.measure()
        with self._lock:
            for session, sizes in files.items():
                sessions[session] += sum(sizes.values())
                known = self._ids.get(session, OrderedDict())
                for key, size in sizes.items():
                    groups[known.get(key, "")] += size
            for upload in self._arriving:
                sessions[upload.session] += upload.arrived
                groups[upload.group] += upload.arrived
        return sessions, groups


def _read_limits() -> mode.Mode:
    try:
        return mode.read_mode()
    except ModeError:
        return mode.Mode()  # every page says so, and takes no file


class UploadLimits:
    """Lets uploads through to Streamlit, byte by byte."""

    def __init__(self, app: ASGIApp, ledger: UploadLedger) -> None:
        """Stands before an application.

        Args:
            app: The application.
            ledger: Where uploads are counted.
        """
        self._app = app
        self._ledger = ledger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on; of an upload no more than there is room for."""
        names = _parse_path(scope)
        if names is None:
            await self._app(scope, receive, send)
            return
        try:
            upload = self._ledger.begin(*names, read_group(scope))
        except HTTPException as refusal:
            await _respond(refusal, scope, receive, send)
            return

        async def receive_counted() -> Message:
            message = await receive()
            size = len(message.get("body", b""))
            self._ledger.check(upload, more=size)
            upload.arrived += size
            return message

        try:
            self._ledger.check(upload, more=_read_length(scope))
            await self._app(scope, receive_counted, send)
        except HTTPException as refusal:
            await _respond(refusal, scope, receive, send)
        finally:
            self._ledger.end(upload)


async def _respond(refusal: HTTPException, scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(refusal.detail, refusal.status_code)(scope, receive, send)


def _parse_path(scope: Scope) -> tuple[str, str] | None:
    """Parses the ids of a session and a file out of an upload's path."""
    if scope["type"] != "http" or scope["method"] != "PUT":
        return None
    _, found, rest = scope["path"].partition(_ROUTE)
    session, _, file = rest.partition("/")
    return (session, file) if found else None


def _read_length(scope: Scope) -> int:
    """Reads how long a request says it is; 0 if it does not say."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(length) if length.isdigit() else 0
