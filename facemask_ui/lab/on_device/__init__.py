"""The lab about a picture that never leaves the visitor's device.

- ``on_device.js`` is the page's part: a picture is chosen, cut, attacked and taken home in the
  browser; ``photo.js`` reads it, ``film.js`` computes what the stage shows, ``sending.js`` counts
  what the page sends meanwhile;
- ``component`` hands it the texts, the settings beside the stage, and the addresses of the engine.
"""

from __future__ import annotations

from facemask_ui.lab.on_device.component import list_sources, show_lab

__all__ = ["list_sources", "show_lab"]
