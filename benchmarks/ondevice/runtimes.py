"""The lab's engine in Chromium, or in the Node that Playwright brings along, as Python asks it.

Both run the same scripts and the same WebAssembly by the same compiler, V8. Node starts in a tenth
of a second and needs no browser.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Browser

from facemask_core.models.checkpoints import WEIGHTS_FILE
from facemask_core.pictures.faces import Box
from facemask_core.web.export import ATTACKS_FILE, FINDER_PLAN, FINDER_WEIGHTS, PLAN_FILE
from facemask_ui import ondevice
from facemask_ui.face import own_photo

_FOLDER = Path(__file__).parent
_HOST = (_FOLDER / "host.js").read_text(encoding="utf-8")
_NODE = (_FOLDER / "node.js").read_text(encoding="utf-8")

_SCRIPT = f"{ondevice.DEVICE_SCRIPT}\n{own_photo.SCRIPT}\n{_HOST}"
PAGE = f"<!doctype html><title>Engine</title><script>{_SCRIPT}</script>"
"""A page that is blank but for the engine's scripts."""
POLICY = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; worker-src blob:"
"""The strictest content security policy under which the engine works: nothing can be loaded."""


class Runtime(ABC):
    """Models in a JavaScript engine; pictures are uint8 arrays of 224 x 224 x 3.

    Attributes:
        requests: Every address that the engine's page has asked for.
    """

    requests: list[str]

    @abstractmethod
    def _serve(self, request: dict[str, Any]) -> dict[str, Any]:
        """Lets ``host.js`` answer a request."""

    @abstractmethod
    def close(self) -> None:
        """Ends the engine."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self, folders: Sequence[Path], most: int = 1, *, finder: Path | None = None) -> None:
        """Starts the engine with exported models.

        Args:
            folders: As ``facemask export-web`` writes them.
            most: The most workers at once.
            finder: The folder of the face finder; None for none.
        """
        models = [_read_pair(folder, PLAN_FILE, WEIGHTS_FILE) for folder in folders]
        self.ask(
            "open",
            engine=_encode(ondevice.ENGINE.read_bytes()),
            script=ondevice.WORKER_SCRIPT,
            described=json.loads((folders[0] / ATTACKS_FILE).read_bytes()) if folders else {},
            models=models,
            finder=None if finder is None else _read_pair(finder, FINDER_PLAN, FINDER_WEIGHTS),
            most=most,
        )

    def ask(self, kind: str, **request: Any) -> Any:
        """Asks for something; arrays in the request become text.

        Raises:
            RuntimeError: The engine refused or failed; the message is its own.
        """
        packed = {
            name: _encode(value.tobytes()) if isinstance(value, np.ndarray) else value
            for name, value in request.items()
        }
        answer = self._serve({"kind": kind, **packed})
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def answer(self, model: str, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The logits of some pictures, float32 (n, 2)."""
        return np.array(self.ask("answer", model=model, pictures=pictures), np.float32)

    def crop(self, photograph: NDArray[np.uint8], box: Box | None = None) -> NDArray[np.uint8]:
        """A model's input out of a photograph of three or four channels."""
        height, width = photograph.shape[:2]
        place = None if box is None else asdict(box)
        asked = {"pixels": photograph, "width": width, "height": height, "box": place}
        return _decode(self.ask("crop", **asked))

    def find_faces(self, photograph: NDArray[np.uint8]) -> list[dict[str, Any]]:
        """The faces in a photograph of three or four channels, from the left."""
        height, width = photograph.shape[:2]
        asked = {"pixels": photograph, "width": width, "height": height}
        found: list[dict[str, Any]] = self.ask("findFaces", **asked)
        return found

    def find_boxes(self, photograph: NDArray[np.uint8]) -> list[Box]:
        """The boxes of the faces in a photograph, from the left."""
        return [box_of(face) for face in self.find_faces(photograph)]

    def take_face(self, photograph: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What a model is shown of a photograph: the largest face, or all of it."""
        found = self.find_faces(photograph)
        largest = next((box_of(face) for face in found if face["largest"]), None)
        return self.crop(photograph, largest)

    def decode(self, file: bytes) -> NDArray[np.uint8]:
        """A picture's file as the lab's pages read it; Node cannot.

        Raises:
            RuntimeError: They refuse it; the message is their sentence.
        """
        read = self.ask("decode", file=_encode(file), words=own_photo.read_words())
        pixels = np.frombuffer(base64.b64decode(read["pixels"]), np.uint8)
        return pixels.reshape(read["height"], read["width"], 4)[..., :3]

    def follow_face(self, photograph: NDArray[np.uint8], box: Box) -> dict[str, Any] | None:
        """The face near a box, or None."""
        height, width = photograph.shape[:2]
        asked = {"pixels": photograph, "width": width, "height": height, "box": asdict(box)}
        found: dict[str, Any] | None = self.ask("followFace", **asked)
        return found

    def attack(self, model: str, picture: NDArray[np.uint8], **task: Any) -> dict[str, Any]:
        """The result of an attack at one epsilon."""
        result = self.ask("attack", model=model, picture=picture, task=task)
        return {**result, "picture": _decode(result["picture"])}

    def follow(
        self, model: str, picture: NDArray[np.uint8], **task: Any
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The pictures and the logits along an attack of many steps, from its start on."""
        return _decode_all(self.ask("follow", model=model, picture=picture, task=task))

    def sweep(
        self, model: str, picture: NDArray[np.uint8], **task: Any
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The pictures and the logits at all notches."""
        return _decode_all(self.ask("sweep", model=model, picture=picture, task=task))

    def smallest(self, model: str, picture: NDArray[np.uint8], **task: Any) -> int | None:
        """The smallest level that fools; None where none does."""
        level: int | None = self.ask("smallest", model=model, picture=picture, task=task)["level"]
        return level


class Node(Runtime):
    """The engine in Node."""

    def __init__(self) -> None:
        """Starts Node with nothing but the engine's scripts."""
        self.requests = []
        self._folder = tempfile.TemporaryDirectory()
        script = Path(self._folder.name) / "host.js"
        text = "\n".join([ondevice.DEVICE_SCRIPT, _HOST, _NODE])
        script.write_text(text, encoding="utf-8", newline="\n")
        node, _ = compute_driver_executable()
        self._process = subprocess.Popen(  # noqa: S603  (Playwright's own)
            [node, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def _serve(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None  # noqa: S101  (both are pipes)
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


class Chromium(Runtime):
    """The engine in a page of a browser, which is blank but for its scripts."""

    def __init__(self, browser: Browser, address: str | None = None) -> None:
        """Opens the page.

        Args:
            browser: A browser of Playwright.
            address: The page's address, at which no server need be; None for none.
        """
        self.requests = []
        self.page = browser.new_page()
        self.page.on("request", lambda request: self.requests.append(request.url))
        if address is not None:
            headers = {"content-type": "text/html", "content-security-policy": POLICY}
            self.page.route(address, lambda route: route.fulfill(body="", headers=headers))
            self.page.goto(address)
        self.page.add_script_tag(content=_SCRIPT)

    def _serve(self, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.page.evaluate("request => serve(request)", request)
        return answer

    def close(self) -> None:
        self.page.close()


def box_of(face: dict[str, Any]) -> Box:
    """The box of a face that the engine has found."""
    return Box(face["left"], face["top"], face["width"], face["height"])


def _read_pair(folder: Path, plan: str, weights: str) -> dict[str, Any]:
    """A plan and its weights, as ``host.js`` takes them."""
    text = (folder / plan).read_bytes()
    return {"plan": json.loads(text), "weights": _encode((folder / weights).read_bytes())}


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(224, 224, 3)


def _decode_all(result: dict[str, Any]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    pictures = np.stack([_decode(text) for text in result["pictures"]])
    return pictures, np.array(result["logits"], np.float32)
