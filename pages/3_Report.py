"""Report: how often is a model wrong on a whole dataset, before and after an attack?"""

import streamlit as st

from facemask_ui.page import frame

with frame.page(
    "Report",
    "How often does it go wrong?",
    "One face is an anecdote. Here a whole dataset is judged, attacked, and judged again. "
    "Another process computes: leave, come back, and it has gone on.",
):
    from facemask_ui.base import messages
    from facemask_ui.choices import attack_setup, models
    from facemask_ui.reports import ask, dataset_choice, open_report, owner, table
    from facemask_ui.reports.lines import list_lines, list_own_jobs

    dataset, model, attack = st.columns(3, gap="large")
    with attack:
        attack_choices = attack_setup.choose_attacks()
    with model:
        names = models.choose_report_models()
    data = None
    with dataset, messages.show_errors():
        data = dataset_choice.choose_dataset()
    ask.show_run_button(data, names, attack_choices)
    owner.keep_token(settled=bool(list_own_jobs()))
    lines = list_lines()
    table.show_table(lines)
    open_report.show_open_report(lines)
