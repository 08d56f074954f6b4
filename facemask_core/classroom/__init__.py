"""What a command and the lab's server say to each other about rooms of classes."""

from facemask_core.classroom.endings import ask_to_end, is_taken, take_askings
from facemask_core.classroom.plan import Plan, read_plan

__all__ = ["Plan", "ask_to_end", "is_taken", "read_plan", "take_askings"]
