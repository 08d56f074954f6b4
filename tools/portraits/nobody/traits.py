"""What can be said in words of a person and a picture of them. Everyone is an adult."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

WITH_MASK = "with_mask"
WITHOUT_MASK = "without_mask"


class Kind(StrEnum):
    """What a portrait is made for."""

    GALLERY = "gallery"
    FACES = "faces"
    CONFUSERS = "confusers"


class Hair(StrEnum):
    """How the hair of the head is worn; the words go into alt texts."""

    SHAVED = "shaved head"
    RECEDING = "horseshoe of {colour} hair"
    CROPPED = "short {colour} hair"
    PARTED = "side-parted {colour} hair"
    COMBED_BACK = "{colour} hair combed back"
    TIED = "{colour} hair tied in a bun"
    BOB = "chin-length {colour} hair"
    FRINGE = "{colour} hair with a fringe"
    LONG = "long {colour} hair"
    WAVY = "long wavy {colour} hair"
    CURLY = "{colour} curls"
    AFRO = "{colour} afro"
    LOCS = "{colour} locs"
    COVERED = ""


class Beard(StrEnum):
    """Hair of the lower face."""

    NONE = ""
    STUBBLE = "stubble"
    MOUSTACHE = "moustache"
    GOATEE = "goatee"
    SHORT = "short beard"
    FULL = "full beard"


class Headwear(StrEnum):
    """Cloth on the head."""

    NONE = ""
    HEADSCARF = "headscarf"
    HEADWRAP = "headwrap"


class Glasses(StrEnum):
    """The shape of the lenses."""

    NONE = ""
    ROUND = "round glasses"
    SQUARE = "square glasses"
    BROWLINE = "half-rim glasses"


class Mask(StrEnum):
    """How a mask is made."""

    NONE = ""
    SURGICAL = "pleated mask"
    CLOTH = "cloth mask"
    FFP2 = "FFP2 mask"


class Pattern(StrEnum):
    """What is printed on, or woven into, a fabric."""

    PLAIN = ""
    DOTS = "dots"
    CHECK = "a check"
    STRIPES = "stripes"
    FLOWERS = "flowers"
    CAMOUFLAGE = "camouflage"


class Worn(StrEnum):
    """Where a mask sits."""

    PROPERLY = "properly"
    BELOW_NOSE = "below the nose"
    ON_CHIN = "on the chin"


class Confuser(StrEnum):
    """What might be taken for a mask, or a mask that might be overlooked."""

    NONE = ""
    BELOW_NOSE = "mask below the nose"
    ON_CHIN = "mask on the chin"
    HAND = "hand over the mouth"
    SCARF = "scarf over the mouth"
    BEARD = "full beard"
    SHIELD = "face shield"


class Expression(StrEnum):
    """What the face does."""

    SERIOUS = "serious"
    CALM = "calm"
    SLIGHT_SMILE = "slight smile"
    SMILE = "smile"
    LAUGH = "smile with teeth"


class Clothes(StrEnum):
    """The neckline, which is all that shows."""

    CREW_NECK = "crew neck"
    V_NECK = "V-neck"
    ROLL_NECK = "roll-neck"
    SHIRT = "shirt collar"


class Light(StrEnum):
    """Where the light comes from."""

    WINDOW = "window"
    OVERCAST = "overcast sky"
    SUN = "low sun"
    STUDIO = "studio"
    LAMPS = "lamps"


class Background(StrEnum):
    """What is out of focus behind."""

    ROOM = "room"
    OUTDOORS = "outdoors"
    STUDIO = "studio"


@dataclass(frozen=True, kw_only=True)
class Pose:
    """Angles in radians; positive turns to the sitter's left, up, and to the sitter's left side.

    Attributes:
        turn: The head against the camera.
        nod: The same, up and down.
        roll: The camera about its own axis.
        body_turn: The head against the shoulders.
        body_nod: The same, up and down.
        body_tilt: The head leaning to a shoulder.
        glance_turn: The eyes away from the camera.
        glance_nod: The same, up and down.
    """

    turn: float
    nod: float
    roll: float
    body_turn: float
    body_nod: float
    body_tilt: float
    glance_turn: float
    glance_nod: float


@dataclass(frozen=True, kw_only=True)
class Traits:
    """One person and one picture of them; see the enumerations for the words.

    Attributes:
        age: Years.
        weight: -1 lean to 1 heavy.
        grey: Share of grey hairs, 0 to 1.
        coil: How tightly the hair curls by itself, 0 to 1.
        make_up: 0 to 1.
        freckles: 0 to 1.
    """

    seed: int
    kind: Kind
    label: str
    monk_tone: int
    feminine: bool
    age: int
    weight: float
    hair: Hair
    hair_colour: str
    grey: float
    coil: float
    beard: Beard
    headwear: Headwear
    headwear_colour: str
    headwear_pattern: Pattern
    glasses: Glasses
    frame_colour: str
    iris: str
    make_up: float
    lipstick: str
    freckles: float
    mask: Mask
    mask_colour: str
    mask_pattern: Pattern
    mask_contrast: str
    worn: Worn
    confuser: Confuser
    expression: Expression
    clothes: Clothes
    clothes_colour: str
    light: Light
    background: Background
    pose: Pose

    @property
    def age_group(self) -> str:
        """The decade or so that tables count by."""
        for below, name in ((30, "18-29"), (45, "30-44"), (60, "45-59")):
            if self.age < below:
                return name
        return "60+"

    @property
    def ageing(self) -> float:
        """How far the face has aged, 0 to about 1."""
        return float(np.clip((self.age - 26) / 52, 0.0, 1.15))

    @property
    def darkness(self) -> float:
        """Where the skin lies on the scale, 0 lightest to 1 darkest."""
        return (self.monk_tone - 1) / 9
