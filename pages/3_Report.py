"""Report: how often is a model wrong on a whole dataset, before and after an attack?"""

import streamlit as st

from facemask_ui import shell

with shell.page(
    "Report",
    "How often does it go wrong?",
    "One face is an anecdote. Here a whole dataset is judged, attacked, and judged again. "
    "Another process computes: leave, come back, and it has gone on.",
):
    from facemask_ui import (
        attacking,
        models,
        report_data,
        report_list,
        report_open,
        report_owner,
        report_run,
        reports,
    )

    dataset, model, attack = st.columns(3, gap="large")
    with attack:
        chosen = attacking.choose_several()
    with model:
        names = models.choose_for_reports()
    data = None
    with dataset, shell.one_sentence():
        data = report_data.choose()
    report_run.button(data, names, chosen)
    report_owner.keep(settled=bool(reports.mine()))
    lines = reports.lines()
    report_list.show(lines)
    report_open.draw(lines)
