"""A client that does at once whatever has hurt a server of the lab, from an address of its own."""

from __future__ import annotations

import io
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator

from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websocket_client import Tab, put_file, refusal
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from facemask_core.data import samples

ADDRESS = "127.0.0.2"
TABS = 40
_SIDE = 6320


def large_picture() -> bytes:
    """A picture of few bytes and forty million pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (_SIDE, _SIDE), (90, 120, 150)).save(buffer, "WEBP", quality=1, method=0)
    return buffer.getvalue()


class Hostile:
    """Its floods, each in threads of its own until it is stopped.

    Attributes:
        counts: How often each was done.
        refused: How many reports were more than it may have in the queue.
        failures: What the lab answered otherwise than it should.
    """

    def __init__(self, address: str, picture: bytes) -> None:
        self.counts: Counter[str] = Counter()
        self.refused = 0
        self.failures: list[str] = []
        self._address, self._picture = address, picture
        self._over = threading.Event()
        self._tabs: list[Tab] = []
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        floods: list[Callable[[], None]] = [
            self._forge,
            self._come_from_elsewhere,
            self._upload_large,
            self._upload_unasked,
            self._fill_queue,
            self._close_tabs,
        ]
        floods += [self._attack] * TABS
        self._threads = [
            threading.Thread(target=self._repeat, args=(flood,), daemon=True) for flood in floods
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for tab in self._tabs:
            tab.socket.close()
        for thread in self._threads:
            thread.join(20)

    def _repeat(self, flood: Callable[[], None]) -> None:
        while not self._over.is_set():
            try:
                flood()
            except (ConnectionClosed, InvalidHandshake, OSError, LookupError):
                continue  # refused, over, or a run that another overtook
            except AssertionError as error:
                self.failures.append(f"{flood.__name__}: {error}")
                return
            self.counts[flood.__name__] += 1

    def _open(self) -> Tab:
        tab = Tab(self._address, source=ADDRESS)
        self._tabs.append(tab)
        return tab

    def _attack(self) -> None:
        with self._open() as tab:
            name = samples.gallery()[len(self._tabs) % 8].id
            tab.rerun("Attack", f"attack=pgd&steps=100&restarts=10&sample={name}")
            while not self._over.is_set():
                tab.socket.recv()

    def _forge(self) -> None:
        with self._open() as tab:
            for _ in range(20):
                tab.send(clear_cache=True)
                tab.send(load_git_info=True)
            time.sleep(0.5)

    def _come_from_elsewhere(self) -> None:
        foreign = {"Origin": "https://evil.example"}
        assert refusal(self._address, headers=foreign, source=ADDRESS)[0] == 403
        time.sleep(0.1)

    def _upload_unasked(self) -> None:
        place = f"/_stcore/upload_file/{uuid.uuid4()}/{uuid.uuid4()}"
        assert put_file(self._address, place, bytes(2**20))[0] == 403
        time.sleep(0.2)

    def _upload_large(self) -> None:
        with self._open() as tab:
            source = WidgetState(id=find_widget(tab, "Attack", "", "button_group", "-source"))
            source.string_array_value.data.append("Upload")
            name = find_widget(tab, "Attack", "", "file_uploader", "-upload-0", source)
            place = ask_for_upload(tab)
            assert put_file(self._address, place.upload_url, self._picture)[0] == 204
            uploader = WidgetState(id=name)
            uploader.file_uploader_state_value.uploaded_file_info.append(
                UploadedFileInfo(
                    name="a.webp", size=len(self._picture), file_id=place.file_id, file_urls=place
                )
            )
            begun = time.monotonic()
            for _ in run(tab, "Attack", "", source, uploader):
                if time.monotonic() > begun + 2:
                    break  # it was decoded, if the lab does that

    def _fill_queue(self) -> None:
        """Two reports, as many as a visitor may have; the next time as another visitor."""
        with self._open() as tab:
            for seed in range(2):
                complaint = order_report(tab, f"attacks=pgd&steps=100&limit=8&seed={seed}")
                self.refused += bool(complaint)

    def _close_tabs(self) -> None:
        with self._open() as tab:
            tab.rerun("Attack", "attack=pgd&steps=100")
            time.sleep(0.2)


def run(tab: Tab, page: str, query: str, *chosen: WidgetState) -> Iterator[ForwardMsg]:
    """Has a page run, and yields what the server sends until it has."""
    message = BackMsg()
    message.rerun_script.page_name, message.rerun_script.query_string = page, query
    message.rerun_script.widget_states.widgets.extend(chosen)
    tab.socket.send(message.SerializeToString())
    begun = False
    while True:
        answer = tab.receive(120)
        kind = answer.WhichOneof("type")
        begun = begun or kind == "new_session"
        if begun:
            yield answer
        if begun and kind == "script_finished" and answer.script_finished in _WHOLE:
            return


_WHOLE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


def find_widget(tab: Tab, page: str, query: str, kind: str, key: str, *chosen: WidgetState) -> str:
    """The id of a page's widget, by the end of its key; a LookupError where there is none."""
    for message in run(tab, page, query, *chosen):
        element = message.delta.new_element
        if element.WhichOneof("type") == kind and getattr(element, kind).id.endswith(key):
            return str(getattr(element, kind).id)
    raise LookupError(f"{page} has no {key}")


def ask_for_upload(tab: Tab) -> object:
    """Where the server takes a file."""
    message = BackMsg()
    message.file_urls_request.request_id = "one"
    message.file_urls_request.file_names.append("a.webp")
    message.file_urls_request.session_id = tab.session
    tab.socket.send(message.SerializeToString())
    return tab.wait_for("file_urls_response").file_urls_response.file_urls[0]


def order_report(tab: Tab, query: str) -> str:
    """Presses the button of the page Report; returns the page's complaint, if any."""
    button = WidgetState(id=find_widget(tab, "Report", query, "button", "-run-report"))
    button.trigger_value = True
    elements = [message.delta.new_element for message in run(tab, "Report", query, button)]
    alerts = [it.alert.body for it in elements if it.WhichOneof("type") == "alert"]
    return " ".join(alerts)
