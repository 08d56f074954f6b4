"""Notes on attacks whose settings or whose pictures make their figures say little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facemask_core.cli.terminal import print_note

if TYPE_CHECKING:
    from facemask_core.attacks import Attack

_ONE_LEVEL = 1 / 255


def note_hindrance(attack: Attack, epsilon: float, *, saved_in_ball: bool = False) -> None:
    """Prints why the settings cannot do what epsilon promises, before anything is computed.

    Args:
        attack: The attack.
        epsilon: Its radius.
        saved_in_ball: Whether the command rounds within the ball, where a value stays as it is
            below a whole level.
    """
    from facemask_core.evaluation.eight_bits import HALF_LEVEL, find_hindrance

    least = _ONE_LEVEL if saved_in_ball else HALF_LEVEL
    hindrance = find_hindrance(attack, epsilon, least=least)
    if hindrance is not None:
        print_note(hindrance)


def note_rounding(count: int, total: int, consequence: str) -> None:
    """Prints on how many pictures rounding to 8 bits undoes the attack, if on any.

    Args:
        count: The pictures that rounding turns into their originals again.
        total: All of them.
        consequence: What follows for the figures, as the end of a sentence.
    """
    if count:
        print_note(
            f"Rounding to 8 bits undoes the attack on {count} of {total} pictures, whose values it "
            f"changes by too little; {consequence}."
        )


def describe_unmoved(unmoved: int, rounded_away: int) -> str:
    """Writes the line below a table that counts images on which an attack did nothing.

    Args:
        unmoved: Images that count as robust though the attack left them as they are.
        rounded_away: Images that the attack changed so little that 8 bits undo it.
    """
    rounding = f"; undone by rounding to 8 bits: {rounded_away}" if rounded_away else ""
    return f"unmoved by the attack: {unmoved}{rounding}"


def note_unmoved(count: int, total: int) -> None:
    """Prints how many images the attack left as they are without fooling the model, if any."""
    if count:
        print_note(
            f"The attack leaves {count} of {total} images exactly as they are, and they count as "
            "robust: it found no change that fools within epsilon, or it could not move."
        )
