"""Colours by name, as 8-bit sRGB: what alt texts say and what is rendered come from one table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]

SKIN: dict[int, Colour] = {
    1: (238, 205, 190),
    2: (232, 194, 173),
    3: (227, 185, 157),
    4: (215, 169, 134),
    5: (197, 148, 111),
    6: (167, 118, 84),
    7: (138, 94, 66),
    8: (110, 74, 53),
    9: (88, 60, 45),
    10: (72, 50, 40),
}
"""Albedo of skin by Monk tone. The scale's own swatches show skin as it appears in a picture, with
gloss and light; rendered as albedo its ends would be chalk and coal."""

HAIR: dict[str, Colour] = {
    "black": (22, 18, 16),
    "dark brown": (40, 29, 22),
    "brown": (66, 48, 35),
    "light brown": (98, 74, 52),
    "blond": (150, 120, 80),
    "red": (108, 58, 34),
}
GREY_HAIR: Colour = (106, 103, 99)
"""Darker than grey hair looks: strands pass light on to each other, which lightens the whole."""

IRIS: dict[str, Colour] = {
    "brown": (72, 46, 29),
    "dark brown": (46, 30, 20),
    "hazel": (92, 72, 42),
    "green": (88, 100, 66),
    "blue": (86, 108, 128),
    "grey": (100, 108, 112),
}

LIPSTICK: dict[str, Colour] = {
    "rose": (172, 84, 88),
    "red": (158, 48, 52),
    "berry": (122, 44, 62),
    "brown": (140, 80, 66),
}

MASKS: dict[str, Colour] = {
    "light blue": (150, 182, 208),
    "white": (226, 228, 228),
    "pale green": (160, 194, 180),
    "black": (34, 34, 37),
    "grey": (122, 126, 130),
    "pale pink": (212, 176, 180),
    "dark blue": (44, 54, 86),
    "burgundy": (98, 40, 48),
    "olive": (94, 96, 68),
    "beige": (196, 180, 154),
    "teal": (48, 92, 98),
    "denim blue": (82, 100, 128),
}

FABRICS: dict[str, Colour] = {
    "charcoal": (56, 58, 62),
    "navy": (38, 46, 70),
    "grey": (132, 134, 136),
    "off-white": (214, 208, 196),
    "sand": (182, 162, 132),
    "olive": (92, 94, 66),
    "burgundy": (98, 40, 50),
    "slate blue": (84, 102, 124),
    "forest green": (48, 76, 60),
    "rust": (142, 82, 54),
    "ochre": (168, 132, 66),
    "black": (32, 32, 34),
    "pale blue": (158, 178, 198),
    "dusty pink": (184, 142, 142),
    "brown": (92, 70, 54),
    "plum": (86, 58, 82),
    "teal": (52, 92, 96),
}
"""What people wear: hardly any of it is saturated."""

CONTRASTS: dict[str, Colour] = {
    "off-white": (220, 216, 206),
    "navy": (36, 44, 68),
    "sky blue": (132, 164, 196),
    "brick": (150, 78, 62),
    "mustard": (188, 150, 78),
    "sage": (136, 152, 124),
    "black": (36, 36, 38),
    "rose": (196, 146, 150),
}
"""The second colour of a pattern."""

FRAMES: dict[str, Colour] = {
    "black": (22, 21, 21),
    "brown": (74, 48, 32),
    "silver": (150, 150, 152),
    "dark blue": (32, 38, 60),
}


def linear(colour: Colour | NDArray[np.float64]) -> NDArray[np.float64]:
    """Turns 8-bit sRGB into linear light from 0 to 1."""
    c = np.asarray(colour, np.float64) / 255.0
    return np.where(c < 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
