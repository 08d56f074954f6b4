"""The measured figures that are shipped with the lab, as the commands that made them left them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from facemask_core import paths
from facemask_core.errors import DatasetError

REPORTS_DIR = paths.REPORTS
SKIN_TONES = "skin-tones.json"


def reports(weights_sha256: str, folder: Path = REPORTS_DIR) -> list[dict[str, Any]]:
    """Reads the reports on a model before and after an attack, by attack and rising epsilon.

    Those on other weights of the same name are left out: they are of a model that is no longer
    there.

    Args:
        weights_sha256: Hash of the model's weights.
        folder: Where the reports lie.

    Returns:
        Reports as :meth:`~facemask_core.evaluation.report.Evaluation.as_dict` writes them.

    Raises:
        DatasetError: A file there is no report.
    """
    found = [read(path, "model_sha256") for path in sorted(folder.glob("*-test-*.json"))]
    return sorted(
        (report for report in found if report["model_sha256"] == weights_sha256),
        key=lambda report: (
            report["threat_model"]["attack"],
            report["threat_model"]["epsilon"],
        ),
    )


def skin_tones(folder: Path = REPORTS_DIR) -> list[dict[str, Any]]:
    """Reads how often each model is right on the shipped faces, by class and skin tone.

    Args:
        folder: Where the file lies.

    Raises:
        DatasetError: The file cannot be read.
    """
    return list(read(folder / SKIN_TONES, "rows")["rows"])


def read(path: Path, key: str) -> dict[str, Any]:
    """Reads a shipped file of figures.

    Args:
        path: The file.
        key: An entry that it has to have.

    Raises:
        DatasetError: It cannot be read, or has no such entry.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or key not in found:
            raise ValueError(f"it has no {key}")
    except (OSError, ValueError) as error:
        raise DatasetError(f"The shipped figures in {path} cannot be read ({error}).") from error
    return found
