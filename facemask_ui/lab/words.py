"""Every text the component shows; ``{…}`` is filled in by the browser."""

from __future__ import annotations

from typing import Any

from facemask_core.evaluation.verdicts import Outcome
from facemask_ui.base import palette
from facemask_ui.base.browser import strip_icon
from facemask_ui.face.outcomes import OUTCOMES

_OUTCOMES = {
    "fooled": Outcome.FOOLED,
    "held": Outcome.HELD,
    "unmoved": Outcome.UNMOVED,
    "untouched": Outcome.UNMOVED,
    "wrong": Outcome.ALREADY_WRONG,
    "unsure": Outcome.UNSURE,
    "doubt": Outcome.UNSURE,
}

WORDS: dict[str, Any] = {
    "classes": palette.name_classes(),
    "classIcons": [strip_icon(icon) for icon in palette.ICONS],
    "icons": {key: strip_icon(OUTCOMES[outcome][0]) for key, outcome in _OUTCOMES.items()},
    "outcomes": {
        "fooled": "Fooled:",
        "held": "Still right:",
        "unmoved": "The attack changed nothing:",
        "untouched": "Without noise:",
        "wrong": "Already wrong without an attack:",
        "unsure": "Unsure now:",
        "doubt": "Unsure without an attack:",
    },
    "before": "Before",
    "after": "After",
    "original": "Original",
    "attacked": "Attacked",
    "attackedAlt": "The attacked picture.",
    "noise": "Noise × {factor}",
    "noiseAlt": "The change to the picture, magnified {factor} times",
    "wiped": "Original left, attacked right of the line",
    "seam": "Where the line stands",
    "view": "How the pictures are shown",
    "views": {"side": "Side by side", "wipe": "Wipe", "blink": "Blink"},
    "less": "Less",
    "more": "More",
    "play": "Play",
    "pause": "Pause",
    "limit": "no colour value moves by more than {levels} of 255",
    "flag": "first fooled at {notch}",
    "from": "The model is first fooled at {notch}.",
    "never": "The model is not fooled anywhere shown.",
    "alreadyWrong": "The model is wrong without an attack already.",
    "curve": "Confidence along the slider",
    "curveOf": "Confidence in “{class}”",
    "lines": {
        "noise": "random noise of the same size",
        "twin": "the robust twin under the same attack",
    },
    "beyond": "Rounded to 8 bits, the picture is {reached} away, beyond the epsilon of {epsilon}.",
    "filling": "still computing…",
    "waiting": "Computing…",
    "folded": "Figures and threat model",
    "again": {
        "held": "Fooled at {first}, right again here: {attack} takes one straight step, and a "
        "longer one can go past what fools the model.",
        "unsure": "Fooled at {first}, unsure here: {attack} takes one straight step, and a longer "
        "one can go past what fools the model.",
    },
    "smallerSteps": "Try small steps (PGD)",
    "veiled": "What will the model say?",
    "guess": "The right answer is “{class}”. Does the model give it after this change?",
    "guessHeld": "Still right",
    "guessFooled": "Fooled",
    "guessNothing": "Just show me",
    "guessedRight": "You guessed right.",
    "guessedWrong": "You guessed wrong.",
    "guessOn": "Move the slider and guess again.",
    "guessAll": "Show every epsilon",
    "guessAtZero": "Move the slider, and guess what the model says then.",
    "saveCard": "Card to share (PNG)",
    "cardFoot": "Face-mask lab: how little noise does it take?",
    "savePicture": "Attacked picture (PNG)",
    "saveRecord": "Settings and results (JSON)",
    "saveAnimation": "Every epsilon as a film (GIF)",
    "animating": "Making the film…",
}

CHANGES: dict[str, Any] = {
    "outcomes": {
        "fooled": "Changed:",
        "held": "Unchanged:",
        "unmoved": "The attack changed nothing:",
        "untouched": "Without noise:",
        "unsure": "Unsure now:",
        "doubt": "Unsure without an attack:",
    },
    "flag": "first changed at {notch}",
    "from": "The verdict first changes at {notch}.",
    "never": "The verdict changes nowhere shown.",
    "again": {
        "held": "Another verdict at {first}, the first one again here: {attack} takes one "
        "straight step, and a longer one can go past what changes the verdict.",
        "unsure": "Another verdict at {first}, unsure here: {attack} takes one straight step, and "
        "a longer one can go past what changes the verdict.",
    },
    "guess": "The model says “{class}”. Does it still say so after this change?",
    "guessHeld": "Still the same",
    "guessFooled": "Another verdict",
}
"""What is said instead where nobody knows the right answer: a change of verdict may be for good."""

SWEEP_FIGURES = {
    "linf": ["Largest change", " / 255"],
    "l2": ["Length of the change (L2)", ""],
    "pixels": ["Pixels changed", " %"],
    "ssim": ["Likeness (SSIM)", ""],
    "psnr": ["Signal to noise (PSNR)", " dB"],
}
"""Name and unit of the numbers shown at each notch, by key."""
STEP_FIGURES = {"loss": ["Loss (cross-entropy)", ""]}
