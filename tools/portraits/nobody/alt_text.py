"""Says in words what a portrait shows, for those who cannot see it."""

from __future__ import annotations

from nobody.traits import (
    WITH_MASK,
    Confuser,
    Expression,
    Glasses,
    Hair,
    Mask,
    Pattern,
    Traits,
    Worn,
)

_SKIN = (
    "very light",
    "light",
    "light",
    "light brown",
    "medium brown",
    "medium brown",
    "brown",
    "dark brown",
    "dark brown",
    "very dark",
)
"""By Monk tone, from 1."""


def alt_text(traits: Traits) -> str:
    """One line: that it is rendered and nobody, the class, then what strikes the eye."""
    return f"Rendered portrait of nobody {_headline(traits)}: {', '.join(_details(traits))}"


def hair_words(traits: Traits) -> str:
    """The hair with its colour, or nothing where a cloth hides it."""
    return traits.hair.value.format(colour=hair_colour_words(traits))


def hair_colour_words(traits: Traits) -> str:
    """The colour as one sees it, greying included."""
    if traits.grey > 0.85:
        return "white" if traits.hair_colour in ("blond", "light brown") else "grey"
    return "greying" if traits.grey > 0.3 else traits.hair_colour


def mask_words(traits: Traits) -> str:
    """The mask with its colour and pattern, or nothing."""
    if traits.mask is Mask.NONE:
        return ""
    if traits.mask_pattern is Pattern.CAMOUFLAGE:
        return f"camouflage {traits.mask}"
    words = f"{traits.mask_colour} {traits.mask}"
    if traits.mask_pattern is not Pattern.PLAIN:
        words += f" with {traits.mask_pattern}"
    return words


def _headline(traits: Traits) -> str:
    if traits.confuser is Confuser.NONE:
        return "with a mask" if traits.label == WITH_MASK else "without a mask"
    if traits.worn is not Worn.PROPERLY:
        return f"with a {traits.confuser}"
    return f"without a mask, with a {traits.confuser}"


def _details(traits: Traits) -> list[str]:
    beard_hidden = traits.label == WITH_MASK or traits.confuser in (
        Confuser.HAND,
        Confuser.SCARF,
        Confuser.BEARD,
    )
    teeth = traits.expression is Expression.LAUGH and traits.label != WITH_MASK
    details = [
        f"{_SKIN[traits.monk_tone - 1]} skin",
        _age_words(traits),
        "" if traits.hair is Hair.COVERED else hair_words(traits),
        f"{traits.headwear_colour} {traits.headwear}" if traits.headwear else "",
        "" if traits.glasses is Glasses.NONE else traits.glasses.value,
        "" if beard_hidden else traits.beard.value,
        "freckles" if traits.freckles else "",
        "a smile that shows teeth" if teeth and not beard_hidden else "",
        mask_words(traits),
    ]
    return [detail for detail in details if detail]


def _age_words(traits: Traits) -> str:
    return {"18-29": "young", "30-44": "", "45-59": "middle-aged", "60+": "elderly"}[
        traits.age_group
    ]
