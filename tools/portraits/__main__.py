"""Runs `python tools/portraits`."""

import sys

from nobody.cli import main

if __name__ == "__main__":
    sys.exit(main())
