"""How the two classes look on every page: a word, an icon and a colour, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from facemask_ui import language
from facemask_ui.base import theme

if TYPE_CHECKING:  # only its type is needed, and the lesson's heading does not wait for the rest
    from facemask_core.evaluation.verdicts import Verdict

ICONS = (":material/face:", ":material/masks:")
_SPACE = "\N{NO-BREAK SPACE}"
_MARKDOWN_COLOURS = ("orange", "blue")


@dataclass(frozen=True)
class Palette:
    """Colours for charts and drawings, by theme.

    Attributes:
        classes: Without mask and with mask, in the order of the labels.
        on_classes: Text on those colours, at a contrast of 4.5 or more.
        weak: The empty end of a scale, such as a heat map's.
        strong: The full end of a scale; no class has this colour.
        on_strong: Text on ``strong``.
        wrong: The background of wrong answers, on which ``text`` can be read; no class has it.
        lines: Curves in one chart; no class has these colours.
        text: Axis and label text.
        faint: Grid lines.
    """

    classes: tuple[str, str]
    on_classes: tuple[str, str]
    weak: str
    strong: str
    on_strong: str
    wrong: str
    lines: tuple[str, ...]
    text: str
    faint: str


LIGHT = Palette(
    classes=("#D55E00", "#0072B2"),
    on_classes=("#000000", "#FFFFFF"),
    weak="#F1EFEA",
    strong="#5546A8",
    on_strong="#FFFFFF",
    wrong="#E27BA9",
    lines=("#5546A8", "#00755C", "#A3326F", "#0E141B"),
    text="#0E141B",
    faint="#D9D5CC",
)
DARK = Palette(
    classes=("#D55E00", "#56B4E9"),
    on_classes=("#000000", "#000000"),
    weak="#1B242E",
    strong="#A99CF5",
    on_strong="#000000",
    wrong="#9C2F6B",
    lines=("#A99CF5", "#33C7A0", "#F09CC6", "#E9EDF1"),
    text="#E9EDF1",
    faint="#33404D",
)


def pick_palette() -> Palette:
    """Picks the colours that fit the visitor's theme."""
    return DARK if theme.is_dark() else LIGHT


def name_classes() -> tuple[str, str]:
    """Names the two classes in words, in the order of the labels."""
    return language.read_current().classes


def name_class(label: int) -> str:
    """Names a class in words."""
    return name_classes()[label]


def keep_together(text: str) -> str:
    """Keeps the words of a text on one line."""
    return text.replace(" ", _SPACE)


def write_verdict(verdict: Verdict, texts: language.Texts | None = None) -> str:
    """Writes a verdict in Markdown: icon, word and confidence, in the class's colour.

    Args:
        verdict: The verdict.
        texts: The language; the page's, if None.
    """
    texts = texts or language.read_current()
    word, share = texts.classes[verdict.label], texts.percent(verdict.confidence)
    text = keep_together(f"{word} {share}")
    return f":{_MARKDOWN_COLOURS[verdict.label]}[{ICONS[verdict.label]}{_SPACE}**{text}**]"


def write_class(label: int) -> str:
    """Writes a class in a Markdown sentence, in its colour.

    It has no icon: at the end of a line the icon would be torn off its word.
    """
    return f":{_MARKDOWN_COLOURS[label]}[**{keep_together(name_class(label))}**]"


def describe_verdict(verdict: Verdict) -> str:
    """Describes a verdict in plain words, for alternative texts."""
    return f"{name_class(verdict.label).lower()}, {language.percent(verdict.confidence)}"
