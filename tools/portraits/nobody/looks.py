"""Colours of one person: skin, lips, hair, brows, beard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nobody import palettes
from nobody.colour.skin import Complexion, lip_colour
from nobody.geometry import hairline
from nobody.traits import Beard, Hair, Headwear, Traits

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class BeardGrowth:
    """What a beard is made of.

    Attributes:
        hairs: How many.
        length: Centimetres.
        style: See :mod:`nobody.geometry.hairline`.
        shadow: How far it darkens the skin beneath, 0 to 1.
    """

    hairs: int
    length: float
    style: int
    shadow: float


_BEARDS = {
    Beard.STUBBLE: BeardGrowth(hairs=8000, length=0.28, style=hairline.ALL_OVER, shadow=0.24),
    Beard.MOUSTACHE: BeardGrowth(hairs=3000, length=0.85, style=hairline.MOUSTACHE, shadow=0.45),
    Beard.GOATEE: BeardGrowth(hairs=5500, length=1.0, style=hairline.GOATEE, shadow=0.45),
    Beard.SHORT: BeardGrowth(hairs=11000, length=0.9, style=hairline.ALL_OVER, shadow=0.42),
    Beard.FULL: BeardGrowth(hairs=15000, length=2.1, style=hairline.ALL_OVER, shadow=0.5),
}


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Colours, linear RGB, and what grows on the face."""

    complexion: Complexion
    iris: Array
    hair: Array
    grey_hair: Array
    brows: Array
    beard_growth: BeardGrowth | None
    beard: Array
    beard_grey: float


def draw(traits: Traits) -> Looks:
    """Draws the colours that belong to a person's seed."""
    rng = np.random.default_rng([traits.seed, 13])
    skin = np.array(palettes.SKIN[traits.monk_tone], np.float64)
    # Undertones: a little more red or yellow, a little lighter or darker.
    skin = skin * (1 + rng.normal(0, 0.018)) + rng.normal(0, 1, 3) * [2.5, 1.5, 3.5]
    tone = palettes.linear(np.clip(skin, 12, 250))
    hair = palettes.linear(palettes.HAIR[traits.hair_colour]) * rng.uniform(0.8, 1.25)
    grey_hair = palettes.linear(palettes.GREY_HAIR) * rng.uniform(0.75, 1.2)
    growth = _BEARDS.get(traits.beard)
    beard_grey = min(1.15 * traits.grey, 1.0)
    beard = hair * [1.1, 1.0, 0.9]
    return Looks(
        complexion=Complexion(
            tone=tone,
            lips=lip_colour(tone, traits.lipstick, 0.75 * traits.make_up + 0.25),
            hair=0.6 * (hair * (1 - traits.grey) + grey_hair * traits.grey) + 0.25 * tone,
            beard=0.6 * beard + 0.05 * tone,
            blood=float(rng.uniform(0.4, 1.0)) * (1 - 0.65 * traits.darkness),
            freckles=traits.freckles,
            shadow=_shadow(traits, growth, rng),
            beard_style=growth.style if growth else hairline.ALL_OVER,
            make_up=traits.make_up,
            hairy=traits.headwear is Headwear.NONE and traits.hair is not Hair.SHAVED,
            bald=traits.hair is Hair.RECEDING,
        ),
        iris=palettes.linear(palettes.IRIS[traits.iris]),
        hair=hair,
        grey_hair=grey_hair,
        brows=(hair * (1 - 0.5 * traits.grey) + grey_hair * 0.5 * traits.grey) * 0.7,
        beard_growth=growth,
        beard=beard,
        beard_grey=beard_grey,
    )


def _shadow(traits: Traits, growth: BeardGrowth | None, rng: np.random.Generator) -> float:
    if traits.feminine:
        return 0.0
    if growth is None:
        # Shaved: the roots show, less where they are grey.
        return float(rng.uniform(0.05, 0.16)) * (1 - traits.grey)
    return growth.shadow * (1 - 0.8 * traits.grey)
