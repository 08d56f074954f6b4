"""Printed masks on the visitor's face: plain, of random colours, and trained to be overlooked."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from facemask_core.evaluation.verdicts import Verdict, judge
from facemask_core.labels import WITH_MASK
from facemask_core.models.classifier import Classifier
from facemask_core.pictures import faces, images
from facemask_core.pictures.lab_note import LabNote
from facemask_core.printable_mask import effect, page, shipped
from facemask_core.printable_mask.conditions import IDEAL
from facemask_core.printable_mask.worn_pattern import make_wearer, put_on
from facemask_ui.choices import models
from facemask_ui.face.pictures import Picture
from facemask_ui.lab.face_row import draw_face_row
from facemask_ui.language import read_current, say

_FIRST = "mobilenetv3"
"""The model whose pattern is shown to those that have none of their own."""


def show_printed_mask(
    picture: Picture, region: faces.Box | None, classifier: Classifier, note: LabNote
) -> None:
    """Draws the face in three masks, what the model says of each, and the page to print.

    Args:
        picture: What holds the face.
        region: The part of it that the model sees, or None for all of it.
        classifier: The model that is asked.
        note: What a saved picture says about the face.
    """
    box = region or next(iter(picture.faces), None)
    if box is None:
        st.info(say("lab.further.mask.faceless"), icon=":material/info:")
        return
    trained_on = _choose_pattern(classifier)
    shown = _put_on(picture, box, region, trained_on)
    verdicts = {name: judge(classifier, face[None])[0] for name, face in shown.items()}
    worn = LabNote(made="drawn mask", frame=note.frame, box=note.box, wears_drawn_mask=True)
    draw_face_row(shown, [worn] * len(shown), verdicts, alt=picture.alt, key="printed")
    _describe(trained_on, verdicts)
    title, lines = _write_page(trained_on)
    language = read_current().language
    st.download_button(
        say("lab.further.printed.page"),
        lambda: page.draw_page(shipped.read_pattern(trained_on), title, lines, language=language),
        f"mask-{trained_on}-{language}.html",
        "text/html",
        icon=":material/print:",
    )


def _choose_pattern(classifier: Classifier) -> str:
    """Chooses the pattern that was trained against these very weights, or else the first."""
    for name in shipped.list_models():
        if shipped.read_figures(name)["model_sha256"] == classifier.card.weights_sha256:
            return name
    return _FIRST


def _put_on(
    picture: Picture, box: faces.Box, region: faces.Box | None, trained_on: str
) -> dict[str, NDArray[np.uint8]]:
    """Puts the masks on, in even light; uint8 (224, 224, 3) by the pattern's name on the page."""
    worn = put_on(make_wearer(picture.pixels, box, region), IDEAL)
    patterns = effect.add_controls(shipped.read_pattern(trained_on))
    return {
        say(f"lab.further.printed.{name}"): images.to_uint8(worn.show(patterns[name]))
        for name in ("plain", "random", "trained")
    }


def _describe(trained_on: str, verdicts: dict[str, Verdict]) -> None:
    """Says what the pattern is, and how often it did on other faces what it does here."""
    last = list(verdicts.values())[-1]
    kind = "unsure" if last.unsure else "seen" if last.label == WITH_MASK else "overlooked"
    st.write(say(f"lab.further.printed.{kind}", model=models.title(trained_on)))
    st.caption(f"{_write_counts(trained_on)} {say('lab.further.printed.drawn')}")


def _write_counts(trained_on: str) -> str:
    """Writes how many other faces were called unmasked with each pattern."""
    counts: dict[str, Any] = {
        name: found["all"]
        for name, found in shipped.read_figures(trained_on)["photographs"].items()
    }
    return say(
        "lab.further.printed.measured",
        model=models.title(trained_on),
        faces=counts["trained"]["faces"],
        **{name: count["called_unmasked"] for name, count in counts.items()},
    )


def _write_page(trained_on: str) -> tuple[str, list[str]]:
    """Writes the heading and the text of the page to print."""
    lines = [say(f"lab.further.printed.sheet.{name}") for name in ("print", "cut")]
    lines += [_write_counts(trained_on), say("lab.further.printed.drawn")]
    return say("lab.further.printed.sheet.title", model=models.title(trained_on)), lines
