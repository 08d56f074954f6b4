"""The lab's own pictures for a room's pages; no other picture ever passes here."""

from __future__ import annotations

from functools import cache

from starlette.concurrency import run_in_threadpool

from facemask_core.data import samples
from facemask_ui.rooms.refusals import RoomError


async def draw_sample(name: str) -> bytes:
    """Draws a shipped picture as the models see it, as PNG.

    Args:
        name: The picture's id.

    Raises:
        RoomError: There is none of that name.
    """
    if name not in {sample.id for sample in (*samples.gallery(), *samples.confusers())}:
        raise RoomError("sample")
    return await run_in_threadpool(_draw, name)


@cache
def _draw(name: str) -> bytes:
    from facemask_core.pictures import faces, images  # OpenCV waits until a class needs it
    from facemask_ui.face import cropping, pictures

    picture = pictures.read_sample(name)
    return images.encode_png(faces.crop(picture.pixels, cropping.first_crop(picture)))
