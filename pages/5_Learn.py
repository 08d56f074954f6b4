"""Learn: a lesson in eight short chapters, a guess before every answer."""

from facemask_ui.lesson import language
from facemask_ui.page import frame

texts = language.read_language()
with frame.page("Learn", texts.say("page.heading"), texts.say("page.lead")):
    from facemask_ui.lesson import view

    view.show_lesson(texts)
