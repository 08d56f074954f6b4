"""The addresses of rooms: plain pages, messages, and streams of events."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from facemask_ui.base import address, under_way
from facemask_ui.language import DEFAULT, LANGUAGES
from facemask_ui.rooms import messages, pictures, streams, tables, views
from facemask_ui.rooms.refusals import RoomError
from facemask_ui.rooms.registry import Rooms
from facemask_ui.rooms.room import Room

_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self' blob:; media-src blob:; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = _NO_STORE | {"Content-Security-Policy": _POLICY, "Referrer-Policy": "no-referrer"}
_STREAM = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_ASSETS = {".js", ".css", ".svg"}
_DAY = {"Cache-Control": "max-age=86400"}
_STATES = {"unknown": "gone", "ended": "ended"}
"""Of a room that is not open, by the name of the refusal."""

Answer = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Pages:
    """How the two pages are made.

    Attributes:
        pupil: Makes the pupil's page in a language.
        projector: Makes the projector's.
        folder: The folder of their scripts and styles.
    """

    pupil: Callable[[str], str]
    projector: Callable[[str], str]
    folder: Path


def build_routes(rooms: Rooms, pages: Pages) -> list[Route]:
    """Builds the addresses.

    Args:
        rooms: The server's rooms.
        pages: How the two pages are made.
    """
    desk = _Desk(rooms, pages)
    return [
        Route("/join", _refusing(desk.show_pupil_page)),
        Route("/join/{code}", _refusing(desk.show_pupil_page)),
        Route("/room/sample/{name}.png", _refusing(desk.send_sample)),
        Route("/room/assets/{name}", _refusing(desk.send_asset)),
        Route("/room/file/{name}", _refusing(desk.send_file)),
        Route("/room/{code}/projector", _refusing(desk.show_projector_page)),
        Route("/room/{code}/state", _refusing(desk.tell_state)),
        Route("/room/{code}/join", _refusing(desk.join), methods=["POST"]),
        Route("/room/{code}/events", _refusing(desk.follow)),
        Route("/room/{code}/answer", _refusing(desk.answer), methods=["POST"]),
        Route("/room/{code}/number", _refusing(desk.take_number), methods=["POST"]),
        Route("/room/{code}/watch", _refusing(desk.watch)),
        Route("/room/{code}/move", _refusing(desk.move), methods=["POST"]),
        Route("/room/{code}/answers.csv", _refusing(desk.send_answers)),
        Route("/room/{code}/questions.csv", _refusing(desk.send_questions)),
    ]


def _refusing(answer: Answer) -> Answer:
    """Turns a refusal into an answer with its sentence."""

    async def answer_or_refuse(request: Request) -> Response:
        try:
            return await answer(request)
        except RoomError as refusal:
            sentence = refusal.say(refusal.language or choose_language(request))
            return JSONResponse(
                {"error": refusal.name, "sentence": sentence}, refusal.status, headers=_NO_STORE
            )

    return answer_or_refuse


class _Desk:
    """Answers requests about rooms."""

    def __init__(self, rooms: Rooms, pages: Pages) -> None:
        self._rooms = rooms
        self._pages = pages

    async def show_pupil_page(self, request: Request) -> Response:
        """Sends the pupil's page, in the language of the room if its code is known."""
        return HTMLResponse(self._pages.pupil(self._find_language(request)), headers=_PAGE)

    async def show_projector_page(self, request: Request) -> Response:
        """Sends the projector's page, which asks for its room with the secret."""
        return HTMLResponse(self._pages.projector(self._find_language(request)), headers=_PAGE)

    async def tell_state(self, request: Request) -> Response:
        """Tells whether a room is open, has ended or is none, to who asks by its code."""
        try:
            self._find(request)
        except RoomError as refusal:
            if refusal.name not in _STATES:
                raise
            return JSONResponse({"state": _STATES[refusal.name]}, headers=_NO_STORE)
        return JSONResponse({"state": "open"}, headers=_NO_STORE)

    async def join(self, request: Request) -> Response:
        """Lets a device in, and gives it its token and its name."""
        room = self._find(request)
        await messages.read_message(request, messages.Joining)
        token, pupil = room.join()
        return JSONResponse({"pupil": token, "name": pupil.name}, headers=_NO_STORE)

    async def answer(self, request: Request) -> Response:
        """Takes a pupil's answer."""
        message = await messages.read_message(request, messages.Answer)
        room = self._find(request, message.pupil)
        room.answer(message.pupil, message.step, message.ask, message.answer)
        return _done()

    async def take_number(self, request: Request) -> Response:
        """Takes a number that a pupil's device measured."""
        message = await messages.read_message(request, messages.Number)
        room = self._find(request, message.pupil)
        value = messages.read_value(message.value)
        room.take_number(message.pupil, message.step, message.name, value)
        return _done()

    async def move(self, request: Request) -> Response:
        """Does what the teacher asks for."""
        room = self._find_taught(request)
        message = await messages.read_message(request, messages.Move)
        room.move(message.move, message.value)
        if room.ended:
            self._rooms.sweep()
        return _done()

    async def follow(self, request: Request) -> Response:
        """Streams the room's state to a pupil."""
        token = request.query_params.get("pupil", "")
        room = self._find(request, token)
        room.get_pupil(token)
        streams.check_room(room.language)
        return _stream(room, token, lambda: views.view_pupil(room, token))

    async def watch(self, request: Request) -> Response:
        """Streams the room's state to its teacher."""
        room = self._find_taught(request)
        return _stream(room, None, lambda: views.view_teacher(room))

    async def send_answers(self, request: Request) -> Response:
        """Sends the table of pupils and their guesses."""
        room = self._find_taught(request)
        return _send_table(tables.write_answers(room), f"answers-{room.code}.csv")

    async def send_questions(self, request: Request) -> Response:
        """Sends the questionnaire's counts."""
        room = self._find_taught(request)
        return _send_table(tables.write_questions(room), f"questions-{room.code}.csv")

    async def send_sample(self, request: Request) -> Response:
        """Sends one of the lab's own pictures, as the models see it."""
        data = await pictures.draw_sample(request.path_params["name"])
        return Response(data, media_type="image/png", headers=_DAY)

    async def send_file(self, request: Request) -> Response:
        """Sends a file of a room's, about a model that its class brought along."""
        content = self._rooms.find_file(request.path_params["name"])
        return Response(content, media_type="application/octet-stream", headers=_NO_STORE)

    async def send_asset(self, request: Request) -> Response:
        """Sends a script or a style of the pages."""
        names = {file.name: file for file in self._pages.folder.iterdir() if file.suffix in _ASSETS}
        file = names.get(request.path_params["name"])
        if file is None:
            raise RoomError("sample")
        return FileResponse(file, headers={"Cache-Control": "no-cache"})

    def _find(self, request: Request, token: str = "") -> Room:
        if under_way.is_stopping():
            raise RoomError("stopping")
        return self._rooms.find(request.path_params["code"], _read_address(request), token)

    def _find_taught(self, request: Request) -> Room:
        """Finds a room whose secret the request has."""
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        secret = secret.strip() if kind.lower() == "bearer" else ""
        room = self._find(request, secret)
        room.check_secret(secret)
        return room

    def _find_language(self, request: Request) -> str:
        if "code" in request.path_params:
            try:
                return self._find(request).language
            except RoomError:
                pass  # the page says so when it asks for the room
        return choose_language(request)


