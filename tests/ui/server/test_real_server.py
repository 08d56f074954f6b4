"""The limits on a server as it is started: tabs, uploads, and how long a tab may come back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from websocket_client import Tab, put_file, refusal

from benchmarks.served import Server
from facemask_ui.server import uploads
from facemask_ui.server.closed_tabs import BACK_SECONDS
from facemask_ui.server.visitor_limit import FULL_ADDRESS

pytestmark = pytest.mark.slow
MIB = 2**20


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = {
        "FACEMASK_MODE": "public",
        "FACEMASK_VISITORS_EACH": "4",
        "FACEMASK_UPLOADS_EACH": "8",
    }
    server = Server(tmp_path_factory.mktemp("home"), **settings)
    yield server.address
    server.stop()


def _open(address: str, session: str = "") -> Tab:
    """Opens a tab and has a page drawn, so that the tab knows its session."""
    tab = Tab(address, session)
    tab.rerun("Learn")
    tab.wait_for("new_session")
    return tab


def test_a_fifth_tab_of_an_address_is_refused_with_a_sentence(address: str) -> None:
    tabs = [Tab(address) for _ in range(4)]
    refused = (429, FULL_ADDRESS.format(most=4))
    assert refusal(address) == refused
    assert refusal(address, headers={"X-Forwarded-For": "198.51.100.7"}) == refused
    assert refusal(address, source="127.0.0.2") == (101, "")
    for tab in tabs:
        tab.socket.close()
    time.sleep(1)
    assert refusal(address) == (101, "")


def test_files_are_taken_where_a_page_asked_and_as_many_as_an_address_may_have(
    address: str,
) -> None:
    with _open(address) as tab:
        invented = f"/_stcore/upload_file/{tab.session}/00000000-0000-0000-0000-000000000000"
        assert put_file(address, invented, b"a face") == (403, uploads.UNASKED)
        paths = tab.ask_for_uploads(*(f"{number}.png" for number in range(12)))
        answers = [put_file(address, path, bytes(MIB)) for path in paths]
    full = uploads.FULL_ADDRESS.format(most=8)
    assert answers == [(204, "")] * 8 + [(429, full)] * 4


def test_a_tab_comes_back_within_the_time(address: str) -> None:
    """That it is another after it, is tried by the clock in test_closed_tabs."""
    tab = _open(address)
    tab.socket.close()
    time.sleep(BACK_SECONDS / 4)
    with _open(address, tab.session) as again:
        assert again.session == tab.session
