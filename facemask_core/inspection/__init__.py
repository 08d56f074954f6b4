"""Inspects a model: how right it is, how little fools it, and whether that was measured soundly.

- ``measuring`` lists the parts of an inspection, each of which takes seconds;
- ``card`` gathers what they found, with what the model is and how it is used;
- ``page`` prints a card as one HTML page, in the words that it is given; ``words`` are English.
"""

from facemask_core.inspection.card import InspectionCard
from facemask_core.inspection.measuring import Part, list_parts
from facemask_core.inspection.page import write_page

__all__ = ["InspectionCard", "Part", "list_parts", "write_page"]
