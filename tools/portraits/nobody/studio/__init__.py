"""All that touches Blender: objects, materials, light, camera, one rendered frame."""
