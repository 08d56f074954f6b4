"""JPEG compression, as the encoder and decoder of a browser or camera do it, with gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from facemask_core.backend import keras
from facemask_core.defences.base import Defence, check_whole_number
from facemask_core.defences.rounding import straight_through
from facemask_core.models.gradients import Tensor

ops = keras.ops

_BLOCK = 8
_UNIT = 16
"""Side in pixels of what is coded together: 8 x 8 values of chroma at half resolution."""
_GREY = 128.0
_FIXED = 2.0**16
"""libjpeg computes with whole multiples of 1 / 65,536; float32 holds these and their sums."""
_JUST_BELOW_HALF = 0.5 - 1 / _FIXED

_LUMA = """
16 11 10 16  24  40  51  61
12 12 14 19  26  58  60  55
14 13 16 24  40  57  69  56
14 17 22 29  51  87  80  62
18 22 37 56  68 109 103  77
24 35 55 64  81 104 113  92
49 64 78 87 103 121 120 101
72 92 95 98 112 100 103  99
"""
"""Quantisation steps at quality 50, ITU-T T.81 annex K, tables K.1 and K.2; rising frequencies."""
_CHROMA = """
17 18 24 47 99 99 99 99
18 21 26 66 99 99 99 99
24 26 56 99 99 99 99 99
47 66 99 99 99 99 99 99
99 99 99 99 99 99 99 99
99 99 99 99 99 99 99 99
99 99 99 99 99 99 99 99
99 99 99 99 99 99 99 99
"""


def _fixed_point(*rows: list[float]) -> NDArray[np.float32]:
    """Makes a matrix in libjpeg's precision, transposed to be multiplied from the right."""
    return (np.rint(np.array(rows).T * _FIXED) / _FIXED).astype(np.float32)


# ITU-R BT.601 at full range, as JFIF asks for.
_TO_YCBCR = _fixed_point(
    [0.299, 0.587, 0.114],
    [-0.168735892, -0.331264108, 0.5],
    [0.5, -0.418687589, -0.081312411],
)
_TO_RGB = _fixed_point([1.0, 0.0, 1.402], [1.0, -0.344136286, -0.714136286], [1.0, 1.772, 0.0])
_CENTRES = np.array([0.0, _GREY, _GREY], np.float32)


