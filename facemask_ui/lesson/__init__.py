"""The lesson: eight short chapters, a guess before every answer, figures computed on the spot.

- ``chapters`` measures and draws, one file a chapter, on the faces of ``subjects``;
- ``progress`` keeps the chapter and the guesses, in the session and in the link;
- ``view`` puts a chapter on the screen, with the charts of ``drawings``; ``links`` lead to the lab
  and back; ``place`` scrolls to a chapter's start;
- ``handouts`` are the worksheet and the teacher's notes, to print.

Its strings are those of the table ``lesson`` in the languages' files.
"""
