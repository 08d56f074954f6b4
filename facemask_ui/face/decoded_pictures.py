"""Decoded pictures in memory: few pixels in all, however many visitors bring large pictures.

A file of 2 KB may hold 40 megapixels, 120 MB once it is decoded. Every visitor keeps files; the
pixels of those that were used longest ago are dropped, and decoded again when they are wanted.
"""

from __future__ import annotations

import threading
import weakref

import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures import images


class DecodedPicture:
    """A file, and its pixels as long as there is room for them. They go with the session."""

    def __init__(self, data: bytes) -> None:
        """Decodes nothing yet.

        Args:
            data: The whole file.
        """
        self.data = data
        self.pixels: NDArray[np.uint8] | None = None


class DecodedPictures:
    """The decoded pictures of all sessions, of which only so many pixels stay in memory."""

    def __init__(self, most: int) -> None:
        """Begins empty.

        Args:
            most: The number of pixels; the picture used last stays even if it has more.
        """
        self._most = most
        self._lock = threading.Lock()
        self._recent: list[weakref.ref[DecodedPicture]] = []

    def read(self, picture: DecodedPicture) -> NDArray[np.uint8]:
        """Gets the pixels of a picture, and decodes them if they are not in memory.

        Args:
            picture: The picture.

        Returns:
            uint8 (height, width, 3); not to be changed.

        Raises:
            ImageError: The file is no picture that the lab can read.
        """
        pixels = picture.pixels
        if pixels is None:
            pixels = images.decode(picture.data)
            pixels.setflags(write=False)
        with self._lock:
            picture.pixels = pixels
            others = [ref for ref in self._recent if ref() not in (None, picture)]
            self._recent = [*others, weakref.ref(picture)]
            self._drop_oldest()
        return pixels

    def _drop_oldest(self) -> None:
        pixels = 0
        for ref in reversed(self._recent):
            picture = ref()
            if picture is None or picture.pixels is None:
                continue
            pixels += picture.pixels.size // 3
            if pixels > self._most and ref is not self._recent[-1]:
                picture.pixels = None
