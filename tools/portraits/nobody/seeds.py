"""Who a seed is: its traits, drawn without rendering anything.

Skin tone, class and presentation run through the seeds in a fixed pattern, so that any forty seeds
in a row hold each Monk tone four times, twice with a mask and twice without; all else is drawn.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from nobody import palettes
from nobody.traits import (
    WITH_MASK,
    WITHOUT_MASK,
    Background,
    Beard,
    Clothes,
    Confuser,
    Expression,
    Glasses,
    Hair,
    Headwear,
    Kind,
    Light,
    Mask,
    Pattern,
    Pose,
    Traits,
    Worn,
)

YOUNGEST, OLDEST = 20, 86

Choice = TypeVar("Choice")


def draw(seed: int, kind: Kind) -> Traits:
    """Draws the traits that belong to a seed."""
    if seed < 0:
        raise ValueError("A seed is a whole number from 0.")
    rng = np.random.default_rng([seed, list(Kind).index(kind)])
    confuser = _confuser(seed, kind)
    label = _label(seed, confuser)
    monk_tone = _monk_tone(seed, kind)
    feminine = _feminine(seed, confuser)
    age = _age(rng)
    coil = _coil(rng, monk_tone)
    headwear = _headwear(rng, feminine, confuser)
    mask, mask_colour, pattern = _mask(rng, masked=_has_mask(label, confuser))
    expression = _expression(rng)
    light, background = _surroundings(rng)
    return Traits(
        seed=seed,
        kind=kind,
        label=label,
        monk_tone=monk_tone,
        feminine=feminine,
        age=age,
        weight=float(np.clip(rng.normal(0.05, 0.42), -1, 1)),
        hair=_hair(rng, feminine, age, coil, headwear),
        hair_colour=_hair_colour(rng, monk_tone),
        grey=_grey(rng, age),
        coil=coil,
        beard=_beard(rng, feminine, confuser),
        headwear=headwear,
        headwear_colour=_pick(rng, list(palettes.FABRICS)),
        headwear_pattern=_weighted(rng, {Pattern.PLAIN: 7, Pattern.STRIPES: 1, Pattern.DOTS: 1}),
        glasses=_glasses(rng, age),
        frame_colour=_weighted(rng, {"black": 5, "brown": 2, "silver": 2, "dark blue": 1}),
        iris=_iris(rng, monk_tone),
        make_up=float(rng.uniform(0.15, 0.85)) if feminine else 0.0,
        lipstick=_pick(rng, list(palettes.LIPSTICK)) if feminine and rng.random() < 0.4 else "",
        freckles=float(rng.uniform(0.4, 0.9)) if monk_tone <= 4 and rng.random() < 0.22 else 0.0,
        mask=mask,
        mask_colour=mask_colour,
        mask_pattern=pattern,
        mask_contrast=_contrast(rng, mask_colour),
        worn=_worn(confuser),
        confuser=confuser,
        expression=expression,
        clothes=_weighted(
            rng,
            {
                Clothes.CREW_NECK: 5,
                Clothes.V_NECK: 2,
                Clothes.ROLL_NECK: 2,
                Clothes.SHIRT: 3,
            },
        ),
        clothes_colour=_pick(rng, list(palettes.FABRICS)),
        light=light,
        background=background,
        pose=_pose(rng),
    )


def _pick(rng: np.random.Generator, choices: list[Choice]) -> Choice:
    return choices[int(rng.integers(len(choices)))]


def _weighted(rng: np.random.Generator, weights: dict[Choice, float]) -> Choice:
    shares = np.array(list(weights.values()), np.float64)
    return list(weights)[int(rng.choice(len(shares), p=shares / shares.sum()))]


_CONFUSERS = [confuser for confuser in Confuser if confuser is not Confuser.NONE]


def _confuser(seed: int, kind: Kind) -> Confuser:
    """Takes the confusers in turn; the other kinds have none."""
    return _CONFUSERS[seed % len(_CONFUSERS)] if kind is Kind.CONFUSERS else Confuser.NONE


def _label(seed: int, confuser: Confuser) -> str:
    """The class: a mask counts when it covers the mouth, even below the nose."""
    if confuser is Confuser.NONE:
        return WITH_MASK if seed % 2 else WITHOUT_MASK
    return WITH_MASK if confuser is Confuser.BELOW_NOSE else WITHOUT_MASK


def _has_mask(label: str, confuser: Confuser) -> bool:
    return label == WITH_MASK or confuser is Confuser.ON_CHIN


def _monk_tone(seed: int, kind: Kind) -> int:
    """Runs through a shuffled scale, apart for each class and presentation.

    The four run half a scale apart in pairs, so that a few seeds already span it.
    """
    lanes = len(_CONFUSERS) if kind is Kind.CONFUSERS else 4
    lane, step = seed % lanes, seed // lanes
    scale = np.random.default_rng([step // 10, 2024]).permutation(10)
    start = (0, 2, 5, 7, 3, 8)[lane]
    return int(scale[(step + start) % 10]) + 1


def _feminine(seed: int, confuser: Confuser) -> bool:
    if confuser is Confuser.BEARD:
        return False
    lanes = 2 if confuser is Confuser.NONE else len(_CONFUSERS)
    return (seed // lanes) % 2 == 0


def _age(rng: np.random.Generator) -> int:
    """Spreads ages flatter than a population's, for the old are what small sets lack."""
    low, high = _weighted(
        rng, {(YOUNGEST, 30): 0.26, (30, 45): 0.28, (45, 60): 0.24, (60, OLDEST): 0.22}
    )
    return int(rng.integers(low, high))


