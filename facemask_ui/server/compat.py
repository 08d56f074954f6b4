"""Private interfaces of Streamlit and uvicorn that the server needs, each with its reason.

A new version may change any of them without notice; ``tests/ui/server/test_compat.py`` fails if one
does.
"""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Collection, MutableMapping, Sequence
from typing import Any, Protocol

from streamlit import runtime
from streamlit.runtime.scriptrunner_utils import script_run_context
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_PEER = "facemask.peer"


class Storage(Protocol):
    """Where Streamlit puts the sessions of closed tabs, each by an information that holds it."""

    def get(self, session_id: str) -> Any:
        """Gets a session for a tab that comes back; None if it is gone."""

    def save(self, session_info: Any) -> None:
        """Takes a session whose tab has closed."""

    def delete(self, session_id: str) -> None:
        """Drops a session whose tab has come back, or that is ended."""

    def list(self) -> Sequence[Any]:
        """Lists the sessions."""


def keep_peer_address() -> None:
    """Keeps a connection's own address, which uvicorn replaces by what a header says.

    Uvicorn believes ``X-Forwarded-For`` of every program on this machine, and Streamlit has no
    setting against it.
    """
    if hasattr(ProxyHeadersMiddleware.__call__, "__wrapped__"):
        return
    original = ProxyHeadersMiddleware.__call__

    @functools.wraps(original)
    async def call(self: Any, scope: Any, receive: Any, send: Any) -> None:
        scope[_PEER] = scope.get("client")
        await original(self, scope, receive, send)

    ProxyHeadersMiddleware.__call__ = call  # type: ignore[method-assign]


def read_peer(scope: MutableMapping[str, Any]) -> tuple[str, int]:
    """Reads a connection's own address and port, before any header.

    An operator who says by uvicorn's own variable which proxies to believe is obeyed.

    Args:
        scope: Of the request or websocket.
    """
    client = scope.get("client")
    if "FORWARDED_ALLOW_IPS" not in os.environ:
        client = scope.get(_PEER) or client
    return (str(client[0]), int(client[1])) if client else ("", 0)


def hush_threads_without_a_page() -> None:
    """Keeps Streamlit from a line of log for each cached call of a thread that runs no page.

    The lab computes in such threads on purpose, and the lines would push the code of a class out
    of its teacher's terminal.
    """
    logging.getLogger(script_run_context.__name__).setLevel(logging.ERROR)


def replace_storage(storage: Storage) -> None:
    """Puts the lab's storage of closed tabs in the place of Streamlit's.

    Streamlit's has a time limit that it looks at only when another tab closes, and forgets a
    session without ending it.
    """
    manager: Any = runtime.get_instance()._session_mgr
    manager._session_storage = storage


def list_sessions() -> set[str]:
    """Lists the ids of all sessions that have a tab or may get theirs back."""
    return {str(info.session.id) for info in runtime.get_instance()._session_mgr.list_sessions()}


def sweep_media(sessions: Collection[str]) -> bool:
    """Drops the references to media files of sessions that are over.

    A run that outlives its session adds some.

    Args:
        sessions: The ids of those that are not over.

    Returns:
        Whether there were any.
    """
    manager = runtime.get_instance().media_file_mgr
    over = [key for key in list(manager._files_by_session_and_coord) if key not in sessions]
    for key in over:
        manager.clear_session_refs(key)
    return bool(over)


def remove_unreferenced_media() -> None:
    """Removes media files that no session refers to; a download goes at the second time."""
    runtime.get_instance().media_file_mgr.remove_orphaned_files()


class UploadStore:
    """Streamlit's store of uploads, in which a page finds what its visitor has sent."""

    def __init__(self) -> None:
        """Takes the running server's."""
        self._manager: Any = runtime.get_instance().uploaded_file_mgr

    def watch(
        self, on_urls: Callable[[str, list[str]], None], may_keep: Callable[[str], bool]
    ) -> None:
        """Watches which addresses a page is given, and what is put there.

        Args:
            on_urls: Told a session's id and the ids of files that it may send.
            may_keep: Tells whether a session is there; what came too late for it is dropped.
        """
        manager = self._manager
        get_urls, add = manager.get_upload_urls, manager.add_file

        def get_upload_urls(session_id: str, file_names: Any) -> Any:
            urls = get_urls(session_id, file_names)
            on_urls(session_id, [url.file_id for url in urls])
            return urls

        def add_file(session_id: str, file: Any) -> None:
            add(session_id=session_id, file=file)
            if not may_keep(session_id):
                manager.remove_session_files(session_id)

        manager.get_upload_urls, manager.add_file = get_upload_urls, add_file

    def measure(self) -> dict[str, dict[str, int]]:
        """Measures the bytes that it holds, by session and file."""
        with self._manager._lock:
            return {
                session: {key: len(file.data) for key, file in files.items()}
                for session, files in self._manager.file_storage.items()
            }

    def remove(self, session: str) -> None:
        """Removes all files of a session.

        Args:
            session: Its id.
        """
        self._manager.remove_session_files(session)
