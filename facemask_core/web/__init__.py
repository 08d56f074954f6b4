"""A model as a browser computes it: the plan of its network, and the settings of the attacks.

- ``plan`` writes a Keras model as a list of steps that ``facemask_ui/ondevice`` carries out;
- ``attack_settings`` states grids and attacks, so that both sides mean the same by them;
- ``export`` puts both and the weights into a folder;
- ``foreign_model`` writes a small network of somebody else's, for a class that brought one along.
"""

from __future__ import annotations
