"""A report as one page to keep, send and print.

- ``report.html.jinja`` holds the page's sections in the order they are read;
- ``histogram`` and ``curves`` lay out its two drawings, which the templates of the same names
  write as SVG;
- ``document`` gathers what the templates fill in.

Its frame and style are those of ``facemask_ui.base.printed_page``.
"""

from facemask_ui.reports.printed.document import Supplement, write_page

__all__ = ["Supplement", "write_page"]
