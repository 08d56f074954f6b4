"""How layers are joined: what Keras 2 and Keras 3 write of it, in one form, and their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from facemask_core.models.foreign.content import refuse


@dataclass(frozen=True)
class Reference:
    """A value: which use of which layer gives it."""

    layer: str
    node: int


@dataclass(frozen=True)
class Node:
    """One use of a layer.

    Attributes:
        references: The values it takes, in order.
        constants: For an operation all that it takes, the values as :class:`Reference`.
        takes_list: Whether the first of these is a list of values, as a layer takes it.
        has_foreign_tensors: Whether a value comes by name, beside those in order.
    """

    references: tuple[Any, ...]
    constants: tuple[Any, ...] = ()
    takes_list: bool = False
    has_foreign_tensors: bool = False


def read_nodes(inbound: list[Any]) -> list[Node]:
    """Reads all uses of a layer.

    Args:
        inbound: Its ``inbound_nodes`` in the file.
    """
    return [_read_new(node) if isinstance(node, dict) else _read_old(node) for node in inbound]


def _is_old_reference(item: Any) -> bool:
    return (
        isinstance(item, list)
        and len(item) in {3, 4}
        and isinstance(item[0], str)
        and all(isinstance(place, int) for place in item[1:3])
    )


def _read_old(node: list[Any]) -> Node:
    """Reads Keras 2's form: a value or a list of values, with named arguments behind the first."""
    takes_list = not _is_old_reference(node)
    items = node if takes_list else [node]
    references = [Reference(item[0], int(item[1])) for item in items]
    named = items[0][3] if items and len(items[0]) > 3 and isinstance(items[0][3], dict) else {}
    constants: list[Any] = [references[0]] if references else []
    foreign = False
    for key, value in named.items():
        if _is_old_reference(value):
            reference = Reference(value[0], int(value[1]))
            references.append(reference)
            constants.append(reference)
            foreign = True
        elif key not in {"name", "training", "mask"}:
            constants.append(value)
    return Node(tuple(references), tuple(constants), takes_list, foreign)


def _read_new(node: dict[str, Any]) -> Node:
    """Reads Keras 3's form, of arguments in order and arguments by name."""
    references: list[Reference] = []

    def read(value: Any) -> Any:
        if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            history = value["config"]["keras_history"]
            reference = Reference(str(history[0]), int(history[1]))
            references.append(reference)
            return reference
        if isinstance(value, dict) and value.get("class_name") == "__numpy__":
            return value["config"]["value"]
        return value

    constants: list[Any] = []
    takes_list = False
    for argument in node["args"]:
        if isinstance(argument, list) and not constants:
            read_items = [read(item) for item in argument]
            takes_list = any(isinstance(item, Reference) for item in read_items)
            constants.append(read_items)
        else:
            constants.append(read(argument))
    in_order = len(references)
    for key, value in node.get("kwargs", {}).items():
        if key not in {"training", "mask"} and value is not None:
            constants.append(read(value))
    return Node(tuple(references), tuple(constants), takes_list, len(references) > in_order)


def several(places: list[Any]) -> list[Any]:
    """Lists inputs or outputs, of which Keras 3 writes a single one without the list around it."""
    return [places] if places and isinstance(places[0], str) else list(places)


def single(places: list[Any], what: str) -> Any:
    """Returns the one input or output.

    Args:
        places: As the file lists them.
        what: What they are, for the message.

    Raises:
        ForeignModelError: There are others.
    """
    found = several(places)
    if len(found) != 1:
        raise refuse(f"The model has {len(found)} {what}s", f"the lab uses models of one {what}")
    return found[0]


def find_offsets(uses: dict[str, list[Node]], end: Any) -> dict[str, int]:
    """Finds the layers whose uses the file counts from 1, as Keras 2 does for models.

    Args:
        uses: All layers' uses.
        end: The model's output in the file.
    """
    largest: dict[str, int] = {end[0]: int(end[1])}
    for nodes in uses.values():
        for node in nodes:
            for it in node.references:
                largest[it.layer] = max(largest.get(it.layer, 0), it.node)
    return {
        name: 1 for name, most in largest.items() if most > 0 and most == len(uses.get(name, ()))
    }


def sort(
    uses: dict[str, list[Node]], offsets: dict[str, int], goal: Reference, known: set[Any]
) -> Iterator[tuple[str, int]]:
    """Yields the uses that an output needs, each behind those that it takes values from.

    Args:
        uses: All layers' uses.
        offsets: The layers whose uses the file counts from 1.
        goal: The output.
        known: The values that there are already, as (layer, use).

    Raises:
        ForeignModelError: Layers wait for each other in a circle, or one is missing.
    """
    done, open_ones = set(known), set[tuple[str, int]]()
    waiting = [((goal.layer, goal.node), False)]
    while waiting:
        key, ready = waiting.pop()
        if ready:
            open_ones.discard(key)
            done.add(key)
            yield key
            continue
        if key in done:
            continue
        if key in open_ones:
            raise refuse(
                f"The layers of the model wait for each other in a circle, at {key[0][:60]!r}",
                "save the model again with a current Keras",
            )
        if key[0] not in uses or not 0 <= key[1] < len(uses[key[0]]):
            raise refuse(
                f"The model uses a layer {key[0][:60]!r} that it has not",
                "save the model again with a current Keras",
            )
        open_ones.add(key)
        waiting.append((key, True))
        for it in uses[key[0]][key[1]].references:
            below = (it.layer, max(0, it.node - offsets.get(it.layer, 0)))
            if below in open_ones:
                raise refuse(
                    f"The layers of the model wait for each other in a circle, at {key[0][:60]!r}",
                    "save the model again with a current Keras",
                )
            if below not in done:
                waiting.append((below, False))