def _coil(rng: np.random.Generator, monk_tone: int) -> float:
    """Hair coils more often on darker skin, and anything occurs on any."""
    return float(np.clip(rng.normal(0.08 * monk_tone - 0.02, 0.22), 0, 1))


def _headwear(rng: np.random.Generator, feminine: bool, confuser: Confuser) -> Headwear:
    if not feminine or confuser in (Confuser.SHIELD, Confuser.SCARF):
        return Headwear.NONE
    return _weighted(rng, {Headwear.NONE: 0.74, Headwear.HEADSCARF: 0.19, Headwear.HEADWRAP: 0.07})


def _hair(
    rng: np.random.Generator, feminine: bool, age: int, coil: float, headwear: Headwear
) -> Hair:
    if headwear is not Headwear.NONE:
        return Hair.COVERED
    if not feminine:
        receding = 0.35 * float(np.clip((age - 42) / 25, 0, 1))
        if rng.random() < receding:
            return Hair.RECEDING
    return _weighted(rng, _hair_weights(feminine, coil))


def _hair_weights(feminine: bool, coil: float) -> dict[Hair, float]:
    if feminine and coil > 0.6:
        return {Hair.AFRO: 3, Hair.LOCS: 3, Hair.CURLY: 3, Hair.TIED: 2, Hair.CROPPED: 1.5}
    if feminine and coil > 0.4:
        return {Hair.CURLY: 4, Hair.WAVY: 3, Hair.TIED: 2, Hair.BOB: 1, Hair.CROPPED: 1}
    if feminine:
        return {
            Hair.LONG: 3,
            Hair.WAVY: 2,
            Hair.BOB: 2,
            Hair.TIED: 2,
            Hair.FRINGE: 2,
            Hair.PARTED: 1.2,
            Hair.COMBED_BACK: 0.6,
        }
    if coil > 0.6:
        return {Hair.CROPPED: 5, Hair.AFRO: 2, Hair.SHAVED: 2, Hair.LOCS: 1.5}
    return {
        Hair.CROPPED: 4,
        Hair.PARTED: 3,
        Hair.COMBED_BACK: 1.5,
        Hair.SHAVED: 0.8,
        Hair.FRINGE: 0.8,
        Hair.CURLY: 0.4 + 3 * coil,
    }


def _hair_colour(rng: np.random.Generator, monk_tone: int) -> str:
    if monk_tone >= 7:
        return _weighted(rng, {"black": 8, "dark brown": 3})
    if monk_tone >= 5:
        return _weighted(rng, {"black": 5, "dark brown": 4, "brown": 1})
    return _weighted(
        rng,
        {"black": 2, "dark brown": 3, "brown": 3, "light brown": 2, "blond": 2, "red": 0.8},
    )


def _grey(rng: np.random.Generator, age: int) -> float:
    """Half the hairs are grey at about 56, earlier or later by a decade; some dye them."""
    if rng.random() < 0.15:
        return 0.0
    share = 1 / (1 + math.exp(-(age - rng.normal(56, 6)) / 5))
    return float(share) if share > 0.04 else 0.0


def _beard(rng: np.random.Generator, feminine: bool, confuser: Confuser) -> Beard:
    if confuser is Confuser.BEARD:
        return Beard.FULL
    if feminine:
        return Beard.NONE
    return _weighted(
        rng,
        {
            Beard.NONE: 0.36,
            Beard.STUBBLE: 0.2,
            Beard.SHORT: 0.17,
            Beard.FULL: 0.12,
            Beard.MOUSTACHE: 0.08,
            Beard.GOATEE: 0.07,
        },
    )


