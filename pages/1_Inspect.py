"""Inspect: what models say about one picture, or one model about a live camera."""

from facemask_ui.page import frame

with frame.page(
    "Inspect",
    "Mask or no mask?",
    "Choose a picture. The lab finds the face, and each model says what it sees.",
):
    from facemask_ui.inspect import live, view

    if live.choose_view() == live.LIVE:
        live.show_camera()
    else:
        view.show_inspection()
