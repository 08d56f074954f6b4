"""The lesson as one file: its page, its models and the engine, to be opened without any server.

- ``builder`` puts the file together; ``policy`` forbids it every request;
- ``chapters``, ``stage`` and ``pictures`` gather what the page shows, and ``stored`` what a browser
  cannot compute;
- ``look`` writes colours and icons as a style sheet;
- ``installation`` writes the page, and the two files by which a browser keeps one that came from a
  server;
- ``page/`` is the page itself: it calls the lab's own components as Streamlit would, and what it
  asks of a model goes to ``facemask_ui/ondevice``.
"""

from __future__ import annotations

from facemask_ui.lesson_file.builder import write_lesson
from facemask_ui.lesson_file.installation import write_files

__all__ = ["write_files", "write_lesson"]
