"""``python -m tools.films``: makes the films that are shipped, one file a model.

They answer the first click on a sample at once: FGSM at every epsilon, on each of the gallery.
A film belongs to the weights it was made with; with other weights the lab computes it anew. So this
command follows every change of weights: ``python -m tools.films mobilenetv3``, or without a name
for all models.
"""

from __future__ import annotations

import sys
import zipfile

from facemask_core import attacks
from facemask_core.data import samples
from facemask_core.models import checkpoints
from facemask_core.models.classifier import load_classifier
from facemask_ui.lab import sample_films, stored_films


def write_films(model: str) -> int:
    """Writes the file of a model's films.

    Args:
        model: The model.

    Returns:
        Its size in bytes.
    """
    path = stored_films.shipped_file(model)
    path.parent.mkdir(exist_ok=True)
    classifier = load_classifier(model)
    half = path.with_suffix(".part")  # a film that is half there would be none
    with zipfile.ZipFile(half, "w") as file:  # stored as they are: films are compressed
        for question in sample_films.list_questions(
            classifier, attacks.make("fgsm"), samples.gallery()
        ):
            member = zipfile.ZipInfo(question.key())  # without a date, so that the file repeats
            file.writestr(member, sample_films.make_film(question))
    return half.replace(path).stat().st_size


if __name__ == "__main__":
    for name in sys.argv[1:] or checkpoints.usable():
        print(f"{name}: {write_films(name):,} bytes")  # noqa: T201
