"""A mask with a printed pattern that hides it from a model: trained, worn, measured, and drawn.

What a pattern does to pictures is computed here, by a model of light, print and camera. How a
printed one fares before a real camera is unmeasured.
"""
