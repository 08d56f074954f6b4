"""Surroundings that shed light, and lamps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Vector
from numpy.typing import NDArray

from nobody.traits import Light

Array = NDArray[np.float64]
Colour = tuple[float, float, float]

_WIDTH, _HEIGHT = 512, 256
_TARGET = np.array([0.0, -4.0, 1.5])
_REACH = 60.0

WARM, NEUTRAL, COOL, GOLDEN = (1, 0.84, 0.66), (1, 0.97, 0.93), (0.84, 0.92, 1), (1, 0.88, 0.7)


@dataclass(frozen=True)
class Lamp:
    """A square lamp that faces the sitter.

    Attributes:
        azimuth: Radians to the camera's right.
        elevation: Radians above the sitter's eyes.
        size: Side in centimetres; the larger, the softer the shadows.
        power: Brightness at the sitter.
        colour: Linear RGB.
    """

    azimuth: float
    elevation: float
    size: float
    power: float
    colour: Colour


def set_up(light: Light, camera_turn: float, rng: np.random.Generator) -> None:
    """Lights the scene as seen from a camera that stands `camera_turn` round the head."""
    surroundings, strength = _surroundings(light, rng)
    _add_surroundings(surroundings, strength)
    for lamp in _lamps(light, rng):
        _add_lamp(lamp, camera_turn)


def _lamps(light: Light, rng: np.random.Generator) -> list[Lamp]:
    side = float(rng.choice([-1, 1]))

    def key(
        azimuth: tuple[float, float],
        elevation: tuple[float, float],
        size: tuple[float, float],
        power: tuple[float, float],
        colour: Colour,
    ) -> Lamp:
        return Lamp(
            side * rng.uniform(*azimuth),
            rng.uniform(*elevation),
            rng.uniform(*size),
            rng.uniform(*power),
            colour,
        )

    def fill(power: float, colour: Colour) -> Lamp:
        return Lamp(-side * rng.uniform(0.6, 1.2), 0.25, 45, power * rng.uniform(0.6, 1.4), colour)

    if light is Light.WINDOW:
        return [key((0.45, 1.15), (0.15, 0.55), (30, 55), (9, 14), NEUTRAL), fill(2.5, WARM)]
    if light is Light.OVERCAST:
        return [key((0.0, 0.6), (0.75, 1.05), (70, 100), (6, 9), COOL), fill(1.5, NEUTRAL)]
    if light is Light.SUN:
        return [key((0.4, 1.2), (0.3, 0.65), (7, 14), (10, 15), GOLDEN), fill(3, COOL)]
    if light is Light.STUDIO:
        rim = Lamp(-side * 2.5, 0.6, 25, rng.uniform(2, 8), NEUTRAL)
        return [key((0.3, 0.75), (0.4, 0.7), (35, 55), (9, 13), NEUTRAL), fill(4, NEUTRAL), rim]
    return [key((0.1, 0.9), (0.5, 0.95), (12, 28), (8, 12), WARM), fill(3, COOL)]


def _surroundings(light: Light, rng: np.random.Generator) -> tuple[Array, float]:
    """A picture of all directions, and how strongly it shines."""
    if light in (Light.OVERCAST, Light.SUN):
        return _outdoors(rng), float(rng.uniform(0.55, 0.95))
    if light is Light.STUDIO:
        return _studio(rng), float(rng.uniform(0.5, 0.85))
    dim = 0.55 if light is Light.LAMPS else 0.8
    return _room(rng), dim * float(rng.uniform(0.75, 1.2))


def _directions() -> tuple[Array, Array]:
    """Azimuth and elevation of each pixel; rows start at the bottom."""
    row, column = np.mgrid[0:_HEIGHT, 0:_WIDTH]
    elevation = (row + 0.5) / _HEIGHT * np.pi - np.pi / 2
    return (column + 0.5) / _WIDTH * 2 * np.pi - np.pi, elevation


def _patch(azimuth: Array, centre: float, half_width: float, blur: float) -> Array:
    """1 within half a width of a direction, 0 elsewhere."""
    off = np.abs((azimuth - centre + np.pi) % (2 * np.pi) - np.pi)
    return 1 / (1 + np.exp((off - half_width) / blur))


def _outdoors(rng: np.random.Generator) -> Array:
    azimuth, elevation = _directions()
    sky = np.array([0.55, 0.72, 0.95]) * (0.6 + 0.5 * np.cos(elevation))[..., None] + 0.25
    above = 1 / (1 + np.exp(-elevation / 0.05))[..., None]
    picture = np.array([0.25, 0.22, 0.18]) * (1 - above) + above * sky
    house = _patch(azimuth, rng.uniform(-3, 3), 0.8, 0.2)
    house = house * np.exp(-(((elevation - 0.15) / 0.25) ** 2))
    return picture * (1 - 0.6 * house[..., None])


def _studio(rng: np.random.Generator) -> Array:
    azimuth, elevation = _directions()
    box = _patch(azimuth, rng.uniform(-0.5, 0.5), 0.9, 0.1)
    box = box * np.exp(-(((elevation - 0.6) / 0.35) ** 2)) * rng.uniform(0.9, 1.3)
    return np.full((_HEIGHT, _WIDTH, 3), 0.28) + box[..., None]


def _room(rng: np.random.Generator) -> Array:
    azimuth, elevation = _directions()
    picture = np.empty((_HEIGHT, _WIDTH, 3))
    picture[:] = np.array([0.42, 0.39, 0.35]) * rng.uniform(0.6, 1.1)
    picture[elevation < -0.35] = (0.16, 0.125, 0.095)
    picture[elevation > 1.0] = (0.68, 0.66, 0.62)
    for _ in range(int(rng.integers(1, 3))):
        window = _patch(azimuth, rng.uniform(-2.2, 2.2), 0.35, 0.02)
        window = window / (1 + np.exp((np.abs(elevation - 0.25) - 0.35) / 0.02))
        glow = np.array([0.92, 1.0, 1.1]) * rng.uniform(3, 6)
        picture = picture * (1 - window[..., None]) + window[..., None] * glow
    return picture


def _add_surroundings(picture: Array, strength: float) -> None:
    image = bpy.data.images.new("surroundings", _WIDTH, _HEIGHT, float_buffer=True)
    rgba = np.concatenate([picture, np.ones((_HEIGHT, _WIDTH, 1))], axis=2)
    image.pixels.foreach_set(rgba.astype(np.float32).ravel())
    world = bpy.data.worlds.new("world")
    bpy.context.scene.world = world
    world.use_nodes = True
    nodes = world.node_tree
    texture = nodes.nodes.new("ShaderNodeTexEnvironment")
    texture.image = image
    background = nodes.nodes["Background"]
    background.inputs["Strength"].default_value = strength
    nodes.links.new(texture.outputs["Color"], background.inputs["Color"])
    # Blender takes z for up and x for the picture's middle; here y is up and z the middle.
    place = nodes.nodes.new("ShaderNodeTexCoord")
    split = nodes.nodes.new("ShaderNodeSeparateXYZ")
    join = nodes.nodes.new("ShaderNodeCombineXYZ")
    nodes.links.new(place.outputs["Generated"], split.inputs[0])
    for theirs, ours in (("X", "Z"), ("Y", "X"), ("Z", "Y")):
        nodes.links.new(split.outputs[ours], join.inputs[theirs])
    nodes.links.new(join.outputs[0], texture.inputs["Vector"])


def _add_lamp(lamp: Lamp, camera_turn: float) -> None:
    azimuth = lamp.azimuth + camera_turn
    direction = np.array(
        [
            math.sin(azimuth) * math.cos(lamp.elevation),
            math.sin(lamp.elevation),
            math.cos(azimuth) * math.cos(lamp.elevation),
        ]
    )
    data = bpy.data.lights.new("lamp", "AREA")
    data.energy = lamp.power * _REACH**2
    data.size = lamp.size
    data.color = lamp.colour
    placed = bpy.data.objects.new("lamp", data)
    placed.location = _TARGET + direction * _REACH
    placed.rotation_euler = Vector((-direction).tolist()).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(placed)
