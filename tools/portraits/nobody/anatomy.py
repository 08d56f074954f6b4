"""The measures of one body: what the distance functions take, drawn around what the traits say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nobody.traits import Expression, Headwear, Traits

_STREAM = 7
"""Keeps these draws apart from those of the traits, so that adding one does not shift the other."""


class Anatomy(NamedTuple):
    """A head and what carries it. Without a unit: a factor around 1, or a strength from 0.

    Attributes:
        seed: Where in the noise this person lies.
        asymmetry: Signed; no face is its own mirror image.
        lid_fold: How far skin of the upper lid hides its crease and the inner corner, 0 to 1.
        hood: How far the upper lid droops at the side, 0 to 1.
        ageing: 0 young to about 1 old.
        weight: -1 lean to 1 heavy.
        smile: 0 to 1.
        mouth_open: Half the gap between the lips, in centimetres.
        brow_height: Centimetres above the mean; so are `hairline` (upwards) and `brow_raise`.
        ears: 0 where cloth presses them flat.
        turn: Radians by which the shoulders turn against the head, as are nod and tilt.
        glance: Radians by which the eyes look up, for lids follow them.
    """

    seed: float
    asymmetry: float
    face_width: float
    face_length: float
    skull_height: float
    jaw_width: float
    jaw_angle: float
    chin_width: float
    chin_height: float
    chin_forward: float
    cheekbones: float
    cheeks: float
    nose_width: float
    nose_length: float
    nose_height: float
    nose_tip: float
    nose_hump: float
    lip_fullness: float
    mouth_width: float
    eye_opening: float
    eye_spacing: float
    eye_tilt: float
    lid_fold: float
    hood: float
    brow_height: float
    brow_ridge: float
    hairline: float
    ears: float
    neck: float
    ageing: float
    weight: float
    smile: float
    mouth_open: float
    frown: float
    turn: float
    nod: float
    tilt: float
    glance: float


_SMILE = {
    Expression.SERIOUS: 0.0,
    Expression.CALM: 0.12,
    Expression.SLIGHT_SMILE: 0.38,
    Expression.SMILE: 0.72,
    Expression.LAUGH: 0.95,
}


def draw(traits: Traits) -> Anatomy:
    """Draws the measures that belong to a person's seed."""
    rng = np.random.default_rng([traits.seed, list(type(traits.kind)).index(traits.kind), _STREAM])
    laughs = traits.expression is Expression.LAUGH
    return Anatomy(
        seed=float(rng.uniform(0, 97)),
        asymmetry=float(rng.normal(0, 0.6)),
        ears=0.0 if traits.headwear is Headwear.HEADSCARF else float(rng.normal(1, 0.08)),
        ageing=traits.ageing,
        weight=traits.weight,
        smile=float(np.clip(_SMILE[traits.expression] + rng.normal(0, 0.07), 0, 1)),
        mouth_open=float(rng.uniform(0.3, 0.5)) if laughs else 0.0,
        frown=float(rng.uniform(0.3, 1)) if traits.expression is Expression.SERIOUS else 0.0,
        turn=traits.pose.body_turn,
        nod=traits.pose.body_nod,
        tilt=traits.pose.body_tilt,
        glance=traits.pose.nod + traits.pose.glance_nod,
        **_skull(rng, traits),
        **_features(rng, traits),
    )


def _skull(rng: np.random.Generator, traits: Traits) -> dict[str, float]:
    """Measures of bone and flesh."""
    man = 0.0 if traits.feminine else 1.0
    return {
        "face_width": rng.normal(0.985 + 0.02 * man, 0.035) + 0.03 * traits.weight,
        "face_length": rng.normal(0.965 + 0.045 * man, 0.035),
        "skull_height": rng.normal(1.0, 0.03),
        "jaw_width": rng.normal(0.9 + 0.1 * man, 0.06) + 0.07 * traits.weight,
        "jaw_angle": rng.uniform(0, 0.6) + 0.4 * man,
        "chin_width": rng.normal(0.9 + 0.15 * man, 0.14),
        "chin_height": rng.normal(0.95 + 0.08 * man, 0.08),
        "chin_forward": rng.normal(0.05 + 0.1 * man, 0.28),
        "cheekbones": rng.normal(1.0, 0.1),
        "cheeks": rng.normal(1.0, 0.05) + 0.1 * traits.weight - 0.04 * traits.ageing,
        "neck": rng.normal(0.85 + 0.12 * man, 0.025) + 0.05 * traits.weight,
        "hairline": rng.normal(0.1, 0.25) + man * max(traits.ageing - 0.2, 0) * rng.uniform(0, 1.6),
    }


def _features(rng: np.random.Generator, traits: Traits) -> dict[str, float]:
    """Measures of eyes, nose and mouth; means shift a little along the scale of skin tones."""
    man = 0.0 if traits.feminine else 1.0
    dark, old = traits.darkness, traits.ageing
    folded = rng.random() < (0.3 if 2 <= traits.monk_tone <= 6 else 0.06)
    fullness = rng.normal(0.84, 0.13) + 0.26 * dark - 0.06 * man - 0.2 * old
    return {
        "nose_width": rng.normal(0.9 + 0.07 * man, 0.07) + 0.18 * dark + 0.04 * old,
        "nose_length": rng.normal(0.94, 0.055) + 0.05 * old,
        "nose_height": rng.normal(0.98 + 0.05 * man, 0.16) - 0.14 * dark,
        "nose_tip": rng.normal(0.96 + 0.03 * man, 0.08) + 0.06 * old,
        "nose_hump": max(rng.normal(0.0, 0.5), 0.0) * (1 - 0.6 * dark),
        "lip_fullness": float(np.clip(fullness, 0.5, 1.35)),
        "mouth_width": rng.normal(1.0 + 0.03 * man, 0.06),
        "eye_opening": float(np.clip(rng.normal(1.06, 0.12) - 0.12 * old, 0.72, 1.3)),
        "eye_spacing": rng.normal(1.0, 0.035),
        "eye_tilt": rng.normal(0.07, 0.05) - 0.05 * old,
        "lid_fold": rng.uniform(0.6, 1.0) if folded else rng.uniform(0, 0.2),
        "hood": float(np.clip(rng.normal(0.1, 0.15) + 0.65 * old, 0, 1)),
        "brow_height": rng.normal(0.16 - 0.14 * man, 0.13),
        "brow_ridge": rng.normal(0.35 + 0.65 * man, 0.25),
    }
