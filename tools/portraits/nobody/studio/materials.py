"""Materials: what light does on each kind of surface."""

from __future__ import annotations

import bpy
import numpy as np
from numpy.typing import NDArray

COLOUR, ROUGHNESS = "colour", "roughness"
"""Names of the attributes that meshes carry for their vertices."""

Nodes = bpy.types.NodeTree


def skin(roughness: float, coarseness: float) -> bpy.types.Material:
    """Skin: light enters, wanders and leaves redder; `coarseness` 0 to 1 comes with age."""
    material, nodes, shader = _principled("skin")
    _set(shader, **{"Subsurface Weight": 0.85, "Subsurface Scale": 0.32})
    _set(shader, **{"Subsurface Radius": (1, 0.38, 0.2), "Specular IOR Level": 0.42})
    _colour_from_vertices(nodes, shader)
    _roughness_from_vertices(nodes, shader, roughness)
    _bump(nodes, shader, 0.4 + 0.35 * coarseness, 5.5)
    return material


def eye() -> bpy.types.Material:
    """An eyeball under a film of tears, which is what mirrors the lights, and nothing below it."""
    material, nodes, shader = _principled("eye")
    _set(shader, **{"Specular IOR Level": 0.0, "Coat Weight": 1.0, "Coat Roughness": 0.02})
    _colour_from_vertices(nodes, shader)
    return material


def enamel() -> bpy.types.Material:
    """Teeth."""
    material, nodes, shader = _principled("enamel")
    _set(shader, Roughness=0.28, **{"Subsurface Weight": 0.4, "Subsurface Scale": 0.1})
    _colour_from_vertices(nodes, shader)
    return material


def fabric(*, bump: float, weave: float, sheen: float, sheer: float = 0.0) -> bpy.types.Material:
    """Cloth.

    Args:
        bump: Strength of its texture.
        weave: How fine the texture is.
        sheen: Light that fibres catch at a grazing angle.
        sheer: Share of light that comes through.
    """
    material, nodes, shader = _principled("fabric")
    _set(shader, Roughness=0.82, **{"Specular IOR Level": 0.2, "Sheen Weight": sheen})
    colour = _colour_from_vertices(nodes, shader)
    _bump(nodes, shader, bump, weave)
    if sheer:
        through = nodes.nodes.new("ShaderNodeBsdfTranslucent")
        nodes.links.new(colour, through.inputs["Color"])
        _blend(nodes, shader.outputs[0], through.outputs[0], sheer)
    return material


def frame(colour: NDArray[np.float64], *, metal: bool) -> bpy.types.Material:
    """The frame of glasses."""
    material, _, shader = _principled("frame")
    _set(shader, Roughness=0.22, Metallic=1.0 if metal else 0.0)
    shader.inputs["Base Color"].default_value = (*colour, 1)
    return material


def clear(tint: float, gloss: float) -> bpy.types.Material:
    """A thin clear sheet: what is behind shows, and the lights are mirrored in it.

    Args:
        tint: Share of light that it takes away.
        gloss: Share that it mirrors where looked at straight; more at a grazing angle.
    """
    material = bpy.data.materials.new("clear")
    material.use_nodes = True
    nodes = material.node_tree
    nodes.nodes.clear()
    behind = nodes.nodes.new("ShaderNodeBsdfTransparent")
    behind.inputs["Color"].default_value = (1 - tint, 1 - tint, 1 - 0.9 * tint, 1)
    mirror = nodes.nodes.new("ShaderNodeBsdfGlossy")
    mirror.inputs["Roughness"].default_value = 0.03
    angle = nodes.nodes.new("ShaderNodeLayerWeight")
    angle.inputs["Blend"].default_value = 0.2
    share = nodes.nodes.new("ShaderNodeMath")
    share.operation = "MULTIPLY_ADD"
    share.inputs[1].default_value = 0.2
    share.inputs[2].default_value = gloss
    nodes.links.new(angle.outputs["Fresnel"], share.inputs[0])
    nodes.nodes.new("ShaderNodeOutputMaterial")
    mix = _blend(nodes, behind.outputs[0], mirror.outputs[0], gloss)
    nodes.links.new(share.outputs[0], mix.inputs[0])
    return material


