"""Starting points on the home page, each a link to the attack page with everything set."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A link to the attack page with every setting.

    Attributes:
        label: The link's text.
        sentence: What is to be seen there, in plain words.
        icon: The link's icon.
        query: The settings that differ from their defaults.
    """

    label: str
    sentence: str
    icon: str
    query: dict[str, str]


def _query(sample: str, attack: str, epsilon: int) -> dict[str, str]:
    return {"sample": sample, "attack": attack, "epsilon": str(epsilon)}


PRESETS = (
    Preset(
        "One level of 255",
        "The smallest change a picture file can hold. You do not see it; does the model?",
        ":material/visibility_off:",
        _query("portrait-07", "fgsm", 1),
    ),
    Preset(
        "One larger step",
        "Eight levels at once: quick and crude (FGSM).",
        ":material/directions_walk:",
        _query("portrait-14", "fgsm", 8),
    ),
    Preset(
        "Twenty small steps",
        "Two levels at most, each step chosen with care (PGD).",
        ":material/footprint:",
        _query("portrait-05", "pgd", 2),
    ),
    Preset(
        "Noise you can see",
        "Thirty-two levels: now you notice it as well.",
        ":material/grain:",
        _query("portrait-19", "fgsm", 32),
    ),
    Preset(
        "A photograph",
        "The same on a picture of a real face, NASA's.",
        ":material/rocket_launch:",
        _query("astronaut", "fgsm", 8),
    ),
)
