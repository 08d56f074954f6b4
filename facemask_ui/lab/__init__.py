"""The attack lab's one component: a face, and what an attack makes of it, under a slider.

- ``attack_choice`` draws the choice of the attack and its settings;
- ``sweeps`` computes what the slider moves over, part by part;
- ``film`` keeps these parts, for one visitor or for all who watch;
- ``parts`` packs them so that a browser can take them one by one (``codec.js`` unpacks them);
- ``captions`` writes what stands below the frames of a film that is taken home;
- ``axis`` describes what the slider moves along, ``slider`` knows where it stands, in each norm;
- ``scene`` describes a question for the component, the same on every page;
- ``component`` draws the slider, pictures, bars and curve over them (``lab.js``, which wires
  ``views.js``, ``answer.js``, ``rail.js``, ``guess.js`` and others, and ``lab.css``);
- ``words`` gathers every text that the component shows;
- ``stated`` writes the threat model behind each notch;
- ``on_device`` has the same stage filled by the visitor's own device;
- ``lab`` puts them together on a page, ``sample_stage`` on Home and in the lesson.
"""

from __future__ import annotations

from facemask_ui.lab.lab import draw_teachers_row, show_lab

__all__ = ["draw_teachers_row", "show_lab"]
