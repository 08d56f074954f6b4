"""What a shipped picture shows, in words, for those who cannot see it.

Its table describes it in English. A page says each phrase of that in the visitor's language: the
languages' files list the phrases in the same order.
"""

from __future__ import annotations

from facemask_ui.language import DEFAULT, Texts, read_current, read_texts


def describe_portrait(alt: str, language: str | None = None) -> str:
    """Says a description in a language; a phrase that no file has stays as it is.

    Args:
        alt: The picture's description in English: what it is, a colon, and a list of traits.
        language: The language; the page's where none is given.
    """
    current = read_current()
    spoken = current if language in {None, current.language} else read_texts(str(language))
    texts = spoken.within("picture.portrait")
    english = read_texts(DEFAULT).within("picture.portrait")
    words = dict(zip(_list_phrases(english), _list_phrases(texts), strict=True))
    shown, _, details = alt.partition(": ")
    shown = words.get(shown, shown)
    if not details:
        return shown
    traits = [words.get(trait, trait) for trait in details.split(", ")]
    return texts.say("described", shown=shown, details=", ".join(traits))


def _list_phrases(texts: Texts) -> list[str]:
    """Lists every phrase of one language, also the phrases with a colour in each colour."""
    hair, cloths = (
        [
            phrase
            for colour in texts.say_all(colours)
            for phrase in texts.say_all(key, colour=colour)
        ]
        for key, colours in (("hair", "hair_colours"), ("cloths", "cloth_colours"))
    )
    return [*texts.say_all("headlines"), *texts.say_all("traits"), *hair, *cloths]
