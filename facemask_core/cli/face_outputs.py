"""What commands save of several faces of a picture: a file for each, named by its number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from facemask_core.cli.outputs import check_files, saved

if TYPE_CHECKING:
    from facemask_core.cli.pictures import Face


def name_outputs(
    output: Path, parts: Sequence[Face], reads: Sequence[Path], *, every: bool
) -> list[Path]:
    """Names the file of each face: ``out.png``, or ``out-1.png``, ``out-2.png`` of every one.

    Args:
        output: What ``--output`` says.
        parts: The faces; without any, the whole picture.
        reads: What the command reads, which it must not overwrite.
        every: Whether every face is wanted; a single one has a number then, too.

    Raises:
        DatasetError: One of the files cannot be written, or is read by the command.
    """
    files = [_add_number(output, part.number) if every else output for part in parts]
    check_files(
        {
            f"--output (face {part.number})" if every else "--output": file
            for part, file in zip(parts, files, strict=True)
        },
        reads,
    )
    return files


def _add_number(output: Path, number: int | None) -> Path:
    return output if number is None else output.with_name(f"{output.stem}-{number}{output.suffix}")


@contextmanager
def saved_all(files: Sequence[tuple[Path, bytes]]) -> Iterator[list[str]]:
    """Saves files as :func:`~facemask_core.cli.outputs.saved` does one, and yields words of each.

    Args:
        files: Each file with its content.

    Raises:
        DatasetError: One could not be written; the others are.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(saved(path, data)) for path, data in files]
