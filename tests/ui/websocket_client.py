"""A visitor without a browser: the websocket that Streamlit's client opens, and its messages."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from contextlib import suppress
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect


class Tab:
    """An open tab."""

    def __init__(
        self,
        address: str,
        session: str = "",
        headers: dict[str, str] | None = None,
        source: str = "",
    ) -> None:
        """Opens it.

        Args:
            address: The lab's.
            session: The id of a session that the tab had before.
            headers: Further ones.
            source: The address of this machine from which to come.
        """
        protocols = ["streamlit", "none", *([session] if session else [])]
        self.address = address
        self.socket = connect(
            address.replace("http", "ws") + "/_stcore/stream",
            subprotocols=protocols,  # type: ignore[arg-type]
            additional_headers=headers,
            max_size=None,
            **({"source_address": (source, 0)} if source else {}),
        )
        self.session = ""

    def __enter__(self) -> Tab:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(self, **fields: object) -> None:
        self.socket.send(BackMsg(**fields).SerializeToString())  # type: ignore[arg-type]

    def rerun(self, page: str = "", query: str = "") -> None:
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        self.socket.send(message.SerializeToString())

    def receive(self, timeout: float = 60.0) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(self.socket.recv(timeout))  # type: ignore[arg-type]
        if message.WhichOneof("type") == "new_session":
            self.session = message.new_session.initialize.session_id
        return message

    def wait_for(self, kind: str, seconds: float = 180.0) -> ForwardMsg:
        """Waits for a message of a kind."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            message = self.receive(end - time.monotonic())
            if message.WhichOneof("type") == kind:
                return message
        raise TimeoutError(kind)

    def ask_for_uploads(self, *names: str) -> list[str]:
        """Asks where files may be sent, as the page's uploader does."""
        message = BackMsg()
        message.file_urls_request.request_id = "request"
        message.file_urls_request.file_names.extend(names)
        message.file_urls_request.session_id = self.session
        self.socket.send(message.SerializeToString())
        answer = self.wait_for("file_urls_response").file_urls_response
        return [url.upload_url for url in answer.file_urls]


def refusal(address: str, **more: object) -> tuple[int, str]:
    """The status and the sentence with which a tab is refused."""
    try:
        Tab(address, **more).socket.close()  # type: ignore[arg-type]
    except InvalidStatus as error:
        return error.response.status_code, bytes(error.response.body or b"").decode()
    return 101, ""


def status(address: str, *, method: str = "GET", data: bytes | None = None) -> int:
    """The status of a request's answer."""
    request = urllib.request.Request(address, data, method=method)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def put_file(address: str, path: str, content: bytes) -> tuple[int, str]:
    """Sends a file as the page's uploader does; the answer's status and sentence."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=60) as answer:  # noqa: S310
        cookie = str(answer.headers["set-cookie"]).partition(";")[0]
    disposition = b'Content-Disposition: form-data; name="file"; filename="a.png"'
    body = b"--edge\r\n" + disposition + b"\r\n\r\n" + content + b"\r\n--edge--\r\n"
    headers = {
        "Content-Type": "multipart/form-data; boundary=edge",
        "Cookie": cookie,
        "X-Xsrftoken": cookie.partition("=")[2],
    }
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    try:
        # A server that refuses does not wait for the rest, and its answer is there all the same.
        with suppress(BrokenPipeError):
            connection.request("PUT", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
