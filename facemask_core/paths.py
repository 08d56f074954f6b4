"""The paths of the lab's own files: its source, and the models, samples and reports it ships."""

from __future__ import annotations

from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).resolve().parent
IMPORT_ROOT = PACKAGE.parent
"""The folder from which Python imports the lab: a checkout, or ``site-packages``."""
SHIPPED = PACKAGE / "shipped"
"""The files a wheel brings along, because it has no folder beside the packages."""
ROOT = SHIPPED if SHIPPED.is_dir() else IMPORT_ROOT
"""The folder that holds ``assets`` and the pages: a checkout, or the wheel's files."""
APP = ROOT / "app.py"
"""The script that Streamlit runs; its settings lie in ``.streamlit`` beside it."""
ASSETS = ROOT / "assets"
MODELS = ASSETS / "models"
SAMPLES = ASSETS / "samples"
REPORTS = ASSETS / "reports"
PRINTABLE_MASKS = ASSETS / "printable_masks"
USER_DATA = platformdirs.user_data_path("facemask-lab", appauthor=False)
"""The user's own folder, which is writable wherever the lab is installed."""
DOWNLOADS = (USER_DATA if ROOT == SHIPPED else ROOT) / "data"
"""The folder of downloaded photographs: in a checkout, or with the user's data."""
