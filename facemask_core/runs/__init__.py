"""The store of runs: what was computed once is read, and a run that was cut off goes on.

A run answers one question about a whole dataset with one row a file. No picture enters the store,
only relative paths, labels and numbers.
"""

from facemask_core.runs.question import Question, make_question
from facemask_core.runs.run import Run
from facemask_core.runs.store import State, Store, StoredRun
from facemask_core.storage.place import default_folder

__all__ = ["Question", "Run", "State", "Store", "StoredRun", "default_folder", "make_question"]
