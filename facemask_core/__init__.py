"""The core of the lab: models, attacks and their evaluation, without any screen.

``load_classifier`` and ``Classifier`` are fetched on first use, because they start the numerical
backend, which takes seconds that ``--help`` should not cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from facemask_core.classifier import Classifier, load_classifier

__all__ = ["Classifier", "load_classifier"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from facemask_core import classifier

        return getattr(classifier, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