def choose_language(request: Request) -> str:
    """Chooses the first language of a browser's that the lab speaks.

    Args:
        request: The browser's request.
    """
    for entry in request.headers.get("accept-language", "")[:200].split(","):
        code = entry.partition(";")[0].strip().lower()[:2]
        if code in LANGUAGES:
            return code
    return DEFAULT


def _read_address(request: Request) -> str:
    return address.group_address(request.client.host) if request.client else ""


def _stream(
    room: Room, token: str | None, read: Callable[[], dict[str, Any] | None]
) -> StreamingResponse:
    return StreamingResponse(
        _follow(room, token, read), media_type="text/event-stream", headers=_STREAM
    )


async def _follow(
    room: Room, token: str | None, read: Callable[[], dict[str, Any] | None]
) -> AsyncIterator[str]:
    try:
        watcher = room.attach(token)
    except RoomError:  # removed, or ended, since the answer began
        return
    try:
        async for message in watcher.follow(read):
            yield message
    finally:
        room.detach(token, watcher)


def _send_table(text: str, name: str) -> Response:
    headers = _NO_STORE | {"Content-Disposition": f"attachment;filename={name}"}
    return Response(text, media_type="text/csv", headers=headers)


def _done() -> Response:
    return JSONResponse({}, headers=_NO_STORE)
