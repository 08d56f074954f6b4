"""The words of an inspection card in the language of the page."""

from __future__ import annotations

from facemask_core.inspection.words import Words
from facemask_core.labels import LABELS
from facemask_ui.base.palette import name_class
from facemask_ui.choices import attack_setup
from facemask_ui.choices.corruption_names import name_corruption, translate_value
from facemask_ui.language import DEFAULT, percent, read_current, say


def speak() -> Words:
    """Returns how a card speaks on this page; the checks' own sentences are English alone."""
    language = read_current().language

    def say_of_card(key: str, /, **values: object) -> str:
        return say(f"models.own.card.{key}", **values)

    return Words(
        language=language,
        say=say_of_card,
        percent=percent,
        describe_attack=lambda stated: attack_setup.describe_threat_model(dict(stated)),
        name_corruption=name_corruption,
        write_value=translate_value,
        name_class=lambda name: name_class(LABELS.index(name)).lower(),
        has_findings=language == DEFAULT,
    )
