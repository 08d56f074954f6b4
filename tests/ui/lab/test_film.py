"""What the browser is sent is what the model was given, to the last bit."""

from __future__ import annotations

import json
import zlib
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core import attacks
from facemask_core.epsilons import L2, LINF, Grid
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.pictures import animation
from facemask_core.robustness import Step, Sweep
from facemask_ui.lab import film
from facemask_ui.lab.sweeps import ASKS, Film

RANDOM = np.random.default_rng(3)
FACE = RANDOM.integers(0, 256, (224, 224, 3)).astype(np.uint8)
"""With values at both ends of the range, where signs are cut off."""
BEFORE = Verdict(1, (0.1, 0.9))


def _sweep(levels: list[int], attacked: NDArray[np.uint8], grid: Grid = LINF) -> Sweep:
    return Sweep(
        grid=grid,
        notches=np.array(levels, np.int64),
        attacked=attacked,
        logits=np.arange(2.0 * len(levels), dtype=np.float32).reshape(-1, 2),
        label=1,
        gradient_calls=1,
        dead_gradients=0,
        threat_model=attacks.make("fgsm").threat_model(0.1),
    )


def _header(part: bytes) -> dict[str, Any]:
    size = int.from_bytes(part[:4], "little")
    return dict(json.loads(part[4 : 4 + size]))


def _moved(levels: list[int], signs: NDArray[np.integer]) -> NDArray[np.uint8]:
    return np.stack(
        [np.clip(FACE.astype(int) + level * signs, 0, 255).astype(np.uint8) for level in levels]
    )


def test_signs_alone_are_sent_where_they_say_everything() -> None:
    levels = [0, 1, 5, 32]
    signs = RANDOM.integers(-1, 2, FACE.shape)
    attacked = _moved(levels, signs)
    part = film.sweep("q", FACE, _sweep(levels, attacked))
    assert _header(part)["kind"] == "sign"
    assert len(zlib.decompress(part[4 + int.from_bytes(part[:4], "little") :])) == FACE.size
    parts = [film.face("q", FACE, BEFORE, 1), part]
    for level, picture in zip(levels, attacked, strict=True):
        np.testing.assert_array_equal(film.picture_at(parts, level), picture)


@pytest.mark.parametrize("levels", [[3], [3, 7]])
def test_other_pictures_are_sent_whole(levels: list[int]) -> None:
    attacked = np.stack(
        [
            np.clip(FACE + RANDOM.integers(-level, level + 1, FACE.shape), 0, 255).astype(np.uint8)
            for level in levels
        ]
    )
    part = film.sweep("q", FACE, _sweep(levels, attacked))
    assert _header(part)["kind"] == "frames"
    parts = [film.face("q", FACE, BEFORE, 1), part]
    for level, picture in zip(levels, attacked, strict=True):
        np.testing.assert_array_equal(film.picture_at(parts, level), picture)
    assert film.picture_at(parts, 30) is None


def test_a_change_of_any_size_arrives() -> None:
    """In L2 a single value may move from one end of the range to the other."""
    picture = 255 - FACE
    part = film.sweep("q", FACE, _sweep([3], picture[None], L2))
    shown = film.picture_at([film.face("q", FACE, BEFORE, 1), part], 3)
    np.testing.assert_array_equal(shown, picture)


def test_a_step_carries_answer_and_loss() -> None:
    taken = Step(number=2, attacked=FACE, probabilities=(0.25, 0.75), loss=0.28768)
    header = _header(film.step("q", FACE, taken))
    assert header["levels"] == [2]
    assert header["probabilities"] == [[0.25, 0.75]]
    assert header["figures"] == [{"loss": 0.288}]


def test_parts_of_a_film_have_names_of_their_own() -> None:
    parts = [
        film.face("q", FACE, BEFORE, 1),
        film.sweep("q", FACE, _sweep([0, 1], _moved([0, 1], np.ones(FACE.shape, int)))),
        film.figures("q", [0, 1], [{}, {}]),
        film.line("q", "noise", [(0, 0.9)]),
        film.line("q", "twin", [(0, 0.9)]),
        film.end("q"),
    ]
    assert len({_header(part)["part"] for part in parts}) == len(parts)


@pytest.mark.parametrize("grid", [LINF, L2])
def test_the_animation_shows_the_films_own_pictures(grid: Grid) -> None:
    levels = [0, 1, 5]
    attacked = _moved(levels, RANDOM.integers(-1, 2, FACE.shape))
    swept = _sweep(levels, attacked, grid)
    parts = [film.face("q", FACE, BEFORE, 1), film.sweep("q", FACE, swept)]
    made = film.animation("q", parts, 1, grid)
    assert _header(made)["kind"] == "animation"
    packed = made[4 + int.from_bytes(made[:4], "little") :]
    shares, written = swept.probabilities.tolist(), [grid.write(level) for level in levels]
    assert zlib.decompress(packed) == animation.encode_sweep(written, list(attacked), shares, 1)


def test_a_film_broken_off_goes_on_where_it_was() -> None:
    computed = []

    def rest() -> Any:
        for number in range(3):
            computed.append(number)
            yield bytes([number])

    broken = Film("q", rest(), nullcontext, forget=lambda: None)
    for part in broken:
        if part == b"\x01":
            break  # as Streamlit does when the visitor chooses something else
    assert list(broken) == [b"\x00", b"\x01", b"\x02"]
    assert computed == [0, 1, 2]


def test_a_film_can_be_left_in_line_and_goes_on_where_it_was() -> None:
    computed, patience = [], iter((True, False, True))

    def rest() -> Any:
        for number in range(2):
            yield ASKS
            computed.append(number)
            yield bytes([number])

    def turn() -> nullcontext[None]:
        if not next(patience):
            raise KeyboardInterrupt  # like Streamlit's, no Exception
        return nullcontext()

    broken = Film("q", rest(), turn, forget=lambda: pytest.fail("forgotten"))
    with pytest.raises(KeyboardInterrupt):
        list(broken)
    assert computed == [0]
    assert list(broken) == [b"\x00", b"\x01"]
    assert computed == [0, 1]


def test_a_film_that_fails_is_forgotten() -> None:
    forgotten = []

    def rest() -> Any:
        yield b"\x00"
        raise RuntimeError("out of memory")

    failing = Film("q", rest(), nullcontext, forget=lambda: forgotten.append(True))
    with pytest.raises(RuntimeError, match="memory"):
        list(failing)
    assert forgotten == [True]
