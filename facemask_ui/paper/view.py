"""The page Paper from top to bottom."""

from __future__ import annotations

import streamlit as st

from facemask_core.models import checkpoints
from facemask_core.paper import experiments, printed
from facemask_ui.base import messages, settings
from facemask_ui.choices import models
from facemask_ui.language import say
from facemask_ui.paper import (
    attacked_pictures,
    differences,
    other_work,
    points,
    provenance,
    reports,
    training_tables,
)

_PARTS = ("beside", "odd")


def show_paper() -> None:
    """Shows the comparison, or the points that do not add up.

    Raises:
        DatasetError: A result file cannot be read.
    """
    paper = printed.read()
    st.caption(say("paper.view.source", title=paper.title, journal=paper.journal))
    model = st.segmented_control(
        say("paper.view.measured_with"),
        experiments.MODELS,
        format_func=models.title,
        required=True,
        wrap=True,
        help=say("paper.view.measured_hint"),
        **settings.bind("backbone", experiments.MODELS[0], settings.one_of(experiments.MODELS)),
    )
    part = st.segmented_control(
        say("paper.view.show"),
        _PARTS,
        format_func=lambda part: say(f"paper.view.{part}"),
        required=True,
        wrap=True,
        **settings.bind("part", "beside", settings.one_of(_PARTS)),
    )
    usable = False
    with messages.show_errors():  # one model's fault costs that model's figures alone
        checkpoints.read_card(checkpoints.locate(model))
        usable = True
    if part == "beside":
        with messages.show_errors():
            reports.show_overview(paper)
        with messages.show_errors():
            if usable:
                differences.show_differences(paper, model)
        training_tables.show_training_tables(paper)
        with messages.show_errors():
            if usable:
                reports.show_reports(paper, model)
        with messages.show_errors():
            if usable:
                attacked_pictures.show_attacked_pictures(paper, model)
        with messages.show_errors():
            other_work.show_other_work(paper)
    elif usable:
        with messages.show_errors():
            points.show_points(paper, model)
    provenance.show_results()
