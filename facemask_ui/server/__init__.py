"""The web server around the pages: what it does before Streamlit hears of a request.

Streamlit's supported hooks are used: ``app.py`` holds an ``st.App``, whose middleware sees every
request and websocket first, and whose lifespan begins before the first visitor comes.
"""

from facemask_ui.server.compat import keep_peer_address
from facemask_ui.server.lifespan import lifespan
from facemask_ui.server.middleware import build_middleware
from facemask_ui.server.routes import build_routes

__all__ = ["build_middleware", "build_routes", "keep_peer_address", "lifespan"]
