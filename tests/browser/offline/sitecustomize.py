"""Python runs this first where it stands on the path: no other machine can be reached from there.

Every attempt fails, as without a network, and is written down. Python tells of them by itself,
whatever library makes them.
"""

from __future__ import annotations

import errno
import ipaddress
import os
import sys
from pathlib import Path
from typing import Any

_EVENTS = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0}
_EVENTS |= {"socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
"""Where in the arguments of an event the address is."""


def _is_this_machine(address: Any) -> bool:
    host = address[0] if isinstance(address, tuple) else address
    host = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if host in {None, "", "localhost"} or not isinstance(host, str):
        return True
    try:
        ip = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host.startswith(("/", "\0"))  # a socket with a path or a name, on Linux
    return ip.is_loopback or ip.is_unspecified


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    place = _EVENTS.get(event)
    if place is None or _is_this_machine(arguments[place]):
        return
    with Path(os.environ["OFFLINE_RECORD"]).open("a", encoding="utf-8") as record:
        record.write(f"{event} {arguments[place]}\n")
    raise OSError(errno.ENETUNREACH, "The network is unreachable")


sys.addaudithook(_refuse)
