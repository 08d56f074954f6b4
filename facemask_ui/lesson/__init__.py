"""The lesson: eight short chapters, a guess before every answer, figures computed on the spot.

- ``en.toml`` and ``fr.toml`` hold every string; ``texts`` reads them and checks that they agree;
- ``chapters`` measures and draws, one file a chapter, on the faces of ``subjects``;
- ``language`` and ``progress`` keep the language, the chapter and the guesses, in the session and
  in the link;
- ``view`` puts a chapter on the screen, with the charts of ``drawings``; ``links`` lead to the lab
  and back; ``place`` tells the browser the page's language and scrolls to its start;
- ``handouts`` are the worksheet and the teacher's notes, to print.

Strings and language import nothing slow: the page's heading is there before TensorFlow is.
"""
