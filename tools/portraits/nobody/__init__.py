"""Portraits of nobody: people who never lived, drawn from a seed and rendered with Blender."""
