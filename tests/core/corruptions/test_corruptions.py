"""Every registered corruption keeps the contract, and each does what it is named after."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from facemask_core import corruptions, paths
from facemask_core.corruptions import SEVERITIES, Corruption
from facemask_core.data import samples
from facemask_core.errors import CorruptionError
from facemask_core.pictures import images

COMMANDS = paths.ROOT / "docs" / "command-line.md"
every_corruption = pytest.mark.parametrize(
    "corruption", [corruptions.make(name) for name in corruptions.names()], ids=lambda c: c.name
)


@pytest.fixture(scope="module")
def face() -> NDArray[np.uint8]:
    picture = images.resize(images.decode(samples.PHOTOGRAPH.path.read_bytes()))
    picture.setflags(write=False)  # no corruption may write on what it is given
    return picture


def _settings(stated: dict[str, Any]) -> dict[str, Any]:
    return {key: stated[key] for key in stated if key not in {"corruption", "severities"}}


@every_corruption
def test_the_registry_describes_its_corruptions(corruption: Corruption) -> None:
    assert corruption.title
    assert corruption.meaning
    assert corruption.__doc__
    assert corruptions.settings(corruption.name) == tuple(f.name for f in fields(corruption))
    stated = corruption.statement()
    assert json.loads(json.dumps(stated)) == stated
    assert stated["corruption"] == corruption.name
    values = [corruption.value(strength) for strength in (0, *SEVERITIES)]
    assert values == [corruption.start, *corruption.severities]
    assert len(set(values)) == len(values)
    assert values in (sorted(values), sorted(values, reverse=True))
    assert len({corruption.describe(strength) for strength in (0, *SEVERITIES)}) == len(values)
    row = [f"`{corruption.name}`", corruption.meaning, *map("{:g}".format, corruption.severities)]
    assert f"| {' | '.join(row)} |" in COMMANDS.read_text(encoding="utf-8")
    assert corruptions.make(corruption.name, **_settings(stated)) == corruption
    places = [corruption.describe(notch / 4) for notch in range(21)]
    assert len(set(places)) == 21, "a slider tells its notches apart"
    with pytest.raises(FrozenInstanceError):
        corruption.name = "another"  # type: ignore[misc]


@every_corruption
def test_a_corruption_keeps_its_contract(corruption: Corruption, face: NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(corruption.apply(face, 0.0, 7), face)
    distances = []
    for strength in (0.1, 1, 2.5, 4, 5):
        changed = corruption.apply(face, strength, 7)
        assert (changed.dtype, changed.shape) == (np.uint8, face.shape)
        np.testing.assert_array_equal(corruption.apply(face, strength, 7), changed)
        in_floats = corruption.apply(images.to_float(face), strength, 7)
        assert in_floats.dtype == np.float32
        np.testing.assert_array_equal(in_floats, images.to_float(changed))
        distances.append(float(np.abs(changed.astype(int) - face).mean()))
    assert distances == sorted(distances), "a stronger change is a larger one"
    assert distances[-1] > 0
    odd = corruption.apply(np.ascontiguousarray(face[:37, :53]), 5, 7)
    assert odd.shape == (37, 53, 3)


@pytest.mark.parametrize("name", ["noise", "rotation", "mouth_box"])
def test_seeds_and_pictures_differ_in_what_is_random(name: str, face: NDArray[np.uint8]) -> None:
    corruption = corruptions.make(name)
    by_seed = {corruption.apply(face, 3, seed).tobytes() for seed in range(8)}
    assert len(by_seed) > 1
    flat = [np.full((64, 64, 3), level, np.uint8) for level in (100, 101)]
    first, second = (corruptions.make("noise").apply(image, 3, 0) for image in flat)
    assert (first.astype(int) - second != -1).any()


def test_the_noise_has_the_deviation_of_its_dial() -> None:
    grey = np.full((224, 224, 3), 128, np.uint8)
    noise = corruptions.make("noise")
    for strength, deviation in zip(SEVERITIES[:3], noise.severities[:3], strict=True):
        found = noise.apply(grey, strength, 1) / 255 - 128 / 255
        assert found.std() == pytest.approx(deviation, rel=0.02)
        assert found.mean() == pytest.approx(0, abs=0.002)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("darker", [15, 25, 50]), ("brighter", [162, 202, 255]), ("contrast", [105, 115, 140])],
)
def test_light_goes_by_its_formula(name: str, expected: list[int]) -> None:
    """At severity 3, on bars of 60, 100 and 200, whose mean is 120."""
    bars = np.repeat(np.array([60, 100, 200], np.uint8), 20).reshape(1, 60, 1)
    changed = corruptions.make(name).apply(np.tile(bars, (60, 1, 3)), 3)
    assert changed[0, ::20, 0].tolist() == expected
    assert (changed == changed[..., :1]).all(), "grey stays grey"


def test_a_red_light_leaves_red_alone(face: NDArray[np.uint8]) -> None:
    lit = corruptions.make("colour_cast").apply(face, 5)
    np.testing.assert_array_equal(lit[..., 0], face[..., 0])
    assert lit[..., 1:].max() <= np.rint(0.3 * 255)
    blue = corruptions.make("colour_cast", colour="blue").apply(face, 5)
    np.testing.assert_array_equal(blue[..., 2], face[..., 2])
    with pytest.raises(CorruptionError, match="no light of the colour 'mauve'; choose one of red"):
        corruptions.make("colour_cast", colour="mauve")


def test_a_face_further_away_is_smaller_on_a_plain_wall() -> None:
    """A white square on black ends where the dial says, and nothing else is bright."""
    picture = np.zeros((224, 224, 3), np.uint8)
    picture[56:168, 56:168] = 255
    small = corruptions.make("distance").apply(picture, 3)
    bright = np.argwhere(small[..., 0] > 127)
    assert bright.min(axis=0).tolist() == [84, 84]
    assert bright.max(axis=0).tolist() == [139, 139]
    assert not small[:50].any()


def test_a_rotation_turns_by_its_degrees() -> None:
    picture = np.full((225, 225, 3), 60, np.uint8)
    picture[20:30, 108:117] = 255  # a mark at twelve o'clock, 87 to 88 pixels from the middle
    turned = corruptions.make("rotation").apply(picture, 3)
    row, column = np.argwhere(turned[..., 0] > 200).mean(axis=0) - 112
    assert np.degrees(np.arctan2(abs(column), -row)) == pytest.approx(30, abs=1)


def test_the_box_covers_the_mouth_and_leaves_the_eyes(face: NDArray[np.uint8]) -> None:
    for seed in range(20):
        covered = corruptions.make("mouth_box").apply(face, 5, seed)
        changed = (covered != face).any(axis=2)
        assert not changed[:112].any()
        mouth = covered[150:185, 80:144].reshape(-1, 3)
        assert (mouth == mouth[0]).all(), "opaque"
        smaller = corruptions.make("mouth_box", face=(0.5, 0.5, 1, 1)).apply(face, 5, seed)
        changed = (smaller != face).any(axis=2)
        assert not changed[:, :112].any()
        assert changed[188:203, 152:184].all(), "in the middle of the lower quarter of the face"


@pytest.mark.parametrize(
    ("strength", "seed", "image", "message"),
    [
        (5.1, 0, np.zeros((9, 9, 3), np.uint8), "The strength is 5.1; give a number from 0"),
        (float("nan"), 0, np.zeros((9, 9, 3), np.uint8), "The strength is nan"),
        (1, -1, np.zeros((9, 9, 3), np.uint8), "The seed must be a whole number from 0; it is -1"),
        (1, 0, np.zeros((9, 9), np.uint8), r"not uint8 \(9, 9\)"),
        (1, 0, np.zeros((9, 9, 3), np.int64), "not int64"),
        (1, 0, np.full((9, 9, 3), 255.0), r"must lie in \[0, 1\]"),
        (1, 0, np.full((9, 9, 3), np.nan), r"must lie in \[0, 1\]"),
    ],
)
@every_corruption
def test_what_is_outside_the_contract_is_refused(
    corruption: Corruption, strength: float, seed: int, image: NDArray[np.uint8], message: str
) -> None:
    with pytest.raises(CorruptionError, match=message):
        corruption.apply(image, strength, seed)


@pytest.mark.parametrize("face", [(0, 0, 0, 1), (0.5, 0, 0.4, 1), (0, 0, 1, 1.1), (-0.1, 0, 1, 1)])
def test_a_face_outside_the_picture_is_refused(face: tuple[float, ...]) -> None:
    with pytest.raises(CorruptionError, match="in shares of the picture"):
        corruptions.make("mouth_box", face=face)


def test_an_unknown_corruption_is_refused_with_those_there_are() -> None:
    with pytest.raises(CorruptionError, match="no corruption 'rain'; choose one of noise, blur"):
        corruptions.make("rain")
