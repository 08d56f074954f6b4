"""How each way to wear hair makes strands flow."""

from __future__ import annotations

from typing import NamedTuple

from nobody.traits import Hair


class Style(NamedTuple):
    """What strands do; directions are shares of a strand's step, along the scalp.

    Attributes:
        strands: How many.
        points: Points of a strand.
        shortest: Length of the shortest head of hair of this kind, centimetres.
        longest: Length of the longest.
        sides: Length at the sides against the top.
        sideways: Away from the parting.
        down: Towards the feet.
        forward: Towards the face.
        lift: Away from the scalp at the root, on top of the head.
        spring: Away from the scalp all along, as tight curls do.
        frizz: How much strands go their own way.
        lock: Radius of the locks that strands are gathered in, centimetres; 0 for none.
        per_lock: Strands of a lock.
        coil: Radius of the coils of a lock, centimetres.
        turns: Coils of a lock from root to tip.
        falls: Whether it hangs past the face, down to one height all round.
        fringe: Length that is combed over the forehead, centimetres; 0 for none.
        tied: Whether it runs to a knot.
    """

    strands: int
    points: int
    shortest: float
    longest: float
    sides: float = 1.0
    sideways: float = 0.0
    down: float = 0.0
    forward: float = 0.0
    lift: float = 0.0
    spring: float = 0.0
    frizz: float = 0.25
    lock: float = 0.0
    per_lock: int = 1
    coil: float = 0.0
    turns: float = 0.0
    falls: bool = False
    fringe: float = 0.0
    tied: bool = False


_LONG = Style(
    27000,
    18,
    18,
    29,
    sideways=0.95,
    down=1,
    lift=0.2,
    frizz=0.15,
    lock=0.17,
    per_lock=12,
    coil=0.06,
    turns=1,
    falls=True,
)
_COILED = Style(
    22000, 26, 2, 6, lift=1, spring=1, frizz=0.3, lock=0.15, per_lock=6, coil=0.24, turns=6
)

STYLES: dict[Hair, Style] = {
    Hair.RECEDING: Style(14000, 10, 0.8, 2.2, down=0.9, forward=-0.3, lift=0.1),
    Hair.CROPPED: Style(
        20000, 12, 0.7, 2.3, sides=0.35, sideways=0.1, down=0.2, forward=0.5, lift=0.55
    ),
    Hair.PARTED: Style(26000, 16, 4.5, 7, sides=0.4, sideways=1, down=0.4, forward=-0.3, lift=0.4),
    Hair.COMBED_BACK: Style(
        26000, 16, 6, 10, sides=0.7, down=0.15, forward=-1, lift=0.22, frizz=0.15
    ),
    Hair.TIED: Style(24000, 16, 9, 11, lift=0.04, frizz=0.08, tied=True),
    Hair.BOB: _LONG._replace(shortest=11, longest=15, frizz=0.12),
    Hair.FRINGE: _LONG._replace(shortest=11, longest=24, fringe=5.4, sideways=0.6),
    Hair.LONG: _LONG,
    Hair.WAVY: _LONG._replace(
        points=26, lock=0.5, per_lock=28, coil=0.4, turns=2.6, lift=0.35, frizz=0.2
    ),
    Hair.CURLY: _LONG._replace(
        points=34, shortest=9, longest=19, lock=0.26, per_lock=24, coil=0.5, turns=5, lift=0.7
    ),
    Hair.AFRO: _COILED,
    Hair.LOCS: _LONG._replace(
        strands=26000, shortest=9, longest=25, lock=0.27, per_lock=90, coil=0.05, turns=3, lift=0.3
    ),
}
"""Ways to wear hair that need strands."""

_SHORT = {
    Hair.FRINGE: STYLES[Hair.PARTED]._replace(fringe=4.4, sideways=0.5, forward=0.3, lift=0.25),
    Hair.CURLY: _COILED._replace(
        shortest=4, longest=6.5, sides=0.5, spring=0.35, down=0.3, per_lock=16, coil=0.4, turns=3
    ),
}
"""What some of them are in a man's haircut."""


def style_of(hair: Hair, *, feminine: bool) -> Style | None:
    """How hair of a kind flows; None where none shows."""
    return (None if feminine else _SHORT.get(hair)) or STYLES.get(hair)
