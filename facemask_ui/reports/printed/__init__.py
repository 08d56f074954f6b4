"""A report as one page to keep, send and print: no script, no request, nothing beside the file.

- ``markup`` writes elements and escapes all text on its way, so that no file's name is markup;
- ``histogram`` draws the confidences as SVG, and ``curves`` accuracy against epsilon;
- ``frame`` is what every printed page stands in (``page.css``), the lesson's handouts too;
- ``sections`` writes the parts, and ``document`` puts them together.
"""

from facemask_ui.reports.printed.document import Company, document

__all__ = ["Company", "document"]
