"""``download``: the paper's photographs and ImageNet weights, from their publishers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from facemask_core.cli.outputs import check_folder
from facemask_core.cli.terminal import print_line, progress_bar

download = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Fetch photographs or ImageNet weights; after an interruption the same command resumes.",
)


@download.command()
def mendeley(
    output: Annotated[
        Path | None, typer.Option(help="Folder to make; by default where the lab looks for it.")
    ] = None,
    base_url: Annotated[str | None, typer.Option(hidden=True, help="Another server.")] = None,
) -> None:
    """Fetch and unpack Face Mask Dataset 2022 (doi:10.17632/7bt2d592b9.1)."""
    from facemask_core.data import mendeley as dataset

    folder = output or dataset.FOLDER
    check_folder("--output", folder.resolve().parent)  # where it is unpacked and then renamed
    with progress_bar() as report:
        count = dataset.download(folder, base_url or dataset.BASE_URL, report)
    print_line(f"{count} files in {folder}")


@download.command()
def imagenet(
    model: Annotated[str, typer.Option(help="A backbone, such as vgg19.")],
) -> None:
    """Fetch the weights that training starts from with --init imagenet."""
    from facemask_core import backbones, compat

    backbone = backbones.get(model)
    check_folder("KERAS_HOME", compat.keras_home() / "models")
    with progress_bar() as report:
        path = backbone.fetch_imagenet(
            lambda done, total: report(f"{backbone.title}, MB", done // 10**6, total // 10**6)
        )
    print_line(f"saved as {path}")
