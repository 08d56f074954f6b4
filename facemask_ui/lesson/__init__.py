"""The lesson: eight short chapters, a guess before every answer, figures computed on the spot.

- ``en.toml`` and ``fr.toml`` hold every string; ``texts`` reads them and sees that they agree;
- ``chapters`` measures and draws, one file a chapter, on the faces of ``subjects``;
- ``language`` and ``progress`` keep what the visitor chose, in the session and in the link;
- ``view`` puts a chapter on the screen; ``place`` tells the browser its language and its start;
- ``handouts`` are the worksheet and the teacher's notes, to print.

Strings and language import nothing slow: the page's heading stands before a model can be asked.
"""
