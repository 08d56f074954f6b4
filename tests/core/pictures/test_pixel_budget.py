"""However many large pictures come at once, the memory that decoding takes has a bound."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import heic_files
import needs
import pytest
from picture_files import noise, saved
from PIL import Image

from facemask_core.pictures import images
from facemask_core.pictures.pixel_budget import PixelBudget

SECONDS = 20
SIX_AT_ONCE = """
import sys, threading
from pathlib import Path
import peak_memory
from facemask_core.pictures import images
data = Path(sys.argv[1]).read_bytes()
before = peak_memory.kibibytes()
threads = [threading.Thread(target=images.decode, args=(data,)) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(peak_memory.kibibytes() - before + peak_memory.kibibytes_of_children())
"""


@pytest.mark.parametrize("earlier", [1, 25])
def test_pictures_are_let_in_up_to_the_sum_and_wait_beyond_it(earlier: int) -> None:
    """Whatever was let in before: one above the sum does not raise it."""
    budget, inside = PixelBudget(10), threading.Event()
    with budget.reserve(earlier):
        pass

    def enter() -> None:
        with budget.reserve(4):
            inside.set()

    with budget.reserve(4):
        with budget.reserve(4):
            waiting = threading.Thread(target=enter)
            waiting.start()
            assert not inside.wait(0.2)
        assert inside.wait(SECONDS)
    waiting.join(SECONDS)


def test_a_large_picture_is_not_passed_by_small_ones() -> None:
    budget, order = PixelBudget(10), list[str]()

    def enter(name: str, pixels: int) -> None:
        with budget.reserve(pixels):
            order.append(name)

    large = threading.Thread(target=enter, args=("large", 10))
    small = threading.Thread(target=enter, args=("small", 1))
    with budget.reserve(1):
        large.start()
        time.sleep(0.1)
        small.start()
        time.sleep(0.1)
    for thread in (large, small):
        thread.join(SECONDS)
    assert order == ["large", "small"]


def test_a_small_picture_does_not_wait_for_a_large_one() -> None:
    done = threading.Thread(target=images.decode, args=(saved(noise(), "PNG"),), daemon=True)
    with images._budget.reserve(images.MAX_PIXELS):
        done.start()
        done.join(SECONDS)
        assert not done.is_alive()


def test_what_a_failing_picture_held_is_free_again() -> None:
    budget = PixelBudget(10)
    for _ in range(3):
        with pytest.raises(ValueError, match="damaged"), budget.reserve(10):
            raise ValueError("damaged")


@pytest.mark.slow
@needs.peak_memory
@pytest.mark.parametrize("kind", ["WEBP", "JPEG", "PNG", "AVIF", "HEIC"])
def test_six_of_the_largest_pictures_at_once_take_less_than_a_gigabyte(
    kind: str, tmp_path: Path
) -> None:
    """Measured: 16 bytes a pixel for WebP, 8 to 10 for the others."""
    side = int(images.MAX_PIXELS**0.5) // 8 * 8
    path = tmp_path / "large"
    if kind == "HEIC":
        tile = (heic_files.TILE, heic_files.TILE)
        path.write_bytes(heic_files.pack("flat", tile, repeats=(13, 13), claim=(side, side)))
    else:
        options = {"speed": 10} if kind == "AVIF" else {}
        Image.new("RGB", (side, side), (200, 150, 120)).save(path, kind, **options)
    peak = subprocess.run(
        [sys.executable, "-c", SIX_AT_ONCE, path],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert int(peak.stdout) < 2**20
