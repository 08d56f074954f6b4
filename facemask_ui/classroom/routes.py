"""Addresses that only the pages of a room need: how phones join, and an attack on a lab's face."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from facemask_ui.classroom.page import PHOTO_SCRIPT
from facemask_ui.face import own_photo
from facemask_ui.rooms import codes, qr, reach

_HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


def build_routes() -> list[Route]:
    """Builds the addresses."""
    return [
        Route("/room/reach", _tell_address),
        Route("/room/qr/{code}.svg", _draw_code),
        Route("/room/film/{sample}/{model}", _send_pattern),
        Route(f"/room/assets/{PHOTO_SCRIPT}.js", _send_photo_script),
    ]


def find_join_address(page: str) -> str:
    """Finds the address at which other devices join, without a room's code.

    Args:
        page: An address of the lab's, as the one who asks has it open; what else it says is left
            out. It is the answer where no other is known.
    """
    places = reach.find_addresses(page)
    return f"{places[0] if places else page.rstrip('/')}/join"


async def _tell_address(request: Request) -> Response:
    """Tells the address at which other devices join."""
    address = await run_in_threadpool(find_join_address, str(request.base_url))
    return JSONResponse({"join": address}, headers=_HEADERS)


async def _send_photo_script(request: Request) -> Response:
    """Sends the script with which every page of the lab reads a photograph in the browser."""
    return Response(own_photo.SCRIPT, 200, _HEADERS, "text/javascript")


async def _draw_code(request: Request) -> Response:
    """Draws the address of a room as a picture that phones read; any code has one."""
    code = codes.normalise_code(request.path_params["code"])
    if not code:
        return Response(status_code=404, headers=_HEADERS)
    address = await run_in_threadpool(find_join_address, str(request.base_url))
    return Response(qr.draw_svg(f"{address}/{code}"), 200, _HEADERS, "image/svg+xml")


async def _send_pattern(request: Request) -> Response:
    """Sends where FGSM moves each value of a face; no answer of a model is in it."""
    bits = await run_in_threadpool(_read_bits, **request.path_params)
    return Response(bits, 404 if bits is None else 200, _HEADERS, "application/octet-stream")


def _read_bits(sample: str, model: str) -> bytes | None:
    from facemask_ui.classroom import answers  # needs TensorFlow, which a room has loaded

    return answers.read_bits(sample, model)
