"""Decoded pictures in memory: few pixels in all, however many visitors bring large pictures.

A file of 2 KB may hold 40 megapixels, 120 MB once it is decoded. Every visitor keeps files; the
pixels of those that were used longest ago are dropped, and decoded again when they are wanted.
"""

from __future__ import annotations

import threading
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from facemask_core.pictures import images


class File(Protocol):
    """What has pixels: a picture, which is told from every other by its identity."""

    @property
    def data(self) -> bytes:
        """The whole file."""


class DecodedPixels:
    """A property of pictures: their pixels, of which only so many stay in memory.

    Pixels go with their picture, and so with the session that holds it.
    """

    def __init__(self, most: int) -> None:
        """Begins empty.

        Args:
            most: The number of pixels; the picture used last stays even if it has more.
        """
        self._most = most
        self._lock = threading.Lock()
        self._recent: WeakKeyDictionary[File, NDArray[np.uint8]] = WeakKeyDictionary()
        """In the order of their last use."""

    def __get__(self, picture: File, _: type | None = None) -> NDArray[np.uint8]:
        """Gets the pixels of a picture, and decodes them if they are not in memory.

        Args:
            picture: The picture.

        Returns:
            uint8 (height, width, 3); not to be changed.

        Raises:
            ImageError: The file is no picture that the lab can read.
        """
        pixels = self._recent.get(picture)
        if pixels is None:
            pixels = images.decode(picture.data)
            pixels.setflags(write=False)
        with self._lock:
            self._recent.pop(picture, None)
            self._recent[picture] = pixels
            self._drop_oldest()
        return pixels

    def _drop_oldest(self) -> None:
        sizes = {picture: pixels.size // 3 for picture, pixels in self._recent.items()}
        held = sum(sizes.values())
        for picture in list(sizes)[:-1]:
            if held > self._most:
                self._recent.pop(picture, None)
                held -= sizes[picture]
