"""The figures that are shipped with the lab, in the files of the commands that measured them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from facemask_core import paths
from facemask_core.errors import DatasetError

REPORTS_DIR = paths.REPORTS
SKIN_TONES = "skin-tones.json"


def read_reports(weights_sha256: str, folder: Path = REPORTS_DIR) -> list[dict[str, Any]]:
    """Reads the reports on a model before and after an attack, by attack and rising epsilon.

    Reports on other weights of the same name are left out: that model no longer exists.

    Args:
        weights_sha256: Hash of the model's weights.
        folder: The folder of the reports.

    Returns:
        Reports as :meth:`~facemask_core.evaluation.report.Evaluation.as_dict` writes them.

    Raises:
        DatasetError: A file there is no report.
    """
    every = [read_figures(path, "model_sha256") for path in sorted(folder.glob("*-test-*.json"))]
    return sorted(
        (report for report in every if report["model_sha256"] == weights_sha256),
        key=lambda report: (
            report["threat_model"]["attack"],
            report["threat_model"]["epsilon"],
        ),
    )


def read_skin_tones(folder: Path = REPORTS_DIR) -> list[dict[str, Any]]:
    """Reads how often each model is right on the shipped faces, by class and skin tone.

    Args:
        folder: The folder of the file.

    Raises:
        DatasetError: The file cannot be read.
    """
    return list(read_figures(folder / SKIN_TONES, "rows")["rows"])


def read_figures(path: Path, key: str) -> dict[str, Any]:
    """Reads a shipped file of figures.

    Args:
        path: The file.
        key: An entry that it must have.

    Raises:
        DatasetError: It cannot be read, or has no such entry.
    """
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(figures, dict) or key not in figures:
            raise ValueError(f"it has no {key}")
    except (OSError, ValueError) as error:
        raise DatasetError(f"The shipped figures in {path} cannot be read ({error}).") from error
    return figures
