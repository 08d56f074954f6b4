"""Where the lab's own files lie: its source, and the models, samples and reports it ships with."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
IMPORT_ROOT = PACKAGE.parent
"""The folder from which Python imports the lab: a checkout, or ``site-packages``."""
ROOT = IMPORT_ROOT if (IMPORT_ROOT / "assets").is_dir() else PACKAGE / "shipped"
"""The folder that holds ``assets`` and the pages: a checkout, or what a wheel brings along."""
ASSETS = ROOT / "assets"
MODELS = ASSETS / "models"
SAMPLES = ASSETS / "samples"
REPORTS = ASSETS / "reports"
