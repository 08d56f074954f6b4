"""The names that the lab answers to.

A page elsewhere can give its own name this machine's address after it was opened (DNS rebinding).
To a browser the lab then belongs to that page, which may read all of it. The browser still says the
page's name with every request, and Streamlit looks at it on websockets alone.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from facemask_ui.server import network

_REQUESTS = {"http", "websocket"}
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
"""A page that has one of these names was served by this machine itself."""
_REFUSAL = (
    "The lab does not answer to this name. Its operator can let it: "
    "--server.allowedHosts followed by the name."
)


class HostGuard:
    """Refuses requests to a name that is neither this machine's nor in ``server.allowedHosts``."""

    def __init__(self, app: ASGIApp) -> None:
        """Stands before an application.

        Args:
            app: Streamlit's.
        """
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what asks for the lab by a name of its own."""
        host = Headers(scope=scope).get("host") if scope["type"] in _REQUESTS else "localhost"
        if is_own_name(host):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(code=1008)(scope, receive, send)
        else:
            refusal = PlainTextResponse(f"{_REFUSAL}\n", status_code=403)
            await refusal(scope, receive, send)


def is_own_name(host: str | None) -> bool:
    """Returns whether the lab may be asked for by a name.

    Args:
        host: The request's ``Host`` header, with or without a port.
    """
    return network.is_host_allowed(host) or _read_name(host or "") in THIS_MACHINE


def _read_name(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and "@" not in host else None
