"""The person in front of the camera, part by part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nobody.anatomy import Anatomy
from nobody.colour import eyes as eye_colour
from nobody.colour import skin as skin_colour
from nobody.geometry import eyes, head, masks, mouth
from nobody.geometry.surfaces import mesh
from nobody.looks import Looks
from nobody.strands.beard import beard
from nobody.strands.brows import brows, lashes
from nobody.strands.scalp import hair
from nobody.strands.styles import style_of
from nobody.studio import materials
from nobody.studio.camera import Camera
from nobody.studio.objects import add_mesh, add_strands
from nobody.traits import Hair, Mask, Traits

Array = NDArray[np.float64]

_FARTHEST = np.radians(28.0)
"""How far eyes turn aside in the head; for what lies further, people turn the head."""


@dataclass(frozen=True)
class Sitter:
    """All that is known of a person before the picture is taken."""

    traits: Traits
    anatomy: Anatomy
    looks: Looks

    def rng(self, purpose: int) -> np.random.Generator:
        """A source of randomness of its own for each purpose."""
        return np.random.default_rng([self.traits.seed, 31, purpose])


def add_skin(sitter: Sitter) -> None:
    """Adds head, neck and shoulders."""
    a = sitter.anatomy
    found = mesh(head.skin, (a,), (-12.5, -22, -12), (12.5, 12.8, 12), 0.11)
    colour, roughness = skin_colour.paint(found.vertices, a, sitter.looks.complexion)
    shine = float(sitter.rng(1).normal(0.51, 0.035))
    add_mesh("skin", found, materials.skin(shine, a.ageing), colour, roughness)


def add_eyes(sitter: Sitter, target: Array) -> None:
    """Adds both eyeballs, looking at one point."""
    a = sitter.anatomy
    axes = np.stack([eyes.axis(target, a, -1.0), eyes.axis(target, a, 1.0)])
    around = (a, eyes.corneas(a, axes))
    found = mesh(eyes.eyeball, around, (-5.6, -1.6, 4.2), (5.6, 1.6, 8.0), 0.045)
    colour = eye_colour.paint(
        found.vertices, a, sitter.looks.iris, axes, darkness=sitter.traits.darkness
    )
    add_mesh("eyes", found, materials.eye(), np.clip(colour, 0, 1))


def add_teeth(sitter: Sitter) -> None:
    """Adds the upper teeth where the mouth is open."""
    a = sitter.anatomy
    if a.mouth_open <= 0:
        return
    found = mesh(mouth.teeth, (a,), (-3.2, -9.5, 4.4), (3.2, -5.0, 9.0), 0.05)
    x = np.abs(found.vertices[:, 0].astype(np.float64))
    gaps = np.array([mouth.notch(float(v)) for v in x])
    # As with eyes, a picture exposed for dark skin would make their white glare.
    white = np.array([0.56, 0.51, 0.42]) * (1 - 0.2 * a.ageing - 0.35 * sitter.traits.darkness)
    colour = white * ((1 - 0.14 * x) * (1 - 0.4 * gaps))[:, None]
    add_mesh("teeth", found, materials.enamel(), np.clip(colour, 0, 1))


def add_hair(sitter: Sitter) -> None:
    """Adds the hair of the head."""
    traits, looks = sitter.traits, sitter.looks
    style = style_of(traits.hair, feminine=traits.feminine)
    if style is None:
        return
    rng = sitter.rng(2)
    strands = hair(
        sitter.anatomy,
        style,
        traits.seed,
        parting=float(rng.choice([-2.2, 2.2, 0.0, 1.2])),
        knot_height=float(rng.choice([11.5, 2.0, -1.0])),
        bald=traits.hair is Hair.RECEDING,
    )
    _add_greying("hair", strands, looks.hair, looks.grey_hair, traits.grey, rng, (0.018, 0.007))


def add_brows(sitter: Sitter) -> None:
    """Adds brows and lashes."""
    traits, a, rng = sitter.traits, sitter.anatomy, sitter.rng(3)
    thickness = rng.uniform(0.5, 0.8) if traits.feminine else rng.uniform(0.8, 1.2)
    hairs = int(rng.uniform(240, 360) * (1 - 0.25 * traits.ageing))
    strands = brows(a, hairs, thickness, rng.normal(0, 0.1), traits.seed)
    add_strands("brows", strands, materials.hair(sitter.looks.brows, 0.4), 0.014, 0.004)
    length = 0.42 + 0.35 * traits.make_up
    strands = lashes(a, 70, length, traits.seed)
    black = np.array([0.006, 0.005, 0.004])
    add_strands("lashes", strands, materials.hair(black, 0.4, 0.0), 0.011, 0.004)


def add_beard(sitter: Sitter) -> None:
    """Adds the hair of the lower face; under a mask it is left out, or it would pierce it."""
    traits, looks, growth = sitter.traits, sitter.looks, sitter.looks.beard_growth
    if growth is None:
        return
    a, rng = sitter.anatomy, sitter.rng(4)
    curl = 0.1 + 0.5 * traits.coil
    length = growth.length * rng.uniform(0.8, 1.25)
    strands = beard(a, growth.hairs, length, curl, growth.style, traits.seed)
    if traits.mask is not Mask.NONE:
        fit = masks.fit(traits.mask, traits.worn)
        free = [not masks.covers(*map(float, root), a, fit) for root in strands[:, 0]]
        strands = strands[np.array(free)]
    _add_greying(
        "beard", strands, looks.beard, looks.grey_hair, looks.beard_grey, rng, (0.013, 0.005)
    )


def _add_greying(
    name: str,
    strands: NDArray[np.float32],
    colour: Array,
    grey: Array,
    share: float,
    rng: np.random.Generator,
    radii: tuple[float, float],
) -> None:
    """Adds strands, a share of them grey."""
    turned = rng.random(len(strands)) < share
    add_strands(name, strands[~turned], materials.hair(colour), *radii)
    add_strands(f"grey {name}", strands[turned], materials.hair(grey), *radii)


def look_at(sitter: Sitter, camera: Camera) -> Array:
    """The point at which both eyes look: as far off as the camera, and mostly near it."""
    pose = sitter.traits.pose
    right = np.cross([0.0, 1.0, 0.0], camera.direction)
    off = np.tan(pose.glance_turn) * right + np.tan(pose.glance_nod) * np.array([0.0, 1.0, 0.0])
    gaze = camera.direction + off
    # Eyes turn less far than the head is turned away.
    gaze = 0.86 * gaze / np.linalg.norm(gaze) + np.array([0.0, 0.0, 0.14])
    gaze = _within_reach(gaze / np.linalg.norm(gaze))
    between = np.array([0.0, 0.0, eyes.DEPTH])
    return between + gaze * np.linalg.norm(camera.position - between)


def _within_reach(gaze: Array) -> Array:
    """Turns a gaze back to where eyes reach without half an iris behind the corner of the lids."""
    turn = np.clip(np.arctan2(gaze[0], gaze[2]), -_FARTHEST, _FARTHEST)
    ahead = np.hypot(gaze[0], gaze[2])
    return np.array([ahead * np.sin(turn), gaze[1], ahead * np.cos(turn)])
