"""How a class finds the server: its addresses, the picture, and what the terminal says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import streamlit as st

from facemask_core import system
from facemask_core.classroom import Plan, read_plan
from facemask_core.errors import ModeError
from facemask_ui.rooms import Opened, qr, reach
from facemask_ui.server.class_start import write_invitation

LINK = "http://192.168.1.20:8501/join/BCDFGH"


def test_a_reader_reads_the_picture() -> None:
    rows = qr.draw_text(LINK).splitlines()
    halves = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    cells = np.array([[halves[sign] for sign in row] for row in rows])
    modules = cells.transpose(0, 2, 1).reshape(-1, cells.shape[1])
    picture = np.kron(modules, np.ones((8, 8))).astype(np.uint8) * 255
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == LINK
    svg = qr.draw_svg(LINK)
    assert svg.startswith("<svg")
    assert not re.search(r"<script|href|\bwidth=", svg)


def test_a_server_for_this_machine_alone_has_no_address_for_others() -> None:
    assert reach.find_addresses("http://localhost:8501/Class") == []
    assert reach.find_addresses("https://lab.example.org/Class?x=1") == ["https://lab.example.org"]


def test_a_server_for_a_network_names_the_machines_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {"server.address": "0.0.0.0", "server.port": 8600}  # noqa: S104
    monkeypatch.setattr(st, "get_option", settings.get)
    monkeypatch.setattr(reach, "list_own_addresses", lambda: ["192.168.1.20", "10.0.0.2"])
    assert reach.find_addresses() == ["http://192.168.1.20:8600", "http://10.0.0.2:8600"]
    settings["server.address"] = "lab.local"
    assert reach.find_addresses() == ["http://lab.local:8600"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's table of routes")
def test_the_address_to_the_router_comes_first_and_containers_last(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    routes = tmp_path / "route"
    routes.write_text("Iface Destination\nwlan0\t00000000\t0101A8C0\neth0\t000200C0\t00000000\n")
    monkeypatch.setattr(reach, "_ROUTES", routes)
    names = enumerate(("lo", "docker0", "eth0", "wlan0"))
    monkeypatch.setattr(reach.socket, "if_nameindex", lambda: [*names])
    assert reach._list_interfaces() == ["wlan0", "lo", "eth0", "docker0"]
    assert all(not host.startswith("127.") for host in reach.list_own_addresses())


def test_the_terminal_shows_code_picture_and_addresses() -> None:
    room = Opened("BCDFGH", "secret")
    text = write_invitation(room, ["http://192.168.1.20:8501", "http://10.0.0.2:8501"])
    assert "BCD FGH" in text
    assert qr.draw_text(LINK).splitlines()[3] in text
    assert LINK in text
    assert "http://10.0.0.2:8501/join/BCDFGH" in text
    assert text.count("secret") == 1, "the picture and the class's links do not have it"
    assert "in no network" in write_invitation(room, [])


def test_a_plan_travels_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACEMASK_CLASSROOM", "")
    assert read_plan() is None
    Plan(45, "fr").hand_over()
    assert read_plan() == Plan(45, "fr")
    monkeypatch.setenv("FACEMASK_CLASSROOM", "fr/all day")
    with pytest.raises(ModeError, match="en/25"):
        read_plan()


def test_windows_and_macos_are_asked_for_the_way_out_and_the_machines_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system, "NAME", "win32")
    monkeypatch.setattr(reach, "_find_outward", lambda: ["10.1.2.3"])
    known = ("lab", [], ["192.168.137.1", "10.1.2.3", "127.0.0.1"])
    monkeypatch.setattr(reach.socket, "gethostbyname_ex", lambda _name: known)
    assert reach.list_own_addresses() == ["10.1.2.3", "192.168.137.1"]
