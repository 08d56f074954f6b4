"""What the browser is sent is what the model was given, to the last bit."""

from __future__ import annotations

import json
import zlib
from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core import Classifier, attacks
from facemask_core.epsilons import L2, LINF, Grid
from facemask_core.evaluation.verdicts import Verdict
from facemask_core.pictures import animation, fidelity
from facemask_core.robustness import Step, Sweep
from facemask_ui.face.question import Question
from facemask_ui.lab import parts
from facemask_ui.lab.film import ASKS, Film
from facemask_ui.lab.parts import Part

RANDOM = np.random.default_rng(3)
FACE = RANDOM.integers(0, 256, (224, 224, 3)).astype(np.uint8)
"""With values at both ends of the range, where signs are cut off."""
BEFORE = Verdict(1, (0.1, 0.9))
QUESTION = Question(FACE, None, 1, attacks.make("fgsm"), 0)
"""No model is asked here."""


def _sweep(levels: list[int], adversarial: NDArray[np.uint8], grid: Grid = LINF) -> Sweep:
    return Sweep(
        grid=grid,
        notches=np.array(levels, np.int64),
        adversarial=adversarial,
        logits=np.arange(2.0 * len(levels), dtype=np.float32).reshape(-1, 2),
        label=1,
        gradient_calls=1,
        dead_gradients=0,
        threat_model=attacks.make("fgsm").threat_model(0.1),
        rounded_away=np.zeros(len(levels), np.bool_),
        unmoved=np.zeros(len(levels), np.bool_),
    )


def _open(part: Part) -> tuple[dict[str, Any], bytes]:
    """The header and the values, as a browser unpacks them."""
    packed = parts.pack("q", part)
    size = int.from_bytes(packed[:4], "little")
    return dict(json.loads(packed[4 : 4 + size])), zlib.decompress(packed[4 + size :])


def _shown(part: Part, level: int) -> NDArray[np.uint8]:
    """The picture a browser shows at a notch, by its own arithmetic on what it is sent."""
    header, values = _open(part)
    changes = np.frombuffer(values, np.uint8).reshape(-1, *FACE.shape)
    if header["kind"] == "sign":
        signs = changes[0].view(np.int8)
        return np.clip(FACE.astype(int) + level * signs, 0, 255).astype(np.uint8)
    return FACE + changes[header["levels"].index(level)]


def _moved(levels: list[int], signs: NDArray[np.integer]) -> NDArray[np.uint8]:
    return np.stack(
        [np.clip(FACE.astype(int) + level * signs, 0, 255).astype(np.uint8) for level in levels]
    )


def test_signs_alone_are_sent_where_they_say_everything() -> None:
    levels = [0, 1, 5, 32]
    signs = RANDOM.integers(-1, 2, FACE.shape)
    attacked = _moved(levels, signs)
    part = parts.describe_sweep(FACE, _sweep(levels, attacked))
    header, values = _open(part)
    assert header["kind"] == "sign"
    assert len(values) == FACE.size
    for level, picture in zip(levels, attacked, strict=True):
        np.testing.assert_array_equal(_shown(part, level), picture)
        np.testing.assert_array_equal(part.attacked_at(level, FACE), picture)


@pytest.mark.parametrize("levels", [[3], [3, 7]])
def test_other_pictures_are_sent_whole(levels: list[int]) -> None:
    attacked = np.stack(
        [
            np.clip(FACE + RANDOM.integers(-level, level + 1, FACE.shape), 0, 255).astype(np.uint8)
            for level in levels
        ]
    )
    part = parts.describe_sweep(FACE, _sweep(levels, attacked))
    assert _open(part)[0]["kind"] == "frames"
    for level, picture in zip(levels, attacked, strict=True):
        np.testing.assert_array_equal(_shown(part, level), picture)
        np.testing.assert_array_equal(part.attacked_at(level, FACE), picture)
    assert _film([part]).attacked_at(30) is None


def test_a_change_of_any_size_arrives() -> None:
    """In L2 a single value may move from one end of the range to the other."""
    picture = 255 - FACE
    part = parts.describe_sweep(FACE, _sweep([3], picture[None], L2))
    np.testing.assert_array_equal(_shown(part, 3), picture)


def test_a_step_carries_answer_and_loss() -> None:
    step = Step(number=2, adversarial=FACE, probabilities=(0.25, 0.75), loss=0.28768)
    header, _ = _open(parts.describe_step(FACE, step))
    assert header["levels"] == [2]
    assert header["probabilities"] == [[0.25, 0.75]]
    assert header["figures"] == [{"loss": 0.288}]


def test_parts_of_a_film_have_names_of_their_own() -> None:
    unlike = fidelity.measure(FACE, 255 - FACE)
    film = [
        parts.describe_face(QUESTION, BEFORE),
        parts.describe_sweep(FACE, _sweep([0, 1], _moved([0, 1], np.ones(FACE.shape, int)))),
        parts.describe_figures([0, 1], [unlike, unlike]),
        parts.describe_line("noise", [(0, 0.9)]),
        parts.describe_line("twin", [(0, 0.9)]),
        parts.END,
    ]
    assert len({_open(part)[0]["part"] for part in film}) == len(film)


