"""Meshes and strands as Blender objects."""

from __future__ import annotations

import bpy
import numpy as np
from numpy.typing import NDArray

from nobody.geometry.surfaces import Mesh
from nobody.studio import materials


def clear_scene() -> None:
    """Forgets everything, settings included."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


def add_mesh(
    name: str,
    mesh: Mesh,
    material: bpy.types.Material,
    colour: NDArray[np.float64] | None = None,
    roughness: NDArray[np.float64] | None = None,
) -> None:
    """Adds a smooth surface, with a colour and a roughness a vertex if given."""
    data = bpy.data.meshes.new(name)
    data.vertices.add(len(mesh.vertices))
    data.vertices.foreach_set("co", mesh.vertices.ravel())
    data.loops.add(mesh.triangles.size)
    data.loops.foreach_set("vertex_index", mesh.triangles.ravel())
    data.polygons.add(len(mesh.triangles))
    data.polygons.foreach_set("loop_start", np.arange(0, mesh.triangles.size, 3, dtype=np.int32))
    data.polygons.foreach_set("use_smooth", np.ones(len(mesh.triangles), bool))
    if colour is not None:
        attribute = data.attributes.new(materials.COLOUR, "FLOAT_COLOR", "POINT")
        rgba = np.concatenate([colour, np.ones((len(colour), 1))], axis=1)
        attribute.data.foreach_set("color", rgba.astype(np.float32).ravel())
    if roughness is not None:
        attribute = data.attributes.new(materials.ROUGHNESS, "FLOAT", "POINT")
        attribute.data.foreach_set("value", roughness.astype(np.float32))
    data.update(calc_edges=True)
    data.validate()
    data.materials.append(material)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, data))


def add_strands(
    name: str,
    strands: NDArray[np.float32],
    material: bpy.types.Material,
    root_radius: float,
    tip_radius: float,
) -> None:
    """Adds strands of shape (strand, point, xyz) that taper from root to tip."""
    count, points, _ = strands.shape
    if not count:
        return
    data = bpy.data.hair_curves.new(name)
    data.add_curves([points] * count)
    data.attributes["position"].data.foreach_set("vector", strands.astype(np.float32).ravel())
    radius = data.attributes.get("radius") or data.attributes.new("radius", "FLOAT", "POINT")
    taper = np.linspace(root_radius, tip_radius, points, dtype=np.float32)
    radius.data.foreach_set("value", np.tile(taper, count))
    data.materials.append(material)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new(name, data))
