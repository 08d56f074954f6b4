"""The elements and the text of a page that stands by itself."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class Tags(HTMLParser):
    """The names of a page's elements, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert not [value for _, value in attrs if value and "//" in value]
        self.names.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data
