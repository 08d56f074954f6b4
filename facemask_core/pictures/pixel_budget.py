"""How many pixels are decoded at once in this process, so that its memory has a bound."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class PixelBudget:
    """Lets pictures in as long as their pixels together stay below a sum; the next ones wait.

    A picture takes up to 16 bytes a pixel while it is decoded, so that sum bounds the memory.
    A single limit of pictures would let six large ones in, or make small ones wait for nothing.
    """

    def __init__(self, pixels: int) -> None:
        """Starts with the whole sum free.

        Args:
            pixels: The sum; a larger picture than that is let in once no other is being decoded.
        """
        self._pixels = self._free = pixels
        self._next = threading.Lock()
        self._returned = threading.Condition()

    @contextmanager
    def reserve(self, pixels: int) -> Iterator[None]:
        """Waits until so many pixels are free, and holds them for the block.

        Args:
            pixels: Width times height of the picture.
        """
        share = min(pixels, self._pixels)
        # The picture that waits holds this lock: else small ones would pass a large one forever.
        with self._next, self._returned:
            self._returned.wait_for(lambda: self._free >= share)
            self._free -= share
        try:
            yield
        finally:
            with self._returned:
                self._free += share
                self._returned.notify()
