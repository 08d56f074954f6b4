"""No line of the log leads to another visitor's session."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from streamlit.runtime import websocket_session_manager

from facemask_ui.server import log_lines

SESSION = "0f3b2c1d-6a5e-4f70-8b9a-1c2d3e4f5a6b"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    factory = logging.getLogRecordFactory()
    log_lines.hide_sessions()
    # Streamlit's loggers have handlers of their own and tell no other.
    logger = websocket_session_manager._LOGGER
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)
    logging.setLogRecordFactory(factory)


def test_a_visitor_who_comes_back_is_not_named(lines: pytest.LogCaptureFixture) -> None:
    """Streamlit warns with the whole id where a session has a tab already."""
    websocket_session_manager._LOGGER.warning("Session with id %s is already connected!", SESSION)
    assert lines.messages == ["Session with id [session] is already connected!"]


@pytest.mark.usefixtures("lines")
def test_other_programs_lines_are_as_they_were() -> None:
    record = logging.getLogRecordFactory()(
        "facemask_ui", logging.INFO, "", 1, f"{SESSION} %s", ("a",), None
    )
    assert record.getMessage() == f"{SESSION} a"
