"""A page to keep, send and print: no script, no request, nothing beside the file.

- ``page.html.jinja`` is the frame that every printed page extends, and ``page.css`` its style;
- ``elements.html.jinja`` holds the tables and names that the pages have in common;
- ``templates`` opens these templates and those of a page, and escapes whatever is filled in.
"""

from facemask_ui.base.printed_page.templates import open_templates

__all__ = ["open_templates"]