def hair(
    colour: NDArray[np.float64], roughness: float = 0.34, variety: float = 0.45
) -> bpy.types.Material:
    """Strands of hair, some lighter and some darker by up to a share `variety`."""
    material = bpy.data.materials.new("hair")
    material.use_nodes = True
    nodes = material.node_tree
    nodes.nodes.clear()
    shader = nodes.nodes.new("ShaderNodeBsdfHairPrincipled")
    shader.parametrization = "COLOR"
    _set(shader, Roughness=roughness, **{"Radial Roughness": 0.4, "Random Roughness": 0.2})
    which = nodes.nodes.new("ShaderNodeHairInfo")
    brightness = nodes.nodes.new("ShaderNodeMapRange")
    _set(brightness, **{"To Min": 1 - variety, "To Max": 1 + variety})
    vary = nodes.nodes.new("ShaderNodeHueSaturation")
    vary.inputs["Color"].default_value = (*np.clip(colour, 0.002, 1), 1)
    nodes.links.new(which.outputs["Random"], brightness.inputs["Value"])
    nodes.links.new(brightness.outputs["Result"], vary.inputs["Value"])
    nodes.links.new(vary.outputs["Color"], shader.inputs["Color"])
    output = nodes.nodes.new("ShaderNodeOutputMaterial")
    nodes.links.new(shader.outputs[0], output.inputs["Surface"])
    return material


def _principled(name: str) -> tuple[bpy.types.Material, Nodes, bpy.types.Node]:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    return material, material.node_tree, material.node_tree.nodes["Principled BSDF"]


def _set(node: bpy.types.Node, **values: float | tuple[float, ...]) -> None:
    for name, value in values.items():
        node.inputs[name].default_value = value


def _colour_from_vertices(nodes: Nodes, shader: bpy.types.Node) -> bpy.types.NodeSocket:
    attribute = nodes.nodes.new("ShaderNodeAttribute")
    attribute.attribute_name = COLOUR
    nodes.links.new(attribute.outputs["Color"], shader.inputs["Base Color"])
    return attribute.outputs["Color"]


def _roughness_from_vertices(nodes: Nodes, shader: bpy.types.Node, mean: float) -> None:
    attribute = nodes.nodes.new("ShaderNodeAttribute")
    attribute.attribute_name = ROUGHNESS
    total = nodes.nodes.new("ShaderNodeMath")
    total.operation = "ADD"
    total.inputs[1].default_value = mean
    nodes.links.new(attribute.outputs["Fac"], total.inputs[0])
    nodes.links.new(total.outputs[0], shader.inputs["Roughness"])


def _bump(nodes: Nodes, shader: bpy.types.Node, strength: float, scale: float) -> None:
    place = nodes.nodes.new("ShaderNodeTexCoord")
    grain = nodes.nodes.new("ShaderNodeTexNoise")
    grain.inputs["Scale"].default_value = scale
    grain.inputs["Detail"].default_value = 4
    bump = nodes.nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value = strength
    bump.inputs["Distance"].default_value = 0.05
    nodes.links.new(place.outputs["Object"], grain.inputs["Vector"])
    nodes.links.new(grain.outputs["Fac"], bump.inputs["Height"])
    nodes.links.new(bump.outputs["Normal"], shader.inputs["Normal"])


def _blend(
    nodes: Nodes, first: bpy.types.NodeSocket, second: bpy.types.NodeSocket, share: float
) -> bpy.types.Node:
    """Puts a mixture of two shaders on the surface."""
    mix = nodes.nodes.new("ShaderNodeMixShader")
    mix.inputs[0].default_value = share
    nodes.links.new(first, mix.inputs[1])
    nodes.links.new(second, mix.inputs[2])
    output = next(n for n in nodes.nodes if n.type == "OUTPUT_MATERIAL")
    nodes.links.new(mix.outputs[0], output.inputs["Surface"])
    return mix
