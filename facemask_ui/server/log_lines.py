"""Log lines of Streamlit's without the ids of sessions.

The id of a session is all that its visitor's browser needs to come back to it, pictures included,
and so does not belong in a log.
"""

from __future__ import annotations

import logging
import re

_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)


class _SessionlessRecord(logging.LogRecord):
    """A record of Streamlit's whose message names no session."""

    def getMessage(self) -> str:  # noqa: N802  (the library's name)
        message = super().getMessage()
        return _ID.sub("[session]", message) if self.name.startswith("streamlit") else message


def hide_sessions() -> None:
    """Hides the ids of sessions in what Streamlit logs from now on, in every format."""
    logging.setLogRecordFactory(_SessionlessRecord)
