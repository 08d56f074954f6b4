"""The lab: ``streamlit run app.py`` imports this file as a server, and runs it as the home page."""

import streamlit as st

from facemask_ui import server
from facemask_ui.page import home

if __name__ == "__main__":  # as Streamlit runs every page, anew at each click
    home.show()
else:
    server.keep_peer_address()
    app = st.App(
        __file__,
        routes=server.build_routes(),
        middleware=server.build_middleware(),
        lifespan=server.lifespan,
    )
