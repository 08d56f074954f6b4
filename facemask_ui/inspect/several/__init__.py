"""Many pictures at once: every face in them, and what each model says of it.

- ``choice`` takes the pictures and finds their faces;
- ``table`` shows them, each with the models' answers, and writes them as a CSV file.

Pictures and faces are in the visitor's session, and nowhere else.
"""

from __future__ import annotations

import streamlit as st

from facemask_ui.choices import models
from facemask_ui.inspect.several import choice, table
from facemask_ui.language import say


def show_pictures() -> None:
    """Shows the choice of pictures and models, and the table of faces."""
    pictures_column, models_column = st.columns(2, gap="large")
    with pictures_column:
        pictures = choice.choose_pictures()
    with models_column:
        names = models.choose_models()
    if not pictures:
        st.info(say("inspect.several.invitation"), icon=":material/photo_library:")
    elif not names:
        st.info(say("inspect.view.no_model"), icon=":material/info:")
    else:
        table.show_table(choice.find_all_faces(pictures), names)
