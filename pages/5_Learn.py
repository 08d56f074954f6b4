"""Learn: a lesson in eight short chapters, a guess before every answer."""

from facemask_ui.page import frame

with frame.page("learn"):
    from facemask_ui import language
    from facemask_ui.lesson import view

    view.show_lesson(language.read_current().within("lesson"))
