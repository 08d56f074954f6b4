"""What browsers send to a room: untrusted, small, and checked field by field."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
)
from starlette.requests import Request

from facemask_ui.rooms.limits import LARGEST_MESSAGE
from facemask_ui.rooms.refusals import RoomError

_Token = Annotated[StrictStr, Field(max_length=64)]
_Name = Annotated[StrictStr, Field(max_length=64)]
_Count = Annotated[StrictInt, Field(ge=0, le=10**9)]
_Number = _Count | Annotated[StrictFloat, Field(ge=0, le=1e9, allow_inf_nan=False)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Joining(_Message):
    """A device wants to join; it says nothing of itself."""


class Answer(_Message):
    """A pupil's answer to one asking of a step."""

    pupil: _Token
    step: _Count
    ask: _Count
    answer: _Name


class Number(_Message):
    """A number that a pupil's device measured."""

    pupil: _Token
    step: _Count
    name: _Name
    value: _Number | Literal["none"]


class Move(_Message):
    """What the teacher asks for."""

    move: Literal[
        "next", "back", "reveal", "freeze", "thaw", "remove", "timer", "end", "epsilon", "go"
    ]
    value: _Number | None = None


_Kind = TypeVar("_Kind", bound=_Message)


async def read_message(request: Request, kind: type[_Kind]) -> _Kind:
    """Reads and checks the message of a request.

    Args:
        request: The request.
        kind: What it should hold.

    Raises:
        RoomError: It is too long, or holds something else.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise RoomError("message")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_MESSAGE:
            raise RoomError("large")
    try:
        return kind.model_validate_json(bytes(body))
    except ValidationError as error:
        raise RoomError("message") from error


def read_value(value: Any) -> float | None:
    """Reads a measured number; None for the word that stands for no level."""
    return None if value == "none" else float(value)
