"""Learn: a lesson in eight short chapters, a guess before every answer."""

from facemask_ui import shell
from facemask_ui.lesson import language

texts = language.current()
with shell.page("Learn", texts.say("page.heading"), texts.say("page.lead")):
    from facemask_ui.lesson import view

    view.show(texts)
