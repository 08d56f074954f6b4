"""The store of runs: what was computed once is read, and what was cut off goes on.

A run is one question asked of a whole dataset; it holds one row a file. No picture enters the
store, only relative paths, labels and numbers.
"""

from facemask_core.runs.question import Question, ask
from facemask_core.runs.run import Run
from facemask_core.runs.store import State, Store, Stored
from facemask_core.storage.place import default_folder

__all__ = ["Question", "Run", "State", "Store", "Stored", "ask", "default_folder"]
