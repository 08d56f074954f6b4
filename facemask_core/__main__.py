"""Runs the command line: ``python -m facemask_core``, the same as ``facemask``."""

from facemask_core.cli import main

if __name__ == "__main__":
    main()
