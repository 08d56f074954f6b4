"""Report: how often is a model wrong on a whole dataset, before and after an attack?"""

import streamlit as st

from facemask_ui import attacking, models, report_data, report_run, report_view, shell

with shell.page(
    "Report",
    "How often does it go wrong?",
    "One face is an anecdote. Here a whole dataset is judged, attacked, and judged again.",
):
    dataset, model, attack = st.columns(3, gap="large")
    with attack:
        chosen = attacking.choose()
    with model:
        name = models.choose()
    with dataset:
        data = report_data.choose()
    if data is not None:
        report = report_run.answer(models.load(name), data, chosen)
        if report is not None:
            report_view.show(report, report_run.board().answers())
