"""Keeps uploads in memory, as the privacy sentence on every page promises.

Streamlit's server parses an upload with Starlette, which moves any file above 1 MB to a temporary
file on disk while it arrives. The bound below lies above the largest upload the lab accepts.
"""

from __future__ import annotations

import streamlit as st
from starlette.formparsers import MultiPartParser


def keep_in_memory() -> None:
    """Raises the size from which an upload would touch the disk above the upload limit."""
    limit = int(st.get_option("server.maxUploadSize")) + 1
    MultiPartParser.spool_max_size = limit * 2**20
