"""The figures that are shipped with the lab, in the files of the commands that measured them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from facemask_core import paths
from facemask_core.errors import DatasetError
from facemask_core.models import figures_schema

REPORTS_DIR = paths.REPORTS
SKIN_TONES = "skin-tones.json"
CERTIFICATES = "certificates.json"
_LARGEST_FILE = 16 * 2**20
_SENTENCE = "The shipped figures in {path} cannot be read ({reason}); put the file back."


def read_reports(weights_sha256: str, folder: Path = REPORTS_DIR) -> list[dict[str, Any]]:
    """Reads the reports on a model before and after an attack, by attack and rising epsilon.

    Reports on other weights of the same name are left out: that model no longer exists. A damaged
    report on another model costs that model's figures and not these.

    Args:
        weights_sha256: Hash of the model's weights.
        folder: The folder of the reports.

    Returns:
        Reports as :meth:`~facemask_core.evaluation.report.Evaluation.as_dict` writes them.

    Raises:
        DatasetError: A file there is no report, and it may be one on this model.
    """
    reports, names, faults = [], set[str](), dict[str, DatasetError]()
    for path in sorted(folder.glob("*-test-*.json")):
        name = path.name.partition("-test-")[0]
        try:
            report = read_figures(path, figures_schema.find_attacked_fault)
        except DatasetError as error:
            faults.setdefault(name, error)
            continue
        if report["model_sha256"] == weights_sha256:
            reports.append(report)
            names.add(name)
    for name, fault in faults.items():
        if name in names or not names:
            raise fault
    return sorted(
        reports, key=lambda it: (it["threat_model"]["attack"], it["threat_model"]["epsilon"])
    )


def read_skin_tones(folder: Path = REPORTS_DIR) -> list[dict[str, Any]]:
    """Reads how often each model is right on the shipped faces, by class and skin tone.

    Args:
        folder: The folder of the file.

    Raises:
        DatasetError: The file cannot be read.
    """
    path = folder / SKIN_TONES
    return list(read_figures(path, figures_schema.find_skin_tones_fault)["rows"])


def read_certificates(folder: Path = REPORTS_DIR) -> dict[str, dict[str, Any]]:
    """Reads the certified accuracy of smoothed models, by model and noise.

    Args:
        folder: The folder of the file.

    Raises:
        DatasetError: The file cannot be read.
    """
    return read_figures(folder / CERTIFICATES, figures_schema.find_certificates_fault)


def read_figures(path: Path, find_fault: Callable[[Any], str | None]) -> dict[str, Any]:
    """Reads a shipped file of figures, and checks each of them.

    Args:
        path: The file.
        find_fault: Finds what is wrong with its content; None where nothing is.

    Raises:
        DatasetError: It cannot be read, or a figure in it cannot be one.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ValueError("it is too large")
        figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        fault = find_fault(figures)
        if fault is not None:
            raise ValueError(fault)
    except RecursionError:
        raise DatasetError(_SENTENCE.format(path=path, reason="it is nested too deeply")) from None
    except (OSError, ValueError) as error:
        raise DatasetError(_SENTENCE.format(path=path, reason=error)) from error
    return figures
