"""The addresses at which other devices in the network reach this server."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import closing

import streamlit as st

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ELSEWHERE = "192.0.2.1"
"""An address for documentation: nothing goes there, but the system says how it would."""


def listens_to_network() -> bool:
    """Tells whether the server listens to more than this machine."""
    return str(st.get_option("server.address") or "") not in _LOOPBACK


def find_addresses(port: int | None = None) -> list[str]:
    """Finds the addresses of this server for other devices, the likeliest first.

    Args:
        port: The port; that of the setting if none is given.

    Returns:
        Addresses such as ``http://192.168.1.20:8501``; none where the server listens to this
        machine alone, or the machine has no network.
    """
    if not listens_to_network():
        return []
    number = port if port is not None else int(st.get_option("server.port"))
    bound = str(st.get_option("server.address") or "")
    hosts = list_own_addresses() if _is_any(bound) else [bound]
    return [f"http://{host}:{number}" for host in hosts]


def list_own_addresses() -> list[str]:
    """Lists this machine's own IPv4 addresses in its networks, the one to the router first."""
    found = [_find_outward(), *_look_up_own_name()]
    return [*dict.fromkeys(host for host in found if host and not host.startswith("127."))]


def _is_any(host: str) -> bool:
    if not host:
        return True
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _find_outward() -> str | None:
    """Asks the system which of its addresses it would use; no packet is sent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect((_ELSEWHERE, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return None


def _look_up_own_name() -> list[str]:
    try:
        return socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        return []
