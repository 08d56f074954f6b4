"""What the sitter wears, or holds before the mouth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nobody import palettes
from nobody.colour import fabric
from nobody.colour import hand as hand_colour
from nobody.geometry import clothes, glasses, hand, headwear, masks, shield, winter_scarf
from nobody.geometry.noise import noise_at
from nobody.geometry.surfaces import Mesh, mesh
from nobody.studio import materials
from nobody.studio.objects import add_mesh
from nobody.studio.sitter import Sitter
from nobody.traits import Confuser, Glasses, Headwear, Mask, Pattern

Array = NDArray[np.float64]


def add_clothes(sitter: Sitter) -> None:
    """Adds a garment."""
    traits = sitter.traits
    cut = clothes.cut_of(traits.clothes)
    found = mesh(clothes.clothes, (sitter.anatomy, cut), (-24, -34, -14), (24, -11, 13), 0.22)
    ground = palettes.linear(palettes.FABRICS[traits.clothes_colour])
    heather = (
        1 + 0.1 * noise_at(found.vertices, 3.0, 1.0) + 0.06 * noise_at(found.vertices, 0.4, 7.0)
    )
    add_mesh(
        "clothes",
        found,
        materials.fabric(bump=0.35, weave=4.5, sheen=0.25),
        np.clip(ground * heather[:, None], 0, 1),
    )


def add_headwear(sitter: Sitter) -> None:
    """Adds a headscarf or headwrap."""
    traits, a = sitter.traits, sitter.anatomy
    if traits.headwear is Headwear.NONE:
        return
    if traits.headwear is Headwear.HEADSCARF:
        found = mesh(headwear.headscarf, (a,), (-16, -28, -15), (16, 14, 13), 0.17)
    else:
        found = mesh(headwear.headwrap, (a,), (-11, -8, -14), (11, 16, 11), 0.15)
    ground = palettes.linear(palettes.FABRICS[traits.headwear_colour])
    colours = (ground, ground * 0.5 + 0.2)
    x, y, z = found.vertices.astype(np.float64).T
    colour = fabric.paint(
        np.arctan2(x, z + 2) * 8, y, traits.headwear_pattern, colours, sitter.rng(5)
    )
    add_mesh("headwear", found, materials.fabric(bump=0.15, weave=9, sheen=0.35), colour)


def add_glasses(sitter: Sitter) -> None:
    """Adds a frame and the lenses in it."""
    traits, a = sitter.traits, sitter.anatomy
    if traits.glasses is Glasses.NONE:
        return
    shape = glasses.shape_of(traits.glasses)
    found = mesh(glasses.frame, (a, shape), (-8.8, -4.2, -4.0), (8.8, 4.2, 10.5), 0.07)
    colour = palettes.linear(palettes.FRAMES[traits.frame_colour])
    metal = traits.frame_colour == "silver"
    add_mesh("frame", found, materials.frame(colour, metal=metal))
    found = mesh(glasses.lenses, (a, shape), (-6.8, -3.4, 7.0), (6.8, 3.0, 9.6), 0.05)
    add_mesh("lenses", found, materials.clear(tint=0.03, gloss=0.02))


def add_mask(sitter: Sitter) -> None:
    """Adds a mask and its loops."""
    traits, a = sitter.traits, sitter.anatomy
    if traits.mask is Mask.NONE:
        return
    fit = masks.fit(traits.mask, traits.worn)
    found = mesh(masks.mask, (a, fit), (-9.2, -16.5, -4), (9.2, 2.5, 14), 0.09)
    x, y, z = found.vertices.astype(np.float64).T
    u = np.arctan2(x, z + 1) * 9
    colours = (
        palettes.linear(palettes.MASKS[traits.mask_colour]),
        palettes.linear(palettes.CONTRASTS[traits.mask_contrast]),
    )
    colour = fabric.paint(u, y + fit.drop, traits.mask_pattern, colours, sitter.rng(6))
    loops = np.abs(u) > 8.9
    dark = traits.mask_colour == "black"
    colour[loops] = palettes.linear((40, 40, 42) if dark else (222, 222, 220))
    bump = 0.5 if traits.mask is Mask.CLOTH else 0.35
    add_mesh("mask", found, materials.fabric(bump=bump, weave=11, sheen=0.1, sheer=0.12), colour)


def add_confuser(sitter: Sitter) -> None:
    """Adds what might be taken for a mask."""
    add = {
        Confuser.HAND: _add_hand,
        Confuser.SCARF: _add_scarf,
        Confuser.SHIELD: _add_shield,
    }.get(sitter.traits.confuser)
    if add:
        add(sitter)


def _add_hand(sitter: Sitter) -> None:
    rng = sitter.rng(7)
    fingers, palm = hand.bones(
        sitter.anatomy, int(rng.choice([-1, 1])), float(rng.uniform(0.3, 0.8))
    )
    found = mesh(hand.hand, (fingers, palm), (-20, -28, 0), (20, 2, 16), 0.12)
    colour = hand_colour.paint(found.vertices, sitter.looks.complexion.tone, fingers)
    rough = np.zeros(len(found.vertices))
    add_mesh("hand", found, materials.skin(0.55, sitter.anatomy.ageing), colour, rough)


def _add_scarf(sitter: Sitter) -> None:
    rng = sitter.rng(8)
    box = ((-13, -28, -12), (13, -2, 14))
    found = mesh(winter_scarf.winter_scarf, (sitter.anatomy,), *box, 0.16)
    first, second = rng.choice(list(palettes.FABRICS), 2, replace=False)
    pattern = list(Pattern)[int(rng.choice([0, 0, 2, 3]))]
    x, y, z = found.vertices.astype(np.float64).T
    colours = (palettes.linear(palettes.FABRICS[first]), palettes.linear(palettes.FABRICS[second]))
    colour = fabric.paint(np.arctan2(x, z + 1) * 9, y, pattern, colours, rng)
    add_mesh("scarf", found, materials.fabric(bump=0.8, weave=3.2, sheen=0.5), colour)


def _add_shield(sitter: Sitter) -> None:
    box = ((-10.5, -15, 0), (10.5, 7, 13))
    found = mesh(shield.visor, (), *box, 0.09)
    add_mesh("visor", found, materials.clear(tint=0.06, gloss=0.035))
    found = mesh(shield.band, (sitter.anatomy,), (-10, 4, -12), (10, 7, 13), 0.1)
    colour = _band_colour(found, sitter.rng(9))
    add_mesh("band", found, materials.fabric(bump=0.3, weave=6, sheen=0.1), colour)


def _band_colour(found: Mesh, rng: np.random.Generator) -> Array:
    """White foam in front, a coloured strap behind."""
    name = ("sky blue", "navy", "black", "sage")[int(rng.integers(4))]
    strap = palettes.linear(palettes.CONTRASTS[name])
    foam = palettes.linear((214, 216, 214))
    return np.where((found.vertices[:, 2] > 4.6)[:, None], foam, strap)
