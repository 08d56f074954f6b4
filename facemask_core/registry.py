"""Registries of classes by name: attacks, defences, explanations, engines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from facemask_core.errors import FacemaskError


class Named(Protocol):
    """A dataclass of settings that knows its own name."""

    name: ClassVar[str]


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Dataclasses by name, in the order of their lists and menus."""

    def __init__(self, kind: str, error: type[FacemaskError], entries: Iterable[type[T]]) -> None:
        """Registers classes.

        Args:
            kind: The word for such a class in messages.
            error: Raised for a name or setting that does not exist.
            entries: The classes.
        """
        self._kind = kind
        self._error = error
        self._entries = {entry.name: entry for entry in entries}

    def names(self) -> tuple[str, ...]:
        """Lists the registered names."""
        return tuple(self._entries)

    def get(self, name: str) -> type[T]:
        """Returns the class of a name.

        Args:
            name: A name from :meth:`names`.

        Raises:
            FacemaskError: There is none of that name; the registry's own kind of error.
        """
        if name not in self._entries:
            known = ", ".join(self.names())
            raise self._error(f"There is no {self._kind} {name!r}; choose one of {known}.")
        return self._entries[name]

    def settings(self, name: str) -> tuple[str, ...]:
        """Lists the settings of a class.

        Raises:
            FacemaskError: There is none of that name.
        """
        return tuple(field.name for field in fields(self.get(name)))  # type: ignore[arg-type]

    def make(self, name: str, **settings: Any) -> T:
        """Makes an object by name.

        Args:
            name: A name from :meth:`names`.
            **settings: Its settings, such as ``steps=20``; the rest keep their defaults.

        Raises:
            FacemaskError: The name or a setting does not exist, or a value makes no sense.
        """
        known = self.settings(name)
        unknown = settings.keys() - set(known)
        if unknown:
            raise self._error(
                f"{name} has no setting {', '.join(sorted(unknown))}; it knows {', '.join(known)}."
            )
        return self.get(name)(**settings)
