"""Exposure, white balance and tone curve: from linear light to 8-bit pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from nobody.film import backgrounds
from nobody.traits import Light, Traits

Array = NDArray[np.float64]

_BALANCE = {
    Light.WINDOW: (1.0, 1.0, 1.0),
    Light.OVERCAST: (1.04, 1.0, 0.93),
    Light.SUN: (0.95, 1.0, 1.06),
    Light.STUDIO: (1.0, 1.0, 1.0),
    Light.LAMPS: (0.92, 1.0, 1.16),
}
"""What a camera does against the colour of a light; it does not go all the way."""


def cut_out(
    pixels: NDArray[np.float32], skin_brightness: float, traits: Traits
) -> NDArray[np.uint8]:
    """Develops the sitter alone: RGBA, the colour not multiplied by alpha."""
    rng = np.random.default_rng([traits.seed, 41])
    alpha = np.clip(pixels[..., 3:].astype(np.float64), 0, 1)
    colour = pixels[..., :3] / np.maximum(alpha, 1e-3)
    colour = _encode(colour * _gain(skin_brightness, traits, rng))
    # Only what is wholly there is sharpened; along hair this would draw a fringe.
    colour = colour + (alpha > 0.98) * (_sharpened(colour) - colour)
    return _eight_bits(np.concatenate([colour, alpha], axis=2))


def picture(
    pixels: NDArray[np.float32], skin_brightness: float, traits: Traits
) -> NDArray[np.uint8]:
    """Develops the sitter before a background, as a photograph: RGB."""
    rng = np.random.default_rng([traits.seed, 41])
    side = len(pixels)
    alpha = np.clip(pixels[..., 3:].astype(np.float64), 0, 1)
    sitter = pixels[..., :3] * _gain(skin_brightness, traits, rng)
    behind = backgrounds.paint(traits.background, side, rng)
    light = _through_lens(sitter + behind * (1 - alpha))
    developed = np.clip(_sharpened(_encode(light)), 0, 1)
    return _eight_bits(developed + _grain(side, rng))


def _gain(skin_brightness: float, traits: Traits, rng: np.random.Generator) -> Array:
    """Exposes for the skin, so that light skin comes out light and dark skin dark."""
    wanted = 0.08 + 0.36 * (1 - traits.darkness) ** 1.15
    gain = np.clip((wanted / max(skin_brightness, 0.01)) ** 0.9, 0.4, 2.2)
    jitter = np.array([rng.normal(1, 0.02), 1.0, rng.normal(1, 0.025)])
    return gain * rng.normal(1, 0.06) * jitter * np.array(_BALANCE[traits.light])


def _through_lens(light: Array) -> Array:
    """A little light strays, and the corners get less."""
    side = len(light)
    spread = 0.03 * side
    light = light + 0.05 * (gaussian_filter(light, (spread, spread, 0)) - light)
    top, left = np.mgrid[0:side, 0:side] / side - 0.5
    return light * (1 - 0.35 * (left * left + top * top))[..., None]


def _encode(light: Array) -> Array:
    """A film's tone curve (after Narkowicz's fit of ACES), then sRGB."""
    x = np.maximum(light, 0) * 0.62
    x = np.clip(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0, 1)
    return np.where(x < 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-8) ** (1 / 2.4) - 0.055)


def _sharpened(colour: Array) -> Array:
    return colour + 0.35 * (colour - gaussian_filter(colour, (1.0, 1.0, 0)))


def _grain(side: int, rng: np.random.Generator) -> Array:
    """Noise of a sensor: in brightness, and softer in colour."""
    brightness = rng.normal(0, 0.006, (side, side, 1))
    return brightness + gaussian_filter(rng.normal(0, 0.007, (side, side, 3)), (0.7, 0.7, 0))


def _eight_bits(values: Array) -> NDArray[np.uint8]:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