def _glasses(rng: np.random.Generator, age: int) -> Glasses:
    if rng.random() > 0.2 + 0.25 * (age - YOUNGEST) / (OLDEST - YOUNGEST):
        return Glasses.NONE
    return _weighted(rng, {Glasses.ROUND: 2, Glasses.SQUARE: 3, Glasses.BROWLINE: 1.5})


def _iris(rng: np.random.Generator, monk_tone: int) -> str:
    if monk_tone >= 7:
        return _weighted(rng, {"dark brown": 3, "brown": 1})
    if monk_tone >= 4:
        return _weighted(rng, {"dark brown": 3, "brown": 4, "hazel": 2, "green": 0.5})
    return _weighted(rng, {"brown": 3, "hazel": 2, "green": 2, "blue": 3, "grey": 1.5})


def _mask(rng: np.random.Generator, *, masked: bool) -> tuple[Mask, str, Pattern]:
    if not masked:
        return Mask.NONE, "", Pattern.PLAIN
    mask = _weighted(rng, {Mask.SURGICAL: 0.4, Mask.CLOTH: 0.38, Mask.FFP2: 0.22})
    if mask is Mask.SURGICAL:
        weights = {"light blue": 5, "white": 3, "pale green": 1.5, "black": 1.5, "pale pink": 1}
        return mask, _weighted(rng, weights), Pattern.PLAIN
    if mask is Mask.FFP2:
        weights = {"white": 5, "black": 2, "grey": 1, "dark blue": 1}
        return mask, _weighted(rng, weights), Pattern.PLAIN
    colour = _pick(
        rng,
        ["dark blue", "black", "grey", "burgundy", "olive", "beige", "teal", "denim blue", "white"],
    )
    printed = rng.random() < 0.55
    pattern = _pick(rng, [p for p in Pattern if p is not Pattern.PLAIN]) if printed else None
    if pattern is Pattern.CAMOUFLAGE:
        colour = "olive"
    return mask, colour, pattern or Pattern.PLAIN


def _contrast(rng: np.random.Generator, colour: str) -> str:
    """A second colour that can be told from the first."""
    ground = np.array(palettes.MASKS.get(colour, (128, 128, 128)))
    far = [
        name
        for name, value in palettes.CONTRASTS.items()
        if np.abs(np.array(value) - ground).mean() > 45
    ]
    return _pick(rng, far)


def _worn(confuser: Confuser) -> Worn:
    if confuser is Confuser.BELOW_NOSE:
        return Worn.BELOW_NOSE
    return Worn.ON_CHIN if confuser is Confuser.ON_CHIN else Worn.PROPERLY


def _expression(rng: np.random.Generator) -> Expression:
    return _weighted(
        rng,
        {
            Expression.SERIOUS: 0.16,
            Expression.CALM: 0.26,
            Expression.SLIGHT_SMILE: 0.24,
            Expression.SMILE: 0.16,
            Expression.LAUGH: 0.18,
        },
    )


def _surroundings(rng: np.random.Generator) -> tuple[Light, Background]:
    """Light and background that go together."""
    background = _pick(rng, list(Background))
    if background is Background.OUTDOORS:
        return _weighted(rng, {Light.OVERCAST: 3, Light.SUN: 2}), background
    if background is Background.STUDIO:
        return _weighted(rng, {Light.STUDIO: 3, Light.WINDOW: 1}), background
    return _weighted(rng, {Light.WINDOW: 3, Light.LAMPS: 2}), background


def _pose(rng: np.random.Generator) -> Pose:
    turn = float(np.clip(rng.normal(0, 0.26), -0.58, 0.58))
    nod = float(np.clip(rng.normal(0.01, 0.08), -0.2, 0.2))
    aside = rng.random() < 0.22
    spread = 0.3 if aside else 0.07
    return Pose(
        turn=turn,
        nod=nod,
        roll=float(rng.normal(0, 0.02)),
        # Most people face the camera with the head more than with the shoulders, or less.
        body_turn=float(np.clip(turn * rng.uniform(0.1, 1.0) + rng.normal(0, 0.1), -0.5, 0.5)),
        body_nod=float(rng.normal(0.02, 0.07)),
        body_tilt=float(rng.normal(0, 0.075)),
        glance_turn=float(np.clip(rng.normal(0, spread), -0.45, 0.45)),
        glance_nod=float(np.clip(rng.normal(-0.01, spread * 0.4), -0.2, 0.15)),
    )
