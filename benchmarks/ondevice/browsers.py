"""The lab's engine in Firefox and in WebKit, as their own drivers steer them.

Playwright steers its own builds of these two. Debian's are asked by what they bring along: Firefox
by WebDriver BiDi, and WebKit's MiniBrowser by WebKitWebDriver, on a screen of Xvfb.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from abc import abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from websockets.sync.client import connect

from benchmarks.ondevice.runtimes import PAGE, POLICY, Runtime

WEBKIT = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
_PATIENCE_S = 60


class Page:
    """Serves the engine's page on this machine, by plain http, and notes what else is asked for."""

    def __init__(self, files: dict[str, bytes] | None = None, policy: str = POLICY) -> None:
        """Begins to serve, at a free port.

        Args:
            files: What is served by which path, beside the engine's page at ``/``.
            policy: The pages' content security policy.
        """
        page, contents = self, {"/": PAGE.encode()} | (files or {})
        self.requests: list[str] = []
        """Every path that was asked for."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page.requests.append(self.path)
                content = contents.get(self.path, b"")
                self.send_response(200 if content else 404)
                kind = "application/octet-stream" if "." in self.path else "text/html"
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Security-Policy", policy)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Keeps the terminal free."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        """Ends."""
        self._server.shutdown()
        self._server.server_close()


class Steered(Runtime):
    """The engine in a browser that is a process of its own.

    Attributes:
        name: The browser and its version.
    """

    name: str

    def __init__(self) -> None:
        """Opens the engine's page."""
        self.page = Page()
        self.requests = self.page.requests
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._processes: list[subprocess.Popen[str]] = []

    def _start(
        self, *command: str, output: int = subprocess.PIPE, **options: Any
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # noqa: S603  (the system's browsers)
            command, text=True, stdout=output, stderr=subprocess.STDOUT, **options
        )
        self._processes.append(process)
        return process

    @abstractmethod
    def visit(self, address: str, width: int) -> None:
        """Opens an address in a window of a width."""

    @abstractmethod
    def run(self, function: str, *arguments: str) -> Any:
        """Runs an asynchronous function of JavaScript in the page.

        Raises:
            RuntimeError: It failed.
        """

    def _serve(self, request: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.run(
            "async (text) => serve(JSON.parse(text))", json.dumps(request)
        )
        return answer

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(_PATIENCE_S)
        self.page.close()
        self._folder.cleanup()


class Firefox(Steered):
    """The engine in Firefox."""

    PROGRAMS = ("firefox-esr", "firefox")

    def __init__(self) -> None:
        """Starts Firefox without a window, with a profile of its own."""
        super().__init__()
        program = next(filter(None, map(shutil.which, self.PROGRAMS)))
        arguments = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile"]
        process = self._start(program, *arguments, self._folder.name)
        address = _find_in_output(process, r"WebDriver BiDi listening on (ws://\S+)")
        self._numbers = itertools.count(1)
        self._socket = connect(f"{address}/session", max_size=None, open_timeout=_PATIENCE_S)
        capabilities = self._send("session.new", capabilities={})["capabilities"]
        self.name = f"Firefox {capabilities['browserVersion']}"
        self._context = self._send("browsingContext.getTree")["contexts"][0]["context"]
        self._send(
            "browsingContext.navigate",
            context=self._context,
            url=self.page.address,
            wait="complete",
        )

    def _send(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=600))
            if answer.get("id") == number:
                if answer["type"] != "success":
                    raise RuntimeError(answer["message"])
                return answer["result"]

    def visit(self, address: str, width: int) -> None:
        self._send(
            "browsingContext.setViewport",
            context=self._context,
            viewport={"width": width, "height": 900},
        )
        self._send("browsingContext.navigate", context=self._context, url=address, wait="complete")

    def run(self, function: str, *arguments: str) -> Any:
        result = self._send(
            "script.callFunction",
            functionDeclaration=f"async (...all) => JSON.stringify(await ({function})(...all))",
            arguments=[{"type": "string", "value": text} for text in arguments],
            target={"context": self._context},
            awaitPromise=True,
        )
        if result["type"] != "success":
            raise RuntimeError(result["exceptionDetails"]["text"])
        return json.loads(result["result"]["value"])

    def close(self) -> None:
        self._socket.close()
        super().close()


class WebKit(Steered):
    """The engine in WebKit."""

    def __init__(self) -> None:
        """Starts a screen, the driver, and by it the browser, which keeps nothing."""
        super().__init__()
        screen = self._start("Xvfb", "-displayfd", "1", "-nolisten", "tcp")
        number = _find_in_output(screen, r"(\d+)")
        self._port = _find_free_port()
        surroundings = {"DISPLAY": f":{number}", "HOME": self._folder.name, "PATH": "/usr/bin:/bin"}
        command = ("WebKitWebDriver", f"--port={self._port}")
        self._start(*command, output=subprocess.DEVNULL, env=surroundings)
        self._wait()
        options = {"binary": WEBKIT, "args": ["--automation"]}
        session = self._send(
            "session", capabilities={"alwaysMatch": {"webkitgtk:browserOptions": options}}
        )
        self._session = f"session/{session['sessionId']}"
        self.name = f"WebKitGTK {session['capabilities']['browserVersion']}"
        self._send(f"{self._session}/timeouts", script=600_000)
        self._send(f"{self._session}/url", url=self.page.address)

    def _wait(self) -> None:
        """Waits until the driver listens."""
        for _ in range(10 * _PATIENCE_S):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self._port)).close()
                return
            time.sleep(0.1)
        raise RuntimeError("WebKitWebDriver does not answer.")

    def close(self) -> None:
        self._send(self._session, "DELETE")
        super().close()

    def _send(self, path: str, method: str = "POST", **parameters: Any) -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self._port}/{path}",
            json.dumps(parameters).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=600) as answer:  # noqa: S310
            return json.load(answer)["value"]

    def visit(self, address: str, width: int) -> None:
        self._send(f"{self._session}/window/rect", width=width, height=900)
        self._send(f"{self._session}/url", url=address)

    def run(self, function: str, *arguments: str) -> Any:
        script = f"""const done = arguments[arguments.length - 1];
            ({function})(...[...arguments].slice(0, -1)).then(
              (answer) => done(JSON.stringify({{ answer }})),
              (error) => done(JSON.stringify({{ failure: String(error) }})));"""
        text = self._send(f"{self._session}/execute/async", script=script, args=list(arguments))
        found = json.loads(text)
        if "failure" in found:
            raise RuntimeError(found["failure"])
        return found["answer"]


def _find_in_output(process: subprocess.Popen[str], pattern: str) -> str:
    """Waits until a program says something; what it says later is thrown away."""
    assert process.stdout is not None  # noqa: S101  (a pipe)
    for line in process.stdout:
        found = re.search(pattern, line)
        if found:
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return found[1]
    raise RuntimeError(f"A browser ended before it said {pattern}.")


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
