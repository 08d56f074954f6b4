"""The words of an inspection card: English here, those of the pages in their languages' files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from facemask_core import checks, corruptions
from facemask_core.epsilons import describe_epsilon


class Say(Protocol):
    """Says one sentence."""

    def __call__(self, key: str, /, **values: object) -> str:
        """Fills a sentence's placeholders.

        Args:
            key: Its name in :data:`ENGLISH`.
            **values: What stands in the placeholders.
        """


@dataclass(frozen=True)
class Words:
    """How a card speaks.

    Attributes:
        language: The code of its language, as HTML writes it.
        say: Says a sentence by its name.
        percent: Writes a share.
        describe_attack: Writes a threat model in a line.
        name_corruption: Writes a corruption's name.
        write_value: Writes a corruption's strength, from what the core calls it.
        name_class: Writes a class's name.
        has_findings: Whether the checks' own sentences, which are English, are shown.
    """

    language: str
    say: Say
    percent: Callable[[float], str]
    describe_attack: Callable[[Mapping[str, Any]], str]
    name_corruption: Callable[[str], str]
    write_value: Callable[[str, str], str]
    name_class: Callable[[str], str] = str
    has_findings: bool = True


ENGLISH: dict[str, str] = {
    "title": "{model}: inspection card",
    "headline": "Right on {clean} of {images} portraits as they are. Changed by {epsilon} at most, "
    "which nobody sees, {robust} of {attacked} are still right.",
    "on_portraits": "Portraits are rendered people of this lab, no photographs: the figures say "
    "how the model does on them. Shares have 95 % intervals in brackets, which are wide on so few "
    "pictures.",
    "use": "How it is used",
    "use_of_own": "A model of this lab, used as its card says.",
    "what": "What",
    "found": "Found",
    "classes": "Classes in its order",
    "one_score": "one score, for {name}",
    "called": "{classes} (called {names})",
    "pixels": "Pixels",
    "colours": "Colours",
    "size": "Size",
    "frame": "Portraits cut",
    "frame_face": "to the face",
    "frame_whole": "not at all: it does better so",
    "end": "At its end",
    "end_plain": "scores as they are",
    "end_off": "{activations}, taken off",
    "double_softmax": "A second softmax was found behind its own, in the model or in its loss: its "
    "gradients were starved in training.",
    "layers": "Layers",
    "layers_of": "those of {family}",
    "layers_agree": "those of {family}, whose usual pixels these are",
    "right": "Right of {portraits} portraits so",
    "lead": "It leads the next way by {lead} standard errors.",
    "even": "Other ways do as well within chance: the next differs by {lead} standard errors.",
    "settled_front": "What the file does with its pixels first takes these.",
    "settled_statistics": "What its layers keep of their training fits these.",
    "settled_convention": "They answer alike, and these are the usual ones; you may overrule that.",
    "sole": "Nothing else was left to try.",
    "ties": "As good within chance: {ties}.",
    "tie": "{scale} {colours}, {classes}",
    "doubtful": "No way was much better than chance, so which output means a mask cannot be told: "
    "it may be no detector of masks, or want something else.",
    "clean": "Without an attack",
    "photographs": "Pictures",
    "portraits": "rendered portraits",
    "images": "Images",
    "balanced": "Balanced accuracy",
    "class_with_mask": "Masks, right",
    "class_without_mask": "Bare faces, right",
    "real_masks": "real masks",
    "drawn_masks": "drawn masks",
    "without_drawn": "without drawn masks",
    "attacked": "Under attack, at {epsilon}",
    "attack": "Attack",
    "robust": "Right before and after",
    "fooled": "Fooled, of those right before",
    "stated": "{threat_model}.",
    "dead": "On {count} images the attack had no gradient to follow, so it was weak there.",
    "smallest": "How little fools it",
    "median": "Half of {images} portraits are wrong by {epsilon}; {wrong} are wrong as they are.",
    "no_median": "Fewer than half of {images} portraits are wrong by {epsilon}; {wrong} are wrong "
    "as they are.",
    "epsilon": "Changed by at most",
    "standing": "Still right",
    "dangers": "Without an attacker",
    "dangers_mean": "Balanced accuracy of {images} portraits under what happens without an "
    "attacker: {mean} in the mean, {clean} as they are.",
    "danger": "What happens",
    "mild": "A little",
    "middling": "More",
    "severe": "Much",
    "cell": "{share} ({value})",
    "checks": "Is the evaluation sound?",
    "checks_lead": "The checklist on {images} portraits, under {threat_model}. A failed check "
    "shows a known mistake; all passed prove nothing.",
    "check": "Check",
    "status": "Answer",
    "finding": "Finding",
    "status_PASS": "yes",
    "status_WARN": "look at it",
    "status_FAIL": "no",
    "status_SKIP": "not asked",
    "interval": "{share} ({low} to {high})",
    "skipped": "{count} files could not be read.",
    "identity": "Identity",
    "identity_line": "sha256 {sha256}, measured on {device} in {seconds} s with {versions}.",
}
"""Every sentence of a card in English, by its name."""


def say_english(key: str, /, **values: object) -> str:
    """Says a sentence in English."""
    if key.startswith(_QUESTION):
        return _QUESTIONS[key.removeprefix(_QUESTION)]
    return ENGLISH[key].format(**values)


_QUESTION = "question_"
_QUESTIONS = {check.name: check.question for check in checks.CHECKS}


def _describe_attack(threat_model: Mapping[str, Any]) -> str:
    stated = dict(threat_model)
    radius = describe_epsilon(stated.pop("epsilon"), str(stated.get("norm")))
    name = str(stated.pop("attack")).upper()
    parts = (f"{key.replace('_', ' ')} {value}" for key, value in stated.items())
    return f"{name}, epsilon {radius}, {', '.join(parts)}"


IN_ENGLISH = Words(
    language="en",
    say=say_english,
    percent=lambda share: f"{100 * share:.1f} %",
    describe_attack=_describe_attack,
    name_corruption=lambda name: corruptions.make(name).title,
    write_value=lambda _name, value: value,
)
"""How the command line's cards speak."""
