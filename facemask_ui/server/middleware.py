"""The middleware before Streamlit's own, outermost first: one line for each."""

from __future__ import annotations

from starlette.middleware import Middleware

from facemask_ui.server.addresses import AddressFilter
from facemask_ui.server.client_address import ClientAddress
from facemask_ui.server.framed_uploads import FramedUploads
from facemask_ui.server.hosts import HostGuard
from facemask_ui.server.messages import MessageFilter
from facemask_ui.server.slow_requests import SlowRequests
from facemask_ui.server.uploads import UploadLedger, UploadLimits
from facemask_ui.server.visitor_limit import VisitorLimit

UPLOADS = UploadLedger()
"""The uploads of this process's server; its lifespan begins to watch them."""


def build_middleware() -> list[Middleware]:
    """Builds what every request and websocket passes, outermost first."""
    return [
        Middleware(ClientAddress),
        Middleware(HostGuard),
        Middleware(AddressFilter),
        Middleware(VisitorLimit),
        Middleware(SlowRequests),
        Middleware(FramedUploads),
        Middleware(UploadLimits, ledger=UPLOADS),
        Middleware(MessageFilter),
    ]
