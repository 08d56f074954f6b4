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
    from facemask_ui.reports.lines import known_lines, mine

    dataset, model, attack = st.columns(3, gap="large")
    with attack:
        chosen = attack_setup.choose_several()
    with model:
        names = models.choose_for_reports()
    data = None
    with dataset, messages.show_errors():
        data = dataset_choice.choose()
    ask.button(data, names, chosen)
    owner.keep(settled=bool(mine()))
    lines = known_lines()
    table.show(lines)
    open_report.draw(lines)
