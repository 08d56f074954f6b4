"""Private interfaces of Streamlit and uvicorn about connections, each with its reason.

A new version may change any of them without notice; ``tests/ui/server/test_network.py`` fails if
one does.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from streamlit import config, net_util
from streamlit.web.server.starlette import starlette_app_utils, starlette_websocket
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME
from uvicorn.protocols.http.auto import AutoHTTPProtocol

XSRF_COOKIE: str = XSRF_COOKIE_NAME
"""The cookie that has to say the same as a header of every upload."""


def stay_offline() -> None:
    """Keeps Streamlit from asking other hosts for this machine's address.

    It does so, in the event loop, whenever a page from elsewhere tries to open a websocket: every
    visitor waits meanwhile, 20 seconds where there is no network. Such a page is refused the sooner
    if the address is not known.
    """
    for name in ("get_external_ip", "get_internal_ip"):
        if not callable(getattr(net_util, name, None)):
            raise AttributeError(f"Streamlit's net_util has no {name}")
        setattr(net_util, name, lambda: None)


def allow_hosts(names: Iterable[str]) -> None:
    """Adds names to Streamlit's setting ``server.allowedHosts``, whatever the operator set it to.

    Args:
        names: Names and addresses of this machine.
    """
    allowed = list(config.get_option("server.allowedHosts"))
    if allowed:  # an empty list lets every name in
        config.set_option("server.allowedHosts", [*allowed, *names])


def is_host_allowed(host: str | None) -> bool:
    """Returns whether Streamlit's setting ``server.allowedHosts`` has a name.

    Streamlit asks this for websockets; the lab asks it for every request.

    Args:
        host: The request's ``Host`` header, with or without a port.
    """
    return starlette_websocket.is_host_allowed(host)


def make_xsrf_token() -> str:
    """Makes a token for an upload, which Streamlit wants in a cookie and in a header alike."""
    return starlette_app_utils.generate_xsrf_token_string()


def end_half_sent_requests(seconds: float) -> None:
    """Closes connections on which a request begins and never comes to its body.

    The server under Streamlit has no such limit: it ends a connection on which nothing comes after
    an answer, and waits without end for a first request, or for the rest of any.

    Args:
        seconds: How long the lines before a body may take.
    """
    protocol: Any = AutoHTTPProtocol
    if hasattr(protocol.connection_made, "__wrapped__"):
        return
    connect, finish = protocol.connection_made, protocol.on_response_complete

    def close_if_unchanged(connection: Any, request: Any) -> None:
        transport = connection.transport
        waits = request is None or request.response_complete
        if waits and connection.cycle is request and transport.get_protocol() is connection:
            transport.close()

    def watch(connection: Any) -> None:
        wait = seconds + connection.timeout_keep_alive
        connection.loop.call_later(wait, close_if_unchanged, connection, connection.cycle)

    @functools.wraps(connect)
    def connection_made(connection: Any, transport: Any) -> None:
        connect(connection, transport)
        watch(connection)

    def on_response_complete(connection: Any) -> None:
        finish(connection)
        watch(connection)

    protocol.connection_made = connection_made
    protocol.on_response_complete = on_response_complete
