"""Hair of the head: strands rooted on the scalp that follow a style's flow."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nobody.anatomy import Anatomy
from nobody.compiled import jit
from nobody.geometry.body import body
from nobody.geometry.hairline import above_nape, inside_hairline
from nobody.geometry.head import scalp
from nobody.geometry.primitives import ramp
from nobody.strands import locks
from nobody.strands.styles import Style

_TUFTS = 90
"""Neighbouring strands share one of so many stray directions."""


def hair(
    a: Anatomy, style: Style, seed: int, *, parting: float, knot_height: float, bald: bool
) -> NDArray[np.float32]:
    """Grows a head of hair.

    Args:
        a: Whose head.
        style: How it is worn.
        seed: Seed of what is random about it.
        parting: Where it parts, left of the middle.
        knot_height: How high on the back of the head tied hair is knotted.
        bald: Whether only the sides and the back have hair.

    Returns:
        float32 array of shape (strand, point, xyz).
    """
    rng = np.random.default_rng([seed, 11])
    length = float(rng.uniform(style.shortest, style.longest))
    knot = np.array([0.0, knot_height, -9.0 + 0.55 * max(knot_height - 3.0, 0.0)])
    guides = _grow(style.strands // style.per_lock, a, style, length, seed, parting, bald, knot)
    strands = locks.gather(guides, style, rng) if style.lock else guides
    if style.tied:
        strands = np.concatenate([strands, locks.knot(knot, style.points, rng)])
    return strands


@jit
def _grow(
    count: int,
    a: Anatomy,
    style: Style,
    length: float,
    seed: int,
    parting: float,
    bald: bool,
    knot: NDArray[np.float64],
) -> NDArray[np.float32]:
    np.random.seed(seed)
    tufts = np.random.normal(0.0, 1.0, (_TUFTS, 3))
    strands = np.zeros((count, style.points, 3), np.float32)
    grown = 0
    for _ in range(count * 8):
        if grown == count:
            break
        root = _root(a)
        inside = inside_hairline(root[0], root[1], root[2], a, bald) + np.random.normal(0.0, 0.28)
        if inside < 0.0 or not above_nape(root[1], root[2]):
            continue
        own = _length(root, inside, length, style)
        tuft = tufts[
            int((math.atan2(root[0], root[2]) * 7 + root[1] * 3.1 + root[2] * 2.3) * 1.7) % _TUFTS
        ]
        _follow(strands[grown], root, inside, own, tuft, a, style, parting, knot)
        grown += 1
    return strands[:grown]


@jit
def _root(a: Anatomy) -> NDArray[np.float64]:
    """A point of the scalp in a random direction."""
    ray = np.random.normal(0.0, 1.0, 3)
    ray /= math.sqrt((ray * ray).sum())
    point = ray * 14.0 + np.array([0.0, 1.0, -1.0])
    for _ in range(60):
        d = scalp(point[0], point[1], point[2], a)
        if d < 0.01:
            break
        point -= ray * d * 0.9
    return point


@jit
def _fringe_share(root: NDArray[np.float64], inside: float, style: Style) -> float:
    """Whether a root belongs to the fringe."""
    if style.fringe > 0.0 and inside < 4.2 and root[2] > 0.5 and abs(root[0]) < 5.6:
        return 1.0
    return 0.0


@jit
def _length(root: NDArray[np.float64], inside: float, length: float, style: Style) -> float:
    """How long the strand of a root is."""
    vary = 0.75 + 0.4 * np.random.random()
    if _fringe_share(root, inside, style) > 0.0:
        return style.fringe * (0.9 + 0.15 * np.random.random()) + 0.9 * inside
    if style.falls:
        # All end at about one height, wherever they begin, in a few layers.
        down = root[1] - (4.0 - length) + 0.45 * max(root[1] - 3.0, 0.0)
        return max(down, 3.0) * (1.0 - 0.22 * np.random.random() ** 3)
    at_sides = style.sides + (1.0 - style.sides) * ramp(-1.0, 5.0, root[1])
    return length * at_sides * vary * (0.45 + 0.55 * ramp(0.0, 2.0, inside))


@jit
def _normal(p: NDArray[np.float64], a: Anatomy) -> NDArray[np.float64]:
    """The direction out of the scalp."""
    e, x, y, z = 0.03, p[0], p[1], p[2]
    g = np.array(
        [
            scalp(x + e, y, z, a) - scalp(x - e, y, z, a),
            scalp(x, y + e, z, a) - scalp(x, y - e, z, a),
            scalp(x, y, z + e, a) - scalp(x, y, z - e, a),
        ]
    )
    return g / (math.sqrt((g * g).sum()) + 1e-9)


@jit
def _follow(
    strand: NDArray[np.float32],
    root: NDArray[np.float64],
    inside: float,
    length: float,
    tuft: NDArray[np.float64],
    a: Anatomy,
    style: Style,
    parting: float,
    knot: NDArray[np.float64],
) -> None:
    """Fills in the points of one strand."""
    points = len(strand)
    step = length / (points - 1)
    stray = np.random.normal(0.0, 1.0, 3)
    side = 1.0 if root[0] > parting else -1.0
    fringe = _fringe_share(root, inside, style)
    position, heading = root.copy(), np.zeros(3)
    for k in range(points):
        strand[k] = position
        s = k / (points - 1.0)
        out = _normal(position, a)
        above = scalp(position[0], position[1], position[2], a)
        if fringe > 0.0:
            flow = np.array([0.04 * root[0] + 0.08 * parting, -0.5 - s, 0.9])
        elif style.tied:
            flow = knot - position
        else:
            flow = _flow(position, s, side, above, style)
        flow = _along_scalp(flow, out, above, style.falls or style.sideways > 0.0)
        top = ramp(2.0, 8.0, position[1])
        lift = style.lift * (1.0 - s) * top * (1.0 - 0.7 * fringe) + style.spring + 0.03
        direction = flow + out * lift + style.frizz * (0.25 * stray + 0.5 * s * tuft)
        if k > 0:
            direction = 0.45 * direction + 0.55 * heading
        heading = direction / (math.sqrt((direction * direction).sum()) + 1e-6)
        position = position + heading * step
        _keep_out(position, out, 0.03 + 0.06 * min(inside, 3.0) * s, a, style)


@jit
def _flow(
    p: NDArray[np.float64], s: float, side: float, above: float, style: Style
) -> NDArray[np.float64]:
    """Where a strand heads at a point, before the scalp turns it."""
    y, z = p[1], p[2]
    top = ramp(3.0, 8.0, y)
    sideways = style.sideways * side * (0.1 + 0.9 * top)
    down = style.down * (0.25 + s + ramp(10.5, 6.0, y))
    forward = style.forward
    if style.falls:
        # Tucked back beside the face.
        forward -= 0.45 * ramp(-1.0, 5.0, z) * ramp(-3.0, 4.0, y)
    flow = np.array([sideways, -down, forward])
    if style.falls or style.sideways > 0.5:
        hangs = ramp(0.9, 2.0, above)
        flow *= 1.0 - hangs
        flow[1] -= hangs
    return flow


@jit
def _along_scalp(
    flow: NDArray[np.float64], out: NDArray[np.float64], above: float, hangs: bool
) -> NDArray[np.float64]:
    """Turns a direction into the surface, less so further off it, and makes it a unit."""
    into = (flow * out).sum()
    if hangs:
        into *= 1.0 if above < 1.0 else max(0.0, (2.5 - above) / 1.5)
    if into > 0.0 or above < 0.6:
        flow = flow - into * out
    return flow / (math.sqrt((flow * flow).sum()) + 1e-6)


@jit
def _keep_out(
    p: NDArray[np.float64], out: NDArray[np.float64], gap: float, a: Anatomy, style: Style
) -> None:
    """Pushes a point out of the head, off the face, and over the shoulders."""
    # Below the skull its distance would push strands of the back through the neck.
    if p[1] > -11.0:
        d = scalp(p[0], p[1], p[2], a)
        if d < gap:
            p += out * (gap - d)
    if not style.falls:
        return
    if p[1] < 5.5 and p[2] > -1.0:
        clear = 6.3 * a.face_width * ramp(7.5, 3.0, p[1])
        if abs(p[0]) < clear:
            p[0] += (clear - abs(p[0])) * 0.5 * (1.0 if p[0] > 0.0 else -1.0)
    if p[1] < -13.0:
        d = body(p[0], p[1], p[2], a) - 1.3
        if d < 0.0:
            p[2] += -d * 0.8 if p[2] > -2.0 else d * 0.8
