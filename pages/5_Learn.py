"""Learn: a lesson in eight short chapters, a guess before every answer."""

from facemask_ui import lesson, shell

texts = lesson.current()
with shell.page("Learn", texts.say("page.heading"), texts.say("page.lead")):
    lesson.show(texts)
