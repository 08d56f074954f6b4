"""The page Inspect: every model's verdict on one face, heat maps, the live camera."""
