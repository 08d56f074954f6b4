"""A room's answers come from the films that the lab ships."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_stored_films() -> None:
    """Leaves the films where they are, unlike for other pages."""