@dataclass(frozen=True, kw_only=True)
class JPEG(Defence):
    """Shin & Song 2017, "JPEG-resistant adversarial images" (NIPS workshop on ML and security).

    Forward, what libjpeg and so Pillow do by default: YCbCr, chroma averaged to half resolution
    (4:2:0), 8 x 8 cosine transform, the standard tables scaled to the quality, and back, with
    chroma interpolated. It is rounded wherever libjpeg rounds, so that pictures whose sides are
    multiples of 16 come out as from Pillow but for a few blocks (measured in
    ``tests/core/defences/test_defences.py``); others are padded and may differ more in their last
    blocks. Backward, roundings are straight-through; all else is linear, but for the cut at black
    and white, which is differentiated as it is.

    Attributes:
        quality: libjpeg's quality, from 1 to 100.
    """

    name: ClassVar[str] = "jpeg"
    title: ClassVar[str] = "JPEG"

    quality: int = 75

    def __post_init__(self) -> None:
        check_whole_number(self.quality, "The JPEG quality", 1, 100)

    @property
    def label(self) -> str:
        return f"JPEG {self.quality}"

    def __call__(self, pixels: Tensor) -> Tensor:
        height, width = pixels.shape[1:3]
        luma_steps, chroma_steps = quantisation_steps(self.quality)
        coded = _extend(_to_ycbcr(_round(pixels * 255.0)))
        luma = _quantise(coded[..., :1], luma_steps)
        chroma = _quantise(_halve(coded[..., 1:]), chroma_steps)
        # What lies outside the image must not flow in where chroma is interpolated.
        chroma = _double(chroma[:, : (height + 1) // 2, : (width + 1) // 2])
        coded = ops.concatenate([luma[:, :height, :width], chroma[:, :height, :width]], axis=-1)
        return _to_rgb(coded) / 255.0


def quantisation_steps(quality: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Scales the standard tables as libjpeg does.

    Args:
        quality: From 1 to 100.

    Returns:
        int64 (8, 8) for luma and for chroma, each from 1 to 255; rows are vertical frequencies.
    """
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    luma, chroma = (
        np.clip((np.array(table.split(), np.int64) * percent + 50) // 100, 1, 255)
        for table in (_LUMA, _CHROMA)
    )
    return luma.reshape(_BLOCK, _BLOCK), chroma.reshape(_BLOCK, _BLOCK)


def _round(values: Tensor, bias: float | NDArray[np.float32] = 0.5) -> Tensor:
    """Adds a bias and drops the fraction, as libjpeg rounds; straight-through for gradients."""
    return straight_through(values, ops.floor(values + bias))


def _round_to(values: Tensor, unit: float) -> Tensor:
    """Rounds to multiples of a unit."""
    return _round(values / unit) * unit


def _to_bytes(levels: Tensor) -> Tensor:
    # Cut off first: ties at the border, where a clip's gradient is a matter of taste, are rare so.
    return _round(ops.clip(levels, 0.0, 255.0))


def _to_ycbcr(levels: Tensor) -> Tensor:
    """Turns RGB levels into whole Y, Cb and Cr, all in [0, 255]."""
    biases = np.array([0.5, _JUST_BELOW_HALF, _JUST_BELOW_HALF], np.float32)
    return _round(ops.tensordot(levels, _TO_YCBCR, axes=1) + _CENTRES, biases)


def _to_rgb(coded: Tensor) -> Tensor:
    """Turns Y, Cb and Cr into whole RGB levels, all in [0, 255]."""
    return _to_bytes(ops.tensordot(coded - _CENTRES, _TO_RGB, axes=1))


def _extend(planes: Tensor) -> Tensor:
    """Repeats the last row and column until whole units cover the image."""
    height, width = planes.shape[1:3]
    below = ops.repeat(planes[:, -1:], -height % _UNIT, axis=1)
    planes = ops.concatenate([planes, below], axis=1)
    right = ops.repeat(planes[:, :, -1:], -width % _UNIT, axis=2)
    return ops.concatenate([planes, right], axis=2)


def _halve(planes: Tensor) -> Tensor:
    """Averages 2 x 2 pixels into one; halves go down in one column and up in the next."""
    means = ops.average_pool(planes, 2, strides=2, data_format="channels_last")
    return _round(means, _by_columns(means, 1 / 4, 1 / 2))


def _double(planes: Tensor) -> Tensor:
    """Interpolates between the centres of 2 x 2 pixels, libjpeg's "fancy upsampling"."""
    for axis in (1, 2):
        planes = _interpolate(planes, axis)
    return _round(planes, _by_columns(planes, 8 / 16, 7 / 16))


def _by_columns(planes: Tensor, even: float, odd: float) -> NDArray[np.float32]:
    """A bias for every column, float32 (width, 1): libjpeg takes turns lest all get brighter."""
    return np.where(np.arange(planes.shape[2]) % 2, odd, even)[:, None].astype(np.float32)


def _interpolate(planes: Tensor, axis: int) -> Tensor:
    """Doubles an axis: three quarters of the value in whose place, one of the next neighbour."""
    size = planes.shape[axis]
    margins = [(1, 1) if each == axis else (0, 0) for each in range(4)]
    padded = ops.pad(planes, margins, mode="symmetric")  # by one, this repeats the edges
    before, _ = ops.split(padded, [size], axis=axis)
    _, after = ops.split(padded, [2], axis=axis)
    pairs = ops.stack([0.75 * planes + 0.25 * before, 0.75 * planes + 0.25 * after], axis=axis + 1)
    shape = list(planes.shape)
    shape[0], shape[axis] = -1, 2 * size
    return ops.reshape(pairs, shape)


def _waves() -> NDArray[np.float64]:
    """The orthonormal cosine transform of eight values (DCT-II), (8, 8); rows are frequencies."""
    frequency, place = np.mgrid[:_BLOCK, :_BLOCK]
    waves = np.cos((2 * place + 1) * frequency * np.pi / (2 * _BLOCK)) / 2.0
    waves[0] /= np.sqrt(2.0)
    return waves


# For flattened blocks, to be multiplied from the right, float32 (64, 64).
_ALONG_ROWS = np.kron(np.eye(_BLOCK), _waves().T).astype(np.float32)
_DOWN_COLUMNS = np.kron(_waves().T, np.eye(_BLOCK)).astype(np.float32)
_BETWEEN_PASSES = 1 / (4 * np.sqrt(_BLOCK))
"""Unit that libjpeg's accurate integer transform ("islow") rounds to after its first pass."""


def _quantise(planes: Tensor, steps: NDArray[np.int64]) -> Tensor:
    """Rounds the cosine coefficients of every block to multiples of their steps."""
    step = steps.reshape(-1).astype(np.float32)
    blocks = _to_blocks(planes - _GREY)
    partial = _round_to(ops.matmul(blocks, _ALONG_ROWS), _BETWEEN_PASSES)
    coefficients = _round_to(ops.matmul(partial, _DOWN_COLUMNS), 1 / _BLOCK)
    quotients = coefficients / step
    quotients = (
        straight_through(quotients, ops.sign(quotients) * ops.floor(ops.abs(quotients) + 0.5))
        * step
    )
    partial = _round_to(ops.matmul(quotients, _DOWN_COLUMNS.T), _BETWEEN_PASSES)
    return _to_bytes(_from_blocks(ops.matmul(partial, _ALONG_ROWS.T), planes) + _GREY)


def _to_blocks(planes: Tensor) -> Tensor:
    """Cuts (n, height, width, channels) into rows of 64 pixels a block."""
    _, height, width, channels = planes.shape
    shape = (-1, height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK, channels)
    blocks = ops.transpose(ops.reshape(planes, shape), (0, 1, 3, 5, 2, 4))
    return ops.reshape(blocks, (-1, _BLOCK * _BLOCK))


def _from_blocks(blocks: Tensor, planes: Tensor) -> Tensor:
    """Puts blocks together again, in the shape of ``planes``."""
    _, height, width, channels = planes.shape
    shape = (-1, height // _BLOCK, width // _BLOCK, channels, _BLOCK, _BLOCK)
    grid = ops.transpose(ops.reshape(blocks, shape), (0, 1, 4, 2, 5, 3))
    return ops.reshape(grid, (-1, height, width, channels))
