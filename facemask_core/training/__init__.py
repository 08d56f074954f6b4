"""Training a backbone on face-mask photographs: plain, frozen, or against an adversary."""

from facemask_core.training.history import HISTORY_FILE
from facemask_core.training.recipes import Adversary, Recipe
from facemask_core.training.run import train
from facemask_core.training.state import STATE_FILE
from facemask_core.training.trainer import Progress

__all__ = ["HISTORY_FILE", "STATE_FILE", "Adversary", "Progress", "Recipe", "train"]
