"""Where a request comes from: the address that limits and shares go by.

A connection's own address cannot be forged, and is all that is believed, unless the operator says
which header a proxy of theirs writes (``FACEMASK_PROXY_HEADER``, such as ``X-Forwarded-For``) and
how many proxies write into it (``FACEMASK_PROXY_HOPS``, usually one): the address is then that many
places from the header's end. Whatever a visitor wrote into the header stands before that.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterable

from facemask_core.errors import ModeError

HEADER_VARIABLE = "FACEMASK_PROXY_HEADER"
HOPS_VARIABLE = "FACEMASK_PROXY_HOPS"
THIS_MACHINE = "127.0.0.1"
_IPV6_PREFIX = 64
"""The smallest network that a customer gets: all addresses in it are one customer's."""


def read_proxy() -> tuple[str, int] | None:
    """Reads which header the operator's proxies write the address into.

    Returns:
        The header's name in small letters and the number of proxies; None without a proxy.

    Raises:
        ModeError: The number of proxies is none.
    """
    header = os.environ.get(HEADER_VARIABLE, "").strip().lower()
    if not header:
        return None
    hops = os.environ.get(HOPS_VARIABLE, "").strip() or "1"
    if not (hops.isascii() and hops.isdigit() and 1 <= int(hops) <= 99):
        raise ModeError(
            f"{HOPS_VARIABLE} is {hops!r}; set it to the number of proxies before the lab, such "
            "as 1."
        )
    return header, int(hops)


def find_address(peer: str, headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Finds the address from which somebody reaches the lab or the proxy before it.

    Args:
        peer: The connection's own address.
        headers: The request's headers, their names in small letters.

    Returns:
        The address that the operator's proxy gives; the connection's own where it gives none.
    """
    proxy = read_proxy()
    if proxy is None:
        return peer
    name, hops = proxy
    lines = [value.decode("latin-1") for key, value in headers if key.decode("latin-1") == name]
    places = [place.strip() for place in ",".join(lines).split(",")]
    if len(places) < hops:
        return peer
    address = _parse(places[-hops])
    return peer if address is None else str(address)


def is_this_machine(address: str) -> bool:
    """Tells whether an address is this machine's own, as of a browser on the server itself.

    Args:
        address: An address; any other text is none.
    """
    parsed = _parse(address)
    return parsed is not None and parsed.is_loopback


def group_address(address: str) -> str:
    """Returns the network that counts as one visitor's address: of IPv6 the first 64 bits.

    Args:
        address: An address; any other text stands for itself.
    """
    parsed = _parse(address)
    if parsed is None:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.is_loopback:
        return THIS_MACHINE
    return str(ipaddress.ip_network((int(parsed), _IPV6_PREFIX), strict=False))


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Parses an address that may have a port, brackets, quotes or a zone."""
    text = text.strip('" ')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
