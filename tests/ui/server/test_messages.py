"""Of Streamlit's protocol, visitors may use what a lab's page uses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgi_exchange import scope
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg

from facemask_ui.server.messages import MessageFilter

MESSAGES = {
    "rerun_script": True,
    "stop_script": True,
    "file_urls_request": True,
    "app_heartbeat": True,
    "clear_cache": False,
    "load_git_info": False,
    "set_run_on_save": False,
    "debug_disconnect_websocket": False,
    "debug_shutdown_runtime": False,
}
"""Whether a visitor may send it; ``backend_operation_request`` depends on what it asks for."""
OPERATIONS = {
    "dataframe_chunk": True,
    "deferred_file": False,
    "install_skills": False,
    "dismiss_skills_nudge": False,
}


def _message(name: str) -> bytes:
    message = BackMsg()
    if name in OPERATIONS:
        getattr(message.backend_operation_request, name).SetInParent()
    elif BackMsg.DESCRIPTOR.fields_by_name[name].message_type is None:
        setattr(message, name, True)
    else:
        getattr(message, name).SetInParent()
    return message.SerializeToString()


def _pass(
    events: list[dict[str, Any]], address: str = "127.0.0.1", **headers: str
) -> list[dict[str, Any]]:
    """What an application behind the filter receives."""
    came: list[dict[str, Any]] = []
    rest = iter([*events, {"type": "websocket.disconnect"}])

    async def receive() -> dict[str, Any]:
        return next(rest)

    async def send(_event: Any) -> None:
        pytest.fail("the filter sends nothing of its own")

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        while (event := await receive())["type"] != "websocket.disconnect":
            came.append(event)

    asyncio.run(MessageFilter(app)(scope(address=address, **headers), receive, send))
    return came


def _receive(data: bytes) -> dict[str, Any]:
    return {"type": "websocket.receive", "bytes": data}


def test_every_message_of_the_protocol_is_known() -> None:
    """A new version of Streamlit may bring more, which are refused until someone looks at them."""
    fields = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert fields == {*MESSAGES, "backend_operation_request"}
    payloads = BackendOperationRequest.DESCRIPTOR.oneofs_by_name["payload"].fields
    assert {field.name for field in payloads} == OPERATIONS.keys()


@pytest.mark.parametrize(("name", "allowed"), [*MESSAGES.items(), *OPERATIONS.items()])
@pytest.mark.parametrize("mode", ["classroom", "public", "misspelt"])
def test_visitors_send_what_pages_need_and_nothing_else(
    name: str, allowed: bool, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACEMASK_MODE", mode)
    event, last = _receive(_message(name)), _receive(_message("app_heartbeat"))
    assert _pass([event, last]) == ([event, last] if allowed else [last])


def test_the_last_message_of_a_frame_counts_as_it_does_for_streamlit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FACEMASK_MODE", "public")
    assert not _pass([_receive(_message("rerun_script") + _message("clear_cache"))])


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_on_ones_own_machine_everything_passes(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FACEMASK_MODE", raising=False)
    event = _receive(_message("clear_cache"))
    assert _pass([event], address) == [event]


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("fe80::1%eth0", {}),
        ("", {}),
        ("127.0.0.1", {"x_forwarded_for": "192.0.2.7"}),
        ("127.0.0.1", {"forwarded": "for=192.0.2.7"}),
        ("::1", {"x_real_ip": "192.0.2.7"}),
    ],
)
def test_a_lab_of_ones_own_that_others_reach_obeys_none_of_them(
    address: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FACEMASK_MODE", raising=False)
    events = [_receive(_message("clear_cache")), _receive(_message("rerun_script"))]
    assert _pass(events, address, **headers) == events[1:]


def test_what_is_no_message_is_left_to_streamlit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEMASK_MODE", "public")
    events = [
        {"type": "websocket.connect"},
        _receive(b"\xff\xff\xff"),
        {"type": "websocket.receive", "text": "clear_cache"},
    ]
    assert _pass(events) == events


def test_a_flood_of_refused_messages_is_one_line_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FACEMASK_MODE", "public")
    _pass([_receive(_message("clear_cache"))] * 100)
    assert [record.getMessage() for record in caplog.records] == [
        "Refused a message that visitors do not send: clear_cache"
    ]
