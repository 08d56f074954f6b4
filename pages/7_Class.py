"""Class: a room that pupils join, and the way to the projector's page."""

from facemask_ui.page import frame

with frame.page("class"):
    from facemask_ui.classroom import view

    view.show_class()
