"""Reports that are computed by a process of their own, in the order they were asked for.

- ``order`` is what is asked, as plain settings; ``job`` is an order and how far it is;
- ``queue`` keeps the jobs on disk (``database``), for whoever asks, works or looks on;
- ``worker`` computes them (``guard`` ends it at once where its job was cancelled), and ``workers``
  tells which workers live; ``supervisor`` starts one where there is work and nobody does it;
- ``uploads`` keeps a visitor's zip for as long as a job needs it, and ``removal`` forgets a job.

What is computed lands in the store of runs batch by batch, so nothing here can lose more than one.
"""

from facemask_core.jobs.job import Job, State
from facemask_core.jobs.order import Data, Kind, Order
from facemask_core.jobs.queue import Queue
from facemask_core.jobs.supervisor import Supervisor

__all__ = ["Data", "Job", "Kind", "Order", "Queue", "State", "Supervisor"]
