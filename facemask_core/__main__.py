"""Runs the command line: ``python -m facemask_core``."""

from facemask_core.cli import main

main()
