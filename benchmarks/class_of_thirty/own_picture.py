"""A visitor's own picture, brought as the page's uploader brings one."""

from __future__ import annotations

import asyncio
import http.cookiejar
import urllib.request
import uuid

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs, UploadedFileInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.class_of_thirty.visitor import Visitor, Wish

_PATIENCE = 600.0
_PAGE = Wish("bringing a picture", "Attack", "")


async def bring(visitor: Visitor, address: str, picture: bytes) -> None:
    """Uploads a picture; what the visitor sees from then on is about it.

    Args:
        visitor: Whose session it is for.
        address: Where the lab answers.
        picture: A file.

    Raises:
        RuntimeError: The page has no place to put it.
    """
    source = WidgetState(id=await _widget(visitor, "button_group", "-source"))
    source.string_array_value.data.append("Upload")
    uploader = WidgetState(id=await _widget(visitor, "file_uploader", "-upload-0", source))
    place = await _place(visitor)
    await asyncio.to_thread(_put, address, place.upload_url, picture)
    uploader.file_uploader_state_value.uploaded_file_info.append(
        UploadedFileInfo(name="me.jpg", size=len(picture), file_id=place.file_id, file_urls=place)
    )
    async for _ in visitor.run(_PAGE, source, uploader, patience=_PATIENCE):
        pass


async def _widget(visitor: Visitor, kind: str, key: str, *chosen: WidgetState) -> str:
    found = ""
    async for message in visitor.run(_PAGE, *chosen, patience=_PATIENCE):
        element: Element = message.delta.new_element
        if element.WhichOneof("type") == kind and getattr(element, kind).id.endswith(key):
            found = getattr(element, kind).id
    if not found:
        raise RuntimeError(f"The page has no {kind} with the key {key[1:]!r}.")
    return found


async def _place(visitor: Visitor) -> FileURLs:
    """Where the server wants the file."""
    asked = BackMsg()
    asked.file_urls_request.request_id = uuid.uuid4().hex
    asked.file_urls_request.file_names.append("me.jpg")
    await visitor.ask(asked)
    while True:
        message = await visitor.next()
        if message.WhichOneof("type") == "file_urls_response":
            return message.file_urls_response.file_urls[0]


def _put(address: str, path: str, picture: bytes) -> None:
    """Sends the file, with the token that the server hands to browsers against forged requests."""
    cookies = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    browser.open(f"{address}/_stcore/health").close()
    (token,) = (cookie.value for cookie in cookies if cookie.name == "_streamlit_xsrf")
    edge = uuid.uuid4().hex
    head = 'Content-Disposition: form-data; name="file"; filename="me.jpg"'
    kind = "Content-Type: image/jpeg"
    body = (
        f"--{edge}\r\n{head}\r\n{kind}\r\n\r\n".encode() + picture + f"\r\n--{edge}--\r\n".encode()
    )
    request = urllib.request.Request(  # noqa: S310  (the benchmark's own server)
        address + path,
        body,
        {"Content-Type": f"multipart/form-data; boundary={edge}", "X-Xsrftoken": str(token)},
        method="PUT",
    )
    browser.open(request).close()
