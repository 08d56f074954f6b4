"""Where the picture is taken from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Matrix
from numpy.typing import NDArray

from nobody.traits import Traits

Vector = NDArray[np.float64]

_DISTANCE = 85.0
_AIM = np.array([0.0, -4.4, 1.5])


@dataclass(frozen=True)
class Camera:
    """A pinhole, as the sitter's head sees it.

    Attributes:
        direction: Unit vector from the head to the camera.
        aim: The point in the middle of the picture.
        half_width: Tangent of half the angle of view.
        roll: Radians about the line of sight.
    """

    direction: Vector
    aim: Vector
    half_width: float
    roll: float

    @property
    def position(self) -> Vector:
        """Where the pinhole is."""
        return self.aim + self.direction * _DISTANCE

    @property
    def axes(self) -> tuple[Vector, Vector]:
        """The picture's right and up."""
        right = np.cross([0.0, 1.0, 0.0], self.direction)
        right /= np.linalg.norm(right)
        up = np.cross(self.direction, right)
        c, s = math.cos(self.roll), math.sin(self.roll)
        return c * right + s * up, c * up - s * right

    def project(self, point: Vector) -> tuple[float, float]:
        """Where a point is seen: from the left and from the top, each 0 to 1."""
        right, up = self.axes
        off = point - self.position
        depth = -(off @ self.direction) * self.half_width
        return 0.5 + 0.5 * float(off @ right) / depth, 0.5 - 0.5 * float(off @ up) / depth

    def set_up(self) -> None:
        """Puts a camera into the scene that focuses on the eyes."""
        data = bpy.data.cameras.new("camera")
        data.sensor_width = 36
        data.lens = 18 / self.half_width
        data.dof.use_dof = True
        data.dof.focus_distance = _DISTANCE - 6
        data.dof.aperture_fstop = 0.06
        right, up = self.axes
        camera = bpy.data.objects.new("camera", data)
        camera.location = self.position
        # Blender's own aiming takes z for up.
        turned = Matrix(np.stack([right, up, self.direction], 1).tolist())
        camera.rotation_euler = turned.to_euler()
        bpy.context.scene.collection.objects.link(camera)
        bpy.context.scene.camera = camera


def for_sitter(traits: Traits) -> Camera:
    """Frames a head and a bit of its shoulders, not always in the same place."""
    rng = np.random.default_rng([traits.seed, 21])
    turn, nod = traits.pose.turn, traits.pose.nod
    direction = np.array(
        [math.sin(turn) * math.cos(nod), math.sin(nod), math.cos(turn) * math.cos(nod)]
    )
    shift = np.array([rng.normal(0, 0.6), rng.normal(0.3, 0.7), 0.0])
    return Camera(direction, _AIM + shift, float(rng.uniform(0.17, 0.215)), traits.pose.roll)
