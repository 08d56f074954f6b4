"""The attack lab's one component: a face, and what an attack makes of it, under a slider.

- ``attack_choice`` asks for the attack and its settings;
- ``sweeps`` computes what the slider moves over, part by part, and keeps it for the session;
- ``slider`` knows where it stands, in each norm;
- ``film`` packs those parts so that a browser can take them one by one;
- ``component`` draws the slider, pictures, bars and curve over them (``lab.js``, ``lab.css``);
- ``words`` has every text that the component shows;
- ``lab`` puts them together on a page.
"""

from __future__ import annotations

from facemask_ui.lab.lab import show

__all__ = ["show"]
