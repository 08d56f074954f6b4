"""Shapes as signed distances in centimetres: negative inside, zero on the surface.

The origin lies between the eyes of the head, x to its left, y up and z out of the face.
"""
