"""The registry of attacks: adding one is a file in this folder and a line below."""

from __future__ import annotations

from facemask_core.attacks.apgd import APGD
from facemask_core.attacks.base import AdversarialBatch, Attack
from facemask_core.attacks.bim import BIM
from facemask_core.attacks.boundary import Boundary
from facemask_core.attacks.carlini_wagner import CarliniWagner
from facemask_core.attacks.deepfool import DeepFool
from facemask_core.attacks.ensemble import Ensemble
from facemask_core.attacks.fab import FAB
from facemask_core.attacks.fgsm import FGSM
from facemask_core.attacks.hopskipjump import HopSkipJump
from facemask_core.attacks.lbfgs import LBFGS
from facemask_core.attacks.mim import MIM
from facemask_core.attacks.noise import Noise
from facemask_core.attacks.pgd import PGD
from facemask_core.attacks.setting_list import Setting
from facemask_core.attacks.setting_list import list_settings as _list_settings
from facemask_core.attacks.square import Square
from facemask_core.attacks.transfer import Transfer
from facemask_core.attacks.universal import Universal
from facemask_core.errors import AttackError
from facemask_core.registry import Registry

__all__ = [
    "AdversarialBatch",
    "Attack",
    "Setting",
    "describe_settings",
    "get",
    "make",
    "names",
    "settings",
]

_REGISTRY: Registry[Attack] = Registry(
    "attack",
    AttackError,
    (
        *(FGSM, BIM, MIM, PGD, APGD),  # the worst image in a ball
        *(DeepFool, FAB, CarliniWagner, LBFGS),  # the nearest fooling image
        Ensemble,  # several of these in turn
        Universal,  # one noise for every face
        *(HopSkipJump, Boundary),  # the nearest fooling image, by answers alone
        *(Square, Transfer, Noise),  # without this model's gradients
    ),
)
names = _REGISTRY.names
get = _REGISTRY.get
settings = _REGISTRY.settings
make = _REGISTRY.make


def describe_settings(name: str) -> tuple[Setting, ...]:
    """Describes the settings of an attack: type, default, choices, and meaning in a sentence.

    Args:
        name: A name from :func:`names`.

    Raises:
        AttackError: There is none of that name.
    """
    return _list_settings(get(name))
