"""The addresses at which other devices in the network reach this server."""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from contextlib import closing, suppress
from urllib.parse import urlsplit

import streamlit as st

from facemask_ui.base import address

_ELSEWHERE = "192.0.2.1"
"""An address for documentation: nothing goes there, but the system says how it would."""
_ASK_ADDRESS = 0x8915
"""Linux's SIOCGIFADDR: the address of a network interface."""


def listens_to_network() -> bool:
    """Tells whether the server listens to more than this machine."""
    host = str(st.get_option("server.address") or "")
    return not (host == "localhost" or address.is_this_machine(host))


def find_addresses(page: str = "") -> list[str]:
    """Finds the addresses of this server for other devices, the likeliest first.

    Args:
        page: The address of the page that asks. Where it names another machine than the browser's
            own, as through a proxy, other devices reach the server by the same name.

    Returns:
        Addresses such as ``http://192.168.1.20:8501``; none where the server listens to this
        machine alone, or the machine has no network.
    """
    parts = urlsplit(page)
    host = parts.hostname or ""
    if host and not (host.endswith("localhost") or address.is_this_machine(host)):
        return [f"{parts.scheme}://{parts.netloc}"]
    if not listens_to_network():
        return []
    bound = str(st.get_option("server.address") or "")
    hosts = list_own_addresses() if _is_any(bound) else [bound]
    port = int(st.get_option("server.port"))
    return [f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}" for host in hosts]


def list_own_addresses() -> list[str]:
    """Lists this machine's own IPv4 addresses in its networks, the one to the router first."""
    found = [*_find_outward(), *_ask_interfaces(), *_look_up_own_name()]
    return [*dict.fromkeys(host for host in found if not address.is_this_machine(host))]


def _is_any(host: str) -> bool:
    if not host:
        return True
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _find_outward() -> list[str]:
    """Asks the system which of its addresses it would use; no packet is sent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect((_ELSEWHERE, 9))
            return [str(probe.getsockname()[0])]
        except OSError:  # no way out: a classroom's own network has none
            return []


def _ask_interfaces() -> list[str]:
    """Asks each network interface for its address; Linux alone says so this way."""
    if sys.platform != "linux":
        return []
    import fcntl

    found = []
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        for _, name in socket.if_nameindex():
            with suppress(OSError):  # it has none
                request = struct.pack("256s", name.encode()[:15])
                answer = fcntl.ioctl(probe.fileno(), _ASK_ADDRESS, request)
                found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _look_up_own_name() -> list[str]:
    try:
        return socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        return []
