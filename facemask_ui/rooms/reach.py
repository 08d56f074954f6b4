"""The addresses at which other devices in the network reach this server."""

from __future__ import annotations

import ipaddress
import socket
import struct
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from facemask_core import system
from facemask_ui.base import address

_ELSEWHERE = "192.0.2.1"
"""An address for documentation: nothing goes there, but the system says how it would."""
_ASK_ADDRESS = 0x8915
"""Linux's SIOCGIFADDR: the address of a network interface."""
_ROUTES = Path("/proc/net/route")
_VIRTUAL = ("docker", "br-", "veth", "virbr")


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
    if system.NAME == "linux":
        found = [_read_address(name) for name in _list_interfaces()]
    else:
        found = [*_find_outward(), *_look_up_own_name()]
    return [*dict.fromkeys(host for host in found if host and not address.is_this_machine(host))]


def _is_any(host: str) -> bool:
    if not host:
        return True
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _list_interfaces() -> list[str]:
    """Lists Linux's network interfaces: that to the router first, those of containers last."""
    try:
        rows = [line.split() for line in _ROUTES.read_text(encoding="ascii").splitlines()[1:]]
    except OSError:
        rows = []
    outward = {name for name, destination, *_ in rows if int(destination, 16) == 0}
    names = [name for _, name in socket.if_nameindex()]
    return sorted(names, key=lambda name: (name.startswith(_VIRTUAL), name not in outward))


def _read_address(interface: str) -> str:
    """Asks Linux for an interface's address; empty where it has none."""
    import fcntl

    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asked:
        try:
            request = struct.pack("256s", interface.encode()[:15])
            return socket.inet_ntoa(fcntl.ioctl(asked.fileno(), _ASK_ADDRESS, request)[20:24])
        except OSError:
            return ""


def _find_outward() -> list[str]:
    """Asks the system which of its addresses it would use; no packet is sent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect((_ELSEWHERE, 9))
            return [str(probe.getsockname()[0])]
        except OSError:  # no way out: a classroom's own network has none
            return []


def _look_up_own_name() -> list[str]:
    try:
        return socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        return []
