"""A visitor without a browser: speaks to the lab as its pages do, and counts the seconds.

Thirty Chromiums would need more than the server they are to measure. A page is asked for by its
link, which holds every choice; what comes back is Streamlit's messages, of which only a few matter.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from facemask_core.attacks.pgd import PGD
from facemask_core.data import samples

MODELS = ("mobilenetv3", "mobilenetv3-robust", "inceptionv3", "vgg19")
WEIGHTS = (14, 3, 2, 1)
"""How many of twenty visitors choose each model."""


@dataclass(frozen=True)
class Wish:
    """What a visitor wants to see.

    Attributes:
        kind: What it is called in the table.
        page: The page.
        query: Its link.
        model: The model asked about; empty where it is all of them.
    """

    kind: str
    page: str
    query: str
    model: str = ""


@dataclass
class Wait:
    """How long a visitor waited.

    Attributes:
        kind: For what.
        model: About which model; empty where it is all of them.
        answer: Seconds to the first answer of a model; None for a visitor who left before.
        complete: Seconds to the whole page; None for one who left before.
        told: The most visitors before this one that the page told.
        errors: Errors on the page.
    """

    kind: str
    model: str = ""
    answer: float | None = None
    complete: float | None = None
    told: int = 0
    errors: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """As JSON has it."""
        return asdict(self)


def drawn(chance: random.Random, *, models: tuple[str, ...] = MODELS, own: bool = False) -> Wish:
    """Draws what a pupil might want: mostly FGSM on the first model, at times PGD or all verdicts.

    Samples are asked about with PGD as it is offered first, one's own picture with any steps.

    Args:
        chance: The visitor's own.
        models: Those to choose from, the first the likeliest.
        own: Whether about the visitor's own picture; otherwise about a sample.
    """
    about = "own picture" if own else "sample"
    face = "" if own else f"&sample={chance.choice(samples.gallery()).id}"
    (kind,) = chance.choices(("Inspect", "FGSM", "PGD"), (2, 6, 2))
    if kind == "Inspect":
        return Wish(f"{kind}, {about}", kind, face)
    (model,) = chance.choices(models, WEIGHTS[: len(models)])
    # The session remembers what a link leaves out, so each says all of its wish.
    more = f"attack=fgsm&epsilon={chance.randrange(1, 33)}"
    if kind == "PGD":
        offered = PGD().steps
        more = f"attack=pgd&steps={chance.choice((5, 10, offered)) if own else offered}"
    return Wish(f"{kind}, {about}", "Attack", f"model={model}&{more}{face}", model)


class Visitor:
    """One session of the lab."""

    def __init__(self, connection: ClientConnection) -> None:
        """Takes over an open connection; :func:`visiting` opens one."""
        self._connection = connection

    async def see(self, wish: Wish, *, patience: float) -> Wait:
        """Asks for a page, and reads until it is whole or patience has ended.

        Args:
            wish: What to see.
            patience: Seconds after which the visitor wants something else.
        """
        start, wait = time.monotonic(), Wait(wish.kind, wish.model)
        async for message in self.run(wish, patience=patience):
            kind = message.WhichOneof("type")
            if kind == "delta":
                _noted(message, wait, time.monotonic() - start)
            if kind == "script_finished" and message.script_finished in _WHOLE:
                wait.complete = time.monotonic() - start
        return wait

    async def run(
        self, wish: Wish, *widgets: WidgetState, patience: float
    ) -> AsyncIterator[ForwardMsg]:
        """Has the server run a page, and yields what it sends until it has or patience has ended.

        Args:
            wish: The page.
            *widgets: What the visitor has chosen on it.
            patience: In seconds.
        """
        asked = BackMsg()
        asked.rerun_script.query_string = wish.query
        asked.rerun_script.page_name = wish.page
        asked.rerun_script.widget_states.widgets.extend(widgets)
        await self._connection.send(asked.SerializeToString())
        end, begun = time.monotonic() + patience, False
        while (left := end - time.monotonic()) > 0:
            try:
                message = await asyncio.wait_for(self.next(), left)
            except TimeoutError:
                return
            kind = message.WhichOneof("type")
            begun = begun or kind == "new_session"
            if not begun:
                continue  # what was asked for before
            yield message
            if kind == "script_finished" and message.script_finished in _WHOLE:
                return

    async def ask(self, message: BackMsg) -> None:
        """Sends something else than a wish."""
        await self._connection.send(message.SerializeToString())

    async def next(self) -> ForwardMsg:
        """Waits for the next message of the server."""
        data = await self._connection.recv()
        return ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())


_WHOLE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


def _noted(message: ForwardMsg, wait: Wait, seconds: float) -> None:
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    if kind == "alert":
        if element.alert.format == Alert.ERROR:
            wait.errors.append(element.alert.body)
        elif "before you" in element.alert.body:
            (before, *_) = (int(word) for word in element.alert.body.split() if word.isdigit())
            wait.told = max(wait.told, before)
    elif kind == "exception":
        wait.errors.append(element.exception.message)
    elif wait.answer is None and (kind == "plotly_chart" or _answers(element.bidi_component)):
        wait.answer = seconds


def _answers(component: object) -> bool:
    """Whether a part of the lab's film holds a model's answers to attacked pictures."""
    if getattr(component, "component_name", "") != "attack_lab_part":
        return False
    part: bytes = component.bytes  # type: ignore[attr-defined]
    size = int.from_bytes(part[:4], "little")
    return json.loads(part[4 : 4 + size])["kind"] in {"sign", "frames"}


def visiting(address: str) -> connect:
    """Opens a session.

    Args:
        address: Where the lab answers.
    """
    return connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        max_size=None,
        ping_timeout=None,
    )
