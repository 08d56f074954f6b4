"""Uploads from a page that another site shows in a frame.

Against forged requests Streamlit wants a cookie and a header that say the same. Within a frame of
another site browsers keep the cookie back, so nothing could be uploaded there. But they say with
every upload which page sends it, and no page can change that: an upload that the lab's own page
sends is not forged, with the cookie or without.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from facemask_ui.server import network

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class FramedUploads:
    """Vouches for uploads of the lab's own page whose cookie the browser kept back."""

    def __init__(self, app: ASGIApp) -> None:
        """Stands before an application.

        Args:
            app: Streamlit's.
        """
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on every request, one of the lab's own page with a token."""
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            headers = MutableHeaders(raw=list(scope["headers"]))
            cookies = headers.get("cookie", "")
            if _is_own_page(headers) and network.XSRF_COOKIE not in cookie_parser(cookies):
                token = network.make_xsrf_token()
                cookie = f"{network.XSRF_COOKIE}={token}"
                headers["cookie"] = f"{cookies}; {cookie}" if cookies else cookie
                headers["x-xsrftoken"] = token
                scope = {**scope, "headers": headers.raw}
        await self._app(scope, receive, send)


def _is_own_page(headers: MutableHeaders) -> bool:
    try:
        origin = urlsplit(headers.get("origin", ""))
    except ValueError:
        return False
    return origin.scheme in {"http", "https"} and origin.netloc == headers.get("host")
