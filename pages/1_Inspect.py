"""Inspect: what models say about one picture or many, or one model about a live camera."""

from facemask_ui.page import frame

with frame.page("inspect"):
    from facemask_ui.inspect import live, several, view, views

    choice = views.choose_view()
    if choice == views.LIVE:
        live.show_camera()
    else:
        live.forget_still()
        if choice == views.SEVERAL:
            several.show_pictures()
        else:
            view.show_inspection()