def test_a_part_is_packed_once_and_shown_without_being_unpacked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attacked = _moved([0, 1], np.ones(FACE.shape, int))
    face = parts.describe_face(QUESTION, BEFORE)
    film = _film([face, parts.describe_sweep(FACE, _sweep([0, 1], attacked)), parts.END])
    sent = list(film.pack())
    monkeypatch.setattr(parts, "pack", lambda *_: pytest.fail("packed again"))
    monkeypatch.setattr(zlib, "decompress", lambda *_: pytest.fail("unpacked"))
    assert all(one is other for one, other in zip(sent, film.pack(), strict=True))
    np.testing.assert_array_equal(film.attacked_at(1), attacked[1])


@pytest.mark.parametrize("grid", [LINF, L2])
def test_the_animation_shows_the_films_own_pictures(grid: Grid) -> None:
    levels = [0, 1, 5]
    attacked = _moved(levels, RANDOM.integers(-1, 2, FACE.shape))
    sweep = _sweep(levels, attacked, grid)
    model = SimpleNamespace(card=SimpleNamespace(unsure_below=None))
    question = replace(
        QUESTION, attack=attacks.make("fgsm", norm=grid.norm), classifier=cast(Classifier, model)
    )
    rest = [parts.describe_face(question, BEFORE), parts.describe_sweep(FACE, sweep)]
    film = Film("q", question.classifier, lambda: iter(rest), forget=lambda: None)
    list(film.pack())
    packed = film.animate(question, truth_known=True)
    size = int.from_bytes(packed[:4], "little")
    assert json.loads(packed[4 : 4 + size])["kind"] == "animation"
    shares, written = sweep.probabilities.tolist(), [grid.write(level) for level in levels]
    gif = animation.encode_sweep(written, list(attacked), shares, 1)
    assert zlib.decompress(packed[4 + size :]) == gif
    assert film.animate(question, truth_known=True) is packed
    assert film.animate(question, truth_known=False) != packed


def _film(rest: list[Part]) -> Film:
    return Film("q", QUESTION.classifier, lambda: iter(rest), forget=lambda: None)


def _part(number: int) -> Part:
    return Part(f"{number}", "line", {})


def _packed(*numbers: int) -> list[bytes]:
    return [parts.pack("q", _part(number)) for number in numbers]


def test_a_film_broken_off_goes_on_where_it_was() -> None:
    computed = []

    def rest() -> Any:
        for number in range(3):
            computed.append(number)
            yield _part(number)

    broken = Film("q", QUESTION.classifier, rest, forget=lambda: None)
    for part in broken.pack():
        if [part] == _packed(1):
            break  # as Streamlit does when the visitor chooses something else
    assert list(broken.pack()) == _packed(0, 1, 2)
    assert computed == [0, 1, 2]


def test_a_film_can_be_left_in_line_and_goes_on_where_it_was() -> None:
    computed, patience = [], iter((True, False, True))

    def rest() -> Any:
        for number in range(2):
            yield ASKS
            computed.append(number)
            yield _part(number)

    def turn() -> nullcontext[None]:
        if not next(patience):
            raise KeyboardInterrupt  # like Streamlit's, no Exception
        return nullcontext()

    broken = Film(
        "q", SimpleNamespace(take_turn=turn), rest, forget=lambda: pytest.fail("forgotten")
    )
    with pytest.raises(KeyboardInterrupt):
        list(broken.pack())
    assert computed == [0]
    assert list(broken.pack()) == _packed(0, 1)
    assert computed == [0, 1]


def test_a_film_broken_off_within_a_part_is_computed_again_up_to_there() -> None:
    """As for a closed tab; the parts that were there are neither lost nor sent twice."""
    computed, leaves = [], [1]

    def rest() -> Any:
        for number in range(3):
            yield ASKS
            computed.append(number)
            if number in leaves:
                leaves.remove(number)
                raise KeyboardInterrupt  # like Streamlit's, no Exception
            yield _part(number)

    asked = SimpleNamespace(take_turn=nullcontext)
    broken = Film("q", asked, rest, forget=lambda: pytest.fail("forgotten"))
    with pytest.raises(KeyboardInterrupt):
        list(broken.pack())
    assert len(broken.done) == 1
    assert list(broken.pack()) == _packed(0, 1, 2)
    assert list(broken.pack()) == _packed(0, 1, 2)
    assert computed == [0, 1, 0, 1, 2]


def test_a_film_that_fails_is_forgotten() -> None:
    forgotten = []

    def rest() -> Any:
        yield _part(0)
        raise RuntimeError("out of memory")

    failing = Film("q", QUESTION.classifier, rest, forget=lambda: forgotten.append(True))
    with pytest.raises(RuntimeError, match="memory"):
        list(failing.pack())
    assert forgotten == [True]
