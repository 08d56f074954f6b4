"""Starting points on the home page, each a link to the attack page with everything set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A link to the attack page with every setting.

    Attributes:
        label: The link's text.
        icon: The link's icon.
        query: The settings that differ from their defaults.
    """

    label: str
    icon: str
    query: dict[str, str]


def _make_preset(label: str, icon: str, sample: str, attack: str, epsilon: int) -> Preset:
    query = {"sample": sample, "attack": attack, "epsilon": str(epsilon)}
    return Preset(label, icon, query)


PRESETS = (
    _make_preset(
        "One level of 255: FGSM, 1/255", ":material/visibility_off:", "portrait-07", "fgsm", 1
    ),
    _make_preset(
        "One larger step: FGSM, 8/255", ":material/directions_walk:", "portrait-14", "fgsm", 8
    ),
    _make_preset("Twenty small steps: PGD, 2/255", ":material/footprint:", "portrait-05", "pgd", 2),
    _make_preset("Noise you can see: FGSM, 32/255", ":material/grain:", "portrait-19", "fgsm", 32),
    _make_preset("A photograph: FGSM, 8/255", ":material/rocket_launch:", "astronaut", "fgsm", 8),
)
