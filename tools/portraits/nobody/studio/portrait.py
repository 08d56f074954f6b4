"""One portrait: the sitter is put together, lit, and photographed."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np
from numpy.typing import NDArray

from nobody import anatomy, looks
from nobody.geometry import head
from nobody.studio import camera, light, sitter, wardrobe
from nobody.studio.objects import clear_scene
from nobody.traits import Traits

_FAINT = 0.9
"""Alpha below which a pixel is not taken for skin."""


@dataclass(frozen=True)
class Exposure:
    """What the camera caught.

    Attributes:
        pixels: float32 RGBA of shape (side, side, 4), linear, colour multiplied by alpha.
        skin_brightness: How bright forehead and cheekbones are, linear.
    """

    pixels: NDArray[np.float32]
    skin_brightness: float


def take(traits: Traits, side: int, samples: int) -> Exposure:
    """Renders a person.

    Args:
        traits: Who, and how.
        side: Pixels a side.
        samples: Light paths a pixel, at most.
    """
    person = sitter.Sitter(traits, anatomy.draw(traits), looks.draw(traits))
    view = camera.for_sitter(traits)
    clear_scene()
    _put_together(person, view)
    light.set_up(traits.light, traits.pose.turn, person.rng(10))
    view.set_up()
    pixels = _render(side, samples)
    return Exposure(pixels, _skin_brightness(pixels, person, view))


def _put_together(person: sitter.Sitter, view: camera.Camera) -> None:
    sitter.add_skin(person)
    sitter.add_eyes(person, sitter.look_at(person, view))
    sitter.add_teeth(person)
    sitter.add_hair(person)
    sitter.add_brows(person)
    sitter.add_beard(person)
    wardrobe.add_clothes(person)
    wardrobe.add_headwear(person)
    wardrobe.add_glasses(person)
    wardrobe.add_mask(person)
    wardrobe.add_confuser(person)


def _render(side: int, samples: int) -> NDArray[np.float32]:
    """Traces the scene on one thread: portraits run side by side instead."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.02
    scene.cycles.max_bounces = 6
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles_curves.shape = "RIBBONS"
    scene.render.threads_mode = "FIXED"
    scene.render.threads = 1
    scene.render.resolution_x = scene.render.resolution_y = side
    scene.render.film_transparent = True
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    scene.render.image_settings.color_mode = "RGBA"
    with tempfile.TemporaryDirectory() as folder:
        # Without a screen Blender keeps no pixels of its last render but those in a file.
        path = Path(folder) / "frame.exr"
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(str(path))
        pixels = np.empty(side * side * 4, np.float32)
        image.pixels.foreach_get(pixels)
    # Rows come from the bottom up.
    return pixels.reshape(side, side, 4)[::-1].copy()


def _skin_brightness(
    pixels: NDArray[np.float32], person: sitter.Sitter, view: camera.Camera
) -> float:
    """Meters forehead, cheekbones and the bridge of the nose."""
    a, side = person.anatomy, len(pixels)
    readings = []
    for x, y in ((0.0, 3.6), (-1.8, 3.4), (1.8, 3.4), (-3.6, -2.4), (3.6, -2.4), (0.0, -1.5)):
        left, top = view.project(np.array([x, y, head.reach(x, y, a)]))
        patch = _patch(pixels, int(left * side), int(top * side), max(side // 60, 1))
        readings += [float(p[:3].mean()) for p in patch if p[3] > _FAINT]
    # Half of the face lies in shadow, and hair or cloth may hide a part of it.
    return float(np.percentile(readings, 60)) if readings else float(pixels[..., :3].mean())


def _patch(pixels: NDArray[np.float32], x: int, y: int, reach: int) -> NDArray[np.float32]:
    rows = slice(max(y - reach, 0), max(y + reach + 1, 0))
    columns = slice(max(x - reach, 0), max(x + reach + 1, 0))
    return pixels[rows, columns].reshape(-1, 4)
