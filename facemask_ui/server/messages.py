"""What a visitor's browser may send over its websocket.

Streamlit's protocol also has messages for the developer of an app: one empties the caches of all
visitors, others tell the state of the git repository or write files beside the app. Streamlit
answers them to anyone. The browser of a lab's visitor sends none of them, so they end here, but for
those of a browser on the server itself in the mode ``local``.
"""

from __future__ import annotations

import logging

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from facemask_ui.server.client_address import comes_from_developer

_log = logging.getLogger(__name__)
ALLOWED = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
"""Messages of the lab's pages: choosing and clicking, leaving, uploading, staying."""
ALLOWED_OPERATIONS = frozenset({"dataframe_chunk"})
"""Operations without a run of the page: further rows of a long table."""


class MessageFilter:
    """Keeps messages that no visitor of the lab needs from Streamlit."""

    def __init__(self, app: ASGIApp) -> None:
        """Stands before an application.

        Args:
            app: Streamlit's.
        """
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes everything on but the messages of a websocket that are not allowed."""
        if scope["type"] != "websocket" or comes_from_developer(scope):
            await self._app(scope, receive, send)
            return
        refused: set[str] = set()

        async def receive_allowed() -> Message:
            while True:
                event = await receive()
                name = _name(event)
                if is_allowed(name):
                    return event
                if name not in refused:  # once a connection: a flood must not fill the log
                    refused.add(name)
                    _log.warning("Refused a message that visitors do not send: %s", name)

        await self._app(scope, receive_allowed, send)


def is_allowed(name: str) -> bool:
    """Returns whether visitors may send a message.

    Args:
        name: Its field in the protocol, with an operation's own after a dot; empty for what is no
            message of the protocol, which Streamlit refuses by itself.
    """
    message, _, operation = name.partition(".")
    if message == "backend_operation_request":
        return operation in ALLOWED_OPERATIONS
    return message in ALLOWED or not message


def _name(event: Message) -> str:
    data = event.get("bytes") if event["type"] == "websocket.receive" else None
    if not data:
        return ""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return ""
    name = message.WhichOneof("type") or ""
    if name == "backend_operation_request":
        return f"{name}.{message.backend_operation_request.WhichOneof('payload') or ''}"
    return name
