"""A model that a teacher brings along, as far as a room needs it: its answers about one face.

Where a device can compute it, as Teachable Machine's, the room has its plan and its weights, too,
for the pupils' own faces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from facemask_core.errors import ExportError
from facemask_core.evaluation.verdicts import judge
from facemask_core.models import visiting
from facemask_core.web.foreign_model import write_foreign_model
from facemask_ui.choices import own_models
from facemask_ui.choices.own_models import OwnModel
from facemask_ui.classroom.answers import FaceFilm, ask, summarise
from facemask_ui.lab import sweeps
from facemask_ui.lab.film import ASKS
from facemask_ui.lesson import subjects

NAME = "class"
"""What devices call it."""
_LONGEST_TITLE = 60
_PARTS = 5
"""The face, the answers at every notch, their distances, the noise, and the end."""


@dataclass(frozen=True)
class ClassModel:
    """What a room keeps of a model.

    Attributes:
        title: Its name for people.
        film: Its answers about the lesson's face, and where the attack moves that.
        files: With which a device computes it, by their names; empty where none can.
    """

    title: str
    film: FaceFilm
    files: Mapping[str, bytes] = field(default_factory=dict)


def read_title(name: str) -> str:
    """Reads what people call a model of this visitor's, as plain text of one short line."""
    return " ".join(visiting.write_title(name).split())[:_LONGEST_TITLE]


def film_class_model(own: OwnModel, report: Callable[[float], object]) -> ClassModel:
    """Attacks the lesson's face once with a model of this visitor's.

    Nothing of it is shared with other sessions or kept outside what is returned.

    Args:
        own: The model.
        report: Is told which share is done.

    Raises:
        FacemaskError: The model cannot be asked.
    """
    question = ask(subjects.BARE, own_models.get_ready(own))
    before = judge(question.classifier, question.face[None])[0]
    film = []
    for part in sweeps.compute_sweep(question, before):
        if part is not ASKS:
            film.append(part)
            report(min(1.0, len(film) / _PARTS))
    return ClassModel(read_title(own.name), summarise(question, film), _write_files(own))


def _write_files(own: OwnModel) -> dict[str, bytes]:
    """Writes the files for devices; none where no device can compute the model."""
    try:
        return write_foreign_model(
            own.classifier.model, own.classifier.card, own.found["best"], NAME
        )
    except ExportError:
        return {}
