"""What ``facemask app --classroom`` adds to a server: its names in the network, and a room.

The command line's output is in English, as everywhere; the room speaks the language asked for.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable

import click
import streamlit as st

from facemask_core.classroom import Plan, read_plan
from facemask_ui.base import address
from facemask_ui.page import start
from facemask_ui.rooms import ROOMS, Opened, qr, reach
from facemask_ui.server import network

_LOOK_SECONDS = 5.0
_log = logging.getLogger(__name__)


async def serve_class() -> None:
    """Opens the room that the command asked for, and prints how a class joins it.

    A laptop that was started elsewhere gets another address in the class's network, so its
    addresses are looked up again and again, and printed anew when they change.
    """
    plan = read_plan()
    if plan is None:
        return
    click.echo("  The lesson is being prepared; the code for your class appears here in a moment.")
    known: list[str] = []
    room = None
    while True:
        hosts = await asyncio.to_thread(reach.list_own_addresses)
        if hosts != known or room is None:
            network.allow_hosts(sorted({*hosts, *_list_own_names()} - {*known}))
            known = hosts
            room = room or await _open_room(plan)
            click.echo(write_invitation(room, reach.find_addresses()))
        await asyncio.sleep(_LOOK_SECONDS)


async def _open_room(plan: Plan) -> Opened:
    await asyncio.wrap_future(start.begin_import())
    return await asyncio.to_thread(_make_room, plan)


def _make_room(plan: Plan) -> Opened:
    from facemask_ui.classroom import answers, programme  # need what was imported just now

    steps = programme.steps(plan.minutes, plan.language)
    answers.prepare(steps)
    return ROOMS.open(steps, plan.language, address.THIS_MACHINE)


def _list_own_names() -> set[str]:
    name = socket.gethostname().lower()
    return {name, f"{name.removesuffix('.local')}.local"}


def write_invitation(room: Opened, addresses: Iterable[str]) -> str:
    """Writes for a terminal how a class joins a room.

    Args:
        room: The room.
        addresses: Where other devices reach this server, the likeliest first.
    """
    links = [f"{place}/join/{room.code}" for place in addresses]
    own = f"http://127.0.0.1:{st.get_option('server.port')}/room/{room.code}/projector"
    lines = ["", f"  A room for your class is open. Its code: {room.code[:3]} {room.code[3:]}", ""]
    if links:
        lines += [*qr.draw_text(links[0]).splitlines(), ""]
        lines += [f"  The class joins at    {links[0]}"]
        lines += [f"  or at                 {link}" for link in links[1:]]
    else:
        lines += ["  This machine is in no network. Connect it, and the address appears here."]
    lines += [
        f"  The projector's page  {own}#{room.secret}",
        "  That link makes its holder the teacher: open it on this machine, and show nobody this",
        "  window.",
        "",
    ]
    return "\n".join(lines)
