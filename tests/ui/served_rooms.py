"""Rooms behind the lab's own middleware, asked as browsers ask."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from facemask_ui.rooms import Opened, Rooms, Step, routes
from facemask_ui.server.middleware import build_middleware

STEPS = (
    Step(kind="welcome", id="welcome"),
    Step(kind="question", id="before", question="see", phase="before", choices=("yes", "no")),
    Step(
        kind="guess",
        id="sign",
        sample="astronaut",
        model="mobilenetv3",
        level=4,
        levels=(2, 4, 8),
        choices=("with_mask", "without_mask"),
        truths={4: {"answer": "with_mask"}, 8: {"answer": "without_mask"}},
    ),
    Step(kind="own", id="own", numbers=("plain", "robust")),
    Step(kind="question", id="after", question="see", phase="after", choices=("yes", "no")),
    Step(kind="end", id="end"),
)


class Browser:
    """A browser at one address of the network."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.port, self.host = port, host

    def ask(
        self, method: str, path: str, message: Any = None, secret: str = "", **headers: str
    ) -> tuple[int, Any]:
        """Asks, and returns the status with the answer, read as JSON where it is some."""
        line = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30, source_address=(self.host, 0)
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Content-Type", "application/json")
        if secret:
            sent["Authorization"] = f"Bearer {secret}"
        body = message if message is None or isinstance(message, bytes) else json.dumps(message)
        line.request(method, path, body, sent)
        reply = line.getresponse()
        data = reply.read()
        line.close()
        is_json = reply.headers.get_content_type() == "application/json"
        return reply.status, json.loads(data) if is_json else data

    def post(self, path: str, message: Any, secret: str = "", **headers: str) -> tuple[int, Any]:
        return self.ask("POST", path, message, secret, **headers)

    def join(self, code: str) -> str:
        status, answer = self.post(f"/room/{code}/join", {})
        assert status == 200, answer
        return str(answer["pupil"])

    def follow(self, path: str, secret: str = "") -> Stream:
        return Stream(self.port, path, secret)


class Stream:
    """A stream of a room's states."""

    def __init__(self, port: int, path: str, secret: str = "") -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.line.request("GET", path, headers=headers)
        self._socket = self.line.sock
        self.reply = self.line.getresponse()

    def read(self, *, patient: bool = False) -> dict[str, Any] | None:
        """Waits for the next state; None once the stream has ended.

        Args:
            patient: Whether to wait on while it only says that it lives.

        Raises:
            AssertionError: It only says so.
        """
        while line := self.reply.readline():
            assert patient or line != b":\n", "there is no news"
            if line.startswith(b"data: "):
                return dict(json.loads(line.removeprefix(b"data: ")))
        return None

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        """Waits for a state that says something."""
        while (state := self.read()) is not None:
            if all(state.get(name) == value for name, value in wanted.items()):
                return state
        message = f"the stream ended before {wanted}"
        raise AssertionError(message)

    def cut(self) -> None:
        """Breaks the connection, as a network does that fails."""
        self._socket.shutdown(socket.SHUT_RDWR)

    def wait_for_end(self) -> None:
        """Waits until the stream has ended."""
        while self.read() is not None:
            pass


class Lab(Browser):
    """A server with rooms, and the teacher's browser on it."""

    def __init__(self, port: int, rooms: Rooms) -> None:
        super().__init__(port)
        self.rooms = rooms

    def open(self, language: str = "en", steps: tuple[Step, ...] = STEPS) -> Opened:
        return self.rooms.open(steps, language, "teacher")

    def move(self, room: Opened, move: str, value: float | None = None) -> tuple[int, Any]:
        return self.post(f"/room/{room.code}/move", {"move": move, "value": value}, room.secret)

    def watch(self, room: Opened) -> Stream:
        return self.follow(f"/room/{room.code}/watch", room.secret)

    def listen(self, room: Opened, pupil: str) -> Stream:
        return self.follow(f"/room/{room.code}/events?pupil={pupil}")


@contextmanager
def serve(rooms: Rooms) -> Iterator[Lab]:
    """Serves rooms on a free port in a thread."""
    pages = routes.Pages(lambda it: f"pupil {it}", lambda it: f"wall {it}", Path(__file__).parent)
    app = Starlette(routes=routes.build_routes(rooms, pages), middleware=build_middleware())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Lab(server.servers[0].sockets[0].getsockname()[1], rooms)
    server.should_exit = server.force_exit = True
    thread.join(10)


def _serve_until_told() -> None:
    """Serves two rooms in a process of its own, says where, and ends with its input."""
    rooms = Rooms()
    with serve(rooms) as lab:
        opened = [lab.open(), lab.open("fr")]
        print(json.dumps([lab.port, [[room.code, room.secret] for room in opened]]), flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    _serve_until_told()
