"""Report: how often is a model wrong on a whole dataset, before and after an attack?"""

import streamlit as st

from facemask_ui.page import frame

with frame.page("report"):
    from facemask_ui.base import messages, reveal
    from facemask_ui.choices import models, report_attacks
    from facemask_ui.language import say
    from facemask_ui.reports import ask, dataset_choice, matrix, open_report, owner, result, table
    from facemask_ui.reports.lines import list_lines, list_own_jobs

    top = st.container(key=result.PLACE)
    is_new = not (list_own_jobs() or open_report.read_open_run())
    with st.expander(say("report.what"), icon=":material/tune:", expanded=is_new):
        dataset, model, attack = st.columns(3, gap="large")
        with attack:
            attack_choices = report_attacks.choose_attacks()
        with model:
            names = models.choose_report_models()
        data = None
        with dataset, messages.show_errors():
            data = dataset_choice.choose_dataset()
        ask.show_run_button(data, names, attack_choices)
    owner.keep_token(settled=bool(list_own_jobs()))
    lines = list_lines()
    open_report.open_awaited(lines)
    line = open_report.find_open(lines)
    with top, messages.show_errors():
        reveal.follow(result.PLACE)
        result.show_result(line)
        matrix.show_matrix(lines, line)
    open_report.show_open_report(lines, line)
    table.show_table(lines)
