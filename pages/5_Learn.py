"""Learn: a lesson in eight short chapters, a guess before every answer."""

from facemask_ui import start

start.ready()  # the heading depends on the language, and that on the lesson

from facemask_ui import lesson, shell  # noqa: E402

texts = lesson.current()
with shell.page("Learn", texts.say("page.heading"), texts.say("page.lead")):
    lesson.show(texts)
