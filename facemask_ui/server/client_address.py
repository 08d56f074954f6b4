"""Middleware that settles where each request comes from, for all that stands behind it."""

from __future__ import annotations

import logging
from contextlib import suppress

from starlette.types import ASGIApp, Receive, Scope, Send

from facemask_core.errors import ModeError
from facemask_ui.base import address, mode
from facemask_ui.server import compat

_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})
"""Headers by which a proxy says that it asks for another."""

_log = logging.getLogger(__name__)


class ClientAddress:
    """Puts the address that limits go by in place of the connection's own."""

    def __init__(self, app: ASGIApp) -> None:
        """Stands before an application.

        Args:
            app: The application.
        """
        self._app = app
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on with its address."""
        if scope["type"] in {"http", "websocket"}:
            peer, port = compat.read_peer(scope)
            with suppress(ModeError):  # every page says so
                peer = address.find_address(peer, scope["headers"])
                self._warn_of_proxy(scope)
            scope["client"] = (peer, port)
        await self._app(scope, receive, send)

    def _warn_of_proxy(self, scope: Scope) -> None:
        """Tells the operator, once, that all visitors may count as one address."""
        headers = {name for name, _ in scope["headers"]}
        if self._warned or b"x-forwarded-for" not in headers or address.read_proxy():
            return
        self._warned = True
        if mode.read_mode().shares_by_address:
            _log.warning(
                "A request came with X-Forwarded-For. If a proxy of yours wrote that, all visitors "
                "behind it count as one address: set %s=X-Forwarded-For.",
                address.HEADER_VARIABLE,
            )


def comes_from_developer(scope: Scope) -> bool:
    """Tells whether a request may be that of the app's developer, at the server itself.

    In the mode ``local`` a lab may listen to a whole network, too, and stand behind a proxy.

    Args:
        scope: Of a request that has passed :class:`ClientAddress`.
    """
    client = scope.get("client")
    forwarded = any(name in _FORWARDED for name, _ in scope["headers"])
    here = client is not None and address.is_this_machine(str(client[0])) and not forwarded
    return here and mode.serves_developers()


def read_group(scope: Scope) -> str:
    """Reads the network that a request comes from and that limits go by.

    Args:
        scope: Of a request that has passed :class:`ClientAddress`.
    """
    client = scope.get("client")
    return address.group_address(str(client[0])) if client else ""
