"""Starting points on the home page, each a link to the attack page with everything set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A link to the attack page with every setting.

    Attributes:
        name: The table of its strings: the link's ``label``, and a ``sentence`` on what it shows.
        icon: The link's icon.
        query: The settings that differ from their defaults.
    """

    name: str
    icon: str
    query: dict[str, str]


def _query(sample: str, attack: str, epsilon: int) -> dict[str, str]:
    return {"sample": sample, "attack": attack, "epsilon": str(epsilon)}


PRESETS = (
    Preset(
        "one_level",
        ":material/visibility_off:",
        _query("portrait-07", "fgsm", 1),
    ),
    Preset(
        "larger_step",
        ":material/directions_walk:",
        _query("portrait-14", "fgsm", 8),
    ),
    Preset(
        "small_steps",
        ":material/footprint:",
        _query("portrait-05", "pgd", 2),
    ),
    Preset(
        "visible_noise",
        ":material/grain:",
        _query("portrait-19", "fgsm", 32),
    ),
    Preset(
        "photograph",
        ":material/rocket_launch:",
        _query("astronaut", "fgsm", 8),
    ),
)
