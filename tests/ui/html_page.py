"""A printed page as a browser reads it."""

from __future__ import annotations

from html.parser import HTMLParser

_VOID = {"img", "meta"}


class ParsedPage(HTMLParser):
    """The tags, attributes and texts of a page whose elements close in order.

    Attributes:
        tags: The elements' names in their order.
        attributes: All their attributes.
        names: What stands in ``<bdi>``: names that others gave.
        text: All text, without the line ends between elements.
    """

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.names: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "bdi":
            self.names.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip("\n"):
            self.text += data
        if self._open[-1:] == ["bdi"]:
            self.names[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)
