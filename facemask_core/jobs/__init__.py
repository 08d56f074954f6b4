"""Jobs: reports that a process of their own computes, in the order of the queue.

- ``order`` is what to compute, as plain settings; ``job`` is an order and how far it is;
- ``group`` is the jobs of one request as one;
- ``queue`` stores the jobs on disk (``database``), for all threads and processes;
- ``worker`` computes them (``guard`` ends it at once when its job is cancelled), ``workers`` lists
  the workers that live, and ``supervisor`` starts one when there is work for it;
- ``uploads`` stores a visitor's zip for as long as a job needs it, and ``removal`` deletes jobs.

Rows go to the store of runs batch by batch, so a crash loses one batch at most.
"""

from facemask_core.jobs.group import Group, group_jobs
from facemask_core.jobs.job import Job, State
from facemask_core.jobs.order import Data, Kind, Order
from facemask_core.jobs.queue import Queue
from facemask_core.jobs.supervisor import Supervisor

__all__ = ["Data", "Group", "Job", "Kind", "Order", "Queue", "State", "Supervisor", "group_jobs"]
