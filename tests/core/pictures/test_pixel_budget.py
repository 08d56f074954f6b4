"""However many large pictures come at once, the memory that decoding takes has a bound."""

from __future__ import annotations

import os
import queue
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
from facemask_core.pictures.pixel_budget import ON_WAIT, OWNER, Owner, PixelBudget

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


def test_a_visitor_who_leaves_does_not_wait_on() -> None:
    budget, ends = PixelBudget(10), queue.Queue[type[BaseException]]()

    def end() -> None:
        raise KeyboardInterrupt  # like Streamlit's, no Exception

    def enter() -> None:
        ON_WAIT.set(end)
        try:
            with budget.reserve(4):
                pytest.fail("there is no room")
        except KeyboardInterrupt as error:
            ends.put(type(error))

    with budget.reserve(10):
        threading.Thread(target=enter).start()
        assert ends.get(timeout=SECONDS) is KeyboardInterrupt
        assert budget._line == []
    with budget.reserve(10):
        pass


def enter_in_order(
    budget: PixelBudget, pictures: list[tuple[str, int]], *, held: int
) -> list[tuple[str, int]]:
    """Lets owners' pictures come one after the other while all is held, and lists who enters."""
    order = list[tuple[str, int]]()

    def enter(owner: str, pixels: int) -> None:
        group, _, session = owner.partition("/")
        OWNER.set(Owner(group, session))
        with budget.reserve(pixels):
            order.append((owner, pixels))

    threads = [threading.Thread(target=enter, args=picture) for picture in pictures]
    with budget.reserve(held):
        for count, thread in enumerate(threads, start=1):
            thread.start()
            while len(budget._line) < count:
                time.sleep(0.001)
    for thread in threads:
        thread.join(SECONDS)
    return order


def test_one_visitors_large_pictures_hold_up_no_others() -> None:
    heavy, others = [("heavy", 40)] * 6, [("a", 12), ("b", 40), ("c", 3)]
    order = enter_in_order(PixelBudget(40), [*heavy, *others], held=40)
    assert set(order[:4]) == {*others, ("heavy", 40)}
    assert order[4:] == [("heavy", 40)] * 5


def test_a_large_picture_lets_others_pass_up_to_the_sum() -> None:
    small = [(f"visitor {number}", 4) for number in range(9)]
    order = enter_in_order(PixelBudget(12), [("large", 12), *small], held=12)
    assert order.index(("large", 12)) == 3


def test_a_flood_of_large_pictures_is_overdue_one_at_a_time() -> None:
    small = [(f"visitor {number}", 4) for number in range(6)]
    order = enter_in_order(PixelBudget(12), [*[("large", 12)] * 3, *small], held=12)
    assert [place for place, (owner, _) in enumerate(order) if owner == "large"] == [3, 7, 8]


def test_sessions_of_an_address_have_the_share_of_one() -> None:
    flood = [(f"school/{number}", 4) for number in range(6)]
    order = enter_in_order(PixelBudget(4), [*flood, ("home/a", 4), ("home/b", 4)], held=4)
    assert [owner for owner, _ in order[:4]] == ["school/0", "home/a", "school/1", "home/b"]


def test_whatever_one_address_decodes_there_is_room_for_another() -> None:
    budget, over = PixelBudget(4, most_of_group=2), threading.Event()
    entered = queue.Queue[str]()

    def enter(group: str, session: str) -> None:
        OWNER.set(Owner(group, session))
        with budget.reserve(1):
            entered.put(group)
            over.wait(SECONDS)

    people = [*(("flood", str(number)) for number in range(6)), ("home", "a"), ("home", "b")]
    threads = [threading.Thread(target=enter, args=person) for person in people]
    for thread in threads:
        thread.start()
    inside = sorted(entered.get(timeout=SECONDS) for _ in range(4))
    over.set()
    for thread in threads:
        thread.join(SECONDS)
    assert inside == ["flood", "flood", "home", "home"]
    assert entered.qsize() == len(people) - 4


def test_of_one_owners_pictures_the_smallest_comes_first() -> None:
    assert enter_in_order(PixelBudget(10), [("a", 10), ("a", 1)], held=10) == [("a", 1), ("a", 10)]


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
